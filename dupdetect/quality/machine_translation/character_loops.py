"""Marks, missing spaces and long numbers in many texts, each found in one pass, in numba."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from dupdetect.quality.characters import TABLE_SIZE
from dupdetect.quality.machine_translation.word_loops import ALPHA, LOWER, UPPER

U8 = NDArray[np.uint8]
U32 = NDArray[np.uint32]
U64 = NDArray[np.uint64]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]

#: Bits of a text beside the groups of characters: marks without a space, doubled elisions.
TIGHT_STOP, TIGHT_COMMA, TIGHT_QUOTE, TWICE = (1 << i for i in range(59, 63))


@numba.njit(cache=True, nogil=True)
def find_characters(codes: U32, base: I64, groups: U8, kinds: U8) -> U64:
    """Which groups of characters each text holds, as bits; ``groups`` gives number + 1 or 0.

    The bits TIGHT say that a full stop or a comma stands between letters, or that a straight
    quotation mark follows a letter or the end of a sentence and has a letter after it; TWICE that
    one character stands between two apostrophes.
    """
    n = base.shape[0] - 1
    out = np.zeros(n, np.uint64)
    for d in range(n):
        value = np.uint64(0)
        stop = base[d + 1]
        for j in range(base[d], stop):
            code = codes[j]
            if code >= TABLE_SIZE:
                continue
            if groups[code]:
                value |= np.uint64(1) << np.uint64(groups[code] - 1)
            if (
                (code == 46 or code == 44 or code == 34)
                and j > base[d] and j + 1 < stop
                and codes[j + 1] < TABLE_SIZE and codes[j - 1] < TABLE_SIZE
            ):  # fmt: skip
                before = codes[j - 1]
                follows = kinds[codes[j + 1]]
                if code == 34:
                    ends = before == 46 or before == 33 or before == 63  # . ! ?
                    if follows & ALPHA and (ends or kinds[before] & ALPHA):
                        value |= np.uint64(TIGHT_QUOTE)
                elif kinds[before] & LOWER and follows & (UPPER if code == 46 else LOWER):
                    value |= np.uint64(TIGHT_STOP if code == 46 else TIGHT_COMMA)
            if (
                (code == 39 or code == 8217)
                and j + 2 < stop
                and (codes[j + 2] == 39 or codes[j + 2] == 8217)
            ):
                value |= np.uint64(TWICE)
        out[d] = value
    return out


@numba.njit(cache=True, nogil=True)
def find_numbers(codes: U32, base: I64, inside: U8, shortest: int) -> tuple[I64, I32, I32]:
    """Long runs of digits and what may stand inside a number: ``(doc, start, end)``.

    ``inside`` marks digits 2, other characters of numbers 1; a run begins and ends with a digit,
    or ends with *h* after one, and has ``shortest`` characters.
    """
    n = base.shape[0] - 1
    doc = np.zeros(n + 1, np.int64)
    room = codes.shape[0] // shortest + 1
    start = np.empty(room, np.int32)
    end = np.empty(room, np.int32)
    count = 0
    for d in range(n):
        j = base[d]
        limit = base[d + 1]
        while j < limit:
            code = codes[j]
            if code < 48 or code > 57:
                j += 1
                continue
            begin = j
            last = j
            j += 1
            while j < limit and codes[j] < TABLE_SIZE and inside[codes[j]]:
                if inside[codes[j]] == 2:
                    last = j
                j += 1
            stop = last + 1
            if stop < limit and codes[stop] == 104:  # h
                stop += 1
            if last > begin and stop - begin >= shortest:
                start[count] = begin - base[d]
                end[count] = stop - base[d]
                count += 1
        doc[d + 1] = count
    return doc, start[:count], end[:count]
