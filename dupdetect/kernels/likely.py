"""Cheap looks at candidates before they are verified: what is shared, read from packed sketches.

A look costs about 2 microseconds, a fiftieth of verifying a pair.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import carray, inlined, kernel, load64
from dupdetect.kernels.compact import _get, _get_key
from dupdetect.kernels.mix import mix64
from dupdetect.kernels.postings import bytes_at
from dupdetect.kernels.views import anchor_weight

U8 = NDArray[np.uint8]
U32 = NDArray[np.uint32]
I64 = NDArray[np.int64]

#: Columns of :func:`look`: whether the texts are in different languages; the share of the weight of
#: anchors (skeletons across languages, else stems) of the text that has the larger share; and, in
#: one language, the share of the shingles of the shorter text.
LOOKS = ("across", "anchors", "shingles")
#: Where a record says its language, the bytes of its metadata and of its sketch; what follows.
_LANGUAGE, _META, _SKETCH, _HEAD = 1, 7, 11, 19

_STEM, _SKELETON, _MANY = 8, 16, 7
#: The bits of kind, stem and skeleton, and those of a number with both, which are then the same.
_KIND_BOTH, _NUMBER_BOTH = 3 | 8 | 16, 1 | 8 | 16
#: Marks of a document's shingles: one in twenty of another's hits one by chance.
_MARKS = 1 << 13
_HALF = np.uint64(32)
#: Weights of anchors by their Zipf frequency.
_WEIGHTS = np.array([anchor_weight(zipf) for zipf in range(256)])
#: Added to the weight of all anchors, so that two texts of three words each share little.
_PRIOR = 1.0


class Least(NamedTuple):
    """What a document must share with another to be worth verifying.

    In one language the share of anchors plus ``shingles`` times that of shingles must be ``same``,
    or the share of shingles alone ``alone``: pages of furniture have no anchors. Across languages
    the share of anchors must be ``across``.
    """

    shingles: float
    same: float
    alone: float
    across: float


@inlined
def _start(number: np.int64, mask: int) -> int:
    return int(np.int64(mix64(np.uint64(number)) & np.uint64(mask)))


@kernel
def count_shared_lists(
    bands: I64, keys: I64, key_start: I64, key_sizes: I64, max_bucket: int, min_shared: int
) -> tuple[I64, I64, I64]:
    """Documents that share a band, or ``min_shared`` keys, and how many of each they share.

    ``bands`` and ``keys`` are the documents of both lookups; the lists of more than ``max_bucket``
    documents among the keys' are left out. In the order of the documents' numbers.
    """
    size = 16
    while size < 2 * (bands.size + keys.size):
        size *= 2
    table = np.zeros(size, np.int64)
    in_bands, in_keys = np.zeros(size, np.int32), np.zeros(size, np.int32)
    mask = size - 1
    for i in range(bands.size):
        at = _start(bands[i], mask)
        while table[at] != 0 and table[at] != bands[i]:
            at = (at + 1) & mask
        table[at] = bands[i]
        in_bands[at] += 1
    for k in range(key_sizes.size):
        if key_sizes[k] > max_bucket:
            continue
        for i in range(key_start[k], key_start[k + 1]):
            at = _start(keys[i], mask)
            while table[at] != 0 and table[at] != keys[i]:
                at = (at + 1) & mask
            table[at] = keys[i]
            in_keys[at] += 1
    n = 0
    for at in range(size):
        if table[at] != 0 and (in_bands[at] > 0 or in_keys[at] >= min_shared):
            n += 1
    numbers = np.empty(n, np.int64)
    n = 0
    for at in range(size):
        if table[at] != 0 and (in_bands[at] > 0 or in_keys[at] >= min_shared):
            numbers[n] = table[at]
            n += 1
    numbers.sort()
    shared_bands, shared_keys = np.empty(n, np.int64), np.empty(n, np.int64)
    for i in range(n):
        at = _start(numbers[i], mask)
        while table[at] != numbers[i]:
            at = (at + 1) & mask
        shared_bands[i], shared_keys[i] = in_bands[at], in_keys[at]
    return numbers, shared_bands, shared_keys


@inlined
def _slot(table: U32, key: np.uint32) -> int:
    mask = np.uint32(table.size - 1)
    at = np.uint32((key ^ (key >> np.uint32(15))) & mask)
    while table[at] != 0 and table[at] != key:
        at = np.uint32((at + np.uint32(1)) & mask)
    return int(np.int64(at))


@kernel
def _weights(keys: U32, weight: NDArray[np.float32]) -> tuple[U32, NDArray[np.float64], float]:
    """A table of a document's anchors, each with its weight, and the sum of the weights."""
    size = 16
    while size < 2 * keys.size:
        size *= 2
    table, weights = np.zeros(size, np.uint32), np.zeros(size, np.float64)
    total = 0.0
    for i in range(keys.size):
        at = _slot(table, keys[i])
        if table[at] == 0:
            table[at] = keys[i]
            weights[at] = weight[i]
            total += weight[i]
        elif weight[i] < weights[at]:
            total -= weights[at] - weight[i]
            weights[at] = weight[i]
    return table, weights, total


