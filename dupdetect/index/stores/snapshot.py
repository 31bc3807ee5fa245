"""What a process sees of an embedded index at one moment: mapped segments and recent documents."""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from dupdetect.errors import IndexCorruptError
from dupdetect.index.stores.base import Caps, Places, Postings, Shared
from dupdetect.index.stores.recent import Recent
from dupdetect.index.stores.segment import SECTIONS, Segment
from dupdetect.index.stores.state import State
from dupdetect.kernels.likely import Least
from dupdetect.kernels.lists import LONGEST, lookup
from dupdetect.kernels.one_text import likely_one
from dupdetect.kernels.postings import COLUMNS, PREFIX, hash_keys
from dupdetect.kernels.recent import join
from dupdetect.kernels.shared import (
    locate_all,
    namesakes,
    shared_documents,
    strongest_documents,
)

U64 = NDArray[np.uint64]
I64 = NDArray[np.int64]
U8 = NDArray[np.uint8]

IDS, BANDS, ANCHORS = range(len(SECTIONS))
#: Before every record: how many bands and anchor keys it has, and the bytes of its key.
_PREFIX = struct.Struct("<HHI")
#: More documents than this under one 40-bit hash of an id would be a wonder.
_NAMESAKES = 16
_SHORT = "a stored document is cut short"
assert _PREFIX.size == PREFIX


@dataclass(frozen=True, slots=True)
class Stored:
    """A document as it lies in the store."""

    key: bytes
    record: bytes
    bands: int
    anchors: int


def wrap(stored: Stored) -> bytes:
    """The bytes of a document; never empty, which means: gone."""
    head = _PREFIX.pack(stored.bands, stored.anchors, len(stored.key))
    return head + stored.key + stored.record


def unwrap(data: bytes) -> Stored:
    """The document of these bytes; raises IndexCorruptError."""
    if len(data) < _PREFIX.size:
        raise IndexCorruptError(_SHORT)
    bands, anchors, length = _PREFIX.unpack_from(data)
    at = _PREFIX.size + length
    if at > len(data):
        raise IndexCorruptError(_SHORT)
    return Stored(data[_PREFIX.size : at], data[at:], bands, anchors)


def hash_ids(keys: Sequence[bytes]) -> U64:
    """Hashes of documents' keys, of any length, by which they are found again."""
    return hash_keys(digests_of(keys))


def digests_of(keys: Sequence[bytes]) -> U64:
    """What stands for documents' keys among posting keys."""
    digests = b"".join([blake2b(key, digest_size=8).digest() for key in keys])
    return np.frombuffer(digests, "<u8").astype(np.uint64)


