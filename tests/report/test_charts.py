"""Geometry: bars and ribbons stay inside their drawings and keep their order."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dupdetect.report import charts


@given(st.lists(st.floats(0, 1), max_size=80))
def test_a_histogram_counts_every_score_once(values: list[float]) -> None:
    drawn = charts.histogram(np.array([*values, float("nan")]))
    assert sum(bar.count for bar in drawn.bars) == drawn.n == len(values)
    assert sum(bar.count for bar in drawn.bars if bar.high) == drawn.n_high
    assert all(bar.y >= 0 and bar.y + bar.height <= 72.1 for bar in drawn.bars)
    assert all((bar.height > 0) == (bar.count > 0) for bar in drawn.bars)


def test_ribbons_join_the_places_of_both_texts() -> None:
    passage = {"a_start": 0, "a_end": 50, "b_start": 20, "b_end": 40, "similarity": 1.0}
    (band,) = charts.ribbons([passage], "b", "a", {"a": 100, "b": 40})
    assert band.points == "500.0,10 1000.0,10 500.0,62 0.0,62"
    assert band.level == 5


def test_similarity_has_five_steps() -> None:
    assert [charts.level(s) for s in (0.0, 0.4, 0.6, 0.8, 0.97, 1.0)] == [1, 2, 3, 4, 5, 5]