@kernel
def look(
    shingles: U32, stem_key: U32, stem_weight: NDArray[np.float32], skeleton_key: U32,
    skeleton_weight: NDArray[np.float32], language: int, least: Least, begin: I64, end_of: I64,
) -> NDArray[np.float32]:  # fmt: skip
    """float32[n, len(LOOKS)] of one document (arrays of its sketch) and n records, which lie in
    memory from ``begin`` to ``end_of``.

    ``shingles`` and keys are those of ``SketchBatch``; ``language``: two bytes, little-endian, 0 if
    unknown. Shingles are only counted where they may make a record :func:`worth` its while. A
    malformed record gets 1.0, so that who unpacks it finds out; one without a sketch 0.0.
    """
    out = np.zeros((begin.size, 3), np.float32)
    own, marks = _marked(shingles)
    stems, stems_weight, stems_total = _weights(stem_key, stem_weight)
    skeletons, skeletons_weight, skeletons_total = _weights(skeleton_key, skeleton_weight)
    seen = np.zeros(1 << 8, np.uint32)
    if _touched(begin, end_of) == 1:
        return out
    for d in range(begin.size):
        out[d, 1] = out[d, 2] = 1.0
        size = end_of[d] - begin[d]
        if begin[d] == 0:  # gone
            out[d, 1] = out[d, 2] = 0.0
        if size < _HEAD:
            continue
        data = carray(bytes_at(begin[d]), (size,))
        theirs = np.int64(data[_LANGUAGE]) | np.int64(data[_LANGUAGE + 1]) << 8
        across = theirs != language and theirs != 0 and language != 0
        at = _HEAD + int(np.int64(_get_key(data, _META)))
        end = at + int(np.int64(_get_key(data, _SKETCH)))
        if end > size:
            continue
        if at == end:
            out[d, 1] = out[d, 2] = 0.0
            continue
        _, at = _get(data, at, end)
        _, at = _get(data, at, end)
        n_shingles, at = _get(data, at, end)
        n_anchors, at = _get(data, at, end)
        edges, at = _get(data, at, end)
        for _ in range(edges):
            _, at = _get(data, at, end)
            if at > end:
                break
        if at > end or n_anchors > end - at:
            continue
        while seen.size < 4 * n_anchors:
            seen = np.zeros(2 * seen.size, np.uint32)
        if across:
            after, shared, total = _walk(
                data, begin[d], at, end, n_anchors, _SKELETON, skeletons, skeletons_weight, seen
            )
            total = min(total, skeletons_total)
        else:
            after, shared, total = _walk(
                data, begin[d], at, end, n_anchors, _STEM, stems, stems_weight, seen
            )
            total = min(total, stems_total)
        if after + 4 * n_shingles != end:
            continue
        out[d, 0] = 1.0 if across else 0.0
        out[d, 1] = shared / (total + _PRIOR)
        out[d, 2] = 0.0
        shorter = min(n_shingles, shingles.size)
        if across or shorter == 0:
            continue
        share = _most(begin[d] + after, n_shingles, marks) / shorter
        if out[d, 1] + least.shingles * share < least.same and share < least.alone:
            continue
        same = 0
        for i in range(n_shingles):
            key = _get_key(data, after + 4 * i)
            if marks[_mark(key)]:
                same += own[_slot(own, key)] == key
        out[d, 2] = min(same / shorter, 1.0)
    return out


@kernel
def gather(begin: I64, end_of: I64) -> tuple[U8, I64, I64, int]:
    """Packed sketches of records in memory, one behind the other, and what verification asks of
    them besides: uint8[:], int64[n + 1] where each begins, int64[n] languages as :func:`look` takes
    them. The last value is 0, or 1 + the first record that is malformed."""
    n = begin.size
    place, language, from_ = np.zeros(n + 1, np.int64), np.zeros(n, np.int64), np.zeros(n, np.int64)
    for d in range(n):
        size = end_of[d] - begin[d]
        if size < _HEAD:
            return np.empty(0, np.uint8), place, language, 1 + d
        data = carray(bytes_at(begin[d]), (size,))
        language[d] = np.int64(data[_LANGUAGE]) | np.int64(data[_LANGUAGE + 1]) << 8
        from_[d] = _HEAD + np.int64(_get_key(data, _META))
        length = np.int64(_get_key(data, _SKETCH))
        if from_[d] + length > size:
            return np.empty(0, np.uint8), place, language, 1 + d
        place[d + 1] = place[d] + length
    out = np.empty(place[n], np.uint8)
    for d in range(n):
        data = carray(bytes_at(begin[d]), (end_of[d] - begin[d],))
        length = place[d + 1] - place[d]
        out[place[d] : place[d + 1]] = data[from_[d] : from_[d] + length]
    return out, place, language, 0


