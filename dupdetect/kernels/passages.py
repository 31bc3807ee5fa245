"""Aligned passages of one pair: verbatim blocks first, then sentences that say the same."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import kernel
from dupdetect.kernels.order import stable_order

#: A verbatim block is at least this many words; shorter runs stand in any two texts of one topic.
MIN_BLOCK = 6
#: A sentence is left out of the sentence alignment when blocks hold this share of its words.
BLOCK_SHARE = 0.5
#: A key that stands at more pairs of places than this tells no sentences apart and is left out, so
#: that a text that repeats itself costs no more than 32 steps for each of its anchors.
MAX_PLACES = 1024
#: Two sentences are a passage when they share this much weight and this share of the lighter one.
SENTENCE_WEIGHT, SENTENCE_SHARE = 1.0, 0.3


@kernel
def verbatim_blocks(a: NDArray[np.uint32], b: NDArray[np.uint32], size: int) -> NDArray[np.int32]:
    """Blocks int32[k, 4] of words (a from, a to, b from, b to; ends excluded) in a's order.

    ``a`` and ``b`` are the shingle hashes of two texts in text order. Greedy: at each place of a
    the longest continuation among b's first 32 places with that shingle is taken, of equal ones
    the first.
    """
    order = stable_order(b)
    ordered = b[order]
    out = np.empty((max(1, a.size), 4), np.int32)
    count = 0
    i = 0
    while i < a.size:
        low = np.searchsorted(ordered, a[i], side="left")
        high = np.searchsorted(ordered, a[i], side="right")
        best, at = 0, -1
        for t in range(low, min(high, low + 32)):
            j = order[t]
            length = 0
            while i + length < a.size and j + length < b.size and a[i + length] == b[j + length]:
                length += 1
            if length > best:
                best, at = length, j
        if best > 0 and best + size - 1 >= MIN_BLOCK:
            out[count, 0], out[count, 1] = i, i + best + size - 1
            out[count, 2], out[count, 3] = at, at + best + size - 1
            count += 1
            i += best + size - 1
        else:
            i += 1
    return out[:count].copy()


@kernel
def _run(keys: NDArray[np.uint32], i: int) -> int:
    """Where the run of equal keys that begins at i ends."""
    j = i + 1
    while j < keys.size and keys[j] == keys[i]:
        j += 1
    return j


@kernel
def _shared_cells(
    key_a: NDArray[np.uint32],
    weight_a: NDArray[np.float32],
    sentence_a: NDArray[np.int32],
    key_b: NDArray[np.uint32],
    weight_b: NDArray[np.float32],
    sentence_b: NDArray[np.int32],
    n_b: int,
    cells: NDArray[np.int64],
    weights: NDArray[np.float64],
) -> int:
    """Cells (row times ``n_b`` plus column) of the sentence matrix and what shared keys add there.

    Returns their number; writes as many of them as there is room for.
    """
    count = 0
    i, j = 0, 0
    while i < key_a.size and j < key_b.size:
        if key_a[i] < key_b[j]:
            i += 1
            continue
        if key_a[i] > key_b[j]:
            j += 1
            continue
        i2, j2 = _run(key_a, i), _run(key_b, j)
        if (i2 - i) * (j2 - j) <= MAX_PLACES:
            w = float(min(weight_a[i], weight_b[j])) / max(1.0, min(i2 - i, j2 - j) ** 0.5)
            for s in range(i, i2):
                for t in range(j, j2):
                    if count < cells.size:
                        cells[count] = np.int64(sentence_a[s]) * n_b + sentence_b[t]
                        weights[count] = w
                    count += 1
        i, j = i2, j2
    return count


@kernel
def sentence_pairs(
    key_a: NDArray[np.uint32],
    weight_a: NDArray[np.float32],
    sentence_a: NDArray[np.int32],
    n_a: int,
    key_b: NDArray[np.uint32],
    weight_b: NDArray[np.float32],
    sentence_b: NDArray[np.int32],
    n_b: int,
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """For each sentence of a its best sentence of b (-1: none) and their similarity (Dice, 0..1).

    The arguments are two sorted anchor views of one document each and their sentence counts. The
    matrix of sentences is never laid out: texts of one-word lines have as many sentences as words.
    """
    total_a, total_b = np.zeros(n_a, np.float64), np.zeros(n_b, np.float64)
    for i in range(key_a.size):
        total_a[sentence_a[i]] += weight_a[i]
    for j in range(key_b.size):
        total_b[sentence_b[j]] += weight_b[j]
    none = np.empty(0, np.int64)
    size = _shared_cells(
        key_a, weight_a, sentence_a, key_b, weight_b, sentence_b, n_b, none, np.empty(0, np.float64)
    )
    cells, weights = np.empty(size, np.int64), np.empty(size, np.float64)
    _shared_cells(key_a, weight_a, sentence_a, key_b, weight_b, sentence_b, n_b, cells, weights)
    order = stable_order(cells)
    best = np.full(n_a, -1, np.int32)
    similarity = np.zeros(n_a, np.float64)
    i = 0
    while i < size:
        cell, w = cells[order[i]], 0.0
        while i < size and cells[order[i]] == cell:
            w += weights[order[i]]
            i += 1
        s, t = cell // n_b, cell % n_b
        lighter = min(total_a[s], total_b[t])
        if w < SENTENCE_WEIGHT or w < SENTENCE_SHARE * lighter:
            continue
        dice = min(1.0, 2.0 * w / (total_a[s] + total_b[t]))
        if dice > similarity[s]:
            best[s], similarity[s] = t, dice
    return best, similarity.astype(np.float32)
