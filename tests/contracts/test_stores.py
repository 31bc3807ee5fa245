"""One suite for every store: what an index may rely on."""

from __future__ import annotations

import threading
from uuid import uuid4

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dupdetect.errors import IndexError_
from dupdetect.index.stores.base import Entry, Store
from dupdetect.index.stores.lmdb import LmdbStore
from dupdetect.index.stores.memory import MemoryStore
from dupdetect.index.stores.rings import MAX_TRACE, MOST_BYTES, MOST_TRACES

SMALL_MAP = 1 << 20


#: How each kind of store is made in an empty folder. A segment of four documents makes the embedded
#: store merge in the middle of everything.
KINDS = {
    "memory": lambda path: MemoryStore(),
    "lmdb": lambda path: LmdbStore(path, map_size=SMALL_MAP),
    "lmdb in small segments": lambda path: LmdbStore(path, map_size=SMALL_MAP, recent=4),
}


@pytest.fixture
def redis_store(redis_server):
    """Makes new stores on the tests' server."""
    from dupdetect.index.stores.redis import RedisStore

    return lambda _: RedisStore(f"{redis_server.url}?bits=8&prefix={uuid4().hex}")


@pytest.fixture(params=[*KINDS, "redis"])
def store(request, tmp_path):
    kind = request.param
    make = request.getfixturevalue("redis_store") if kind == "redis" else KINDS[kind]
    opened: Store = make(tmp_path / "index")
    yield opened
    opened.close()


def entry(key, bands=(), anchors=(), record=b"record", site=b"", trace=b""):
    return Entry(
        key.encode(),
        record,
        np.array(sorted(set(bands)), np.uint64),
        np.array(sorted(set(anchors)), np.uint64),
        site,
        trace,
    )


def left(key, site=b"site", trace=None):
    """A document that leaves a trace, by default its key."""
    return entry(key, site=site, trace=key.encode() if trace is None else trace)


def traces(store, site=b"site"):
    return [held.trace.decode() for held in store.traces(site)]


def found(store, view, key, cap=100):
    postings = store.lookup(view, np.array([key], np.uint64), cap=cap)
    return [name.decode() for name in store.names(postings.numbers.tolist())]


def test_a_new_store_is_empty(store):
    assert store.header() is None
    assert len(store) == 0
    assert list(store) == []
    assert store.get([b"a"]) == [None]
    assert not store.contains(b"a")
    assert store.check() == []


def test_header_is_kept(store):
    store.set_header(b"one")
    store.set_header(b"two")
    assert store.header() == b"two"


def test_documents_are_found_by_key_and_by_postings(store):
    store.put([entry("a", [1, 2], [7]), entry("b", [2], [7, 8], record=b"other")])
    assert store.get([b"b", b"x", b"a"]) == [b"other", None, b"record"]
    assert store.contains(b"a")
    assert len(store) == 2
    assert list(store) == [b"a", b"b"]
    assert found(store, "bands", 2) == ["a", "b"]
    assert found(store, "anchors", 8) == ["b"]
    assert found(store, "bands", 7) == []
    info = store.info()
    assert info["documents"] == 2
    assert info["postings"] == {"bands": 3, "anchors": 3}


def test_records_by_number(store):
    store.put([entry("a", [1]), entry("b", [2], record=b"other")])
    numbers = store.lookup("bands", np.array([1, 2], np.uint64), cap=9).numbers.tolist()
    assert store.records(numbers) == [b"record", b"other"]
    store.delete([b"a"])
    assert store.records([*numbers, 12345]) == [None, b"other", None]
    assert store.records([]) == []


def test_compacting_changes_nothing_that_is_seen(store):
    store.put([entry(name, [5], [ord(name)]) for name in "abc"])
    store.put([entry("b", [5], [7])])
    store.delete([b"a"])
    store.compact()
    assert list(store) in ([b"b", b"c"], [b"c", b"b"])
    assert sorted(found(store, "bands", 5)) == ["b", "c"]
    assert found(store, "anchors", 7) == ["b"]
    assert store.get([b"a", b"b"]) == [None, b"record"]
    assert store.check() == []


