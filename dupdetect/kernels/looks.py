"""Cheap looks at packed sketches where they lie: which of them are worth verifying.

A look costs 1 microsecond, a twentieth of verifying a pair. Most of it is the way from one packed
anchor to the next, so that nothing else may stand in this way: no branch that is anyone's guess.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import carray, inlined, kernel, load64, trailing_zeros
from dupdetect.kernels.compact import _get, _get_key
from dupdetect.kernels.likely import HEAD, LANGUAGE, META, SKETCH, Least, worth
from dupdetect.kernels.postings import bytes_at, words_at
from dupdetect.kernels.views import anchor_weight

U8 = NDArray[np.uint8]
U32 = NDArray[np.uint32]
I64 = NDArray[np.int64]
F32 = NDArray[np.float32]
F64 = NDArray[np.float64]

#: Columns of :func:`look`: whether the texts are in different languages; the share of the weight of
#: anchors (skeletons across languages, else stems) of the text that has the larger share; and, in
#: one language, the share of the shingles of the shorter text.
LOOKS = ("across", "anchors", "shingles")

#: Bits of an anchor's byte (see ``kernels.compact``), and the least one that is not all of it.
_STEM, _SKELETON, _MANY = 8, 16, np.uint64(7 << 5)
_NUMBER = 1


def _keys_of(byte: int) -> int:
    """How many keys an anchor has: those of a number are the same."""
    both = byte & _STEM and byte & _SKELETON and byte & 3 == _NUMBER
    return 1 if both else (byte & _STEM > 0) + (byte & _SKELETON > 0)


#: The numbers of keys by the low five bits of the byte, two bits each.
_KEYS = np.uint64(sum(_keys_of(byte) << 2 * byte for byte in range(32)))
_LOW, _TWO, _HALF, _BYTE = np.uint64(63), np.uint64(3), np.uint64(32), np.uint64(255)
#: Bytes within which an anchor lies with three more, if it is in the short form.
_ANCHOR = 16
#: The bits of eight bytes that say of numbers that they go on.
_LONGER = np.uint64(0x8080808080808080)
#: Marks of a document's shingles (one in twenty of another's hits one by chance) and anchors.
_MARKS = 1 << 13
#: Weights of anchors by their Zipf frequency.
_WEIGHTS = np.array([anchor_weight(zipf) for zipf in range(256)])
#: Added to the weight of all anchors, so that two texts of three words each share little.
_PRIOR = 1.0


class _Own(NamedTuple):
    """A document's anchors: a table of keys, their weights, the sum of those, marks of all keys."""

    table: U32
    weights: F64
    total: float
    marks: U8


class _Room(NamedTuple):
    """What a look works in: a table of anchors seen, four times as large as they are many, and what
    looked like shared ones."""

    seen: U32
    keys: U32
    weights: F64


@inlined
def _slot(table: U32, key: np.uint32) -> int:
    """Where a key is or belongs. One branch, hardly ever taken: of two the first would be anyone's
    guess."""
    mask = np.uint32(table.size - 1)
    at = np.uint32((key ^ (key >> np.uint32(15))) & mask)
    while np.uint64(table[at]) * np.uint64(table[at] ^ key) != 0:
        at = np.uint32((at + np.uint32(1)) & mask)
    return int(np.int64(at))


@inlined
def _mark(key: np.uint32) -> int:
    return int(np.int64(key & np.uint32(_MARKS - 1)))


@kernel
def _weighed(keys: U32, weight: F32) -> _Own:
    size = 16
    while size < 2 * keys.size:
        size *= 2
    table, weights = np.zeros(size, np.uint32), np.zeros(size, np.float64)
    marks = np.zeros(_MARKS, np.uint8)
    total = 0.0
    for i in range(keys.size):
        at = _slot(table, keys[i])
        marks[_mark(keys[i])] = 1
        if table[at] == 0:
            table[at] = keys[i]
            weights[at] = weight[i]
            total += weight[i]
        elif weight[i] < weights[at]:
            total -= weights[at] - weight[i]
            weights[at] = weight[i]
    return _Own(table, weights, total, marks)


@kernel
def _table(shingles: U32) -> U32:
    size = 16
    while size < 2 * shingles.size:
        size *= 2
    own = np.zeros(size, np.uint32)
    for i in range(shingles.size):
        own[_slot(own, shingles[i])] = shingles[i]
    return own


