"""LSH band keys (Leskovec, Rajaraman, Ullman, "Mining of Massive Datasets", 3.4)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dupdetect.kernels._jit import kernel
from dupdetect.kernels.mix import mix64

# Golden-ratio increment of SplitMix64 (Steele, Lea, Flood 2014).
_STEP = np.uint64(0x9E3779B97F4A7C15)


@kernel
def band_keys(signatures: npt.NDArray[np.uint32], bands: int, rows: int) -> npt.NDArray[np.uint64]:
    """Keys uint64[n, bands]; key j mixes j and values ``j * rows`` to ``(j + 1) * rows - 1``.

    ``bands * rows`` must not exceed the signature's length (Config checks that). Rows of documents
    without a signature get keys as well, all alike: leave them out by ``has_signature``.
    """
    n = len(signatures)
    keys = np.empty((n, bands), np.uint64)
    for d in range(n):
        for j in range(bands):
            key = np.uint64(j + 1) * _STEP
            for k in range(j * rows, (j + 1) * rows):
                key = mix64(key ^ np.uint64(signatures[d, k])) + _STEP
            keys[d, j] = mix64(key)
    return keys
