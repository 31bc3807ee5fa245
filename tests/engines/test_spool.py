"""The spool: documents by number, whatever shards they lie in."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dupdetect.config import Config
from dupdetect.engines.gathering import CANDIDATES_ONLY, RAGGED, Rows, gather
from dupdetect.engines.spool import (
    DOCUMENTS,
    FINDINGS,
    Shard,
    ShardName,
    Spool,
    shard_names,
    write_empty_shard,
    write_shard,
)
from dupdetect.errors import ScanError
from dupdetect.sketch.batch import sketch_texts

TEXTS = [
    "Le maire de Lyon a annoncé mardi 12 mars un budget de 4,5 millions d'euros.",
    "",
    "Angela Merkel met Emmanuel Macron in Paris on Friday. They spoke for 90 minutes about it.",
    "trois mots seulement",
    "Der Bürgermeister von Hamburg hat am Montag 300 neue Wohnungen versprochen, sagte er.",
]


def same(one, other):
    left, right = one.to_arrays(), other.to_arrays()
    return all(
        left[name].dtype == right[name].dtype and np.array_equal(left[name], right[name])
        for name in left
    )


def store(folder, start, texts):
    n = len(texts)
    columns = {item.name: pa.nulls(n, item.type) for item in DOCUMENTS}
    columns["id"] = pa.array([f"d{start + i}" for i in range(n)])
    columns["text"] = pa.array(texts, pa.large_string())
    findings = {item.name: pa.nulls(1, item.type) for item in FINDINGS}
    write_shard(
        folder,
        ShardName(start, start + n),
        documents=pa.table(columns, schema=DOCUMENTS),
        findings=pa.table(findings, schema=FINDINGS),
        sketches=sketch_texts(texts, Config()),
        meta={"skips": [{"record": f"d{start}"}]},
    )


@pytest.fixture
def spool(tmp_path):
    store(tmp_path, 40, TEXTS[3:])
    write_empty_shard(tmp_path, ShardName(2, 3), skips=[{"record": "lost"}])
    store(tmp_path, 3, TEXTS[2:3])
    store(tmp_path, 0, TEXTS[:2])
    (tmp_path / "manifest.json").write_text("{}")
    return Spool(tmp_path)


def test_documents_are_numbered_in_the_order_of_the_input(spool):
    assert len(spool) == 5
    assert spool.documents(["id"])["id"].to_pylist() == ["d0", "d1", "d3", "d40", "d41"]
    assert spool.texts(np.arange(5)) == TEXTS
    assert spool.texts(np.array([1, 4])) == [TEXTS[1], TEXTS[4]]
    assert spool.start.tolist() == [0, 2, 3, 5]
    assert [skip["record"] for skip in spool.skips] == ["d0", "lost", "d3", "d40"]


@pytest.mark.parametrize("rows", [[0, 1, 2, 3, 4], [2], [1, 3], [0, 4]])
def test_sketches_of_any_rows_are_those_of_their_texts(spool, rows):
    expected = sketch_texts([TEXTS[row] for row in rows], Config())
    assert same(spool.sketches(np.array(rows)), expected)


def test_an_empty_spool(tmp_path):
    spool = Spool(tmp_path)
    assert len(spool) == 0
    assert spool.documents(["id", "n_words"]).num_rows == 0
    assert spool.texts(np.empty(0, np.int64)) == []


def test_every_array_of_a_batch_is_known():
    batch = sketch_texts(TEXTS, Config())
    arrays = batch.to_arrays()
    assert set(RAGGED) | set(RAGGED.values()) <= set(arrays)
    for name in set(arrays) - set(RAGGED) - set(RAGGED.values()):
        assert len(arrays[name]) == len(TEXTS), name


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(0, 4), max_size=6))
def test_rows_come_in_the_order_asked_for(rows):
    arrays = sketch_texts(TEXTS, Config()).to_arrays()
    expected = sketch_texts([TEXTS[row] for row in rows + rows[::-1]], Config())
    parts = [Rows(arrays, np.array(part, np.int64)) for part in (rows, rows[::-1])]
    assert same(gather(parts), expected)


def test_what_is_left_out_is_empty_and_all_else_there(spool):
    rows = np.array([0, 3])
    whole, less = spool.sketches(rows), spool.sketches(rows, without=CANDIDATES_ONLY)
    assert less.keys.size == less.bands.size == less.signatures.size == 0
    assert less.key_doc.tolist() == [0, 0, 0]
    for name, array in whole.to_arrays().items():
        if name not in CANDIDATES_ONLY and name != "key_doc":
            assert np.array_equal(less.to_arrays()[name], array), name


def test_names_of_shards_sort_like_their_places(tmp_path):
    names = [ShardName(0, 512), ShardName(512, 1024), ShardName(10**9, 10**9 + 1)]
    for name in reversed(names):
        write_empty_shard(tmp_path, name, skips=[])
    assert shard_names(tmp_path) == names
    assert ShardName.parse("shard-1.bin") is None


def test_a_damaged_shard_is_refused(tmp_path):
    store(tmp_path, 0, TEXTS)
    path = tmp_path / ShardName(0, 5).filename
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ScanError):
        Shard(tmp_path, ShardName(0, 5))
