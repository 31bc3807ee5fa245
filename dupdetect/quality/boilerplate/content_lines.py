"""Short lines that are content whatever their form: sentences beside running text, and speech.

What :func:`.furniture.judge_line` finds last, after trees have been asked; most short lines of an
article are such sentences, and of one text the trees take a third of the time.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from dupdetect.kernels._jit import inlined, kernel
from dupdetect.quality.boilerplate.kernel import F32, I64, PROSE, U8, U32, WORDS
from dupdetect.quality.boilerplate.limits import PARAGRAPH_WORDS
from dupdetect.quality.characters import DIGIT, LETTER, SMALL

#: What a line of speech or half a sentence begins and ends with, and how a sentence ends.
_BEGINS = tuple(map(ord, "\"»”'’.,;:"))
_ENDS = tuple(map(ord, '"«“,;('))
_STOPS = tuple(map(ord, ".!?…»”"))
#: Marks of trails and bars below the letters, and numbers that are not among 0 to 9.
_MARKS = tuple(map(ord, ">/\\|·¦"))
_HIGH_DIGITS = tuple(map(ord, "²³¹¼½¾"))
_LATIN, _FROM, _PAST = 0x250, 0x2010, 0x2028
#: Double bar and bullet, which are among the general marks from _FROM to _PAST.
_BARS = (0x2016, 0x2022)
_OTHERS = (0x202F, 0x20AC)
_OPEN, _CLOSE = ord("«"), ord("»")
#: A date has half as many numbers as words; where there are fewer than a quarter it is none.
_NUMBERS = 4


@inlined
def _is_plain(code: Any) -> bool:
    """A character of which is known what it is: Latin letters, common marks."""
    if code < _LATIN:
        return code not in _MARKS
    return (_FROM <= code < _PAST and code not in _BARS) or code in _OTHERS


@kernel
def _is_sentence(codes: U32, start: int, end: int, classes: U8) -> bool:
    """Whether a line is neither a trail of sections nor a date; true for marks alone."""
    opened = closed = inside = False
    words = numbers = 0
    for j in range(start, end):
        code = codes[j]
        if not _is_plain(code):
            return False
        opened = opened or code == _OPEN
        closed = closed or code == _CLOSE
        digit = classes[code] == DIGIT or code in _HIGH_DIGITS
        word = digit or SMALL <= classes[code] <= LETTER
        if word and not inside:
            words += 1
            numbers += digit
        inside = word
    return words == 0 or ((opened or not closed) and numbers * _NUMBERS < words)


@kernel
def content_lines(codes: U32, starts: I64, ends: I64, shape: F32, classes: U8) -> U8:
    """Which lines of a text are content if the lexicon knows nothing of them, uint8[n].

    Some that are may be missed.
    """
    n = starts.shape[0]
    out = np.zeros(n, np.uint8)
    for i in range(n):
        long = shape[i, PROSE] != 0 and shape[i, WORDS] >= PARAGRAPH_WORDS
        if long or starts[i] >= ends[i]:  # nobody asks for it
            continue
        first, last = codes[starts[i]], codes[ends[i] - 1]
        beside = (i > 0 and shape[i - 1, PROSE] != 0) or (i + 1 < n and shape[i + 1, PROSE] != 0)
        if first in _BEGINS or last in _ENDS or (beside and last in _STOPS):
            out[i] = _is_sentence(codes, starts[i], ends[i], classes)
    return out