def _table(rows: Sequence[Sequence[int]]) -> I64:
    """What kernels read of segments, one a row."""
    return np.array(rows, np.int64).reshape(-1, COLUMNS)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One state of the index, ready to be asked; ``raw`` is the state as stored.

    ``dead`` is a bitmap over documents' numbers; arrays are never written after they were given.
    ``tables`` and ``located`` are what kernels read of the segments.
    """

    raw: bytes | None
    state: State
    segments: tuple[Segment, ...]
    recent: Recent
    dead: U8
    tables: tuple[I64, ...] = ()
    located: I64 = field(default_factory=lambda: _table([]))

    def __post_init__(self) -> None:
        if not self.tables:
            views = range(len(SECTIONS))
            tables = tuple(_table([one.row(view) for one in self.segments]) for view in views)
            located = _table([segment.records_row() for segment in self.segments])
            object.__setattr__(self, "tables", tables)
            object.__setattr__(self, "located", located)

    def followed(
        self, raw: bytes, state: State, segments: tuple[Segment, ...], recent: Recent, dead: U8
    ) -> Snapshot:
        """Another state, which has most of this one in common."""
        if segments is not self.segments:
            return Snapshot(raw, state, segments, recent, dead)
        return Snapshot(raw, state, segments, recent, dead, self.tables, self.located)

    def lookup(self, view: int, hashes: U64, *, cap: int) -> Postings:
        """Documents under each hashed key; see ``Store.lookup``."""
        n = len(hashes)
        limit = self.state.next
        if not self.segments:
            return self.recent.lookup(view, hashes, limit=limit, cap=cap, dead=self.dead)
        numbers = np.empty(n * cap + LONGEST, np.int64)
        start, sizes = np.empty(n + 1, np.int64), np.empty(n, np.int64)
        status = lookup(self.tables[view], hashes, cap, self.dead, numbers, start, sizes)
        if status:
            raise self.segments[status - 1].broken("its posting lists are malformed")
        if self.recent.first == limit:
            return Postings(numbers[: start[n]], start, sizes)
        late = self.recent.lookup(view, hashes, limit=limit, cap=cap, dead=self.dead)
        return Postings(*join(n, cap, numbers, start, sizes, *late))

    def shared(self, bands: U64, keys: U64, caps: Caps) -> Shared:
        """Documents that share a band or enough anchor keys; see ``Store.shared``."""
        limit = self.state.next
        with self.recent.reading(limit) as lists:
            numbers, in_bands, in_keys, cut, status = shared_documents(
                self.tables[BANDS], self.tables[ANCHORS], bands, keys, *caps, self.dead, lists,
                (BANDS, ANCHORS),
            )  # fmt: skip
        if status:
            raise self.segments[status - 1].broken("its posting lists are malformed")
        return Shared(numbers, in_bands, in_keys, cut)

    def places(self, numbers: I64) -> Places:
        """Where documents lie; see ``Store.places``."""
        with self.recent.reading(self.state.next) as lists:
            key, record, end, status = locate_all(self.located, numbers, self.dead, lists)
            held = self, self.recent.held
        if status:
            raise self._malformed(status)
        return Places(key, record, end, held)

    def strongest(self, bands: U64, keys: U64, caps: Caps, most: int) -> tuple[Places, int]:
        """Documents that share most; see ``Store.strongest``."""
        with self.recent.reading(self.state.next) as lists:
            key, record, end, cut, status = strongest_documents(
                self.tables[BANDS], self.tables[ANCHORS], self.located, bands, keys, *caps,
                self.dead, lists, (BANDS, ANCHORS), most,
            )  # fmt: skip
            held = self, self.recent.held
        if status:
            raise self._malformed(status)
        return Places(key, record, end, held), cut

    def likely(
        self, sketch: U8, caps: Caps, most: int, language: int, least: Least
    ) -> tuple[Places, int]:
        """Documents worth verifying; see ``Store.likely``."""
        with self.recent.reading(self.state.next) as lists:
            (key, record, end), cut, status = likely_one(
                sketch, self.tables[BANDS], self.tables[ANCHORS], self.located,
                (caps.bands, caps.keys, caps.min_shared), self.dead, lists, (BANDS, ANCHORS), most,
                language, least,
            )  # fmt: skip
            held = self, self.recent.held
        if status:
            raise self._malformed(status)
        return Places(key, record, end, held), cut

    def _malformed(self, status: int) -> IndexCorruptError:
        row = abs(status) - 1
        if row == len(self.segments):
            return IndexCorruptError(_SHORT)
        what = "its posting lists are malformed" if status > 0 else "its records are misplaced"
        return self.segments[row].broken(what)

    def find(self, keys: Sequence[bytes], hashes: U64 | None = None) -> list[int]:
        """Numbers of documents by key, 0 where there is none; ``hashes`` of the keys, if known."""
        hashed = hash_ids(keys) if hashes is None else hashes
        with self.recent.reading(self.state.next) as lists:
            found, places, status = namesakes(
                self.tables[IDS], hashed, _NAMESAKES, self.dead, lists, IDS
            )
        if status:
            raise self._malformed(status)
        if not len(found):
            return [0] * len(keys)
        numbers, start = found.tolist(), places.tolist()
        answers = []
        for i, key in enumerate(keys):
            mine = numbers[start[i] : start[i + 1]]
            answers.append(next((n for n in mine if self._stored(n).key == key), 0))
        return answers

    def stored(self, number: int) -> Stored | None:
        """The document with this number, None if there is none or it is dead.

        One that was removed since its number was asked for may have left its segment by now.
        """
        if not 0 < number < self.state.next or self.is_dead(number):
            return None
        data = self.bytes_of(number)
        return unwrap(data) if data else None

    def records(self, numbers: Sequence[int]) -> list[bytes | None]:
        """Records by number, None where there is none."""
        places = self.places(np.array(numbers, np.int64))
        return [places.content(i) if end else None for i, end in enumerate(places.end.tolist())]

    def is_dead(self, number: int) -> bool:
        """Whether the document with this number was removed or replaced."""
        at = number >> 3
        return at < len(self.dead) and bool(self.dead[at] >> (number & 7) & 1)

    def lives(self, number: int) -> bool:
        """Whether there is a document with this number."""
        if not 0 < number < self.state.next or self.is_dead(number):
            return False
        if number >= self.recent.first:
            return True
        segment = self.segments[self._part(number)]
        return bool(segment.rows[number - segment.first + 1] > segment.rows[number - segment.first])

    def bytes_of(self, number: int) -> bytes:
        """The bytes of a document, empty if it is gone from its segment."""
        if number >= self.recent.first:
            return self.recent.get(number).record
        return self.segments[self._part(number)].record(number)

    def __iter__(self) -> Iterator[tuple[int, Stored]]:
        """Living documents and their numbers, in order."""
        for number in range(1, self.state.next):
            if not self.is_dead(number):
                data = self.bytes_of(number)
                if data:
                    yield number, unwrap(data)

    def killed(self, numbers: Sequence[int]) -> U8:
        """The bitmap with more bits set."""
        if not len(numbers):
            return self.dead
        size = max(len(self.dead), (max(numbers) >> 3) + 1)
        bitmap = np.zeros(-(-size // 64) * 64, np.uint8)
        bitmap[: len(self.dead)] = self.dead
        which = np.asarray(numbers, np.int64)
        np.bitwise_or.at(bitmap, which >> 3, np.left_shift(1, which & 7).astype(np.uint8))
        return bitmap

    def _part(self, number: int) -> int:
        return bisect_right(self.state.parts, number, key=lambda part: part.first) - 1

    def _stored(self, number: int) -> Stored:
        return unwrap(self.bytes_of(number))
