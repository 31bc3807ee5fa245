"""Traces of sites in stores that are killed, damaged, or older than they."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import lmdb
import numpy as np
import pytest

from dupdetect.errors import IndexCorruptError
from dupdetect.index import CandidateIndex
from dupdetect.index.stores import rings
from dupdetect.index.stores.base import Entry
from dupdetect.index.stores.lmdb import LmdbStore
from dupdetect.records import Document
from dupdetect.sketch.traces import LONGEST, PageLines, pack

ROOT = str(Path(__file__).resolve().parents[2])

_WRITER = """
import sys, numpy as np
from dupdetect.index.stores.base import Entry
if sys.argv[1].startswith("redis:"):
    from dupdetect.index.stores.redis import RedisStore
    store = RedisStore(sys.argv[1])
else:
    from dupdetect.index.stores.lmdb import LmdbStore
    store = LmdbStore(sys.argv[1], map_size=1 << 20, recent=4)
i = len(store)
while True:
    part = range(i, i + (6 if i % 3 else 1))
    keys = {i: np.arange(i, i + 20, dtype=np.uint64) for i in part}
    store.put([Entry(b"d%d" % i, bytes(300), keys[i], keys[i], b"site", b"d%d" % i) for i in part])
    i += len(part)
    print(i - 1, flush=True)
"""


_TEN = """
import sys, numpy as np
from dupdetect.index.stores.base import Entry
from dupdetect.index.stores.lmdb import LmdbStore
store = LmdbStore(sys.argv[1], map_size=1 << 20, create=False, recent=4)
keys = np.arange(9, dtype=np.uint64)
for i in range(10):
    name = sys.argv[2].encode() + b"%d" % i
    store.put([Entry(name, bytes(2000), keys, keys, b"site", name)])
"""


def left(key: str, site: bytes = b"site", trace: bytes | None = None) -> Entry:
    keys = np.arange(3, dtype=np.uint64)
    return Entry(
        key.encode(), b"record", keys, keys, site, key.encode() if trace is None else trace
    )


def traces(store: Any) -> list[bytes]:
    return [held.trace for held in store.traces(b"site")]


@pytest.mark.parametrize("kind", ["lmdb", "redis"])
def test_killed_writers_leave_the_traces_of_the_documents_that_are_there(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    rng = random.Random(11)
    if kind == "redis":
        from dupdetect.index.stores.redis import RedisStore

        address = f"{request.getfixturevalue('redis_server').url}?bits=8&prefix={uuid4().hex}"
    else:
        address = str(tmp_path / "index")
    for _ in range(4):
        writer = subprocess.Popen(
            [sys.executable, "-c", _WRITER, address], cwd=ROOT, text=True, stdout=subprocess.PIPE
        )
        assert writer.stdout is not None
        for _ in range(rng.randrange(3, 25)):
            acknowledged = int(writer.stdout.readline())
        writer.kill()
        writer.communicate()
        store: Any = RedisStore(address) if kind == "redis" else LmdbStore(address, recent=4)
        documents = [b"d%d" % i for i in range(len(store))]
        assert len(documents) > acknowledged and sorted(store) == sorted(documents)
        assert traces(store) == documents[-rings.MOST_TRACES :]
        assert store.check() == []
        store.close()


def test_two_processes_lose_no_trace_of_each_other(tmp_path: Path) -> None:
    LmdbStore(tmp_path / "i").close()
    writers = [
        subprocess.Popen([sys.executable, "-c", _TEN, str(tmp_path / "i"), name], cwd=ROOT)
        for name in "yz"
    ]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    store = LmdbStore(tmp_path / "i", recent=4)
    assert sorted(traces(store)) == sorted(b"%c%d" % (c, i) for c in b"yz" for i in range(10))
    assert store.check() == []
    store.close()


def without_sites(path: Path) -> None:
    """Makes the index at a folder one of before there were traces."""
    with lmdb.open(str(path), max_dbs=16) as env, env.begin(write=True) as txn:
        txn.drop(env.open_db(b"sites", txn=txn, create=False))


def test_an_index_of_before_opens_as_ever_and_learns_from_then_on(tmp_path: Path) -> None:
    store = LmdbStore(tmp_path / "i")
    store.put([left("a")])
    store.close()
    without_sites(tmp_path / "i")
    store = LmdbStore(tmp_path / "i", readonly=True, create=False)
    assert list(store) == [b"a"] and traces(store) == [] and list(store.sites()) == []
    assert store.check() == []
    store.close()
    store = LmdbStore(tmp_path / "i", create=False)
    assert traces(store) == []
    store.put([left("b")])
    assert traces(store) == [b"b"]
    store.compact()
    assert store.check() == [] and list(store) == [b"a", b"b"]
    store.close()


@pytest.mark.parametrize("damage", [b"", b"xyz", None])
def test_damaged_traces_are_said(tmp_path: Path, damage: bytes | None) -> None:
    store = LmdbStore(tmp_path / "i")
    store.put([left("a"), left("b")])
    store.close()
    with lmdb.open(str(tmp_path / "i"), max_dbs=16) as env:
        table = env.open_db(b"sites", create=False)
        with env.begin(write=True) as txn:
            whole = bytearray(txn.get(b"site", db=table))
            whole[-1] ^= 1
            txn.put(b"site", bytes(whole) if damage is None else damage, db=table)
    store = LmdbStore(tmp_path / "i")
    assert any("site 73697465" in problem for problem in store.check())
    with pytest.raises(IndexCorruptError, match="traces of site 73697465 are damaged"):
        store.traces(b"site")
    with pytest.raises(IndexCorruptError):
        store.put([left("c")])
    assert list(store) == [b"a", b"b"]
    store.close()


def test_damaged_traces_on_redis_are_said(redis_server: Any) -> None:
    redis = pytest.importorskip("redis")
    from dupdetect.index.stores.redis import RedisStore

    prefix = uuid4().hex
    store = RedisStore(f"{redis_server.url}?bits=8&prefix={prefix}")
    store.put([left("a")])
    with redis.Redis(port=redis_server.port) as client:
        client.hset(f"{prefix}:sites", b"site", b"\3\0abc")
    assert any("site 73697465" in problem for problem in store.check())
    assert traces(store) == []
    store.put([left("b")])
    assert list(store) == [b"a", b"b"]
    store.compact()
    assert store.check() == []
    store.put([left("c")])
    assert traces(store) == [b"c"]
    store.close()


def test_verify_knows_whose_a_trace_is(tmp_path: Path, sketches: Any) -> None:
    with CandidateIndex.open(tmp_path / "i") as index:
        index.add(Document(id="a", text="un"), sketches(([1], [2])))
        lines = PageLines(np.array([1], np.uint32), np.zeros(LONGEST, np.uint32))
        index._store.put([left("b", trace=pack("c", lines)), left("d", trace=b"short")])
        problems = index.verify()
        assert any("document b: a trace that is not its own" in problem for problem in problems)
        assert any("wrong length" in problem for problem in problems)


def test_a_ring_that_is_cut_short_is_said() -> None:
    ring = rings.encode([rings.Held(7, b"abc"), rings.Held(9, b"")])
    assert rings.decode(ring) == [(7, b"abc"), (9, b"")]
    for size in range(len(ring)):
        with pytest.raises(IndexCorruptError):
            rings.decode(ring[:size])
    with pytest.raises(IndexCorruptError):
        rings.decode(ring + b"x")
