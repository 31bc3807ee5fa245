"""Lookups in encoded posting lists (see :mod:`dupdetect.kernels.postings`) where they lie.

A query of a large index meets five thousand documents, most of them in lists of a hundred, and
twice as many in lists that are too long to be of use, of which only the length is read. Documents
are read in a loop without branches.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import carray, inlined, kernel, load64
from dupdetect.kernels.postings import (
    BITS,
    COUNT,
    DATA,
    FIRST,
    HASH_BITS,
    LIST_CAP,
    MORE,
    OFFSETS,
    SIZE,
    WIDTH,
    bytes_at,
    is_set,
    words_at,
)

U64 = NDArray[np.uint64]
I64 = NDArray[np.int64]
U8 = NDArray[np.uint8]

#: Most documents that are written of one list: those and the mark that there are more.
LONGEST = LIST_CAP + 1
_ONE, _BYTE, _CODE = np.uint64(1), np.uint64(255), np.uint64((1 << 24) - 1)

#: Bytes of a cache line, and of a bucket that are read ahead.
_LINE, _AHEAD = 64, 512


@inlined
def _word(address: Any, at: Any, size: Any) -> np.uint64:
    """Eight bytes from ``at`` on, little-endian; behind the end of the data there are zeros."""
    if at + 8 <= size:
        return load64(address + at)
    value = np.uint64(0)
    data = carray(bytes_at(address), (size,))
    for i in range(size - at):
        value |= np.uint64(data[at + i]) << np.uint64(8 * i)
    return value


@kernel
def bucket_ranges(table: I64, hashes: U64, begin: I64, end: I64) -> int:
    """Where each hash's bucket lies in the data of each segment: fills int64[segments, n].

    Offsets are read first, then a byte of every line of the buckets (of long ones, which hold lists
    that nobody wants, the first eight and the last): loads that do not wait for each other, which
    takes a fifth off all that follows. Answers 0, or 1 + the row of a segment that is malformed.
    """
    n_segments, n = table.shape[0], hashes.size
    touched = np.uint64(0)
    for s in range(n_segments):
        bits = table[s, BITS]
        offsets = carray(words_at(table[s, OFFSETS]), ((np.int64(1) << bits) + 1,))
        for i in range(n):
            bucket = np.int64(hashes[i] >> np.uint64(HASH_BITS - bits))
            begin[s, i] = np.int64(offsets[bucket])
            end[s, i] = np.int64(offsets[bucket + 1])
    for s in range(n_segments):
        size = table[s, SIZE]
        data = carray(bytes_at(table[s, DATA]), (size,))
        for i in range(n):
            if begin[s, i] < 0 or end[s, i] < begin[s, i] or end[s, i] > size:
                return 1 + s
            at, stop = begin[s, i], min(end[s, i], begin[s, i] + _AHEAD)
            while at < stop:
                touched += np.uint64(data[at])
                at += _LINE
            if begin[s, i] < end[s, i]:
                touched += np.uint64(data[end[s, i] - 1])
    # Never true (a sum of bytes is small): keeps the loads above from being optimised away.
    return -1 if touched == np.uint64(1) << np.uint64(63) else 0


@inlined
def _find(
    address: Any, size: Any, place: Any, stop: Any, wanted: np.uint64, width: Any
) -> tuple[int, int]:
    """Place and length of the list of a key in a bucket; (0, 0) if absent, (0, -1) if malformed."""
    bits = np.uint64(8 * width)
    mask = (_ONE << bits) - _ONE
    while place < stop:
        word = _word(address, place, size)
        place += width
        several = word >> bits & _ONE
        others = _word(address, place + 3, size) & _BYTE if several else np.uint64(0)
        n = 1 + int(np.int64(others))
        after = place + 3 * n + int(np.int64(several))
        if after > stop:
            return 0, -1
        if word & mask >= wanted:
            return (place, n) if word & mask == wanted else (0, 0)
        place = after
    return 0, 0


@inlined
def _copied(
    address: Any, size: Any, place: Any, n: Any, first: Any, out: I64, at: Any
) -> np.uint64:
    """Copies ``n`` documents, counted from ``first``; the largest number there was."""
    largest = (_word(address, place, size) & _CODE) >> _ONE
    out[at] = np.int64(largest) + first
    place += 1  # behind the first there is the number of the others
    quick = min(max((size - 8 - place) // 3 + 1, 1), n)
    for i in range(1, quick):
        number = (load64(address + place + 3 * i) & _CODE) >> _ONE
        largest = max(largest, number)
        out[at + i] = np.int64(number) + first
    for i in range(quick, n):
        number = (_word(address, place + 3 * i, size) & _CODE) >> _ONE
        largest = max(largest, number)
        out[at + i] = np.int64(number) + first
    return largest


@inlined
def _living(dead: U8, out: I64, at: Any, n: Any) -> int:
    """Of ``n`` documents in ``out[at:]`` leaves those that are not dead; how many."""
    kept = 0
    for i in range(n):
        document = out[at + i]
        out[at + kept] = document
        kept += not is_set(dead, document)
    return kept


@inlined
def one_list(
    table: I64, begin: I64, end: I64, i: int, hashed: np.uint64, cap: int, whole: bool, dead: U8,
    out: I64, at: int,
) -> tuple[int, bool]:  # fmt: skip
    """Documents of hash ``i`` in all segments into ``out[at:]``, with room for ``cap`` and LONGEST.

    How many there are, up to ``cap + 1``, and whether there were more in a list that was cut; with
    ``whole`` the rest is not looked for then, nor where there are more than ``cap``. Or -1 - the
    row of a segment that is malformed.
    """
    found, more = 0, False
    for s in range(table.shape[0]):
        if begin[s, i] == end[s, i] or found > cap:
            continue
        address, size = table[s, DATA], table[s, SIZE]
        last = np.uint64(HASH_BITS - table[s, BITS])
        wanted = hashed & ((_ONE << last) - _ONE)
        place, n = _find(address, size, begin[s, i], end[s, i], wanted, table[s, WIDTH])
        if n < 0 or n > LONGEST:
            return -1 - s, False
        if n == 0:
            continue
        if whole and dead.size == 0 and found + n > cap + 1:
            return cap + 1, True  # one of them may be the mark of more
        ending = place if n == 1 else place + 1 + 3 * (n - 1)
        cut = (_word(address, ending, size) & _CODE) >> _ONE == np.uint64(MORE)
        more |= cut
        n -= cut
        if whole and more:
            return cap + 1, True
        if dead.size == 0:
            n = min(n, cap + 1 - found)
        if n == 0:
            continue
        if _copied(address, size, place, n, table[s, FIRST], out, at + found) >= np.uint64(
            max(table[s, COUNT], 1)
        ):
            return -1 - s, False
        if dead.size:
            n = _living(dead, out, at + found, n)
        found = min(found + n, cap + 1)
    return found, more


@kernel
def lookup(
    table: I64, hashes: U64, cap: int, dead: U8, numbers: I64, start: I64, sizes: I64
) -> int:
    """Documents of each hash in all segments, which ``table`` lists in the order of their numbers.

    ``numbers`` has room for ``cap`` documents a hash and :data:`LONGEST` more; ``start`` and
    ``sizes`` as in ``Postings`` (sizes end at ``cap + 1``). Answers 0, or 1 + the row of a segment
    that is malformed.
    """
    n = hashes.size
    begin = np.empty((table.shape[0], n), np.int64)
    end = np.empty((table.shape[0], n), np.int64)
    status = bucket_ranges(table, hashes, begin, end)
    if status != 0:
        return status
    total = 0
    start[0] = 0
    for i in range(n):
        found, more = one_list(table, begin, end, i, hashes[i], cap, False, dead, numbers, total)
        if found < 0:
            return -found
        total += min(found, cap)
        sizes[i] = cap + 1 if more else found
        start[i + 1] = total
    return 0
