"""A logistic model and boosted trees.

The logistic half extends to lengths and densities that no training pair has; the trees see what is
not linear (facts covered but few sentences aligned). The trees are monotone: more that is covered,
aligned or kept together never lowers a score, more that is new never raises it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from dupdetect.training.trees import export_trees
from dupdetect.verify.features import TREES_ONLY
from dupdetect.verify.model import Model, Trees

#: Share of the trees in the log-odds, and their settings: small trees that each see a third of the
#: features. Chosen on folds of the train split and on the dev split among 6, 10 and 12 leaves, 80
#: to 400 trees, and shares from 0 to 1.
SHARE = 0.6
TREES = {
    "max_iter": 150,
    "learning_rate": 0.06,
    "max_leaf_nodes": 6,
    "max_features": 0.3,
    "min_samples_leaf": 40,
    "l2_regularization": 5.0,
    "random_state": 0,
}
#: Stems of features of which more speaks for a copy.
_FOR = {
    "number", "name", "fact",
    "align", "aligned", "mutual", "dense", "order", "log_chain",
    "beside", "log_beside", "near", "log_near",
    "fact_beside", "log_fact_beside", "fact_near", "log_fact_near",
    "rise", "fact_rise",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Blend:
    """A fitted model: standardised logistic regression and, perhaps, trees.

    ``scale`` is infinite for what the logistic half does not see.
    """

    mean: NDArray[np.float64]
    scale: NDArray[np.float64]
    linear: Any
    trees: Any | None

    def decide(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Uncalibrated log-odds float64[k]."""
        linear = self.linear.decision_function((x - self.mean) / self.scale)
        if self.trees is None:
            return np.asarray(linear)
        return np.asarray((1 - SHARE) * linear + SHARE * self.trees.decision_function(x))


def directions(names: tuple[str, ...]) -> list[int]:
    """For each feature 1, -1 or 0: how the trees' answer may change with it."""
    return [
        -1
        if name.startswith("new_")
        else int(name in _FOR or name.removesuffix("_c").removesuffix("_s") in _FOR)
        for name in names
    ]


def fit_blend(
    x: NDArray[np.float64],
    y: NDArray[np.bool_],
    weights: NDArray[np.float64],
    *,
    penalty: float,
    names: tuple[str, ...] | None = None,
) -> Blend:
    """Fits both halves; the logistic one alone without ``names``. ``penalty``: its inverse L2."""
    mean, scale = x.mean(axis=0), x.std(axis=0) + 1e-9
    if names is not None:
        scale = np.where([name in TREES_ONLY for name in names], np.inf, scale)
    linear = LogisticRegression(C=penalty, max_iter=5000)
    linear.fit((x - mean) / scale, y, sample_weight=weights)
    if names is None:
        return Blend(mean, scale, linear, None)
    trees = HistGradientBoostingClassifier(**TREES, monotonic_cst=directions(names))
    return Blend(mean, scale, linear, trees.fit(x, y, sample_weight=weights))


def to_model(blend: Blend, names: tuple[str, ...], slope: float) -> Model:
    """The blend, times ``slope``, as the verifier applies it."""
    share = 1.0 if blend.trees is None else 1.0 - SHARE
    coefficients = blend.linear.coef_[0] / blend.scale * share * slope
    intercept = float(blend.linear.intercept_[0]) * share * slope
    intercept -= float((coefficients * blend.mean).sum())
    if blend.trees is None:
        return Model(names, coefficients, intercept)
    found = export_trees(blend.trees)
    leaf = found["feature"] < 0
    factor = np.where(leaf, SHARE * slope, 1.0)
    nodes = np.column_stack([found["feature"], found["threshold"] * factor, found["right"]])
    intercept += found["intercept"] * SHARE * slope
    return Model(names, coefficients, intercept, Trees(nodes.astype(np.float32), found["roots"]))
