"""Fits the ``style`` weights of machine translation on a user's texts, a language at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from dupdetect.errors import InputError
from dupdetect.quality.machine_translation import style
from dupdetect.training import validation
from dupdetect.training.labelled import Labelled
from dupdetect.training.style import KINDS, MIN_TEXTS, STRENGTH, matrix

F64 = NDArray[np.float64]
LEAST = 50
#: Texts with fewer words are not learnt from; those below style.MIN_WORDS are never judged.
MIN_WORDS = 15
#: A finding may be made for at most this share of the held-out texts by people.
ALARMS = 0.02


def train(labelled: Labelled, *, folds: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Arrays and card; languages with too few texts are left out. Raises InputError if all are."""
    by_language: dict[str, list[dict[str, Any]]] = {}
    for row in labelled.rows:
        by_language.setdefault(row["language"], []).append(row)
    arrays: dict[str, Any] = {"kind": "style"}
    tables: dict[str, Any] = {}
    left_out: dict[str, int] = {}
    for language, rows in sorted(by_language.items()):
        x, words = matrix([row["text"] for row in rows])
        label = np.array([row["label"] == 1 for row in rows])
        long = words >= style.MIN_WORDS
        if min((label & long).sum(), (~label & long).sum()) < LEAST or not language.isalpha():
            left_out[language] = len(rows)
            continue
        found, tables[language] = _language(
            x, words, label, [row["group"] for row in rows], folds=folds
        )
        arrays |= {f"{language}_{name}": value for name, value in found.items()}
    if not tables:
        raise InputError(
            f"{LEAST} texts of {style.MIN_WORDS} words and more of each side are needed in a "
            f"language; there are {left_out} texts"
        )
    card = {
        "what": "probability that a text is a machine translation, from its n-grams alone",
        "model": "logistic regression over hashed words and pairs of words, typography folded",
        "texts_of_languages_left_out": left_out,
        "cutoff_chosen": f"a finding for at most {ALARMS:.0%} of held-out texts by people",
        "languages": tables,
        "limits": f"Texts below {style.MIN_WORDS} words are not judged. Languages that are not "
        "here keep the shipped weights. Style alone never lifts a document above one half.",
    }
    return {**arrays, "languages": " ".join(tables)}, card


def _language(
    x: Any, words: NDArray[np.int64], label: NDArray[np.bool_], group: list[str], *, folds: int
) -> tuple[dict[str, Any], dict[str, Any]]:
    fold = validation.assign_folds(group, label, folds)

    def fit(mask: NDArray[np.bool_]) -> Callable[[NDArray[np.bool_]], F64]:
        model = _fit(x, label, mask & (words >= MIN_WORDS))
        return lambda held: np.asarray(model.decision_function(x[held]))

    logits = validation.out_of_fold(fold, fit)
    long = words >= style.MIN_WORDS
    held, true, own = logits[long], label[long], fold[long]
    slope, shift = validation.platt(held, true, _even(true))
    chance = validation.sigmoid(slope * held + shift)
    cutoff = float(max(0.5, np.quantile(chance[~true], 1.0 - ALARMS)))
    model = _fit(x, label, words >= MIN_WORDS)
    known = np.asarray((x > 0).sum(axis=0)).ravel() >= MIN_TEXTS
    line = [float(model.intercept_[0]) + shift / slope, slope, KINDS, cutoff]
    names = [name for name, kept in zip(group, long, strict=True) if kept]
    figures = {
        "texts": {"machine": int(label.sum()), "human": int((~label).sum())},
        "judged": {"machine": int(true.sum()), "human": int((~true).sum())},
        "folds": int(fold.max()) + 1,
        "cutoff": round(cutoff, 4),
        "auc": validation.interval(names, lambda rows: validation.auc(held[rows], true[rows])),
        "found": round(float((chance[true] >= cutoff).mean()), 4),
        "alarms": round(float((chance[~true] >= cutoff).mean()), 4),
        "calibration_at_the_odds_of_the_data": validation.calibration(
            validation.cross_fitted(held, true, own), true
        ),
    }
    weights = np.where(known, model.coef_[0], 0.0).astype(np.float16)
    return {"weights": weights, "line": np.array(line)}, figures


def _even(label: NDArray[np.bool_]) -> F64:
    """Weights that bring both sides to even odds, as the rules take them."""
    value: F64 = np.where(label, 0.5 / label.sum(), 0.5 / (~label).sum()) * len(label)
    return value


def _fit(x: Any, label: NDArray[np.bool_], mask: NDArray[np.bool_]) -> LogisticRegression:
    model = LogisticRegression(C=STRENGTH, solver="liblinear", max_iter=60, random_state=0)
    return model.fit(x[mask], label[mask], sample_weight=_even(label[mask]))
