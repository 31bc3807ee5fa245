"""Rows copied out of a flat array."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dupdetect.kernels.slices import copy_slices


@pytest.mark.parametrize("dtype", [np.uint8, np.int32, np.float32, np.uint64])
@settings(deadline=None, max_examples=30)
@given(spans=st.lists(st.tuples(st.integers(0, 50), st.integers(0, 9)), max_size=8))
def test_rows_stand_one_after_the_other(dtype, spans):
    source = np.arange(60).astype(dtype)
    begin = np.array([at for at, _ in spans], np.int64)
    start = np.cumsum([0, *(size for _, size in spans)], dtype=np.int64)
    target = np.zeros(int(start[-1]), dtype)
    copy_slices(
        source.view(np.uint8), begin, target.view(np.uint8), start, np.dtype(dtype).itemsize
    )
    expected = [value for at, size in spans for value in range(at, at + size)]
    assert target.tolist() == expected
