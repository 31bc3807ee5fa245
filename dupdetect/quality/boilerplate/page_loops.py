"""The loops over the lines of pages that count as a site's, in numba."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import kernel

U8 = NDArray[np.uint8]
U32 = NDArray[np.uint32]
U64 = NDArray[np.uint64]
I64 = NDArray[np.int64]

#: Words of a line that make its key.
KEY_WORDS = 25
_PRIME = 0x9E3779B97F4A7C15


@kernel
def line_keys(word: U64, line: I64) -> U64:
    """A key of the first words of each line, in order; 0 for a line without words.

    ``word``: hashes of all words; ``line int64[n + 1]``: the first word of each line.
    """
    out = np.zeros(line.shape[0] - 1, np.uint64)
    for i in range(out.shape[0]):
        key, power = np.uint64(0), np.uint64(1)
        for j in range(line[i], min(line[i + 1], line[i] + KEY_WORDS)):
            key += (word[j] | np.uint64(1)) * power
            power *= np.uint64(_PRIME)
        out[i] = key ^ (key >> np.uint64(29))
    return out


@kernel
def page_lines(
    word: U64, line: I64, begin: I64, end: I64, hidden: U8, max_words: int, most: int, longest: int
) -> tuple[U32, I64, U32]:
    """The lines of pages by which their site knows them.

    Page i has lines ``begin[i]`` to ``end[i]``. Returns 24 bits of the keys of its short lines,
    each once, the first and last lines first and ``hidden`` ones after all others, ``uint32[n,
    most]`` with their number ``int64[n]``; and of the longest lines not hidden, ``uint32[n,
    longest]``: the longest first, 24 bits of the key and 8 of the number of words.
    """
    n = begin.shape[0]
    keys = np.zeros((n, most), np.uint32)
    counts = np.zeros(n, np.int64)
    tops = np.zeros((n, longest), np.uint32)
    words = np.zeros(longest, np.int64)
    for page in range(n):
        first, last = begin[page], end[page]
        own = line_keys(word, line[first : last + 1])
        count = 0
        for late in range(2):
            low, high, front = first, last - 1, True
            while low <= high and count < most:
                i = low if front else high
                if front:
                    low += 1
                else:
                    high -= 1
                size = line[i + 1] - line[i]
                if hidden[i] != late or size < 1 or size > max_words:
                    continue
                front = not front
                key = np.uint32(own[i - first] >> np.uint64(40))
                known = False
                for j in range(count):
                    known = known or keys[page, j] == key
                if not known:
                    keys[page, count] = key
                    count += 1
        counts[page] = count
        words[:] = 0
        for i in range(first, last):
            size = line[i + 1] - line[i]
            if hidden[i] or size <= words[longest - 1]:
                continue
            at = longest - 1
            while at > 0 and words[at - 1] < size:
                words[at], tops[page, at] = words[at - 1], tops[page, at - 1]
                at -= 1
            key = own[i - first] >> np.uint64(40)
            words[at] = size
            tops[page, at] = (key << np.uint64(8)) | np.uint64(min(size, 255))
    return keys, counts, tops
