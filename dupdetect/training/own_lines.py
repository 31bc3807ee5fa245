"""Fits the line model of boilerplate on a user's pages; called by ``dupdetect train``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dupdetect.errors import InputError
from dupdetect.quality.boilerplate import lines
from dupdetect.quality.boilerplate.lexicon import look_up
from dupdetect.quality.model import LineModel, build_model
from dupdetect.quality.phrases import WORD
from dupdetect.training import validation
from dupdetect.training.boilerplate import (
    LOST,
    MAX_LINES,
    PageLines,
    fit_grams,
    fit_trees,
    measures,
    rows_of,
    score_grams,
)
from dupdetect.training.labelled import Labelled
from dupdetect.training.own_sentences import scaled_trees
from dupdetect.training.trees import export_trees

F64 = NDArray[np.float64]
LEAST_PAGES, LEAST_LINES = 10, 200
#: A language with fewer pages is judged by shape, context and phrases; n-grams would be names.
GRAM_PAGES = 20
_INNER = 3


def train(labelled: Labelled, *, folds: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Arrays and card; raises InputError where there is too little to learn from."""
    pages, group = collect(labelled)
    labels = np.concatenate([page.labels for page in pages])
    page_of = np.repeat(np.arange(len(pages)), [len(page.labels) for page in pages])
    names = [group[i] for i in page_of]
    for label, what in ((1, "content"), (0, "boilerplate")):
        if (labels == label).sum() < LEAST_LINES or len(pages) < LEAST_PAGES:
            raise InputError(
                f"{len(pages)} pages with {int((labels == label).sum())} lines of {what}; "
                f"{LEAST_PAGES} pages and {LEAST_LINES} lines of each kind are needed"
            )
    fold = validation.assign_folds(names, labels == 0, folds)
    fold_of_page = fold[np.searchsorted(page_of, np.arange(len(pages)))]
    spoken = _languages(pages)
    chance = {grams: np.empty(len(labels)) for grams in (True, False)}
    for number in range(int(fold.max()) + 1):
        train_on = [i for i in range(len(pages)) if fold_of_page[i] != number]
        model = build_model(fit([pages[i] for i in train_on], [group[i] for i in train_on], spoken),
                            "held out")  # fmt: skip
        assert isinstance(model, LineModel)
        for i in np.flatnonzero(fold_of_page == number).tolist():
            for grams, held in chance.items():
                held[page_of == i] = judge(model, pages[i], grams=grams)
    known = labels >= 0
    asked = known & ~_passed(chance[True])
    slope, shift = validation.platt(_logits(chance[True][asked]), labels[asked] == 0)
    for held in chance.values():
        given = validation.sigmoid(slope * _logits(held) + shift)
        held[:] = np.where(_passed(held), held, given)
    cutoffs = {grams: _cutoff(held, labels) for grams, held in chance.items()}
    arrays = fit(pages, group, spoken)
    arrays |= {"intercept": slope * arrays["intercept"] + shift, **scaled_trees(arrays, slope)}
    arrays |= {"cutoff": cutoffs[True], "cutoff_shape": cutoffs[False]}
    card = {
        "what": "probability that a line of a page is furniture, not content",
        "model": "hashed n-grams, and boosted trees over lines in context",
        "pages": len(pages),
        "lines": {"content": int((labels == 1).sum()), "boilerplate": int((labels == 0).sum())},
        "folds": int(fold.max()) + 1,
        "languages": dict(Counter(page.language for page in pages).most_common(20)),
        "n-grams_hold_for": sorted(spoken),
        "cutoff": cutoffs[True],
        "cutoff_shape": cutoffs[False],
        "cutoff_chosen": f"held out, text alone: at most {LOST} of the content lines are lost",
        "held_out": {
            "n-grams": _figures(chance[True], labels, names, cutoffs[True]),
            "shape": _figures(chance[False], labels, names, cutoffs[False]),
        },
        "calibration": validation.calibration(chance[True][known], labels[known] == 0),
        "limits": "Figures are of the weights; phrase lists and rules work beside them. Whole "
        "pages and pages as an extractor leaves them were trained on alike.",
    }
    return arrays, card


