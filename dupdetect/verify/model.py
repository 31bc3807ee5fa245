"""The verifier's weights: plain JSON, checked against the features they were fitted for."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dupdetect.data import load_json
from dupdetect.errors import ModelError
from dupdetect.kernels.measures import MEASURES

VERSION = 1
#: The models that the verifier needs.
NAMES = ("rewrite", "translation", "copy", "direction")


@dataclass(frozen=True, slots=True)
class Logistic:
    """A logistic model over named features; ``logit`` is linear in them."""

    features: tuple[str, ...]
    coefficients: NDArray[np.float64]
    intercept: float

    def logit(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Log-odds float64[k] of rows float64[k, len(features)]."""
        # Not x @ coefficients: BLAS rounds a row differently by its place in the batch.
        return np.asarray((x * self.coefficients).sum(axis=1) + self.intercept)


def measures_digest() -> str:
    """Digest of the measures' names: weights fitted for others are refused."""
    return hashlib.sha256(" ".join(MEASURES).encode()).hexdigest()[:12]


def sigmoid(logit: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probability of log-odds, without overflow."""
    return 1.0 / (1.0 + np.exp(-np.clip(logit, -40.0, 40.0)))


@functools.cache
def models() -> dict[str, Logistic]:
    """The shipped models by name: rewrite, translation, copy, direction."""
    stored = load_json("verifier.json")
    if stored.get("version") != VERSION or stored.get("measures") != measures_digest():
        raise ModelError("data/verifier.json was fitted for other measures; train it again")
    try:
        return {name: _logistic(name, stored["models"][name]) for name in NAMES}
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(f"data/verifier.json is malformed: {error!r}") from error


def _logistic(name: str, stored: dict[str, Any]) -> Logistic:
    names, coefficients = tuple(stored["features"]), np.array(stored["coefficients"], np.float64)
    if len(names) != coefficients.size or not np.isfinite(coefficients).all():
        raise ModelError(f"data/verifier.json: model {name} is malformed")
    return Logistic(names, coefficients, float(stored["intercept"]))
