"""One query of an embedded index in one call: both views of all segments and recent documents."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import kernel
from dupdetect.kernels.likely import count_shared_lists
from dupdetect.kernels.postings import hash_keys, lookup
from dupdetect.kernels.recent import join, walk

U64 = NDArray[np.uint64]
I64 = NDArray[np.int64]
I32 = NDArray[np.int32]
U8 = NDArray[np.uint8]


class Lists(NamedTuple):
    """Lists of recent documents (see ``kernels.recent``): those from ``base`` to ``limit``."""

    keys: U64
    first: I32
    number: I32
    following: I32
    base: int
    limit: int


@kernel
def _found(table: I64, hashes: U64, cap: int, dead: U8, recent: Lists, view: int
           ) -> tuple[I64, I64, I64, int]:  # fmt: skip
    n = hashes.size
    numbers = np.empty(n * cap, np.int64)
    start, sizes = np.zeros(n + 1, np.int64), np.zeros(n, np.int64)
    status = lookup(table, hashes, cap, dead, numbers, start, sizes)
    if status != 0 or recent.base >= recent.limit:
        return numbers, start, sizes, status
    late, late_start, late_sizes = (
        np.empty(n * cap, np.int64), np.zeros(n + 1, np.int64), np.zeros(n, np.int64)
    )  # fmt: skip
    tagged = np.empty(n, np.uint64)
    for i in range(n):
        tagged[i] = (hashes[i] << np.uint64(2)) + np.uint64(view + 1)
    walk(
        recent.keys, recent.first, recent.number, recent.following, tagged, recent.base,
        recent.limit, cap, dead, late, late_start, late_sizes,
    )  # fmt: skip
    numbers, start, sizes = join(n, cap, numbers, start, sizes, late, late_start, late_sizes)
    return numbers, start, sizes, 0


@kernel
def shared_documents(
    band_table: I64, key_table: I64, bands: U64, keys: U64, band_cap: int, key_cap: int,
    min_shared: int, dead: U8, recent: Lists, views: tuple[int, int],
) -> tuple[I64, I64, I64, int, int]:  # fmt: skip
    """Documents with what they share, as ``kernels.likely.count_shared_lists`` says, and how many
    lists were longer than their cap.

    The last value is 0, or 1 + the row of a segment that is malformed.
    """
    none = np.empty(0, np.int64)
    in_bands, band_start, band_sizes, status = _found(
        band_table, hash_keys(bands), band_cap, dead, recent, views[0]
    )
    if status != 0:
        return none, none, none, 0, status
    in_lists, start, sizes, status = _found(
        key_table, hash_keys(keys), key_cap, dead, recent, views[1]
    )
    if status != 0:
        return none, none, none, 0, status
    cut = 0
    for i in range(band_sizes.size):
        cut += band_sizes[i] > band_cap
    for i in range(sizes.size):
        cut += sizes[i] > key_cap
    numbers, by_band, by_key = count_shared_lists(
        in_bands[: band_start[bands.size]], in_lists, start, sizes, key_cap, min_shared
    )
    return numbers, by_band, by_key, cut, 0
