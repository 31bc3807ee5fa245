"""Whether the anchors that two texts share stand beside each other in both.

A copy moves paragraphs and rewrites sentences, but what stood together stays together: two names,
a name and its number. Independent reports put the same anchors in another company. Unlike the
order of sentences this survives the splitting, joining and shuffling of them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import kernel, trailing_zeros
from dupdetect.kernels.align import longest_chain

U64 = NDArray[np.uint64]
I32 = NDArray[np.int32]

#: Shared anchors count as neighbours at most this many shared anchors apart, and as near at most
#: this many words (about a sentence) apart.
BESIDE, NEAR = 2, 25
_ONE = np.uint64(1)


@kernel
def _one_way(there: I32, order: I32, n: int, rank: I32, sequence: I32) -> tuple[int, int, int]:
    """Of anchors that follow each other in one text: how many are neighbours, near, in the other.

    And how many, at most, come in the same order in both. ``order[:n]`` are the words of one text
    with an anchor, ``there`` their places in the other by word, ``rank`` numbers the other's.
    """
    beside, near = 0, 0
    for i in range(n):
        sequence[i] = there[order[i]]
    for i in range(1, n):
        beside += abs(rank[sequence[i]] - rank[sequence[i - 1]]) <= BESIDE
        close = abs(sequence[i] - sequence[i - 1]) <= NEAR
        near += (order[i] - order[i - 1] <= NEAR) & close
    return beside, near, longest_chain(sequence, n)


@kernel
def _in_order(bits: U64, words: int, rank: I32, order: I32) -> int:
    """Lists and numbers the words of a text that hold a shared anchor; clears ``bits``."""
    n = 0
    for i in range((words >> 6) + 1):
        word = bits[i]
        bits[i] = 0
        while word != 0:
            place = 64 * i + int(np.int64(trailing_zeros(word)))
            word &= word - np.uint64(1)
            rank[place], order[n] = n, place
            n += 1
    return n


@kernel
def company(
    place_x: I32, place_y: I32, is_fact: NDArray[np.bool_], n: int, facts_only: bool,
    words_x: int, words_y: int, scratch: I32, bits: U64,
) -> tuple[float, float, float, float]:  # fmt: skip
    """Shared anchors with a place in both texts; neighbours, near ones, ordered ones among them.

    ``scratch`` is int32[7, words + 1] of the longer text, ``bits`` uint64[2, words // 64 + 1], all
    0 before and after. The counts are means of both ways, so that they do not depend on which text
    is called the first.
    """
    at_x, at_y, rank_x, rank_y = scratch[0], scratch[1], scratch[2], scratch[3]
    order_x, order_y, sequence = scratch[4], scratch[5], scratch[6]
    count = 0
    for t in range(n):
        if facts_only and not is_fact[t]:
            continue
        x, y = np.int64(place_x[t]), np.int64(place_y[t])
        at_x[x], at_y[y] = y, x
        bits[0, x >> 6] |= _ONE << np.uint64(x & 63)
        bits[1, y >> 6] |= _ONE << np.uint64(y & 63)
        count += 1
    n_x = _in_order(bits[0], words_x, rank_x, order_x)
    n_y = _in_order(bits[1], words_y, rank_y, order_y)
    beside_x, near_x, rise_x = _one_way(at_x, order_x, n_x, rank_y, sequence)
    beside_y, near_y, rise_y = _one_way(at_y, order_y, n_y, rank_x, sequence)
    near, rise = (near_x + near_y) / 2.0, (rise_x + rise_y) / 2.0
    return float(count), (beside_x + beside_y) / 2.0, near, rise
