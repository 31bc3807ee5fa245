"""Group-wise cross-validation, calibration and the figures of a model card.

What is alike (a site's pages, the translations of one text) stands in one fold, so that a figure
is of groups that the weights had not seen. Calibration is Platt's (1999): a logistic curve over
held-out logits; its own figures come from curves fitted on the other folds.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from dupdetect.errors import InputError

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
#: Bootstrap samples of the groups for an interval of 95 %.
ROUNDS = 300
#: Bins of equal size in which calibration is looked at.
BINS = 10


def assign_folds(groups: Sequence[str], positive: NDArray[np.bool_], folds: int) -> I64:
    """The fold of each row, int64[n]: whole groups, positives and rows spread evenly.

    Larger groups first, each to the fold with fewest positives, then fewest rows; ties are broken
    by a hash of the name, so that the order of the rows decides nothing. Raises InputError where
    there are fewer groups, with or without positives, than two.
    """
    rows, hits = Counter(groups), Counter(g for g, p in zip(groups, positive, strict=True) if p)
    with_others = sum(rows[name] > hits[name] for name in rows)
    if len(hits) < 2 or with_others < 2:
        raise InputError("cross-validation needs two groups with and two without positives")
    folds = min(folds, len(hits), with_others)
    order = sorted(rows, key=lambda name: (-hits[name], -rows[name], _hash(name)))
    load = np.zeros((folds, 2))
    place: dict[str, int] = {}
    for name in order:
        weight = (hits[name], rows[name])
        at = min(range(folds), key=lambda f: (load[f][0] if weight[0] else 0, load[f][1], f))
        load[at] += weight
        place[name] = at
    return np.array([place[name] for name in groups], np.int64)


def _hash(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()


def out_of_fold(
    fold: I64, fit: Callable[[NDArray[np.bool_]], Callable[[NDArray[np.bool_]], F64]]
) -> F64:
    """Logits of every row from a model that did not see its fold.

    ``fit(mask)`` trains on the masked rows; what it gives tells the logits of masked rows.
    """
    logits = np.full(len(fold), np.nan)
    for number in range(int(fold.max()) + 1):
        held = fold == number
        logits[held] = fit(~held)(held)
    return logits


def platt(
    logits: F64, positive: NDArray[np.bool_], weight: F64 | None = None
) -> tuple[float, float]:
    """Slope (> 0) and shift that make logits those of a probability."""
    curve = LogisticRegression(C=1e6).fit(np.clip(logits, -30, 30)[:, None], positive, weight)
    slope = float(curve.coef_[0, 0])
    if slope <= 0.05:
        raise InputError("held-out scores do not rise with the labels: nothing was learnt")
    return slope, float(curve.intercept_[0])


def cross_fitted(logits: F64, positive: NDArray[np.bool_], fold: I64) -> F64:
    """Probabilities of each fold's rows by the curve of the other folds."""
    out = np.empty(len(logits))
    for number in range(int(fold.max()) + 1):
        held = fold == number
        slope, shift = platt(logits[~held], positive[~held])
        out[held] = sigmoid(slope * logits[held] + shift)
    return out


def sigmoid(logits: F64) -> F64:
    """Probabilities of logits."""
    value: F64 = 1.0 / (1.0 + np.exp(-np.clip(logits, -30.0, 30.0)))
    return value


def auc(logits: F64, positive: NDArray[np.bool_]) -> float:
    """Area under the ROC curve, ties counted half; nan where a side is empty."""
    if positive.all() or not positive.any():
        return float("nan")
    ordered = np.sort(logits[~positive])
    low = np.searchsorted(ordered, logits[positive], "left")
    high = np.searchsorted(ordered, logits[positive], "right")
    return float((low + high).mean() / 2 / ordered.size)


def interval(
    groups: Sequence[str], figure: Callable[[I64], float], *, rounds: int = ROUNDS
) -> list[float]:
    """A figure of all rows and its 95 % bootstrap interval over groups: value, low, high."""
    names, place = np.unique(np.array(groups), return_inverse=True)
    order = np.argsort(place, kind="stable")
    bounds = np.searchsorted(place[order], np.arange(len(names) + 1))
    members = [order[bounds[i] : bounds[i + 1]] for i in range(len(names))]
    rng = np.random.default_rng(0)
    values = []
    for _ in range(rounds):
        chosen = rng.integers(0, len(names), len(names))
        values.append(figure(np.concatenate([members[i] for i in chosen])))
    low, high = np.nanquantile(values, (0.025, 0.975))
    whole = figure(np.arange(len(place)))
    return [round(float(v), 4) for v in (whole, low, high)]


def calibration(probability: F64, positive: NDArray[np.bool_]) -> dict[str, Any]:
    """Brier score, expected calibration error, and rows (mean probability, share, n) by bin."""
    order = np.argsort(probability, kind="stable")
    rows = []
    error = 0.0
    for part in np.array_split(order, min(BINS, len(order))):
        said, was = float(probability[part].mean()), float(positive[part].mean())
        error += abs(said - was) * len(part) / len(order)
        rows.append([round(said, 4), round(was, 4), len(part)])
    brier = float(((probability - positive) ** 2).mean())
    return {"brier": round(brier, 4), "expected_error": round(error, 4), "bins": rows}
