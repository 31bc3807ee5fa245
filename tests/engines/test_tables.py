"""Ids of documents; the tables themselves are tested through the scan."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dupdetect.engines import tables
from dupdetect.engines.spool import FINDINGS
from dupdetect.engines.tables import unique_ids


def test_later_documents_of_an_id_are_numbered():
    ids, repeated = unique_ids(["a", "b", "a", "a", "a~2", "b"])
    assert ids == ["a", "b", "a~3", "a~4", "a~2", "b~2"]
    assert repeated == 3


@settings(deadline=None)
@given(st.lists(st.sampled_from(["a", "b", "a~2", "a~3", "a~2~2", ""])))
def test_ids_are_unique_and_begin_with_their_own(given_ids):
    ids, repeated = unique_ids(given_ids)
    assert len(set(ids)) == len(given_ids)
    assert all(new.startswith(old) for new, old in zip(ids, given_ids, strict=True))
    assert repeated == len(given_ids) - len(set(given_ids))
    assert unique_ids(ids) == (ids, 0)


@pytest.mark.parametrize("at_once", [1, 7, 1 << 19])
def test_findings_are_sorted_in_blocks_as_at_once(tmp_path, monkeypatch, at_once):
    monkeypatch.setattr(tables, "FINDINGS_AT_ONCE", at_once)
    ids = ["b", "é", "a", "c", "d", "e"]

    def part(rows):
        columns = {
            "row": rows, "kind": ["seo_link"] * len(rows), "rule": ["style"] * len(rows),
            "start": [9 - i for i in range(len(rows))], "end": [10] * len(rows),
            "quote": ["q"] * len(rows), "score": [0.5] * len(rows),
        }  # fmt: skip
        return pa.table(columns, schema=FINDINGS)

    shards = [
        SimpleNamespace(findings=part(rows), release=lambda: None)
        for rows in ([2, 0, 0], [0, 2, 2, 1])
    ]
    spool = SimpleNamespace(shards=shards, start=np.array([0, 3, 6]))
    documents = tables.Documents(pa.table({"id": ids}), ids, 0)
    rank = np.argsort(np.argsort(np.array([id.encode() for id in ids], object)))
    count = tables._write_findings(tmp_path / "f.parquet", spool, documents, rank)
    rows = pq.read_table(tmp_path / "f.parquet").select(["id", "start"]).to_pylist()
    assert count == 7
    assert [(row["id"], row["start"]) for row in rows] == [
        ("a", 9), ("b", 7), ("b", 8), ("c", 9), ("d", 6), ("e", 7), ("e", 8),
    ]  # fmt: skip
