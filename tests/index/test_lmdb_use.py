"""An index in a folder in the hands of processes: forked ones, and those that may only read."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import lmdb
import pytest

from dupdetect.errors import IndexCorruptError, IndexError_
from dupdetect.index.stores.lmdb import LmdbStore


def in_a_fork(work):
    """What a forked process has to say."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            said = str(work())
        except IndexError_ as error:
            said = str(error)
        os.write(writing, said.encode())
        os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading) as pipe:
        return pipe.read()


def test_an_index_is_not_used_across_a_fork(tmp_path, entry):
    with closing(LmdbStore(tmp_path / "i")) as store:
        store.put([entry("a")])
        readers = store.info()["readers"]
        for use in (lambda: len(store), lambda: store.put([entry("b")])):
            assert "opened before this process was forked" in in_a_fork(use)
        assert "before the fork" in in_a_fork(lambda: LmdbStore(tmp_path / "i"))
        assert in_a_fork(store.close) == "None"
        assert (store.info()["readers"], store.check()) == (readers, [])
        store.put([entry("c")])
        assert list(store) == [b"a", b"c"]
    assert in_a_fork(lambda: len(LmdbStore(tmp_path / "i"))) == "2"


@pytest.mark.parametrize("tables", [None, (), ("meta",), ("meta", "tail")])
def test_an_index_whose_maker_was_killed_is_made_again(tmp_path, entry, tables):
    path = tmp_path / "i"
    path.mkdir()
    if tables is None:
        (path / "lock.mdb").touch()
    else:
        with lmdb.open(str(path), max_dbs=8) as env:
            for name in tables:
                env.open_db(name.encode(), integerkey=name != "meta")
    with pytest.raises(IndexError_):
        LmdbStore(path, create=False, readonly=True).header()
    with closing(LmdbStore(path)) as store:
        store.put([entry("a")])
    with closing(LmdbStore(path)) as store:
        assert list(store) == [b"a"] and store.check() == []


def test_tables_that_hold_something_else_are_left_alone(tmp_path):
    with lmdb.open(str(tmp_path), max_dbs=8) as env, env.begin(write=True) as txn:
        txn.put(b"somebody", b"else's", db=env.open_db(b"meta", txn))
    for create in (True, False):
        with pytest.raises(IndexCorruptError, match="not an index"):
            LmdbStore(tmp_path, create=create)


_PUT = """
import sys
import numpy as np
from dupdetect.index.stores.base import Entry
from dupdetect.index.stores.lmdb import LmdbStore

store, none = LmdbStore(sys.argv[1]), np.empty(0, np.uint64)
store.put([Entry(b"theirs", b"record", none, none)])
store.close()
"""


@pytest.mark.parametrize("undone", [False, True])
def test_a_batch_is_left_alone_by_threads_that_read_what_others_wrote(tmp_path, entry, undone):
    """Another process has written before the batch began, and nobody has looked since."""
    ours = [b"own", b"theirs", b"b", b"c"]
    with closing(LmdbStore(tmp_path / "i")) as store, ThreadPoolExecutor(1) as thread:
        store.put([entry("own")])
        subprocess.run([sys.executable, "-c", _PUT, str(tmp_path / "i")], check=True)
        try:
            with store.batch():
                store.put([entry("b")])
                assert thread.submit(list, store).result() == ours[:2]
                store.put([entry("c")])
                assert list(store) == ours
                assert thread.submit(list, store).result() == ours[:2]
                if undone:
                    raise RuntimeError
        except RuntimeError:
            ours = ours[:2]
        assert list(store) == ours
        store.put([entry("d")])
        assert list(store) == [*ours, b"d"] and store.check() == []
        store.compact()
        assert list(store) == [*ours, b"d"] and store.check() == []


def test_an_index_that_cannot_be_written_can_be_read(tmp_path, entry, monkeypatch):
    with closing(LmdbStore(tmp_path / "i")) as store:
        store.put([entry("a")])
    # Root may write everywhere: what others are told stands in for a folder of somebody else.
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)
    with pytest.raises(IndexError_, match="cannot be written"):
        LmdbStore(tmp_path / "i")
    with closing(LmdbStore(tmp_path / "i", readonly=True)) as store:
        assert list(store) == [b"a"]
