"""Signatures equal datasketch's and the twin's; short documents have none."""

from __future__ import annotations

import datasketch
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dupdetect.kernels.minhash import EMPTY, minhash
from dupdetect.sketch.signatures import permutations
from dupdetect.text import reference

HASHES = st.lists(st.integers(0, 2**32 - 1), max_size=150)


def signatures_of(
    documents: list[list[int]], count: int, seed: int, least: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    ranges = np.cumsum([0, *map(len, documents)]).astype(np.int64)
    hashes = np.array([h for document in documents for h in document], np.uint32)
    return minhash(hashes, ranges, *permutations(count, seed), least)


@given(st.lists(HASHES, max_size=4), st.sampled_from([1, 5, 128]), st.integers(0, 2**32 - 1))
def test_equals_datasketch(documents: list[list[int]], count: int, seed: int) -> None:
    signatures, has_signature = signatures_of(documents, count, seed)
    for document, signature, has in zip(documents, signatures, has_signature, strict=True):
        theirs = datasketch.MinHash(count, seed, hashfunc=int, scheme="affine32")
        theirs.update_batch(document)
        assert signature.tolist() == theirs.hashvalues.tolist()
        assert has == bool(document)


@given(st.lists(HASHES, max_size=3))
def test_equals_its_twin(documents: list[list[int]]) -> None:
    a, b = (values.tolist() for values in permutations(16, 1))
    signatures, _ = signatures_of(documents, 16, 1)
    assert signatures.tolist() == [reference.minhash(document, a, b) for document in documents]


@given(HASHES, HASHES)
def test_repeats_order_and_neighbours_do_not_matter(document: list[int], other: list[int]) -> None:
    alone, _ = signatures_of([document], 32, 1)
    among, _ = signatures_of([other, [*reversed(document), *document], other], 32, 1)
    assert np.array_equal(alone[0], among[1])


@pytest.mark.parametrize(("n_shingles", "has"), [(0, False), (9, False), (10, True)])
def test_too_few_shingles_make_no_signature(n_shingles: int, has: bool) -> None:
    signatures, has_signature = signatures_of([list(range(n_shingles))], 8, 1, least=10)
    assert has_signature.tolist() == [has]
    assert bool((signatures == EMPTY).all()) is not has


def test_no_shingles_make_no_signature_even_if_none_are_asked_for() -> None:
    assert signatures_of([[]], 8, 1, least=0)[1].tolist() == [False]