@kernel
def look(
    shingles: U32, stem_key: U32, stem_weight: F32, skeleton_key: U32, skeleton_weight: F32,
    language: int, least: Least, begin: I64, end_of: I64,
) -> F32:  # fmt: skip
    """float32[n, len(LOOKS)] of one document (arrays of its sketch) and n records, which lie in
    memory from ``begin`` to ``end_of``.

    ``shingles`` and keys are those of ``SketchBatch``; ``language``: two bytes, little-endian, 0 if
    unknown. Shingles are only counted where they may make a record :func:`worth` its while. A
    malformed record gets 1.0, so that who unpacks it finds out; one without a sketch 0.0.
    """
    out = np.zeros((begin.size, 3), np.float32)
    marks = np.zeros(_MARKS, np.uint8)
    for i in range(shingles.size):
        marks[_mark(shingles[i])] = 1
    stems = _weighed(stem_key, stem_weight)
    skeletons, known = stems, False
    own = shingles[:0]  # a table when it is needed
    room = _room(256)
    if _touched(begin, end_of) == 1:
        return out
    for d in range(begin.size):
        status, theirs, at, end, n_shingles, n_anchors = _opened(begin[d], end_of[d] - begin[d])
        out[d, 1] = out[d, 2] = np.float32(status > 0)
        if status != 0:
            continue
        if room.keys.size < n_anchors:
            room = _room(2 * n_anchors)
        across = theirs != language and theirs != 0 and language != 0
        if across and not known:
            skeletons, known = _weighed(skeleton_key, skeleton_weight), True
        if across:
            after, shared, total = _walk(begin[d], at, end, n_anchors, _SKELETON, skeletons, room)
        else:
            after, shared, total = _walk(begin[d], at, end, n_anchors, _STEM, stems, room)
        if after + 4 * n_shingles != end:
            out[d, 1] = out[d, 2] = 1.0
            continue
        out[d, 0] = 1.0 if across else 0.0
        out[d, 1] = shared / (total + _PRIOR)
        out[d, 2] = 0.0
        shorter = min(n_shingles, shingles.size)
        if across or shorter == 0:
            continue
        packed = carray(words_at(begin[d] + after), (n_shingles,))
        share = _most(packed, marks) / shorter
        if out[d, 1] + least.shingles * share < least.same and share < least.alone:
            continue
        if own.size == 0:
            own = _table(shingles)
        out[d, 2] = min(_same(packed, marks, own) / shorter, 1.0)
    return out


@kernel
def _room(anchors: int) -> _Room:
    size = 16
    while size < 8 * anchors:
        size *= 2
    return _Room(np.empty(size, np.uint32), np.empty(anchors + 1, np.uint32), np.empty(anchors + 1))


@inlined
def _opened(address: Any, size: Any) -> tuple[int, int, int, int, int, int]:
    """Status, language, the places of anchors and of the end, numbers of shingles and anchors.

    Status 0; -1: there is no sketch; 1: malformed.
    """
    if address == 0:
        return -1, 0, 0, 0, 0, 0
    if size < HEAD:
        return 1, 0, 0, 0, 0, 0
    data = carray(bytes_at(address), (size,))
    language = int(np.int64(data[LANGUAGE]) | np.int64(data[LANGUAGE + 1]) << 8)
    at = HEAD + int(np.int64(_get_key(data, META)))
    end = at + int(np.int64(_get_key(data, SKETCH)))
    if end > size:
        return 1, 0, 0, 0, 0, 0
    if at == end:
        return -1, 0, 0, 0, 0, 0
    _, at = _get(data, at, end)
    _, at = _get(data, at, end)
    n_shingles, at = _get(data, at, end)
    n_anchors, at = _get(data, at, end)
    edges, at = _get(data, at, end)
    while edges > 0 and at <= end:
        small = 0
        if at + 8 <= end:  # several numbers of one byte
            small = min(int(np.int64(trailing_zeros(load64(address + at) & _LONGER)) >> 3), edges)
        if small > 0:
            at += small
            edges -= small
        else:
            _, at = _get(data, at, end)
            edges -= 1
    if at > end or n_anchors > end - at:
        return 1, 0, 0, 0, 0, 0
    return 0, language, at, end, n_shingles, n_anchors


