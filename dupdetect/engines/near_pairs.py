"""What near-duplicates are found by: the shingle view and exact resemblance.

pages → (threads: texts, words, shingles, band keys) → files of band keys and shingles → (threads:
buckets, a band at a time) → candidates → (threads: exact Jaccard) → pairs. What grows with the
corpus lies in files that are read piece by piece; in memory stay 12 bytes and the id of each
document (8 bytes more at the end), the candidates and the pairs.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from dupdetect import schemas
from dupdetect.config import Config
from dupdetect.engines.near_pages import PackedTexts
from dupdetect.engines.near_sources import Texts, taken
from dupdetect.engines.near_unpacking import Rooms, Unpacker
from dupdetect.kernels.exact import pairs_within, shared_shingles, unique_shingles
from dupdetect.kernels.group import PairSet, decode_pairs
from dupdetect.kernels.overlap import bucket_pairs, buckets
from dupdetect.kernels.parted import NO_KEY, parted_bands
from dupdetect.kernels.wordhash import most_shingles, word_shingles
from dupdetect.text.tokens import fold_table

T = TypeVar("T")
U64 = NDArray[np.uint64]
_SHIFT = np.uint64(32)

#: Candidates that one document takes from buckets above ``shingle.max_bucket``, over all bands.
MOST_OF_LARGE = 16
#: Texts that are sketched at a time: their band keys take half a megabyte.
_ROWS = 1 << 10
#: Candidates that a thread compares at a time, and shingles that are held for it (4 bytes each).
_BLOCK, _HELD = 1 << 12, 1 << 24


def find_pairs(
    texts: Iterable[Texts | PackedTexts],
    folder: Path,
    *,
    threshold: float,
    config: Config,
    threads: int,
) -> pa.Table:
    """The pairs at or above a threshold, ``schemas.NEAR_DUPLICATES``; ``folder`` is to work in."""
    with ThreadPoolExecutor(threads) as pool:
        sketches = _Sketches(folder, config)
        for made in _in_turn(pool, sketches.make, texts, threads + 1):
            sketches.add(made)
        sketches.finish()
        codes = _candidates(sketches, config, pool, threads)
        return _verified(sketches, codes, threshold, pool, threads)


@dataclass(frozen=True, slots=True)
class _Made:
    """Sketches of a batch: where they lie in the files, in bytes."""

    ids: pa.Array
    lengths: NDArray[np.int32]
    shingles: int
    keys: int

    def begins(self) -> NDArray[np.int64]:
        """Where each document's shingles begin, as a number of shingles."""
        return np.cumsum(self.lengths, dtype=np.int64) - self.lengths + self.shingles // 4


