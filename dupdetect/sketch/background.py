"""The background frequencies as kernel-ready tables, loaded once."""

from __future__ import annotations

import functools
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dupdetect.data import load_arrays
from dupdetect.kernels.anchors import build_table


class Background(NamedTuple):
    """Open-addressing tables: stems, skeletons (Zipf times 20) and number words (values)."""

    stem_keys: NDArray[np.uint32]
    stem_zipf: NDArray[np.uint8]
    skeleton_keys: NDArray[np.uint32]
    skeleton_zipf: NDArray[np.uint8]
    number_keys: NDArray[np.uint32]
    number_values: NDArray[np.uint8]


@functools.cache
def background() -> Background:
    """The shipped background table (see ``data/background.json`` for its source)."""
    stored = load_arrays("background.npz")
    return Background(
        *_table(stored["stem_keys"], stored["stem_zipf"]),
        *_table(stored["skeleton_keys"], stored["skeleton_zipf"]),
        *_table(stored["number_keys"], stored["number_values"]),
    )


def _table(
    keys: NDArray[np.uint32], values: NDArray[np.uint8]
) -> tuple[NDArray[np.uint32], NDArray[np.uint8]]:
    size = 1 << max(4, int(2 * keys.size - 1).bit_length())
    return build_table(keys, values, size)
