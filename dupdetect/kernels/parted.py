"""Band keys of parted sets: MinHash with a quarter of the arithmetic, for near-duplicates alone.

The shingles of a document are parted by their hash into groups, and each group has 32 permutations
of its own (one permutation hashing, Li, Owen and Zhang 2012, with 32 values to a part). So 128
values take 32 multiplications of a shingle instead of 128. Two documents have the same smallest
shingle of a group with the probability of that group's Jaccard, which is the documents' but for
chance; as chance differs between groups, one of them is rather found than missed.

The bands of a group share its values: with band j made of the values j, j + 1 and j + 3 (modulo 32)
no two bands have more than one value in common, since the differences 1, 2 and 3 occur once each.
32 values then make 32 bands of three, nearly independent, where disjoint ones would be ten.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import kernel
from dupdetect.kernels.mix import mix32
from dupdetect.kernels.vectors import LANES, lower, signed

U32 = NDArray[np.uint32]

#: The key of a band that a document does not have.
NO_KEY = 0xFFFFFFFF

_LANES = LANES
_EMPTY = np.uint32(0xFFFFFFFF)
_GOLDEN = np.uint32(0x9E3779B1)  # 2^32 / golden ratio (Knuth 6.4)
_HALF = np.uint64(32)


@kernel
def parted_bands(
    shingles: U32, ranges: NDArray[np.int64], bands: int, seed: int, least: int, keys: U32
) -> None:
    """Fills the keys uint32[bands, n] of n documents.

    ``ranges`` int64[n + 1] are each document's in ``shingles``. ``bands`` / 32 groups, rounded up;
    ``seed`` in 0..2^32 - 1. A document of fewer than ``least`` shingles, or of none, has no key;
    one without a shingle in a group has none of its bands.
    """
    n = len(ranges) - 1
    groups = (bands + _LANES - 1) // _LANES
    values = np.empty(groups * _LANES, np.uint32)
    address = signed(values.ctypes.data)
    shift = mix32(np.uint32(seed))
    ring = np.empty(_LANES + 3, np.uint32)
    for d in range(n):
        for k in range(len(values)):
            values[k] = _EMPTY
        if ranges[d + 1] - ranges[d] >= max(1, least):
            for i in range(ranges[d], ranges[d + 1]):
                number = np.uint32(np.uint32(shingles[i] ^ shift) * _GOLDEN)
                group = signed(np.uint64(number) * np.uint64(groups) >> _HALF)
                lower(address + 4 * _LANES * group, number)
        for g in range(groups):
            first = g * _LANES
            for j in range(_LANES + 3):
                ring[j] = values[first + j % _LANES]
            empty = ring[0] == _EMPTY
            for j in range(min(_LANES, bands - first)):
                key = np.uint32(mix32(ring[j]) + np.uint32(ring[j + 1] * _GOLDEN))
                key = np.uint32(mix32(key) + ring[j + 3])
                # Rare enough that the key beside it may have it too.
                keys[first + j, d] = _EMPTY if empty else min(key, _EMPTY - np.uint32(1))
