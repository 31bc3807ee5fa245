"""Sorted sets of 32-bit hashes, and words inside spans, one of each per document."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import kernel
from dupdetect.kernels.hashsort import sort_hashes


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
        spread = np.empty(doc[d + 1] - doc[d], np.uint64)
        for i in range(spread.size):
            spread[i] = np.uint64(values[doc[d] + i]) << np.uint64(32)
        ordered = sort_hashes(spread)
        for i in range(ordered.size):
            if i == 0 or ordered[i] != ordered[i - 1]:
                out[n] = np.uint32(ordered[i] >> np.uint64(32))
                n += 1
        set_doc[d + 1] = n
    return set_doc, out[:n].copy()


@kernel
def tokens_inside(
    token_doc: NDArray[np.int64],
    token_start: NDArray[np.int32],
    span_doc: NDArray[np.int64],
    start: NDArray[np.int64],
    end: NDArray[np.int64],
) -> NDArray[np.bool_]:
    """Which tokens begin inside a span of their document: bool[m].

    Offsets of characters; the tokens and the spans of a document are in order.
    """
    out = np.zeros(token_start.size, np.bool_)
    for d in range(token_doc.size - 1):
        t, last = token_doc[d], token_doc[d + 1]
        for k in range(span_doc[d], span_doc[d + 1]):
            while t < last and token_start[t] < start[k]:
                t += 1
            while t < last and token_start[t] < end[k]:
                out[t] = True
                t += 1
    return out
