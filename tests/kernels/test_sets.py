"""Sorted sets of hashes and words inside spans, one of each per document."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dupdetect.kernels.sets import sorted_sets, tokens_inside


@given(st.lists(st.lists(st.one_of(st.integers(0, 9), st.integers(0, 2**32 - 1))), max_size=6))
def test_each_document_gets_its_own_set(documents: list[list[int]]) -> None:
    doc = np.cumsum([0] + [len(values) for values in documents])
    values = np.array([value for values in documents for value in values], np.uint32)
    set_doc, found = sorted_sets(doc, values)
    assert found.dtype == np.uint32
    sets = [found[first:last].tolist() for first, last in pairwise(set_doc)]
    assert sets == [sorted(set(values)) for values in documents]
    assert set_doc[-1] == found.size


@given(
    st.lists(
        st.tuples(
            st.lists(st.integers(0, 60), unique=True), st.lists(st.integers(0, 60), unique=True)
        ),
        max_size=4,
    )
)
def test_tokens_inside_spans(documents: list[tuple[list[int], list[int]]]) -> None:
    tokens = [sorted(starts) for starts, _ in documents]
    spans = [sorted(bounds)[: len(bounds) // 2 * 2] for _, bounds in documents]
    found = tokens_inside(
        np.cumsum([0] + [len(own) for own in tokens]),
        np.array([start for own in tokens for start in own], np.int32),
        np.cumsum([0] + [len(own) // 2 for own in spans]),
        np.array([bound for own in spans for bound in own[::2]], np.int64),
        np.array([bound for own in spans for bound in own[1::2]], np.int64),
    )
    expected = [
        any(low <= start < high for low, high in zip(own[::2], own[1::2], strict=True))
        for starts, own in zip(tokens, spans, strict=True)
        for start in starts
    ]
    assert found.tolist() == expected
