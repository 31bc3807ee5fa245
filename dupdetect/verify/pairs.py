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
from dupdetect.verify.features import MIXED
from dupdetect.verify.judge import Forms, direction_logits, judge, verdicts
from dupdetect.verify.measure import measures
from dupdetect.verify.model import NAMES, Model, models, shipped_forms
from dupdetect.verify.model import forms as forms_of

NONE = MATCH_KINDS.index("none")
#: Parts of two texts are looked at from this probability for the whole texts; of 60 mixed rewrites
#: that only their parts give away the least likely one had 0.05.
LIKELY = 0.02
#: Models that are asked together, by their places in ``Forms``.
_WHOLE = np.array([NAMES.index("rewrite"), NAMES.index("copy")])
_PARTS, _TRANSLATED = np.array([NAMES.index("parts")]), np.array([NAMES.index("translation")])
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
    forms = shipped_forms() if weights is None else forms_of(weights)
    size = config.shingle.size
    measured = measures(batch, pairs, across=False, parted=False, shingle_size=size)
    same, copied, run, own_run, _ = judge(measured, forms, _WHOLE).T
    likely = np.flatnonzero(~across & (same >= LIKELY))
    if likely.size:
        same[likely] = np.maximum(same[likely], _by_parts(batch, pairs[likely], size, forms))
    if across.any():
        other = measures(batch, pairs[across], across=True, parted=False, shingle_size=size)
        same[across] = judge(other, forms, _TRANSLATED)[:, 0]
        measured[across, :23] = other[:, :23]
    found = PairVerdicts(
        *verdicts(
            measured, same, copied, run, own_run, across, config.verify.threshold,
            config.shingle.min_tokens,
        ),
        np.zeros(len(pairs), np.uint8),
    )  # fmt: skip
    rows = np.flatnonzero(found.kind != NONE)  # most candidates are none, and dates are slow
    if rows.size:
        model = (models() if weights is None else weights)["direction"]
        found.direction[rows] = _directions(model, measured[rows], pairs[rows], dates)
    return found


def _across(languages: Sequence[str], pairs: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which pairs are of two known languages."""
    if len({*languages} - {"und"}) < 2:
        return np.zeros(len(pairs), np.bool_)
    spoken = np.asarray(languages, dtype=object)
    a, b = spoken[pairs[:, 0]], spoken[pairs[:, 1]]
    return np.asarray((a != b) & (a != "und") & (b != "und"), np.bool_)


def _by_parts(
    batch: SketchBatch, pairs: NDArray[np.int64], size: int, forms: Forms
) -> NDArray[np.float64]:
    """The probability for the parts of two texts, 0 where these are nearly all of both."""
    measured = measures(batch, pairs, across=False, parted=True, shingle_size=size)
    judged = judge(measured, forms, _PARTS)
    return np.where(judged[:, 3] < MIXED, judged[:, 0], 0.0)


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
    logit = direction_logits(
        measured, model.coefficients, model.intercept
    )  # positive: a is the source
    out = np.where(logit > SURE_DIRECTION, b_from_a, unknown)
    out = np.where(logit < -SURE_DIRECTION, a_from_b, out)
    if dates is not None:
        known = {row: (dates[row] or "", _utc(dates[row] or "")) for row in {*pairs.flat}}
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
