"""The parts of a text that have to do with another: the best of all choices of sentences."""

from __future__ import annotations

from itertools import product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dupdetect.kernels.parts import CHANGE, LEAST, keep_parts
from dupdetect.text import measures_reference as twin

#: Weight of the shared anchors of a sentence, and of the others.
SENTENCES = st.lists(
    st.tuples(st.integers(0, 8).map(lambda n: n / 4), st.integers(0, 16).map(lambda n: n / 4)),
    max_size=10,
)


def parts(sentences: list[tuple[float, float]]) -> tuple[list[bool], float]:
    shared = np.array([one for one, _ in sentences], np.float64)
    total = np.array([one + other for one, other in sentences], np.float64)
    kept = np.ones(len(sentences), np.bool_)
    share = keep_parts(shared, total, len(sentences), kept)
    return kept.tolist(), share


def worth(sentences: list[tuple[float, float]], kept: tuple[bool, ...] | list[bool]) -> float:
    """Gains of the kept sentences, less what their parts cost."""
    gains = [one - LEAST * (one + other) for one, other in sentences]
    begun = sum(now and not before for before, now in zip([False, *kept], kept, strict=False))
    return sum(gain for gain, now in zip(gains, kept, strict=True) if now) - CHANGE * begun


@given(SENTENCES)
def test_no_other_choice_is_worth_more(sentences: list[tuple[float, float]]) -> None:
    kept, _ = parts(sentences)
    best = max(worth(sentences, other) for other in product([False, True], repeat=len(sentences)))
    assert worth(sentences, kept) >= best - 1e-9


@given(SENTENCES)
def test_the_twin_chooses_the_same(sentences: list[tuple[float, float]]) -> None:
    assert parts(sentences)[0] == twin.best_parts(
        [one - LEAST * (one + other) for one, other in sentences]
    )
    assert (LEAST, CHANGE) == (twin.LEAST, twin.CHANGE)


def test_what_is_shared_is_kept_and_what_was_put_in_is_not() -> None:
    own, foreign = (2.0, 1.0), (0.0, 4.0)
    kept, share = parts([own, own, foreign, foreign, own, foreign])
    assert kept == [True, True, False, False, True, False]
    assert share == 9.0 / 21.0


def test_one_new_sentence_among_shared_ones_stays() -> None:
    assert parts([(2.0, 1.0), (0.0, 2.0), (2.0, 1.0)]) == ([True] * 3, 1.0)


def test_nothing_shared_leaves_no_parts_and_no_weight_keeps_all() -> None:
    assert parts([(0.0, 3.0), (0.0, 2.0)]) == ([False, False], 0.0)
    assert parts([])[1] == parts([(0.0, 0.0)])[1] == 1.0
