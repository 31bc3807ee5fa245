"""MinHash signatures (Broder 1997), bit for bit those of datasketch 2 with ``scheme="affine32"``.

A shingle's hash h goes once through MurmurHash3's 32-bit finalizer; permutation k of it is
``a[k] * h + b[k]`` modulo 2^32 with odd ``a[k]``; value k of a signature is the smallest over the
document's shingles.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dupdetect.kernels._jit import kernel
from dupdetect.kernels.mix import mix32

#: Value of a signature that has seen no shingle.
EMPTY = 0xFFFFFFFF

_UNROLLED = 64  # values that the vector loop takes at once with AVX-512 (4 registers of 16)


@kernel
def minhash(
    shingles: npt.NDArray[np.uint32],
    shingle_doc: npt.NDArray[np.int64],
    a: npt.NDArray[np.uint32],
    b: npt.NDArray[np.uint32],
    min_shingles: int,
) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.bool_]]:
    """Signatures uint32[n, P] of n documents, and bool[n] which of them count.

    ``shingle_doc`` int64[n + 1] is each document's range in ``shingles``; ``a`` and ``b`` uint32[P]
    are the permutations. A document with fewer than ``min_shingles`` shingles (and one with none)
    has no signature: its row is all 2^32 - 1 and must never be compared.
    """
    n = len(shingle_doc) - 1
    signatures = np.full((n, len(a)), np.uint32(EMPTY), np.uint32)
    counts = np.zeros(n, np.bool_)
    longest = 0
    for d in range(n):
        longest = max(longest, shingle_doc[d + 1] - shingle_doc[d])
    mixed = np.empty(longest + _UNROLLED, np.uint32)
    for d in range(n):
        begin, size = shingle_doc[d], shingle_doc[d + 1] - shingle_doc[d]
        if size < max(1, min_shingles):
            continue
        counts[d] = True
        for i in range(size):
            mixed[i] = mix32(shingles[begin + i])
        # Filled up with a repeated shingle, which changes no minimum: no slow remainder.
        full = (size + _UNROLLED - 1) // _UNROLLED * _UNROLLED
        mixed[size:full] = mixed[0]
        # One permutation over all shingles at a time: LLVM turns the inner loop into vector
        # multiplications and minima that stay in registers.
        for k in range(len(a)):
            signatures[d, k] = _smallest(mixed[:full], a[k], b[k])
    return signatures, counts


@kernel
def _smallest(mixed: npt.NDArray[np.uint32], a: np.uint32, b: np.uint32) -> np.uint32:
    least = np.uint32(EMPTY)
    for i in range(len(mixed)):
        least = min(least, np.uint32(np.uint32(mixed[i] * a) + b))
    return least
