"""Several arrays in one, so that a kernel has one to be handed and one to give back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import inlined

U8 = NDArray[np.uint8]

#: Bytes of a pack that say where each of up to 32 arrays begins and ends, and multiples of which
#: they begin at.
HEADER, ALIGNED = 512, 64


def pack(arrays: Sequence[NDArray[Any]]) -> U8:
    """Several arrays in one; see :func:`part_of`."""
    head, content, at = np.zeros(HEADER // 8, np.int64), [], HEADER
    for i, array in enumerate(arrays):
        gap = -array.nbytes % ALIGNED
        head[2 * i], head[2 * i + 1] = at, at + array.nbytes
        flat = np.ascontiguousarray(array).reshape(-1)
        content += [flat.view(np.uint8), np.zeros(gap, np.uint8)]
        at += array.nbytes + gap
    return np.concatenate([head.view(np.uint8), *content])


def part_places(packed: U8, n: int) -> list[tuple[int, int]]:
    """Where the first n arrays of a pack begin and end."""
    at = packed[: 16 * n].view(np.int64).tolist()
    return list(zip(at[::2], at[1::2], strict=True))


@inlined
def part_of(packed: U8, i: int) -> U8:
    """The bytes of array ``i`` of a pack, where they lie."""
    at = packed[:HEADER].view(np.int64)
    return packed[at[2 * i] : at[2 * i + 1]]
