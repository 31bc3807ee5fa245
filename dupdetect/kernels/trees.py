"""Boosted regression trees as flat arrays: one numba loop from features to logits."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import kernel

F32 = NDArray[np.float32]
I32 = NDArray[np.int32]


class Forest(NamedTuple):
    """Trees as they are walked: eight bytes a node, whole numbers as such, which takes two thirds
    of the time of ``nodes float32[m, 3]``.

    A node's ``feature int16`` (-1: a leaf); its ``value float32``, the threshold or the leaf's
    value; ``skip uint16``, how many nodes ahead the right branch is. Trees begin at ``roots``.
    """

    feature: NDArray[np.int16]
    value: F32
    skip: NDArray[np.uint16]
    roots: NDArray[np.int64]


def plant(nodes: F32, roots: I32) -> Forest:
    """The forest of ``nodes float32[m, 3]``: feature (-1 for a leaf), threshold (a leaf's value),
    and the right branch; the left branch is the next node. ``roots`` are where the trees begin.

    Raises ValueError for more features or larger trees than a forest can have.
    """
    feature = nodes[:, 0]
    inner = feature >= 0
    skip = np.where(inner, nodes[:, 2] - np.arange(len(nodes)), 0)
    if (feature >= 1 << 15).any() or (skip >= 1 << 16).any():
        raise ValueError("too many features, or too large a tree")
    return Forest(
        feature.astype(np.int16), nodes[:, 1].copy(), skip.astype(np.uint16), roots.astype(np.int64)
    )


@kernel
def tree_sum(row: F32, forest: Forest, first: int, last: int) -> np.float32:
    """Sum of the leaves of trees ``first`` to ``last`` (exclusive) for a row.

    A row goes left where its feature is at most the threshold.
    """
    total = np.float32(0)
    for t in range(first, last):
        node = forest.roots[t]
        feature = np.int64(forest.feature[node])
        while feature >= 0:
            if row[feature] <= forest.value[node]:
                node += 1
            else:
                node += np.int64(forest.skip[node])
            feature = np.int64(forest.feature[node])
        total += forest.value[node]
    return total


@kernel
def tree_logits(rows: F32, forest: Forest) -> F32:
    """Sum of the trees' leaves for each row, ``float32[n]``."""
    n = rows.shape[0]
    out = np.empty(n, np.float32)
    for i in range(n):
        out[i] = tree_sum(rows[i], forest, 0, forest.roots.size)
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
