"""Exact overlap against sets, also where hashes were chosen to collide."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dupdetect.kernels.exact import pairs_within, shared_shingles, unique_shingles

#: Hashes that all fall in one bucket, however many there are.
crowd = [bucket << 20 for bucket in range(60)]
documents = st.lists(
    st.lists(st.one_of(st.integers(0, 30), st.sampled_from(crowd)), min_size=1, max_size=60),
    min_size=2,
    max_size=8,
)


def laid_out(documents):
    length = np.array([len(shingles) for shingles in documents], np.int32)
    begin = np.cumsum(length, dtype=np.int64) - length
    return np.array([s for shingles in documents for s in shingles], np.uint32), begin, length


@settings(deadline=None)
@given(documents)
@example([crowd, crowd[::-1] + crowd, [*crowd[30:], 1, 2, 3]])
@example([list(range(1000)), list(range(500, 2000))])
def test_overlap_is_that_of_the_sets(documents):
    flat, begin, length = laid_out(documents)
    sets = [set(shingles) for shingles in documents]
    different = unique_shingles(flat, begin, length)
    for d, own in enumerate(sets):
        kept = flat[begin[d] : begin[d] + different[d]].tolist()
        assert sorted(kept) == sorted(own)
    pairs = list(combinations(range(len(documents)), 2))
    codes = np.array([a << 32 | b for a, b in pairs], np.uint64)
    shared = shared_shingles(codes, flat, begin, different)
    assert shared.tolist() == [len(sets[a] & sets[b]) for a, b in pairs]


def test_no_document_is_empty_of_what_it_is_asked_for():
    flat, begin, length = laid_out([[], [1, 2], []])
    different = unique_shingles(flat, begin, length)
    codes = np.array([1 << 32, 1 << 32 | 2, 0], np.uint64)
    assert shared_shingles(codes, flat, begin, different).tolist() == [0, 0, 0]


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(list(combinations(range(10), 2))), min_size=1, max_size=40),
    st.lists(st.integers(0, 20), min_size=10, max_size=10),
    st.integers(0, 60),
)
def test_rounds_hold_so_many_shingles_and_all_pairs(pairs, sizes, most):
    codes = np.array([a << 32 | b for a, b in pairs], np.uint64)
    length, mark = np.array(sizes, np.int32), np.zeros(10, np.int32)
    at = number = 0
    while at < len(codes):
        number += 1
        end = pairs_within(codes, at, length, mark, number, most)
        held = {d for pair in pairs[at:end] for d in pair}
        assert set(np.flatnonzero(mark == number).tolist()) == held
        assert end == at + 1 or sum(sizes[d] for d in held) <= most
        if end < len(codes):
            assert sum(sizes[d] for d in held | set(pairs[end])) > most
        at = end
