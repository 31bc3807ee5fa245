"""Band keys of parted sets: what they promise of two documents, against plain Python."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dupdetect.kernels.parted import NO_KEY, parted_bands


def keys_of(documents, *, bands=128, seed=1, least=1):
    flat = np.array([s for shingles in documents for s in shingles], np.uint32)
    ranges = np.cumsum([0, *map(len, documents)]).astype(np.int64)
    keys = np.empty((bands, len(documents)), np.uint32)
    parted_bands(flat, ranges, bands, seed, least, keys)
    return keys.T


hashes = st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=40)


@settings(deadline=None)
@given(hashes, st.randoms(), st.sampled_from([7, 32, 40, 128, 256]))
def test_keys_are_those_of_the_set(document, chance, bands):
    again = document + chance.choices(document, k=5)
    chance.shuffle(again)
    one, other = keys_of([document, again], bands=bands)
    assert one.tolist() == other.tolist()
    assert len(one) == bands


@settings(deadline=None)
@given(hashes, st.integers(0, 60))
def test_too_short_documents_have_no_key(document, least):
    (keys,) = keys_of([document], least=least)
    assert (keys == NO_KEY).all() == (len(document) < least)
    assert (keys_of([[]], least=least) == NO_KEY).all()


def test_a_key_is_of_three_values_of_one_group_and_two_keys_share_at_most_one():
    """A shingle that lowers one value of a group changes the three bands that have it."""
    chance = np.random.default_rng(1)
    document = chance.integers(0, 2**32, 400).tolist()
    before = keys_of([document])[0]
    changed = [
        frozenset(np.flatnonzero(keys != before).tolist())
        for keys in keys_of(
            [[*document, more] for more in chance.integers(0, 2**32, 3000).tolist()]
        )
    ]
    single = {bands for bands in changed if len(bands) == 3}
    assert len(single) > 50
    assert all(len({band // 32 for band in bands}) == 1 for bands in changed if bands)
    assert all(len(a & b) <= 1 for a, b in combinations(single, 2))


@pytest.mark.parametrize(("size", "jaccard", "least"), [
    (500, 0.3, 0.93), (500, 0.5, 0.999), (100, 0.3, 0.93), (100, 0.5, 0.999), (30, 0.5, 0.995),
    (15, 0.5, 0.99),
])  # fmt: skip
def test_documents_that_resemble_each_other_share_a_band(size, jaccard, least):
    chance = np.random.default_rng(2)
    shared = round(2 * size * jaccard / (1 + jaccard) + 0.5)
    found, trials = 0, 1500
    documents = []
    for _ in range(trials):
        both = chance.integers(0, 2**32, 2 * size - shared)
        documents += [both[:size].tolist(), both[size - shared :].tolist()]
    keys = keys_of(documents)
    pairs = (keys[::2] == keys[1::2]) & (keys[::2] != NO_KEY)
    found = pairs.any(axis=1).mean()
    assert found >= least


def test_documents_that_do_not_share_next_to_nothing():
    chance = np.random.default_rng(3)
    documents = [[5, *chance.integers(0, 2**32, 300).tolist()] for _ in range(4000)]
    keys = keys_of(documents)
    pairs = (keys[::2] == keys[1::2]) & (keys[::2] != NO_KEY)
    assert pairs.any(axis=1).sum() <= 2


def test_another_seed_gives_other_keys():
    document = [list(range(1000, 1100))]
    assert not (keys_of(document, seed=1) == keys_of(document, seed=2)).any()
