"""Sorted sets of 32-bit hashes, one per document."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import kernel


@kernel
def sorted_sets(
    doc: NDArray[np.int64], values: NDArray[np.uint32]
) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
    """Each document's values sorted, once each: offsets int64[n + 1] and uint32[:]."""
    n_docs = doc.size - 1
    set_doc = np.zeros(n_docs + 1, np.int64)
    out = np.empty(values.size, np.uint32)
    n = 0
    for d in range(n_docs):
        ordered = np.sort(values[doc[d] : doc[d + 1]])
        for i in range(ordered.size):
            if i == 0 or ordered[i] != ordered[i - 1]:
                out[n] = ordered[i]
                n += 1
        set_doc[d + 1] = n
    return set_doc, out[:n].copy()
