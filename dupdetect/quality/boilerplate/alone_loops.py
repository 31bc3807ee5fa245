"""One text read and its lines judged in two calls, which many texts take a dozen for.

The loops are those of many texts (:mod:`dupdetect.quality.reading`, :mod:`.lines`); the calls and
what numpy does between them took as long as the work.
"""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np

from dupdetect.kernels.trees import Forest, tree_logits
from dupdetect.quality.boilerplate.code import code_marks
from dupdetect.quality.boilerplate.context import features_of_some
from dupdetect.quality.boilerplate.kernel import (
    F32,
    I32,
    I64,
    PROSE,
    SEPARATORS,
    U8,
    U32,
    WORDS,
    line_hashes,
    phrase_places,
    shapes,
)
from dupdetect.quality.boilerplate.limits import (
    HEADLINE_WORDS,
    LONE_WORDS,
    PARAGRAPH_WORDS,
    TRAIL_WORDS,
)
from dupdetect.quality.line_loops import find_lines
from dupdetect.quality.loops import U64, find_words, match_phrases
from dupdetect.quality.marks import CAMEL, FAMOUS, FURNITURE_START, PHRASE_FIRST

#: Lines are judged from the chance 0.3 on; below these log-odds (0.27) none is near it.
_UNLIKELY = -1.0


class Tables(NamedTuple):
    """What characters are (see ``quality.characters`` and ``line_loops``), and a vocabulary."""

    blank: U8
    classes: U8
    lower: U32
    word_keys: U64
    word_bits: U64
    phrase_keys: U64
    phrase_numbers: U64
    phrase_bits: U64
    longest: int


class Alone(NamedTuple):
    """What ``Reading`` has of a text; then of its lines: phrase ``phrase[i]`` stands in line
    ``lines[i]`` at word ``places[i]``, ``numbers`` are short lines with numbers, their forms, and
    ``code`` marks lines that may be program text, if ``coded``."""

    starts: I64
    ends: I64
    word_start: I32
    word_end: I32
    key: U64
    mask: U64
    stem: U32
    capital: U8
    line: I64
    sizes: I64
    phrase: I32
    phrase_word: I32
    phrase_size: I32
    lines: I64
    places: I64
    numbers: I64
    shape: F32
    hashes: U32
    code: U8
    coded: bool


@numba.njit(cache=True, nogil=True)
def read_alone(codes: U32, tables: Tables) -> Alone:
    """Reads one text."""
    base = np.zeros(2, np.int64)
    base[1] = codes.shape[0]
    starts, ends, _ = find_lines(codes, base, tables.blank)
    start, end, key, mask, stem, capital, line = find_words(
        codes, starts, ends, tables.classes, tables.lower, tables.word_keys, tables.word_bits,
        CAMEL, FAMOUS,
    )  # fmt: skip
    phrase, word, size = match_phrases(
        key, mask, line, tables.phrase_keys, tables.phrase_numbers, tables.phrase_bits,
        tables.longest, PHRASE_FIRST, FURNITURE_START,
    )  # fmt: skip
    lines, places, numbers = phrase_places(line, word, key, LONE_WORDS)
    code = code_marks(codes, starts, ends)
    return Alone(
        starts, ends, start, end, key, mask, stem, capital, line, line[1:] - line[:-1],
        phrase, word, size, lines, places, numbers,
        shapes(codes, starts, ends, tables.classes),
        line_hashes(codes, starts, ends, tables.lower), code, bool(code.any()),
    )  # fmt: skip


@numba.njit(cache=True, nogil=True)
def lines_to_judge(
    shape: F32, hashes: U32, bits: U8, forest: Forest, intercept: float
) -> tuple[I64, F32, U8, U8]:
    """Lines of one text that may be furniture: which, the log-odds that weights give them, whether
    weights were asked (others are content: ``lines.PARAGRAPH_CHANCE``), and whether they are looked
    at whatever these say: since they hold a known phrase, or the separators of a trail.

    ``bits`` is what the lexicon knows of each line. Lines that are left out have log-odds below
    ``_UNLIKELY``.
    """
    n = shape.shape[0]
    asked = np.empty(n, np.int64)
    count = 0
    for i in range(n):
        wanted = shape[i, PROSE] == 0 or shape[i, WORDS] < PARAGRAPH_WORDS
        if i == 0 and shape[i, WORDS] > HEADLINE_WORDS:
            wanted = False
        if wanted or bits[i] != 0:
            asked[count] = i
            count += 1
    rows = features_of_some(shape, bits, hashes, asked[:count])
    told = tree_logits(rows, forest)
    lines, logits = np.empty(n, np.int64), np.empty(n, np.float32)
    was_asked, always = np.empty(n, np.uint8), np.empty(n, np.uint8)
    found = place = 0
    for i in range(n):
        mine = place < count and asked[place] == i
        logit = np.float32(-np.inf)
        if mine:
            logit = told[place] + np.float32(intercept)
            place += 1
        trail = shape[i, SEPARATORS] > 0 and shape[i, WORDS] <= TRAIL_WORDS
        if logit >= _UNLIKELY or bits[i] != 0 or trail:
            lines[found], logits[found] = i, logit
            was_asked[found], always[found] = mine, bits[i] != 0 or trail
            found += 1
    return lines[:found], logits[:found], was_asked[:found], always[:found]
