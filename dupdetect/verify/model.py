"""The verifier's weights: plain JSON, checked against the features they were fitted for."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dupdetect.data import load_json
from dupdetect.errors import ModelError
from dupdetect.kernels.measures import MEASURES
from dupdetect.kernels.trees import Forest, check_trees, plant, tree_logits
from dupdetect.verify.describe import FEATURES
from dupdetect.verify.judge import Forms

VERSION = 2
#: The models that the verifier needs; that of direction is of other features than the rest.
NAMES = ("rewrite", "parts", "translation", "copy", "direction")


@dataclass(frozen=True, slots=True)
class Trees:
    """Boosted trees: ``nodes`` float32[m, 3], ``roots`` int32 (:mod:`dupdetect.kernels.trees`)."""

    nodes: NDArray[np.float32]
    roots: NDArray[np.int32]
    forest: Forest = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "forest", plant(self.nodes, self.roots))


@dataclass(frozen=True, slots=True)
class Model:
    """Log-odds over named features: a linear part, and boosted trees for what is not linear."""

    features: tuple[str, ...]
    coefficients: NDArray[np.float64]
    intercept: float
    trees: Trees | None = None

    def logit(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Log-odds float64[k] of rows float64[k, len(features)]."""
        # Not x @ coefficients: BLAS rounds a row differently by its place in the batch.
        linear = (x * self.coefficients).sum(axis=1) + self.intercept
        if self.trees is None:
            return np.asarray(linear)
        rows = x.astype(np.float32)
        return np.asarray(linear + tree_logits(rows, self.trees.forest))


def measures_digest() -> str:
    """Digest of the measures' names: weights fitted for others are refused."""
    return hashlib.sha256(" ".join(MEASURES).encode()).hexdigest()[:12]


def sigmoid(logit: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probability of log-odds, without overflow."""
    return 1.0 / (1.0 + np.exp(-np.clip(logit, -40.0, 40.0)))


@functools.cache
def models() -> dict[str, Model]:
    """The shipped models by name: rewrite, parts, translation, copy, direction."""
    stored = load_json("verifier.json")
    if stored.get("version") != VERSION or stored.get("measures") != measures_digest():
        raise ModelError("data/verifier.json was fitted for other measures; train it again")
    try:
        return {name: _model(name, stored["models"][name]) for name in NAMES}
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(f"data/verifier.json is malformed: {error!r}") from error


@functools.cache
def _shipped_forms() -> Forms:
    return forms_of(models())


def forms_of(weights: Mapping[str, Model] | None) -> Forms:
    """Models of pairs, by default those shipped, as flat arrays in the order of NAMES but the last.

    Raises KeyError when one is missing, or asks for a feature that is not in FEATURES.
    """
    if weights is None:
        return _shipped_forms()
    chosen = [weights[name] for name in NAMES[:-1]]
    at = {name: column for column, name in enumerate(FEATURES)}
    trees = [model.trees or _NO_TREES for model in chosen]
    forests = [tree.forest for tree in trees]
    before = _ends(len(tree.nodes) for tree in trees)
    return Forms(
        first=_ends(len(model.features) for model in chosen),
        columns=np.array([at[name] for model in chosen for name in model.features], np.int64),
        coefficients=np.concatenate([model.coefficients for model in chosen]),
        intercepts=np.array([model.intercept for model in chosen]),
        forest=Forest(
            np.concatenate([forest.feature for forest in forests]),
            np.concatenate([forest.value for forest in forests]),
            np.concatenate([forest.skip for forest in forests]),
            np.concatenate([f.roots + base for f, base in zip(forests, before, strict=False)]),
        ),
        first_tree=_ends(len(tree.roots) for tree in trees),
    )


_NO_TREES = Trees(np.empty((0, 3), np.float32), np.empty(0, np.int32))


def _ends(sizes: Iterable[int]) -> NDArray[np.int64]:
    return np.cumsum([0, *sizes], dtype=np.int64)


def _model(name: str, stored: dict[str, Any]) -> Model:
    names, coefficients = tuple(stored["features"]), np.array(stored["coefficients"], np.float64)
    if len(names) != coefficients.size or not np.isfinite(coefficients).all():
        raise ModelError(f"data/verifier.json: model {name} is malformed")
    trees = _trees(stored["trees"], len(names)) if "trees" in stored else None
    return Model(names, coefficients, float(stored["intercept"]), trees)


def _trees(stored: dict[str, Any], n_features: int) -> Trees:
    feature, right = np.array(stored["feature"], np.int32), np.array(stored["right"], np.int32)
    roots = np.array(stored["roots"], np.int32)
    check_trees(feature, right, roots, n_features)
    nodes = np.column_stack([feature, stored["threshold"], right]).astype(np.float32)
    if not np.isfinite(nodes).all():
        raise ValueError("a tree holds what is no number")
    return Trees(nodes, roots)
