"""The background frequencies as kernel-ready tables, loaded once."""

from __future__ import annotations

import functools
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dupdetect.data import load_arrays
from dupdetect.errors import ModelError
from dupdetect.kernels.tables import build_filter, build_table, pack_table


class Background(NamedTuple):
    """Tables of :mod:`dupdetect.kernels.tables`: stems and skeletons (Zipf times 20), packed, and
    number words (values), with a filter before them."""

    stems: NDArray[np.uint32]
    skeletons: NDArray[np.uint32]
    number_filter: NDArray[np.uint64]
    number_keys: NDArray[np.uint32]
    number_values: NDArray[np.uint8]


@functools.cache
def background() -> Background:
    """The shipped background table (see ``data/background.json`` for its source).

    Raises ModelError when it cannot be used.
    """
    stored = load_arrays("background.npz")
    numbers = stored["number_keys"]
    return Background(
        _packed(stored["stem_keys"], stored["stem_zipf"]),
        _packed(stored["skeleton_keys"], stored["skeleton_zipf"]),
        build_filter(numbers),
        *build_table(numbers, stored["number_values"], 1 << _bits(numbers)),
    )


def _packed(keys: NDArray[np.uint32], zipf: NDArray[np.uint8]) -> NDArray[np.uint32]:
    often = np.argsort(zipf, kind="stable")[::-1]
    table = pack_table(keys[often], zipf[often], _bits(keys))
    if not table.size:
        raise ModelError("the keys of the background table are too close together")
    return table


def _bits(keys: NDArray[np.uint32]) -> int:
    """Of the places of a table that is at least twice as large as its content."""
    return max(4, int(2 * keys.size - 1).bit_length())
