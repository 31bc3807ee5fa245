"""Which parts of two texts have to do with each other: the rest was put in from elsewhere.

A farm that mixes paragraphs of other stories into a rewrite adds facts that the source does not
have. The parts without them are found as a segmentation: a sentence speaks for its part by the
weight of its anchors that the other text has, less a share of all its weight.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import kernel

#: A sentence is worth the weight of its shared anchors less this share of the weight of all (texts
#: on other things share 0.05, independent reports 0.43, rewrites 0.57 to 0.80); a part costs this
#: much (a third of an anchor of middling rarity). Chosen by cross-validation among shares of 0.15,
#: 0.18, 0.22 and 0.3 and costs of 0.4 to 1.5.
LEAST, CHANGE = 0.18, 0.6


Anchors = tuple[
    NDArray[np.uint32], NDArray[np.float32], NDArray[np.uint8], NDArray[np.int32], NDArray[np.int32]
]
"""Key, weight, kind, sentence and token of anchors, sorted by key inside each document."""


@kernel
def _weigh(
    key: NDArray[np.uint32],
    weight: NDArray[np.float32],
    sentence: NDArray[np.int32],
    first_x: int,
    last_x: int,
    first_y: int,
    last_y: int,
    shared: NDArray[np.float64],
    total: NDArray[np.float64],
) -> None:
    """Weight of each sentence's anchors, and of those that the other text has; row 0 x, row 1 y."""
    top = shared.shape[1] - 1
    for t in range(first_x, last_x):
        total[0, min(sentence[t], top)] += weight[t]
    for t in range(first_y, last_y):
        total[1, min(sentence[t], top)] += weight[t]
    i, j = first_x, first_y
    while i < last_x and j < last_y:
        if key[i] < key[j]:
            i += 1
        elif key[i] > key[j]:
            j += 1
        else:
            same = key[i]
            while i < last_x and key[i] == same:
                shared[0, min(sentence[i], top)] += weight[i]
                i += 1
            while j < last_y and key[j] == same:
                shared[1, min(sentence[j], top)] += weight[j]
                j += 1


@kernel
def keep_parts(
    shared: NDArray[np.float64], total: NDArray[np.float64], n: int, kept: NDArray[np.bool_]
) -> float:
    """Marks the sentences of the best parts; the share of all weight that is in them.

    The best parts are those with the largest sum of ``shared - LEAST * total``, where each part
    costs ``CHANGE``.
    """
    inside_before = np.zeros((2, n), np.bool_)  # of a sentence outside and of one inside a part
    inside, outside = -np.inf, 0.0
    for s in range(n):
        inside_before[0, s] = inside > outside
        inside_before[1, s] = inside >= outside - CHANGE
        stay, leave = max(inside, outside - CHANGE), max(outside, inside)
        inside, outside = stay + (shared[s] - LEAST * total[s]), leave
    state = inside > outside
    every, taken = 0.0, 0.0
    for s in range(n - 1, -1, -1):
        kept[s] = state
        every += total[s]
        taken += total[s] if state else 0.0
        state = inside_before[1, s] if state else inside_before[0, s]
    return taken / every if every > 0.0 else 1.0


@kernel
def take_parts(
    anchors: Anchors,
    first_x: int,
    last_x: int,
    first_y: int,
    last_y: int,
    sentences_x: int,
    sentences_y: int,
    shared: NDArray[np.float64],
    total: NDArray[np.float64],
    kept: NDArray[np.bool_],
    room: Anchors,
) -> tuple[int, int, float, float]:
    """Copies the anchors of the parts of x, then of those of y, into ``room``.

    Returns where those of x end and those of y end, and for both texts the share of the weight that
    is in its parts. ``shared``, ``total`` and ``kept`` are (2, sentences) to work in.
    """
    key, weight, kind, sentence, token = anchors
    shared[:] = 0.0
    total[:] = 0.0
    _weigh(key, weight, sentence, first_x, last_x, first_y, last_y, shared, total)
    share_x = keep_parts(shared[0], total[0], sentences_x, kept[0])
    share_y = keep_parts(shared[1], total[1], sentences_y, kept[1])
    top = shared.shape[1] - 1
    n, middle = 0, 0
    for side in range(2):
        first, last = (first_x, last_x) if side == 0 else (first_y, last_y)
        for t in range(first, last):
            if kept[side, min(sentence[t], top)]:
                room[0][n] = key[t]
                room[1][n] = weight[t]
                room[2][n] = kind[t]
                room[3][n] = sentence[t]
                room[4][n] = token[t]
                n += 1
        if side == 0:
            middle = n
    return middle, n, share_x, share_y
