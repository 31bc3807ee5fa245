"""The whole of a verdict but its direction in one call: measures, models, rules.

A query has a handful of pairs; each array that a call hands back to Python takes as long as a tenth
of measuring a pair, and a verdict in steps hands back fifty.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import kernel
from dupdetect.kernels.beside import Words, put_beside
from dupdetect.kernels.likely import gather
from dupdetect.kernels.measures import measure_pairs
from dupdetect.kernels.one_text import view_in
from dupdetect.kernels.packs import pack, part_of
from dupdetect.kernels.trees import Forest
from dupdetect.kernels.views import ViewArrays
from dupdetect.verify.features import MIXED
from dupdetect.verify.judge import Forms, judge, verdicts
from dupdetect.verify.model import NAMES

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
U8 = NDArray[np.uint8]
BOOLS = NDArray[np.bool_]

#: Parts of two texts are looked at from this probability for the whole texts; of 60 mixed rewrites
#: that only their parts give away the least likely one had 0.05.
LIKELY = 0.02
#: Models that are asked together, by their places in ``Forms``.
_WHOLE = np.array([NAMES.index("rewrite"), NAMES.index("copy")])
_PARTS, _TRANSLATED = np.array([NAMES.index("parts")]), np.array([NAMES.index("translation")])
#: Measures of anchors: of two languages they are those of skeletons.
_OF_ANCHORS = 23


class Rules(NamedTuple):
    """Words in a shingle; the score from which there is a match; words that a text must have."""

    size: int
    threshold: float
    min_tokens: int


class Decided(NamedTuple):
    """Of k pairs: ``measures`` float64[k, len(MEASURES)], and what ``judge.verdicts`` gives."""

    measures: F64
    kind: U8
    score: F32
    jaccard: F32
    inside_a: F32
    inside_b: F32


@kernel
def _chosen(pairs: I64, wanted: BOOLS) -> tuple[I64, I64]:
    """The rows of pairs that are wanted, and these pairs."""
    rows = np.flatnonzero(wanted)
    out = np.empty((rows.size, 2), np.int64)
    for i in range(rows.size):
        out[i, 0], out[i, 1] = pairs[rows[i], 0], pairs[rows[i], 1]
    return rows, out


@kernel
def _measured(words: Words, view: ViewArrays, pairs: I64, size: int, parted: bool) -> F64:
    return measure_pairs(
        pairs, *view, words.n_sentences, words.word_doc, words.flags, words.shingle_doc,
        words.shingles, words.set_doc, size, parted,
    )  # fmt: skip


@kernel
def decide_pairs(
    words: Words, stems: ViewArrays, skeletons: ViewArrays, pairs: I64, across: BOOLS,
    forms: Forms, rules: Rules,
) -> Decided:  # fmt: skip
    """Verdicts on pairs int64[k, 2] of the rows of a batch; ``across``: those of two languages."""
    size = rules.size
    measured = _measured(words, stems, pairs, size, False)
    whole = judge(measured, forms, _WHOLE)
    same, copied = whole[:, 0].copy(), whole[:, 1].copy()
    rows, some = _chosen(pairs, ~across & (same >= LIKELY))
    if rows.size:
        parts = judge(_measured(words, stems, some, size, True), forms, _PARTS)
        for i in range(rows.size):
            if parts[i, 3] < MIXED:
                same[rows[i]] = max(same[rows[i]], parts[i, 0])
    rows, some = _chosen(pairs, across)
    if rows.size:
        other = _measured(words, skeletons, some, size, False)
        told = judge(other, forms, _TRANSLATED)
        for i in range(rows.size):
            same[rows[i]] = told[i, 0]
            measured[rows[i], :_OF_ANCHORS] = other[i, :_OF_ANCHORS]
    kind, score, jaccard, inside_a, inside_b = verdicts(
        measured, same, copied, whole[:, 2].copy(), whole[:, 3].copy(), across, rules.threshold,
        rules.min_tokens,
    )  # fmt: skip
    return Decided(measured, kind, score, jaccard, inside_a, inside_b)


@kernel
def decide_beside(
    words: Words, stems: ViewArrays, skeletons: ViewArrays, rows: I64, data: U8, place: I64,
    own: I64, across: BOOLS, forms: Forms, rules: Rules,
) -> tuple[Decided, int]:  # fmt: skip
    """:func:`decide_pairs` of row ``rows[own[i]]`` of a batch with the packed sketch
    ``data[place[i]:place[i + 1]]``; and 0, or 1 + the first sketch that cannot be."""
    both, one, other, bad = put_beside(
        words, stems, skeletons, rows, data, place, rules.size, bool(across.any())
    )
    pairs = np.empty((own.size if bad == 0 else 0, 2), np.int64)
    for i in range(pairs.shape[0]):
        pairs[i, 0], pairs[i, 1] = own[i], rows.size + i
    return decide_pairs(both, one, other, pairs, across[: pairs.shape[0]], forms, rules), bad


@kernel
def decide_known(
    words: Words, stems: ViewArrays, skeletons: ViewArrays, rows: I64, begin: I64, end: I64,
    own: I64, spoken: I64, across: BOOLS, forms: Forms, rules: Rules,
) -> tuple[Decided, int]:  # fmt: skip
    """:func:`decide_beside` of records in memory, from ``begin`` to ``end``.

    ``across`` is empty where languages are to tell: those of records and ``spoken``, of each row,
    as :func:`dupdetect.kernels.likely.gather` has them. Then -1 in place of 0 says that one of them
    is unknown, and that nothing was decided.
    """
    data, place, codes, bad = gather(begin, end)
    k = own.size if bad == 0 else 0
    apart = across[:k].copy()
    if across.size == 0:
        apart = np.zeros(k, np.bool_)
        for i in range(k):
            mine, theirs = spoken[own[i]], codes[i]
            if mine == 0 or theirs == 0:
                bad = -1
            apart[i] = mine != theirs
    if bad != 0:
        k, place = 0, place[:1]
    decided, worse = decide_beside(
        words, stems, skeletons, rows, data, place, own[:k], apart[:k], forms, rules
    )
    return decided, bad if bad != 0 else worse


def packed_models(forms: Forms, rules: Rules) -> U8:
    """Models and rules in one array, for :func:`decide_one`."""
    numbers = np.array(rules, np.float64)
    first, columns, coefficients, intercepts, forest, first_tree = forms
    return pack([numbers, first, columns, coefficients, intercepts, *forest, first_tree])


@kernel
def _models_in(packed: U8) -> tuple[Forms, Rules]:
    forest = Forest(
        part_of(packed, 5).view(np.int16), part_of(packed, 6).view(np.float32),
        part_of(packed, 7).view(np.uint16), part_of(packed, 8).view(np.int64),
    )  # fmt: skip
    forms = Forms(
        part_of(packed, 1).view(np.int64), part_of(packed, 2).view(np.int64),
        part_of(packed, 3).view(np.float64), part_of(packed, 4).view(np.float64), forest,
        part_of(packed, 9).view(np.int64),
    )  # fmt: skip
    numbers = part_of(packed, 0).view(np.float64)
    return forms, Rules(int(numbers[0]), float(numbers[1]), int(numbers[2]))


@kernel
def decide_one(
    packed: U8, begin: I64, end: I64, spoken: int, across: BOOLS, models: U8
) -> tuple[F64, int]:
    """:func:`decide_known` of one text with the packed sketch of ``kernels.one_text``, by
    :func:`packed_models`.

    Of k pairs float64[k, len(MEASURES) + 5]: the columns of :class:`Decided` in their order, if any
    pair is a match, else no rows.
    """
    words = Words(
        part_of(packed, 0).view(np.int64), part_of(packed, 1), part_of(packed, 2).view(np.int32),
        part_of(packed, 3).view(np.int64), part_of(packed, 4).view(np.uint32),
        part_of(packed, 5).view(np.int64),
    )  # fmt: skip
    forms, rules = _models_in(models)
    decided, bad = decide_known(
        words, view_in(packed, 12), view_in(packed, 18), np.zeros(1, np.int64), begin, end,
        np.zeros(begin.size, np.int64), np.full(1, spoken), across, forms, rules,
    )  # fmt: skip
    measures, kind, score, jaccard, inside_a, inside_b = decided
    n, k = measures.shape[1], kind.size
    if not kind.any():
        k = 0
    out = np.empty((k, n + 5), np.float64)
    for i in range(k):
        out[i, :n] = measures[i]
        out[i, n], out[i, n + 1], out[i, n + 2] = kind[i], score[i], jaccard[i]
        out[i, n + 3], out[i, n + 4] = inside_a[i], inside_b[i]
    return out, bad
