"""``python -m benchmarks``: what it lists, starts and refuses; benchmarks without their data."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import quality, record
from benchmarks.__main__ import benchmarks, main
from benchmarks.floors import broken


def test_benchmarks_are_listed_with_what_they_measure() -> None:
    found = benchmarks()
    assert found.keys() >= {"candidates", "planted", "quality", "speed"}
    assert found.keys().isdisjoint({"__main__", "baselines", "figures", "judged", "record"})
    assert all(len(line) > 20 for line in found.values())


def test_help_names_every_benchmark(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--help"])
    assert caught.value.code == 0
    printed = capsys.readouterr().out
    assert all(f"  {name} " in printed and line in printed for name, line in benchmarks().items())


@pytest.mark.parametrize("arguments", [["nonsense"], ["figures"], ["__main__"], []])
def test_an_unknown_name_fails(arguments: list[str], repository: Path) -> None:
    command = [sys.executable, "-m", "benchmarks", *arguments]
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True)
    assert done.returncode == 2
    assert "usage: python -m benchmarks" in done.stderr
    assert done.stdout == ""


def test_options_and_exit_code_go_through(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[str]] = []

    def measure(options: list[str]) -> int:
        seen.append(options)
        return 3

    monkeypatch.setattr(quality, "main", measure)
    assert main(["quality", "--check", "-x", "y"]) == 3
    assert seen == [["--check", "-x", "y"]]


@pytest.mark.parametrize("name", ["candidates", "planted", "quality"])
def test_without_reference_data_nothing_is_measured_and_nothing_fails(
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DUPDETECT_SHARED", str(tmp_path))
    monkeypatch.setattr(record, "RESULTS", tmp_path / "results")
    assert main([name]) == 0
    printed = capsys.readouterr()
    assert "reference data absent" in printed.err
    assert printed.out == ""
    assert list(tmp_path.iterdir()) == []


def test_benchmarks_have_their_own_help(capsys: pytest.CaptureFixture[str]) -> None:
    for name in benchmarks():
        with pytest.raises(SystemExit) as caught:
            main([name, "--help"])
        assert caught.value.code == 0
        assert f"python -m benchmarks {name}" in capsys.readouterr().out
        assert importlib.import_module(f"benchmarks.{name}").__doc__


FLOORS = {
    "quality": {"fr spun": {"auc": 0.9, "recall": 0.8}},
    "at_least": {"copies": 0.95},
    "at_most": {"unrelated": 0.01},
}


@pytest.mark.parametrize(
    ("row", "totals", "broken"),
    [
        ({"auc": 0.9, "recall": 0.8}, {"copies": 0.95, "unrelated": 0.01}, []),
        ({"auc": 0.89, "recall": 0.9}, {"copies": 1.0, "unrelated": 0.0}, ["fr spun: auc"]),
        ({"auc": 1.0, "recall": 0.79}, {"copies": 0.9, "unrelated": 0.0}, ["fr spun: r", "copies"]),
        ({"auc": 1.0, "recall": 1.0}, {"copies": 1.0, "unrelated": 0.02}, ["unrelated: 0.02"]),
    ],
)
def test_a_figure_on_the_wrong_side_of_its_floor_is_told(
    row: dict[str, float],
    totals: dict[str, float],
    broken: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "floors.json").write_text(json.dumps(FLOORS), encoding="utf-8")
    monkeypatch.setattr(quality, "FLOORS", tmp_path / "floors.json")
    found = quality.check([{"contrast": "fr spun", **row}], totals)
    assert len(found) == len(broken)
    assert all(line.startswith(start) for line, start in zip(found, broken, strict=True))


@pytest.mark.parametrize(
    ("found", "code", "told"),
    [
        ({"recall spun": 0.9, "candidates": 60}, 0, []),
        ({"recall spun": 0.89, "candidates": 60}, 1, ["recall spun"]),
        ({"recall spun": 0.89, "candidates": 61}, 1, ["recall spun", "candidates"]),
    ],
)
def test_one_line_of_results_is_held_against_its_floors(
    found: dict[str, float],
    code: int,
    told: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    floors = {"index": {"at_least": {"recall spun": 0.9}, "at_most": {"candidates": 60}}}
    path = tmp_path / "floors.json"
    path.write_text(json.dumps(floors), encoding="utf-8")
    assert broken({**found, "else": 1}, "index", path=path) == code
    lines = capsys.readouterr().err.splitlines()
    assert [line.removeprefix("FLOOR BROKEN: ").split(":")[0] for line in lines] == told
