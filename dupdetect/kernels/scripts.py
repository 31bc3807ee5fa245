"""Words disguised by letters of another script, folded to the script that the word is written in.

A word that holds Latin, Greek or Cyrillic letters of more than one script gets one script: each
letter of another that has a double there becomes the double. The script is the one with most
letters that the others present have no double of (``r`` in ``mасrоn``), among equals the one with
most letters, then Latin before Greek before Cyrillic; if Armenian or Cherokee has most, the word
stays. A word wholly in one script never changes, whatever it looks like.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dupdetect.kernels import fold
from dupdetect.kernels._jit import inlined, kernel
from dupdetect.kernels.fold import FoldTable
from dupdetect.kernels.words import EIGHT, ONE, ZERO, decode, load

# Copies of other modules' constants: numba reads globals of this module as constants.
_LATIN, _GREEK, _CYRILLIC, _OTHER = fold.LATIN, fold.GREEK, fold.CYRILLIC, fold.OTHER_SCRIPT
_WORD, _DIGIT, _BITS = fold.WORD, fold.DIGIT, fold.PROPERTY_BITS
_SCRIPTS = _LATIN | _GREEK | _CYRILLIC | _OTHER  # Latin is the lowest bit
_BYTE = np.uint64(0xFF)
_DOUBLES = 3  # Latin, Greek, Cyrillic: columns 1 to 3 of `alike`, in the order of their bits


@inlined
def may_be_mixed(kinds: int) -> bool:
    """Whether a token may hold letters of several scripts; ``kinds`` has the properties of its
    characters, of those in ASCII only of the first in a row (a digit may hide Latin letters)."""
    scripts = kinds & _SCRIPTS
    return scripts > _LATIN and (scripts & (scripts - 1) != 0 or kinds & _DIGIT != 0)


@kernel
def unmask(
    data: npt.NDArray[np.uint8],
    begin: np.uint64,
    end: np.uint64,
    table: FoldTable,
    text: npt.NDArray[np.uint8],
    o: np.uint64,
    written: np.uint64,
) -> np.uint64:
    """Writes the token ``data[begin:end]`` to ``text[o:]`` again if its letters are of several
    scripts; where it ends. ``written`` is where it ended before.

    Needs ``end - begin`` bytes of room beyond ``written``.
    """
    main = main_script(data, begin, end, table)
    if main < 0:
        return written
    page, entry, pool, alike = table
    i = begin
    while i < end:
        code, width = _character(data, i, end)
        e = entry[np.uint64(page[code >> EIGHT]) << EIGHT | code & _BYTE]
        i += width
        if not e & _WORD:
            continue
        row = _find(alike, np.int64(code))
        double = alike[row, main + 1] if row >= 0 else 0
        length = np.uint64(e >> _BITS) & _BYTE
        if double:
            o = _put(text, o, np.uint64(double))
        elif length == ZERO:
            o = _put(text, o, code)
        else:
            packed = np.uint64(e >> 32)
            for k in range(length):
                if length <= np.uint64(4):
                    text[o + k] = np.uint8(packed >> EIGHT * k)
                else:
                    text[o + k] = pool[packed + k]
            o += length
    return o


@kernel
def main_script(
    data: npt.NDArray[np.uint8], begin: np.uint64, end: np.uint64, table: FoldTable
) -> int:
    """0 Latin, 1 Greek, 2 Cyrillic: the script of a mixed token; -1 for a token to leave alone."""
    page, entry, _, alike = table
    letters, sure = np.zeros(_DOUBLES + 1, np.int64), np.zeros(_DOUBLES + 1, np.int64)
    for turn in range(2):
        i = begin
        while i < end:
            code, width = _character(data, i, end)
            e = entry[np.uint64(page[code >> EIGHT]) << EIGHT | code & _BYTE]
            i += width
            script = _script(e)
            if script < 0:
                continue
            if turn == 0:
                letters[script] += 1
                continue
            row = _find(alike, np.int64(code))
            doubles = alike[row, _DOUBLES + 1] if row >= 0 else 0
            for other in range(_DOUBLES + 1):
                if other != script and letters[other] and not doubles & (_LATIN << other):
                    sure[script] += 1
                    break
        if (letters > 0).sum() < 2:
            return -1
    best = 0
    for script in range(1, _DOUBLES + 1):
        more = sure[script] > sure[best]
        if more or (sure[script] == sure[best] and letters[script] > letters[best]):
            best = script
    return best if best < _DOUBLES else -1


@kernel
def _script(e: int) -> int:
    if e & _LATIN:
        return 0
    if e & _GREEK:
        return 1
    if e & _CYRILLIC:
        return 2
    return 3 if e & _OTHER else -1


@kernel
def _character(
    data: npt.NDArray[np.uint8], i: np.uint64, end: np.uint64
) -> tuple[np.uint64, np.uint64]:
    """Code point at ``i`` and its width."""
    if i + EIGHT <= end:
        return decode(load(data, i), end - i)
    x = ZERO
    for k in range(end - i):
        x |= np.uint64(data[i + k]) << EIGHT * k
    return decode(x, end - i)


@kernel
def _find(alike: npt.NDArray[np.int32], code: np.int64) -> int:
    """The row of a code point, -1 if it has no double."""
    low, high = 0, alike.shape[0]
    while low < high:
        middle = (low + high) >> 1
        if alike[middle, 0] < code:
            low = middle + 1
        else:
            high = middle
    return low if low < alike.shape[0] and alike[low, 0] == code else -1


@kernel
def _put(text: npt.NDArray[np.uint8], o: np.uint64, code: np.uint64) -> np.uint64:
    """Writes a code point in UTF-8; where it ends."""
    if code < np.uint64(0x80):
        text[o] = np.uint8(code)
        return o + ONE
    lead, width = np.uint64(0xC0), np.uint64(2)
    if code >= np.uint64(0x10000):
        lead, width = np.uint64(0xF0), np.uint64(4)
    elif code >= np.uint64(0x800):
        lead, width = np.uint64(0xE0), np.uint64(3)
    shift = np.uint64(6) * (width - ONE)
    text[o] = np.uint8(lead | code >> shift)
    for k in range(ONE, width):
        shift -= np.uint64(6)
        text[o + k] = np.uint8(np.uint64(0x80) | code >> shift & np.uint64(0x3F))
    return o + width
