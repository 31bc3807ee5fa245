from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dupdetect.kernels.order import stable_order


@given(
    st.lists(st.integers(0, 20), max_size=200),
    st.sampled_from([np.uint32, np.uint64, np.int64, np.float64]),
)
def test_it_is_numpys_stable_order(values: list[int], kind: Any) -> None:
    array = np.array(values, kind)
    assert stable_order(array).tolist() == np.argsort(array, kind="stable").tolist()


@pytest.mark.parametrize("n", [0, 1, 15, 16, 17, 31, 32, 33, 1000, 5000])
@pytest.mark.parametrize("falling", [False, True])
def test_runs_of_all_sizes_are_merged(n: int, *, falling: bool) -> None:
    values = np.arange(n)[::-1].copy() if falling else np.random.default_rng(n).integers(0, 99, n)
    assert stable_order(values).tolist() == np.argsort(values, kind="stable").tolist()


def test_large_values_of_64_bits_keep_their_order() -> None:
    values = np.array([1 << 63, (1 << 64) - 1, 3, 1 << 63], np.uint64)
    assert stable_order(values).tolist() == [2, 0, 3, 1]
    assert stable_order(np.array([0.5, -np.inf, np.inf, -0.0, 0.0])).tolist() == [1, 3, 4, 0, 2]
