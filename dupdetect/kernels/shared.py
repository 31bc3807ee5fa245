"""One query of an embedded index in one call: both views of all segments and recent documents.

Most documents under the keys of a text share one key by chance. So all are first counted in small
saturating counters (without a branch: 5,000 postings take 10 microseconds where a table of
documents takes 100); only those whose counter reached ``min_shared`` are counted one by one.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import inlined, kernel
from dupdetect.kernels.likely import strongest
from dupdetect.kernels.lists import LONGEST, bucket_ranges, one_list
from dupdetect.kernels.mix import mix64
from dupdetect.kernels.postings import LIST_CAP, hash_keys, locate
from dupdetect.kernels.recent import heads, locate_recent, one_walk, walk_on

U64 = NDArray[np.uint64]
I64 = NDArray[np.int64]
I32 = NDArray[np.int32]
U8 = NDArray[np.uint8]

#: A document in the table of counts: its number above, then 13 bits of shared bands and 16 of keys.
_NUMBER, _BAND = np.uint64(29), np.uint64(16)
_FEW, _MASK = (1 << 13) - 1, (1 << 16) - 1
#: Counters for each posting, and the fewest: half a page of the first-level cache.
_SPARSE, _COUNTERS = 4, 1 << 14
#: Where a counter stays.
_FULL = 255


class Lists(NamedTuple):
    """Lists of recent documents (see ``kernels.recent``): those from ``base`` to ``limit``, and
    where these lie."""

    slots: U64
    marks: U64
    postings: I32
    places: I64
    base: int
    limit: int


@kernel
def _collect(
    table: I64, hashes: U64, cap: int, whole: bool, dead: U8, recent: Lists, view: int, before: I64
) -> tuple[I64, int, int, int]:
    """The documents ``before``, then those under each hash, at most ``cap`` of them.

    With ``whole`` longer lists are left out. An array that begins with them, how many they are, how
    many lists were longer, and 0 or 1 + the row of a segment that is malformed.
    """
    begin = np.empty((table.shape[0], hashes.size), np.int64)
    end = np.empty((table.shape[0], hashes.size), np.int64)
    status = bucket_ranges(table, hashes, begin, end)
    base, limit = recent.base, recent.limit
    most = min(cap, LIST_CAP * table.shape[0] + limit - base)
    out = np.empty(before.size + most * hashes.size + LONGEST, np.int64)
    out[: before.size] = before
    if status != 0:
        return out, 0, 0, status
    tagged = np.empty(hashes.size if base < limit else 0, np.uint64)
    for i in range(tagged.size):
        tagged[i] = (hashes[i] << np.uint64(2)) + np.uint64(view + 1)
    # Arrays are taken out of what holds them but once: each time counts its references.
    postings = recent.postings
    head = heads(recent.slots, recent.marks, postings, tagged)
    n, cut = before.size, 0
    for i in range(hashes.size):
        found, more = one_list(table, begin, end, i, hashes[i], cap, whole, dead, out, n)
        if found < 0:
            return out, 0, 0, -found
        if i < head.size and head[i] >= 0 and found <= cap:
            found = walk_on(postings, head[i], base, limit, cap, dead, out, n, found)
        cut += more or found > cap
        n += min(found, cap) if found <= cap or not whole else 0
    return out, n, cut, 0


@kernel
def namesakes(
    table: I64, hashes: U64, cap: int, dead: U8, recent: Lists, view: int
) -> tuple[I64, I64, int]:
    """Documents under each hash, at most ``cap`` of them, one list behind the other, where each of
    these begins (int64[n + 1]), and 0 or 1 + the row of a segment that is malformed."""
    n = hashes.size
    begin = np.empty((table.shape[0], n), np.int64)
    end = np.empty((table.shape[0], n), np.int64)
    out, start = np.empty(n * cap + LONGEST, np.int64), np.zeros(n + 1, np.int64)
    status = bucket_ranges(table, hashes, begin, end)
    if status != 0:
        return out, start, status
    base, limit = recent.base, recent.limit
    slots, postings = recent.slots, recent.postings
    total = 0
    for i in range(n):
        found, _ = one_list(table, begin, end, i, hashes[i], cap, False, dead, out, total)
        if found < 0:
            return out, start, -found
        if base < limit and found <= cap:
            tagged = (hashes[i] << np.uint64(2)) + np.uint64(view + 1)
            found = one_walk(slots, postings, tagged, base, limit, cap, dead, out, total, found)
        total += min(found, cap)
        start[i + 1] = total
    return out[:total], start, 0


@kernel
def _often(documents: I64, n_bands: int, least: int) -> I64:
    """Of documents of which the first ``n_bands`` share a band and each other one a key: those that
    share a band and those that may share ``least`` keys, as often as they stand there."""
    size = _COUNTERS
    while size < _SPARSE * documents.size:
        size *= 2
    # A document's counter is named by the lowest bits of its number: these differ among neighbours.
    counters, mask = np.zeros(size, np.uint8), size - 1
    by_bands, by_keys = documents[:n_bands], documents[n_bands:]
    for i in range(by_bands.size):
        counters[by_bands[i] & mask] = _FULL
    for i in range(by_keys.size):
        at = by_keys[i] & mask
        counters[at] += np.uint8(counters[at] < _FULL)
    least = min(least, _FULL)
    out = np.empty(by_keys.size, np.int64)
    n = 0
    for i in range(by_keys.size):
        out[n] = by_keys[i]
        n += counters[by_keys[i] & mask] >= least
    return out[:n]


@inlined
def _slot(table: U64, number: np.uint64) -> int:
    mask = np.uint64(table.size - 1)
    at = mix64(number) & mask
    while table[at] != 0 and table[at] >> _NUMBER != number:
        at = (at + np.uint64(1)) & mask
    return int(np.int64(at))


@kernel
def _counted(counts: U64, documents: I64, one: np.uint64) -> None:
    for i in range(documents.size):
        number = np.uint64(documents[i])
        at = _slot(counts, number)
        counts[at] = (counts[at] if counts[at] != 0 else number << _NUMBER) + one


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
    documents, n_bands, cut, status = _collect(
        band_table, hash_keys(bands), band_cap, False, dead, recent, views[0], none
    )
    if status != 0:
        return none, none, none, 0, status
    documents, n, more, status = _collect(
        key_table, hash_keys(keys), key_cap, True, dead, recent, views[1], documents[:n_bands]
    )
    if status != 0:
        return none, none, none, 0, status
    often = _often(documents[:n], n_bands, min_shared)
    size = 16
    while size < 2 * (n_bands + often.size):
        size *= 2
    counts = np.zeros(size, np.uint64)
    _counted(counts, documents[:n_bands], np.uint64(1) << _BAND)
    _counted(counts, often, np.uint64(1))
    chosen = np.empty(n_bands + often.size, np.uint64)
    n = 0
    for i in range(counts.size):
        few = np.int64(counts[i] & np.uint64((1 << 29) - 1))
        if few > _MASK or few >= min_shared:
            chosen[n] = counts[i]
            n += counts[i] != 0
    numbers, in_bands, in_keys = np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n, np.int64)
    ordered = np.sort(chosen[:n])
    for i in range(n):
        numbers[i] = np.int64(ordered[i] >> _NUMBER)
        in_bands[i] = np.int64(ordered[i] >> _BAND) & _FEW
        in_keys[i] = np.int64(ordered[i]) & _MASK
    return numbers, in_bands, in_keys, cut + more, 0


@kernel
def locate_all(records: I64, numbers: I64, dead: U8, recent: Lists) -> tuple[I64, I64, I64, int]:
    """Where documents lie in segments (see :func:`dupdetect.kernels.postings.locate`, which takes
    the table ``records``) or among the recent ones.

    The last value is 0, or -1 - the row of a segment whose records are malformed, one row more if a
    recent document is.
    """
    key, record = np.empty(numbers.size, np.int64), np.empty(numbers.size, np.int64)
    end = np.empty(numbers.size, np.int64)
    status = -locate(records, numbers, dead, key, record, end)
    base, limit = recent.base, recent.limit
    if base < limit and locate_recent(recent.places, base, limit, numbers, dead, key, record, end):
        status = -1 - records.shape[0]
    return key, record, end, status


@kernel
def strongest_documents(
    band_table: I64, key_table: I64, records: I64, bands: U64, keys: U64, band_cap: int,
    key_cap: int, min_shared: int, dead: U8, recent: Lists, views: tuple[int, int], most: int,
) -> tuple[I64, I64, I64, int, int]:  # fmt: skip
    """The ``most`` of :func:`shared_documents` that share most, and where they lie.

    Addresses as :func:`locate_all` gives them with the table ``records``; how many lists were
    longer. The last value is 0, or 1 + the row of a segment with malformed lists, or less than 0
    as there.
    """
    numbers, in_bands, in_keys, cut, status = shared_documents(
        band_table, key_table, bands, keys, band_cap, key_cap, min_shared, dead, recent, views
    )
    if numbers.size > most:
        numbers = numbers[strongest(in_bands, in_keys, bands.size, keys.size, most)]
    key, record, end, misplaced = locate_all(records, numbers, dead, recent)
    return key, record, end, cut, status or misplaced
