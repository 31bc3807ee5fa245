"""Boosted regression trees as flat arrays: one numba loop from features to logits."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]
I32 = NDArray[np.int32]


@numba.njit(cache=True, nogil=True)
def tree_logits(
    rows: F32, feature: I32, threshold: F32, left: I32, right: I32, value: F32, roots: I32
) -> F32:
    """Sum of the trees' leaves for each row, ``float32[n]``.

    A node with ``feature`` -1 is a leaf of ``value``; otherwise a row goes ``left`` if its feature
    is at most ``threshold``. ``roots`` are the nodes where the trees begin.
    """
    n = rows.shape[0]
    out = np.zeros(n, np.float32)
    for i in range(n):
        total = np.float32(0)
        for t in range(roots.shape[0]):
            node = roots[t]
            while feature[node] >= 0:
                node = left[node] if rows[i, feature[node]] <= threshold[node] else right[node]
            total += value[node]
        out[i] = total
    return out
