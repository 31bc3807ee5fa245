"""Shingles that two texts share: how many, and in which runs of words."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import kernel

#: A verbatim run is at least this many shared shingles in a row (five words for 3-word shingles).
MIN_RUN = 3

_IN_QUOTE = 64


@kernel
def count_shared(a: NDArray[np.uint32], i: int, last_i: int, j: int, last_j: int) -> int:
    """Number of keys that two sorted ranges of unique keys share."""
    shared = 0
    while i < last_i and j < last_j:
        if a[i] < a[j]:
            i += 1
        elif a[i] > a[j]:
            j += 1
        else:
            shared += 1
            i += 1
            j += 1
    return shared


@kernel
def contains(a: NDArray[np.uint32], first: int, last: int, key: np.uint32) -> bool:
    low, high = first, last
    while low < high:
        middle = (low + high) // 2
        if a[middle] < key:
            low = middle + 1
        else:
            high = middle
    return low < last and a[low] == key


@kernel
def mark_runs(
    shingles: NDArray[np.uint32],
    first: int,
    last: int,
    others: NDArray[np.uint32],
    other_first: int,
    other_last: int,
    size: int,
    flags: NDArray[np.uint8],
    first_word: int,
    in_run: NDArray[np.bool_],
) -> tuple[int, int, int]:
    """Marks the words of a text that stand in runs of shared shingles.

    ``shingles[first:last]`` are in text order, ``others[other_first:other_last]`` sorted. Returns
    the number of marked words, of those outside quotation marks, and the longest run in words;
    ``in_run`` (all False before) holds the marks by word, ``flags[first_word:]`` the words' flags.
    """
    n = last - first
    words, own, longest, run, done = 0, 0, 0, 0, 0
    for i in range(n + 1):
        if i < n and contains(others, other_first, other_last, shingles[first + i]):
            run += 1
            continue
        if run >= MIN_RUN:
            for t in range(max(i - run, done), i + size - 1):
                in_run[t] = True
                words += 1
                own += 1 if flags[first_word + t] & _IN_QUOTE == 0 else 0
            done = i + size - 1
            longest = max(longest, run + size - 1)
        run = 0
    return words, own, longest


@kernel
def unquoted(flags: NDArray[np.uint8], first: int, last: int) -> int:
    count = 0
    for t in range(first, last):
        count += 1 if flags[t] & _IN_QUOTE == 0 else 0
    return count


@kernel
def same_sequence(values: NDArray[np.uint32], i: int, last_i: int, j: int, last_j: int) -> bool:
    if last_i - i != last_j - j or last_i == i:
        return False
    for t in range(last_i - i):
        if values[i + t] != values[j + t]:
            return False
    return True
