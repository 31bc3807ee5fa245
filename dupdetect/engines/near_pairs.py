"""What near-duplicates are found by: the shingle view and exact resemblance.

texts → (threads: tokens, shingles, signatures) → files of band keys and shingles → buckets, a band
at a time → candidates → (threads: exact Jaccard) → pairs. What grows with the corpus lies in files
that are read piece by piece; in memory stay 12 bytes and the id of each document, and the pairs.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from dupdetect import schemas
from dupdetect.config import Config
from dupdetect.engines.near_sources import Texts, taken
from dupdetect.kernels.group import PairSet, decode_pairs, encode_pairs, sorted_unique
from dupdetect.kernels.minhash import minhash
from dupdetect.kernels.overlap import bucket_pairs, buckets, overlapping_bands, shared_shingles
from dupdetect.kernels.wordhash import word_shingles
from dupdetect.sketch.signatures import permutations
from dupdetect.text.tokens import fold_table

T = TypeVar("T")
U64 = NDArray[np.uint64]

#: Candidates that one document takes from buckets above ``shingle.max_bucket``, over all bands.
MOST_OF_LARGE = 16
#: Candidates that are compared at a time, and shingles of theirs (4 bytes each).
_BLOCK, _BLOCK_SHINGLES = 1 << 14, 1 << 23


def find_pairs(
    texts: Iterable[Texts], folder: Path, *, threshold: float, config: Config, threads: int
) -> pa.Table:
    """The pairs at or above a threshold, ``schemas.NEAR_DUPLICATES``; ``folder`` is to work in."""
    with ThreadPoolExecutor(threads) as pool:
        sketches = _Sketches(folder, config)
        for made in _in_turn(pool, sketches.make, texts, threads + 1):
            sketches.add(*made)
        sketches.finish()
        codes = _candidates(sketches, config, pool, threads)
        return _verified(sketches, codes, threshold, pool, threads)


class _Sketches:
    """Band keys and shingles of all documents, in two files."""

    def __init__(self, folder: Path, config: Config) -> None:
        self._shingle = config.shingle
        self._permutations = permutations(config.shingle.permutations, config.shingle.seed)
        self._keys = (folder / "keys").open("w+b", buffering=0)
        self._shingles = (folder / "shingles").open("w+b", buffering=0)
        self._ids: list[pa.Array] = []
        self._sizes: list[int] = []
        self._lengths: list[NDArray[np.int32]] = []
        self._signed: list[NDArray[np.bool_]] = []

    def make(self, texts: Texts) -> tuple[Any, ...]:
        """Sketches of a batch; called in threads."""
        shingles, ranges = word_shingles(*texts.utf8, fold_table(), self._shingle.size)
        least = max(1, self._shingle.min_tokens - self._shingle.size + 1)
        signatures, signed = minhash(shingles, ranges, *self._permutations, least)
        return texts.ids, overlapping_bands(signatures), shingles, ranges, signed

    def add(
        self,
        ids: pa.Array,
        keys: NDArray[np.uint32],
        shingles: NDArray[np.uint32],
        ranges: NDArray[np.int64],
        signed: NDArray[np.bool_],
    ) -> None:
        """Appends the sketches of the next batch."""
        self._keys.write(keys.data)
        self._shingles.write(shingles.data)
        self._ids.append(ids)
        self._sizes.append(len(ids))
        self._lengths.append(np.diff(ranges).astype(np.int32))
        self._signed.append(signed)

    def finish(self) -> None:
        """All batches are there."""
        self.ids = pa.concat_arrays([pa.nulls(0, pa.large_string()), *self._ids])
        self.lengths = np.concatenate([np.empty(0, np.int32), *self._lengths])
        self.begin = np.cumsum(self.lengths, dtype=np.int64) - self.lengths
        signed = np.concatenate([np.empty(0, np.bool_), *self._signed])
        self.signed = np.flatnonzero(signed).astype(np.int32)
        self.bands = self._shingle.permutations

    def __len__(self) -> int:
        return len(self.lengths)

    def shingles(self, rows: NDArray[np.int64]) -> NDArray[np.uint32]:
        """Shingles of the documents ``rows``, one after the other.

        Read, not mapped: pages around each document would count as memory of this process.
        """
        stop = np.cumsum(self.lengths[rows], dtype=np.int64)
        found = np.empty(int(stop[-1]) if len(rows) else 0, np.uint32)
        places, begins = (4 * self.begin[rows]).tolist(), (stop - self.lengths[rows]).tolist()
        for place, begin, end in zip(places, begins, stop.tolist(), strict=True):
            os.preadv(self._shingles.fileno(), [found[begin:end].data], place)
        return found

    def band(self, number: int) -> NDArray[np.uint32]:
        """Keys uint32[n] of one band."""
        keys = np.empty(len(self), np.uint32)
        at = 0
        for size in self._sizes:
            place = 4 * (at * self.bands + number * size)
            os.preadv(self._keys.fileno(), [keys[at : at + size].data], place)
            at += size
        return keys


def _candidates(sketches: _Sketches, config: Config, pool: ThreadPoolExecutor, threads: int) -> U64:
    """Pair codes of documents that share a band, sorted and unique."""
    spent = np.zeros(len(sketches), np.int32)
    found = PairSet()

    def grouped(band: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        return buckets(sketches.band(band), sketches.signed)

    for start, members in _in_turn(pool, grouped, range(sketches.bands), threads + 1):
        codes, _ = bucket_pairs(start, members, config.shingle.max_bucket, spent, MOST_OF_LARGE)
        found.add(codes)
    return found.codes()


def _verified(
    sketches: _Sketches, codes: U64, threshold: float, pool: ThreadPoolExecutor, threads: int
) -> pa.Table:
    """The candidates at or above the threshold, with their measures."""

    def compared(block: U64) -> tuple[NDArray[Any], ...]:
        pairs = decode_pairs(block)
        rows = sorted_unique(pairs)
        length = sketches.lengths[rows]
        local = np.searchsorted(rows, pairs)
        shared, size_a, size_b = shared_shingles(
            encode_pairs(local[:, 0], local[:, 1]),
            sketches.shingles(rows), np.cumsum(length, dtype=np.int64) - length, length,
        )  # fmt: skip
        jaccard = shared / np.maximum(size_a + size_b - shared, 1)
        kept = jaccard >= threshold
        return block[kept], jaccard[kept], (shared / size_a)[kept], (shared / size_b)[kept]

    empty = (np.empty(0, np.uint64), *([np.empty(0, np.float64)] * 3))
    parts = [empty, *_in_turn(pool, compared, _blocks(codes, sketches.lengths), threads + 1)]
    pairs, jaccard, in_a, in_b = (np.concatenate(column) for column in zip(*parts, strict=True))
    columns = [taken(sketches.ids, side) for side in decode_pairs(pairs).T]
    columns += [
        _column(values.astype(np.float32), pa.float32()) for values in (jaccard, in_a, in_b)
    ]
    return pa.Table.from_arrays(columns, schema=schemas.NEAR_DUPLICATES)


def _blocks(codes: U64, lengths: NDArray[np.int32]) -> Iterator[U64]:
    """Candidates in blocks, of which each has no more than so many pairs and shingles."""
    pairs = decode_pairs(codes)
    total = np.cumsum(lengths[pairs].sum(axis=1, dtype=np.int64))
    at = 0
    while at < len(codes):
        before = total[at - 1] if at else 0
        fitting = int(np.searchsorted(total, before + _BLOCK_SHINGLES, "right"))
        end = max(at + 1, min(at + _BLOCK, fitting))
        yield codes[at:end]
        at = end


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
