"""Runs of shared shingles, against brute force."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dupdetect.kernels.runs import (
    different,
    found_shingles,
    lay,
    mark_runs,
    room_for,
    same_sequence,
    shared_shingles,
    unquoted,
)
from dupdetect.text import measures_reference as twin
from dupdetect.text.measures_reference import Text
from dupdetect.text.reference import Token, shingles

WORDS = st.lists(st.sampled_from("abcdef"), max_size=30)
#: Keys that differ, and keys that fall together in the tables.
KEYS = st.one_of(st.integers(0, 12), st.integers(0, 12).map(lambda n: n << 16))
SEQUENCES = st.lists(KEYS, max_size=40)


def text_of(words: list[str], quoted: set[int], size: int) -> Text:
    tokens = [Token(word, 0, 0, 64 if at in quoted else 0) for at, word in enumerate(words)]
    return Text(tokens, shingles(tokens, size), {}, 1)


@given(SEQUENCES, SEQUENCES, st.integers(0, 3), st.integers(1, 3))
def test_shared_shingles(one: list[int], other: list[int], margin: int, times: int) -> None:
    values = np.array([7] * margin + one + other, np.uint32)
    end = margin + len(one)
    laid = room_for(len(one) + margin)
    lay(values, 0, margin, laid)  # leaves nothing behind
    mask = lay(values, margin, end, laid)
    for time in range(1, times + 1):
        places = np.zeros(len(values) + 1, np.int32)
        n, different_ones = shared_shingles(values, end, values.size, laid, mask, time, places)
        assert places[:n].tolist() == [at for at, key in enumerate(other) if key in one]
        assert different_ones == len({*one} & {*other})
        n = found_shingles(len(one), laid, time, places)
        assert places[:n].tolist() == [at for at, key in enumerate(one) if key in other]
    assert found_shingles(len(one), laid, times + 1, np.zeros(len(one) + 1, np.int32)) == 0


@given(SEQUENCES, st.integers(0, 3))
def test_how_many_are_different(values: list[int], margin: int) -> None:
    padded = np.array([5] * margin + values + [5] * margin, np.uint32)
    room = room_for(padded.size)
    for _ in range(2):
        found = different(padded, margin, margin + len(values), room)
        assert found == len(set(values))


@given(WORDS, WORDS, st.sets(st.integers(0, 30)), st.integers(1, 4))
def test_runs_are_those_of_the_twin(
    words: list[str], others: list[str], quoted: set[int], size: int
) -> None:
    x, y = text_of(words, quoted, size), text_of(others, set(), size)
    number = {shingle: at for at, shingle in enumerate(sorted({*x.shingles, *y.shingles}))}
    own, theirs = (
        np.array([number[shingle] for shingle in text.shingles], np.uint32) for text in (x, y)
    )
    flags = np.array([token.flags for token in x.tokens], np.uint8)
    marks = np.zeros(len(words) + size, np.bool_)
    laid, places = room_for(own.size), np.empty(max(own.size, theirs.size) + 1, np.int32)
    mask = lay(own, 0, own.size, laid)
    shared_shingles(theirs, 0, theirs.size, laid, mask, 1, places)
    n = found_shingles(own.size, laid, 1, places)
    found = mark_runs(places, n, size, flags, 0, marks)

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
