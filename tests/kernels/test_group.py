"""Candidate grouping against brute force over all pairs."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations, pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dupdetect.kernels import group

few_keys = st.lists(st.integers(0, 12), max_size=60)
key_sets = st.lists(st.frozensets(st.integers(0, 40), max_size=12), max_size=25)


def buckets_of(keys):
    buckets = defaultdict(list)
    for document, key in enumerate(keys):
        buckets[key].append(document)
    return [bucket for bucket in buckets.values() if len(bucket) > 1]


def as_set(codes):
    return {tuple(pair) for pair in group.decode_pairs(codes).tolist()}


def flat(sets):
    keys = [np.array(sorted(s), np.uint64) for s in sets]
    docs = [np.full(len(s), d, np.int32) for d, s in enumerate(sets)]
    return (
        np.concatenate([np.empty(0, np.uint64), *keys]),
        np.concatenate([np.empty(0, np.int32), *docs]),
    )


def inverted(sets, max_bucket, parts=1):
    keys, docs = flat(sets)
    pieces = []
    for part in range(parts):
        mine = keys % np.uint64(parts) == part
        pieces.append(group.postings(keys[mine], docs[mine], max_bucket=max_bucket))
    sizes = [np.diff(piece.start) for piece in pieces]
    return group.Postings(
        np.concatenate([np.zeros(1, np.int64), np.cumsum(np.concatenate(sizes))]),
        np.concatenate([piece.doc for piece in pieces]),
        sum(piece.dropped_lists for piece in pieces),
        sum(piece.dropped_postings for piece in pieces),
    )


def shared(sets, *, max_bucket=1000, min_shared=1, max_candidates=1000, block=1000, parts=1):
    index = inverted(sets, max_bucket, parts)
    lists = group.lists_of_documents(index, len(sets))
    blocks = [(at, min(at + block, len(sets))) for at in range(0, len(sets), block)]
    found = [
        group.shared_pairs(
            index, lists, bounds, min_shared=min_shared, max_candidates=max_candidates
        )
        for bounds in blocks
    ]
    return group.join_shared(found)


@settings(deadline=None)
@given(few_keys, st.integers(2, 6))
def test_band_pairs_expand_small_buckets_and_thin_out_large_ones(keys, max_bucket):
    expected = set()
    capped = dropped = 0
    for bucket in buckets_of(keys):
        if len(bucket) <= max_bucket:
            expected |= set(combinations(bucket, 2))
        else:
            edges = {(bucket[0], other) for other in bucket[1:]} | set(pairwise(bucket))
            expected |= edges
            capped += 1
            dropped += len(bucket) * (len(bucket) - 1) // 2 - len(edges)
    found = group.band_pairs(np.array(keys, np.uint64), np.arange(len(keys)), max_bucket=max_bucket)
    assert as_set(found.pairs) == expected
    assert len(found.pairs) == len(expected)
    assert (found.buckets, found.capped, found.dropped) == (
        len(buckets_of(keys)), capped, dropped,
    )  # fmt: skip


def test_a_bucket_of_twenty_thousand_costs_linear_work():
    found = group.band_pairs(np.zeros(20_000, np.uint64), np.arange(20_000), max_bucket=64)
    assert len(found.pairs) == 2 * 20_000 - 3
    assert found.dropped == 20_000 * 19_999 // 2 - len(found.pairs)


def test_band_pairs_speak_of_the_documents_given_not_of_positions():
    found = group.band_pairs(np.array([7, 9, 7], np.uint64), np.array([4, 5, 900]), max_bucket=8)
    assert as_set(found.pairs) == {(4, 900)}


@settings(deadline=None)
@given(st.lists(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=8), max_size=8))
def test_pair_set_is_the_union_whatever_the_block(arrays):
    expected = {(min(p), max(p)) for pairs in arrays for p in pairs}
    pairs = group.PairSet(block=4)
    for array in arrays:
        first = np.array([p[0] for p in array], np.int64)
        second = np.array([p[1] for p in array], np.int64)
        pairs.add(group.encode_pairs(first, second))
    codes = pairs.codes()
    assert as_set(codes) == expected
    assert np.all(codes[1:] > codes[:-1])


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2**31 - 1), st.integers(0, 2**31 - 1)), max_size=20))
def test_codes_decode_to_the_pair_in_order(pairs):
    first = np.array([p[0] for p in pairs], np.int64)
    second = np.array([p[1] for p in pairs], np.int64)
    decoded = group.decode_pairs(group.encode_pairs(first, second))
    assert [tuple(row) for row in decoded.tolist()] == [(min(p), max(p)) for p in pairs]


@settings(deadline=None)
@given(key_sets, st.integers(1, 4), st.integers(2, 8), st.integers(1, 30), st.integers(1, 3))
def test_shared_pairs_count_common_keys_of_lists_that_are_not_too_long(
    sets, min_shared, max_bucket, block, parts
):
    frequency = defaultdict(int)
    for keys in sets:
        for key in keys:
            frequency[key] += 1
    usable = [{k for k in keys if frequency[k] <= max_bucket} for keys in sets]
    expected = {
        (i, j): len(usable[i] & usable[j])
        for i, j in combinations(range(len(sets)), 2)
        if len(usable[i] & usable[j]) >= min_shared
    }
    found = shared(sets, max_bucket=max_bucket, min_shared=min_shared, block=block, parts=parts)
    decoded = [tuple(pair) for pair in group.decode_pairs(found.pairs).tolist()]
    assert decoded == sorted(expected)
    assert found.shared.tolist() == [expected[pair] for pair in decoded]


@settings(deadline=None)
@given(key_sets, st.integers(0, 8))
def test_long_lists_are_counted_when_dropped(sets, max_bucket):
    frequency = defaultdict(int)
    for keys in sets:
        for key in keys:
            frequency[key] += 1
    long = [count for count in frequency.values() if count > max(max_bucket, 1)]
    index = inverted(sets, max_bucket)
    assert (index.dropped_lists, index.dropped_postings) == (len(long), sum(long))


@settings(deadline=None)
@given(key_sets, st.integers(1, 3), st.integers(1, 4), st.integers(1, 30))
def test_each_document_keeps_its_best_candidates_with_ties_by_number(sets, minimum, cap, block):
    expected = set()
    dropped = 0
    for i, mine in enumerate(sets):
        others = [(-len(mine & other), j) for j, other in enumerate(sets) if j != i]
        ranked = sorted(other for other in others if -other[0] >= minimum)
        dropped += max(0, len(ranked) - cap)
        expected |= {(min(i, j), max(i, j)) for _, j in ranked[:cap]}
    found = shared(sets, min_shared=minimum, max_candidates=cap, block=block)
    assert as_set(found.pairs) == expected
    assert found.dropped == dropped
