"""From the measures of pairs to probabilities and verdicts, as numba loops.

What :class:`dupdetect.verify.model.Model` says of one model, for several and many pairs in one
call: of a query's few candidates numpy's calls take ten times as long as their work.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import kernel
from dupdetect.kernels.measures import MEASURES
from dupdetect.kernels.trees import Forest, tree_sum
from dupdetect.records import MATCH_KINDS
from dupdetect.verify.describe import FEATURES, describe_one

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

#: INTERFACE.md: near_duplicate from 70 % of the shorter text word for word, partial from 20 %.
NEAR_SHARE, PARTIAL_SHARE = 0.7, 0.2

_NONE, _EXACT, _NEAR, _PARTIAL, _REWRITE, _TRANSLATION = (
    MATCH_KINDS.index(kind)
    for kind in ("none", "exact", "near_duplicate", "partial", "rewrite", "translation")
)
_N_FEATURES = len(FEATURES)
_KEPT, _RUN, _OWN_RUN = (FEATURES.index(name) for name in ("kept_c", "run", "own_run"))
_EXACTLY, _WORDS = MEASURES.index("exact"), MEASURES.index("words_x")
_SHINGLES, _SHARED_SHINGLES = MEASURES.index("shingles_x"), MEASURES.index("shingles_shared")
_SHARED, _WEIGHT = MEASURES.index("shared"), MEASURES.index("weight_x")
_QUOTED = MEASURES.index("quoted_x")
_NEW = tuple(MEASURES.index(name) for name in ("fact_x", "number_x"))
#: How far the exponential of a log-odds is followed.
_FAR = 40.0


class Forms(NamedTuple):
    """Several models as flat arrays.

    Model i has the features ``columns[first[i]:first[i + 1]]`` (columns of FEATURES) with their
    ``coefficients``, the intercept ``intercepts[i]``, and trees ``first_tree[i]`` to
    ``first_tree[i + 1]`` (exclusive) of the ``forest``.
    """

    first: I64
    columns: I64
    coefficients: F64
    intercepts: F64
    forest: Forest
    first_tree: I64


@kernel
def _sum(values: F64) -> float:
    """The sum in the order in which numpy adds up to 128 numbers."""
    n = values.size
    if n < 8:
        few = 0.0
        for i in range(n):
            few += values[i]
        return few
    whole = n - n % 8
    a, b, c, d = values[0], values[1], values[2], values[3]
    e, f, g, h = values[4], values[5], values[6], values[7]
    for i in range(8, whole, 8):
        a += values[i]
        b += values[i + 1]
        c += values[i + 2]
        d += values[i + 3]
        e += values[i + 4]
        f += values[i + 5]
        g += values[i + 6]
        h += values[i + 7]
    total = ((a + b) + (c + d)) + ((e + f) + (g + h))
    for i in range(whole, n):
        total += values[i]
    return float(total)


@kernel
def _probability(described: F64, forms: Forms, model: int, scaled: F64, narrow: F32) -> float:
    """What a model says of a pair's features; ``scaled`` and ``narrow`` are to work in."""
    first, n = forms.first[model], forms.first[model + 1] - forms.first[model]
    for i in range(n):
        value = described[forms.columns[first + i]]
        scaled[i] = value * forms.coefficients[first + i]
        narrow[i] = np.float32(value)
    logit = _sum(scaled[:n]) + forms.intercepts[model]
    begin, end = forms.first_tree[model], forms.first_tree[model + 1]
    if end > begin:
        logit += tree_sum(narrow, forms.forest, begin, end)
    return 1.0 / (1.0 + math.exp(-min(max(logit, -_FAR), _FAR)))


@kernel
def judge(measures: F64, forms: Forms, models: I64) -> F64:
    """float64[k, len(models) + 3]: what each model says of each pair; then the share of the shorter
    text in verbatim runs, that of its own words, and the lesser share of a text in its parts."""
    k, n = measures.shape[0], models.size
    out = np.empty((k, n + 3), np.float64)
    described, scaled = np.empty(_N_FEATURES, np.float64), np.empty(forms.columns.size, np.float64)
    narrow = np.empty(forms.columns.size, np.float32)
    for i in range(k):
        describe_one(measures[i], described)
        for j in range(n):
            out[i, j] = _probability(described, forms, models[j], scaled, narrow)
        out[i, n], out[i, n + 1] = described[_RUN], described[_OWN_RUN]
        out[i, n + 2] = min(described[_KEPT], described[_KEPT + 1])
    return out


@kernel
def verdicts(
    measures: F64, same: F64, copied: F64, run: F64, own_run: F64, across: NDArray[np.bool_],
    threshold: float, min_tokens: int,
) -> tuple[NDArray[np.uint8], F32, F32, F32, F32]:  # fmt: skip
    """Kind, score, jaccard and both containments of pairs: see ``verify.pairs.PairVerdicts``.

    ``same``: the probability of one text under other words; ``copied``: of words taken over.
    """
    k = measures.shape[0]
    kinds, scores = np.empty(k, np.uint8), np.empty(k, np.float32)
    jaccard = np.empty(k, np.float32)
    inside_a, inside_b = np.empty(k, np.float32), np.empty(k, np.float32)
    for i in range(k):
        row = measures[i]
        exact = row[_EXACTLY] > 0.0
        score = 1.0 if exact else max(same[i], copied[i])
        if min(row[_WORDS], row[_WORDS + 1]) < min_tokens:
            score = 0.0
        kind = _TRANSLATION if across[i] else _REWRITE
        if run[i] >= PARTIAL_SHARE and (own_run[i] >= PARTIAL_SHARE or copied[i] > same[i]):
            kind = _NEAR if run[i] >= NEAR_SHARE else _PARTIAL
        if exact:
            kind = _EXACT
        kinds[i] = kind if score >= threshold and score > 0.0 else _NONE
        scores[i] = score
        shared = row[_SHARED_SHINGLES]
        size_a, size_b = row[_SHINGLES], row[_SHINGLES + 1]
        jaccard[i] = shared / max(size_a + size_b - shared, 1.0)
        inside_a[i], inside_b[i] = shared / max(size_a, 1.0), shared / max(size_b, 1.0)
    return kinds, scores, jaccard, inside_a, inside_b


@kernel
def _difference(x: float, y: float) -> float:
    return math.log1p(max(x, 0.0)) - math.log1p(max(y, 0.0))


@kernel
def direction_logits(measures: F64, coefficients: F64, intercept: float) -> F64:
    """Log-odds float64[k] that the first text of a pair is the source, of the features that
    :func:`dupdetect.verify.features.direction_features` names."""
    out = np.empty(measures.shape[0], np.float64)
    values = np.empty(3 + len(_NEW), np.float64)
    for i in range(out.size):
        row = measures[i]
        shared = row[_SHARED]
        values[0] = _difference(row[_WORDS], row[_WORDS + 1])
        values[1] = shared / (row[_WEIGHT] + 1.0) - shared / (row[_WEIGHT + 1] + 1.0)
        at = 2
        for new in _NEW:
            values[at] = _difference(row[new] - row[new + 2], row[new + 1] - row[new + 3])
            at += 1
        values[at] = _difference(row[_QUOTED], row[_QUOTED + 1])
        out[i] = _sum(values * coefficients) + intercept
    return out
