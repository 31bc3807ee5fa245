"""Signatures of datasketch in an index."""

from __future__ import annotations

import datasketch
import numpy as np
import pytest

from dupdetect.config import Config
from dupdetect.detector import Index
from dupdetect.errors import ConfigError
from dupdetect.records import Document
from dupdetect.sketch import sketch_texts, to_datasketch

TEXT = " ".join(f"mot{i} de Kermarrec{i % 7}" for i in range(60))
OTHER = " ".join(f"parole{i} chez Perrichot{i % 5}" for i in range(60))


def minhash(text):
    return to_datasketch(sketch_texts([text], Config()).signatures[0], Config())


@pytest.fixture(params=["memory", "folder"])
def index(request, tmp_path):
    with Index.open(None if request.param == "memory" else tmp_path / "i") as opened:
        yield opened


def test_signatures_are_found_again_with_their_estimated_similarity(index):
    near = TEXT.replace("mot3 ", "mots3 ")
    known = minhash(near)
    assert index.import_datasketch([("near", known), ("other", minhash(OTHER))]) == 2
    ((id, alike),) = index.resembling(TEXT)
    assert id == "near" and alike == minhash(TEXT).jaccard(known) > 0.8
    assert index.resembling(TEXT, threshold=0.99) == []
    assert index.resembling("trop court") == []


def test_lean_hashes_and_whole_tables_are_read(index):
    lean = datasketch.LeanMinHash(minhash(TEXT))
    lsh = datasketch.MinHashLSH(threshold=0.5, num_perm=128)
    lsh.insert("table", minhash(TEXT))
    assert index.import_datasketch([("lean", lean)]) == index.import_datasketch(lsh) == 1
    assert [id for id, alike in index.resembling(TEXT) if alike == 1.0] == ["lean", "table"]


def test_nothing_is_said_of_them_but_that(index, tmp_path):
    index.import_datasketch([("known", minhash(TEXT))])
    index.add(Document(id="text", text=TEXT))
    assert [match.b for match in index.query(TEXT)] == ["text"]
    assert index.get("known") == Document(id="known", text="")
    assert index.verify() == []
    assert index.export(tmp_path / "out") == 2
    assert sorted(index.to_datasketch().query(minhash(TEXT))) == ["known", "text"]


def test_they_go_with_a_merge_and_give_way_to_a_document(index):
    with Index.open(None) as other:
        other.import_datasketch([("a", minhash(TEXT)), ("b", minhash(OTHER))])
        index.merge(other)
    index.add(Document(id="b", text=OTHER))
    assert [id for id, _ in index.resembling(TEXT)] == ["a"]
    assert index.resembling(OTHER) == []
    assert [match.b for match in index.query(OTHER)] == ["b"]


def test_what_was_made_otherwise_is_refused(index):
    for made, message in (
        (datasketch.MinHash(num_perm=64, scheme="affine32"), "permutations 64"),
        (datasketch.MinHash(num_perm=128, seed=7, scheme="affine32"), "seed 7"),
        (datasketch.MinHash(num_perm=128, scheme="legacy"), "scheme 'legacy'"),
    ):
        with pytest.raises(ConfigError, match=message):
            index.import_datasketch([("a", made)])
    with pytest.raises(ConfigError, match="64 permutations"):
        index.import_datasketch(datasketch.MinHashLSH(threshold=0.5, num_perm=64))
    with pytest.raises(ConfigError, match="ids are str, not int"):
        index.import_datasketch([(1, minhash(TEXT))])
    for wrong in (5, None, minhash(TEXT).hashvalues):
        with pytest.raises(ConfigError, match="'a': a MinHash is needed, not "):
            index.import_datasketch([("a", wrong)])
    with pytest.raises(ConfigError, match="hashfunc"):
        index.import_datasketch(
            datasketch.MinHashLSH(threshold=0.5, num_perm=128, hashfunc=lambda value: value)
        )
    assert len(index) == 0


def test_ids_of_any_kind_are_listed(index):
    index.add_many([Document(id=id, text=TEXT) for id in ("é", "日本", "a\udce9b"[:1])])
    index._candidates.add_signatures([("é2", np.arange(128, dtype=np.uint32))])
    assert sorted(index) == sorted(["é", "日本", "a", "é2"])