def test_lookup_answers_many_keys_at_once_and_says_which_lists_are_cut(store):
    store.put([entry(name, [5], [9]) for name in "abcd"] + [entry("e", [6])])
    postings = store.lookup("bands", np.array([6, 4, 5], np.uint64), cap=2)
    assert postings.start.tolist() == [0, 1, 1, 3]
    assert postings.sizes[:2].tolist() == [1, 0]
    assert postings.sizes[2] > 2
    names = [name.decode() for name in store.names(postings.numbers.tolist())]
    assert names == ["e", "a", "b"]
    assert len(store.lookup("bands", np.empty(0, np.uint64), cap=2).numbers) == 0


def test_the_same_key_again_replaces_record_and_postings(store):
    store.put([entry("a", [1, 2], [3]), entry("b", [1])])
    store.put([entry("a", [2, 4], [5], record=b"new")])
    assert store.get([b"a"]) == [b"new"]
    assert len(store) == 2
    assert found(store, "bands", 1) == ["b"]
    assert found(store, "bands", 2) == ["a"]
    assert found(store, "bands", 4) == ["a"]
    assert found(store, "anchors", 3) == []
    assert store.check() == []


def test_deleted_documents_leave_nothing(store):
    store.put([entry("a", [1], [2]), entry("b", [1], [2])])
    assert store.delete([b"a", b"absent"]) == 1
    assert found(store, "bands", 1) == ["b"]
    assert store.get([b"a"]) == [None]
    assert store.info()["postings"] == {"bands": 1, "anchors": 1}
    assert store.check() == []


def test_a_batch_is_seen_inside_and_kept_after(store):
    store.put([entry("old", [1])])
    with store.batch():
        store.put([entry("a", [1])])
        store.delete([b"old"])
        assert found(store, "bands", 1) == ["a"]
    assert found(store, "bands", 1) == ["a"]
    assert store.check() == []


def test_a_batch_that_fails_changes_nothing(store):
    store.put([entry("a", [1], [3]), entry("b", [1])])
    with pytest.raises(RuntimeError), store.batch():
        store.put([entry("c", [1])])
        store.put([entry("a", [2], record=b"new")])
        store.delete([b"b"])
        raise RuntimeError
    assert list(store) == [b"a", b"b"]
    assert found(store, "bands", 1) == ["a", "b"]
    assert store.get([b"a"]) == [b"record"]
    assert store.check() == []


def test_batches_do_not_nest(store):
    with store.batch(), pytest.raises(IndexError_), store.batch():
        pass
    store.put([entry("a")])
    assert store.contains(b"a")


def test_keys_of_any_length_and_bytes(store):
    keys = ["x" * 3000, "é\u2028\U0001f600", "a\0b", " "]
    store.put([entry(key, [1]) for key in keys])
    assert [key.decode() for key in store] == keys
    assert all(store.contains(key.encode()) for key in keys)
    assert store.delete([keys[0].encode()]) == 1


def test_writes_go_on_while_keys_are_iterated(store):
    store.put([entry(f"d{i:05d}") for i in range(3000)])
    seen = []
    for key in store:
        seen.append(key)
        if len(seen) == 10:
            store.put([entry("late")])
    assert seen[:3000] == [f"d{i:05d}".encode() for i in range(3000)]


def test_much_data_in_one_batch_and_outside(store):
    record = bytes(5000)
    with store.batch():
        for at in range(0, 600, 20):
            store.put([entry(f"{i}", [i], [i, i + 1], record=record) for i in range(at, at + 20)])
    store.put([entry(f"{i}", [i], record=record) for i in range(600, 1200)])
    assert len(store) == 1200
    assert found(store, "anchors", 5) == ["4", "5"]
    assert store.check() == []


def test_threads_write_and_read_at_once(store):
    failures = []

    def work(name):
        try:
            for i in range(60):
                key = f"{name}{i}"
                store.put([entry(key, [i], record=bytes(2000))])
                assert key in found(store, "bands", i)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(name,)) for name in "wxyz"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(store) == 240
    assert sorted(found(store, "bands", 7)) == ["w7", "x7", "y7", "z7"]
    assert store.check() == []


def test_the_latest_documents_of_a_site_leave_traces(store):
    assert store.traces(b"site") == [] and list(store.sites()) == []
    store.put([left("a"), entry("b"), left("c", b"other"), left("d")])
    store.put([left("e")])
    assert traces(store) == ["a", "d", "e"]
    assert traces(store, b"other") == ["c"]
    assert sorted(store.sites()) == [b"other", b"site"]
    numbers = [held.number for held in store.traces(b"site")]
    assert store.names(numbers) == [b"a", b"d", b"e"]
    assert store.check() == []


