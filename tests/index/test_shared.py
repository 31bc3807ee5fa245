"""What documents share: one kernel over mapped segments answers as the plain lists do."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dupdetect.index.stores.base import Caps, Entry
from dupdetect.index.stores.by_lists import shared_by_lists, strongest_by_lists
from dupdetect.index.stores.lmdb import LmdbStore
from dupdetect.index.stores.memory import MemoryStore

KEYS = st.lists(st.integers(0, 40), max_size=12)


def entry(number, bands, keys):
    return Entry(
        b"d%d" % number, b"record %d" % number,
        np.unique(np.array(bands, np.uint64)), np.unique(np.array(keys, np.uint64)),
    )  # fmt: skip


def named(store, found):
    names = store.names(found.numbers.tolist())
    return {
        name: (int(b), int(k)) for name, b, k in zip(names, found.bands, found.keys, strict=True)
    }


@settings(deadline=None, max_examples=25)
@given(
    documents=st.lists(st.tuples(KEYS, KEYS), min_size=1, max_size=30),
    parts=st.integers(1, 12), gone=st.sets(st.integers(0, 29)), asked=st.tuples(KEYS, KEYS),
    caps=st.builds(Caps, st.integers(1, 9), st.integers(1, 9), st.integers(1, 4)),
)  # fmt: skip
def test_segments_recent_and_removed_documents_answer_as_lists_do(
    tmp_path_factory, documents, parts, gone, asked, caps
):
    memory = MemoryStore()
    store = LmdbStore(tmp_path_factory.mktemp("shared") / "i", recent=8)
    entries = [entry(i, *lists) for i, lists in enumerate(documents)]
    for at in range(0, len(entries), parts):
        for one in (memory, store):
            one.put(entries[at : at + parts])
    for one in (memory, store):
        one.delete([b"d%d" % i for i in gone])
    bands, keys = (np.unique(np.array(lists, np.uint64)) for lists in asked)
    found = store.shared(bands, keys, caps)
    wanted = memory.shared(bands, keys, caps)
    assert (
        named(store, found)
        == named(memory, wanted)
        == named(store, shared_by_lists(store, bands, keys, caps))
    )
    assert found.cut == wanted.cut
    assert (np.diff(found.numbers) > 0).all()
    for most in (1, 100):
        strong, cut = store.strongest(bands, keys, caps, most)
        by_lists, _ = strongest_by_lists(store, bands, keys, caps, most)
        assert cut == wanted.cut and len(strong.key) == min(most, len(found.numbers))
        for tell in ("name", "content"):
            told = [[getattr(p, tell)(i) for i in range(len(p.key))] for p in (strong, by_lists)]
            assert told[0] == told[1]
    store.close()


def test_more_documents_than_the_table_of_counts_has_room_for(tmp_path):
    n = 1 << 14
    with_cap = Caps(bands=n, keys=n, min_shared=2)
    store = LmdbStore(tmp_path / "i", recent=1 << 10)
    for at in range(0, n, 1 << 9):
        store.put([entry(i, [], [i % 97, 100 + i % 89]) for i in range(at, at + (1 << 9))])
    keys = np.arange(200, dtype=np.uint64)
    found = store.shared(np.empty(0, np.uint64), keys, with_cap)
    assert found.numbers.tolist() == list(range(1, n + 1))
    assert (found.keys == 2).all() and found.cut == 0
    store.close()


def test_places_are_those_of_records_wherever_they_lie(tmp_path):
    store = LmdbStore(tmp_path / "i", recent=8)
    store.put([entry(i, [1], [2]) for i in range(8)])
    store.put([entry(i, [1], [2]) for i in range(8, 11)])
    store.delete([b"d3", b"d9"])
    numbers = np.array([11, 1, 4, 10, 9, 500, 2], np.int64)
    places = store.places(numbers)
    names = [places.name(i) for i in range(len(numbers))]
    assert names == [b"d10", b"d0", b"", b"", b"d8", b"", b"d1"]
    assert places.content(4) == b"record 8" and places.content(1) == b"record 0"
    assert (places.end[[2, 3, 5]] == 0).all()
    store.close()


@pytest.mark.parametrize("kind", [MemoryStore, None])
def test_hot_keys_are_ignored_and_counted(kind, tmp_path):
    store = kind() if kind else LmdbStore(tmp_path / "i", recent=8)
    store.put([entry(i, [7], [1, 2, 3]) for i in range(20)])
    store.put([entry(99, [], [1, 2, 3, 4, 5, 6])])
    keys = np.array([1, 2, 3, 4, 5, 6], np.uint64)
    found = store.shared(np.array([7], np.uint64), keys, Caps(bands=4, keys=10, min_shared=3))
    assert named(store, found) == {b"d0": (1, 0), b"d1": (1, 0), b"d2": (1, 0), b"d3": (1, 0),
                                   b"d99": (0, 3)}  # fmt: skip
    assert found.cut == 4
    store.close()


def test_the_strongest_of_documents_that_share_keys_alone(tmp_path):
    store = LmdbStore(tmp_path / "i", recent=2)
    store.put([entry(i, [], [0, 1]) for i in range(5)])
    keys, none = np.array([0, 1], np.uint64), np.empty(0, np.uint64)
    places, cut = store.strongest(none, keys, Caps(3, 9, 1), 2)
    assert [places.name(i) for i in range(len(places.key))] == [b"d0", b"d1"] and cut == 0
    store.close()
