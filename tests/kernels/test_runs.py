"""Runs of shared shingles, against brute force."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dupdetect.kernels.runs import (
    MARKS,
    contains,
    mark_runs,
    same_sequence,
    shared_keys,
    unmark,
    unquoted,
)
from dupdetect.text import measures_reference as twin
from dupdetect.text.measures_reference import Text
from dupdetect.text.reference import Token, shingles

WORDS = st.lists(st.sampled_from("abcdef"), max_size=30)
SETS = st.sets(st.integers(0, 40), max_size=20)


def text_of(words: list[str], quoted: set[int], size: int) -> Text:
    tokens = [Token(word, 0, 0, 64 if at in quoted else 0) for at, word in enumerate(words)]
    return Text(tokens, shingles(tokens, size), {}, 1)


@given(SETS, SETS)
def test_shared_keys(one: set[int], other: set[int]) -> None:
    both = np.array(sorted(one) + sorted(other), np.uint32)
    out, marks = np.empty(len(one) + 1, np.uint32), np.zeros(MARKS, np.bool_)
    n = shared_keys(both, 0, len(one), len(one), both.size, out, marks)
    assert out[:n].tolist() == sorted(one & other)
    assert set(np.flatnonzero(marks)) == one & other
    unmark(out, n, marks)
    assert not marks.any()


@given(SETS, st.integers(0, 40), st.integers(0, 3))
def test_contains_looks_at_its_range_only(values: set[int], key: int, margin: int) -> None:
    padded = np.array([key] * margin + sorted(values) + [key] * margin, np.uint32)
    inside = contains(padded, margin, margin + len(values), np.uint32(key))
    assert inside == (key in values)


@given(WORDS, WORDS, st.sets(st.integers(0, 30)), st.integers(1, 4))
def test_runs_are_those_of_the_twin(
    words: list[str], others: list[str], quoted: set[int], size: int
) -> None:
    x, y = text_of(words, quoted, size), text_of(others, set(), size)
    number = {shingle: at for at, shingle in enumerate(sorted({*x.shingles, *y.shingles}))}
    own = np.array([number[shingle] for shingle in x.shingles], np.uint32)
    theirs = np.array(sorted({number[shingle] for shingle in y.shingles}), np.uint32)
    flags = np.array([token.flags for token in x.tokens], np.uint8)
    marks = np.zeros(len(words) + size, np.bool_)
    both = np.concatenate([np.unique(own), theirs])
    common, table = np.empty(theirs.size + 1, np.uint32), np.zeros(MARKS, np.bool_)
    n_own = both.size - theirs.size
    n = shared_keys(both, 0, n_own, n_own, both.size, common, table)
    found = mark_runs(own, 0, own.size, common, n, table, size, flags, 0, marks)

    ranges = twin.runs(x, y, size)
    if len(set(x.shingles) & set(y.shingles)) < twin.MIN_RUN:
        return  # the measures do not ask for runs then
    words_in = {at for first, last in ranges for at in range(first, last)}
    assert set(np.flatnonzero(marks)) == words_in
    longest = max((last - first for first, last in ranges), default=0)
    assert found == (len(words_in), len(words_in - quoted), longest)


@pytest.mark.parametrize(("shared_words", "expected"), [(4, 0), (5, 5), (6, 6)])
def test_a_run_is_at_least_five_words(shared_words: int, expected: int) -> None:
    common = list("abcdefgh")[:shared_words]
    x, y = text_of(["u", "v", *common, "w"], set(), 3), text_of(["x", *common, "y", "z"], set(), 3)
    assert sum(last - first for first, last in twin.runs(x, y, 3)) == expected


@given(st.lists(st.sampled_from([0, 64, 65, 16]), max_size=12), st.integers(0, 3))
def test_unquoted_words(flags: list[int], first: int) -> None:
    expected = sum(1 for flag in flags[first:] if not flag & 64)
    assert unquoted(np.array(flags, np.uint8), first, max(first, len(flags))) == expected


@given(st.lists(st.integers(0, 2), max_size=6), st.lists(st.integers(0, 2), max_size=6))
def test_same_sequence(one: list[int], other: list[int]) -> None:
    both = np.array(one + other, np.uint32)
    expected = one == other and len(one) > 0
    assert same_sequence(both, 0, len(one), len(one), both.size) == expected
