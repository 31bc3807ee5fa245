"""Marks that rules begin with, found in all texts in one pass."""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from dupdetect.quality.characters import TABLE_SIZE

#: What ``leftover_markup`` looks for, the bytes of misread text among it.
MARKUP = (
    "#!trp", "trp-gettext", "[:", "<!--", "notranslate", "▁", "@@", "@-@", "<", ">>", "⟦", "%",
    "{", "[[", "[%", "[", "__", "$", "##", "{%", "<?", "Lorem ipsum", "[object", "&", "\\u",
    "\\n", "\\'", "\\’", "\\x", "ï»¿", "\ufffd",
)  # fmt: skip
MISREAD = ("Ã", "Â", "â€", "â‚", "â„", "Å", "Ä", "ðŸ", "Ð")
#: Parts of every slot of ``number_slot``.
SLOTS = ("NUM", "numx", "XDATEX", "XTIMEX")
#: A comma with its space on the wrong side (``glued_fragment``); *depuis* (``agreement``); a verb
#: and its subject turned round (``role_gender``).
COMMA_APART, SINCE, HE = " ,", "epuis ", "-il"

#: All of them, those with one first character side by side: the place is the bit.
MARKS = tuple(sorted({*MARKUP, *MISREAD, *SLOTS, COMMA_APART, SINCE, HE}))
_BITS = {mark: 1 << place for place, mark in enumerate(MARKS)}


def bit_of(*marks: str) -> int:
    """The bits of some marks."""
    return sum(_BITS[mark] for mark in marks)


@lru_cache(maxsize=1)
def mark_table() -> tuple[
    NDArray[np.uint8], NDArray[np.int64], NDArray[np.int64], NDArray[np.uint32]
]:
    """``(first, group, written, letters)`` of :func:`character_loops.find_marks`."""
    first, group = np.zeros(TABLE_SIZE, np.uint8), [0]
    for number, (character, marks) in enumerate(groupby(MARKS, lambda mark: mark[0]), 1):
        first[ord(character)] = number
        group.append(group[-1] + len(list(marks)))
    written = np.zeros(len(MARKS) + 1, np.int64)
    np.cumsum([len(mark) for mark in MARKS], out=written[1:])
    letters = np.array([ord(character) for character in "".join(MARKS)], np.uint32)
    return first, np.array(group, np.int64), written, letters