@kernel
def _touched(begin: I64, end: I64) -> int:
    """Reads a byte of each line of all records, which do not wait for each other; never 1."""
    total = np.uint64(0)
    for d in range(begin.size):
        for at in range(begin[d], min(end[d] - 8, begin[d] + 4096), 64):
            total += load64(at) & np.uint64(2)
    return int(np.int64(total))


@inlined
def _most(address: Any, n: int, marks: U8) -> int:
    """How many of ``n`` packed shingles are marked, two at a time."""
    most = int(marks[_mark(np.uint32(load64(address + 4 * (n - 2)) >> _HALF))]) if n & 1 else 0
    for i in range(n // 2):
        two = load64(address + 8 * i)
        most += int(marks[_mark(np.uint32(two))]) + int(marks[_mark(np.uint32(two >> _HALF))])
    return most


@inlined
def _mark(key: np.uint32) -> int:
    return int(np.int64(key & np.uint32(_MARKS - 1)))


@kernel
def _marked(shingles: U32) -> tuple[U32, U8]:
    """A table of a document's shingles, and marks that say of most others that they are none."""
    size = 16
    while size < 2 * shingles.size:
        size *= 2
    own, marks = np.zeros(size, np.uint32), np.zeros(_MARKS, np.uint8)
    for i in range(shingles.size):
        own[_slot(own, shingles[i])] = shingles[i]
        marks[_mark(shingles[i])] = 1
    return own, marks


@inlined
def _walk(
    data: U8, address: Any, at: int, end: int, n_anchors: int, alphabet: int, table: U32,
    weights: NDArray[np.float64], seen: U32,
) -> tuple[int, float, float]:  # fmt: skip
    """Reads packed anchors: the place after them, their weight that is shared, and all of it.

    An anchor counts once, with the smaller of its weights, as when pairs are measured.
    """
    seen[:] = 0
    shared = total = 0.0
    for _ in range(n_anchors):
        if at + 2 > end:
            return end + 1, 1.0, 0.0
        if data[at] < 128:
            at += 1
        else:
            _, at = _get(data, at, end)
        if at >= end:
            return end + 1, 1.0, 0.0
        byte = np.int64(data[at])
        at += 1
        if byte >> 5 == _MANY:
            _, at = _get(data, at, end)
        # Without branches: whether an anchor has a stem, a skeleton or is a number is anyone's
        # guess, and a wrong guess takes longer than all the rest.
        need = 5 * ((byte >> 3 & 1) + (byte >> 4 & 1) - (byte & _KIND_BOTH == _NUMBER_BOTH))
        if at + need > end:
            return end + 1, 1.0, 0.0
        if byte & alphabet:
            where = at if alphabet == _STEM else at + need - 5
            if where + 8 <= end:
                key = np.uint32(load64(address + where))
            else:
                key = _get_key(data, where)
            slot = _slot(seen, key)
            if seen[slot] != key:
                seen[slot] = key
                weight = _WEIGHTS[data[where + 4]]
                total += weight
                slot = _slot(table, key)
                if table[slot] == key:
                    shared += min(weight, weights[slot])
        at += need
    return at, shared, total


@kernel
def strongest(bands: I64, keys: I64, n_bands: int, n_keys: int, most: int) -> I64:
    """Places of the ``most`` documents with the largest share of bands plus share of keys, of those
    that ``bands`` and ``keys`` say of each; equal ones in their order."""
    strength = np.empty(bands.size, np.float64)
    for i in range(bands.size):
        strength[i] = -(bands[i] / n_bands + keys[i] / max(n_keys, 1))
    return np.argsort(strength, kind="mergesort")[:most]


@kernel
def worth(looks: NDArray[np.float32], least: Least) -> I64:
    """Rows of :func:`look` that show enough in common, the most alike first, int64[:]."""
    chosen = np.empty(looks.shape[0], np.int64)
    alike = np.empty(looks.shape[0], np.float64)
    n = 0
    for i in range(looks.shape[0]):
        anchors, shingles = looks[i, 1], looks[i, 2]
        degree = max((anchors + least.shingles * shingles) / least.same, shingles / least.alone)
        if looks[i, 0] > 0:
            degree = anchors / least.across
        if degree >= 1.0:
            chosen[n], alike[n] = i, -degree
            n += 1
    return chosen[:n][np.argsort(alike[:n], kind="mergesort")]


@kernel
def alike(
    shingles: U32, stem_key: U32, stem_weight: NDArray[np.float32], skeleton_key: U32,
    skeleton_weight: NDArray[np.float32], language: int, least: Least, begin: I64, end_of: I64,
) -> I64:  # fmt: skip
    """The records that :func:`look` finds :func:`worth` verifying, the most alike first."""
    looks = look(
        shingles, stem_key, stem_weight, skeleton_key, skeleton_weight, language, least, begin,
        end_of,
    )  # fmt: skip
    return worth(looks, least)
