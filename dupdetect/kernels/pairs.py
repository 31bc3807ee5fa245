"""The index keys of a document: a sample of its anchor pairs, without making all of them first.

The same keys as those of :func:`~dupdetect.kernels.views.sample_pairs` of
:func:`~dupdetect.kernels.views.anchor_pairs`. A logarithm and a comparison that a processor cannot
guess for each of a thousand pairs are most of that time. Here ranks are first made nearly right, of
many pairs at once, which tells those that are surely in the sample, and those that are surely not;
what lies too close to the border to tell is ranked as it is there.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import inlined, kernel
from dupdetect.kernels.hashsort import order_hashes
from dupdetect.kernels.mix import mix64
from dupdetect.kernels.views import SAMPLE_POWER, anchor_weight, chance_of, rank_of

U8 = NDArray[np.uint8]
U32 = NDArray[np.uint32]
U64 = NDArray[np.uint64]
I64 = NDArray[np.int64]
F32 = NDArray[np.float32]
F64 = NDArray[np.float64]

_NONE = 255
_LN_2 = 0.6931471805599453
#: Ranks are told apart by the bits of a float32, which rise with it.
_TOP_BIT = 30
_INFINITE = 0x7F800000
#: Last bits of a border that are not looked for, among all pairs and among those that are left.
_COARSE, _FINE = 16, 8
#: A nearly right rank is less than this many float32 steps from the true one (its own error is one
#: step, that of the logarithm below a hundredth of one).
_MARGIN = 64


class _Pairs(NamedTuple):
    """The pairs of one document: key, weight, u, the near rank."""

    key: U64
    weight: F32
    chance: F64
    rank: F32


class _Chosen(NamedTuple):
    """Different pairs by key: key, weight and near rank of the rarest place."""

    key: U64
    weight: F32
    rank: U32


@kernel
def pair_keys(anchor_doc: I64, keys: U32, zipf: U8, window: int, keep: int) -> tuple[I64, U64]:
    """The ``keep`` anchor pairs of smallest rank of each document: offsets and keys, sorted inside
    a document."""
    n_docs = anchor_doc.size - 1
    key_doc = np.zeros(n_docs + 1, np.int64)
    most = bound = 0
    for d in range(n_docs):
        count = 0
        for i in range(anchor_doc[d], anchor_doc[d + 1]):
            count += zipf[i] != _NONE
        most = max(most, count)
        bound += min(keep, count * window)
    out = np.empty(bound, np.uint64)
    members, weights = np.empty(most + 1, np.uint32), np.empty(most + 1, np.float64)
    size = most * window
    pairs = _Pairs(
        np.empty(size, np.uint64), np.empty(size, np.float32), np.empty(size, np.float64),
        np.empty(size, np.float32),
    )  # fmt: skip
    n = 0
    for d in range(n_docs):
        first, last = anchor_doc[d], anchor_doc[d + 1]
        count = _members(keys[first:last], zipf[first:last], members, weights)
        m = _make_pairs(members[:count], weights[:count], window, pairs)
        n += _sample(pairs, m, keep, out[n:])
        key_doc[d + 1] = n
    return key_doc, out[:n].copy()


@kernel
def _members(keys: U32, zipf: U8, members: U32, weights: F64) -> int:
    """Writes key and weight of the anchors that are in the alphabet; returns how many."""
    count = np.uint64(0)
    for i in range(keys.size):
        members[count] = keys[i]
        weights[count] = anchor_weight(int(zipf[i]))
        count += np.uint64(zipf[i] != _NONE)
    return int(count)


@kernel
def _make_pairs(members: U32, weights: F64, window: int, pairs: _Pairs) -> int:
    """Writes all pairs, those of one anchor with itself with an infinite rank; returns how many."""
    key, weight, chance, rank = pairs
    m = 0
    for apart in range(1, min(window, members.size - 1) + 1):
        here, there = members[:-apart], members[apart:]
        left, right = weights[:-apart], weights[apart:]
        for i in range(here.size):
            low, high = min(here[i], there[i]), max(here[i], there[i])
            key[m + i] = np.uint64(low) << np.uint64(32) | np.uint64(high)
            weight[m + i] = left[i] * right[i]
        m += here.size
    for i in range(m):
        pair = key[i]
        chance[i] = 2.0 if pair >> np.uint64(32) == pair & np.uint64(0xFFFFFFFF) else 0.0
        key[i] = mix64(pair)
        chance[i] += chance_of(key[i])
    bits = chance.view(np.uint64)
    for i in range(m):
        near = near_rank(bits[i], np.float64(weight[i]))
        rank[i] = near if chance[i] < 2.0 else np.inf
    return m


@inlined
def near_rank(u: np.uint64, weight: float) -> float:
    """-ln(u) / weight^3 of the bits of a float64 below 1.

    u is 2^e (1 + f); ln(1 + f) = 2 artanh(f / (2 + f)), for f near 1 with that of (1 + f) / 2. The
    series to s^9 is right to 2e-9 of it.
    """
    e = np.float64(np.int64(u >> np.uint64(52)) - 1023)
    f = np.float64(u & np.uint64(0xFFFFFFFFFFFFF)) * (1.0 / 4503599627370496.0)
    upper = f > 0.41
    above, below = (f - 1.0 if upper else f), (f + 3.0 if upper else f + 2.0)
    e = e + 1.0 if upper else e
    s = np.divide(above, below)  # a plain one looks for zeros first, and takes pairs one by one
    q = s * s
    series = 1.0 + q * (1 / 3 + q * (1 / 5 + q * (1 / 7 + q * (1 / 9))))
    return float(np.divide(0.0 - (e * _LN_2 + 2.0 * s * series), weight * weight * weight))


@kernel
def _sample(pairs: _Pairs, m: int, keep: int, out: U64) -> int:
    """Writes the keys of smallest rank in order; returns how many."""
    rank = pairs.rank[:m].view(np.uint32)
    possible = _below(rank, _INFINITE)
    wanted = keep + keep // 4  # since a pair may stand in several places
    while True:
        border = _INFINITE - 1
        if wanted < possible:
            border = _border(rank, wanted, _COARSE) | ((1 << _COARSE) - 1)
        chosen = _choose(pairs, rank, border)
        if chosen.key.size >= keep or wanted >= possible:
            break
        wanted += wanted * keep // max(chosen.key.size, 1) * 3 // 2
    if chosen.key.size <= keep:
        out[: chosen.key.size] = chosen.key
        return chosen.key.size
    return _smallest(chosen, keep, out)


@kernel
def _below(rank: U32, border: int) -> int:
    """How many ranks are below a border."""
    count, limit = np.uint32(0), np.uint32(border)
    for i in range(rank.size):
        count = np.uint32(count + np.uint32(rank[i] < limit))
    return int(count)


@kernel
def _border(rank: U32, wanted: int, coarse: int) -> int:
    """The rank that ``wanted`` ranks are not above, but for its last ``coarse`` bits."""
    border = 0
    for bit in range(_TOP_BIT, coarse - 1, -1):
        if _below(rank, border | 1 << bit) < wanted:
            border |= 1 << bit
    return border


@kernel
def _choose(pairs: _Pairs, rank: U32, border: int) -> _Chosen:
    """The different pairs whose rank is not above a border, by key."""
    all_keys, all_weights, _, _ = pairs
    places, found = np.empty(rank.size + 1, np.int64), np.empty(rank.size + 1, np.uint64)
    count = np.uint64(0)
    for i in range(rank.size):
        places[count], found[count] = i, all_keys[i]
        count += np.uint64(rank[i] <= np.uint32(border))
    key, weight = np.empty(count, np.uint64), np.empty(count, np.float32)
    least = np.empty(count, np.uint32)
    n, w, r = np.uint64(0), np.float32(0.0), np.uint32(0)
    order = order_hashes(found[:count])
    for k in range(count):
        at = places[order[k]]
        same = (k > 0) & (found[order[k]] == found[order[k - 1]])
        w = max(w, all_weights[at]) if same else all_weights[at]
        r = min(r, rank[at]) if same else rank[at]
        n -= np.uint64(same)
        key[n], weight[n], least[n] = all_keys[at], w, r
        n += np.uint64(1)
    return _Chosen(key[:n], weight[:n], least[:n])


@kernel
def _smallest(chosen: _Chosen, keep: int, out: U64) -> int:
    """Writes ``keep`` of the chosen pairs, which are more, those of smallest rank; returns it."""
    key, weight, rank = chosen
    border = _border(rank, keep, _FINE)
    surely, perhaps = max(border - _MARGIN, 0), border + (1 << _FINE) + _MARGIN
    limit = np.inf
    missing = keep - _below(rank, surely)
    doubtful = np.empty(rank.size, np.float64)
    n = 0
    for i in range(rank.size):
        if surely <= rank[i] < perhaps:
            doubtful[n] = rank_of(key[i], weight[i], SAMPLE_POWER)
            n += 1
    if n > missing:
        limit = np.sort(doubtful[:n])[missing - 1]
    taken = n = 0
    for i in range(rank.size):
        kept = rank[i] < surely
        if surely <= rank[i] < perhaps:
            kept = doubtful[n] <= limit
            n += 1
        if kept and taken < keep:
            out[taken] = key[i]
            taken += 1
    return taken
