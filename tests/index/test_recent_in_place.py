"""Recent documents are looked at where they lie: answers are those of plain lists of copies."""

from __future__ import annotations

import gc
import threading
from contextlib import closing, suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dupdetect import Document, Index
from dupdetect.errors import IndexCorruptError
from dupdetect.index import candidates
from dupdetect.index.likely import LEAST
from dupdetect.index.stores import lmdb, recent
from dupdetect.index.stores.base import Caps, Entry
from dupdetect.index.stores.lmdb import LmdbStore
from dupdetect.sketch.one import known_of, sketch_alone

#: Few different ones: some are the same, some overlap, most have nothing in common.
STARTS = st.integers(0, 12).map(lambda n: 25 * n)


def text(start, words=80):
    """Words that differ in their first letters, so that texts that do not overlap share nothing."""
    digits = (f"{i:05}"[::-1] for i in range(start, start + words))
    return " ".join("".join("bdfgklmnrv"[int(d)] + "a" for d in number) for number in digits)


def opened(store):
    return Index(candidates.CandidateIndex(store))


def named(candidates, sketch, exclude=None):
    found = candidates.likely_one(sketch, exclude=exclude)
    return [found.record(row).id for row in range(len(found))]


@settings(deadline=None, max_examples=30)
@given(
    starts=st.lists(STARTS, min_size=1, max_size=24),
    parts=st.integers(1, 9),
    unit=st.sampled_from([1, 5, 8, 100]),
    gone=st.sets(st.integers(0, 23), max_size=6),
    changed=st.dictionaries(st.integers(0, 23), STARTS, max_size=4),
    asked=st.lists(STARTS, min_size=1, max_size=4),
)
def test_answers_are_the_same_wherever_documents_lie(
    tmp_path_factory, starts, parts, unit, gone, changed, asked
):
    """Recent, in segments (``unit`` 1: all of them), both, removed, replaced; in the same order."""
    documents = [Document(id=f"d{i}", text=text(start)) for i, start in enumerate(starts)]
    store = LmdbStore(tmp_path_factory.mktemp("recent") / "i", recent=unit)
    with opened(store) as index, Index.open(None) as plain:
        for one in (index, plain):
            for at in range(0, len(documents), parts):
                one.add_many(documents[at : at + parts])
            for i in gone:
                one.remove(f"d{i}")
            for i, start in changed.items():
                one.add(Document(id=f"d{i}", text=text(start)))
        questions = [*map(text, asked), *documents[:4]]
        for question in questions:
            assert index.query(question) == plain.query(question)
        assert index.query_many(questions) == plain.query_many(questions)


def test_as_many_as_are_looked_at_lie_on_both_sides(tmp_path):
    """More copies than are verified, of equal rank: the oldest come first."""
    documents = [Document(id=f"d{i:03}", text=text(0)) for i in range(120)]
    sketch = sketch_alone(text(0), known_of(Index.open(None).config))
    for unit in (1, 50, 1000):
        store = LmdbStore(tmp_path / str(unit), recent=unit)
        with opened(store) as index:
            for at in range(0, 120, 20):
                index.add_many(documents[at : at + 20])
            index.remove("d001")
            index.remove("d055")
            known = candidates.CandidateIndex(store)
            wanted = [d.id for d in documents[:51] if d.id not in ("d001", "d003")]
            assert named(known, sketch, "d003")[:48] == wanted[:48]


