"""Shingles that two texts share: how many, and in which runs of words.

The shingles of one text are laid into a table; those of the other that a smaller table of marks
does not turn away (one in twenty of what is not shared stays) are looked up in it. No loop over all
shingles has a branch that depends on them: what is shared is anyone's guess.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import inlined, kernel

U8 = NDArray[np.uint8]
U32 = NDArray[np.uint32]
U64 = NDArray[np.uint64]
I32 = NDArray[np.int32]

#: A verbatim run is at least this many shared shingles in a row (five words for 3-word shingles).
MIN_RUN = 3

#: Marks by low bits: they fit in L1 beside the table.
_MARKS = 1 << 13
_LOW = np.uint32(_MARKS - 1)
_TAKEN = np.uint64(1 << 32)

_IN_QUOTE = 64


class Laid(NamedTuple):
    """The shingles of a text, with room for longer ones.

    ``table`` holds keys with a bit that says that there is one (0: none), of it as much as is at
    least twice the shingles is used; ``times`` when each was last found in another text; ``slots``
    where the text's shingles are in it; ``marks`` the low bits that they have.
    """

    table: U64
    times: I32
    slots: I32
    marks: U8


@kernel
def room_for(shingles: int) -> Laid:
    """Room for a text of so many shingles."""
    size = _size(shingles)
    return Laid(
        np.empty(size, np.uint64), np.zeros(size, np.int32), np.empty(shingles + 1, np.int32),
        np.empty(_MARKS, np.uint8),
    )  # fmt: skip


@inlined
def _size(shingles: int) -> int:
    size = 16
    while size < 2 * shingles:
        size *= 2
    return size


@inlined
def _slot(table: U64, mask: np.uint32, key: np.uint32) -> int:
    """Where a key is or belongs. One branch, hardly ever taken: the product is 0 if the place is
    free or has the key, and else below 2^65 and not 2^64."""
    value, at = _TAKEN | np.uint64(key), (key ^ (key >> np.uint32(15))) & mask
    while table[at] * (table[at] ^ value) != 0:
        at = (at + np.uint32(1)) & mask
    return int(np.int64(at))


@kernel
def lay(shingles: U32, first: int, last: int, laid: Laid) -> np.uint32:
    """Lays ``shingles[first:last]`` into the table; the mask of what is used of it."""
    size = _size(last - first)
    laid.table[:size] = 0
    laid.marks[:] = 0
    mask = np.uint32(size - 1)
    for i in range(last - first):
        key = shingles[first + i]
        slot = _slot(laid.table, mask, key)
        laid.table[slot] = _TAKEN | np.uint64(key)
        laid.slots[i] = slot
        laid.marks[key & _LOW] = 1
    return mask


@kernel
def different(shingles: U32, first: int, last: int, laid: Laid) -> int:
    """How many different ones there are in ``shingles[first:last]``; empties ``laid``."""
    size, n = _size(last - first), 0
    laid.table[:size] = 0
    mask = np.uint32(size - 1)
    for i in range(first, last):
        slot = _slot(laid.table, mask, shingles[i])
        n += laid.table[slot] == 0
        laid.table[slot] = _TAKEN | np.uint64(shingles[i])
    return n


@kernel
def shared_shingles(
    shingles: U32, first: int, last: int, laid: Laid, mask: np.uint32, time: int, places: I32
) -> tuple[int, int]:
    """Which of ``shingles[first:last]`` the laid text has: into ``places``, counted from ``first``.

    How many, and how many different ones; these are found at ``time`` (from 1 on, a new one for
    each text). ``places`` has one place more than there are shingles.
    """
    likely, n, different = 0, 0, 0
    for i in range(last - first):
        places[likely] = i
        likely += laid.marks[shingles[first + i] & _LOW]
    for j in range(likely):
        place = places[j]
        slot = _slot(laid.table, mask, shingles[first + place])
        places[n] = place
        shared = int(laid.table[slot] != 0)
        n += shared
        different += shared & (laid.times[slot] != time)
        laid.times[slot] = time
    return n, different


@kernel
def found_shingles(n: int, laid: Laid, time: int, places: I32) -> int:
    """Which of the laid text's ``n`` shingles were found at ``time``: into ``places``; how many."""
    found = 0
    for i in range(n):
        places[found] = i
        found += laid.times[laid.slots[i]] == time
    return found


@kernel
def mark_runs(
    places: I32, n: int, size: int, flags: U8, first_word: int, in_run: NDArray[np.bool_]
) -> tuple[int, int, int]:
    """Marks the words of a text that stand in runs of shared shingles.

    ``places[:n]`` are those of the shared shingles, ascending. Returns the number of marked words,
    of those outside quotation marks, and the longest run in words; ``in_run`` (all False before)
    holds the marks by word, ``flags[first_word:]`` the words' flags.
    """
    words, own, longest, done, j = 0, 0, 0, 0, 0
    while j < n:
        first = int(places[j])
        begin = j
        j += 1
        while j < n and places[j] == places[j - 1] + 1:
            j += 1
        run = j - begin
        if run >= MIN_RUN:
            end = int(first + run + size - 1)
            for t in range(max(first, done), end):
                in_run[t] = True
                words += 1
                own += flags[first_word + t] & _IN_QUOTE == 0
            done = end
            longest = max(longest, run + size - 1)
    return words, own, longest


@kernel
def unquoted(flags: U8, first: int, last: int) -> int:
    count = 0
    for t in range(first, last):
        count += 1 if flags[t] & _IN_QUOTE == 0 else 0
    return count


@kernel
def same_sequence(values: U32, i: int, last_i: int, j: int, last_j: int) -> bool:
    if last_i - i != last_j - j or last_i == i:
        return False
    for t in range(last_i - i):
        if values[i + t] != values[j + t]:
            return False
    return True
