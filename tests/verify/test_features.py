"""Features of a pair: oriented by coverage, the same for both orders of the pair."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from dupdetect.kernels.measures import MEASURES
from dupdetect.verify.features import (
    COPY_FEATURES,
    DIRECTION_FEATURES,
    REWRITE_FEATURES,
    column,
    copy_is_x,
    direction_features,
    features,
    matrix,
    word_features,
)

#: Whole numbers so small that ties are common.
ROWS = hnp.arrays(np.float64, (2, len(MEASURES)), elements=st.integers(0, 3).map(float))
SWAPPED = [
    MEASURES.index(name[:-1] + {"x": "y", "y": "x"}[name[-1]] if name[-2] == "_" else name)
    for name in MEASURES
]


def pair(**values: float) -> np.ndarray:
    """One row of measures, 0 where nothing else is said."""
    row = np.zeros((1, len(MEASURES)))
    for name, value in values.items():
        row[0, MEASURES.index(name)] = value
    return row


@settings(deadline=None)
@given(ROWS)
def test_features_do_not_depend_on_the_order_of_a_pair(rows: np.ndarray) -> None:
    rows[:, MEASURES.index("mutual_x")] = rows[:, MEASURES.index("mutual_y")]
    one, other = (features(r) | word_features(r) for r in (rows, rows[:, SWAPPED]))
    assert one.keys() == other.keys()
    for name, values in one.items():
        assert np.array_equal(values, other[name]), name


@settings(deadline=None)
@given(ROWS)
def test_direction_is_antisymmetric(rows: np.ndarray) -> None:
    assert np.array_equal(direction_features(rows), -direction_features(rows[:, SWAPPED]))


@settings(deadline=None)
@given(ROWS)
def test_all_features_exist_and_are_finite(rows: np.ndarray) -> None:
    values = features(rows)
    for names in (REWRITE_FEATURES, COPY_FEATURES):
        columns = matrix(values, names)
        assert columns.shape == (2, len(names))
        assert np.isfinite(columns).all()
    assert direction_features(rows).shape == (2, len(DIRECTION_FEATURES))


def test_the_better_covered_text_is_the_copy() -> None:
    assert copy_is_x(pair(shared=5, weight_x=6, weight_y=20)).tolist() == [True]
    assert copy_is_x(pair(shared=5, weight_x=20, weight_y=6)).tolist() == [False]


def test_equal_coverage_is_decided_by_what_else_differs() -> None:
    tied = {"shared": 5.0, "weight_x": 6.0, "weight_y": 6.0}
    one, other = pair(**tied, words_x=9, words_y=8), pair(**tied, words_x=8, words_y=9)
    assert copy_is_x(one)[0] != copy_is_x(other)[0]


def test_runs_are_those_of_the_shorter_text() -> None:
    row = pair(words_x=10, words_y=100, run_x=0.9, run_y=0.1)
    assert features(row)["run"].tolist() == [0.9]
    assert features(row[:, SWAPPED])["run"].tolist() == [0.9]


def test_a_short_chain_is_no_evidence_and_a_long_one_is() -> None:
    def chain(partners: int, length: int) -> float:
        row = pair(partners_x=partners, chain_x=length, partners_y=partners, chain_y=length)
        values = features(row)
        assert values["log_chain_c"] == values["log_chain_s"]
        return float(values["log_chain_c"][0])

    assert chain(30, 30) > 3 * chain(3, 3)
    assert chain(30, 10) < chain(3, 3)  # ten of thirty are in order by chance
    assert chain(30, 1) == 0.0


def test_shares_of_very_little_say_little() -> None:
    found = features(pair(number_x=0.5, number_shared_x=0.5, weight_x=9, weight_y=9, shared=1))
    full = features(pair(number_x=50, number_shared_x=50, weight_x=9, weight_y=9, shared=1))
    little = {found["number_c"][0], found["number_s"][0]}
    much = {full["number_c"][0], full["number_s"][0]}
    assert max(little) < 0.6 < 0.95 < max(much)
    assert min(little) == min(much) == 0.3  # the side without numbers


def test_columns_are_found_by_name() -> None:
    assert column(pair(longest=7), "longest").tolist() == [7.0]
