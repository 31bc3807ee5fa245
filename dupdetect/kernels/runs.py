"""Shingles that two texts share: how many, and in which runs of words."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import kernel

#: A verbatim run is at least this many shared shingles in a row (five words for 3-word shingles).
MIN_RUN = 3

#: Size of the table by low bits: some tens of shared keys fill a hundredth of it; it fits in L1.
MARKS = 4096
_LOW = np.uint32(MARKS - 1)

_IN_QUOTE = 64


@kernel
def shared_keys(
    a: NDArray[np.uint32],
    i: int,
    last_i: int,
    j: int,
    last_j: int,
    out: NDArray[np.uint32],
    marks: NDArray[np.bool_],
) -> int:
    """Keys that two sorted ranges of unique keys share: into ``out``, sorted; returns how many.

    ``marks bool[MARKS]`` (all False before) says for each key's low bits whether a shared key has
    them, so that :func:`mark_runs` turns most keys away at once; :func:`unmark` clears it.
    ``out`` has one place more than the shorter range. No branch depends on the keys' order: half
    of them would be guessed wrongly.
    """
    n = 0
    while i < last_i and j < last_j:
        x, y = a[i], a[j]
        out[n] = x
        n += x == y
        i += x <= y
        j += y <= x
    for t in range(n):
        marks[out[t] & _LOW] = True
    return n


@kernel
def unmark(keys: NDArray[np.uint32], n: int, marks: NDArray[np.bool_]) -> None:
    """Clears what :func:`shared_keys` marked."""
    for t in range(n):
        marks[keys[t] & _LOW] = False


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
    shared: NDArray[np.uint32],
    n_shared: int,
    marks: NDArray[np.bool_],
    size: int,
    flags: NDArray[np.uint8],
    first_word: int,
    in_run: NDArray[np.bool_],
) -> tuple[int, int, int]:
    """Marks the words of a text that stand in runs of shared shingles.

    ``shingles[first:last]`` are in text order; ``shared`` and ``marks`` are what
    :func:`shared_keys` found in it and the other text. Returns the number of marked words, of
    those outside quotation marks, and the longest run in words; ``in_run`` (all False before)
    holds the marks by word, ``flags[first_word:]`` the words' flags.
    """
    n = last - first
    words, own, longest, run, done = 0, 0, 0, 0, 0
    for i in range(n + 1):
        if i < n and marks[shingles[first + i] & _LOW]:
            if contains(shared, 0, n_shared, shingles[first + i]):
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
