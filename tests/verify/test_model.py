"""The shipped weights fit the features, and others are refused."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from dupdetect.data import load_json
from dupdetect.errors import ModelError
from dupdetect.kernels.measures import MEASURES
from dupdetect.verify import model
from dupdetect.verify.features import (
    COPY_FEATURES,
    DIRECTION_FEATURES,
    PARTS_FEATURES,
    REWRITE_FEATURES,
)
from dupdetect.verify.features import features as all_features
from dupdetect.verify.model import Model, models, sigmoid


@pytest.fixture
def stored(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """The shipped weights, which the test may change before they are loaded."""
    weights = copy.deepcopy(load_json("verifier.json"))
    monkeypatch.setattr(model, "load_json", lambda name: weights)
    models.cache_clear()
    yield weights
    models.cache_clear()


def test_shipped_models_use_known_features() -> None:
    known = {*all_features(np.zeros((1, len(MEASURES))))}
    shipped = models()
    assert set(shipped) == {"rewrite", "parts", "translation", "copy", "direction"}
    for name, wanted in (
        ("rewrite", REWRITE_FEATURES), ("translation", REWRITE_FEATURES), ("parts", PARTS_FEATURES)
    ):  # fmt: skip
        assert {*wanted, "long_c"} == set(shipped[name].features) <= known
    assert set(shipped["copy"].features) == set(COPY_FEATURES) <= known
    assert shipped["direction"].features == DIRECTION_FEATURES


def test_direction_has_no_side_of_its_own() -> None:
    assert models()["direction"].intercept == 0.0


def test_what_is_stored_is_what_is_used(stored: dict[str, Any]) -> None:
    stored["models"]["copy"]["intercept"] = -123.5
    assert models()["copy"].intercept == -123.5


def _no_models(w: dict[str, Any]) -> None:
    del w["models"]


def _one_less(w: dict[str, Any]) -> None:
    del w["models"]["direction"]


def _no_intercept(w: dict[str, Any]) -> None:
    del w["models"]["copy"]["intercept"]


def _version(w: dict[str, Any]) -> None:
    w["version"] = 0


def _measures(w: dict[str, Any]) -> None:
    w["measures"] = "0" * 12


def _short(w: dict[str, Any]) -> None:
    w["models"]["copy"]["coefficients"].pop()


def _nan(w: dict[str, Any]) -> None:
    w["models"]["copy"]["coefficients"][0] = math.nan


def _words(w: dict[str, Any]) -> None:
    w["models"]["copy"]["coefficients"][0] = "viel"


@pytest.mark.parametrize(
    "damage",
    [_no_models, _one_less, _no_intercept, _version, _measures, _short, _nan, _words],
)
def test_other_weights_are_refused(
    stored: dict[str, Any], damage: Callable[[dict[str, Any]], None]
) -> None:
    damage(stored)
    with pytest.raises(ModelError, match="verifier"):
        models()


def test_a_logit_depends_on_its_own_row_only() -> None:
    generator = np.random.default_rng(3)
    rows, weights = generator.normal(size=(301, 39)), generator.normal(size=39)
    logistic = Model(tuple(map(str, range(39))), weights, -2.0)
    together = logistic.logit(rows)
    alone = [float(logistic.logit(row[None])[0]) for row in rows]
    assert together.tolist() == alone
    assert together == pytest.approx(rows @ weights - 2.0)


def test_sigmoid_never_overflows() -> None:
    with np.errstate(all="raise"):
        found = sigmoid(np.array([-1e308, -1.0, 0.0, 1.0, 1e308]))
    assert found[2] == 0.5
    assert found[1] == pytest.approx(1 - found[3])
    assert 0.0 < found[0] < 1e-15 and found[4] == pytest.approx(1.0)
