"""The compiled walk and its scores against plain Python."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dupdetect.kernels.visits import class_scores, visits


@settings(deadline=None)
@given(st.lists(st.integers(0, 3), max_size=60), st.data())
def test_features_in_the_order_of_their_first_visit(text, data):
    states = 5
    moves = data.draw(
        st.lists(st.integers(0, states - 1), min_size=states * 4, max_size=states * 4)
    )
    output = data.draw(st.lists(st.integers(-1, 6), min_size=states, max_size=states))
    state, expected = 0, {}
    for byte in text:
        state = moves[4 * state + byte]
        if output[state] >= 0:
            expected[output[state]] = expected.get(output[state], 0) + 1
    features, counts = visits(
        np.array(moves, np.uint32), 4 * np.arange(states), np.array(output, np.int32),
        np.array(text, np.uint8),
    )  # fmt: skip
    assert dict(zip(features.tolist(), counts.tolist(), strict=True)) == expected
    assert features.tolist() == list(expected)


@settings(deadline=None)
@given(st.binary(max_size=80))
def test_scores_are_the_weighted_sum_of_the_visited_rows(text):
    rng = np.random.default_rng(1)
    moves = rng.integers(0, 9, 9 * 256).astype(np.uint32)
    rows, output = 256 * np.arange(9, dtype=np.int32), np.arange(-2, 7, dtype=np.int32)
    steps = rng.integers(-(1 << 15), 1 << 15, (7, 5)).astype(np.int16)
    prior = rng.random(5).astype(np.float32)
    data = np.frombuffer(text, np.uint8)
    features, counts = visits(moves, rows, output, data)
    found = class_scores(moves, rows, output, steps, 0.5, prior, data)
    if len(features):
        expected = np.log1p(counts) @ (steps[features] * 0.5) + prior
        assert np.allclose(found, expected, rtol=1e-4, atol=0.1)  # sums of 10,000s may cancel out
    else:
        assert not len(found)
