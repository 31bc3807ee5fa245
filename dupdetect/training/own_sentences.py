"""Fits the model of inserted sentences on a user's articles; called by ``dupdetect train``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from dupdetect.errors import InputError
from dupdetect.quality import seo_link
from dupdetect.quality.reading import Readings, read
from dupdetect.quality.seo_link.features import NAMES, features
from dupdetect.quality.seo_link.lexicon import seo_lexicon
from dupdetect.quality.vocabulary import vocabulary
from dupdetect.records import Link
from dupdetect.training import validation
from dupdetect.training.labelled import Labelled
from dupdetect.training.seo_link import fit as fit_trees
from dupdetect.training.trees import export_trees

F64 = NDArray[np.float64]
#: Fewer inserted sentences get a linear model, which needs fewer examples than trees.
ENOUGH_FOR_TREES = 1500
LEAST = 30
#: Of the articles, at most one in so many may have a sentence wrongly found.
RARE = 300


@dataclass(frozen=True, slots=True)
class Candidates:
    """Sentences worth judging: ``x float32[n, d]``, ``inserted bool[n]``, number and group of their
    article. ``written`` counts inserted sentences; ``passed_over`` those that are no candidates.
    """

    x: NDArray[np.float32]
    inserted: NDArray[np.bool_]
    article: NDArray[np.int64]
    group: list[str]
    articles: int
    written: int
    passed_over: int


def train(labelled: Labelled, *, folds: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Arrays and card; raises InputError where there is too little to learn from."""
    found = collect(labelled)
    if found.inserted.sum() < LEAST or (~found.inserted).sum() < LEAST:
        raise InputError(
            f"{int(found.inserted.sum())} inserted and {int((~found.inserted).sum())} other "
            f"sentences are worth judging; {LEAST} of each are needed"
        )
    fold = validation.assign_folds(found.group, found.inserted, folds)
    logits = validation.out_of_fold(fold, lambda mask: _fit(found, mask)[0])
    slope, shift = validation.platt(logits, found.inserted)
    chance = validation.cross_fitted(logits, found.inserted, fold)
    cutoff = _cutoff(found, validation.sigmoid(slope * logits + shift))
    _, arrays = _fit(found, np.ones(len(found.group), bool))
    card = {
        "what": "probability that a sentence was put in to carry a link or a commercial mention",
        "model": arrays["kind"],
        "articles": found.articles,
        "inserted_sentences": found.written,
        "sentences_judged": len(found.group),
        "folds": int(fold.max()) + 1,
        "cutoff": round(cutoff, 4),
        "cutoff_chosen": f"at least 0.5; at most one held-out article in {RARE} has a false one",
        "held_out": _figures(found, logits, chance, cutoff),
        "calibration": validation.calibration(chance, found.inserted),
        "limits": "Sentences without any sign of a link, call or commerce are not judged, "
        "whatever the weights (passed_over). Lexicons stay those of the package.",
    }
    return {**_calibrated(arrays, slope, shift), "names": np.array(NAMES), "cutoff": cutoff}, card


def collect(labelled: Labelled) -> Candidates:
    """The candidates of all articles; raises InputError where a sentence is not in its article."""
    x: list[NDArray[np.float32]] = []
    inserted, article, group = [], [], []
    written = passed_over = 0
    for number, row in enumerate(labelled.rows):
        spans = [_place(row["text"], sentence, number) for sentence in row["inserted"]]
        written += len(spans)
        touched: set[int] = set()
        reading = read(row["text"], vocabulary(row["language"]))
        found = seo_link.candidates(
            reading, seo_lexicon(row["language"]), url=row.get("url"), links=_links(row)
        )
        if found:
            x.extend(features(found, Readings.of(reading)))
        for sentence in found:
            inside = [
                i for i, (a, b) in enumerate(spans) if sentence.start < b and a < sentence.end
            ]
            touched.update(inside)
            inserted.append(bool(inside))
            article.append(number)
            group.append(row["group"])
        passed_over += len(spans) - len(touched)
    if not x:
        raise InputError("no sentence of these articles is worth judging")
    return Candidates(
        np.stack(x), np.array(inserted), np.array(article), group, len(labelled.rows), written,
        passed_over,
    )  # fmt: skip


