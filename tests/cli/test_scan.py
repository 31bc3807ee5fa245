"""``dupdetect scan`` and ``dupdetect report``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from click.testing import Result

from dupdetect.cli.progress import Bars, for_terminal
from dupdetect.engines.base import Expecting
from dupdetect.records import Skip
from dupdetect.report import render_report

Run = Callable[..., Result]


@pytest.fixture
def done(tmp_path: Path, scans: ModuleType) -> Path:
    """A finished scan, which the fake engine pretends to have made."""
    folder: Path = scans.sample_scan(tmp_path / "out")
    render_report(folder)
    return folder


def test_the_end_names_pairs_worst_documents_and_the_report(
    run: Run, library: Any, done: Path
) -> None:
    result = run("scan", "crawl", "-o", done)
    assert result.exit_code == 0
    shown = result.stdout
    assert "247 documents, 105 related pairs, 60 clusters" in shown
    assert "pont-valmorin" in shown and "is the source of" in shown
    assert "bornes-recharge" in shown and "XNUMX nouvelle bornes" in shown
    assert f"Report: {done / 'report.html'}" in shown
    assert "near duplicate" in shown


def test_options_reach_the_library(run: Run, library: Any, done: Path) -> None:
    run(
        "scan", "a.jsonl", "crawl/", "-o", done, "--resume", "--workers", 2, "--memory", "1.5GiB",
        "--engine", "spark", "--text-column", "body", "-q",
    )  # fmt: skip
    seen = library.scanned
    assert seen["sources"] == ["a.jsonl", "crawl/"]
    assert seen["out"] == done
    assert (seen["engine"], seen["workers"], seen["resume"]) == ("spark", 2, True)
    assert seen["memory"] == 3 * 2**29
    assert seen["config"].columns.text == ("body",)


def test_memory_that_was_not_enough_is_told(run: Run, library: Any, done: Path) -> None:
    result = run("scan", "crawl", "-o", done, "--memory", "1MB")
    assert "took 1.25 GB of memory, more than --memory 0.00 GB" in result.stderr
    assert "more than" not in run("scan", "crawl", "-o", done, "--memory", "1TB").stderr


@pytest.mark.parametrize("size", ["0", "much", "-1G", "8X", "GiB"])
def test_a_size_that_is_none_is_wrong_usage(run: Run, library: Any, done: Path, size: str) -> None:
    assert run("scan", "x", "-o", done, f"--memory={size}").exit_code == 2


def test_skipped_inputs_are_named_counted_and_decide_the_code(
    run: Run, library: Any, done: Path
) -> None:
    library.skipped = {"not_html": 4000, "bad_json": 25}
    library.skips = [Skip("a.warc", f"offset {i}", "not_html", "an image") for i in range(900)]
    library.skips += [Skip("b.jsonl", f"line {i}", "bad_json", "not JSON") for i in range(25)]
    result = run("scan", "x", "-o", done)
    assert result.exit_code == 1
    lines = result.stderr.splitlines()
    assert lines.count("skipped a.warc (offset 3): an image") == 1
    assert "... and 3980 more (not html)" in lines
    assert "... and 5 more (bad json)" in lines
    library.skipped = {"not_html": 4000}
    library.skips = library.skips[:900]
    assert run("scan", "x", "-o", done).exit_code == 0


def test_quiet_keeps_failures_only(run: Run, library: Any, done: Path) -> None:
    library.skipped = {"not_html": 2, "bad_json": 1}
    library.skips = [
        Skip("a.warc", None, "not_html", "an image"),
        Skip("b.jsonl", "line 1", "bad_json", "not JSON"),
    ]
    result = run("scan", "x", "-o", done, "-q")
    assert result.stderr.splitlines() == ["skipped b.jsonl (line 1): not JSON"]


def test_stages_are_lines_when_stderr_is_no_terminal(run: Run, library: Any, done: Path) -> None:
    assert run("scan", "x", "-o", done).stderr.splitlines() == ["reading: 2"]
    assert "read: 1.2 s" in run("scan", "x", "-o", done, "-v").stderr


def test_a_dry_run_tells_what_would_be_read(run: Run, library: Any, tmp_path: Path) -> None:
    result = run("scan", "x", "-o", tmp_path / "absent", "--dry-run")
    assert result.exit_code == 0
    assert library.scanned["dry_run"] is True
    rows = [line.split() for line in result.stdout.splitlines()]
    assert rows == [
        ["file", "bytes"], ["a.csv", "12"], ["-", "unknown"], ["documents", "9"], ["files", "3"],
    ]  # fmt: skip


def test_bars_are_drawn_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    bars = Bars()
    bars.stage("verify_pairs", 10)
    bars.advance(10)
    bars.close()
    bars.close()
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "verify pairs: 100%" in captured.err


def test_a_guess_gives_a_bar_its_remaining_time(capsys: pytest.CaptureFixture[str]) -> None:
    bars = Bars()
    assert isinstance(bars, Expecting)
    bars.stage("documents", None)
    bars.advance(5)
    bars.expect(50)
    bars.advance(5)
    assert "| 10.0/50.0 [" in str(bars._bar)
    bars.expect(3)
    bars.advance(1)
    bars.close()
    assert "documents: 100%" in capsys.readouterr().err
    bars.expect(9)


def test_quiet_progress_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    progress = for_terminal(quiet=True)
    progress.stage("x", None)
    progress.advance(1)
    progress.close()
    assert capsys.readouterr() == ("", "")


def test_report_rewrites_the_page_and_prints_where(run: Run, done: Path) -> None:
    (done / "report.html").unlink()
    result = run("report", done)
    assert (result.exit_code, result.stdout) == (0, f"{done / 'report.html'}\n")
    assert (done / "report.html").exists()
