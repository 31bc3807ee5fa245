"""Anchors of a document by key, and what two documents share of them.

The anchors of a key are a group. Loops over all anchors have no branch that depends on them: how
many a key has, and which text's next key is the smaller one, is anyone's guess.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import kernel
from dupdetect.kernels.parts import Anchors

U8 = NDArray[np.uint8]
U32 = NDArray[np.uint32]
I32 = NDArray[np.int32]
F64 = NDArray[np.float64]
BOOLS = NDArray[np.bool_]

#: Sentences beyond this many are counted as one last sentence.
MAX_SENTENCES = 256
#: A key that stands more often than this in both texts together is left out of the matrix.
MAX_REPEATS = 64
#: Anchors that stand more often than this in either text have no place of their own.
MAX_TIMES = 3

_QUOTED, _KIND, _NUMBER, _NAME, _WORD = 8, 7, 1, 2, 3


class Groups(NamedTuple):
    """Anchors of a text by key, with room for more.

    Of each group its ``key``, the least ``weight``, the first's ``kind``, where it ends among the
    text's anchors (``end[g + 1]``; 0 first), and whether a word of it is the text's ``own``:
    outside quotation marks and the runs that both texts share. Of each anchor its group (``of``),
    its ``row`` in the matrix, and whether it is ``free``: outside those runs.
    """

    key: U32
    weight: F64
    kind: U8
    end: I32
    own: BOOLS
    of: I32
    row: I32
    free: BOOLS


@kernel
def groups_for(anchors: int) -> Groups:
    """Room for a text of so many anchors."""
    n = anchors + 1
    end = np.zeros(n + 1, np.int32)
    return Groups(
        np.empty(n, np.uint32), np.empty(n, np.float64), np.empty(n, np.uint8), end,
        np.empty(n, np.bool_), np.empty(n, np.int32), np.empty(n, np.int32), np.empty(n, np.bool_),
    )  # fmt: skip


@kernel
def group(anchors: Anchors, first: int, last: int, groups: Groups) -> int:
    """Fills what depends on the text alone; the number of groups."""
    keys, weights, kinds, sentences, _ = anchors
    g, least, kind = -1, np.float32(0), np.uint8(0)
    before = ~keys[first] if last > first else np.uint32(0)
    for t in range(first, last):
        key, weight, its_kind = keys[t], weights[t], kinds[t]  # what is loaded can be chosen from
        new = key != before
        before = key
        g += new
        least = weight if new | (weight < least) else least
        kind = its_kind if new else kind
        groups.key[g], groups.weight[g], groups.kind[g] = key, least, kind & _KIND
        groups.end[g + 1] = t - first + 1
        groups.of[t - first] = g
        groups.row[t - first] = min(sentences[t], MAX_SENTENCES - 1)
    return g + 1


@kernel
def add_document(
    anchors: Anchors, first: int, last: int, n: int, groups: Groups, in_run: BOOLS, out: F64,
    side: int, sentence_weight: F64,
) -> None:  # fmt: skip
    """Totals of one document: by kind, of its own words; per sentence, less the shared runs."""
    _, _, kinds, _, tokens = anchors
    groups.own[:n] = False
    for t in range(last - first):
        g, free = groups.of[t], not in_run[tokens[first + t]]
        groups.free[t] = free
        groups.own[g] |= free & (kinds[first + t] & _QUOTED == 0)
        share = groups.weight[g] / (groups.end[g + 1] - groups.end[g])
        sentence_weight[groups.row[t]] += share if free else 0.0
    numbers = names = words = own_words = own_facts = 0.0
    for g in range(n):
        weight, kind = groups.weight[g], groups.kind[g]
        own = weight if groups.own[g] else 0.0
        numbers += weight if kind == _NUMBER else 0.0
        names += weight if kind == _NAME else 0.0
        words += weight if kind == _WORD else 0.0
        own_words += own if kind == _WORD else 0.0
        own_facts += own if kind != _WORD else 0.0
    out[side] = numbers + names + words
    out[3 + side], out[7 + side], out[11 + side] = numbers, names, words
    out[15 + side], out[19 + side] = own_words + own_facts, own_facts
    out[39 + side] = n


@kernel
def shared_groups(x: Groups, n_x: int, y: Groups, n_y: int, both: I32) -> int:
    """Groups of equal keys: into rows of ``both`` int32[:, 2], one more than the fewer groups."""
    i = j = n = 0
    while i < n_x and j < n_y:
        a, b = x.key[i], y.key[j]
        both[n, 0], both[n, 1] = i, j
        n += a == b
        i += a <= b
        j += b <= a
    return n


@kernel
def _first_free(tokens: I32, first: int, begin: int, end: int, groups: Groups) -> int:
    """The first of a group's words that is in no verbatim run; -1 if there is none."""
    for t in range(begin, end):
        if groups.free[t]:
            return int(tokens[first + t])
    return -1


@kernel
def add_shared(
    tokens: I32, first_x: int, first_y: int, x: Groups, y: Groups, both: I32, n: int, out: F64,
    matrix: F64, place_x: I32, place_y: I32, is_fact: BOOLS,
) -> int:  # fmt: skip
    """Shared weights and the sentence matrix of ``n`` shared groups.

    Fills ``place_x``, ``place_y`` and ``is_fact`` with the first places of the rarer shared
    anchors; returns how many there are.

    Words in verbatim runs are no part of the matrix: whether sentences were reworded is asked of
    what is left, so that two reports that quote one dispatch do not look like a rewrite.
    """
    places = 0
    for s in range(n):
        g, h = both[s, 0], both[s, 1]
        i, i2, j, j2 = x.end[g], x.end[g + 1], y.end[h], y.end[h + 1]
        w = min(x.weight[g], y.weight[h])
        kind_x, kind_y = np.int64(x.kind[g]), np.int64(y.kind[h])
        own_x, own_y = w if x.own[g] else 0.0, w if y.own[h] else 0.0
        out[2] += w
        out[4 * kind_x + 1] += w
        out[4 * kind_y + 2] += w
        out[17] += own_x
        out[18] += own_y
        out[21] += own_x if kind_x != _WORD else 0.0
        out[22] += own_y if kind_y != _WORD else 0.0
        if i2 - i <= MAX_TIMES and j2 - j <= MAX_TIMES:
            place_x[places] = _first_free(tokens, first_x, i, i2, x)
            place_y[places] = _first_free(tokens, first_y, j, j2, y)
            is_fact[places] = kind_x != _WORD or kind_y != _WORD
            places += place_x[places] >= 0 and place_y[places] >= 0
        if (i2 - i) * (j2 - j) <= MAX_REPEATS:
            share = w / max(i2 - i, j2 - j)
            for t in range(i, i2):
                for u in range(j, j2):
                    matrix[x.row[t], y.row[u]] += share if x.free[t] and y.free[u] else 0.0
    return places
