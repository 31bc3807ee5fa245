"""Exact resemblance of many pairs: one document in a table, all its partners looked up in it.

The table has places for 16 shingles in each of its buckets, which are compared at once: neither a
hit nor a miss is a branch that a processor could guess wrong.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import inlined, kernel
from dupdetect.kernels.vectors import PLACES, among, signed

U32 = NDArray[np.uint32]
U64 = NDArray[np.uint64]
I64 = NDArray[np.int64]
I32 = NDArray[np.int32]

_PLACES = PLACES  # of a bucket
_LOAD = 4  # of them in use on average, at most: more than 16 are one of a million
_SHIFT, _LOW = np.uint64(32), np.uint64(0xFFFFFFFF)


@kernel
def pairs_within(codes: U64, at: int, length: I32, mark: I32, number: int, most: int) -> int:
    """How far pairs from ``at`` on go whose documents have no more than ``most`` shingles in all.

    One pair at least; ``mark`` int32[n] of those documents becomes ``number``, which none has yet.
    """
    held = signed(0)
    for p in range(at, len(codes)):
        one, other = signed(codes[p] >> _SHIFT), signed(codes[p] & _LOW)
        more = signed(0)
        if mark[one] != number:
            more += length[one]
        if mark[other] != number:
            more += length[other]
        if p > at and held + more > most:
            return p
        held += more
        mark[one] = mark[other] = number
    return len(codes)


@kernel
def unique_shingles(shingles: U32, begin: I64, length: I32) -> I32:
    """Moves the different shingles of each document to its front, in any order; how many.

    Those of document d are ``shingles[begin[d]:begin[d] + length[d]]``.
    """
    longest = _longest(length)
    table = _table(longest)
    counts = np.empty(_buckets(longest), np.int32)
    different = np.empty(len(length), np.int32)
    for d in range(len(length)):
        own = shingles[begin[d] : begin[d] + length[d]]
        n = _kept(own, table, counts, signed(table.ctypes.data))
        if n < 0:  # hashes that someone chose
            own.sort()
            n = 0
            for i in range(len(own)):
                if i == 0 or own[i] != own[i - 1]:
                    own[n] = own[i]
                    n += 1
        different[d] = n
    return different


@kernel
def _kept(own: U32, table: U32, counts: I32, address: int) -> int:
    """The different ones first; how many, -1 if a bucket is full (then none is lost)."""
    mask = _cleared(table, counts, len(own))
    n = 0
    for i in range(len(own)):
        key = own[i]
        bucket = signed(key & mask)
        if among(address + 4 * _PLACES * bucket, key):
            continue
        used = counts[bucket]
        if used == _PLACES:
            return -1
        table[bucket * _PLACES + used] = key
        counts[bucket] = used + 1
        own[i], own[n] = own[n], key
        n += 1
    return n


@kernel
def shared_shingles(codes: U64, shingles: U32, begin: I64, different: I32) -> I32:
    """Shingles that each pair shares.

    ``codes`` are ``one << 32 | other``, pairs of the same ``one`` together: it is in the table. The
    shingles of document d, each once, are ``shingles[begin[d]:begin[d] + different[d]]``.
    """
    longest = _longest(different)
    table = _table(longest)
    counts = np.empty(_buckets(longest), np.int32)
    spilled = np.empty(longest, np.uint32)
    shared = np.empty(len(codes), np.int32)
    mask, spills = np.uint32(0), 0
    for p in range(len(codes)):
        one, other = signed(codes[p] >> _SHIFT), signed(codes[p] & _LOW)
        if p == 0 or one != signed(codes[p - 1] >> _SHIFT):
            own = shingles[begin[one] : begin[one] + different[one]]
            mask, spills = _filled(own, table, counts, spilled)
        theirs = shingles[begin[other] : begin[other] + different[other]]
        hits = _hits(theirs, mask, signed(table.ctypes.data))
        if spills:
            hits += _found(theirs, spilled[:spills])
        shared[p] = hits
    return shared


@kernel
def _filled(own: U32, table: U32, counts: I32, spilled: U32) -> tuple[np.uint32, int]:
    """Puts different shingles into the table; those without a place into ``spilled``, sorted."""
    mask = _cleared(table, counts, len(own))
    spills = 0
    for i in range(len(own)):
        bucket = signed(own[i] & mask)
        used = counts[bucket]
        if used == _PLACES:
            spilled[spills] = own[i]
            spills += 1
            continue
        table[bucket * _PLACES + used] = own[i]
        counts[bucket] = used + 1
    spilled[:spills].sort()
    return mask, spills


@kernel
def _hits(theirs: U32, mask: np.uint32, address: int) -> int:
    hits = signed(0)
    for i in range(len(theirs)):
        hits += among(address + 4 * _PLACES * signed(theirs[i] & mask), theirs[i])
    return hits


@kernel
def _found(theirs: U32, spilled: U32) -> int:
    hits = 0
    for i in range(len(theirs)):
        low, high = 0, len(spilled)
        while low < high:
            middle = (low + high) >> 1
            if spilled[middle] < theirs[i]:
                low = middle + 1
            else:
                high = middle
        hits += low < len(spilled) and spilled[low] == theirs[i]
    return hits


@inlined
def _longest(length: I32) -> int:
    longest = 0
    for d in range(len(length)):
        longest = max(longest, signed(length[d]))
    return longest


@kernel
def _table(size: int) -> U32:
    """For so many shingles; each bucket is one line of the cache."""
    table = np.empty((_buckets(size) + 1) * _PLACES, np.uint32)
    return table[-(signed(table.ctypes.data) >> 2) & _PLACES - 1 :]


@inlined
def _buckets(size: int) -> int:
    """Of a table for so many shingles: a power of two."""
    count = 2
    while _LOAD * count < size:
        count *= 2
    return count


@inlined
def _cleared(table: U32, counts: I32, size: int) -> np.uint32:
    """Empties as many buckets as so many shingles take; the bits of a shingle that tell its own.

    A free place holds what belongs to the bucket beside it, so that no shingle equals it.
    """
    count = _buckets(size)
    for bucket in range(count):
        counts[bucket] = 0
        for place in range(_PLACES):
            table[bucket * _PLACES + place] = np.uint32(bucket ^ 1)
    return np.uint32(count - 1)
