"""Marks, missing spaces and long numbers in many texts, each found in one pass, in numba."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import kernel
from dupdetect.quality.characters import TABLE_SIZE
from dupdetect.quality.machine_translation.word_loops import ALPHA, LOWER, UPPER

U8 = NDArray[np.uint8]
U32 = NDArray[np.uint32]
U64 = NDArray[np.uint64]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]

#: Bits of a text beside those of its marks: marks without a space, doubled elisions.
TIGHT_STOP, TIGHT_COMMA, TIGHT_QUOTE, TWICE, TIGHT_CLOSING, TIGHT_OPENING = (
    1 << i for i in range(57, 63)
)
#: Marks that fit beside them.
MOST_MARKS = 57
#: Characters that those bits are about: . , " « “ » ” ' ’, and what stands for no mark of the list.
_ASKED = (46, 44, 34, 171, 8220, 187, 8221, 39, 8217)
_NO_MARK = 255


@kernel
def find_marks(
    codes: U32, base: I64, kinds: U8, first: U8, group: I64, written: I64, letters: U32
) -> U64:
    """Which marks each text holds, as bits.

    Mark m is ``letters[written[m]:written[m + 1]]``; marks with one first character stand together:
    those of group g are ``group[g]`` to ``group[g + 1]``, and ``first`` gives g + 1 of a character,
    or 0. The bits TIGHT say that a full stop or a comma stands between letters, that a straight
    quotation mark follows a letter or the end of a sentence and has a letter after it, or that a
    closing one has, or that an opening one follows a small letter; TWICE that one character stands
    between two apostrophes.
    """
    n = base.shape[0] - 1
    out = np.zeros(n, np.uint64)
    asked = first.copy()  # most characters are letters: one look lets them go
    for code in _ASKED:
        if asked[code] == 0:
            asked[code] = _NO_MARK
    for d in range(n):
        value = np.uint64(0)
        stop = base[d + 1]
        for j in range(base[d], stop):
            code = codes[j]
            if code >= TABLE_SIZE or asked[code] == 0:
                continue
            own = np.int64(asked[code]) - 1
            if asked[code] != _NO_MARK:
                for m in range(group[own], group[own + 1]):
                    size = written[m + 1] - written[m]
                    held = j + size <= stop
                    at = 1
                    while held and at < size:
                        held = codes[j + at] == letters[written[m] + at]
                        at += 1
                    if held:
                        value |= np.uint64(1) << np.uint64(m)
            if (
                (code == 46 or code == 44 or code == 34)
                and j > base[d] and j + 1 < stop
                and codes[j + 1] < TABLE_SIZE and codes[j - 1] < TABLE_SIZE
            ):  # fmt: skip
                last = codes[j - 1]
                kind = kinds[codes[j + 1]]
                if code == 34:
                    ends = last == 46 or last == 33 or last == 63  # . ! ?
                    if kind & ALPHA and (ends or kinds[last] & ALPHA):
                        value |= np.uint64(TIGHT_QUOTE)
                elif kinds[last] & LOWER and kind & (UPPER if code == 46 else LOWER):
                    value |= np.uint64(TIGHT_STOP if code == 46 else TIGHT_COMMA)
            before = codes[j - 1] if j > base[d] else np.uint32(0)
            follows = codes[j + 1] if j + 1 < stop else np.uint32(0)
            is_opening = code == 171 or code == 8220  # « “
            if is_opening and before < TABLE_SIZE and kinds[before] & LOWER:
                value |= np.uint64(TIGHT_OPENING)
            is_closing = code == 187 or code == 8221 or code == 8220  # » ” “
            if is_closing and follows < TABLE_SIZE and kinds[follows] & ALPHA:
                value |= np.uint64(TIGHT_CLOSING)
            if (
                (code == 39 or code == 8217)
                and j + 2 < stop
                and (codes[j + 2] == 39 or codes[j + 2] == 8217)
            ):
                value |= np.uint64(TWICE)
        out[d] = value
    return out


@kernel
def find_numbers(codes: U32, base: I64, inside: U8, shortest: int) -> tuple[I64, I32, I32]:
    """Long runs of digits and what may stand inside a number: ``(doc, start, end)``.

    ``inside`` marks digits 2, spaces 3, other characters of numbers 1; a run begins and ends with
    a digit, or ends with *h* after one, and has ``shortest`` characters. Only runs with an *h* or
    a space between digits: others are one number.
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
            parted = False
            j += 1
            while j < limit and codes[j] < TABLE_SIZE and inside[codes[j]]:
                if inside[codes[j]] == 2:
                    parted |= inside[codes[j - 1]] == 3 and last == j - 2
                    parted |= codes[j - 1] == 104
                    last = j
                j += 1
            stop = last + 1
            if stop < limit and codes[stop] == 104:  # h
                stop += 1
                parted = True
            if parted and last > begin and stop - begin >= shortest:
                start[count] = begin - base[d]
                end[count] = stop - base[d]
                count += 1
        doc[d + 1] = count
    return doc, start[:count], end[:count]


@kernel
def find_odd_dates(
    codes: U32, base: I64, doc: I64, start: I32, end: I32, word: I64, inside: U8
) -> U8:
    """1 for each text where a day above 31 may stand before one of the months ``word``, or a year
    with a separator after it."""
    n = doc.shape[0] - 1
    out = np.zeros(n, np.uint8)
    d = 0
    for k in word:
        while doc[d + 1] <= k:
            d += 1
        if out[d]:
            continue
        after = base[d] + end[k]
        if after + 2 < base[d + 1] and codes[after] < TABLE_SIZE and inside[codes[after]] == 3:
            one = codes[after + 1]
            two = codes[after + 2]
            if (one == 49 or one == 50) and (two == 44 or two == 46):  # 1 or 2, a comma or a stop
                out[d] = 1
                continue
        j = _before_space(codes, base[d], base[d] + start[k] - 1, inside)
        if j > base[d] and codes[j] == 101 and codes[j - 1] == 100:  # de
            j = _before_space(codes, base[d], j - 2, inside)
        while j >= base[d] and codes[j] == 46:
            j -= 1
        digits = 0
        number = np.int64(0)
        odd = False
        while j >= base[d] and not _is_space(codes[j], inside):
            code = codes[j]
            if 48 <= code <= 57:
                number += np.int64(code - 48) * (10 if digits == 1 else 1)
                digits += 1
            elif code == 44 or code == 46 or code > 127:
                odd = True
            else:
                digits = -99
                break
            j -= 1
        if digits > 0 and (odd or digits > 2 or (digits == 2 and number > 31)):
            out[d] = 1
    return out


@kernel
def _is_space(code: Any, inside: U8) -> Any:
    return code <= 32 or (code < TABLE_SIZE and inside[code] == 3)


@kernel
def _before_space(codes: U32, low: int, j: int, inside: U8) -> int:
    while j >= low and _is_space(codes[j], inside):
        j -= 1
    return j
