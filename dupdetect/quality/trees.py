"""Boosted regression trees as flat arrays: one numba loop from features to logits."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]
I32 = NDArray[np.int32]


@numba.njit(cache=True, nogil=True)
def tree_logits(rows: F32, nodes: F32, roots: I32) -> F32:
    """Sum of the trees' leaves for each row, ``float32[n]``.

    ``nodes float32[m, 3]``: feature (-1 for a leaf), threshold (a leaf's value), and the right
    branch; the left branch is the next node. A row goes left where its feature is at most the
    threshold. ``roots`` are the nodes where the trees begin.
    """
    n = rows.shape[0]
    out = np.zeros(n, np.float32)
    for i in range(n):
        total = np.float32(0)
        for t in range(roots.shape[0]):
            node = roots[t]
            feature = np.int32(nodes[node, 0])
            while feature >= 0:
                if rows[i, feature] <= nodes[node, 1]:
                    node += 1
                else:
                    node = np.int32(nodes[node, 2])
                feature = np.int32(nodes[node, 0])
            total += nodes[node, 1]
        out[i] = total
    return out
