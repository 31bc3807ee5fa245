"""Buckets, candidates and exact overlap against brute force; growth by counting."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations, pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dupdetect.kernels.group import decode_pairs
from dupdetect.kernels.overlap import bucket_pairs, buckets

few_keys = st.lists(st.integers(0, 12), max_size=60)


def as_set(codes):
    return {tuple(pair) for pair in decode_pairs(codes).tolist()}


def expected_buckets(keys, docs):
    found = defaultdict(list)
    for document in docs:
        found[keys[document]].append(document)
    return [bucket for bucket in found.values() if len(bucket) > 1]


@settings(deadline=None)
@given(few_keys, st.integers(0, 12))
def test_buckets_hold_the_documents_of_equal_keys(keys, none):
    docs = [d for d, key in enumerate(keys) if key != none]
    start, members = buckets(np.array(keys, np.uint32), none)
    found = [members[i:j].tolist() for i, j in pairwise(start)]
    assert sorted(found) == sorted(expected_buckets(keys, docs))


def test_buckets_of_many_documents():
    keys = np.random.default_rng(1).integers(0, 1 << 32, 50_000).astype(np.uint32)
    keys[1000:3000:2] = keys[3000:5000:2]
    keys[[7, 49_999, 20_000]] = 0xFFFFFFFE
    keys[::10] = 0xFFFFFFFF
    docs = np.flatnonzero(keys != 0xFFFFFFFF).tolist()
    start, members = buckets(keys, 0xFFFFFFFF)
    found = [members[i:j].tolist() for i, j in pairwise(start)]
    assert sorted(found) == sorted(expected_buckets(keys.tolist(), docs))


@settings(deadline=None)
@given(few_keys, st.integers(2, 6))
def test_small_buckets_give_all_pairs_and_large_ones_stay_connected(keys, most):
    docs = np.arange(len(keys), dtype=np.int32)
    start, members = buckets(np.array(keys, np.uint32), 99)
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
    spent = np.zeros(n, np.int32)
    total = 0
    for _ in range(bands):
        keys = chance.integers(0, 20, n).astype(np.uint32)
        total += len(bucket_pairs(*buckets(keys, 99), 64, spent, most)[0])
    assert n <= total <= (most + 2) * n
