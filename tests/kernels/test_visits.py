"""The compiled walk against py3langid's own."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dupdetect.kernels.visits import visits
from dupdetect.text.language import _identifier


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


@pytest.mark.parametrize(
    "text", ["", "Le chat est sur la table.", "Быстрая лиса 123", "日本語の文章"]
)
def test_scores_are_those_of_py3langid(text):
    identifier = _identifier()
    plain = type(identifier).__mro__[1]
    if plain is object:
        pytest.skip("this version of py3langid is not compiled")
    octets = text.encode()
    assert np.array_equal(identifier._raw_score(octets), plain._raw_score(identifier, octets))
