"""The index keys of documents are the sample of all their pairs, made the long way."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dupdetect.kernels import pairs
from dupdetect.kernels.pairs import near_rank, pair_keys
from dupdetect.kernels.views import anchor_pairs, anchor_weight, sample_pairs

#: Anchors: few keys, so that pairs repeat; some are not in the alphabet.
ANCHORS = st.lists(
    st.tuples(
        st.one_of(st.integers(1, 12), st.integers(1, 2**32 - 1)),
        st.one_of(st.just(255), st.integers(0, 130)),
    ),
    max_size=40,
)


def both(
    documents: list[list[tuple[int, int]]], window: int, keep: int
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Offsets and keys of the kernel, and of all pairs made and ranked."""
    doc = np.cumsum([0] + [len(document) for document in documents])
    key = np.array([key for document in documents for key, _ in document], np.uint32)
    zipf = np.array([zipf for document in documents for _, zipf in document], np.uint8)
    expected = sample_pairs(*anchor_pairs(doc, key, zipf, window), keep)
    return list(pair_keys(doc, key, zipf, window, keep)), list(expected)


@given(st.lists(ANCHORS, max_size=4), st.integers(1, 9), st.integers(1, 60))
def test_keys_are_the_sample_of_all_pairs(
    documents: list[list[tuple[int, int]]], window: int, keep: int
) -> None:
    found, expected = both(documents, window, keep)
    assert found[0].tolist() == expected[0].tolist()
    assert found[1].tolist() == expected[1].tolist()


@pytest.mark.parametrize("different", [3, 40, 400, 2**31])
@pytest.mark.parametrize("keep", [1, 100, 256])
def test_keys_of_long_documents(different: int, keep: int) -> None:
    generator = np.random.default_rng(different + keep)
    documents = [
        list(
            zip(
                generator.integers(1, different, size, endpoint=True).tolist(),
                generator.choice([20, 48, 70, 98, 255], size).tolist(),
                strict=True,
            )
        )
        for size in (0, 1, 2, 150, 3000)
    ]
    found, expected = both(documents, 6, keep)
    assert found[0].tolist() == expected[0].tolist()
    assert found[1].tolist() == expected[1].tolist()


CHANCES = st.one_of(
    st.integers(0, 2**53 - 1),
    st.integers(0, 60).map(lambda shift: (2**53 - 1) >> min(shift, 53)),
    st.integers(1, 2000).map(lambda less: 2**53 - less),
)


@given(CHANCES, st.integers(0, 254), st.integers(0, 254))
def test_a_near_rank_is_so_near_that_nothing_is_missed(chance: int, one: int, other: int) -> None:
    u = (float(chance) + 0.5) / 2.0**53
    weight = float(np.float32(anchor_weight(one) * anchor_weight(other)))
    exact = 0.0 - math.log(u) / weight**3
    found = near_rank(np.float64(u).view(np.uint64), weight)
    steps = np.array([found, exact], np.float32).view(np.uint32).astype(np.int64)
    assert abs(found - exact) <= 3e-9 * exact
    assert abs(steps[0] - steps[1]) <= 1 < pairs._MARGIN
