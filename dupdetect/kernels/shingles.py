"""xxHash32 of word shingles, bit for bit what ``xxhash.xxh32_intdigest`` gives (seed 0).

The algorithm is Yann Collet's: https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dupdetect.kernels._jit import inlined, kernel
from dupdetect.kernels.words import EIGHT, ONE, ZERO, load

_P1 = np.uint32(0x9E3779B1)
_P2 = np.uint32(0x85EBCA77)
_P3 = np.uint32(0xC2B2AE3D)
_P4 = np.uint32(0x27D4EB2F)
_P5 = np.uint32(0x165667B1)
_START_1 = np.uint32(0x24234428)  # P1 + P2
_START_4 = np.uint32(0x61C8864F)  # 0 - P1

_STRIPE, _TWO_STRIPES = np.uint64(16), np.uint64(32)
_REACH = np.uint64(40)  # bytes that the short way may read from a shingle's first on


@kernel
def shingle_hashes(
    text: npt.NDArray[np.uint8],
    text_start: npt.NDArray[np.int64],
    text_end: npt.NDArray[np.int64],
    doc: npt.NDArray[np.int64],
    size: int,
) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.int64]]:
    """Hashes of all shingles of ``size`` tokens, and int64[n + 1] their range in each document.

    The arrays are those of :class:`~dupdetect.kernels.tokens.TokenArrays`. Shingle i of a document
    begins at its token i; a document of t tokens has max(0, t - size + 1). Repeated ones stay.
    """
    n = len(doc) - 1
    ranges = np.zeros(n + 1, np.int64)
    for d in range(n):
        ranges[d + 1] = ranges[d] + max(0, doc[d + 1] - doc[d] - size + 1)
    hashes = np.empty(ranges[n], np.uint32)
    readable = np.uint64(len(text))
    at = 0
    for d in range(n):
        for token in range(doc[d], doc[d + 1] - size + 1):
            i, stop = np.uint64(text_start[token]), np.uint64(text_end[token + size - 1])
            if stop - i < _TWO_STRIPES and i + _REACH <= readable:
                # Most shingles: at most one stripe. Reads more than it uses and selects, since the
                # branches on what is left after the stripe cannot be predicted.
                length = stop - i
                merged = _stripe(load(text, i), load(text, i + EIGHT))
                striped = length >= _STRIPE
                i += _STRIPE if striped else ZERO
                h = np.uint32((merged if striped else _P5) + np.uint32(length))
                rest = length & np.uint64(15)
                last = load(text, i + (rest & np.uint64(12)))
                hashes[at] = _tail(h, load(text, i), load(text, i + EIGHT), last, rest)
            else:
                hashes[at] = xxh32(text, i, stop)
            at += 1
    return hashes, ranges


@inlined
def _stripe(low: np.uint64, high: np.uint64) -> np.uint32:
    """The state after exactly one stripe of 16 bytes, merged."""
    v1 = _round(_START_1, np.uint32(low))
    v2 = _round(_P2, np.uint32(low >> _TWO_STRIPES))
    v3 = _round(np.uint32(0), np.uint32(high))
    v4 = _round(_START_4, np.uint32(high >> _TWO_STRIPES))
    return _merge(v1, v2, v3, v4)


@inlined
def _tail(
    h: np.uint32, low: np.uint64, high: np.uint64, last: np.uint64, rest: np.uint64
) -> np.uint32:
    """The hash after ``rest`` < 16 more bytes: words from ``low`` and ``high``, then ``last``."""
    words, octets = rest >> np.uint64(2), rest & np.uint64(3)
    h = _select(words > ZERO, _word(h, np.uint32(low)), h)
    h = _select(words > ONE, _word(h, np.uint32(low >> np.uint64(32))), h)
    h = _select(words > np.uint64(2), _word(h, np.uint32(high)), h)
    h = _select(octets > ZERO, _octet(h, np.uint32(last) & np.uint32(0xFF)), h)
    h = _select(octets > ONE, _octet(h, np.uint32(last >> EIGHT) & np.uint32(0xFF)), h)
    past = np.uint32(last >> np.uint64(16)) & np.uint32(0xFF)
    return _finish(_select(octets > np.uint64(2), _octet(h, past), h))


@inlined
def _select(condition: np.bool_, yes: np.uint32, no: np.uint32) -> np.uint32:
    """``yes if condition else no`` without a branch."""
    mask = np.uint32(0) - np.uint32(condition)
    return np.uint32(no ^ ((no ^ yes) & np.uint32(mask)))


@kernel
def xxh32(data: npt.NDArray[np.uint8], i: np.uint64, stop: np.uint64) -> np.uint32:
    """xxHash32 with seed 0 of ``data[i:stop]``, of any length."""
    length = stop - i
    h = _P5
    if length >= _STRIPE:
        v1, v2, v3, v4 = _START_1, _P2, np.uint32(0), _START_4
        while i + _STRIPE <= stop:
            low, high = load(data, i), load(data, i + EIGHT)
            v1 = _round(v1, np.uint32(low))
            v2 = _round(v2, np.uint32(low >> np.uint64(32)))
            v3 = _round(v3, np.uint32(high))
            v4 = _round(v4, np.uint32(high >> np.uint64(32)))
            i += _STRIPE
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