def test_a_writer_beside_readers_changes_no_answer(tmp_path):
    """It adds, replaces and removes others, makes segments of them, and undoes what it wrote."""
    index = opened(LmdbStore(tmp_path / "i", recent=40))
    index.add_many([Document(id=f"old{i}", text=text(100 * i)) for i in range(30)])
    index.add_many([Document(id=f"own{i}", text=text(100 * i)) for i in range(30)])
    wanted = [index.query(text(100 * i)) for i in range(30)]
    assert [{m.b for m in found} for found in wanted] == [{f"old{i}", f"own{i}"} for i in range(30)]
    done, wrong = threading.Event(), []

    def write():
        for i in range(60):
            with suppress(RuntimeError), index.batch():
                index.add_many([Document(id=f"u{n}", text=text(100 * n)) for n in range(5)])
                index.remove(f"own{i % 30}")
                assert "u0" in {match.b for match in index.query(text(0))}
                raise RuntimeError
            index.add(Document(id=f"other{i % 50}", text=text(3500 + 60 * i, 50)))
            if i % 3 == 0:
                index.remove(f"other{i % 50}")

    def read():
        while not done.is_set():
            for i, expected in enumerate(wanted):
                try:
                    if index.query(text(100 * i)) != expected or index.get(f"own{i}") is None:
                        wrong.append(i)
                except BaseException as error:
                    wrong.append(error)
                    raise

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    try:
        write()
    finally:
        done.set()
        for reader in readers:
            reader.join()
    assert wrong == []
    assert [index.query(text(100 * i)) for i in range(30)] == wanted
    assert index.verify() == []
    index.close()


def entry(name, size):
    keys = np.arange(9, dtype=np.uint64)
    return Entry(name, name * size, keys, keys)


def test_an_answer_outlives_the_documents_that_it_names(tmp_path):
    """Those of a write that was undone, and of which nobody else knows any more."""
    keys, caps = np.arange(9, dtype=np.uint64), Caps(50, 50, 3)
    with closing(LmdbStore(tmp_path / "i")) as store:
        store.put([entry(b"kept", 500)])
        with suppress(RuntimeError), store.batch():
            store.put([entry(b"%4d" % i, 500) for i in range(20)])
            places, _ = store.strongest(keys, keys, caps, 100)
            raise RuntimeError
        store.put([entry(b"next", 500)])
        gc.collect()
        filling = [bytes([i]) * size for i in range(200) for size in range(1990, 2100, 10)]
        names = [places.name(i) for i in range(len(places.key))]
        assert names == [b"kept", *(b"%4d" % i for i in range(20))]
        assert [places.content(i) for i in range(21)] == [name * 500 for name in names]
        now, _ = store.strongest(keys, keys, caps, 100)
        assert [now.name(i) for i in range(len(now.key))] == [b"kept", b"next"]
        assert len(filling) == 2200


def test_documents_are_there_while_others_are_cut_off(tmp_path, monkeypatch):
    """For threads that read meanwhile."""
    seen = []

    def insert(*arguments):
        seen.append(snapshot.stored(1).key)
        return real(*arguments)

    with closing(LmdbStore(tmp_path / "i")) as store:
        store.put([entry(b"a", 3)])
        snapshot, real = store._snapshot(), recent.insert
        with suppress(RuntimeError), store.batch():
            store.put([entry(b"b", 3)])
            raise RuntimeError
        monkeypatch.setattr(recent, "insert", insert)
        store.put([entry(b"c", 3)])
        assert seen == [b"a", b"a"] and list(store) == [b"a", b"c"]


def test_a_recent_document_that_is_cut_short_is_told(tmp_path, monkeypatch):
    with opened(LmdbStore(tmp_path / "i")) as index:
        monkeypatch.setattr(lmdb, "wrap", lambda stored: b"short")
        index.add(Document(id="a", text=text(0)))
        for use in (index.query, lambda asked: index.query_many([asked])):
            with pytest.raises(IndexCorruptError, match="a stored document is cut short"):
                use(text(0))
        assert index.query(text(9000)) == []


def test_what_is_too_short_for_a_signature_is_like_nothing(tmp_path):
    with closing(LmdbStore(tmp_path / "i")) as store:
        store.put([entry(b"a", 3)])
        sketch = sketch_alone("", known_of(Index.open(None).config))
        places, cut = store.likely(sketch, Caps(9, 9, 1), 9, 0, LEAST)
        assert (len(places.key), cut) == (0, 0)
