"""Sentence alignment on a matrix of shared anchor weight (rows: one text, columns: the other)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import kernel

#: A sentence counts as aligned when one sentence of the other text holds this share of its weight
#: and at least this weight (about two rare anchors).
ALIGNED_SHARE, ALIGNED_WEIGHT = 0.25, 1.0


@kernel
def longest_chain(values: NDArray[np.int32], n: int) -> int:
    """Length of the longest non-decreasing subsequence (patience sorting)."""
    tails = np.empty(n + 1, np.int32)
    size = 0
    for i in range(n):
        low, left = 0, size
        while left > 0:  # no branch on the values, of which half would be guessed wrongly
            half = left >> 1
            after = tails[low + half] <= values[i]
            low = low + half + 1 if after else low
            left = left - half - 1 if after else half
        tails[low] = values[i]
        if low == size:
            size += 1
    return size


@kernel
def align_rows(
    matrix: NDArray[np.float64],
    rows: int,
    columns: int,
    transpose: bool,
    weight_rows: NDArray[np.float64],
    best: NDArray[np.int32],
) -> tuple[float, float, float, int, int]:
    """Best partner of each row: weighted coverage, order, share of weight in aligned rows."""
    total, covered, aligned = 0.0, 0.0, 0.0
    sequence = np.empty(rows, np.int32)
    n = 0
    for r in range(rows):
        best[r] = -1
        top = 0.0
        for c in range(columns):
            value = matrix[c, r] if transpose else matrix[r, c]
            if value > top:
                top, best[r] = value, c
        w = weight_rows[r]
        total += w
        covered += min(top, w)
        if top >= ALIGNED_WEIGHT and top >= ALIGNED_SHARE * w:
            aligned += w
            sequence[n] = best[r]
            n += 1
    if total <= 0.0:
        return 0.0, 0.0, 0.0, 0, 0
    chain = longest_chain(sequence, n)
    order = chain / n if n > 0 else 0.0
    return covered / total, order, aligned / total, chain, n


@kernel
def mutual_matches(
    matrix: NDArray[np.float64],
    rows: int,
    columns: int,
    rows_x: NDArray[np.float64],
    rows_y: NDArray[np.float64],
    best_x: NDArray[np.int32],
    best_y: NDArray[np.int32],
) -> tuple[float, float]:
    """Weighted Dice of sentences that are each other's best match, seen from either text."""
    total_x, total_y, mutual_x, mutual_y = 0.0, 0.0, 0.0, 0.0
    for r in range(rows):
        total_x += rows_x[r]
        c = best_x[r]
        if c >= 0 and best_y[c] == r:
            dice = 2.0 * matrix[r, c] / (rows_x[r] + rows_y[c])
            mutual_x += rows_x[r] * dice
            mutual_y += rows_y[c] * dice
    for c in range(columns):
        total_y += rows_y[c]
    return (
        mutual_x / total_x if total_x > 0.0 else 0.0,
        mutual_y / total_y if total_y > 0.0 else 0.0,
    )


@kernel
def density(
    matrix: NDArray[np.float64],
    rows: int,
    columns: int,
    transpose: bool,
    weight_rows: NDArray[np.float64],
    weight_columns: NDArray[np.float64],
    best: NDArray[np.int32],
) -> float:
    """How fully the aligned rows take up their partners: covered share of the partners' weight.

    A copy that keeps half of a text's paragraphs takes those up whole; an independent report
    touches many sentences lightly.
    """
    taken = np.zeros(columns, np.float64)
    for r in range(rows):
        c = best[r]
        if c < 0:
            continue
        value = matrix[c, r] if transpose else matrix[r, c]
        if value >= ALIGNED_WEIGHT and value >= ALIGNED_SHARE * weight_rows[r]:
            taken[c] += value
    covered, total = 0.0, 0.0
    for c in range(columns):
        if taken[c] > 0.0:
            covered += min(taken[c], weight_columns[c])
            total += weight_columns[c]
    return covered / total if total > 0.0 else 0.0
