"""Candidates of a document: which documents share most with it, and which are worth verifying."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import carray, inlined, kernel
from dupdetect.kernels.compact import _get_key
from dupdetect.kernels.mix import mix64
from dupdetect.kernels.order import stable_order
from dupdetect.kernels.postings import bytes_at

U8 = NDArray[np.uint8]
U32 = NDArray[np.uint32]
I64 = NDArray[np.int64]

#: Where a record says its language, the bytes of its metadata and of its sketch; what follows.
LANGUAGE, META, SKETCH, HEAD = 1, 7, 11, 19


class Least(NamedTuple):
    """What a document must share with another to be worth verifying.

    In one language the share of anchors plus ``shingles`` times that of shingles must be ``same``,
    or the share of shingles alone ``alone``: pages of furniture have no anchors. Across languages
    the share of anchors must be ``across``.
    """

    shingles: float
    same: float
    alone: float
    across: float


@inlined
def _start(number: np.int64, mask: int) -> int:
    return int(np.int64(mix64(np.uint64(number)) & np.uint64(mask)))


@kernel
def count_shared_lists(
    bands: I64, keys: I64, key_start: I64, key_sizes: I64, max_bucket: int, min_shared: int
) -> tuple[I64, I64, I64]:
    """Documents that share a band, or ``min_shared`` keys, and how many of each they share.

    ``bands`` and ``keys`` are the documents of both lookups; the lists of more than ``max_bucket``
    documents among the keys' are left out. In the order of the documents' numbers.
    """
    size = 16
    while size < 2 * (bands.size + keys.size):
        size *= 2
    table = np.zeros(size, np.int64)
    in_bands, in_keys = np.zeros(size, np.int32), np.zeros(size, np.int32)
    mask = size - 1
    for i in range(bands.size):
        at = _start(bands[i], mask)
        while table[at] != 0 and table[at] != bands[i]:
            at = (at + 1) & mask
        table[at] = bands[i]
        in_bands[at] += 1
    for k in range(key_sizes.size):
        if key_sizes[k] > max_bucket:
            continue
        for i in range(key_start[k], key_start[k + 1]):
            at = _start(keys[i], mask)
            while table[at] != 0 and table[at] != keys[i]:
                at = (at + 1) & mask
            table[at] = keys[i]
            in_keys[at] += 1
    n = 0
    for at in range(size):
        if table[at] != 0 and (in_bands[at] > 0 or in_keys[at] >= min_shared):
            n += 1
    numbers = np.empty(n, np.int64)
    n = 0
    for at in range(size):
        if table[at] != 0 and (in_bands[at] > 0 or in_keys[at] >= min_shared):
            numbers[n] = table[at]
            n += 1
    numbers.sort()
    shared_bands, shared_keys = np.empty(n, np.int64), np.empty(n, np.int64)
    for i in range(n):
        at = _start(numbers[i], mask)
        while table[at] != numbers[i]:
            at = (at + 1) & mask
        shared_bands[i], shared_keys[i] = in_bands[at], in_keys[at]
    return numbers, shared_bands, shared_keys


@kernel
def gather(begin: I64, end_of: I64) -> tuple[U8, I64, I64, int]:
    """Packed sketches of records in memory, one behind the other, and what verification asks of
    them besides: uint8[:], int64[n + 1] where each begins, int64[n] languages as :func:`look` takes
    them. The last value is 0, or 1 + the first record that is malformed."""
    n = begin.size
    place, language, from_ = np.zeros(n + 1, np.int64), np.zeros(n, np.int64), np.zeros(n, np.int64)
    for d in range(n):
        size = end_of[d] - begin[d]
        if size < HEAD:
            return np.empty(0, np.uint8), place, language, 1 + d
        data = carray(bytes_at(begin[d]), (size,))
        language[d] = np.int64(data[LANGUAGE]) | np.int64(data[LANGUAGE + 1]) << 8
        from_[d] = HEAD + np.int64(_get_key(data, META))
        length = np.int64(_get_key(data, SKETCH))
        if from_[d] + length > size:
            return np.empty(0, np.uint8), place, language, 1 + d
        place[d + 1] = place[d] + length
    out = np.empty(place[n], np.uint8)
    for d in range(n):
        data = carray(bytes_at(begin[d]), (end_of[d] - begin[d],))
        theirs, here = data[from_[d] :], out[place[d] : place[d + 1]]
        for i in range(here.size):  # several times faster than an assignment
            here[i] = theirs[i]
    return out, place, language, 0


@kernel
def strongest(bands: I64, keys: I64, n_bands: int, n_keys: int, most: int) -> I64:
    """Places of the ``most`` documents with the largest share of bands plus share of keys, of those
    that ``bands`` and ``keys`` say of each; equal ones in their order."""
    strength = np.empty(bands.size, np.float64)
    for i in range(bands.size):
        strength[i] = -(bands[i] / max(n_bands, 1) + keys[i] / max(n_keys, 1))
    return stable_order(strength)[:most]


@kernel
def worth(looks: NDArray[np.float32], least: Least) -> I64:
    """Rows of :func:`look` that show enough in common, the most alike first, int64[:]."""
    chosen = np.empty(looks.shape[0], np.int64)
    alike = np.empty(looks.shape[0], np.float64)
    n = 0
    for i in range(looks.shape[0]):
        anchors, shingles = looks[i, 1], looks[i, 2]
        degree = max((anchors + least.shingles * shingles) / least.same, shingles / least.alone)
        if looks[i, 0] > 0:
            degree = anchors / least.across
        if degree >= 1.0:
            chosen[n], alike[n] = i, -degree
            n += 1
    return chosen[:n][stable_order(alike[:n])]
