"""Rows of different lengths copied out of one flat array into another."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import kernel


@kernel
def copy_slices(
    source: NDArray[np.uint8],
    begin: NDArray[np.int64],
    target: NDArray[np.uint8],
    start: NDArray[np.int64],
    width: int,
) -> None:
    """Fills ``target`` with rows of ``source``, both as bytes of items of ``width`` bytes.

    Row i comes from item ``begin[i]`` on and becomes the items ``start[i]`` to ``start[i + 1]``.
    """
    for i in range(begin.size):
        size = (start[i + 1] - start[i]) * width
        # Slices: an index that counts from zero leaves nothing to check, and bytes go in blocks.
        row = source[begin[i] * width : begin[i] * width + size]
        copy = target[start[i] * width : start[i] * width + size]
        for k in range(size):
            copy[k] = row[k]
