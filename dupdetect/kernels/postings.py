"""Posting lists in bytes: sorted, bucketed, mapped from a file and looked up where they lie.

A posting is a uint64: the 40-bit hash of its key, then the 23-bit number of its document, so that
sorting uint64 sorts by key and document. Encoded, the hash's high bits name a *bucket* (an offset
table leads to it); in a bucket every different key is the rest of its hash (``width`` bytes), the
number of its first document in three bytes (number * 2, plus 1 when others follow), then how many
others there are in one byte, and their numbers, three bytes each, in the same way. Most lists are
of one document; of a long one the end is known before it is read. A list is cut after
:data:`LIST_CAP` documents and then ends with :data:`MORE`.

Files come from strangers: every offset and number is checked before it is followed. Kernels answer
a negative count, or a status other than 0, for data that cannot be.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import carray, inlined, intrinsic, kernel
from dupdetect.kernels.mix import mix64

U64 = NDArray[np.uint64]
I64 = NDArray[np.int64]
U32 = NDArray[np.uint32]
U8 = NDArray[np.uint8]

#: Bits of a key's hash that are kept: among a billion postings one lookup in a thousand is wrong.
HASH_BITS = 40
#: Bits of a document's number within its segment.
NUMBER_BITS = 23
#: Documents of one key that are kept in one segment; such a key says next to nothing.
LIST_CAP = 254
#: Stands at the end of a list that was cut.
MORE = (1 << NUMBER_BITS) - 1
#: Bytes of the longest list, without its key.
LONGEST_BYTES = 3 * (LIST_CAP + 1) + 1

#: Hashes that begin alike, on average, when new ones are sorted.
_CROWD = 8

#: Columns of the table that describes encoded lists: addresses, lengths, shape, document range.
OFFSETS, DATA, SIZE, BITS, WIDTH, FIRST, COUNT = range(7)
COLUMNS = 7
#: Bytes before a record: two counts (uint16), then the length of the key that follows (uint32).
PREFIX = 8


@intrinsic
def _pointer(typing: Any, address: Any) -> Any:
    from numba import types

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = context.get_value_type(signature.return_type)
        return builder.inttoptr(arguments[0], kind)

    pointer: Any = types.CPointer
    return pointer(types.uint8)(types.int64), generate


@intrinsic
def _pointer32(typing: Any, address: Any) -> Any:
    from numba import types

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = context.get_value_type(signature.return_type)
        return builder.inttoptr(arguments[0], kind)

    pointer: Any = types.CPointer
    return pointer(types.uint32)(types.int64), generate


#: A pointer to bytes at an address, only inside kernels.
bytes_at = cast(Callable[[np.int64], Any], _pointer)
words_at = cast(Callable[[np.int64], Any], _pointer32)


@kernel
def hash_keys(keys: U64) -> U64:
    """The 40-bit hashes of posting keys."""
    out = np.empty(keys.size, np.uint64)
    for i in range(keys.size):
        out[i] = mix64(keys[i]) >> np.uint64(64 - HASH_BITS)
    return out


@kernel
def sorted_lists(values: U64, start: I64, wanted: NDArray[np.bool_]) -> tuple[U64, I64]:
    """Lists ``values[start[i]:start[i + 1]]`` sorted, each value once; those not wanted empty.

    Most lists are in order already and only copied.
    """
    n = start.size - 1
    out, place = np.empty(values.size, np.uint64), np.zeros(n + 1, np.int64)
    at = 0
    for i in range(n):
        first, last = start[i], start[i + 1]
        if wanted[i] and last > first:
            out[at : at + last - first] = values[first:last]
            rising = True
            for j in range(first + 1, last):
                rising = rising and values[j] > values[j - 1]
            if not rising:
                out[at : at + last - first].sort()
            kept = at + 1
            for j in range(at + 1, at + last - first):
                if out[j] != out[kept - 1]:
                    out[kept] = out[j]
                    kept += 1
            at = kept
        place[i + 1] = at
    return out[:at], place


@kernel
def new_postings(hashes: U64, lengths: I64) -> U64:
    """Sorted postings of documents 0, 1, ... that have so many hashes each, one behind the other.

    Hashes are spread evenly, so that their first bits say where they belong but for a few steps: a
    quarter of the time of numpy's sort.
    """
    bits = 1
    while _CROWD << bits < hashes.size:
        bits += 1
    shift = np.uint64(HASH_BITS - min(bits, HASH_BITS))
    place = np.zeros((1 << bits) + 1, np.int32)
    for i in range(hashes.size):
        place[np.int64(hashes[i] >> shift) + 1] += 1
    for bucket in range(1, place.size):
        place[bucket] += place[bucket - 1]
    at, out = place.copy(), np.empty(hashes.size, np.uint64)
    i = 0
    for document in range(lengths.size):
        for _ in range(lengths[document]):
            mine = np.int64(hashes[i] >> shift)
            out[at[mine]] = hashes[i] << np.uint64(NUMBER_BITS) | np.uint64(document)
            at[mine] += 1
            i += 1
    for bucket in range(place.size - 1):
        first, last = place[bucket], place[bucket + 1]
        if last - first > 8 * _CROWD:  # hashes of many documents
            out[first:last].sort()
            continue
        for i in range(first + 1, last):
            value, j = out[i], i
            while j > first and out[j - 1] > value:
                out[j] = out[j - 1]
                j -= 1
            out[j] = value
    return out


@inlined
def _read(data: U8, at: Any, width: Any) -> np.uint64:
    value = np.uint64(0)
    for i in range(width):
        value |= np.uint64(data[at + i]) << np.uint64(8 * i)
    return value


@inlined
def _length(data: U8, at: Any, end: Any) -> int:
    """Documents of the list at ``at``; 0 if it does not end before ``end``."""
    n = 1
    if data[at] & np.uint8(1):
        n = 1 + int(data[at + 3]) if at + 4 <= end else 0
    return n if at + 3 * n + (n > 1) <= end else 0


@kernel
def encode(
    postings: U64, bits: int, first_bucket: int, width: int, data: U8, offsets: U32, base: int
) -> int:
    """Writes sorted postings into ``data``; bytes written, or -1 if there is no room.

    ``offsets[i]`` becomes the place (from ``base``) where bucket ``first_bucket + i`` begins.
    Repeated postings are written once.
    """
    n = 0
    bucket = 0
    shift = np.uint64(HASH_BITS - bits)
    rest = (np.uint64(1) << shift) - np.uint64(1)
    offsets[0] = base
    i = 0
    while i < postings.size:
        key = postings[i] >> np.uint64(NUMBER_BITS)
        mine = np.int64(key >> shift) - first_bucket
        if mine < bucket or mine >= offsets.size - 1:
            return -1
        while bucket < mine:
            bucket += 1
            offsets[bucket] = base + n
        if n + width + LONGEST_BYTES > data.size:
            return -1
        value = key & rest
        for b in range(width):
            data[n + b] = np.uint8((value >> np.uint64(8 * b)) & np.uint64(255))
        n += width
        taken, first = 0, n
        last = np.int64(-1)
        while i < postings.size and postings[i] >> np.uint64(NUMBER_BITS) == key:
            number = np.int64(postings[i] & np.uint64(MORE))
            i += 1
            if number == last or last == MORE:
                continue
            if taken == LIST_CAP:
                number = np.int64(MORE)
            n += taken == 1
            data[n] = np.uint8((number << 1) & 255)
            data[n + 1] = np.uint8((number >> 7) & 255)
            data[n + 2] = np.uint8((number >> 15) & 255)
            n += 3
            taken += 1
            last = number
        if taken > 1:
            data[first] |= np.uint8(1)
            data[first + 3] = np.uint8(taken - 1)
    while bucket < offsets.size - 1:
        bucket += 1
        offsets[bucket] = base + n
    return n if base + n < 1 << 32 else -1


@kernel
def decode(
    offsets: U32, data: U8, bits: int, width: int, count: int, first: int, last: int,
    shift: int, offset: int, dead: U8, out: U64,
) -> int:  # fmt: skip
    """Postings of buckets ``first`` to ``last`` of one segment; how many, or -1 if malformed.

    ``count``: documents' numbers are below it. Documents whose bit ``number + offset`` is set in
    ``dead`` are left out; ``shift`` is added to the numbers of the others.
    """
    n = 0
    for bucket in range(first, last):
        at, end = np.int64(offsets[bucket]), np.int64(offsets[bucket + 1])
        if at < 0 or end < at or end > data.size:
            return -1
        high = np.uint64(bucket) << np.uint64(HASH_BITS - bits)
        previous = np.int64(-1)
        while at < end:
            if at + width + 3 > end:
                return -1
            value = _read(data, at, width)
            if np.int64(value) <= previous or value >> np.uint64(HASH_BITS - bits) != 0:
                return -1
            previous = np.int64(value)
            at += width
            key = (high | value) << np.uint64(NUMBER_BITS)
            length = _length(data, at, end)
            if length == 0 or n + length > out.size:
                return -1
            for i in range(length):
                number = np.int64(_read(data, at, 3)) >> 1
                at += 4 if i == 0 and length > 1 else 3
                if number == MORE:
                    out[n] = key | np.uint64(MORE)
                    n += 1
                elif number >= count:
                    return -1
                elif not is_set(dead, number + offset):
                    out[n] = key | np.uint64(number + shift)
                    n += 1
    return n


@inlined
def is_set(dead: U8, number: Any) -> bool:
    """Whether a document's bit is set; documents beyond the bitmap are alive."""
    at = number >> 3
    return bool(at < dead.size and (dead[at] >> np.uint8(number & 7)) & 1 != 0)


