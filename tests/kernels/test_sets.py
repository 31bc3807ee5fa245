"""Sorted sets of hashes, one per document."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dupdetect.kernels.sets import sorted_sets


@given(st.lists(st.lists(st.one_of(st.integers(0, 9), st.integers(0, 2**32 - 1))), max_size=6))
def test_each_document_gets_its_own_set(documents: list[list[int]]) -> None:
    doc = np.cumsum([0] + [len(values) for values in documents])
    values = np.array([value for values in documents for value in values], np.uint32)
    set_doc, found = sorted_sets(doc, values)
    assert found.dtype == np.uint32
    sets = [found[first:last].tolist() for first, last in pairwise(set_doc)]
    assert sets == [sorted(set(values)) for values in documents]
    assert set_doc[-1] == found.size