class _Sketches:
    """Band keys and shingles of all documents, in two files."""

    def __init__(self, folder: Path, config: Config) -> None:
        self._shingle = config.shingle
        self._unpacker = Unpacker()
        self._rooms = Rooms()
        self._keys = _File(folder / "keys")
        self._shingles = _File(folder / "shingles")
        self._made: list[_Made] = []

    def make(self, texts: Texts | PackedTexts) -> list[_Made]:
        """Writes sketches of texts, none if they turn out to be damaged; called in threads."""
        if isinstance(texts, PackedTexts):
            found = self._unpacker.texts(texts)
            if found is None:
                texts.damaged()
                return []
        else:
            found = texts.utf8
        data, begin, end = found
        parts = [slice(at, at + _ROWS) for at in range(0, len(begin), _ROWS)]
        return [self._sketched(texts.ids[part], data, begin[part], end[part]) for part in parts]

    def _sketched(
        self,
        ids: pa.Array,
        data: NDArray[np.uint8],
        begin: NDArray[np.int64],
        end: NDArray[np.int64],
    ) -> _Made:
        n, config = len(ids), self._shingle
        bands, least = config.permutations, config.min_tokens - config.size + 1
        shingles = self._rooms.room("shingles", most_shingles(begin, end), np.uint32)
        ranges = word_shingles(data, begin, end, fold_table(), config.size, shingles)
        keys = self._rooms.room("keys", n * bands, np.uint32)[: n * bands].reshape(bands, n)
        parted_bands(shingles, ranges, bands, config.seed, least, keys)
        written = self._shingles.append(shingles[: ranges[-1]]), self._keys.append(keys)
        return _Made(ids, np.diff(ranges).astype(np.int32), *written)

    def add(self, made: list[_Made]) -> None:
        """Counts in the sketches of the next texts."""
        self._made += made

    def finish(self) -> None:
        """All batches are there."""
        made = self._made
        self.ids = pa.concat_arrays(
            [pa.nulls(0, pa.large_string()), *(batch.ids for batch in made)]
        )
        self.lengths = np.concatenate([np.empty(0, np.int32), *(batch.lengths for batch in made)])
        self.begin = np.concatenate([np.empty(0, np.int64), *(batch.begins() for batch in made)])
        self._places = [(len(batch.lengths), batch.keys) for batch in made]
        self.bands = self._shingle.permutations
        made.clear()

    def __len__(self) -> int:
        return len(self.lengths)

    def read(self, rows: NDArray[np.int64], out: NDArray[np.uint32]) -> None:
        """Fills ``out`` with the shingles of the documents ``rows``, one after the other.

        Read, not mapped: pages around each document would count as memory of this process.
        """
        stop = np.cumsum(self.lengths[rows], dtype=np.int64)
        begin = self.begin[rows]
        # Neighbours at once.
        last = np.flatnonzero(np.r_[begin[1:] != (begin + self.lengths[rows])[:-1], True])
        first = np.r_[0, last[:-1] + 1]
        starts = (stop - self.lengths[rows])[first]
        for at, start, end in zip(
            begin[first].tolist(), starts.tolist(), stop[last].tolist(), strict=True
        ):
            self._shingles.read(out[start:end], 4 * at)

    def band(self, number: int) -> NDArray[np.uint32]:
        """Keys uint32[n] of one band."""
        keys = np.empty(len(self), np.uint32)
        at = 0
        for size, place in self._places:
            self._keys.read(keys[at : at + size], place + 4 * number * size)
            at += size
        return keys


