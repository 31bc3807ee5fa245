"""The README's figures are those of the recorded results."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import readme


def test_the_readme_shows_the_recorded_figures() -> None:
    assert readme.main(["--check"]) == 0


def test_a_figure_typed_by_hand_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "README.md"
    text = readme.README.read_text(encoding="utf-8")
    copy.write_text(text.replace(readme.END, "AUC 1.0\n" + readme.END), encoding="utf-8")
    monkeypatch.setattr(readme, "README", copy)
    assert readme.main(["--check"]) == 1
    assert "README.md differs" in capsys.readouterr().err
    assert readme.main([]) == 0 and readme.main(["--check"]) == 0


def test_the_newest_line_of_a_design_counts(tmp_path: Path) -> None:
    row = {"documents": 5000, "design": "pairs", "candidates": 9.5, "bytes": 64}
    row |= {f"recall {kind}": 1.0 for kind in ("spun", "llm", "condensed", "translation")}
    newer = row | {"candidates": 3.25}
    (tmp_path / "candidates.jsonl").write_text(json.dumps(row) + "\n" + json.dumps(newer) + "\n")
    table = readme.measured(tmp_path)
    assert "| 3.25 | 64 |" in table and "9.5" not in table
    assert table.count("| 5,000 |") == 1


def test_scans_of_texts_and_archives_stand_in_one_table(tmp_path: Path) -> None:
    row = {"documents": 2000, "documents_per_s": 1523.4, "processor_ms_per_document": 1.2}
    row |= {"peak_memory_bytes": 900_000_000, "load_average": 1.6}
    (tmp_path / "scan.jsonl").write_text(json.dumps(row | {"corpus": "news"}) + "\n")
    (tmp_path / "warc.jsonl").write_text(json.dumps(row | {"documents_per_s": 401.0}) + "\n")
    table = readme.measured(tmp_path)
    assert "| news (Parquet) | 2,000 | 1,523 | 1.20 | 900 | 2 |" in table
    assert "| made pages (WARC with HTML) | 2,000 | 401 |" in table


def test_nothing_recorded_gives_nothing(tmp_path: Path) -> None:
    assert readme.measured(tmp_path) == ""
