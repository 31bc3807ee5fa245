"""Documents that were added lately: blocks of bytes in LMDB, posting lists in memory."""

from __future__ import annotations

import ctypes
import struct
import threading
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dupdetect.errors import IndexCorruptError
from dupdetect.index.stores.base import Postings
from dupdetect.kernels.recent import insert, rehash, walk
from dupdetect.kernels.shared import Lists

U64 = NDArray[np.uint64]
U8 = NDArray[np.uint8]

_HEAD = struct.Struct("<II")
#: Bytes of a hashed key in a block: 40 bits.
_KEY = 5
#: Slots from which on a table is made larger by twice, before by four times: 16 MB.
_LARGE = 1 << 20
#: Where bytes lie in memory, in a seventh of the time that numpy takes to say it.
_address = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.py_object)(
    ("PyBytes_AsString", ctypes.pythonapi)
)


@dataclass(frozen=True, slots=True)
class Added:
    """A document as it was added: its record and its hashed keys, those of its id first, then those
    of each view; ``lengths`` say how many."""

    record: bytes
    keys: U64
    lengths: tuple[int, int, int]

    def hashes(self, view: int) -> U64:
        """The keys of one view (0: of the id)."""
        begin = sum(self.lengths[:view])
        return self.keys[begin : begin + self.lengths[view]]


def pack_block(documents: Sequence[Added]) -> bytes:
    """Documents as one value: checksum, their number, lengths, hashed keys, records."""
    lengths = [[len(d.record), *d.lengths] for d in documents]
    keys = _keys(documents)
    packed = keys.astype("<u8").view(np.uint8).reshape(-1, 8)[:, :_KEY]
    body = np.array(lengths, "<u4").tobytes() + packed.tobytes()
    body += b"".join(d.record for d in documents)
    return _HEAD.pack(zlib.crc32(body), len(documents)) + body


def unpack_block(block: bytes) -> list[Added]:
    """The documents of a block; raises IndexCorruptError."""
    checksum, n = _HEAD.unpack_from(block) if len(block) >= _HEAD.size else (0, -1)
    body = block[_HEAD.size :]
    if n < 1 or zlib.crc32(body) != checksum or len(body) < 16 * n:
        raise IndexCorruptError("a block of recent documents is damaged")
    lengths = np.frombuffer(body, "<u4", count=4 * n).reshape(n, 4).astype(np.int64)
    total = int(lengths[:, 1:].sum())
    keys_end = 16 * n + _KEY * total
    if keys_end + int(lengths[:, 0].sum()) != len(body):
        raise IndexCorruptError("a block of recent documents has a wrong length")
    padded = np.zeros((total, 8), np.uint8)
    padded[:, :_KEY] = np.frombuffer(body, np.uint8, _KEY * total, 16 * n).reshape(total, _KEY)
    keys = padded.view("<u8").reshape(total).astype(np.uint64)
    documents, at, key = [], keys_end, 0
    for size, ids, bands, anchors in lengths.tolist():
        last = key + ids + bands + anchors
        documents.append(Added(body[at : at + size], keys[key:last], (ids, bands, anchors)))
        at, key = at + size, last
    return documents


def _keys(documents: Sequence[Added]) -> U64:
    """The keys of all documents."""
    if len(documents) == 1:
        return documents[0].keys
    return np.concatenate([document.keys for document in documents])


class Recent:
    """Recent documents, from number ``first`` on, with their posting lists; safe for threads."""

    def __init__(self, first: int) -> None:
        self.first = first
        self._lock = threading.Lock()
        self._documents: list[Added] = []
        self._clear()

    @property
    def end(self) -> int:
        """The number after the last document."""
        return self.first + len(self._documents)

    @property
    def held(self) -> object:
        """What keeps the documents where they lie, taken while :meth:`reading`: what is cut off
        later lives on in it."""
        return self._documents

    def documents(self, end: int) -> list[Added]:
        """All documents before number ``end``."""
        return self._documents[: end - self.first]

    def get(self, number: int) -> Added:
        """The document with this number."""
        return self._documents[number - self.first]

    def extend(self, documents: Sequence[Added]) -> None:
        """Adds documents with the numbers that follow."""
        with self._lock:
            self._insert(documents, len(self._documents))
            self._documents.extend(documents)

    def cut(self, end: int) -> None:
        """Forgets the documents from number ``end`` on (of a write that was undone)."""
        with self._lock:
            if end < self.end:
                kept = self._documents[: end - self.first]
                self._clear()
                self._insert(kept, 0)
                self._documents = kept  # a new list: answers hold the old one, others read it

    def lookup(self, view: int, hashes: U64, *, limit: int, cap: int, dead: U8) -> Postings:
        """Documents before ``limit`` under each hashed key, the dead left out."""
        n = len(hashes)
        numbers = np.empty(n * cap, np.int64)
        start, sizes = np.empty(n + 1, np.int64), np.empty(n, np.int64)
        with self._lock:
            walk(
                self._slots, self._postings, _tagged(hashes, view), self.first, limit, cap, dead,
                numbers, start, sizes,
            )  # fmt: skip
        return Postings(numbers[: start[n]], start, sizes)

    @contextmanager
    def reading(self, limit: int) -> Iterator[Lists]:
        """The lists of documents before ``limit``, which nobody changes meanwhile."""
        if limit <= self.first:
            yield _NOTHING
            return
        with self._lock:
            yield Lists(self._slots, self._marks, self._postings, self._places, self.first, limit)

    def _clear(self) -> None:
        self._used = self._distinct = 0
        self._slots, self._marks = _table(1 << 10)
        self._postings = np.empty((1 << 10, 2), np.int32)
        self._places = np.zeros((1 << 6, 2), np.int64)

    def _insert(self, documents: Sequence[Added], begin: int) -> None:
        """Lists documents behind ``begin`` others, and notes where they lie."""
        if not documents:
            return
        fresh = _keys(documents)
        lengths = np.array([document.lengths for document in documents], np.int64)
        while self._used + len(fresh) > len(self._postings):
            self._postings = np.concatenate([self._postings, np.empty_like(self._postings)])
        while 4 * (self._distinct + len(fresh)) > 3 * len(self._slots):
            table = _table((2 if len(self._slots) >= _LARGE else 4) * len(self._slots))
            rehash(self._slots, *table)
            self._slots, self._marks = table
        end = begin + len(documents)
        while end > len(self._places):
            self._places = np.concatenate([self._places, np.zeros_like(self._places)])
        self._places[begin:end] = [_ends(document.record) for document in documents]
        self._used, self._distinct = insert(
            self._slots, self._marks, self._postings, self._used, self._distinct, fresh, lengths,
            begin,
        )  # fmt: skip


def _ends(data: bytes) -> tuple[int, int]:
    """Where bytes begin and end in memory, as long as somebody holds them."""
    begin: int = _address(data)
    return begin, begin + len(data)


def _tagged(hashes: U64, view: int) -> U64:
    return (hashes << np.uint64(2)) + np.uint64(view + 1)


def _table(size: int) -> tuple[U64, U64]:
    """Slots, and marks (eight bits a slot)."""
    return np.zeros((size, 2), np.uint64), np.zeros(-(-size // 8), np.uint64)


#: No recent documents; made once, as it stands in for them in every query of a filled index.
_NOTHING = Lists(*_table(2), np.empty((0, 2), np.int32), np.empty((0, 2), np.int64), 0, 0)
