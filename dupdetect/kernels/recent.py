"""Posting lists of recent documents in memory: an open-addressing table of linked lists.

A key is the 40-bit hash of a posting key with its view in the lowest two bits, plus one (0 means:
free). Lists are in the order of their documents, so that a walk may stop after the first few. Most
keys that are asked for have none: of eight bits a place that keys mark, one says so for nine in ten
of them, without a search (a Bloom filter with one hash).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import inlined, kernel
from dupdetect.kernels.mix import mix64
from dupdetect.kernels.postings import PREFIX, is_set, record_at

U64 = NDArray[np.uint64]
I64 = NDArray[np.int64]
I32 = NDArray[np.int32]

#: Of a slot's second word: the bits of the first posting, and how far up the last one is.
_FIRST, _HALF = np.uint64(0xFFFFFFFF), np.uint64(32)


@inlined
def _slot(slots: U64, key: np.uint64) -> int:
    """Where the key is, or would be, in a table whose size is a power of two."""
    mask = np.uint64(slots.shape[0] - 1)
    at = mix64(key) & mask
    while slots[at, 0] != 0 and slots[at, 0] != key:
        at = (at + np.uint64(1)) & mask
    return int(np.int64(at))


@inlined
def _mark(marks: U64, key: np.uint64) -> tuple[int, np.uint64]:
    """The word and the bit of a key in marks whose size is a power of two."""
    at = (mix64(key) >> np.uint64(32)) & np.uint64(64 * marks.size - 1)
    return int(np.int64(at >> np.uint64(6))), np.uint64(1) << (at & np.uint64(63))


@kernel
def insert(
    slots: U64, marks: U64, postings: I32, used: int, distinct: int, fresh: U64, lengths: I64,
    document: int,
) -> tuple[int, int]:  # fmt: skip
    """Lists documents, ``document`` the first of them and higher than all before.

    ``fresh`` are their hashed keys one after the other, ``lengths`` int64[n, views] how many each
    has in each view. The table ``slots``, uint64[a power of two, 2], holds ``distinct`` keys, with
    the first and (in the high half) the last of the ``used`` ``postings``, int32[:, 2]: a document
    and the next posting of its key, or -1. Both counts come back.
    """
    i = 0
    for d in range(lengths.shape[0]):
        for view in range(lengths.shape[1]):
            for _ in range(lengths[d, view]):
                key = (fresh[i] << np.uint64(2)) + np.uint64(view + 1)
                i += 1
                at = _slot(slots, key)
                if slots[at, 0] == 0:
                    slots[at, 0] = key
                    word, bit = _mark(marks, key)
                    marks[word] |= bit
                    slots[at, 1] = np.uint64(used)
                    distinct += 1
                else:
                    postings[np.int64(slots[at, 1] >> _HALF), 1] = used
                slots[at, 1] = (slots[at, 1] & _FIRST) | np.uint64(used) << _HALF
                postings[used, 0], postings[used, 1] = document + d, -1
                used += 1
    return used, distinct


@kernel
def rehash(slots: U64, new: U64, marks: U64) -> None:
    """Moves all keys to a larger, empty table, and marks them."""
    for i in range(slots.shape[0]):
        key = slots[i, 0]
        if key != 0:
            at = _slot(new, key)
            new[at, 0], new[at, 1] = key, slots[i, 1]
            word, bit = _mark(marks, key)
            marks[word] |= bit


@kernel
def held(slots: U64, marks: U64, wanted: U64) -> NDArray[np.bool_]:
    """Which keys may have a list. Their first places are read: loads that do not wait for each
    other, and are at hand when the lists are walked."""
    out = np.empty(wanted.size, np.bool_)
    for i in range(wanted.size):
        word, bit = _mark(marks, wanted[i])
        out[i] = marks[word] & bit != 0
    touched, mask = np.uint64(0), np.uint64(slots.shape[0] - 1)
    for i in range(wanted.size):
        if out[i]:
            touched += slots[np.int64(mix64(wanted[i]) & mask), 0] & np.uint64(1)
    if touched > np.uint64(wanted.size):  # never: keeps the loads from being optimised away
        out[0] = True
    return out


@kernel
def heads(slots: U64, marks: U64, postings: I32, wanted: U64) -> I32:
    """The first posting of each key's list, int32[:], -1 where there is none.

    In steps of which each reads one place for every key: of keys that are all listed, as a copy's
    are, each walk alone would wait twice for memory.
    """
    listed, out = held(slots, marks, wanted), np.empty(wanted.size, np.int32)
    for i in range(wanted.size):
        out[i] = -1
        if listed[i]:
            at = _slot(slots, wanted[i])
            if slots[at, 0] != 0:
                out[i] = np.int32(slots[at, 1] & _FIRST)
    touched = 0
    for i in range(wanted.size):
        if out[i] >= 0:
            touched += int(postings[out[i], 0] & 1)
    if touched > wanted.size:  # never: as in held
        out[0] = -1
    return out


@kernel
def one_walk(
    slots: U64, postings: I32, wanted: np.uint64, base: int, limit: int, cap: int,
    dead: NDArray[np.uint8], out: I64, start: int, found: int,
) -> int:  # fmt: skip
    """Documents of a key behind ``found`` others that are in ``out[start:]``, which has room for
    ``cap``; how many there are then, up to ``cap + 1``."""
    at = _slot(slots, wanted)
    posting = np.int32(slots[at, 1] & _FIRST) if slots[at, 0] != 0 else np.int32(-1)
    return walk_on(postings, posting, base, limit, cap, dead, out, start, found)


@inlined
def walk_on(
    postings: I32, posting: Any, base: int, limit: int, cap: int, dead: NDArray[np.uint8],
    out: I64, start: int, found: int,
) -> int:  # fmt: skip
    """:func:`one_walk` from a posting on (-1: there is none)."""
    while posting >= 0 and found <= cap:
        document = postings[posting, 0] + base
        if document >= limit:
            break
        if not is_set(dead, document):
            if found < cap:
                out[start + found] = document
            found += 1
        posting = postings[posting, 1]
    return found


@kernel
def locate_recent(
    places: I64, base: int, limit: int, numbers: I64, dead: NDArray[np.uint8], keys: I64,
    begin: I64, end: I64,
) -> int:  # fmt: skip
    """As ``kernels.postings.locate``, for documents from ``base`` to ``limit``; others are left as
    they are.

    ``places``, int64[at least limit - base, 2]: where the bytes of each begin and end. Answers 0,
    or 1 if those of one are cut short.
    """
    for i in range(numbers.size):
        row = numbers[i] - base
        if row < 0 or row >= min(limit - base, places.shape[0]) or is_set(dead, numbers[i]):
            continue
        first, last = places[row, 0], places[row, 1]
        if first == last:
            continue
        record = record_at(first, last - first)
        if record == 0:
            return 1
        keys[i], begin[i], end[i] = first + PREFIX, record, last
    return 0


@kernel
def walk(
    slots: U64, postings: I32, wanted: U64, base: int, limit: int, cap: int,
    dead: NDArray[np.uint8], numbers: I64, start: I64, sizes: I64,
) -> None:  # fmt: skip
    """Documents of each wanted key, as in ``kernels.postings.lookup``.

    Documents are counted from ``base``; those from ``limit`` on are not seen.
    """
    total = 0
    start[0] = 0
    for i in range(wanted.size):
        sizes[i] = one_walk(slots, postings, wanted[i], base, limit, cap, dead, numbers, total, 0)
        total += min(sizes[i], cap)
        start[i + 1] = total


@kernel
def join(
    n: int, cap: int, numbers_a: I64, start_a: I64, sizes_a: I64,
    numbers_b: I64, start_b: I64, sizes_b: I64,
) -> tuple[I64, I64, I64]:  # fmt: skip
    """Two answers to the same n keys as one: a's documents go before b's, ``cap`` a key."""
    numbers = np.empty(start_a[n] + start_b[n], np.int64)
    start = np.zeros(n + 1, np.int64)
    sizes = np.empty(n, np.int64)
    total = 0
    for i in range(n):
        taken = 0
        for j in range(start_a[i], start_a[i + 1]):
            numbers[total] = numbers_a[j]
            total += 1
            taken += 1
        for j in range(start_b[i], start_b[i + 1]):
            if taken == cap:
                break
            numbers[total] = numbers_b[j]
            total += 1
            taken += 1
        start[i + 1] = total
        sizes[i] = sizes_a[i] + sizes_b[i]
    return numbers[:total].copy(), start, sizes
