"""Characters as the loops see them: class and lower case of every code point below 65536."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

#: Classes of characters.
(
    OTHER,
    SMALL,
    CAPITAL,
    LETTER,
    DIGIT,
    SPACE,
    STOP,
    COMMA,
    SEPARATOR,
    QUOTE,
    BRACKET,
    MONEY,
    COLON,
) = range(13)
TABLE_SIZE = 65536

_STOPS = ".!?…。！？"
_COMMAS = ",;،，、"
#: Marks that set items of a list or trail apart.
_SEPARATORS = "|»›>•·/→▸►▶▷❯❱¦‣◦●■‖⁄\\~–—"
_QUOTES = "\"'«“”„‘’‹"
_BRACKETS = "()[]{}<"


@lru_cache(maxsize=1)
def character_tables() -> tuple[NDArray[np.uint8], NDArray[np.uint32]]:
    """``(classes, lower)``: ``uint8[65536]`` of kernel classes, ``uint32[65536]`` lower case."""
    by_category = {
        "Ll": SMALL, "Lu": CAPITAL, "Lt": CAPITAL, "Lo": LETTER,
        "Lm": LETTER, "Mn": LETTER, "Mc": LETTER, "Nd": DIGIT,
        "Zs": SPACE, "Cc": SPACE, "Cf": SPACE, "Sc": MONEY,
    }  # fmt: skip
    every = list(map(chr, range(TABLE_SIZE)))
    kinds = (by_category.get(kind, OTHER) for kind in map(unicodedata.category, every))
    classes = np.fromiter(kinds, np.uint8, TABLE_SIZE)
    small = [
        c if len(low) > 1 else low for c, low in zip(every, map(str.lower, every), strict=True)
    ]
    lower = np.fromiter(map(ord, small), np.uint32, TABLE_SIZE)
    for characters, kind in (
        (_STOPS, STOP), (_COMMAS, COMMA), (_SEPARATORS, SEPARATOR),
        (_QUOTES, QUOTE), (_BRACKETS, BRACKET), ("%", MONEY),
        (":：", COLON),
    ):  # fmt: skip
        for character in characters:
            classes[ord(character)] = kind
    return classes, lower
