"""Fits the verifier's models and writes ``data/verifier.json``.

Run as ``python -m dupdetect.training.verifier --data ../shared``. Four models over the features of
``verify.features``: rewrite and parts (one language; logistic and trees, see ``training.blend``; of
the parts of both texts that have to do with each other the second), translation (two languages) and
copy (verbatim runs), both logistic. Each is calibrated on predictions of grouped cross-validation,
in which no family or component stands on both sides; the pairs of the dev split are never fitted. A
score of 0.5 is put where few of the hard negatives (reports of one event
or topic, templates) lie above, lower for long copies: long independent texts are told apart more
surely, and one threshold for all lengths would miss long rewrites.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression, QuantileRegressor
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold

from dupdetect.config import Config
from dupdetect.quality.sketching import sketch_articles
from dupdetect.sketch.batch import SketchBatch
from dupdetect.training.blend import fit_blend, to_model
from dupdetect.training.disguises import disguised, mixed, partial_copies
from dupdetect.training.haystack import distant_pairs, foreign_pairs, haystack
from dupdetect.training.verifier_data import Pair, labelled_pairs, read_pairs, translation_pairs
from dupdetect.verify.features import (
    COPY_FEATURES,
    DIRECTION_FEATURES,
    LONGEST,
    PARTS_FEATURES,
    REWRITE_FEATURES,
    direction_features,
    features,
    is_mixed,
    matrix,
)
from dupdetect.verify.measure import measures
from dupdetect.verify.model import VERSION, Model, measures_digest

#: An independent report called a copy costs more than a copy missed: weight of the negatives.
NEGATIVE_WEIGHT = 3.0
#: Weight of the pairs of ``read_pairs``, which are the false alarms of an earlier verifier.
READ_WEIGHT = 0.5
#: Share of the hard negatives that may lie above a score of 0.5: for the parts model of those that
#: are mixed (``verify.features.MIXED``), for the copy model of few (three in eighty lie above, all
#: reports that quote one dispatch at length).
FALSE_ALARMS = {"rewrite": 0.025, "parts": 0.03, "translation": 0.025, "copy": 0.03}
#: And this much in log-odds above: texts alike in a part are far more common among candidates of a
#: scan than among these pairs. Of what parts add to a scan of ``news_fr`` it leaves a quarter.
MARGIN = {"rewrite": 0.0, "parts": 0.7, "translation": 0.0, "copy": 0.0}
#: For the copy model only those hard negatives count that have this share of words in shared runs:
#: reports that quote the same dispatch. The others are no test of it.
QUOTING = 0.15
#: Log weights of anchors from which, up to LONGEST, hard negatives are taken for the threshold;
#: beyond, data are scarce.
SHORTEST = 2.3
#: Inverse strength of the L2 penalty, chosen among 0.03, 0.3, 1 and 3 by cross-validation.
PENALTY = {"rewrite": 1.0, "parts": 1.0, "translation": 0.3, "copy": 1.0}
#: Model card, stored beside the weights.
CARD = {
    "what": "logistic models over measures of a pair of texts (rewrite, parts, translation, copy, "
    "direction), for rewrites blended with monotone boosted trees",
    "use": "probability that one text derives from the other; evidence for a person, no verdict",
    "fitted on": "spun, LLM-written, condensed, translated and independent texts written for this "
    "project from OrangeSum articles (CC BY-SA 4.0); natural pairs of OrangeSum labelled by "
    "reading, 348 of them false alarms and finds of earlier verifiers; train split of public "
    "pairs (LLM rewrites, retranslations of WMT21/22, SEESAW, Bible); WMT22/24 documents with "
    "their human translations; disguises of all these",
    "licence": "weights Apache-2.0; no text of the data is contained",
    "figures": "benchmarks/results/quality.jsonl and planted.jsonl, on pairs no model has seen",
    "limits": "French news first; follow-ups that reuse background are often called rewrites; "
    "direction was fitted on 150 pairs of which the source is the longer in nine of ten",
}
#: Folds of the inner cross-validation.
FOLDS = 8


@dataclass(frozen=True, slots=True)
class Material:
    """Pairs with their measures: what one model is fitted on."""

    pairs: list[Pair]
    measures: NDArray[np.float64]

    def without(self, fold: int | None) -> Material:
        """The material less the pairs of one of 8 folds."""
        if fold is None:
            return self
        kept = [i for i, pair in enumerate(self.pairs) if pair.bucket % FOLDS != fold]
        return Material([self.pairs[i] for i in kept], self.measures[kept])


def sketch_pairs(pairs: list[Pair], config: Config) -> tuple[SketchBatch, NDArray[np.int64]]:
    """Sketches of all first texts, then of all second ones; and the rows int64[k, 2] of pairs."""
    batch = sketch_articles([p.a for p in pairs] + [p.b for p in pairs], config)
    numbers = np.arange(len(pairs), dtype=np.int64)
    return batch, np.stack([numbers, numbers + len(pairs)], axis=1)


def measure_texts(
    pairs: list[Pair], *, across: bool, parted: bool, config: Config
) -> NDArray[np.float64]:
    """Measures float64[k, len(MEASURES)] of pairs of texts."""
    batch, rows = sketch_pairs(pairs, config)
    return measures(batch, rows, across=across, parted=parted, shingle_size=config.shingle.size)


def materials(data: Path) -> dict[str, Material]:
    """What each model is fitted on, from the train split of the reference data."""
    config = Config()
    train = [pair for pair in labelled_pairs(data) if pair.split == "train"]
    same = [p for p in train if p.lang_a == p.lang_b]
    rewrites = [p for p in same if p.label not in ("copy", "near_copy", "partial")]
    across = [p for p in train if p.lang_a != p.lang_b] + translation_pairs(data)
    hard = [p for p in rewrites if not p.positive and p.label != "unrelated"]
    copies = [p for p in same if p.label in ("copy", "near_copy", "partial") or not p.positive]
    known = [p for p in same if p.label in ("spun", "llm", "condensed")]
    hay = haystack(data, config)
    far = distant_pairs(hay, config) + read_pairs(data)
    told = disguised(rewrites) + far
    lists = {
        "rewrite": told,
        "parts": told + mixed(rewrites + far),
        # two-language pairs, and the hard one-language negatives seen through skeletons
        "translation": disguised(across) + hard + foreign_pairs(hay, config),
        "copy": copies + partial_copies(same),
        "direction": known,
    }
    out = {}
    for name, pairs in lists.items():
        found = measure_texts(
            pairs, across=name == "translation", parted=name == "parts", config=config
        )
        out[name] = Material(pairs, found)
    return out


def weights_of(pairs: list[Pair]) -> NDArray[np.float64]:
    """Each source and label counts by the square root of its size; negatives count more."""
    keys = [(p.source, p.label, p.augmented) for p in pairs]
    counts = Counter(keys)
    factors = [
        (1.0 if pair.positive else NEGATIVE_WEIGHT)
        * (READ_WEIGHT if pair.source == "read" else 1.0)
        for pair in pairs
    ]
    return np.array([f * counts[key] ** -0.5 for key, f in zip(keys, factors, strict=True)])


def fit(name: str, material: Material, names: tuple[str, ...], *, report: bool) -> Model:
    """One calibrated model; prints its figures from cross-validation when ``report``."""
    pairs, values = material.pairs, features(material.measures)
    x = matrix(values, names)
    y = np.array([pair.positive for pair in pairs])
    weights = weights_of(pairs)
    wanted: dict[str, Any] = {"penalty": PENALTY[name]}
    if name in ("rewrite", "parts"):
        wanted["names"] = names
    held_out = np.zeros(len(pairs))
    for train, test in GroupKFold(FOLDS).split(x, y, [pair.bucket for pair in pairs]):
        held_out[test] = fit_blend(x[train], y[train], weights[train], **wanted).decide(x[test])
    offset, slope = calibrate(name, pairs, values, held_out, weights)
    if report:
        plain = np.array([not pair.augmented for pair in pairs])
        print(
            f"{name}: {len(pairs)} pairs, {int(y.sum())} positive; held-out AUC "
            f"{roc_auc_score(y[plain], held_out[plain]):.4f}, with disguises "
            f"{roc_auc_score(y, held_out):.4f}; 0.5 at {offset.round(2)}, slope {slope:.2f}"
        )
    model = to_model(fit_blend(x, y, weights, **wanted), names, slope)
    names, coefficients = model.features, model.coefficients
    if len(offset) > 1:
        names = (*names, "long_c")
        coefficients = np.append(coefficients, -offset[1] * slope)
    intercept = model.intercept - float(offset[0]) * slope
    return Model(names, coefficients.round(6), round(intercept, 6), model.trees)


def calibrate(
    name: str,
    pairs: list[Pair],
    values: dict[str, NDArray[np.float64]],
    held_out: NDArray[np.float64],
    weights: NDArray[np.float64],
) -> tuple[NDArray[np.float64], float]:
    """Where 0.5 lies (an offset, and its change for long copies) and how steep the scores are."""
    y = np.array([pair.positive for pair in pairs])
    labels = [(pair.label, pair.source) for pair in pairs]
    mined = ("distant", "foreign", "read")  # chosen for their likeness: no sample of what comes
    hard = ~y & np.array([label != "unrelated" and source not in mined for label, source in labels])
    lengths = np.column_stack([values["log_weight_c"], values["log_weight_s"]])
    if name == "parts":
        hard &= is_mixed(values)
    inside = hard & (lengths > SHORTEST).all(axis=1) & (lengths < LONGEST).all(axis=1)
    if name != "copy":
        quantile = QuantileRegressor(quantile=1.0 - FALSE_ALARMS[name], alpha=0.0, solver="highs")
        long = values["long_c"][:, None]
        quantile.fit(long[inside], held_out[inside], sample_weight=weights[inside])
        offset = np.array([quantile.intercept_, *quantile.coef_])
        offset[0] += MARGIN[name]
        centred = held_out - offset[0] - offset[1] * long[:, 0]
    else:
        quoting = hard & (values["run"] > QUOTING)
        offset = np.array([float(np.quantile(held_out[quoting], 1.0 - FALSE_ALARMS[name]))])
        centred = held_out - offset[0]
    slope = LogisticRegression(C=1e3, fit_intercept=False)
    slope.fit(centred[:, None], y, sample_weight=weights)
    return offset, float(slope.coef_[0, 0])


def fit_direction(material: Material, *, report: bool) -> Model:
    """Who copied: an antisymmetric logistic model without intercept; ``a`` is the source."""
    pairs, x = material.pairs, direction_features(material.measures)
    scale = x.std(axis=0) + 1e-9
    both, y = np.concatenate([x, -x]) / scale, np.repeat([1, 0], len(pairs))
    held_out = np.zeros(len(pairs))
    for train, test in GroupKFold(FOLDS).split(x, groups=[pair.bucket for pair in pairs]):
        rows = np.concatenate([train, train + len(pairs)])
        model = LogisticRegression(fit_intercept=False).fit(both[rows], y[rows])
        held_out[test] = model.decision_function(both[test])
    if report:
        print(f"direction: {len(pairs)} pairs, right {np.mean(held_out > 0):.3f}")
    model = LogisticRegression(fit_intercept=False).fit(both, y)
    return Model(DIRECTION_FEATURES, (model.coef_[0] / scale).round(6), 0.0)


def fit_all(
    of: dict[str, Material], *, leave_out: int | None = None, report: bool = False
) -> dict[str, Model]:
    """All models, fitted without one of 8 folds if asked."""
    wanted = {
        "rewrite": REWRITE_FEATURES,
        "parts": PARTS_FEATURES,
        "translation": REWRITE_FEATURES,
        "copy": COPY_FEATURES,
    }
    found = {
        name: fit(name, of[name].without(leave_out), names, report=report)
        for name, names in wanted.items()
    }
    found["direction"] = fit_direction(of["direction"].without(leave_out), report=report)
    return found


def to_json(models: dict[str, Model]) -> dict[str, Any]:
    """The object stored in ``verifier.json``."""
    return {
        "version": VERSION,
        "measures": measures_digest(),
        "card": CARD,
        "models": {name: _stored(model) for name, model in models.items()},
    }


def _stored(model: Model) -> dict[str, Any]:
    out = {
        "features": list(model.features),
        "coefficients": model.coefficients.tolist(),
        "intercept": model.intercept,
    }
    if model.trees is not None:
        nodes = model.trees.nodes
        out["trees"] = {
            "feature": nodes[:, 0].astype(int).tolist(),
            "threshold": [round(float(value), 6) for value in nodes[:, 1]],
            "right": nodes[:, 2].astype(int).tolist(),
            "roots": model.trees.roots.tolist(),
        }
    return out


def main() -> None:
    """Fits, prints the held-out figures and writes the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    home = Path(__file__).resolve().parent.parent / "data" / "verifier.json"
    parser.add_argument("--data", type=Path, required=True, help="folder with corpora/")
    parser.add_argument("-o", "--out", type=Path, default=home)
    arguments = parser.parse_args()
    models = fit_all(materials(arguments.data), report=True)
    arguments.out.write_text(json.dumps(to_json(models)) + "\n", encoding="utf-8")
    print(arguments.out)


if __name__ == "__main__":
    main()
