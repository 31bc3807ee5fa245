"""``dupdetect copies``."""

from __future__ import annotations

import json

import pyarrow.parquet as pq
from click.testing import CliRunner

from dupdetect.cli import main

TEXT = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen"


def test_pairs_are_written_and_counted(tmp_path):
    source = tmp_path / "in.jsonl"
    source.write_text("\n".join(json.dumps({"id": i, "text": TEXT + i}) for i in ("", " fifteen")))
    result = CliRunner().invoke(main, ["copies", str(source), "-o", str(tmp_path / "p.parquet")])
    assert result.exit_code == 0, result.output
    assert "1 pairs" in result.output
    row = pq.read_table(tmp_path / "p.parquet").to_pylist()[0]
    assert round(row["jaccard"], 4) == round(12 / 13, 4) and row["containment_a"] == 1.0


def test_an_input_that_failed_is_an_exit_code(tmp_path):
    arguments = ["copies", str(tmp_path / "none.parquet"), "-o", str(tmp_path / "p.parquet")]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 1 and "none.parquet" in result.output
