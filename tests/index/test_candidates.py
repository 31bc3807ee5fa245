"""The candidate index: what is found, in which order, and with which settings."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from dupdetect.config import AnchorConfig, Config, ShingleConfig
from dupdetect.errors import IndexCorruptError, IndexError_, IndexMismatchError
from dupdetect.index import Candidate, CandidateIndex
from dupdetect.index.stores.base import Entry
from dupdetect.index.stores.memory import MemoryStore
from dupdetect.records import Document, Link

SMALL = Config(
    shingle=ShingleConfig(max_bucket=3),
    anchor=AnchorConfig(min_shared=2, max_bucket=3, max_candidates=3),
)


def doc(id, text="some text"):
    return Document(id=id, text=text)


@pytest.fixture(params=["memory", "lmdb"])
def index(request, tmp_path):
    path = None if request.param == "memory" else tmp_path / "x.index"
    with CandidateIndex.open(path, config=SMALL) as opened:
        yield opened


def test_documents_that_share_bands_or_enough_keys_are_candidates(index, sketches):
    index.add(doc("bands"), sketches(([1, 2, 3], [100, 101])))
    index.add(doc("keys"), sketches(([7, 8, 9], [10, 11, 12])))
    index.add(doc("one key"), sketches(([7, 8, 9], [10, 55])))
    index.add(doc("nothing"), sketches(([4, 5, 6], [200])))
    query = sketches(([1, 2, 99], [10, 11, 70, 71]))
    assert index.candidates(query) == [Candidate("bands", 2, 0), Candidate("keys", 0, 2)]


def test_candidates_are_ranked_by_share_then_id_and_cut(index, sketches):
    rows = {"b": [1, 9], "a": [1, 9], "best": [1, 2], "z": [9, 2]}
    for id, bands in rows.items():
        index.add(doc(id), sketches((bands, [])))
    found = index.candidates(sketches(([1, 2], [])))
    assert [c.id for c in found] == ["best", "a", "b"]


def test_a_document_can_be_left_out(index, sketches):
    index.add(doc("a"), sketches(([1], [])))
    assert index.candidates(sketches(([1], [])), exclude="a") == []


def test_documents_too_short_for_a_signature_never_match(index, sketches):
    index.add_many([doc("tiny", ""), doc("tiny too", "")], sketches(None, None))
    assert "tiny" in index
    assert index.candidates(sketches(None)) == []
    assert index.candidates(sketches(([0], [1, 2, 3]))) == []


def test_frequent_keys_are_ignored_and_buckets_are_cut(index, sketches):
    for number in range(5):
        index.add(doc(f"d{number}"), sketches(([1], [10, 11])))
    found = index.candidates(sketches(([1], [10, 11])))
    assert found == [Candidate(f"d{n}", 1, 0) for n in range(3)]


def test_adding_again_replaces(index, sketches):
    index.add(doc("a", "old"), sketches(([1], [])))
    index.add(doc("a", "new"), sketches(([2], [])))
    assert len(index) == 1
    assert index.get("a").text == "new"
    assert index.candidates(sketches(([1], []))) == []
    assert index.candidates(sketches(([2], []))) == [Candidate("a", 1, 0)]


def test_removed_documents_are_gone(index, sketches):
    index.add(doc("a"), sketches(([1], [])))
    assert index.remove("a")
    assert not index.remove("a")
    assert "a" not in index
    assert index.get("a") is None
    assert index.candidates(sketches(([1], []))) == []


def test_documents_come_back_whole(index, sketches):
    whole = Document(
        id="é/1", text="Première ligne\n\nSeconde \U0001f600", url="https://e.fr/1", title="T",
        language="fr", published="2020-01-02", links=(Link(0, 4, "https://x.fr", "nofollow"),),
    )  # fmt: skip
    index.add(whole, sketches(([1], [2])))
    assert index.get("é/1") == whole
    assert list(index.ids()) == ["é/1"]


def test_a_batch_that_fails_adds_nothing(index, sketches):
    with pytest.raises(ValueError), index.batch():
        index.add(doc("a"), sketches(([1], [])))
        raise ValueError
    assert len(index) == 0


def test_an_empty_id_is_refused(index, sketches):
    with pytest.raises(IndexError_, match="needs an id"):
        index.add(doc(""), sketches(([1], [])))


def test_texts_need_not_be_kept(sketches):
    index = CandidateIndex.open(None, keep_text=False)
    index.add(Document(id="a", text="secret", title="T"), sketches(([1], [])))
    assert index.get("a") == Document(id="a", text="", title="T")


def test_reopened_with_the_settings_it_was_built_with(tmp_path, sketches):
    config = Config(shingle=ShingleConfig(size=4))
    with CandidateIndex.open(tmp_path / "i", config=config) as index:
        index.add(doc("a"), sketches(([1], [])))
    with CandidateIndex.open(tmp_path / "i") as index:
        assert index.config.shingle.size == 4
        assert "a" in index
        assert index.info()["settings"]["shingle.size"] == 4


def test_other_settings_are_refused_with_what_differs(tmp_path):
    CandidateIndex.open(tmp_path / "i").close()
    other = Config(shingle=ShingleConfig(size=4), anchor=AnchorConfig(window=9))
    with pytest.raises(IndexMismatchError) as caught:
        CandidateIndex.open(tmp_path / "i", config=other)
    message = str(caught.value)
    assert "shingle.size is 3 in the index, 4 now" in message
    assert "anchor.window is 6 in the index, 9 now" in message
    assert "build it again" in message


def test_settings_that_only_steer_the_search_may_change(tmp_path):
    CandidateIndex.open(tmp_path / "i").close()
    config = replace(Config(), anchor=AnchorConfig(min_shared=9, max_bucket=7))
    with CandidateIndex.open(tmp_path / "i", config=config) as index:
        assert index.config.anchor.min_shared == 9


def test_verify_finds_a_damaged_record(sketches):
    store = MemoryStore()
    index = CandidateIndex(store)
    index.add_many([doc("a"), doc("b")], sketches(([1], []), ([2], [])))
    assert index.verify() == []
    damaged = bytearray(store.get([b"a"])[0])
    damaged[-1] ^= 1
    keys = sketches(([1], [])).bands[0]
    store.put([Entry(b"a", bytes(damaged), keys, keys[:0])])
    assert len(index.verify()) == 1
    assert "document a: " in index.verify()[0]
    with pytest.raises(IndexCorruptError):
        index.get("a")


def test_documents_without_a_header_are_no_index():
    store = MemoryStore()
    none = np.empty(0, np.uint64)
    store.put([Entry(b"a", b"", none, none)])
    with pytest.raises(IndexCorruptError):
        CandidateIndex(store)


def test_a_header_that_is_none_is_refused():
    store = MemoryStore()
    for header in (b"\xff", b"[]", b'{"what": "something else"}'):
        store.set_header(header)
        with pytest.raises(IndexCorruptError):
            CandidateIndex(store)
