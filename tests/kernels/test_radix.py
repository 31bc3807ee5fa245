"""The radix sort against numpy's stable sort."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dupdetect.kernels.radix import sort_by_key

keys = st.lists(
    st.integers(0, 2**64 - 1) | st.integers(0, 5) | st.integers(0, 3).map(lambda k: k << 60)
)


@settings(deadline=None)
@given(keys)
def test_sorts_like_numpy_and_keeps_the_order_of_equal_keys(values):
    array = np.array(values, np.uint64)
    payload = np.arange(len(values), dtype=np.int32)
    order = np.argsort(array, kind="stable")
    ordered, moved = sort_by_key(array, payload)
    assert ordered.tolist() == array[order].tolist()
    assert moved.tolist() == payload[order].tolist()
    assert array.tolist() == values
