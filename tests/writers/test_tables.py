"""Tables: sorted, reproducible, whole or absent."""

from __future__ import annotations

import random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dupdetect.errors import ScanError
from dupdetect.writers import replacing, write_batches, write_table

ROWS = [("b", 1), ("a", 2), ("é", 0), ("a", 1), ("Z", 5)]


def table(rows):
    return pa.table({"id": [r[0] for r in rows], "n": pa.array([r[1] for r in rows], pa.int32())})


def test_rows_are_sorted_by_the_columns_named(tmp_path):
    write_table(tmp_path / "t.parquet", table(ROWS), sort=("id", "n"))
    read = pq.read_table(tmp_path / "t.parquet").to_pylist()
    assert [tuple(row.values()) for row in read] == sorted(ROWS)


def test_the_order_of_rows_does_not_change_the_bytes(tmp_path):
    found = set()
    for seed in range(4):
        rows = random.Random(seed).sample(ROWS, len(ROWS))
        write_table(tmp_path / "t.parquet", table(rows), sort=("id", "n"))
        found.add((tmp_path / "t.parquet").read_bytes())
    assert len(found) == 1


def test_an_empty_table_keeps_its_schema(tmp_path):
    write_table(tmp_path / "t.parquet", table([]), sort=("id",))
    assert pq.read_schema(tmp_path / "t.parquet").names == ["id", "n"]


def test_batches_are_written_as_they_come(tmp_path):
    path = tmp_path / "t.parquet"
    rows = write_batches(path, (table([row]) for row in ROWS), schema=table(ROWS).schema)
    assert rows == 5
    assert pq.read_table(path).equals(table(ROWS))


def test_a_failed_write_leaves_what_was_there(tmp_path):
    path = tmp_path / "t.parquet"
    write_table(path, table(ROWS))
    before = path.read_bytes()

    def broken():
        yield table(ROWS)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_batches(path, broken(), schema=table(ROWS).schema)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_place_that_cannot_be_written_is_said(tmp_path):
    with pytest.raises(ScanError, match="cannot be written"):
        write_table(tmp_path / "absent" / "t.parquet", table(ROWS))
    (tmp_path / "folder").mkdir()
    with pytest.raises(ScanError, match="cannot be written"), replacing(tmp_path / "folder"):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]
