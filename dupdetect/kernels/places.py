"""Whether the anchors that two texts share stand beside each other in both.

A copy moves paragraphs and rewrites sentences, but what stood together stays together: two names,
a name and its number. Independent reports put the same anchors in another company. Unlike the
order of sentences this survives the splitting, joining and shuffling of them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import kernel
from dupdetect.kernels.align import longest_chain

#: Anchors that stand more often than this in either text have no place of their own.
MAX_TIMES = 3
#: Shared anchors count as neighbours at most this many shared anchors apart, and as near at most
#: this many words (about a sentence) apart.
BESIDE, NEAR = 2, 25


@kernel
def first_free(token: NDArray[np.int32], first: int, last: int, in_run: NDArray[np.bool_]) -> int:
    """The first of an anchor's words that is in no verbatim run; -1 if there is none."""
    for t in range(first, last):
        if not in_run[token[t]]:
            return int(token[t])
    return -1


@kernel
def _one_way(
    at: NDArray[np.int32], words: int, rank: NDArray[np.int32], sequence: NDArray[np.int32]
) -> tuple[int, int, int]:
    """Of anchors that follow each other in one text: how many are neighbours, near, in the other.

    And how many, at most, come in the same order in both. ``at[i]`` is the place in the other text
    of the anchor at word i, -1 for none.
    """
    beside, near, n = 0, 0, 0
    before = -1
    for i in range(words):
        if at[i] < 0:
            continue
        sequence[n] = at[i]
        n += 1
        if before >= 0:
            if abs(rank[at[i]] - rank[at[before]]) <= BESIDE:
                beside += 1
            if i - before <= NEAR and abs(at[i] - at[before]) <= NEAR:
                near += 1
        before = i
    return beside, near, longest_chain(sequence, n)


@kernel
def _ranks(at: NDArray[np.int32], words: int, rank: NDArray[np.int32]) -> None:
    """Numbers the words of a text that hold a shared anchor."""
    n = 0
    for i in range(words):
        if at[i] >= 0:
            rank[i] = n
            n += 1


@kernel
def company(
    place_x: NDArray[np.int32],
    place_y: NDArray[np.int32],
    is_fact: NDArray[np.bool_],
    n: int,
    facts_only: bool,
    words_x: int,
    words_y: int,
    scratch: NDArray[np.int32],
) -> tuple[float, float, float, float]:
    """Shared anchors with a place in both texts; neighbours, near ones, ordered ones among them.

    ``scratch`` is int32[5, words + 1] of the longer text. The counts are means of both ways, so
    that they do not depend on which text is called the first.
    """
    at_x, at_y, rank_x, rank_y = scratch[0], scratch[1], scratch[2], scratch[3]
    at_x[:words_x] = -1
    at_y[:words_y] = -1
    count = 0
    for t in range(n):
        if facts_only and not is_fact[t]:
            continue
        at_x[place_x[t]] = place_y[t]
        at_y[place_y[t]] = place_x[t]
        count += 1
    _ranks(at_x, words_x, rank_x)
    _ranks(at_y, words_y, rank_y)
    beside_x, near_x, rise_x = _one_way(at_x, words_x, rank_y, scratch[4])
    beside_y, near_y, rise_y = _one_way(at_y, words_y, rank_x, scratch[4])
    near, rise = (near_x + near_y) / 2.0, (rise_x + rise_y) / 2.0
    return float(count), (beside_x + beside_y) / 2.0, near, rise
