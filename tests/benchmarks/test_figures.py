"""AUC, recall and intervals against counting by hand and against scikit-learn."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score, roc_curve

from benchmarks.figures import auc, interval, recall_at

#: Few different values, so that ties are the rule.
SIDE = st.lists(st.integers(-3, 3), min_size=1, max_size=25).map(lambda x: np.array(x, float))
RATES = st.sampled_from([0.0, 0.01, 0.02, 0.1, 0.25, 0.5, 1.0])
NONE = np.empty(0)
SOME = np.array([0.2, 0.7])


def labelled(
    positive: NDArray[np.float64], negative: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    truth = np.repeat([1, 0], [positive.size, negative.size])
    return truth, np.concatenate([positive, negative])


@given(SIDE, SIDE)
def test_auc_is_the_share_of_pairs_in_order(
    positive: NDArray[np.float64], negative: NDArray[np.float64]
) -> None:
    won = sum((p > n) + 0.5 * (p == n) for p in positive for n in negative)
    assert auc(positive, negative) == pytest.approx(won / (positive.size * negative.size))
    assert auc(positive, negative) == pytest.approx(roc_auc_score(*labelled(positive, negative)))
    assert auc(negative, positive) == pytest.approx(1.0 - auc(positive, negative))


@given(SIDE, SIDE, RATES)
def test_recall_is_the_best_that_the_rate_of_false_alarms_allows(
    positive: NDArray[np.float64], negative: NDArray[np.float64], rate: float
) -> None:
    thresholds = [-np.inf, *negative, *positive]
    best = max(
        (positive > threshold).mean()
        for threshold in thresholds
        if (negative > threshold).sum() <= rate * negative.size
    )
    assert recall_at(positive, negative, rate) == pytest.approx(best)
    alarms, recall, _ = roc_curve(*labelled(positive, negative), drop_intermediate=False)
    assert recall_at(positive, negative, rate) == pytest.approx(recall[alarms <= rate].max())


def test_a_positive_as_high_as_a_refused_negative_is_lost() -> None:
    negative = np.array([0.1, 0.2, 0.9, 0.9])
    assert recall_at(np.array([0.9, 0.95]), negative, 0.25) == 0.5
    assert recall_at(np.array([0.9, 0.95]), negative, 0.5) == 1.0


@pytest.mark.parametrize(("positive", "negative"), [(NONE, SOME), (SOME, NONE), (NONE, NONE)])
def test_an_empty_side_has_no_figure(
    positive: NDArray[np.float64], negative: NDArray[np.float64]
) -> None:
    assert math.isnan(auc(positive, negative))
    assert math.isnan(recall_at(positive, negative, 0.01))


def test_the_interval_holds_the_auc_and_narrows_with_more_data() -> None:
    rng = np.random.default_rng(7)
    widths = []
    for size in (40, 1000):
        positive, negative = rng.normal(1.0, 1.0, size), rng.normal(0.0, 1.0, size)
        low, high = interval(positive, negative, rounds=200)
        assert low < auc(positive, negative) < high
        assert (low, high) == interval(positive, negative, rounds=200)
        widths.append(high - low)
    assert widths[1] < widths[0] / 3


def test_the_interval_of_what_is_told_apart_is_a_point() -> None:
    assert interval(SOME + 1.0, SOME, rounds=20) == (1.0, 1.0)
