"""Boosted regression trees as flat arrays: one numba loop from features to logits."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import kernel

F32 = NDArray[np.float32]
I32 = NDArray[np.int32]


@kernel
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


def check_trees(feature: Any, right: Any, roots: Any, n_features: int) -> None:
    """Raises ValueError where following the branches could leave the arrays or never end."""
    size = len(feature)
    if not size < 1 << 24:
        raise ValueError("too many nodes")  # node numbers are kept as float32
    inner = np.flatnonzero(feature >= 0)
    if (right[inner] <= inner).any() or (right[inner] >= size).any() or (inner + 1 >= size).any():
        raise ValueError("a tree's branches must lead forward, inside the arrays")
    if size and int(feature.max()) >= n_features:
        raise ValueError("a tree asks for a feature that is not there")
    if roots.size and (int(roots.min()) < 0 or int(roots.max()) >= size):
        raise ValueError("a tree begins outside the arrays")
