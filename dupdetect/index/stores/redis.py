"""The store on a Redis server, shared by many crawlers.

Posting lists lie together in buckets (strings of 9 bytes per posting), as one key for each list
would take ten times the memory. Layout and steps: :mod:`dupdetect.index.stores.redis_scripts`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dupdetect.errors import IndexCorruptError, IndexError_, IndexMismatchError
from dupdetect.index.stores import redis_scripts as scripts
from dupdetect.index.stores import rings
from dupdetect.index.stores.base import (
    VIEWS,
    Entry,
    Postings,
    View,
)
from dupdetect.index.stores.by_lists import (
    likely_by_others,
    places_by_number,
    shared_by_lists,
    strongest_by_lists,
)
from dupdetect.index.stores.redis_batch import Pending, assemble
from dupdetect.index.stores.redis_packing import fields_of, parts, places_of, split, steps_of
from dupdetect.index.stores.redis_server import Address, Server
from dupdetect.index.stores.rings import Held

U64 = NDArray[np.uint64]

LAYOUT = 1
#: Retired documents whose postings one step removes.
_STEP_CLEAN = 8
#: Numbers, keys or places that one step reads.
_CHUNK = 1024
#: Times that staged documents may be swept away by somebody's ``compact``.
_ATTEMPTS = 5
#: Problems that ``check`` reports before it stops.
_MAX_PROBLEMS = 100


class RedisStore:
    """A :class:`~dupdetect.index.stores.base.Store` on a server; safe for threads and processes.

    ``address``: see :mod:`dupdetect.index.stores.redis_server`. A put or delete that ends with an
    error is done whole or not at all. What survives the server's own death is up to its settings:
    with ``appendonly yes`` all but the last two seconds (measured: a hundred documents lost by a
    kill), with ``appendfsync always`` everything.
    """

    bulk = 256

    def __init__(self, address: str, *, create: bool = True, readonly: bool = False) -> None:
        self._address = Address.parse(address)
        self.path = self._address.name
        self._server = Server(self._address)
        self._readonly = readonly
        self._local = threading.local()
        try:
            self._bits = self._open(create and not readonly)
        except BaseException:
            self._server.close()
            raise

    def header(self) -> bytes | None:
        """See Store."""
        found: bytes | None = self._server.run(lambda c: c.hget(self._meta, "header"))
        return found

    def set_header(self, header: bytes) -> None:
        """See Store."""
        self._check_writable()
        self._server.run(lambda c: c.hset(self._meta, "header", header))

    def put(self, entries: Sequence[Entry]) -> None:
        """See Store."""
        self._check_writable()
        last = {entry.key: entry for entry in entries}
        if self._pending is not None:
            self._pending.put(list(last.values()), self._numbers(list(last)))
        else:
            self._write(list(last.values()), [])

    def delete(self, keys: Sequence[bytes]) -> int:
        """See Store."""
        self._check_writable()
        unique = list(dict.fromkeys(keys))
        if self._pending is not None:
            return self._pending.delete(self._numbers(unique))
        return self._write([], unique)

    def get(self, keys: Sequence[bytes]) -> list[bytes | None]:
        """See Store."""
        found: list[bytes | None] = []
        for part in parts(keys, _CHUNK):
            found += self._run(scripts.GET, part)
        if self._pending is not None:
            own = self._pending.get(keys)
            found = [own.get(key, record) for key, record in zip(keys, found, strict=True)]
        return found

    def contains(self, key: bytes) -> bool:
        """See Store."""
        if self._pending is not None and key in self._pending.hidden:
            return key in self._pending.entries
        return bool(self._run(scripts.CONTAINS, [key]))

    def lookup(self, view: View, keys: U64, *, cap: int) -> Postings:
        """See Store. Lists grow to 1024 documents and no more."""
        pending = self._pending
        if pending is None:
            return self._lookup(view, keys, cap)
        known = self._lookup(view, keys, cap + len(pending.masked))
        return pending.lookup(view, keys, known, cap=cap)

    def names(self, numbers: Sequence[int]) -> list[bytes | None]:
        """See Store."""
        found = self._hmget("names", fields_of(numbers))
        own = {} if self._pending is None else self._pending.names(numbers)
        return [own.get(number, key) for number, key in zip(numbers, found, strict=True)]

    def records(self, numbers: Sequence[int]) -> list[bytes | None]:
        """See Store."""
        found: list[bytes | None] = []
        for part in parts(fields_of(numbers), _CHUNK):
            found += self._run(scripts.RECORDS, part)
        own = {} if self._pending is None else self._pending.records(numbers)
        return [own.get(number, record) for number, record in zip(numbers, found, strict=True)]

    shared, strongest, places = shared_by_lists, strongest_by_lists, places_by_number
    likely = likely_by_others

    def traces(self, site: bytes) -> list[Held]:
        """See Store."""
        held = rings.decode(self._run(scripts.TRACES, [site]))
        return held if self._pending is None else self._pending.traces(site, held)

    def sites(self) -> Iterator[bytes]:
        """See Store."""
        own = [] if self._pending is None else list(self._pending.sites())
        for known in self._rings():
            yield from (site for site in known if site not in own)
        yield from own

    def __iter__(self) -> Iterator[bytes]:
        """See Store."""
        first, pending = 1, self._pending
        while first <= self._last():
            found = self._hmget("names", fields_of(range(first, first + _CHUNK)))
            first += _CHUNK
            hidden = () if pending is None else pending.hidden
            yield from (key for key in found if key is not None and key not in hidden)
        if pending is not None:
            yield from list(pending.entries)

    def __len__(self) -> int:
        size = int(self._run(scripts.COUNT, []))
        if self._pending is not None:
            size += len(self._pending.entries) - len(self._pending.masked)
        return size

    @contextmanager
    def batch(self) -> Iterator[None]:
        """See Store. Writes wait in this process until the end, for this thread to see."""
        self._check_writable()
        if self._pending is not None:
            raise IndexError_("a batch is already open on this index")
        pending = self._local.pending = Pending()
        try:
            yield
        finally:
            self._local.pending = None
        entries = pending.entries
        self._write(list(entries.values()), [key for key in pending.hidden if key not in entries])

    def adding(self) -> AbstractContextManager[None]:
        """See Store: nothing takes long."""
        return nullcontext()

    def compact(self) -> None:
        """See Store: removes what writers left behind that died in the middle of a write."""
        self._check_writable()
        for first in range(1, self._last() + 1, _CHUNK):
            self._run(scripts.ABANDON, [first, first + _CHUNK - 1])
        self._clean(self._server.run(lambda c: c.hkeys(self._key("dead"))))
        for known in self._rings():
            self._run(scripts.PURGE, list(known))

    def check(self) -> list[str]:
        """See Store. What dead writers left is no problem: it cannot be seen.

        Counts are compared when nobody has written meanwhile.
        """
        problems, before = list[str](), (self._last(), self._counts())
        totals = np.zeros(3, np.int64)
        for first in range(1, self._last() + 1, 64):
            *counts, found = self._run(scripts.CHECK, [first, first + 63])
            totals += counts
            problems += [text.decode(errors="replace") for text in found]
            if len(problems) >= _MAX_PROBLEMS:
                return [*problems[:_MAX_PROBLEMS], "more problems follow"]
        wanted = self._counts()
        still = (self._last(), wanted) == before
        names = ("documents", "bands", "anchors")
        for name, seen in zip(names, totals.tolist(), strict=True):
            if still and seen != wanted[name]:
                problems.append(f"{seen} {name} instead of {wanted[name]}")
        if still and wanted["ids"] != wanted["documents"]:
            problems.append(f"{wanted['ids']} ids for {wanted['documents']} documents")
        strays = sum(self._run(scripts.STRAYS, part) for part in self._buckets())
        if strays:
            problems.append(f"{strays} postings of no document")
        problems += [text for known in self._rings() for text in rings.problems(known)]
        memory = self._server.run(lambda c: c.info("memory"))
        policy = str(memory.get("maxmemory_policy", ""))
        if memory.get("maxmemory") and policy.startswith("allkeys"):
            problems.append(f"the server may evict the index: its maxmemory-policy is {policy}")
        return problems

    def info(self) -> dict[str, Any]:
        """See Store; ``bytes`` is the server's estimate for its tables and 9 a posting."""
        counts = self._counts()
        tables = [self._key(name) for name in ("ids", "names", "records", "keys", "sites")]
        usage = self._server.run(lambda c: [c.memory_usage(table) or 0 for table in tables])
        postings = {view: counts[view] for view in VIEWS}
        return {
            "kind": "redis",
            "path": self._address.name,
            "documents": counts["documents"],
            "bytes": sum(usage) + scripts.ENTRY * sum(postings.values()),
            "postings": postings,
        }

    def close(self) -> None:
        """See Store."""
        self._server.close()

    @property
    def _pending(self) -> Pending | None:
        return getattr(self._local, "pending", None)

    @property
    def _meta(self) -> bytes:
        return self._key("meta")

    def _key(self, name: str) -> bytes:
        return self._server.key(name)

    def _run(self, code: str, arguments: Sequence[Any]) -> Any:
        return self._server.run(lambda _: self._server.script(code, arguments))

    def _check_writable(self) -> None:
        if self._readonly:
            raise IndexError_(f"{self._address.name}: opened for reading only")

    def _open(self, create: bool) -> int:
        """Finds or makes the index; the logarithm of its number of buckets."""
        name = self._address.name

        def operation(client: Any) -> list[bytes | None]:
            if create:
                client.hsetnx(self._meta, "bits", self._address.bits)
                client.hsetnx(self._meta, "layout", LAYOUT)
            found: list[bytes | None] = client.hmget(self._meta, ["layout", "bits"])
            return found

        layout, bits = self._server.run(operation)
        if layout is None and bits is None:
            raise IndexError_(f"{name}: no index here")
        if layout is None or bits is None or not (layout + bits).isdigit():
            raise IndexCorruptError(f"{name}: not an index")
        if int(layout) != LAYOUT:
            raise IndexMismatchError(
                f"{name}: its layout is {int(layout)}, {LAYOUT} now. Build it again: create an"
                " index under another prefix and add the documents to it"
            )
        return int(bits)

    def _write(self, entries: Sequence[Entry], keys: Sequence[bytes]) -> int:
        """Adds and removes documents at once; how many were removed."""
        if not entries and not keys:
            return 0
        steps = list(steps_of(entries, self._bits))
        for _ in range(_ATTEMPTS):
            done = self._server.run(lambda _: self._written(steps, entries, keys))
            if done is not None:
                self._clean(done[1])
                return done[0]
        raise IndexError_(f"{self._address.name}: others removed what was being added")

    def _written(
        self, steps: list[list[bytes]], entries: Sequence[Entry], keys: Sequence[bytes]
    ) -> tuple[int, list[bytes]] | None:
        """One attempt: the number removed, and fields retired; None if it has to be made again.

        An attempt that fails leaves nothing but what ``compact`` removes.
        """
        at_once = len(steps) == 1 and not keys
        fields: list[bytes] = []
        for step in steps:
            answer = self._server.script(scripts.STAGE, [int(at_once), self._bits, *step])
            if answer is None:
                raise IndexError_(f"{self._address.name}: the index is full (2^32 documents)")
            if at_once:
                return 0, split(answer[1])
            fields += split(answer[0])
        published = [
            item
            for entry, field in zip(entries, fields, strict=True)
            for item in (entry.key, field, entry.site, entry.trace)
        ]
        answer = self._server.script(scripts.COMMIT, [len(fields), *published, *keys])
        return None if answer is None else (int(answer[0]), split(answer[1]))

    def _clean(self, fields: Sequence[bytes]) -> None:
        for part in parts(fields, _STEP_CLEAN):
            self._run(scripts.CLEAN, part)

    def _lookup(self, view: View, keys: U64, cap: int) -> Postings:
        numbers, sizes = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
        for part in parts(keys, _CHUNK):
            found, counts = self._run(
                scripts.LOOKUP, [cap, places_of(view, part, self._bits), self._bits]
            )
            numbers.append(np.frombuffer(found, "<u4").astype(np.int64))
            sizes.append(np.frombuffer(counts, "<u4").astype(np.int64))
        size = np.concatenate(sizes)
        owner = np.repeat(np.arange(len(keys)), np.minimum(size, cap))
        return assemble(owner, np.concatenate(numbers), size > cap, cap=cap)

    def _numbers(self, keys: Sequence[bytes]) -> dict[bytes, int | None]:
        found = self._hmget("ids", keys)
        numbers = (None if field is None else int.from_bytes(field, "little") for field in found)
        return dict(zip(keys, numbers, strict=True))

    def _hmget(self, table: str, fields: Sequence[bytes]) -> list[bytes | None]:
        found: list[bytes | None] = []
        for part in parts(fields, _CHUNK):
            found += self._server.run(partial(_hmget, self._key(table), part))
        return found

    def _last(self) -> int:
        return int(self._run(scripts.LAST, []))

    def _counts(self) -> dict[str, int]:
        def operation(client: Any) -> list[Any]:
            # No transaction: a server out of memory would refuse to queue it.
            pipe = client.pipeline(transaction=False)
            pipe.hlen(self._key("names")).hlen(self._key("ids")).hmget(self._meta, VIEWS)
            answers: list[Any] = pipe.execute()
            return answers

        names, ids, posted = self._server.run(operation)
        return {"documents": names, "ids": ids} | {
            view: int(value or 0) for view, value in zip(VIEWS, posted, strict=True)
        }

    def _rings(self) -> Iterator[dict[bytes, bytes]]:
        """Sites and their rings, some at a time; a site may come twice."""
        cursor = 0
        while True:
            cursor, known = self._server.run(partial(_hscan, cursor, self._key("sites")))
            if known:
                yield known
            if not cursor:
                return

    def _buckets(self) -> Iterator[list[bytes]]:
        """Names of buckets, some at a time."""
        cursor, pattern = 0, self._key("b???")
        while True:
            cursor, names = self._server.run(partial(_scan, cursor, pattern))
            if names:
                yield names
            if not cursor:
                return


def _hmget(table: bytes, fields: Sequence[bytes], client: Any) -> list[bytes | None]:
    found: list[bytes | None] = client.hmget(table, fields)
    return found


def _hscan(cursor: int, table: bytes, client: Any) -> tuple[int, dict[bytes, bytes]]:
    found: tuple[int, dict[bytes, bytes]] = client.hscan(table, cursor, count=_CHUNK)
    return found


def _scan(cursor: int, pattern: bytes, client: Any) -> tuple[int, list[bytes]]:
    found: tuple[int, list[bytes]] = client.scan(cursor, match=pattern, count=_CHUNK)
    return found