def _place(text: str, sentence: str, number: int) -> tuple[int, int]:
    at = text.find(sentence)
    if at < 0:
        raise InputError(
            f"inserted {sentence[:60]!r} does not stand in the text", record=f"row {number + 1}"
        )
    return at, at + len(sentence)


def _links(row: dict[str, Any]) -> tuple[Link, ...]:
    try:
        return tuple(
            Link(
                int(item["start"]), int(item["end"]), str(item["href"]), str(item.get("rel") or "")
            )
            for item in row.get("links") or ()
        )
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"links must be a list of start, end, href, rel: {error}") from error


def _fit(
    found: Candidates, mask: NDArray[np.bool_]
) -> tuple[Callable[[NDArray[np.bool_]], F64], dict[str, Any]]:
    """The logits that a model gives of masked rows, and its arrays."""
    y = found.inserted[mask].astype(np.int64)
    if found.inserted.sum() >= ENOUGH_FOR_TREES:
        trees = fit_trees(found.x[mask], y, np.ones(len(y)))
        return (
            lambda held: np.asarray(trees.decision_function(found.x[held])),
            {"kind": "trees", **export_trees(trees)},
        )
    line = LogisticRegression(C=0.5, max_iter=2000).fit(found.x[mask], y)
    return (
        lambda held: np.asarray(line.decision_function(found.x[held])),
        {
            "kind": "linear",
            "weights": line.coef_[0].astype(np.float32),
            "intercept": float(line.intercept_[0]),
        },
    )


def _calibrated(arrays: dict[str, Any], slope: float, shift: float) -> dict[str, Any]:
    """The arrays of a model whose logits are ``slope`` times as large, plus ``shift``."""
    out = {**arrays, "intercept": slope * arrays["intercept"] + shift}
    if arrays["kind"] == "linear":
        return {**out, "weights": arrays["weights"] * np.float32(slope)}
    return {**out, **scaled_trees(arrays, slope)}


def scaled_trees(arrays: dict[str, Any], slope: float) -> dict[str, Any]:
    """The leaves of exported trees multiplied by ``slope``."""
    leaf = arrays["feature"] < 0
    values = np.where(leaf, arrays["threshold"] * slope, arrays["threshold"])
    return {"threshold": values.astype(np.float32)}


def _cutoff(found: Candidates, chance: F64) -> float:
    worst = _worst(found, chance)
    allowed = max(1, found.articles // RARE)
    ranked = np.sort(worst)[::-1]
    limit = float(np.nextafter(ranked[allowed], 1.0)) if len(ranked) > allowed else 0.5
    return min(max(0.5, limit), 1.0)


def _worst(found: Candidates, chance: F64) -> F64:
    """The highest probability of a sentence that was not inserted, by article that has one."""
    worst = np.full(found.articles, -1.0)
    own = ~found.inserted
    np.maximum.at(worst, found.article[own], chance[own])
    return worst[worst >= 0]


def _figures(found: Candidates, logits: F64, chance: F64, cutoff: float) -> dict[str, Any]:
    share = found.passed_over / max(1, found.written)
    hit, own = chance >= cutoff, found.inserted

    def recall(rows: NDArray[np.int64]) -> float:
        picked = rows[own[rows]]
        return float(hit[picked].mean() * (1 - share)) if len(picked) else float("nan")

    alarms = (_worst(found, chance) >= cutoff).sum() / found.articles
    return {
        "auc_of_judged": validation.interval(
            found.group, lambda rows: validation.auc(logits[rows], own[rows])
        ),
        "recall": validation.interval(found.group, recall),
        "passed_over": round(share, 4),
        "articles_with_a_false_one": round(float(alarms), 4),
    }
