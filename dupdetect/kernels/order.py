"""Sorting small arrays inside kernels.

As numpy's, which in numba takes a second to compile for each kind of items, since it is recursive.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import kernel

#: Items that are sorted by insertion before they are merged, as numba's and Python's sorts do.
_RUN = 16


@kernel
def stable_order(values: NDArray[Any]) -> NDArray[np.int64]:
    """The places of ``values``, none of which is NaN, in their order; equal ones stay in theirs.

    ``np.argsort(values, kind="stable")``: a merge sort from below, int64[n].
    """
    n = values.size
    order, merged = np.empty(n, np.int64), np.empty(n, np.int64)
    for i in range(n):
        at, value = i, values[i]
        first = i - i % _RUN
        while at > first and value < values[order[at - 1]]:
            order[at] = order[at - 1]
            at -= 1
        order[at] = i
    width = _RUN
    while width < n:
        _merge(values, order, width, merged)
        order, merged = merged, order
        width *= 2
    return order


@kernel
def _merge(
    values: NDArray[Any], order: NDArray[np.int64], width: int, out: NDArray[np.int64]
) -> None:
    """Runs of ``width`` places in order become runs of twice as many."""
    n = order.size
    for begin in range(0, n, 2 * width):
        middle, end = min(begin + width, n), min(begin + 2 * width, n)
        i, j = begin, middle
        for at in range(begin, end):
            if i < middle and (j >= end or not values[order[j]] < values[order[i]]):
                out[at] = order[i]
                i += 1
            else:
                out[at] = order[j]
                j += 1
