"""From keys to candidate pairs: group equal keys, and never do quadratic work.

A pair (i, j) with i < j is one code, ``i << 32 | j``, so that a set of pairs is a sorted array of
uint64. Two ways lead to pairs:

- *bands* (LSH, Indyk & Motwani 1998): two documents that share one band key are candidates.
  :func:`band_pairs` works on one band at a time.
- *anchor keys*: two documents that share at least ``min_shared`` keys are candidates.
  :func:`postings` inverts a range of keys (lists of disjoint ranges follow each other),
  :func:`shared_pairs` counts what a block of documents shares with all others.

Frequent keys (a template, an event that everybody covers) are capped, and what the caps drop is
counted, never silent.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import kernel
from dupdetect.kernels.radix import sort_by_key

U64 = NDArray[np.uint64]
I64 = NDArray[np.int64]
I32 = NDArray[np.int32]


class BandPairs(NamedTuple):
    """Pairs of one band. ``pairs``: codes, unsorted, each once; ``dropped``: pairs not expanded."""

    pairs: U64
    buckets: int
    capped: int
    dropped: int


class Postings(NamedTuple):
    """An inverted file: the documents of list l are ``doc[start[l]:start[l + 1]]``, ascending.

    Only lists of 2 to ``max_bucket`` documents are kept; ``dropped_lists`` and
    ``dropped_postings`` count the longer ones.
    """

    start: I64
    doc: I32
    dropped_lists: int
    dropped_postings: int


class SharedPairs(NamedTuple):
    """``pairs``: codes, sorted, unique; ``shared``: common keys; ``dropped``: over the cap."""

    pairs: U64
    shared: I32
    dropped: int


def encode_pairs(first: NDArray[Any], second: NDArray[Any]) -> U64:
    """Pair codes of two arrays of document numbers below 2^31; the smaller number goes first."""
    low = np.minimum(first, second).astype(np.uint64)
    high = np.maximum(first, second).astype(np.uint64)
    return np.asarray((low << np.uint64(32)) | high, np.uint64)


def sorted_unique(values: NDArray[Any]) -> NDArray[Any]:
    """Different integers in order: ``np.unique``, which hashes them, in a tenth of the time."""
    ordered = np.sort(values, axis=None)
    first = np.empty(len(ordered), np.bool_)
    first[:1] = True
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    return np.asarray(ordered[first])


def decode_pairs(codes: U64) -> I64:
    """Document numbers int64[k, 2] of pair codes."""
    pairs = np.empty((len(codes), 2), np.int64)
    pairs[:, 0] = (codes >> np.uint64(32)).astype(np.int64)
    pairs[:, 1] = (codes & np.uint64(0xFFFFFFFF)).astype(np.int64)
    return pairs


def band_pairs(keys: U64, docs: NDArray[Any], *, max_bucket: int) -> BandPairs:
    """Pairs of documents with equal keys in one band.

    ``keys`` uint64[n] and ``docs`` int[n], ascending and unique. A bucket of up to ``max_bucket``
    documents gives all its pairs; a larger one of s documents gives the 2 s - 3 edges of a chain
    (neighbours) and a star (all with the first), so that work stays linear.
    """
    ordered, owners = sort_by_key(keys, docs.astype(np.int32))
    pairs, buckets, capped, dropped = _bucket_pairs(ordered, owners, max(2, max_bucket))
    return BandPairs(pairs, int(buckets), int(capped), int(dropped))


@kernel
def _bucket_pairs(keys: U64, docs: I32, max_bucket: int) -> tuple[U64, int, int, int]:
    n = len(keys)
    total = 0
    buckets = 0
    capped = 0
    dropped = 0
    begin = 0
    while begin < n:
        end = begin + 1
        while end < n and keys[end] == keys[begin]:
            end += 1
        size = end - begin
        if size > max_bucket:
            capped += 1
            total += 2 * size - 3
            dropped += size * (size - 1) // 2 - (2 * size - 3)
        else:
            total += size * (size - 1) // 2
        if size > 1:
            buckets += 1
        begin = end
    pairs = np.empty(total, np.uint64)
    at = 0
    shift = np.uint64(32)
    begin = 0
    while begin < n:
        end = begin + 1
        while end < n and keys[end] == keys[begin]:
            end += 1
        if end - begin > max_bucket:
            for k in range(begin + 1, end):
                pairs[at] = (np.uint64(docs[begin]) << shift) | np.uint64(docs[k])
                at += 1
            for k in range(begin + 2, end):
                pairs[at] = (np.uint64(docs[k - 1]) << shift) | np.uint64(docs[k])
                at += 1
        else:
            for i in range(begin, end):
                for j in range(i + 1, end):
                    pairs[at] = (np.uint64(docs[i]) << shift) | np.uint64(docs[j])
                    at += 1
        begin = end
    return pairs, buckets, capped, dropped


class PairSet:
    """A growing set of pair codes: arrays are kept as they come and merged in blocks.

    Holds at most about ``block`` codes beside the distinct ones, so bands that find the same pairs
    again and again cost no memory.
    """

    def __init__(self, *, block: int = 1 << 22) -> None:
        self._block = block
        self._merged: U64 = np.empty(0, np.uint64)
        self._pending: list[U64] = []
        self._waiting = 0

    def add(self, codes: U64) -> None:
        """Adds codes, in any order, repeated or not."""
        self._pending.append(codes)
        self._waiting += len(codes)
        if self._waiting >= max(self._block, len(self._merged)):
            self._merge()

    def codes(self) -> U64:
        """All codes so far, sorted and unique."""
        self._merge()
        return self._merged

    def _merge(self) -> None:
        if self._pending:
            self._merged = sorted_unique(np.concatenate([self._merged, *self._pending]))
            self._pending = []
            self._waiting = 0


def postings(keys: U64, docs: NDArray[Any], *, max_bucket: int) -> Postings:
    """Inverts keys uint64[m] of documents ``docs`` int[m], ascending; a document has a key once."""
    ordered, owners = sort_by_key(keys, docs.astype(np.int32))
    start, doc, dropped_lists, dropped = _lists(ordered, owners, max_bucket)
    return Postings(start, doc, int(dropped_lists), int(dropped))


@kernel
def _lists(keys: U64, docs: I32, max_bucket: int) -> tuple[I64, I32, int, int]:
    n = len(keys)
    lists = 0
    kept = 0
    dropped_lists = 0
    dropped = 0
    begin = 0
    while begin < n:
        end = begin + 1
        while end < n and keys[end] == keys[begin]:
            end += 1
        size = end - begin
        if size > max_bucket and size > 1:
            dropped_lists += 1
            dropped += size
        elif size > 1:
            lists += 1
            kept += size
        begin = end
    start = np.empty(lists + 1, np.int64)
    doc = np.empty(kept, np.int32)
    start[0] = 0
    lists = 0
    at = 0
    begin = 0
    while begin < n:
        end = begin + 1
        while end < n and keys[end] == keys[begin]:
            end += 1
        if 1 < end - begin <= max_bucket:
            for k in range(begin, end):
                doc[at] = docs[k]
                at += 1
            lists += 1
            start[lists] = at
        begin = end
    return start, doc, dropped_lists, dropped


def lists_of_documents(inverted: Postings, n_docs: int) -> tuple[I64, I32]:
    """The other way round: list numbers of document d are ``lists[start[d]:start[d + 1]]``."""
    return lists_of_block(inverted, 0, n_docs)


def lists_of_block(inverted: Postings, low: int, high: int) -> tuple[I64, I32]:
    """List numbers of the documents ``low`` to ``high`` (exclusive) alone.

    Those of document d are ``lists[start[d - low]:start[d - low + 1]]``. One pass over the inverted
    file, which may be mapped; in memory is what comes out.
    """
    start, lists = _transpose(inverted.start, inverted.doc, low, high)
    return start, lists


@kernel
def _transpose(list_start: I64, list_doc: I32, low: int, high: int) -> tuple[I64, I32]:
    start = np.zeros(high - low + 1, np.int64)
    for k in range(len(list_doc)):
        if low <= list_doc[k] < high:
            start[list_doc[k] - low + 1] += 1
    for d in range(high - low):
        start[d + 1] += start[d]
    fill = start[:-1].copy()
    lists = np.empty(start[high - low], np.int32)
    for number in range(len(list_start) - 1):
        for k in range(list_start[number], list_start[number + 1]):
            d = list_doc[k] - low
            if 0 <= d < high - low:
                lists[fill[d]] = number
                fill[d] += 1
    return start, lists


def shared_pairs(
    inverted: Postings,
    lists: tuple[I64, I32],
    block: tuple[int, int],
    *,
    min_shared: int,
    max_candidates: int,
    n_docs: int = 0,
    first: int = 0,
) -> SharedPairs:
    """Pairs of the documents ``block[0] <= d < block[1]`` with all others.

    Kept are pairs that share at least ``min_shared`` lists; of each document only the
    ``max_candidates`` best by shared lists, then by lower number. ``lists`` comes from
    :func:`lists_of_documents`, or from :func:`lists_of_block` of documents from ``first`` on, which
    hold the block; then ``n_docs`` is the number of all documents. A pair may come from both its
    documents; :func:`join_shared` of all blocks leaves it once.
    """
    start, numbers = lists
    codes, shared, dropped = _probe(
        inverted.start, inverted.doc, start, numbers, block[0], block[1], first,
        n_docs or len(start) - 1, min_shared, max_candidates,
    )  # fmt: skip
    unique, place = np.unique(codes, return_index=True)
    return SharedPairs(unique, shared[place], int(dropped))


@kernel
def _probe(
    list_start: I64,
    list_doc: I32,
    doc_start: I64,
    doc_list: I32,
    low: int,
    high: int,
    offset: int,
    n_docs: int,
    min_shared: int,
    max_candidates: int,
) -> tuple[U64, I32, int]:
    counts = np.zeros(n_docs, np.int32)
    touched = np.empty(n_docs, np.int32)
    codes = np.empty(1024, np.uint64)
    shared = np.empty(1024, np.int32)
    size = 0
    dropped = 0
    for d in range(low, high):
        n_touched = 0
        for k in range(doc_start[d - offset], doc_start[d - offset + 1]):
            number = doc_list[k]
            for p in range(list_start[number], list_start[number + 1]):
                other = list_doc[p]
                if counts[other] == 0:
                    touched[n_touched] = other
                    n_touched += 1
                counts[other] += 1
        kept = 0
        for t in range(n_touched):
            other = touched[t]
            if other != d and counts[other] >= min_shared:
                touched[kept], touched[t] = other, touched[kept]
                kept += 1
        if kept > max_candidates:
            _best_first(touched, counts, kept)
            dropped += kept - max_candidates
            kept = max_candidates
        while size + kept > len(codes):
            codes = np.concatenate((codes, np.empty_like(codes)))
            shared = np.concatenate((shared, np.empty_like(shared)))
        for t in range(kept):
            other = touched[t]
            first = np.uint64(min(d, other))
            codes[size] = (first << np.uint64(32)) | np.uint64(max(d, other))
            shared[size] = counts[other]
            size += 1
        for t in range(n_touched):
            counts[touched[t]] = 0
    return codes[:size].copy(), shared[:size].copy(), dropped


@kernel
def _best_first(touched: I32, counts: I32, kept: int) -> None:
    """Sorts ``touched[:kept]`` in place: most shared first, then the lower document number."""
    ranks = np.empty(kept, np.int64)
    for t in range(kept):
        ranks[t] = (-np.int64(counts[touched[t]]) << 32) + touched[t]
    ranks.sort()
    for t in range(kept):
        touched[t] = ranks[t] & 0xFFFFFFFF


def join_shared(parts: Sequence[SharedPairs]) -> SharedPairs:
    """One set of pairs from the blocks' sets, each pair once."""
    codes = np.concatenate([part.pairs for part in parts] or [np.empty(0, np.uint64)])
    shared = np.concatenate([part.shared for part in parts] or [np.empty(0, np.int32)])
    unique, first = np.unique(codes, return_index=True)
    return SharedPairs(unique, shared[first], sum(part.dropped for part in parts))
