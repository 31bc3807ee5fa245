"""The verdict on candidate pairs: kind, calibrated score, measures and direction.

One text derives from the other when its words stand in it (copy model), when it brings no facts of
its own and its sentences follow the other's (rewrite model), when that holds for the parts of both
that have to do with each other while much else is mixed in (parts model), or when it holds across
languages (translation model). The score is the larger of the probabilities that apply.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from dupdetect.config import Config
from dupdetect.records import DIRECTIONS, MATCH_KINDS
from dupdetect.sketch.batch import SketchBatch
from dupdetect.verify.features import column, direction_features, features, is_mixed, matrix
from dupdetect.verify.measure import measures
from dupdetect.verify.model import Model, models, sigmoid

NONE, EXACT, NEAR, PARTIAL, REWRITE, TRANSLATION = (
    MATCH_KINDS.index(kind)
    for kind in ("none", "exact", "near_duplicate", "partial", "rewrite", "translation")
)

#: INTERFACE.md: near_duplicate from 70 % of the shorter text word for word, partial from 20 %.
NEAR_SHARE, PARTIAL_SHARE = 0.7, 0.2
#: Parts of two texts are looked at from this probability for the whole texts; of 60 mixed rewrites
#: that only their parts give away the least likely one had 0.05.
LIKELY = 0.02
#: Evidence of direction is thin below these log-odds (probability 0.7).
SURE_DIRECTION = 0.85


@dataclass(frozen=True, slots=True)
class PairVerdicts:
    """Verdicts on k pairs: ``kind`` and ``direction`` are codes into the tuples of ``records``."""

    kind: NDArray[np.uint8]
    score: NDArray[np.float32]
    jaccard: NDArray[np.float32]
    containment_a: NDArray[np.float32]
    containment_b: NDArray[np.float32]
    direction: NDArray[np.uint8]


def verify_pairs(
    batch: SketchBatch,
    pairs: NDArray[np.int64],
    *,
    languages: Sequence[str],
    config: Config,
    dates: Sequence[str | None] | None = None,
    weights: Mapping[str, Model] | None = None,
) -> PairVerdicts:
    """Verdicts on pairs int64[k, 2] of row numbers of ``batch``.

    ``languages`` and ``dates`` (ISO 8601 or None) are per row of the batch; ``weights`` replaces
    the shipped models. Documents of fewer than ``config.shingle.min_tokens`` words never match.
    Swapping the two documents of a pair swaps containments and direction and changes nothing else.
    """
    pairs = np.ascontiguousarray(pairs, np.int64).reshape(-1, 2)
    spoken = np.asarray(languages, dtype=object)
    a, b = spoken[pairs[:, 0]], spoken[pairs[:, 1]]
    across = (a != b) & (a != "und") & (b != "und")
    size = config.shingle.size
    measured = measures(batch, pairs, across=False, parted=False, shingle_size=size)
    values = features(measured)
    weights = models() if weights is None else weights
    same = _probability(weights["rewrite"], values)
    copied = _probability(weights["copy"], values)
    likely = np.flatnonzero(~across & (same >= LIKELY))
    if likely.size:
        same[likely] = np.maximum(same[likely], _by_parts(batch, pairs[likely], size, weights))
    if across.any():
        other = measures(batch, pairs[across], across=True, parted=False, shingle_size=size)
        same[across] = _probability(weights["translation"], features(other))
        measured[across, :23] = other[:, :23]
    verdicts = _verdicts(measured, values["run"], values["own_run"], same, copied, across, config)
    found = np.flatnonzero(verdicts.kind != NONE)  # most candidates are none, and dates are slow
    if found.size:
        verdicts.direction[found] = _directions(
            weights["direction"], measured[found], pairs[found], dates
        )
    return verdicts


def _by_parts(
    batch: SketchBatch, pairs: NDArray[np.int64], size: int, weights: Mapping[str, Model]
) -> NDArray[np.float64]:
    """The probability for the parts of two texts, 0 where these are nearly all of both."""
    values = features(measures(batch, pairs, across=False, parted=True, shingle_size=size))
    return np.where(is_mixed(values), _probability(weights["parts"], values), 0.0)


def _probability(model: Model, values: dict[str, NDArray[np.float64]]) -> NDArray[np.float64]:
    return sigmoid(model.logit(matrix(values, model.features)))


def _verdicts(
    measured: NDArray[np.float64],
    run: NDArray[np.float64],
    own_run: NDArray[np.float64],
    same: NDArray[np.float64],
    copied: NDArray[np.float64],
    across: NDArray[np.bool_],
    config: Config,
) -> PairVerdicts:
    """Verdicts whose direction is still unknown."""
    exact = column(measured, "exact") > 0.0
    score = np.where(exact, 1.0, np.maximum(same, copied))
    words = np.minimum(column(measured, "words_x"), column(measured, "words_y"))
    score = np.where(words >= config.shingle.min_tokens, score, 0.0)
    verbatim = (run >= PARTIAL_SHARE) & ((own_run >= PARTIAL_SHARE) | (copied > same))
    kind = np.where(across, TRANSLATION, REWRITE)
    kind = np.where(verbatim, np.where(run >= NEAR_SHARE, NEAR, PARTIAL), kind)
    kind = np.where(exact, EXACT, kind)
    found = (score >= config.verify.threshold) & (score > 0.0)
    kind = np.where(found, kind, NONE).astype(np.uint8)
    shared = column(measured, "shingles_shared")
    size_a, size_b = column(measured, "shingles_x"), column(measured, "shingles_y")
    return PairVerdicts(
        kind=kind,
        score=score.astype(np.float32),
        jaccard=_ratio(shared, size_a + size_b - shared),
        containment_a=_ratio(shared, size_a),
        containment_b=_ratio(shared, size_b),
        direction=np.zeros(kind.size, np.uint8),
    )


def _ratio(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float32]:
    return (part / np.maximum(whole, 1.0)).astype(np.float32)


def _directions(
    model: Model,
    measured: NDArray[np.float64],
    pairs: NDArray[np.int64],
    dates: Sequence[str | None] | None,
) -> NDArray[np.uint8]:
    """By date where the dates differ, else by the evidence, else unknown."""
    unknown, a_from_b, b_from_a = (
        DIRECTIONS.index(name) for name in ("unknown", "a_from_b", "b_from_a")
    )
    logit = model.logit(direction_features(measured))  # positive: a is the source
    out = np.where(logit > SURE_DIRECTION, b_from_a, unknown)
    out = np.where(logit < -SURE_DIRECTION, a_from_b, out)
    if dates is not None:
        known = {row: (dates[row] or "", _utc(dates[row] or "")) for row in np.unique(pairs)}
        for i, (x, y) in enumerate(pairs):
            order = _earlier(known[x], known[y])
            if order:
                out[i] = b_from_a if order < 0 else a_from_b
    return out.astype(np.uint8)


def _utc(date: str) -> str:
    """A time with an offset as the same time in UTC; empty for anything else."""
    if len(date) <= 19:
        return ""
    try:
        moment = datetime.fromisoformat(date)
        utc = moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return ""
    return utc.isoformat(timespec="seconds") if utc else ""


def _earlier(a: tuple[str, str], b: tuple[str, str]) -> int:
    """-1 if date a is before b, 1 if after; 0 if equal, unknown or not comparable.

    Two times with offsets are compared in UTC. Of other dates (as written, first of each pair) only
    as much is compared as both have, so that a day never beats a time on that day.
    """
    one, other = (a[1], b[1]) if a[1] and b[1] else (a[0], b[0])
    length = min(len(one), len(other), 19)
    if length < 10:
        return 0
    one, other = one[:length], other[:length]
    return (one > other) - (one < other)
