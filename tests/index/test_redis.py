"""The store on Redis: addresses, other people's data, damage, long lists."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from click.testing import CliRunner

import dupdetect
from dupdetect.cli import main
from dupdetect.config import AnchorConfig, Config
from dupdetect.errors import IndexCorruptError, IndexError_, IndexMismatchError
from dupdetect.index import CandidateIndex
from dupdetect.index.stores.base import Entry

redis = pytest.importorskip("redis")

from dupdetect.index.stores import redis_scripts  # noqa: E402
from dupdetect.index.stores.redis import RedisStore  # noqa: E402
from dupdetect.index.stores.redis_server import Address  # noqa: E402

ROOT = str(Path(__file__).resolve().parents[2])


@pytest.fixture
def address(redis_server: Any) -> str:
    return f"{redis_server.url}?bits=8&prefix={uuid4().hex}"


@pytest.fixture
def store(address: str) -> Any:
    with_store = RedisStore(address)
    yield with_store
    with_store.close()


@pytest.fixture
def client(redis_server: Any) -> Any:
    with redis.Redis(port=redis_server.port) as opened:
        yield opened


def raw(store: RedisStore, name: str) -> bytes:
    return f"{Address.parse(store.info()['path']).prefix}:{name}".encode()


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("redis://h/0?prefix=a:b", "prefix must be"),
        ("redis://h/0?prefix=", "prefix must be"),
        ("redis://h/0?timeout=soon", "timeout: could not convert"),
        ("redis://h/0?timeout=0", "timeout must be positive"),
        ("redis://h/0?retries=-1", r"retries must be in 0\.\.100"),
        ("redis://h/0?bits=25", r"bits must be in 1\.\.24"),
        ("redis://h/0?buckets=3&shape=4", "unknown option buckets, shape"),
        ("redis://h/first", "the database must be a number"),
        ("redis://h/0?db=1", "the database follows the host"),
        ("redis://h:port/0", "the port must be a number"),
        ("redis://h:70000/0", "the port must be a number"),
        ("unix:///run/redis.sock?db=-1", "the database must be a number"),
        ("unix://run/redis.sock", "the whole path of the socket"),
        ("unix://", "the whole path of the socket"),
        ("http://h/0", "must begin with redis or rediss"),
    ],
)
def test_addresses_are_checked(address: str, message: str) -> None:
    with pytest.raises(IndexError_, match=message):
        Address.parse(address)


def test_passwords_are_not_shown() -> None:
    address = Address.parse("redis://me:secret@localhost:1/2?prefix=p&retries=0&timeout=0.5")
    assert address.name == "redis://localhost:1/2?prefix=p&retries=0&timeout=0.5"
    assert address.url == "redis://me:secret@localhost:1/2"
    with pytest.raises(IndexError_, match="cannot be reached") as error:
        RedisStore("redis://me:secret@localhost:1/2?retries=0")
    assert "secret" not in str(error.value)
    # What is no part of a password by the rules of addresses, and what is no option.
    for wrong in ("redis://:se#secret@h/0", "redis://:secret/x@h/0", "redis://h/0?password=secret"):
        with pytest.raises(IndexError_) as error:
            Address.parse(wrong)
        assert "secret" not in str(error.value)


def test_a_server_may_be_reached_by_its_socket(mortal_redis: Any) -> None:
    with TemporaryDirectory() as folder:  # a short path: that of a socket has at most 107 bytes
        place = Path(folder) / "s.sock"
        mortal_redis.kill()
        mortal_redis.start("--unixsocket", str(place))
        with redis.Redis(port=mortal_redis.port) as client:
            client.config_set("requirepass", "p#w")
        with dupdetect.Index.open(f"unix://:p%23w@{place}?db=3&bits=8") as index:
            index.add(dupdetect.Document(id="a", text="trois petits mots"))
            assert index.info()["path"] == f"unix://{place}?db=3&bits=8"
        with redis.Redis(port=mortal_redis.port, password="p#w", db=3) as client:
            assert client.hlen("dupdetect:names") == 1


def test_a_new_index_is_made_where_none_is(address: str) -> None:
    codes = [CliRunner().invoke(main, ["index", "create", address]).exit_code for _ in range(2)]
    assert codes == [0, 2]


def test_an_index_knows_what_other_processes_added(sample: Path, address: str) -> None:
    text = (sample / "articles.jsonl").read_text(encoding="utf-8").splitlines()[0]
    document = dupdetect.Document(id="a", text=text)
    with dupdetect.Index.open(address) as index, dupdetect.Index.open(address) as other:
        index.add(document)
        assert list(other) == ["a"]
        match = other.query(dupdetect.Document(id="b", text=text.replace("\n", " ")))[0]
        assert (match.b, match.kind) == ("a", "exact")
        assert other.info()["kind"] == "redis" and other.info()["path"] == address
        assert other.verify() == []


def test_other_settings_are_refused(address: str) -> None:
    CandidateIndex.open(address).close()
    with pytest.raises(IndexMismatchError, match=r"anchor\.keys is 256 in the index, 32 now"):
        CandidateIndex.open(address, config=Config(anchor=AnchorConfig(keys=32)))


def test_another_layout_is_refused(store: RedisStore, client: Any, address: str) -> None:
    client.hset(raw(store, "meta"), "layout", 2)
    with pytest.raises(IndexMismatchError, match="its layout is 2, 1 now"):
        RedisStore(address)


def test_absent_and_not_to_be_made(address: str, client: Any) -> None:
    for options in ({"create": False}, {"readonly": True}):
        with pytest.raises(IndexError_, match="no index here"):
            RedisStore(address, **options)
    prefix = Address.parse(address).prefix
    assert client.keys(f"{prefix}:*") == []


def test_opened_for_reading_nothing_can_be_written(
    store: RedisStore, address: str, entry: Any, found: Any
) -> None:
    store.put([entry("a", [1])])
    reader = RedisStore(address, readonly=True)
    assert found(reader, 1) == ["a"]
    for write in (lambda: reader.put([entry("b")]), lambda: reader.delete([b"a"]), reader.compact):
        with pytest.raises(IndexError_, match="reading only"):
            write()
    reader.close()


def test_other_peoples_data_are_left_alone(address: str, client: Any) -> None:
    prefix = Address.parse(address).prefix
    client.set(f"{prefix}:meta", "theirs")
    with pytest.raises(IndexCorruptError, match="not an index"):
        RedisStore(address)
    assert client.get(f"{prefix}:meta") == b"theirs"


def test_indexes_of_two_prefixes_do_not_see_each_other(
    redis_server: Any, entry: Any, found: Any
) -> None:
    name = uuid4().hex
    stores = [RedisStore(f"{redis_server.url}?prefix={name}{end}&bits=8") for end in ("", "b")]
    for number, one in enumerate(stores):
        one.put([entry(f"d{number}", range(500))])
    assert [list(one) for one in stores] == [[b"d0"], [b"d1"]]
    assert [found(one, 3) for one in stores] == [["d0"], ["d1"]]
    assert [one.check() for one in stores] == [[], []]


def test_what_a_dead_writer_staged_is_not_seen_and_swept(
    store: RedisStore, client: Any, entry: Any
) -> None:
    store.put([entry("a", [1])])
    before = client.dbsize(), store.info()["postings"]
    packed = b"\1\0\0\0" + bytes(8) * 2
    store._run(redis_scripts.STAGE, [0, 8, b"b", b"half", packed, b"site", b"trace"])
    assert list(store) == [b"a"] and len(store) == 1
    assert store.records([2]) == [None] and store.names([2]) == [None]
    assert store.traces(b"site") == []
    assert not store.contains(b"b")
    assert store.check() == []
    store.compact()
    assert (client.dbsize(), store.info()["postings"]) == before
    assert store.check() == []


def test_a_write_that_was_swept_is_made_again(store: RedisStore, entry: Any, found: Any) -> None:
    script, swept = store._server.script, []

    def sweeping(code: str, arguments: Any) -> Any:
        if code == redis_scripts.COMMIT and not swept:
            swept.append(True)
            store.compact()
        return script(code, arguments)

    store._server.script = sweeping  # type: ignore[method-assign]
    with store.batch():
        store.put([entry(f"d{i}", range(i, i + 300)) for i in range(60)])
    assert swept and len(store) == 60
    assert found(store, 299) == sorted(f"d{i}" for i in range(60))
    assert store.check() == []


def test_check_notices_damage(store: RedisStore, client: Any, entry: Any) -> None:
    store.put([entry("a", [1, 2]), entry("b", [2])])
    assert store.check() == []
    record = client.hgetall(raw(store, "records"))
    client.delete(raw(store, "records"))
    assert store.check() == [f"document {name}: its record is missing" for name in "ab"]
    client.hset(raw(store, "records"), mapping=record)
    buckets = client.keys(raw(store, "b???"))
    kept = client.get(buckets[0])
    client.delete(buckets[0])
    assert any("postings are missing" in problem for problem in store.check())
    client.set(buckets[0], kept + b"12345\xff\0\0\0")
    assert store.check() == ["1 postings of no document"]


def test_hot_lists_stay_bounded(store: RedisStore, client: Any) -> None:
    n = redis_scripts.LONG // redis_scripts.ENTRY + 50
    none = np.empty(0, np.uint64)
    store.put([Entry(b"d%05d" % i, b"", np.array([7], np.uint64), none) for i in range(n)])
    bucket = max(client.keys(raw(store, "b???")), key=client.strlen)
    assert client.strlen(bucket) < redis_scripts.LONG + 2 * redis_scripts.ENTRY
    postings = store.lookup("bands", np.array([7, 8], np.uint64), cap=64)
    assert postings.numbers.tolist() == list(range(1, 65))
    assert postings.sizes[0] > 64 and postings.sizes[1] == 0
    assert store.delete([b"d00000", b"d%05d" % (n - 1)]) == 2
    assert len(store) == n - 2 and store.check() == []


def test_the_lowest_of_a_list_are_those_that_are_left(
    store: RedisStore, entry: Any, found: Any
) -> None:
    store.put([entry(f"d{i:03d}", [5]) for i in range(100)])
    store.delete([b"d%03d" % i for i in range(90)])
    assert found(store, 5, cap=10) == [f"d{i:03d}" for i in range(90, 100)]
    with store.batch():
        store.delete([b"d%03d" % i for i in range(90, 95)])
        store.put([entry("new", [5])])
        postings = store.lookup("bands", np.array([5], np.uint64), cap=3)
        assert store.names(postings.numbers.tolist()) == [b"d095", b"d096", b"d097"]
        assert postings.sizes[0] > 3
        assert found(store, 5) == ["d095", "d096", "d097", "d098", "d099", "new"]
    assert found(store, 5) == ["d095", "d096", "d097", "d098", "d099", "new"]
