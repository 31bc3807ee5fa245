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
from dupdetect.sketch.batch import SketchBatch, laid_out
from dupdetect.verify.decide import Decided, Rules, decide_pairs
from dupdetect.verify.judge import direction_logits
from dupdetect.verify.model import Model, forms_of, models

assert MATCH_KINDS[0] == "none"
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
    across = _across(languages, pairs)
    views = laid_out(batch)
    decided = decide_pairs(*views, pairs, across, forms_of(weights), rules_of(config))
    return with_directions(decided, pairs, dates, weights)


def rules_of(config: Config) -> Rules:
    """What of the settings verdicts depend on."""
    shingle = config.shingle
    return Rules(shingle.size, float(config.verify.threshold), shingle.min_tokens)


def with_directions(
    decided: Decided, pairs: NDArray[np.int64], dates: Sequence[str | None] | None,
    weights: Mapping[str, Model] | None = None,
) -> PairVerdicts:  # fmt: skip
    """The verdicts with their directions; ``dates`` are those of all rows that ``pairs`` name."""
    direction = np.zeros(len(pairs), np.uint8)
    if np.count_nonzero(decided.kind):  # most candidates are none, and dates are slow
        rows = np.flatnonzero(decided.kind)
        model = (models() if weights is None else weights)["direction"]
        direction[rows] = _directions(model, decided.measures[rows], pairs[rows], dates)
    return PairVerdicts(
        decided.kind, decided.score, decided.jaccard, decided.inside_a, decided.inside_b, direction
    )


def _across(languages: Sequence[str], pairs: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which pairs are of two known languages."""
    if len({*languages} - {"und"}) < 2:
        return np.zeros(len(pairs), np.bool_)
    spoken = np.asarray(languages, dtype=object)
    a, b = spoken[pairs[:, 0]], spoken[pairs[:, 1]]
    return np.asarray((a != b) & (a != "und") & (b != "und"), np.bool_)


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
    # Positive: a is the source.
    logit = direction_logits(measured, model.coefficients, model.intercept)
    out = np.where(logit > SURE_DIRECTION, b_from_a, unknown)
    out = np.where(logit < -SURE_DIRECTION, a_from_b, out)
    if dates is not None:
        written = {row: dates[row] or "" for row in {*pairs.flat}}
        known = {row: (date, _utc(date)) for row, date in written.items()}
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
