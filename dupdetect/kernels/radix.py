"""Sorting 64-bit keys with a payload, in linear time.

Keys here are hashes, for which a least-significant-digit radix sort takes half the time of numpy's
argsort and gather (49 against 108 ns a key at 1.75 million keys, one core).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import kernel

#: Bits of one digit: 2048 counters stay in the first-level cache. Six digits cover 64 bits.
_BITS = 11
_DIGITS = 6


@kernel
def sort_by_key(
    keys: NDArray[np.uint64], payload: NDArray[np.int32]
) -> tuple[NDArray[np.uint64], NDArray[np.int32]]:
    """``keys`` ascending with their ``payload``; equal keys keep their order. New arrays."""
    n = keys.size
    size = 1 << _BITS
    mask = np.uint64(size - 1)
    counts = np.zeros((_DIGITS, size), np.int64)
    for i in range(n):
        key = keys[i]
        for digit in range(_DIGITS):
            counts[digit, (key >> np.uint64(digit * _BITS)) & mask] += 1
    source, carried = keys.copy(), payload.copy()
    target, moved = np.empty_like(source), np.empty_like(carried)
    for digit in range(_DIGITS):
        if counts[digit].max() == n:
            continue
        place = np.zeros(size, np.int64)
        for value in range(1, size):
            place[value] = place[value - 1] + counts[digit, value - 1]
        shift = np.uint64(digit * _BITS)
        for i in range(n):
            bucket = np.int64((source[i] >> shift) & mask)
            at = place[bucket]
            place[bucket] = at + 1
            target[at] = source[i]
            moved[at] = carried[i]
        source, target = target, source
        carried, moved = moved, carried
    return source, carried
