"""The store on Redis when its server or its writers die, and when many use it at once."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pytest

from dupdetect.errors import IndexError_

redis = pytest.importorskip("redis")

from dupdetect.index.stores.redis import RedisStore  # noqa: E402

ROOT = str(Path(__file__).resolve().parents[2])

_WRITER = """
import sys, numpy as np
from dupdetect.index.stores.base import Entry
from dupdetect.index.stores.redis import RedisStore
store = RedisStore(sys.argv[1])
for i in range(len(store), 100_000):
    keys = np.arange(i, i + 20, dtype=np.uint64)
    store.put([Entry(b"d%d" % i, bytes(3000), keys, keys)])
    print(i, flush=True)
"""

#: Adds documents in batches of several steps, which leave something behind when they are cut short.
_BATCHES = """
import sys, numpy as np
from dupdetect.index.stores.base import Entry
from dupdetect.index.stores.redis import RedisStore
store = RedisStore(sys.argv[1])
for i in range(len(store), 100_000, 100):
    with store.batch():
        for j in range(i, i + 100):
            keys = np.arange(j, j + 150, dtype=np.uint64)
            store.put([Entry(b"d%d" % j, bytes(100), keys, keys)])
    print(i + 99, flush=True)
"""


@pytest.fixture
def address(redis_server: Any) -> str:
    return f"{redis_server.url}?bits=16&prefix={uuid4().hex}"


def test_a_full_server_refuses_and_keeps_what_it_has(
    mortal_redis: Any, entry: Any, found: Any
) -> None:
    store = RedisStore(f"{mortal_redis.url}?bits=8")
    store.put([entry("a", [1])])
    with redis.Redis(port=mortal_redis.port) as client:
        client.config_set("maxmemory", "1mb")
    with pytest.raises(IndexError_, match=r"the server refuses: .*maxmemory"):
        store.put([entry("b", [1], size=3_000_000)])
    assert list(store) == [b"a"] and found(store, 1) == ["a"]
    assert store.check() == []
    assert store.delete([b"a"]) == 1
    assert found(store, 1) == [] and store.info()["postings"] == {"bands": 0, "anchors": 0}
    with redis.Redis(port=mortal_redis.port) as client:
        assert client.keys("dupdetect:b*") == []
        client.config_set("maxmemory", "1gb")
        client.config_set("maxmemory-policy", "allkeys-lru")
        assert any("may evict" in problem for problem in store.check())
    store.close()


def test_a_wrong_password_is_said_without_retries(mortal_redis: Any) -> None:
    with redis.Redis(port=mortal_redis.port) as client:
        client.config_set("requirepass", "right")
    port = mortal_redis.port
    with pytest.raises(IndexError_, match="refuses the user or password"):
        RedisStore(f"redis://:wrong@127.0.0.1:{port}/0")
    RedisStore(f"redis://:right@127.0.0.1:{port}/0").close()


def test_a_server_that_is_gone_is_an_error_and_back_is_used_again(
    mortal_redis: Any, entry: Any, found: Any
) -> None:
    store = RedisStore(f"{mortal_redis.url}?bits=8&retries=0")
    store.put([entry("a", [1])])
    mortal_redis.kill()
    for use in (
        lambda: store.put([entry("b", [1])]),
        lambda: store.delete([b"a"]),
        lambda: found(store, 1),
        lambda: list(store),
        lambda: len(store),
    ):
        with pytest.raises(IndexError_, match="the server cannot be reached"):
            use()
    mortal_redis.start()
    assert list(store) == [b"a"] and found(store, 1) == ["a"]
    store.put([entry("b", [1])])
    assert found(store, 1) == ["a", "b"]
    store.close()


@pytest.mark.parametrize("bits", [7, 8])
def test_an_index_that_is_gone_is_not_gone_on_with(
    mortal_redis: Any, entry: Any, found: Any, bits: int
) -> None:
    """A server without persistence is empty after a restart: what was added to it then, without a
    header, nobody could open again."""
    address = f"{mortal_redis.url}?bits=8"
    with closing(RedisStore(address)) as store:
        store.put([entry("a", [1])])
        with redis.Redis(port=mortal_redis.port) as client:
            client.flushall()
        for read in (
            lambda: found(store, 1),
            lambda: store.get([b"a"]),
            lambda: store.contains(b"a"),
            lambda: store.traces(b"a.example"),
            lambda: store.delete([b"a"]),
            lambda: store.compact(),
            lambda: len(store),
            lambda: list(store),
        ):
            with pytest.raises(IndexError_, match="not on the server any more"):
                read()
        many = [entry(f"b{i}", [1]) for i in range(600)]
        for part in (many[:1], many):
            with pytest.raises(IndexError_, match="not on the server any more"):
                store.put(part)
        with pytest.raises(IndexError_, match="no index here"):
            RedisStore(address, create=False)
        with closing(RedisStore(f"{mortal_redis.url}?bits={bits}")) as new:
            if bits == 8:  # begun anew by another crawler in the same way: this one may go on
                store.put(many)
                assert len(new) == 600
            else:
                with pytest.raises(IndexError_, match="not on the server any more"):
                    store.put(many)
                with pytest.raises(IndexError_, match="not on the server any more"):
                    found(store, 1)
                assert len(new) == 0
            assert new.check() == []


def test_retries_outlast_a_restart(mortal_redis: Any, entry: Any, found: Any) -> None:
    store = RedisStore(f"{mortal_redis.url}?bits=8&retries=9")
    store.put([entry("a", [1])])
    mortal_redis.kill()
    starter = threading.Timer(0.3, mortal_redis.start)
    starter.start()
    store.put([entry("b", [1])])
    starter.join()
    assert found(store, 1) == ["a", "b"] and store.check() == []
    store.close()


def test_servers_killed_in_the_middle_of_adds_lose_nothing_acknowledged(
    mortal_redis: Any, found: Any
) -> None:
    rng, address = random.Random(5), f"{mortal_redis.url}?bits=8&retries=0"
    acknowledged = -1
    for _ in range(4):
        writer = subprocess.Popen(
            [sys.executable, "-c", _WRITER, address], cwd=ROOT, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        assert writer.stdout is not None
        for _ in range(rng.randrange(5, 200)):
            acknowledged = int(writer.stdout.readline())
        mortal_redis.kill()
        rest, error = writer.communicate()
        acknowledged = max([acknowledged, *map(int, rest.split())])
        assert "IndexError_" in error and "cannot be reached" in error
        mortal_redis.start()
        store = RedisStore(address)
        assert store.check() == []
        assert len(store) >= acknowledged + 1
        assert all(store.contains(b"d%d" % i) for i in range(acknowledged + 1))
        assert f"d{acknowledged}" in found(store, acknowledged)
        store.close()


def test_killed_writers_leave_nothing_half_done(mortal_redis: Any) -> None:
    address = f"{mortal_redis.url}?bits=16"
    rng, store = random.Random(3), RedisStore(address)
    for _ in range(4):
        writer = subprocess.Popen(
            [sys.executable, "-c", _BATCHES, address], cwd=ROOT, text=True, stdout=subprocess.PIPE
        )
        assert writer.stdout is not None
        acknowledged = int(writer.stdout.readline())
        time.sleep(rng.random() / 10)
        writer.kill()
        rest = writer.communicate()[0].split("\n")[:-1]
        acknowledged = max([acknowledged, *map(int, rest)])
        # Until the server has read all that the writer sent before it died.
        while store._server.run(lambda client: len(client.client_list())) > 1:
            time.sleep(0.01)
        assert store.check() == []
        assert len(store) >= acknowledged + 1 and len(store) % 100 == 0
        assert sorted(store) == sorted(b"d%d" % i for i in range(len(store)))
    store.compact()
    assert store.check() == []
    tables = [store._key(name) for name in ("keys", "records")]
    counts = store._server.run(lambda client: [client.hlen(table) for table in tables])
    assert counts == [len(store)] * 2
    store.close()


def test_a_server_that_does_not_answer_is_an_error(
    mortal_redis: Any, entry: Any, found: Any
) -> None:
    store = RedisStore(f"{mortal_redis.url}?bits=8&retries=1&timeout=0.5")
    store.put([entry("a", [1])])
    mortal_redis.pause()
    try:
        with pytest.raises(IndexError_, match="the server cannot be reached: Timeout"):
            found(store, 1)
        with pytest.raises(IndexError_, match="the server cannot be reached: Timeout"):
            store.put([entry("b", [1])])
    finally:
        mortal_redis.resume()
    store.close()
    patient = RedisStore(mortal_redis.url)
    # What was asked before may still be done, but whole.
    assert found(patient, 1) in (["a"], ["a", "b"])
    assert patient.check() == []
    patient.close()


def test_two_writers_and_readers_at_once(address: str, entry: Any, found: Any) -> None:
    failures: list[Exception] = []
    done = threading.Event()

    def write(name: str) -> None:
        store = RedisStore(address)
        try:
            for i in range(150):
                store.put([entry(f"{name}{i}", range(i, i + 30), size=500)])
                if i % 3 == 2:
                    store.put([entry(f"{name}{i - 1}", [1000 + i])])
                    store.delete([f"{name}{i - 2}".encode()])
        except Exception as error:
            failures.append(error)
        store.close()

    def read() -> None:
        store = RedisStore(address, create=False)
        try:
            while not done.is_set():
                postings = store.lookup("bands", np.arange(200, dtype=np.uint64), cap=500)
                records = store.records(postings.numbers.tolist())
                assert {len(record) for record in records if record is not None} <= {500}
        except Exception as error:
            failures.append(error)
        store.close()

    store = RedisStore(address)
    writers = [threading.Thread(target=write, args=(name,)) for name in "xy"]
    readers = [threading.Thread(target=read) for _ in range(3)]
    for thread in (*readers, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    for thread in readers:
        thread.join()
    assert failures == []
    assert sorted(store) == sorted(
        f"{name}{i}".encode() for name in "xy" for i in range(150) if i % 3
    )
    kept = [f"{name}{i}" for name in "xy" for i in range(21) if i % 3 == 2]
    assert found(store, 20) == sorted(kept)
    assert found(store, 1002) == ["x1", "y1"]
    assert store.check() == []
    store.close()
