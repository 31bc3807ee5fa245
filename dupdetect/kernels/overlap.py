"""Near-duplicates by shingles alone: band keys, buckets, exact resemblance.

Bands share values of a signature: with band j made of the values j, j + 1 and j + 3 (modulo the
signature's length) no two bands have more than one value in common, since the differences 1, 2 and
3 occur once each. 128 values then make 128 bands of three, nearly independent, where disjoint ones
would be 42: the chance that a pair of Jaccard 0.3 shares a band rises from 0.68 to 0.97.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import inlined, kernel
from dupdetect.kernels.mix import mix32

U32 = NDArray[np.uint32]
U64 = NDArray[np.uint64]
I64 = NDArray[np.int64]
I32 = NDArray[np.int32]

_SHIFT = np.uint64(32)
_FREE = np.int32(-1)
_GOLDEN = np.uint32(0x9E3779B1)  # 2^32 / golden ratio (Knuth 6.4)


@kernel
def overlapping_bands(signatures: U32) -> U32:
    """Keys uint32[P, n] of the P overlapping bands of signatures uint32[n, P]; P is 7 or more."""
    n, count = signatures.shape
    keys = np.empty((count, n), np.uint32)
    for d in range(n):
        row = signatures[d]
        for j in range(count):
            key = mix32(row[j]) + row[(j + 1) % count] * _GOLDEN
            keys[j, d] = mix32(key) + row[(j + 3) % count]
    return keys


@kernel
def buckets(keys: U32, docs: I32) -> tuple[I32, I32]:
    """Documents of equal keys: bucket b holds ``members[start[b]:start[b + 1]]``, ascending.

    ``docs`` are numbers into ``keys``, ascending; buckets of one are left out. A table of chains:
    three times faster than sorting, as most keys are alone.
    """
    size = 16
    while size < 2 * len(docs):
        size *= 2
    mask = np.uint32(size - 1)
    table = np.full(size, _FREE, np.int32)
    first = np.empty(len(docs), np.int32)  # the bucket's first member, by position
    count = np.zeros(len(docs), np.int32)  # further members, at the first one's position
    more = 0
    for position in range(len(docs)):
        key = keys[docs[position]]
        at = mix32(key) & mask
        while table[at] != _FREE and keys[docs[table[at]]] != key:
            at = (at + np.uint32(1)) & mask
        if table[at] == _FREE:
            table[at] = np.int32(position)
            first[position] = np.int32(position)
        else:
            first[position] = table[at]
            count[table[at]] += 1
            more += 1
    total = 0
    for position in range(len(docs)):
        total += count[position] > 0
    start = np.zeros(total + 1, np.int32)
    members = np.empty(more + total, np.int32)
    bucket = 0
    for position in range(len(docs)):
        further = count[position]
        if first[position] == position:
            if further > 0:
                start[bucket + 1] = start[bucket] + further + 1
                members[start[bucket]] = docs[position]
                count[position] = start[bucket] + 1  # from here on: the next free place
                bucket += 1
        else:
            members[count[first[position]]] = docs[position]
            count[first[position]] += 1
    return start, members


@kernel
def bucket_pairs(
    start: I32, members: I32, max_bucket: int, spent: I32, most: int
) -> tuple[U64, int]:
    """Candidate pairs of buckets as codes ``low << 32 | high``, and how many caps left out.

    A bucket of up to ``max_bucket`` gives all its pairs, a larger one of s gives at most 2 s - 3: a
    star around its first member and a chain of neighbours. ``spent`` counts, over all bands, what
    each document took from larger buckets; at ``most`` it takes no more, so that 20,000 texts of
    one template, which fall into ever other buckets, cost linear work too.
    """
    room = np.int64(0)
    for b in range(len(start) - 1):
        size = np.int64(start[b + 1] - start[b])
        room += size * (size - 1) // 2 if size <= max_bucket else 2 * size
    codes = np.empty(room, np.uint64)
    n = 0
    dropped = np.int64(0)
    for b in range(len(start) - 1):
        begin, end = start[b], start[b + 1]
        size = np.int64(end - begin)
        if size <= max_bucket:
            for i in range(begin, end):
                for j in range(i + 1, end):
                    codes[n] = _code(members[i], members[j])
                    n += 1
            continue
        before = n
        for k in range(begin + 1, end):
            if spent[members[k]] < most:
                spent[members[k]] += 2
                codes[n] = _code(members[begin], members[k])
                n += 1
                if k > begin + 1:
                    codes[n] = _code(members[k - 1], members[k])
                    n += 1
        dropped += size * (size - 1) // 2 - (n - before)
    return codes[:n].copy(), int(dropped)


@inlined
def _code(low: np.int32, high: np.int32) -> np.uint64:
    return np.uint64(low) << _SHIFT | np.uint64(high)


@kernel
def shared_shingles(codes: U64, shingles: U32, begin: I64, length: I32) -> tuple[I32, I32, I32]:
    """Different shingles that each pair shares, and that its first and second document have.

    ``codes`` ascending, so that a first document is hashed once for all its pairs; the shingles of
    document d are ``shingles[begin[d]:begin[d] + length[d]]``, repeated ones included.
    """
    longest = length.max() if len(length) else np.int32(0)
    size = 16
    while size < 2 * longest:
        size *= 2
    table = np.empty(size, np.uint32)
    seen = np.zeros(size, np.int64)  # the round in which a place was last used
    others = np.empty(size, np.uint32)
    own = np.zeros(size, np.int64)
    shared = np.empty(len(codes), np.int32)
    size_a = np.empty(len(codes), np.int32)
    size_b = np.empty(len(codes), np.int32)
    last = np.int64(-1)
    different = 0
    mark = 0
    mask = np.uint32(0)
    for p in range(len(codes)):
        a, b = np.int64(codes[p] >> _SHIFT), np.int64(codes[p] & np.uint64(0xFFFFFFFF))
        if a != last:
            last, mark, different = a, p + 1, 0
            mask = _mask(length[a])
            for i in range(begin[a], begin[a] + length[a]):
                at = shingles[i] & mask
                while seen[at] == mark and table[at] != shingles[i]:
                    at = (at + np.uint32(1)) & mask
                if seen[at] != mark:
                    seen[at], table[at] = mark, shingles[i]
                    different += 1
        hits, unique = 0, 0
        own_mask = _mask(length[b])
        for i in range(begin[b], begin[b] + length[b]):
            key = shingles[i]
            at = key & own_mask
            while own[at] == p + 1 and others[at] != key:
                at = (at + np.uint32(1)) & own_mask
            if own[at] == p + 1:
                continue
            own[at], others[at] = p + 1, key
            unique += 1
            at = key & mask
            while seen[at] == mark and table[at] != key:
                at = (at + np.uint32(1)) & mask
            hits += seen[at] == mark
        shared[p], size_a[p], size_b[p] = hits, different, unique
    return shared, size_a, size_b


@inlined
def _mask(length: np.int32) -> np.uint32:
    """Of a table at most half full."""
    size = np.uint32(16)
    while size < np.uint32(2) * np.uint32(length):
        size = np.uint32(size * np.uint32(2))
    return np.uint32(size - np.uint32(1))
