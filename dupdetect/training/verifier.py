"""Fits the verifier's models and writes ``data/verifier.json``.

Run as ``python -m dupdetect.training.verifier --data ../shared``. Three logistic models over the
features of ``verify.features``: rewrite (one language), translation (two languages), copy (verbatim
runs). Each is calibrated on predictions of grouped cross-validation, in which no family or
component stands on both sides; the pairs of the dev split are never fitted. A score of 0.5 is put
where 3 % of the hard negatives (reports of one event or topic, templates) lie above, at each
length: long independent texts are told apart more surely than short ones, so one threshold for all
lengths would miss long rewrites and accuse short reports.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression, QuantileRegressor
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold

from dupdetect.config import Config
from dupdetect.kernels.measures import MEASURES
from dupdetect.sketch.batch import sketch_texts
from dupdetect.training.verifier_data import (
    Pair,
    augment,
    labelled_pairs,
    lengthen,
    partial_copies,
    translation_pairs,
)
from dupdetect.verify.features import (
    COPY_FEATURES,
    DIRECTION_FEATURES,
    REWRITE_FEATURES,
    direction_features,
    features,
    matrix,
)
from dupdetect.verify.measure import measures

#: An independent report called a copy costs more than a copy missed: weight of the negatives.
NEGATIVE_WEIGHT = 3.0
#: Share of the hard negatives that may lie above a score of 0.5, at each length.
FALSE_ALARMS = 0.03
#: Lengths (log weight of anchors) between which the threshold moves; beyond, data are scarce.
SHORTEST, LONGEST = 2.3, 4.7
#: Inverse strength of the L2 penalty, chosen among 0.03, 0.3, 1 and 3 by cross-validation.
PENALTY = {"rewrite": 1.0, "translation": 0.3, "copy": 1.0}


def measure_texts(pairs: list[Pair], *, across: bool, config: Config) -> NDArray[np.float64]:
    """Measures float64[k, len(MEASURES)] of pairs of texts."""
    if not pairs:
        return np.empty((0, len(MEASURES)))
    batch = sketch_texts([p.a for p in pairs] + [p.b for p in pairs], config)
    numbers = np.arange(len(pairs), dtype=np.int64)
    rows = np.stack([numbers, numbers + len(pairs)], axis=1)
    return measures(batch, rows, across=across, shingle_size=config.shingle.size)


def weights_of(pairs: list[Pair]) -> NDArray[np.float64]:
    """Each source and label counts by the square root of its size; negatives count more."""
    keys = [f"{p.source} {p.label} {p.augmented}" for p in pairs]
    counts = {key: keys.count(key) for key in set(keys)}
    return np.array(
        [
            counts[key] ** -0.5 * (1.0 if pair.positive else NEGATIVE_WEIGHT)
            for key, pair in zip(keys, pairs, strict=True)
        ]
    )  # fmt: skip


def fit(
    name: str, pairs: list[Pair], names: tuple[str, ...], *, across: bool, config: Config
) -> dict[str, Any]:
    """One calibrated model with its figures from cross-validation."""
    values = features(measure_texts(pairs, across=across, config=config))
    x = matrix(values, names)
    y = np.array([pair.positive for pair in pairs])
    groups = np.array([pair.bucket for pair in pairs])
    weights = weights_of(pairs)
    mean, scale = x.mean(axis=0), x.std(axis=0) + 1e-9
    x = (x - mean) / scale
    held_out = np.zeros(len(pairs))
    for train, test in GroupKFold(8).split(x, y, groups):
        model = LogisticRegression(C=PENALTY[name], max_iter=5000)
        model.fit(x[train], y[train], sample_weight=weights[train])
        held_out[test] = model.decision_function(x[test])
    model = LogisticRegression(C=PENALTY[name], max_iter=5000).fit(x, y, sample_weight=weights)
    offset, slope = calibrate(pairs, values, held_out, weights, by_length=name != "copy")
    original = np.array([not pair.augmented for pair in pairs])
    print(
        f"{name}: {len(pairs)} pairs, {int(y.sum())} positive; held-out AUC "
        f"{roc_auc_score(y[original], held_out[original]):.4f}, augmented "
        f"{roc_auc_score(y[~original], held_out[~original]) if (~original).any() else 1:.4f}, "
        f"slope {slope:.2f}"
    )
    coefficients = model.coef_[0] / scale * slope
    intercept = float(model.intercept_[0] - (model.coef_[0] * mean / scale).sum()) * slope
    intercept -= float(offset[0]) * slope
    for side, shift in zip(("log_weight_c", "log_weight_s"), offset[1:], strict=False):
        coefficients[names.index(side)] -= float(shift) * slope
    return {
        "features": list(names),
        "coefficients": [round(float(value), 6) for value in coefficients],
        "intercept": round(intercept, 6),
    }


def calibrate(
    pairs: list[Pair],
    values: dict[str, NDArray[np.float64]],
    held_out: NDArray[np.float64],
    weights: NDArray[np.float64],
    *,
    by_length: bool,
) -> tuple[NDArray[np.float64], float]:
    """Where 0.5 lies (an offset, and its change with both lengths) and how steep the scores are."""
    y = np.array([pair.positive for pair in pairs])
    hard = ~y & np.array([pair.label != "unrelated" for pair in pairs])
    lengths = np.column_stack([values["log_weight_c"], values["log_weight_s"]])
    inside = hard & (lengths > SHORTEST).all(axis=1) & (lengths < LONGEST).all(axis=1)
    if by_length:
        quantile = QuantileRegressor(quantile=1.0 - FALSE_ALARMS, alpha=0.0, solver="highs")
        quantile.fit(lengths[inside], held_out[inside], sample_weight=weights[inside])
        offset = np.array([quantile.intercept_, *quantile.coef_])
        print("  97 % of hard negatives lie below", offset.round(2))
        centred = held_out - quantile.predict(lengths)
    else:
        offset = np.array([float(np.quantile(held_out[hard], 1.0 - FALSE_ALARMS))])
        centred = held_out - offset[0]
    slope = LogisticRegression(C=1e3, fit_intercept=False)
    slope.fit(centred[:, None], y, sample_weight=weights)
    return offset, float(slope.coef_[0, 0])


def fit_direction(pairs: list[Pair], *, config: Config) -> dict[str, Any]:
    """Who copied: an antisymmetric logistic model without intercept; ``a`` is the source."""
    x = direction_features(measure_texts(pairs, across=False, config=config))
    groups = np.array([pair.bucket for pair in pairs])
    scale = x.std(axis=0) + 1e-9
    both, y = np.concatenate([x, -x]) / scale, np.repeat([1, 0], len(pairs))
    held_out = np.zeros(len(pairs))
    for train, test in GroupKFold(8).split(x, groups=groups):
        rows = np.concatenate([train, train + len(pairs)])
        model = LogisticRegression(C=1.0, fit_intercept=False).fit(both[rows], y[rows])
        held_out[test] = model.decision_function(both[test])
    print(dict(zip(DIRECTION_FEATURES, (x > 0).mean(axis=0).round(2), strict=True)))
    sure = np.abs(held_out) > 0.85
    print(
        f"direction: {len(pairs)} pairs, right {np.mean(held_out > 0):.3f}; of the sure "
        f"({sure.mean():.2f}) {np.mean(held_out[sure] > 0):.3f}"
    )
    model = LogisticRegression(C=1.0, fit_intercept=False).fit(both, y)
    return {
        "features": list(DIRECTION_FEATURES),
        "coefficients": [round(float(value), 6) for value in model.coef_[0] / scale],
        "intercept": 0.0,
    }


def build(data: Path) -> dict[str, Any]:
    """All models, as stored in ``verifier.json``."""
    config = Config()
    train = [pair for pair in labelled_pairs(data) if pair.split == "train"]
    same = [p for p in train if p.lang_a == p.lang_b]
    rewrites = [p for p in same if p.label not in ("copy", "near_copy", "partial")]
    across = [p for p in train if p.lang_a != p.lang_b] + translation_pairs(data)
    copies = [p for p in same if p.label in ("copy", "near_copy", "partial")]
    copies += [p for p in same if not p.positive]
    models = {
        "rewrite": fit(
            "rewrite", _disguised(rewrites), REWRITE_FEATURES, across=False, config=config
        ),
        "translation": fit(
            "translation", _mixed(across, rewrites), REWRITE_FEATURES, across=True, config=config
        ),
        "copy": fit(
            "copy", copies + partial_copies(same), COPY_FEATURES, across=False, config=config
        ),
    }
    known = ("spun", "llm", "condensed")
    models["direction"] = fit_direction([p for p in same if p.label in known], config=config)
    return {
        "version": 1,
        "measures": hashlib.sha256(" ".join(MEASURES).encode()).hexdigest()[:12],
        "models": models,
    }


def _disguised(pairs: list[Pair]) -> list[Pair]:
    long = lengthen(pairs)
    return pairs + augment(pairs) + long + augment(long[::2])


def _mixed(across: list[Pair], rewrites: list[Pair]) -> list[Pair]:
    """Two-language pairs, and the hard one-language negatives seen through skeletons."""
    hard = [p for p in rewrites if not p.positive and p.label != "unrelated"]
    return _disguised(across) + hard


def main() -> None:
    """Fits, prints the held-out figures and writes the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    home = Path(__file__).resolve().parent.parent / "data" / "verifier.json"
    parser.add_argument("--data", type=Path, required=True, help="folder with corpora/")
    parser.add_argument("-o", "--out", type=Path, default=home)
    arguments = parser.parse_args()
    models = build(arguments.data)
    arguments.out.write_text(json.dumps(models, indent=1) + "\n", encoding="utf-8")
    print(arguments.out)


if __name__ == "__main__":
    main()