def collect(labelled: Labelled) -> tuple[list[PageLines], list[str]]:
    """Pages in the order of the rows, and the group of each (that of its first line)."""
    by_page: dict[str, list[dict[str, Any]]] = {}
    for row in labelled.rows:
        by_page.setdefault(str(row["doc"]), []).append(row)
    pages: list[PageLines] = []
    groups: list[str] = []
    for name, rows in by_page.items():
        if all(isinstance(row.get("line"), int) for row in rows):
            rows = sorted(rows, key=lambda row: int(row["line"]))
        rows = [row for row in rows if row["text"].split()][:MAX_LINES]
        labels = np.array([row["label"] for row in rows], np.int64)
        if len(rows) < 3 or not (labels == 1).any():
            continue
        texts = [" ".join(row["text"].split()) for row in rows]
        given = [row.get("link_density") for row in rows]
        pages.append(PageLines(
            name, rows[0]["language"], 1.0, texts, labels, labels.copy(),
            np.array([-1.0 if value is None else value for value in given], np.float32),
            [look_up(WORD.findall(text.lower())) for text in texts],
            np.zeros(len(texts), np.float32),
        ))  # fmt: skip
        groups.append(rows[0]["group"])
    return pages, groups


def _languages(pages: Sequence[PageLines]) -> set[str]:
    counts = Counter(page.language for page in pages)
    return {name for name, n in counts.items() if n >= GRAM_PAGES and name != "und"}


def fit(pages: Sequence[PageLines], group: Sequence[str], spoken: set[str]) -> dict[str, Any]:
    """The arrays of a model. Trees see what n-grams say of pages that these were not fitted on."""
    own = [page for page in pages if page.language in spoken]
    grams, intercept = np.zeros(1, np.float32), 0.0
    pages = [replace(page, grams=np.zeros(len(page.texts), np.float32)) for page in pages]
    inside = [i for i, page in enumerate(pages) if page.language in spoken]
    if own:
        names = sorted({group[i] for i in inside})
        for part in range(min(_INNER, len(names))):
            held = set(names[part::_INNER])
            rest = [pages[i] for i in inside if group[i] not in held]
            if rest:
                score_grams([pages[i] for i in inside if group[i] in held], *fit_grams(rest))
        grams, intercept = fit_grams([pages[i] for i in inside])
    arrays = export_trees(fit_trees(pages, seed=1))
    scale = float(np.abs(grams).max()) / 127 or 1.0
    return {
        **arrays, "kind": "lines", "names": np.array([], str), "version": 1, "card": "{}",
        "cutoff": 0.5, "cutoff_shape": 0.5, "gram_intercept": intercept, "gram_scale": scale,
        "gram_languages": " ".join(sorted(spoken)),
        "grams": np.round(grams / scale).astype(np.int8),
    }  # fmt: skip


def judge(model: LineModel, page: PageLines, *, grams: bool) -> F64:
    """Probabilities of a page's lines from its text alone."""
    grams = grams and page.language in model.gram_languages
    scored = replace(page, grams=page.grams.copy())
    if grams:
        score_grams([scored], model.grams, model.gram_intercept)
    rows, shape = rows_of(scored, np.arange(len(page.texts)), grams, False)
    return np.asarray(lines.ask(model, rows, shape, page.hits), np.float64)


def _passed(chance: F64) -> NDArray[np.bool_]:
    """Lines that the trees are not asked about: headlines and long paragraphs."""
    return np.isclose(chance, lines.PARAGRAPH_CHANCE, rtol=0.0, atol=1e-7)


def _logits(chance: F64) -> F64:
    held = np.clip(chance, 1e-6, 1 - 1e-6)
    value: F64 = np.log(held / (1 - held))
    return value


def _cutoff(chance: F64, labels: NDArray[np.int64]) -> float:
    return round(float(np.clip(np.quantile(chance[labels == 1], 1 - LOST), 0.05, 0.95)), 3)


def _figures(
    chance: F64, labels: NDArray[np.int64], names: Sequence[str], cutoff: float
) -> dict[str, Any]:
    known = np.flatnonzero(labels >= 0)
    p, y = chance[known].astype(np.float32), labels[known]
    group = [names[i] for i in known.tolist()]

    def f1(rows: NDArray[np.int64]) -> float:
        hit, true = p[rows] >= cutoff, y[rows] == 0
        return float(2 * (hit & true).sum() / max(1, hit.sum() + true.sum()))

    return {**measures(p, y, cutoff), "f1_furniture": validation.interval(group, f1)}