@inlined
def record_at(address: Any, size: Any) -> int:
    """Where the record lies of a document of so many bytes; 0 if these are cut short."""
    if size < PREFIX:
        return 0
    record = PREFIX + np.int64(_read(carray(bytes_at(address), (PREFIX,)), 4, 4))
    return int(address + record) if record <= size else 0


@kernel
def locate(table: I64, numbers: I64, dead: U8, keys: I64, begin: I64, end: I64) -> int:
    """Where documents lie: addresses of their key, of their record behind it and of its end.

    All are 0 where there is none. ``table`` (rows' address in ``OFFSETS``, records in ``DATA`` and
    ``SIZE``) lists the segments in the order of their numbers. Answers 0, or 1 + the row of a
    segment that is malformed.
    """
    for i in range(numbers.size):
        keys[i] = begin[i] = end[i] = 0
        low, high = 0, table.shape[0]
        while low < high:
            middle = (low + high) // 2
            if table[middle, FIRST] <= numbers[i]:
                low = middle + 1
            else:
                high = middle
        s = low - 1
        if s < 0 or numbers[i] >= table[s, FIRST] + table[s, COUNT] or is_set(dead, numbers[i]):
            continue
        rows = carray(words_at(table[s, OFFSETS]), (2 * (table[s, COUNT] + 1),))
        row = 2 * (numbers[i] - table[s, FIRST])
        first = np.int64(rows[row]) | (np.int64(rows[row + 1]) << 32)
        last = np.int64(rows[row + 2]) | (np.int64(rows[row + 3]) << 32)
        if first == last:
            continue
        if first < 0 or last < first or last > table[s, SIZE]:
            return 1 + s
        at = table[s, DATA] + first
        record = record_at(at, last - first)
        if record == 0:
            return 1 + s
        keys[i], begin[i], end[i] = at + PREFIX, record, table[s, DATA] + last
    return 0
