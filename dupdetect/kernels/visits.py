"""Scores of a text by an automaton over its bytes and a naive Bayes table: those of py3langid."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import kernel


@kernel
def visits(
    moves: NDArray[np.uint32],
    rows: NDArray[np.int32],
    output: NDArray[np.int32],
    text: NDArray[np.uint8],
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Features that the walk over ``text`` meets, in the order of their first visit, and how often.

    The state after a byte is ``moves[rows[state] + byte]``; ``output[state]`` is its feature,
    -1 for none.
    """
    size = 16
    while size < 2 * len(text):
        size *= 2
    table = np.full(size, -1, np.int32)  # where each feature stands in the answer
    features = np.empty(len(text), np.int64)
    counts = np.zeros(len(text), np.float32)
    n = 0
    state = np.int64(0)
    for byte in text:
        state = np.int64(moves[np.int64(rows[state]) + np.int64(byte)])
        feature = np.int64(output[state])
        if feature < 0:
            continue
        at = feature & (size - 1)
        while table[at] >= 0 and features[table[at]] != feature:
            at = (at + 1) & (size - 1)
        if table[at] < 0:
            table[at] = n
            features[n] = feature
            n += 1
        counts[table[at]] += np.float32(1.0)
    return features[:n].copy(), counts[:n].copy()


@kernel
def class_scores(
    moves: NDArray[np.uint32],
    rows: NDArray[np.int32],
    output: NDArray[np.int32],
    steps: NDArray[np.int16],
    unit: float,
    prior: NDArray[np.float32],
    text: NDArray[np.uint8],
) -> NDArray[np.float32]:
    """The score float32[c] of each class, empty when ``text`` has no feature.

    ``steps * unit``, both [features, c], are the logarithms of the probabilities: integers take a
    quarter of the time of half floats, which the processor cannot add. A feature counts with the
    logarithm of one more than its visits.
    """
    features, counts = visits(moves, rows, output, text)
    if features.size == 0:
        return np.empty(0, np.float32)
    total = np.zeros(prior.size, np.float32)
    for k in range(features.size):
        weight = np.float32(np.log1p(counts[k]) * unit)
        row = steps[features[k]]
        for c in range(prior.size):
            total[c] += weight * np.float32(row[c])
    return total + prior
