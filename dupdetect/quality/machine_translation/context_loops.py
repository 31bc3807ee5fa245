"""Where foreign words stand in company, as a numba loop over the words of many texts.

Pages with a foreign frame (English menus around a French article) hold dozens of words of another
language, each between others of it: names, titles, whole sentences. Those are no leftovers, and
seeing that here costs no Python.
"""

from __future__ import annotations

import numpy as np

from dupdetect.kernels._jit import kernel
from dupdetect.quality.characters import TABLE_SIZE
from dupdetect.quality.machine_translation.word_loops import (
    ALIEN,
    CROWDED,
    ENDING,
    FOREIGN,
    I32,
    I64,
    LOOSE,
    OPENER,
    STRANGE,
    U8,
    U32,
    U64,
    UPPER,
    WORTH,
    _slot,
)

#: How many words on each side may show that the place is foreign anyway.
REACH = 3
_NEWLINE, _STOP = 10, 46


def sticking() -> U8:
    """``uint8[65536]``: 1 for what sticks to a word from the left, 2 from the right, 4 for what
    may follow a full stop: of the rest a dot makes an address."""
    table = np.zeros(TABLE_SIZE, np.uint8)
    for bit, characters in ((1, "./@#_&\\"), (2, "/@_&\\="), (4, '»”"')):
        for character in characters:
            table[ord(character)] |= bit
    for code in range(TABLE_SIZE):
        if chr(code).isspace():
            table[code] |= 4
    return table


@kernel
def _stands_free(codes: U32, begin: int, stop: int, low: int, high: int, stick: U8) -> bool:
    """No hyphen, dot, slash or digit sticks to ``codes[begin:stop]`` in a text ``[low, high)``."""
    if begin > low and codes[begin - 1] < TABLE_SIZE and stick[codes[begin - 1]] & 1:
        return False
    if stop >= high:
        return True
    after = codes[stop]
    if after < TABLE_SIZE and stick[after] & 2:
        return False
    if after != _STOP or stop + 1 >= high:
        return True
    return bool(codes[stop + 1] < TABLE_SIZE and stick[codes[stop + 1]] & 4)


@kernel
def _is_foreign_nearby(
    codes: U32, base: int, kinds: U8, start: I32, end: I32, low: U64, keys: U64, bits: U32,
    word: int, first: int, last: int, names: bool,
) -> bool:  # fmt: skip
    """Whether other foreign words stand close: a quotation, a title, a phrase.

    One direct neighbour is allowed: engines leave pairs too. Without ``names`` a capitalised word
    counts only where it is one that names and titles begin with (The, Die).
    """
    count = 0
    for step in (-1, 1):
        for distance in range(1, REACH + 1):
            at = word + step * distance
            if at < first or at >= last:
                break
            left = min(at, at - step)
            line_ends = False
            for j in range(base + end[left], base + start[left + 1]):
                if codes[j] == _NEWLINE:
                    line_ends = True
                    break
            if line_ends:
                break
            slot = _slot(low[at] ^ (low[at] >> np.uint64(32)), keys)
            if slot < 0:
                continue
            code = codes[base + start[at]]
            capital = code < TABLE_SIZE and kinds[code] & UPPER != 0
            own = bits[slot]
            if own & np.uint32(ALIEN) or (own & np.uint32(STRANGE) and (names or not capital)):
                if capital or distance > 1:
                    return True
                count += 1
    return count > 1


@kernel
def mark_strangers(
    codes: U32, base: I64, kinds: U8, stick: U8, doc: I64, start: I32, end: I32, low: U64,
    found: U32, keys: U64, bits: U32,
) -> None:  # fmt: skip
    """Adds to ``found`` WORTH where a foreign word may be a leftover, CROWDED where it is one of
    the surest kind and yet capitalised foreign words stand close.

    ``found`` are the bits of all words, ``keys`` and ``bits`` the table that they come from.
    """
    wanted = np.uint32(FOREIGN | OPENER | ENDING)
    for d in range(doc.shape[0] - 1):
        first, last, shift = doc[d], doc[d + 1], base[d]
        for k in range(first, last):
            own = found[k]
            if not own & wanted:
                continue
            begin, stop = shift + start[k], shift + end[k]
            if not _stands_free(codes, begin, stop, shift, base[d + 1], stick):
                continue
            if own & np.uint32(OPENER):
                found[k] |= np.uint32(WORTH)
                continue
            crowded = _is_foreign_nearby(
                codes, shift, kinds, start, end, low, keys, bits, k, first, last, True
            )
            if crowded:
                surest = own & np.uint32(ALIEN) != 0 and own & np.uint32(LOOSE) == 0
                if not surest or _is_foreign_nearby(
                    codes, shift, kinds, start, end, low, keys, bits, k, first, last, False
                ):
                    continue
                found[k] |= np.uint32(CROWDED)
            found[k] |= np.uint32(WORTH)
