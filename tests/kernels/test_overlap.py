"""Buckets, candidates and exact overlap against brute force; growth by counting."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations, pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dupdetect.kernels.group import decode_pairs
from dupdetect.kernels.overlap import bucket_pairs, buckets, overlapping_bands, shared_shingles

few_keys = st.lists(st.integers(0, 12), max_size=60)


def as_set(codes):
    return {tuple(pair) for pair in decode_pairs(codes).tolist()}


def expected_buckets(keys, docs):
    found = defaultdict(list)
    for document in docs:
        found[keys[document]].append(document)
    return [bucket for bucket in found.values() if len(bucket) > 1]


@settings(deadline=None)
@given(few_keys, st.data())
def test_buckets_hold_the_documents_of_equal_keys(keys, data):
    docs = sorted(data.draw(st.sets(st.sampled_from(range(len(keys)))))) if keys else []
    start, members = buckets(np.array(keys, np.uint32), np.array(docs, np.int32))
    found = [members[i:j].tolist() for i, j in pairwise(start)]
    assert sorted(found) == sorted(expected_buckets(keys, docs))


@settings(deadline=None)
@given(few_keys, st.integers(2, 6))
def test_small_buckets_give_all_pairs_and_large_ones_stay_connected(keys, most):
    docs = np.arange(len(keys), dtype=np.int32)
    start, members = buckets(np.array(keys, np.uint32), docs)
    codes, dropped = bucket_pairs(start, members, most, np.zeros(len(keys), np.int32), 16)
    expected, left_out = set(), 0
    for bucket in expected_buckets(keys, docs.tolist()):
        if len(bucket) <= most:
            expected |= set(combinations(bucket, 2))
        else:
            edges = {(bucket[0], b) for b in bucket[1:]} | set(pairwise(bucket))
            expected |= edges
            left_out += len(bucket) * (len(bucket) - 1) // 2 - len(edges)
    assert as_set(codes) == expected and len(codes) == len(expected)
    assert dropped == left_out


def test_a_template_of_20000_costs_linear_work_over_all_bands():
    """In every band the template's documents fall into other large buckets."""
    n, bands, most = 20_000, 128, 16
    chance = np.random.default_rng(1)
    docs, spent = np.arange(n, dtype=np.int32), np.zeros(n, np.int32)
    total = 0
    for _ in range(bands):
        keys = chance.integers(0, 20, n).astype(np.uint32)
        total += len(bucket_pairs(*buckets(keys, docs), 64, spent, most)[0])
    assert n <= total <= (most + 2) * n


def test_bands_share_at_most_one_value():
    signatures = np.zeros((1, 128), np.uint32)
    before = overlapping_bands(signatures)[:, 0]
    uses = []
    for value in range(128):
        changed = signatures.copy()
        changed[0, value] = 7
        uses.append(frozenset(np.flatnonzero(overlapping_bands(changed)[:, 0] != before).tolist()))
    assert all(len(bands) == 3 for bands in uses)
    assert all(len(a & b) <= 1 for a, b in combinations(uses, 2))


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(0, 30), min_size=1, max_size=40), min_size=2, max_size=8))
def test_overlap_is_that_of_the_sets(documents):
    pairs = list(combinations(range(len(documents)), 2))
    codes = np.array([a << 32 | b for a, b in pairs], np.uint64)
    length = np.array([len(shingles) for shingles in documents], np.int32)
    begin = np.cumsum(length, dtype=np.int64) - length
    flat = np.array([s for shingles in documents for s in shingles], np.uint32)
    found = np.array(shared_shingles(codes, flat, begin, length)).T.tolist()
    sets = [set(shingles) for shingles in documents]
    assert found == [[len(sets[a] & sets[b]), len(sets[a]), len(sets[b])] for a, b in pairs]
