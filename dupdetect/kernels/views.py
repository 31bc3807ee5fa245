"""Anchor views: a document's anchors in one alphabet, sorted by key, and its anchor pairs.

Two anchors that stand close together make a pair: a shingle over the words that survive
rewording. A text keeps its pairs when it is spun, condensed or translated; two reporters who
write of one event share the anchors but few of the pairs.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import inlined, kernel
from dupdetect.kernels.hashsort import order_hashes, sort_hashes
from dupdetect.kernels.mix import mix64

#: An anchor view: offsets, key, weight, kind, sentence, token.
ViewArrays = tuple[
    NDArray[np.int64],
    NDArray[np.uint32],
    NDArray[np.float32],
    NDArray[np.uint8],
    NDArray[np.int32],
    NDArray[np.int32],
]

#: How strongly the sample of pairs prefers rare ones. With 3, 256 keys of a document reach the
#: recall that 384 unweighted ones do, at half the candidates.
SAMPLE_POWER = 3.0
#: Anchor weight = (7 - Zipf) / 4, at least 0.2: a word ten times rarer counts 0.25 more.
_TOP_ZIPF, _SCALE, _LEAST = 7.0, 4.0, 0.2


@kernel
def anchor_weight(zipf: int) -> float:
    """Weight of an anchor by its background Zipf frequency (times 20)."""
    return max((_TOP_ZIPF - zipf / 20.0) / _SCALE, _LEAST)


@kernel
def build_view(
    anchor_doc: NDArray[np.int64],
    keys: NDArray[np.uint32],
    zipf: NDArray[np.uint8],
    kind: NDArray[np.uint8],
    sentence: NDArray[np.int32],
    token: NDArray[np.int32],
) -> ViewArrays:
    """One alphabet's anchors, sorted by (key, place) inside each document.

    Anchors with Zipf 255 are not in this alphabet. Returns ``view_doc`` (n + 1 offsets), key,
    weight, kind, sentence, token.
    """
    n_docs = anchor_doc.size - 1
    view_doc = np.zeros(n_docs + 1, np.int64)
    packed = np.empty(keys.size + 1, np.uint64)
    n = np.uint64(0)
    for d in range(n_docs):
        first = anchor_doc[d]
        for i in range(first, anchor_doc[d + 1]):
            packed[n] = (np.uint64(keys[i]) << np.uint64(32)) | np.uint64(i - first)
            n += np.uint64(zipf[i] != 255)
        view_doc[d + 1] = n
    out_key, out_weight = np.empty(n, np.uint32), np.empty(n, np.float32)
    out_kind = np.empty(n, np.uint8)
    out_sentence, out_token = np.empty(n, np.int32), np.empty(n, np.int32)
    for d in range(n_docs):
        ordered = sort_hashes(packed[view_doc[d] : view_doc[d + 1]])
        for j in range(ordered.size):
            i = anchor_doc[d] + np.int64(ordered[j] & np.uint64(0xFFFFFFFF))
            n = np.uint64(view_doc[d] + j)
            out_key[n] = np.uint32(ordered[j] >> np.uint64(32))
            out_weight[n] = anchor_weight(int(zipf[i]))
            out_kind[n] = kind[i]
            out_sentence[n] = sentence[i]
            out_token[n] = token[i]
    return view_doc, out_key, out_weight, out_kind, out_sentence, out_token


@kernel
def anchor_pairs(
    anchor_doc: NDArray[np.int64],
    keys: NDArray[np.uint32],
    zipf: NDArray[np.uint8],
    window: int,
) -> tuple[NDArray[np.int64], NDArray[np.uint64], NDArray[np.float32]]:
    """All pairs of different anchors at most ``window`` anchors apart, unique per document.

    A pair has no order, so that "Scholz met Macron" and "Macron met Scholz" agree. Returns
    ``pair_doc`` (n + 1 offsets), 64-bit key (sorted inside a document) and the pair's weight (the
    product of its anchors' weights, the largest where the pair stands in several places).
    """
    n_docs = anchor_doc.size - 1
    pair_doc = np.zeros(n_docs + 1, np.int64)
    bound = 0
    for d in range(n_docs):
        bound += (anchor_doc[d + 1] - anchor_doc[d]) * window
    out_key = np.empty(bound, np.uint64)
    out_weight = np.empty(bound, np.float32)
    n = 0
    for d in range(n_docs):
        first, last = anchor_doc[d], anchor_doc[d + 1]
        members = np.empty(last - first, np.int64)
        count = 0
        for i in range(first, last):
            if zipf[i] != 255:
                members[count] = i
                count += 1
        found = np.empty(count * window, np.uint64)
        weight = np.empty(count * window, np.float32)
        m = 0
        for x in range(count):
            i = members[x]
            for y in range(x + 1, min(x + 1 + window, count)):
                j = members[y]
                if keys[i] == keys[j]:
                    continue
                low, high = min(keys[i], keys[j]), max(keys[i], keys[j])
                found[m] = mix64((np.uint64(low) << np.uint64(32)) | np.uint64(high))
                weight[m] = anchor_weight(int(zipf[i])) * anchor_weight(int(zipf[j]))
                m += 1
        order = order_hashes(found[:m])
        previous = np.uint64(0)
        for t in range(m):
            key = found[order[t]]
            if t > 0 and key == previous:
                out_weight[n - 1] = max(out_weight[n - 1], weight[order[t]])
                continue
            previous = key
            out_key[n] = key
            out_weight[n] = weight[order[t]]
            n += 1
        pair_doc[d + 1] = n
    return pair_doc, out_key[:n].copy(), out_weight[:n].copy()


@inlined
def chance_of(key: np.uint64) -> float:
    """A hash of a pair's key, above 0 and at most 1."""
    z = mix64(key ^ np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(11)
    return float((np.float64(z) + 0.5) / 9007199254740992.0)


@inlined
def rank_of(key: np.uint64, weight: np.float32, power: float) -> float:
    """The rank of a pair in a weighted sample: see :func:`sample_pairs`."""
    w = np.float64(weight)
    raised = w * w * w if power == 3.0 else w**power
    return float(-np.log(chance_of(key)) / raised)


@kernel
def sample_pairs(
    pair_doc: NDArray[np.int64],
    pair_key: NDArray[np.uint64],
    pair_weight: NDArray[np.float32],
    keep: int,
    power: float = SAMPLE_POWER,
) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
    """A coordinated weighted sample: the ``keep`` pairs of smallest rank -ln(u) / weight^power.

    u is a hash of the key (Cohen and Kaplan 2007, bottom-k sketches with exponential ranks), so
    that two documents keep the same pairs of those they share, the rarer ones first. Returns
    offsets and keys, sorted inside a document.
    """
    n_docs = pair_doc.size - 1
    key_doc = np.zeros(n_docs + 1, np.int64)
    out = np.empty(min(pair_key.size, n_docs * keep), np.uint64)
    n = 0
    for d in range(n_docs):
        first, last = pair_doc[d], pair_doc[d + 1]
        m = last - first
        if m <= keep:
            out[n : n + m] = pair_key[first:last]
            n += m
        else:
            rank = np.empty(m, np.float64)
            for i in range(m):
                rank[i] = rank_of(pair_key[first + i], pair_weight[first + i], power)
            limit = np.partition(rank, keep - 1)[keep - 1]
            taken = 0
            for i in range(m):
                if rank[i] <= limit and taken < keep:
                    out[n + taken] = pair_key[first + i]
                    taken += 1
            n += taken
        key_doc[d + 1] = n
    return key_doc, out[:n].copy()