class _File:
    """A file to work in, that any thread appends to and reads from."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w+b", buffering=0)
        self._end = 0
        self._lock = Lock()

    def append(self, values: NDArray[Any]) -> int:
        """Writes values behind all others; the place of the first, in bytes."""
        with self._lock:
            place, self._end = self._end, self._end + values.nbytes
        octets, written = values.reshape(-1).view(np.uint8).data, 0
        while written < len(octets):
            written += os.pwrite(self._file.fileno(), octets[written:], place + written)
        return place

    def read(self, out: NDArray[Any], place: int) -> None:
        """Fills ``out`` from a place on."""
        os.preadv(self._file.fileno(), [out.data], place)


def _candidates(sketches: _Sketches, config: Config, pool: ThreadPoolExecutor, threads: int) -> U64:
    """Pair codes of documents that share a band, sorted and unique."""
    spent = np.zeros(len(sketches), np.int32)
    found = PairSet()

    def grouped(band: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        return buckets(sketches.band(band), NO_KEY)

    for start, members in _in_turn(pool, grouped, range(sketches.bands), threads + 1):
        codes, _ = bucket_pairs(start, members, config.shingle.max_bucket, spent, MOST_OF_LARGE)
        found.add(codes)
    return found.codes()


def _verified(
    sketches: _Sketches, codes: U64, threshold: float, pool: ThreadPoolExecutor, threads: int
) -> pa.Table:
    """The candidates at or above the threshold, with their measures."""
    empty = (np.empty(0, np.uint64), *([np.empty(0, np.float64)] * 3))
    parts = [empty]
    for held, block in _rounds(sketches, codes, pool, threads):

        def compared(pairs: U64, held: _Held = held) -> tuple[NDArray[Any], ...]:
            jaccard, in_a, in_b = held.measures(pairs)
            kept = jaccard >= threshold
            return _swapped(pairs[kept]), jaccard[kept], in_a[kept], in_b[kept]

        pieces = (block[at : at + _BLOCK] for at in range(0, len(block), _BLOCK))
        parts += _in_turn(pool, compared, pieces, threads + 1)
    pairs, jaccard, in_a, in_b = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.argsort(pairs)
    columns = [taken(sketches.ids, side) for side in decode_pairs(pairs[order]).T]
    columns += [
        _column(values[order].astype(np.float32), pa.float32()) for values in (jaccard, in_a, in_b)
    ]
    return pa.Table.from_arrays(columns, schema=schemas.NEAR_DUPLICATES)


@dataclass(frozen=True, slots=True)
class _Held:
    """The shingles of some documents in memory, each once: of row r from ``begin[r]`` on.

    ``row`` int32[n] is the row of each of all documents, where it has one.
    """

    row: NDArray[np.int32]
    shingles: NDArray[np.uint32]
    begin: NDArray[np.int64]
    different: NDArray[np.int32]

    def measures(self, codes: U64) -> tuple[NDArray[np.float64], ...]:
        """Jaccard, and what of the second and of the first document is in the other.

        Pairs with the same first document together.
        """
        one, other = self.row[decode_pairs(codes)].T
        local = one.astype(np.uint64) << _SHIFT | other.astype(np.uint64)
        shared = shared_shingles(local, self.shingles, self.begin, self.different)
        size, other_size = self.different[one], self.different[other]
        union = np.maximum(size + other_size - shared, 1)
        return shared / union, shared / other_size, shared / size


def _rounds(
    sketches: _Sketches, codes: U64, pool: ThreadPoolExecutor, threads: int
) -> Iterator[tuple[_Held, U64]]:
    """Candidates in blocks, with what is to be held of their documents.

    Sorted by the second document, which becomes the first: what shares a bucket with many comes
    before them, so that a block holds few documents beside those of its range.
    """
    ordered = np.sort(_swapped(codes))
    mark, row = np.zeros(len(sketches), np.int32), np.zeros(len(sketches), np.int32)
    at = number = 0
    while at < len(ordered):
        number += 1
        end = pairs_within(ordered, at, sketches.lengths, mark, number, _HELD)
        rows = np.flatnonzero(mark == number)
        row[rows] = np.arange(len(rows))
        length = sketches.lengths[rows]
        begin = np.cumsum(length, dtype=np.int64) - length
        shingles = np.empty(int(length.sum()), np.uint32)

        def load(
            part: slice, rows: Any = rows, begin: Any = begin, shingles: Any = shingles
        ) -> Any:
            own, first = sketches.lengths[rows[part]], begin[part]
            place = shingles[first[0] : first[-1] + own[-1]]
            sketches.read(rows[part], place)
            return unique_shingles(place, first - first[0], own)

        step = 1 + len(rows) // (4 * threads)
        parts = [slice(start, start + step) for start in range(0, len(rows), step)]
        different = np.concatenate(list(_in_turn(pool, load, parts, threads + 1)))
        yield _Held(row, shingles, begin, different), ordered[at:end]
        at = end


def _swapped(codes: U64) -> U64:
    """Codes with the other document first."""
    return np.asarray(codes << _SHIFT | codes >> _SHIFT, np.uint64)


def _column(values: NDArray[Any], kind: pa.DataType) -> pa.Array:
    """As ``pa.array`` would, which imports pandas to see whether it got something of it."""
    return pa.Array.from_buffers(kind, len(values), [None, pa.py_buffer(values)])


def _in_turn(
    pool: ThreadPoolExecutor, work: Callable[[Any], T], items: Iterable[Any], ahead: int
) -> Iterator[T]:
    """Results in the order of the items, at most ``ahead`` of them under way."""
    waiting: deque[Future[T]] = deque()
    for item in items:
        waiting.append(pool.submit(work, item))
        if len(waiting) > ahead:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()