def test_a_site_keeps_a_few_traces_and_few_bytes_of_them(store):
    store.put([left(f"{i:03d}") for i in range(MOST_TRACES + 8)])
    store.put([left("last")])
    assert traces(store) == [*(f"{i:03d}" for i in range(9, MOST_TRACES + 8)), "last"]
    for i in range(9):
        store.put([left(f"long{i}", trace=b"%d" % i * (MOST_BYTES // 5))])
    assert [trace[0] for trace in traces(store)] == ["5", "6", "7", "8"]
    assert store.check() == []


def test_documents_that_are_removed_or_replaced_leave_no_trace(store):
    store.put([left("a"), left("b"), left("c"), left("d")])
    store.delete([b"b"])
    store.put([left("c", trace=b"new")])
    store.put([entry("d")])
    assert traces(store) == ["a", "new"]
    store.put([left("a", b"other")])
    assert traces(store) == ["new"] and traces(store, b"other") == ["a"]
    store.compact()
    assert traces(store) == ["new"] and traces(store, b"other") == ["a"]
    store.delete([b"a"])
    store.compact()
    assert list(store.sites()) == [b"site"]
    assert store.check() == []


def test_a_page_that_is_replaced_again_and_again_pushes_no_other_out(store):
    store.put([left("a"), left("b")])
    for i in range(3 * MOST_TRACES):
        store.put([left("home", trace=b"%d" % i)])
    assert traces(store) == ["a", "b", f"{3 * MOST_TRACES - 1}"]


def test_a_batch_keeps_its_traces_or_none(store):
    store.put([left("a"), left("b")])
    with pytest.raises(RuntimeError), store.batch():
        store.put([left("c"), left("a", trace=b"new"), left("d", b"other")])
        store.delete([b"b"])
        assert sorted(traces(store)) == ["c", "new"]
        assert sorted(store.sites()) == [b"other", b"site"]
        raise RuntimeError
    assert traces(store) == ["a", "b"] and list(store.sites()) == [b"site"]
    with store.batch():
        store.put([left("c")])
        store.put([left("a", trace=b"new")])
        store.delete([b"b"])
    assert sorted(traces(store)) == ["c", "new"]
    assert store.check() == []


def test_a_trace_that_no_ring_can_hold_is_refused(store):
    with pytest.raises(ValueError, match="a trace of"):
        store.put([left("a", trace=bytes(MAX_TRACE + 1))])
    assert len(store) == 0 and store.traces(b"site") == []


def test_traces_of_two_writers_are_all_there(store):
    def work(name):
        for i in range(10):
            store.put([left(f"{name}{i}")])

    threads = [threading.Thread(target=work, args=(name,)) for name in "yz"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(traces(store)) == sorted(f"{name}{i}" for name in "yz" for i in range(10))


keys = st.sampled_from("abcdef")
postings = st.frozensets(st.integers(0, 6), max_size=4)
operations = st.lists(
    st.tuples(st.just("put"), keys, postings, postings)
    | st.tuples(st.just("delete"), keys, st.none(), st.none()),
    max_size=20,
)


@settings(deadline=None, max_examples=30)
@given(operations)
@pytest.mark.parametrize("kind", [*KINDS, "redis"])
def test_any_history_ends_like_a_dictionary(kind, request, tmp_path_factory, history):
    make = request.getfixturevalue("redis_store") if kind == "redis" else KINDS[kind]
    store: Store = make(tmp_path_factory.mktemp("history"))
    model = {}
    for operation, key, bands, anchors in history:
        if operation == "put":
            store.put([entry(key, bands, anchors)])
            model[key] = (bands, anchors)
        else:
            assert store.delete([key.encode()]) == (model.pop(key, None) is not None)
    assert sorted(store) == sorted(key.encode() for key in model)
    for view in (0, 1):
        for number in range(7):
            expected = {key for key, sets in model.items() if number in sets[view]}
            assert set(found(store, ("bands", "anchors")[view], number)) == expected
    assert store.check() == []
    store.close()
