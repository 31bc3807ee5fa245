"""Trees are walked as their nodes say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dupdetect.kernels.trees import plant, tree_logits

F32 = np.ndarray
VALUES = st.sampled_from([-1.0, 0.0, 0.25, 0.5, 1.0, 3.0])
#: A leaf's value, or feature, threshold, and what is left and right of it.
TREE = st.recursive(VALUES, lambda tree: st.tuples(st.integers(0, 2), VALUES, tree, tree))


def flat(tree: object, nodes: list[list[float]]) -> int:
    """Puts a tree behind ``nodes``; where it begins."""
    at = len(nodes)
    if not isinstance(tree, tuple):
        nodes.append([-1.0, float(tree), 0.0])  # type: ignore[arg-type]
        return at
    feature, threshold, left, right = tree
    nodes.append([feature, threshold, 0.0])
    flat(left, nodes)
    nodes[at][2] = flat(right, nodes)
    return at


def leaf(tree: object, row: F32) -> np.float32:
    while isinstance(tree, tuple):
        feature, threshold, left, right = tree
        tree = left if row[feature] <= np.float32(threshold) else right
    return np.float32(tree)


@settings(deadline=None)
@given(st.lists(TREE, max_size=8), st.lists(st.tuples(VALUES, VALUES, VALUES), max_size=6))
def test_a_row_gets_the_sum_of_its_leaves(trees: list[object], rows: list[object]) -> None:
    nodes: list[list[float]] = []
    roots = [flat(tree, nodes) for tree in trees]
    forest = plant(np.array(nodes, np.float32).reshape(-1, 3), np.array(roots, np.int32))
    asked = np.array(rows, np.float32).reshape(-1, 3)
    wanted = [sum((leaf(tree, row) for tree in trees), np.float32(0)) for row in asked]
    assert tree_logits(asked, forest).tolist() == [float(total) for total in wanted]


@pytest.mark.parametrize("node", [[1 << 15, 0.0, 1.0], [0.0, 0.0, 1 << 16]])
def test_what_is_too_large_to_walk_is_refused(node: list[float]) -> None:
    with pytest.raises(ValueError, match="too large"):
        plant(np.array([node, [-1, 0, 0]], np.float32), np.zeros(1, np.int32))