@inlined
def _walk(
    address: Any, at: int, end: int, n_anchors: int, alphabet: int, own: _Own, room: _Room
) -> tuple[int, float, float]:
    """The place after packed anchors, their weight that is shared, and that of the lighter text.

    An anchor counts once, with the smaller of its weights, as when pairs are measured. Without
    branches that are anyone's guess, which a wrong guess takes longer than all the rest: whether an
    anchor has a stem, a skeleton or is a number, is new, is shared.
    """
    size = 16
    while size < 4 * n_anchors:
        size *= 2
    seen = room.seen[:size]
    seen[:] = 0
    total, likely = 0.0, 0
    for _ in range(n_anchors):
        word = load64(address + at) if at + _ANCHOR <= end else _LONGER
        byte = word >> np.uint64(8) & _BYTE
        if word & np.uint64(128) or byte >= _MANY:
            at, key, zipf = _far(address, at, end, alphabet)
            if at > end:
                return at, 1.0, 0.0
        else:
            after = at + 2 + 5 * int(np.int64(_KEYS >> (byte << np.uint64(1) & _LOW) & _TWO))
            word = load64(address + (at + 2 if alphabet == _STEM else after - 5))
            zipf = word >> _HALF & _BYTE
            key = np.uint32(word if byte & np.uint64(alphabet) else 0)
            at = after
        slot = _slot(seen, key)
        new = seen[slot] != key
        seen[slot] = key
        weight = _WEIGHTS[zipf]
        total += weight if new else 0.0
        room.keys[likely], room.weights[likely] = key, weight
        likely += new & (own.marks[_mark(key)] != 0)
    shared = 0.0
    for i in range(likely):
        slot = _slot(own.table, room.keys[i])
        if own.table[slot] == room.keys[i]:
            shared += min(room.weights[i], own.weights[slot])
    return at, shared, min(total, own.total)


@inlined
def _far(address: Any, at: int, end: int, alphabet: int) -> tuple[int, np.uint32, np.uint64]:
    """An anchor of any form: the place after it, beyond ``end`` if it is malformed, its key in an
    alphabet (0: none) and the key's Zipf frequency."""
    data = carray(bytes_at(address), (end,))
    none = np.uint32(0), np.uint64(0)
    _, at = _get(data, at, end)
    if at >= end:
        return end + 1, *none
    byte = np.uint64(data[at])
    at += 1
    if byte >= _MANY:
        _, at = _get(data, at, end)
    after = at + 5 * int(np.int64(_KEYS >> (byte << np.uint64(1) & _LOW) & _TWO))
    if after > end or not byte & np.uint64(alphabet):
        return after, *none
    where = at if alphabet == _STEM else after - 5
    return after, _get_key(data, where), np.uint64(data[where + 4])


@inlined
def _most(theirs: U32, marks: U8) -> int:
    """How many of packed shingles are marked (of load64 compilers make gathers: slower)."""
    most = 0
    for i in range(theirs.size):
        most += marks[_mark(theirs[i])]
    return most


@inlined
def _same(theirs: U32, marks: U8, own: U32) -> int:
    """How many of packed shingles are in a table: of those that are marked."""
    likely, n, same = np.empty(theirs.size + 1, np.uint32), 0, 0
    for i in range(theirs.size):
        likely[n] = theirs[i]
        n += marks[_mark(theirs[i])]
    for i in range(n):
        same += own[_slot(own, likely[i])] == likely[i]
    return same


@kernel
def _touched(begin: I64, end: I64) -> int:
    """Reads a byte of each line of all records, which do not wait for each other; never 1."""
    total = np.uint64(0)
    for d in range(begin.size):
        for at in range(begin[d], min(end[d] - 8, begin[d] + 4096), 64):
            total += load64(at) & np.uint64(2)
    return int(np.int64(total))


@kernel
def alike(
    shingles: U32, stem_key: U32, stem_weight: F32, skeleton_key: U32, skeleton_weight: F32,
    language: int, least: Least, begin: I64, end_of: I64,
) -> I64:  # fmt: skip
    """The records that :func:`look` finds :func:`worth` verifying, the most alike first."""
    looks = look(
        shingles, stem_key, stem_weight, skeleton_key, skeleton_weight, language, least, begin,
        end_of,
    )  # fmt: skip
    return worth(looks, least)
