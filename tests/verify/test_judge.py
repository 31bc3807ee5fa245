"""The loops over pairs give the numbers of the readable features, models and rules."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from dupdetect.kernels.measures import MEASURES
from dupdetect.records import MATCH_KINDS
from dupdetect.verify.describe import FEATURES, describe
from dupdetect.verify.features import (
    column,
    direction_features,
    features,
    matrix,
)
from dupdetect.verify.judge import (
    NEAR_SHARE,
    PARTIAL_SHARE,
    direction_logits,
    judge,
    verdicts,
)
from dupdetect.verify.model import NAMES, Model, forms_of, models, sigmoid

F64 = np.ndarray
#: Shares and counts, with zeros and ties.
VALUES = st.one_of(
    st.sampled_from([0.0, 0.0, 0.2, 0.7, 1.0, 3.0, 12.0]), st.floats(0.0, 1.0), st.floats(0.0, 400)
)
ROWS = hnp.arrays(np.float64, st.tuples(st.integers(0, 6), st.just(len(MEASURES))), elements=VALUES)
ALL = np.arange(len(NAMES) - 1)


@settings(deadline=None)
@given(ROWS)
def test_features_are_those_of_numpy(rows: F64) -> None:
    wanted = features(rows)
    assert set(FEATURES) == set(wanted)
    np.testing.assert_allclose(describe(rows), matrix(wanted, FEATURES), rtol=1e-14, atol=1e-14)


@settings(deadline=None)
@given(ROWS)
def test_probabilities_are_those_of_the_models(rows: F64) -> None:
    values = features(rows)
    found = judge(rows, forms_of(None), ALL)
    # Trees may part at a number that the two logarithms round to different sides of a threshold:
    # so they are given the numbers of the loop, which the test above has compared.
    near = dict(zip(FEATURES, describe(rows).T, strict=True))
    for number, name in enumerate(NAMES[:-1]):
        model = models()[name]
        wanted = sigmoid(model.logit(matrix(near, model.features)))
        np.testing.assert_allclose(found[:, number], wanted, rtol=1e-12)
    n = len(ALL)
    assert found[:, n].tolist() == values["run"].tolist()
    assert found[:, n + 1].tolist() == values["own_run"].tolist()
    assert found[:, n + 2].tolist() == np.minimum(values["kept_c"], values["kept_s"]).tolist()


@settings(deadline=None)
@given(ROWS)
def test_directions_are_those_of_the_model(rows: F64) -> None:
    model = models()["direction"]
    wanted = model.logit(direction_features(rows))
    found = direction_logits(rows, model.coefficients, model.intercept)
    np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-12)


def test_only_the_models_asked_for_answer() -> None:
    rows = np.random.default_rng(1).random((5, len(MEASURES)))
    every = judge(rows, forms_of(None), ALL)
    for number in ALL:
        one = judge(rows, forms_of(None), np.array([number]))
        assert one.tolist() == every[:, [number, -3, -2, -1]].tolist()


@pytest.mark.parametrize("count", [1, 7, 8, 9, 16, 40])
def test_models_of_any_number_of_features(count: int) -> None:
    generator = np.random.default_rng(count)
    rows = generator.random((9, len(MEASURES))) * 9
    model = Model(FEATURES[:count], generator.normal(size=count), 0.3)
    own = forms_of(dict.fromkeys(NAMES, model))
    wanted = sigmoid(model.logit(matrix(features(rows), model.features)))
    np.testing.assert_allclose(judge(rows, own, ALL[:1])[:, 0], wanted, rtol=1e-12)


def test_a_feature_nobody_knows_is_refused() -> None:
    model = Model(("weather",), np.ones(1), 0.0)
    with pytest.raises(KeyError, match="weather"):
        forms_of(dict.fromkeys(NAMES, model))


SHARES = st.sampled_from([0.0, 0.1, PARTIAL_SHARE, 0.5, 0.6, NEAR_SHARE, 1.0])


@settings(deadline=None)
@given(
    hnp.arrays(np.float64, (4, 4), elements=SHARES),
    hnp.arrays(np.bool_, 4),
    hnp.arrays(np.float64, (4, len(MEASURES)), elements=st.integers(0, 20).map(float)),
    SHARES,
)
def test_verdicts_follow_the_rules(chances: F64, across: F64, rows: F64, threshold: float) -> None:
    same, copied, run, own_run = chances.T
    kinds, scores, jaccard, inside_a, inside_b = verdicts(
        rows, same, copied, run, own_run, across, threshold, 12
    )
    for i in range(len(rows)):
        words = min(column(rows, "words_x")[i], column(rows, "words_y")[i])
        exact = column(rows, "exact")[i] > 0
        score = (1.0 if exact else max(same[i], copied[i])) if words >= 12 else 0.0
        if score == 0.0 or score < threshold:
            kind = "none"
        elif exact:
            kind = "exact"
        elif run[i] >= PARTIAL_SHARE and (own_run[i] >= PARTIAL_SHARE or copied[i] > same[i]):
            kind = "near_duplicate" if run[i] >= NEAR_SHARE else "partial"
        else:
            kind = "translation" if across[i] else "rewrite"
        assert (MATCH_KINDS[kinds[i]], scores[i]) == (kind, np.float32(score))
        shared, a, b = (column(rows, f"shingles_{which}")[i] for which in ("shared", "x", "y"))
        wanted = [shared / max(whole, 1) for whole in (a + b - shared, a, b)]
        assert [jaccard[i], inside_a[i], inside_b[i]] == [np.float32(share) for share in wanted]
