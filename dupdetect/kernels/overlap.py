"""Near-duplicates by shingles alone: from band keys to buckets, from buckets to candidates."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import inlined, kernel
from dupdetect.kernels.mix import mix32

U32 = NDArray[np.uint32]
U64 = NDArray[np.uint64]
I32 = NDArray[np.int32]

_SHIFT, _ONE = np.uint64(32), np.uint64(1)
_FREE = np.int32(-1)
_GOLDEN = np.uint32(0x9E3779B1)  # 2^32 / golden ratio (Knuth 6.4)


@kernel
def buckets(keys: U32, none: int) -> tuple[I32, I32]:
    """Documents of equal keys: bucket b holds ``members[start[b]:start[b + 1]]``, ascending.

    ``keys`` uint32[n], of which ``none`` is no key; buckets of one are left out. Most keys are
    alone: a first pass leaves those that no other falls in with in a table of bits. The others go
    into a table of chains, three times faster than sorting.
    """
    docs = _repeated(keys, np.uint32(none))
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
def _repeated(keys: U32, none: np.uint32) -> I32:
    """Documents whose key may be another's too, ascending; an eighth of the others are among them.

    Two bits for each of at least eight times as many places as there are documents: whether a key
    fell there, and whether a second one did.
    """
    words = 64
    while 32 * words < 8 * len(keys):
        words *= 2
    seen = np.zeros(words, np.uint64)
    mask = np.uint32(words - 1)
    for d in range(len(keys)):
        word, bit = _place(keys[d], mask)
        before = seen[word]
        seen[word] = before | (before >> bit & _ONE) << bit + _ONE | _ONE << bit
    docs = np.empty(len(keys), np.int32)
    n = 0
    for d in range(len(keys)):
        word, bit = _place(keys[d], mask)
        docs[n] = d
        n += np.int64(seen[word] >> bit + _ONE & _ONE) & (keys[d] != none)
    return docs[:n]


@inlined
def _place(key: np.uint32, mask: np.uint32) -> tuple[np.int64, np.uint64]:
    mixed = np.uint32(key * _GOLDEN)
    return np.int64(key & mask), np.uint64(mixed >> np.uint32(27)) << _ONE


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
