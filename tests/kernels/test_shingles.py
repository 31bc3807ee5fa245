"""Shingle hashes are xxhash's, over the bytes that datasketch would be given."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import xxhash
from hypothesis import given
from hypothesis import strategies as st

from dupdetect.kernels.shingles import shingle_hashes
from dupdetect.text import reference
from dupdetect.text.tokens import tokenize_texts

TEXTS = st.lists(
    st.one_of(
        st.sampled_from(
            ["a", "le", "été", "ONU", "2020", "anticonstitutionnellement", "東京", "\n"]
        ),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    ),
    max_size=20,
).map(" ".join)


def hashes_of(texts: list[str], size: int) -> list[list[int]]:
    tokens = tokenize_texts(texts)
    hashes, ranges = shingle_hashes(
        tokens.text, tokens.text_start, tokens.text_end, tokens.doc, size
    )
    return [hashes[a:b].tolist() for a, b in pairwise(ranges)]


@given(st.lists(TEXTS, max_size=5), st.integers(1, 6))
def test_hashes_are_those_of_the_twin(texts: list[str], size: int) -> None:
    expected = [reference.shingle_hashes(reference.tokenize(text), size) for text in texts]
    assert hashes_of(texts, size) == expected


@given(st.binary(max_size=200), st.integers(0, 60))
def test_xxh32_of_any_bytes_anywhere_in_a_buffer(data: bytes, after: int) -> None:
    buffer = np.frombuffer(b"\xaa" * 3 + data + b"\xbb" * after, np.uint8)
    ends = np.array([3 + len(data)])
    hashes, _ = shingle_hashes(buffer, np.array([3]), ends, np.array([0, 1]), 1)
    assert hashes.tolist() == [xxhash.xxh32_intdigest(data)]


def test_every_length_up_to_three_stripes() -> None:
    data = bytes(range(7, 107))
    buffer = np.frombuffer(data, np.uint8)
    lengths = np.arange(60)
    hashes, _ = shingle_hashes(buffer, np.zeros(60, np.int64), lengths, np.array([0, 60]), 1)
    assert hashes.tolist() == [xxhash.xxh32_intdigest(data[:length]) for length in lengths]


@given(st.lists(st.integers(0, 400), max_size=3), st.integers(1, 4), st.integers(0, 2**32 - 1))
def test_texts_of_many_rounds(sizes: list[int], size: int, seed: int) -> None:
    lengths = np.random.default_rng(seed).geometric(0.2, size=sum(sizes))
    texts, at = [], 0
    for n in sizes:
        texts.append(" ".join(chr(97 + k % 26) * k for k in lengths[at : at + n].tolist()))
        at += n
    expected = [
        [
            xxhash.xxh32_intdigest(" ".join(words[i : i + size]).encode())
            for i in range(max(0, len(words) - size + 1))
        ]
        for words in (text.split() for text in texts)
    ]
    assert hashes_of(texts, size) == expected


@pytest.mark.parametrize(("n_tokens", "expected"), [(0, 0), (1, 0), (2, 0), (3, 1), (4, 2)])
def test_number_of_shingles(n_tokens: int, expected: int) -> None:
    assert len(hashes_of(["mot " * n_tokens], 3)[0]) == expected


def test_a_shingle_does_not_cross_documents() -> None:
    assert hashes_of(["a b", "c d e"], 3) == [[], hashes_of(["c d e"], 3)[0]]


def test_punctuation_case_and_accents_do_not_count() -> None:
    assert hashes_of(["L’ÉTÉ — arrive…"], 3) == hashes_of(["l'ete arrive"], 3)
