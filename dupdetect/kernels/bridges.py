"""Bridges of a graph of matches: nodes whose neighbours fall into groups that know nothing of each
other."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import kernel

I64 = NDArray[np.int64]


@kernel
def groups_around(start: I64, neighbour: I64, close: NDArray[Any], degree: I64, wanted: I64) -> I64:
    """int64[len(wanted)]: into how many groups the neighbours of each wanted node fall.

    The neighbours of node i are ``neighbour[start[i]:start[i + 1]]``, ascending; ``close`` (bool,
    in the same order) marks those that are alike by themselves and so make one group. Two others
    are in one group when they are neighbours, also by way of further neighbours of the node. Groups
    of two and more count; where there is none, the single ones that have more neighbours
    (``degree`` of two and more).

    Breadth first over what is left of the neighbours: each one looks at its own neighbours or at
    those left, whichever are fewer. So dense parts are done at once and leaves cost nothing.
    """
    found = np.zeros(len(wanted), np.int64)
    for at in range(len(wanted)):
        begin, end = start[wanted[at]], start[wanted[at] + 1]
        count = end - begin
        if count < 2:
            continue
        own = neighbour[begin:end]
        # Places of the neighbours: those left are order[:left], those of the group order[left:].
        order, place = np.arange(count), np.arange(count)
        left, single, first = count, 0, True
        while left:
            top = left
            if first:
                for i in range(count):
                    if close[begin + i]:
                        left = _take(order, place, i, left)
                first = False
            if left == top:
                left = _take(order, place, order[left - 1], left)
            size = top - left
            todo = top
            while todo > left:
                todo -= 1
                before = left
                left = _reach(start, neighbour, own, order, place, own[order[todo]], left)
                size += before - left
                # What was reached lies below the part that is done: go on with all of it.
            if size > 1:
                found[at] += 1
            elif degree[own[order[left]]] > 1:
                single += 1
        if found[at] == 0:
            found[at] = single
    return found


@kernel
def _reach(
    start: I64, neighbour: I64, own: I64, order: I64, place: I64, node: int, left: int
) -> int:
    """Takes those that are left and neighbours of ``node``; how many are left then."""
    theirs = neighbour[start[node] : start[node + 1]]
    if len(theirs) <= left:
        for k in range(len(theirs)):
            i = np.searchsorted(own, theirs[k])
            if i < len(own) and own[i] == theirs[k] and place[i] < left:
                left = _take(order, place, i, left)
        return left
    at = left - 1
    while at >= 0:
        other = own[order[at]]
        k = np.searchsorted(theirs, other)
        if k < len(theirs) and theirs[k] == other:
            left = _take(order, place, order[at], left)
        at -= 1
    return left


@kernel
def _take(order: I64, place: I64, item: int, left: int) -> int:
    """Moves an item out of those left, by swapping it with the last of them."""
    last = order[left - 1]
    at = place[item]
    order[at], order[left - 1] = last, item
    place[last], place[item] = at, left - 1
    return left - 1
