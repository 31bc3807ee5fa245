"""Verbatim blocks and sentence pairs, against the twin."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dupdetect.config import Config
from dupdetect.kernels.passages import MIN_BLOCK, sentence_pairs, verbatim_blocks
from dupdetect.sketch.batch import SketchBatch, sketch_texts
from dupdetect.text import measures_reference as twin

HASHES = st.lists(st.integers(0, 7), max_size=40)
CLAUSES = st.sampled_from(
    ["Le maire Vaucelin a visité Skerrowick", "Lormeau perd 1 500 emplois", "Skerrowick ferme",
     "Vaucelin rit", "Six ingénieurs de Bandolieres ont quitté Lormeau en 2019", "oui", "東京"]
)  # fmt: skip
ARTICLES = st.lists(st.tuples(CLAUSES, st.sampled_from([".\n", ", "])), max_size=10).map(
    lambda parts: "".join(clause + end for clause, end in parts)
)


def blocks(a: list[int], b: list[int], size: int = 3) -> list[tuple[int, ...]]:
    found = verbatim_blocks(np.array(a, np.uint32), np.array(b, np.uint32), size)
    return [tuple(row) for row in found.tolist()]


@given(HASHES, HASHES, st.integers(1, 7))
def test_blocks_are_those_of_the_twin(a: list[int], b: list[int], size: int) -> None:
    assert blocks(a, b, size) == twin.verbatim_blocks(a, b, size)


@given(HASHES, HASHES, st.integers(1, 7))
def test_blocks_are_what_they_say(a: list[int], b: list[int], size: int) -> None:
    end = 0
    for a_from, a_to, b_from, b_to in blocks(a, b, size):
        shingles = a_to - a_from - size + 1
        assert a_from >= end and a_to - a_from == b_to - b_from >= MIN_BLOCK
        assert a[a_from : a_from + shingles] == b[b_from : b_from + shingles]
        end = a_to


def test_of_several_places_the_longest_then_the_first_is_taken() -> None:
    a = list(range(10))
    assert blocks(a, [0, 1, 2, 3, 99, *a, *a]) == [(0, 12, 5, 17)]


def test_a_text_that_repeats_itself_is_one_block() -> None:
    assert blocks([5] * 5000, [5] * 5000) == [(0, 5002, 0, 5002)]


def part(batch: SketchBatch, d: int) -> tuple[np.ndarray, ...]:
    view, rows = batch.stems, slice(int(batch.stems.doc[d]), int(batch.stems.doc[d + 1]))
    return view.key[rows], view.weight[rows], view.sentence[rows]


def best_sentences(a: str, b: str) -> list[tuple[int, float] | None]:
    batch = sketch_texts([a, b], Config())
    n_a, n_b = batch.n_sentences.tolist()
    best, similarity = sentence_pairs(*part(batch, 0), n_a, *part(batch, 1), n_b)
    assert len(best) == len(similarity) == n_a
    assert (similarity[best < 0] == 0).all()
    pairs = zip(best.tolist(), similarity.tolist(), strict=True)
    return [(t, value) if t >= 0 else None for t, value in pairs]


@given(ARTICLES, ARTICLES)
def test_sentences_are_those_of_the_twin(a: str, b: str) -> None:
    texts = [twin.read(text, max_zipf=98, across=False, size=3) for text in (a, b)]
    found, expected = best_sentences(a, b), twin.best_sentences(*texts)
    assert [pair and pair[0] for pair in found] == [pair and pair[0] for pair in expected]
    similarity = [pair[1] if pair else 0.0 for pair in expected]
    assert [pair[1] if pair else 0.0 for pair in found] == pytest.approx(similarity, rel=1e-6)


def test_each_sentence_finds_its_own() -> None:
    lines = ["Vaucelin visite Skerrowick.", "Lormeau perd 1 500 emplois.", "Rien de plus."]
    found = best_sentences("\n".join(lines), "\n".join(reversed(lines)))
    assert [pair and pair[0] for pair in found][:2] == [2, 1]
    assert [pair and pair[1] for pair in found][:2] == [1.0, 1.0]


def test_a_list_of_words_needs_no_matrix() -> None:
    """20,000 sentences each: a matrix of them would hold 400 million cells."""
    letters = "bcdfghjklmnpqrstvwxz"
    words = [a + b + c + d for a in letters for b in letters for c in letters for d in "aeg"][
        :20000
    ]
    text = "\n".join(f"{word}ung" for word in words)
    found = best_sentences(text, text)
    assert len(found) == 20000
    assert sum(pair is not None for pair in found) > 1000
