"""xxHash32 of word shingles, bit for bit what ``xxhash.xxh32_intdigest`` gives (seed 0).

The algorithm is Yann Collet's: https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from dupdetect.kernels._jit import inlined, kernel, load64
from dupdetect.kernels.vectors import signed
from dupdetect.kernels.words import EIGHT, ONE, load

U8 = npt.NDArray[np.uint8]
U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]

_P1 = np.uint32(0x9E3779B1)
_P2 = np.uint32(0x85EBCA77)
_P3 = np.uint32(0xC2B2AE3D)
_P4 = np.uint32(0x27D4EB2F)
_P5 = np.uint32(0x165667B1)
_START_1 = np.uint32(0x24234428)  # P1 + P2
_START_4 = np.uint32(0x61C8864F)  # 0 - P1

_STRIPE, _TWO_STRIPES = 16, 32
_REACH = 40  # bytes that may be read from a shingle's first on
_SIXTEEN, _HALF = np.uint64(16), np.uint64(32)
#: Shingles of one round, and those that a compiler may make in one step.
_ROUND, _STEP = 128, 16


class _Room(NamedTuple):
    """Of the shingles of one round: their first 16 bytes, the 16 from where no stripe is left, the
    odd bytes at the end, their length; and which have to be hashed by themselves."""

    first: U64
    second: U64
    third: U64
    fourth: U64
    last: U64
    length: U64
    alone: U64


@kernel
def shingle_hashes(
    text: U8, text_start: I64, text_end: I64, doc: I64, size: int
) -> tuple[npt.NDArray[np.uint32], I64]:
    """Hashes of all shingles of ``size`` tokens, and int64[n + 1] their range in each document.

    The arrays are those of :class:`~dupdetect.kernels.tokens.TokenArrays`. Shingle i of a document
    begins at its token i; a document of t tokens has max(0, t - size + 1). Repeated ones stay.

    Shingles differ in length, which a processor cannot predict: of many at a time the words are
    read, then all take the same steps.
    """
    n = len(doc) - 1
    ranges = np.zeros(n + 1, np.int64)
    for d in range(n):
        ranges[d + 1] = ranges[d] + max(0, doc[d + 1] - doc[d] - size + 1)
    hashes = np.empty(ranges[n] + _STEP, np.uint32)
    rows = np.empty((7, _ROUND), np.uint64)
    room = _Room(rows[0], rows[1], rows[2], rows[3], rows[4], rows[5], rows[6])
    for d in range(n):
        for at in range(ranges[d], ranges[d + 1], _ROUND):
            token, many = doc[d] + at - ranges[d], min(_ROUND, ranges[d + 1] - at)
            starts = text_start[token : token + many]
            ends = text_end[token + size - 1 : token + size - 1 + many]
            left = _read(text, starts, ends, room)
            # What is behind is written again, or cut off.
            _hash(room, hashes[at : at + ((many + _STEP - 1) & -_STEP)])
            for k in room.alone[:left]:
                hashes[at + k] = xxh32(text, np.uint64(starts[k]), np.uint64(ends[k]))
    return hashes[: ranges[n]], ranges


@kernel
def _read(text: U8, starts: I64, ends: I64, room: _Room) -> int:
    """The bytes of shingles, and how many are to be hashed by themselves: they are long, or so near
    to the end of the text that more than is used cannot be read."""
    first, second, third, fourth, last, length, alone = room
    address, readable = signed(text.ctypes.data), len(text)
    anywhere = signed(first.ctypes.data)
    left = np.uint64(0)
    for k in range(np.uint64(len(starts))):  # an index without a sign is not looked at twice
        i = starts[k]
        size = ends[k] - i
        far = (size >= _TWO_STRIPES) | (i + _REACH > readable)
        alone[left] = k
        left += np.uint64(far)
        size = 0 if far else size
        place = anywhere if far else address + i
        first[k], second[k] = load64(place), load64(place + 8)
        place += size & 16
        third[k], fourth[k] = load64(place), load64(place + 8)
        last[k], length[k] = load64(place + (size & 12)), size
    return int(left)


@kernel
def _hash(room: _Room, hashes: npt.NDArray[np.uint32]) -> None:
    """The hashes of shingles of less than two stripes."""
    first, second, third, fourth, last, lengths, _ = room
    for k in range(hashes.size):
        length = np.uint32(lengths[k])
        merged = _stripe(first[k], second[k])
        h = np.uint32(_select(length >= _STRIPE, merged, _P5) + length)
        rest = length & np.uint32(15)
        hashes[k] = _tail(h, third[k], fourth[k], np.uint32(last[k]), rest)


@inlined
def _stripe(low: np.uint64, high: np.uint64) -> np.uint32:
    """The state after exactly one stripe of 16 bytes, merged."""
    v1 = _round(_START_1, np.uint32(low))
    v2 = _round(_P2, np.uint32(low >> _HALF))
    v3 = _round(np.uint32(0), np.uint32(high))
    v4 = _round(_START_4, np.uint32(high >> _HALF))
    return _merge(v1, v2, v3, v4)


@inlined
def _tail(
    h: np.uint32, low: np.uint64, high: np.uint64, last: np.uint32, rest: np.uint32
) -> np.uint32:
    """The hash after ``rest`` < 16 more bytes: words from ``low`` and ``high``, then ``last``."""
    words, octets = rest >> np.uint32(2), rest & np.uint32(3)
    h = _select(words > np.uint32(0), _word(h, np.uint32(low)), h)
    h = _select(words > np.uint32(1), _word(h, np.uint32(low >> _HALF)), h)
    h = _select(words > np.uint32(2), _word(h, np.uint32(high)), h)
    h = _select(octets > np.uint32(0), _octet(h, last & np.uint32(0xFF)), h)
    h = _select(octets > np.uint32(1), _octet(h, last >> np.uint32(8) & np.uint32(0xFF)), h)
    past = last >> np.uint32(16) & np.uint32(0xFF)
    return _finish(_select(octets > np.uint32(2), _octet(h, past), h))


@inlined
def _select(condition: Any, yes: np.uint32, no: np.uint32) -> np.uint32:
    """``yes if condition else no``."""
    return yes if condition else no


@kernel
def xxh32(data: npt.NDArray[np.uint8], i: np.uint64, stop: np.uint64) -> np.uint32:
    """xxHash32 with seed 0 of ``data[i:stop]``, of any length."""
    length = stop - i
    h = _P5
    if length >= _SIXTEEN:
        v1, v2, v3, v4 = _START_1, _P2, np.uint32(0), _START_4
        while i + _SIXTEEN <= stop:
            low, high = load(data, i), load(data, i + EIGHT)
            v1 = _round(v1, np.uint32(low))
            v2 = _round(v2, np.uint32(low >> np.uint64(32)))
            v3 = _round(v3, np.uint32(high))
            v4 = _round(v4, np.uint32(high >> np.uint64(32)))
            i += _SIXTEEN
        h = _merge(v1, v2, v3, v4)
    h = np.uint32(h + np.uint32(length))
    while i + np.uint64(4) <= stop:
        word = np.uint32(data[i]) | np.uint32(data[i + ONE]) << np.uint32(8)
        word |= np.uint32(data[i + np.uint64(2)]) << np.uint32(16)
        h = _word(h, np.uint32(word | np.uint32(data[i + np.uint64(3)]) << np.uint32(24)))
        i += np.uint64(4)
    while i < stop:
        h = _octet(h, np.uint32(data[i]))
        i += ONE
    return _finish(h)


@inlined
def _round(v: np.uint32, word: np.uint32) -> np.uint32:
    return np.uint32(_rotate(np.uint32(v + np.uint32(word * _P2)), 13) * _P1)


@inlined
def _merge(v1: np.uint32, v2: np.uint32, v3: np.uint32, v4: np.uint32) -> np.uint32:
    return np.uint32(_rotate(v1, 1) + _rotate(v2, 7) + _rotate(v3, 12) + _rotate(v4, 18))


@inlined
def _word(h: np.uint32, word: np.uint32) -> np.uint32:
    return np.uint32(_rotate(np.uint32(h + np.uint32(word * _P3)), 17) * _P4)


@inlined
def _octet(h: np.uint32, octet: np.uint32) -> np.uint32:
    return np.uint32(_rotate(np.uint32(h + np.uint32(octet * _P5)), 11) * _P1)


@inlined
def _finish(h: np.uint32) -> np.uint32:
    h = np.uint32((h ^ (h >> np.uint32(15))) * _P2)
    h = np.uint32((h ^ (h >> np.uint32(13))) * _P3)
    return np.uint32(h ^ (h >> np.uint32(16)))


@inlined
def _rotate(x: np.uint32, bits: int) -> np.uint32:
    return np.uint32(x << np.uint32(bits) | x >> np.uint32(32 - bits))
