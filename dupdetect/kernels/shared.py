"""One query of an embedded index in one call: both views of all segments and recent documents."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import inlined, kernel
from dupdetect.kernels.mix import mix64
from dupdetect.kernels.postings import bucket_ranges, hash_keys, one_list
from dupdetect.kernels.recent import one_walk, touch

U64 = NDArray[np.uint64]
I64 = NDArray[np.int64]
I32 = NDArray[np.int32]
U8 = NDArray[np.uint8]

#: A document in the table of counts: its number above, then 13 bits of shared bands and 16 of keys.
_NUMBER, _BAND = np.uint64(29), np.uint64(16)
_FEW, _MASK = (1 << 13) - 1, (1 << 16) - 1
#: Documents that the table of counts has room for at first, twice: most queries meet fewer.
_SLOTS = 1 << 13


class Lists(NamedTuple):
    """Lists of recent documents (see ``kernels.recent``): those from ``base`` to ``limit``."""

    keys: U64
    first: I32
    number: I32
    following: I32
    base: int
    limit: int


@inlined
def _slot(table: U64, number: np.uint64) -> int:
    mask = np.uint64(table.size - 1)
    at = mix64(number) & mask
    while table[at] != 0 and table[at] >> _NUMBER != number:
        at = (at + np.uint64(1)) & mask
    return int(np.int64(at))


@kernel
def _larger(table: U64) -> U64:
    out = np.zeros(4 * table.size, np.uint64)
    for i in range(table.size):
        if table[i] != 0:
            out[_slot(out, table[i] >> _NUMBER)] = table[i]
    return out


@kernel
def _count_view(
    table: I64, hashes: U64, cap: int, whole: bool, dead: U8, recent: Lists, view: int,
    counts: U64, used: int, one: np.uint64,
) -> tuple[U64, int, int, int]:  # fmt: skip
    """Adds ``one`` to the counts of the documents under each hash, of at most ``cap`` of them.

    With ``whole`` longer lists count nothing. The table of counts, the documents in it, how many
    lists were longer, and 0 or 1 + the row of a segment that is malformed.
    """
    n, cut = hashes.size, 0
    begin = np.empty((table.shape[0], n), np.int64)
    end = np.empty((table.shape[0], n), np.int64)
    status = bucket_ranges(table, hashes, begin, end)
    if status != 0:
        return counts, used, cut, status
    late = recent.base < recent.limit
    tagged = np.empty(n if late else 0, np.uint64)
    for i in range(tagged.size):
        tagged[i] = (hashes[i] << np.uint64(2)) + np.uint64(view + 1)
    late = late and touch(recent.keys, recent.first, tagged)
    out = np.empty(cap, np.int64)
    for i in range(n):
        found = one_list(table, begin, end, i, hashes[i], cap, dead, out, 0)
        if found < 0:
            return counts, used, cut, -found
        if late and found <= cap:
            found = one_walk(
                recent.keys, recent.first, recent.number, recent.following, tagged[i], recent.base,
                recent.limit, cap, dead, out, 0, found,
            )  # fmt: skip
        if found > cap:
            cut += 1
            if whole:
                continue
            found = cap
        while 2 * (used + found) > counts.size:
            counts = _larger(counts)
        for j in range(found):
            number = np.uint64(out[j])
            at = _slot(counts, number)
            if counts[at] == 0:
                counts[at] = number << _NUMBER
                used += 1
            counts[at] += one
    return counts, used, cut, 0


@kernel
def shared_documents(
    band_table: I64, key_table: I64, bands: U64, keys: U64, band_cap: int, key_cap: int,
    min_shared: int, dead: U8, recent: Lists, views: tuple[int, int],
) -> tuple[I64, I64, I64, int, int]:  # fmt: skip
    """Documents that share a band, or ``min_shared`` keys, and how many of each they share.

    In the order of their numbers. Of a band ``band_cap`` documents are looked at, keys of more than
    ``key_cap`` documents are left out; then, how many lists were longer. The last value is 0, or 1
    + the row of a segment that is malformed.
    """
    none = np.empty(0, np.int64)
    counts = np.zeros(_SLOTS, np.uint64)
    counts, used, cut, status = _count_view(
        band_table, hash_keys(bands), band_cap, False, dead, recent, views[0], counts, 0,
        np.uint64(1) << _BAND,
    )  # fmt: skip
    if status != 0:
        return none, none, none, 0, status
    counts, used, more, status = _count_view(
        key_table, hash_keys(keys), key_cap, True, dead, recent, views[1], counts, used,
        np.uint64(1),
    )  # fmt: skip
    if status != 0:
        return none, none, none, 0, status
    chosen = np.empty(used, np.uint64)
    n = 0
    for i in range(counts.size):
        few = np.int64(counts[i] & np.uint64((1 << 29) - 1))
        if few > _MASK or few >= min_shared:
            chosen[n] = counts[i]
            n += 1
    numbers, in_bands, in_keys = np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n, np.int64)
    ordered = np.sort(chosen[:n])
    for i in range(n):
        numbers[i] = np.int64(ordered[i] >> _NUMBER)
        in_bands[i] = np.int64(ordered[i] >> _BAND) & _FEW
        in_keys[i] = np.int64(ordered[i]) & _MASK
    return numbers, in_bands, in_keys, cut + more, 0
