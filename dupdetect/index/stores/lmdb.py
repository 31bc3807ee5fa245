"""The embedded store: one LMDB folder, durable at every commit, read by many processes at once.

Tables: ``meta`` (the header), ``ids`` (hash of a key → number), ``names`` (number → key),
``records`` (number → record), ``postings`` (number → its posting keys, for removal), ``bands`` and
``anchors`` (posting key → numbers, sorted).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dupdetect.errors import IndexCorruptError, IndexError_
from dupdetect.index.stores.base import VIEWS, Entry, Postings, View
from dupdetect.index.stores.environment import MAP_SIZE, Environment

U64 = NDArray[np.uint64]

_HEADER = b"header"
_TABLES = {"meta", "ids", "names", "records", "postings", *VIEWS}
#: Keys read under one transaction by one step of iteration.
_CHUNK = 1024
#: Problems that :meth:`LmdbStore.check` reports before it stops.
_MAX_PROBLEMS = 100


class LmdbStore:
    """A :class:`~dupdetect.index.stores.base.Store` in a folder.

    An environment can be open once in a process, and not across a fork.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        create: bool = True,
        readonly: bool = False,
        map_size: int = MAP_SIZE,
    ) -> None:
        self.path = Path(path)
        self._env = Environment(self.path, create=create, readonly=readonly, map_size=map_size)
        try:
            found = set(self._env.tables())
            if (found and not found >= {"meta"}) or (not found and not create):
                raise IndexCorruptError(f"{self.path}: an LMDB folder, but not an index")
            self._meta = self._env.table("meta")
            self._ids = self._env.table("ids")
            self._names = self._env.table("names", numbered=True)
            self._records = self._env.table("records", numbered=True)
            self._keys = self._env.table("postings", numbered=True)
            self._views: dict[View, Any] = {
                view: self._env.table(view, postings=True) for view in VIEWS
            }
        except BaseException:
            self._env.close()
            raise

    def header(self) -> bytes | None:
        """See Store."""
        with self._env.reading() as txn:
            value: bytes | None = txn.get(_HEADER, db=self._meta)
            return value

    def set_header(self, header: bytes) -> None:
        """See Store."""
        self._env.write(lambda txn: txn.put(_HEADER, header, db=self._meta))

    def put(self, entries: Sequence[Entry]) -> None:
        """See Store."""
        kept = list(entries)

        def operation(txn: Any) -> None:
            for entry in kept:
                self._put(txn, entry)

        self._env.write(operation)

    def delete(self, keys: Sequence[bytes]) -> int:
        """See Store."""
        kept = list(keys)
        return self._env.write(lambda txn: sum(self._delete(txn, key) for key in kept))

    def get(self, keys: Sequence[bytes]) -> list[bytes | None]:
        """See Store."""
        with self._env.reading() as txn:
            numbers = [txn.get(_hashed(key), db=self._ids) for key in keys]
            return [None if n is None else txn.get(n, db=self._records) for n in numbers]

    def contains(self, key: bytes) -> bool:
        """See Store."""
        with self._env.reading() as txn:
            return txn.get(_hashed(key), db=self._ids) is not None

    def lookup(self, view: View, keys: U64, *, cap: int) -> Postings:
        """See Store."""
        start = np.zeros(len(keys) + 1, np.int64)
        sizes = np.zeros(len(keys), np.int64)
        found: list[bytes] = []
        total = 0
        with self._env.reading() as txn, txn.cursor(self._views[view]) as cursor:
            for i, key in enumerate(_packed_keys(keys)):
                if cursor.set_key(key):
                    size = cursor.count()
                    sizes[i] = size
                    for taken, number in enumerate(cursor.iternext_dup()):
                        if taken == cap:
                            break
                        found.append(number)
                    total += min(size, cap)
                start[i + 1] = total
        numbers = np.frombuffer(b"".join(found), np.uint32).astype(np.int64)
        return Postings(numbers, start, sizes)

    def names(self, numbers: Sequence[int]) -> list[bytes | None]:
        """See Store."""
        with self._env.reading() as txn:
            return [txn.get(_number_key(number), db=self._names) for number in numbers]

    def records(self, numbers: Sequence[int]) -> list[bytes | None]:
        """See Store."""
        with self._env.reading() as txn:
            return [txn.get(_number_key(number), db=self._records) for number in numbers]

    def compact(self) -> None:
        """See Store: LMDB uses freed pages again."""

    def __iter__(self) -> Iterator[bytes]:
        """See Store."""
        after = 0
        while True:
            chunk: list[bytes] = []
            with self._env.reading() as txn, txn.cursor(self._names) as cursor:
                if cursor.set_range(_number_key(after)):
                    for number, key in cursor:
                        chunk.append(key)
                        after = _number(number) + 1
                        if len(chunk) == _CHUNK:
                            break
            if not chunk:
                return
            yield from chunk

    def __len__(self) -> int:
        with self._env.reading() as txn:
            return int(txn.stat(self._names)["entries"])

    def batch(self) -> AbstractContextManager[None]:
        """See Store. Writes are kept in memory until the end, to be done again on a larger map."""
        return self._env.batch()

    def info(self) -> dict[str, Any]:
        """See Store; ``bytes`` are those in use in the file."""
        with self._env.reading() as txn:
            postings = {view: int(txn.stat(self._views[view])["entries"]) for view in VIEWS}
        return {
            "kind": "lmdb",
            "path": str(self.path),
            "documents": len(self),
            "postings": postings,
            **self._env.info(),
        }

    def close(self) -> None:
        """See Store."""
        self._env.close()

    def check(self) -> list[str]:
        """See Store: every document is under its id and its posting keys, nothing else is."""
        problems: list[str] = []
        expected = dict.fromkeys(VIEWS, 0)
        documents = 0
        with self._env.reading() as txn, txn.cursor(self._names) as cursor:
            for number, key in cursor:
                documents += 1
                if len(problems) >= _MAX_PROBLEMS:
                    return [*problems, "more problems follow"]
                name = key.decode(errors="replace")
                if txn.get(_hashed(key), db=self._ids) != number:
                    problems.append(f"document {name}: its id does not lead to it")
                if txn.get(number, db=self._records) is None:
                    problems.append(f"document {name}: its record is missing")
                for view, keys in self._posted(txn, number).items():
                    expected[view] += len(keys)
                    with txn.cursor(self._views[view]) as lists:
                        if not all(lists.set_key_dup(k, number) for k in _packed_keys(keys)):
                            problems.append(f"document {name}: {view} postings are missing")
            tables = {"ids": self._ids, "records": self._records, "postings": self._keys}
            sizes = {name: txn.stat(table)["entries"] for name, table in tables.items()}
            sizes |= {view: txn.stat(self._views[view])["entries"] for view in VIEWS}
        wanted = dict.fromkeys(tables, documents) | expected
        problems += [
            f"table {name}: {sizes[name]} entries instead of {wanted[name]}"
            for name in sizes
            if sizes[name] != wanted[name]
        ]
        return problems

    def _put(self, txn: Any, entry: Entry) -> None:
        hashed = _hashed(entry.key)
        number = txn.get(hashed, db=self._ids)
        old: dict[View, U64] = {view: np.empty(0, np.uint64) for view in VIEWS}
        if number is None:
            number = self._next_number(txn)
            txn.put(hashed, number, db=self._ids)
            txn.put(number, entry.key, db=self._names)
        else:
            old = self._posted(txn, number)
        new: dict[View, U64] = {"bands": entry.bands, "anchors": entry.anchors}
        for view in VIEWS:
            fresh = new[view]
            self._unlist(txn, view, np.setdiff1d(old[view], fresh), number)
            with txn.cursor(self._views[view]) as cursor:
                cursor.putmulti([(key, number) for key in _packed_keys(fresh)], dupdata=True)
        bands = struct.pack("=I", len(entry.bands)) + entry.bands.tobytes()
        keys = bands + entry.anchors.tobytes()
        txn.put(number, keys, db=self._keys)
        txn.put(number, entry.record, db=self._records)

    def _delete(self, txn: Any, key: bytes) -> bool:
        number = txn.get(_hashed(key), db=self._ids)
        if number is None:
            return False
        for view, keys in self._posted(txn, number).items():
            self._unlist(txn, view, keys, number)
        txn.delete(_hashed(key), db=self._ids)
        for table in (self._names, self._records, self._keys):
            txn.delete(number, db=table)
        return True

    def _posted(self, txn: Any, number: bytes) -> dict[View, U64]:
        packed = txn.get(number, db=self._keys)
        if packed is None:
            return {view: np.empty(0, np.uint64) for view in VIEWS}
        if len(packed) % 8 != 4:
            raise IndexCorruptError(f"{self.path}: malformed posting keys")
        bands = struct.unpack_from("=I", packed)[0]
        keys = np.frombuffer(packed, np.uint64, offset=4)
        return {"bands": keys[:bands], "anchors": keys[bands:]}

    def _unlist(self, txn: Any, view: View, keys: U64, number: bytes) -> None:
        with txn.cursor(self._views[view]) as cursor:
            for key in _packed_keys(keys):
                if cursor.set_key_dup(key, number):
                    cursor.delete()

    def _next_number(self, txn: Any) -> bytes:
        with txn.cursor(self._names) as cursor:
            last = _number(cursor.key()) if cursor.last() else 0
        if last + 1 >= 1 << 32:
            raise IndexError_(f"{self.path}: the index is full (2^32 documents)")
        return _number_key(last + 1)


def _hashed(key: bytes) -> bytes:
    """Keys of any length fit LMDB's limit of 511 bytes as 16-byte hashes."""
    return blake2b(key, digest_size=16).digest()


def _packed_keys(keys: U64) -> list[bytes]:
    """Posting keys one by one, in the machine's byte order, as LMDB wants integers."""
    data = np.ascontiguousarray(keys).tobytes()
    return [data[at : at + 8] for at in range(0, len(data), 8)]


def _number_key(number: int) -> bytes:
    return struct.pack("=I", number)


def _number(key: bytes) -> int:
    return int(struct.unpack("=I", key)[0])
