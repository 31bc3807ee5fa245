"""How stores answer that have lists of documents, and documents by number, and no more than that.

Each is a method for such a store to take over: ``shared = shared_by_lists``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dupdetect.index.stores.base import Caps, Places, Shared, Store, placed
from dupdetect.kernels.likely import Least, count_shared_lists, strongest


def shared_by_lists(
    store: Store, bands: NDArray[np.uint64], keys: NDArray[np.uint64], caps: Caps
) -> Shared:
    """What :meth:`Store.shared` answers, from the lists of a store."""
    buckets = store.lookup("bands", bands, cap=caps.bands)
    lists = store.lookup("anchors", keys, cap=caps.keys)
    found = count_shared_lists(
        buckets.numbers, lists.numbers, lists.start, lists.sizes, caps.keys, caps.min_shared
    )
    cut = int((buckets.sizes > caps.bands).sum() + (lists.sizes > caps.keys).sum())
    return Shared(*found, cut)


def strongest_by_lists(
    store: Store, bands: NDArray[np.uint64], keys: NDArray[np.uint64], caps: Caps, most: int
) -> tuple[Places, int]:
    """What :meth:`Store.strongest` answers, from the lists of a store."""
    found = store.shared(bands, keys, caps)
    numbers = found.numbers
    if len(numbers) > most:
        numbers = numbers[strongest(found.bands, found.keys, len(bands), len(keys), most)]
    return store.places(numbers), found.cut


def likely_by_others(
    store: Store, sketch: NDArray[np.uint8], caps: Caps, most: int, language: int, least: Least
) -> None:
    """What :meth:`Store.likely` answers where records do not lie in memory."""


def places_by_number(store: Store, numbers: NDArray[np.int64]) -> Places:
    """What :meth:`Store.places` answers, from names and records."""
    listed = numbers.tolist()
    return placed(store.names(listed), store.records(listed))
