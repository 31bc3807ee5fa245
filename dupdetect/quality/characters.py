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
    classes = np.array([by_category.get(unicodedata.category(c), OTHER) for c in every], np.uint8)
    small = (c if len(c.lower()) > 1 else c.lower() for c in every)
    lower = np.fromiter(map(ord, small), np.uint32, TABLE_SIZE)
    for characters, kind in (
        (_STOPS, STOP), (_COMMAS, COMMA), (_SEPARATORS, SEPARATOR),
        (_QUOTES, QUOTE), (_BRACKETS, BRACKET), ("%", MONEY),
        (":：", COLON),
    ):  # fmt: skip
        for character in characters:
            classes[ord(character)] = kind
    return classes, lower
