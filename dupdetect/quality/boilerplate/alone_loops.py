"""One text read and its lines judged in one call, for which many texts take a dozen.

The loops are those of many texts (:mod:`dupdetect.quality.reading`, :mod:`.lines`); the calls and
what numpy does between them took as long as the work.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from dupdetect.kernels._jit import kernel
from dupdetect.kernels.trees import Forest, tree_logits
from dupdetect.quality.boilerplate.content_lines import content_lines
from dupdetect.quality.boilerplate.context import features_of_some
from dupdetect.quality.boilerplate.kernel import (
    F32,
    I64,
    PROSE,
    SEPARATORS,
    U8,
    U32,
    WORDS,
    phrase_places,
)
from dupdetect.quality.boilerplate.limits import (
    HEADLINE_WORDS,
    LONE_WORDS,
    PARAGRAPH_WORDS,
    TRAIL_WORDS,
)
from dupdetect.quality.boilerplate.line_scan import scan_lines
from dupdetect.quality.line_loops import find_lines
from dupdetect.quality.loops import U64, match_phrases
from dupdetect.quality.marks import FURNITURE_START, PHRASE_FIRST

#: Lines are looked at from a chance of 0.3 on; below these log-odds (0.27) it is one like another.
UNLIKELY = -1.0


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


#: Columns of what a look at a text tells of its lines: start, end, number of words, whether it may
#: be program text, hash of what it says, whether it is content if the lexicon does not know it.
START, END, SIZE, CODE, HASH, CONTENT = range(6)


class Look(NamedTuple):
    """What one text shows: ``key`` and ``line`` as ``Reading`` has them, then of its n lines.

    ``lines int64[n, 6]`` (columns above) and their ``shape``; ``phrases int64[p, 3]``: number,
    line, and word of the line where it begins; ``numbers``: short lines with numbers. Then the
    lines to judge if the lexicon knows none (:func:`lines_to_judge`); whether any is marked as
    program text.
    """

    key: U64
    line: I64
    lines: I64
    shape: F32
    phrases: I64
    numbers: I64
    judged: I64
    logits: F32
    always: int
    coded: bool

    @property
    def starts(self) -> I64:
        """Where the lines begin, int64[n]."""
        return np.ascontiguousarray(self.lines[:, START])


@kernel
def look_at_one(codes: U32, tables: Tables, forest: Forest, intercept: float) -> Look:
    """Reads one text, in one call."""
    base = np.zeros(2, np.int64)
    base[1] = codes.shape[0]
    starts, ends, _ = find_lines(codes, base, tables.blank)
    key, mask, line, shape, hashes, marks = scan_lines(
        codes, starts, ends, tables.classes, tables.lower, tables.word_keys, tables.word_bits
    )
    phrase, word, _ = match_phrases(
        key, mask, line, tables.phrase_keys, tables.phrase_numbers, tables.phrase_bits,
        tables.longest, PHRASE_FIRST, FURNITURE_START,
    )  # fmt: skip
    where, places, numbers = phrase_places(line, word, key, LONE_WORDS)
    phrases = np.empty((phrase.shape[0], 3), np.int64)
    for p in range(phrase.shape[0]):
        phrases[p, 0], phrases[p, 1], phrases[p, 2] = phrase[p], where[p], places[p]
    n = starts.shape[0]
    content = content_lines(codes, starts, ends, shape, tables.classes)
    lines = np.empty((n, 6), np.int64)
    coded = False
    for i in range(n):
        lines[i, START], lines[i, END], lines[i, SIZE] = starts[i], ends[i], line[i + 1] - line[i]
        lines[i, CODE], lines[i, HASH], lines[i, CONTENT] = marks[i], hashes[i], content[i]
        coded = coded or marks[i] != 0
    judged, logits, always = lines_to_judge(
        shape, hashes, np.zeros(n, np.uint8), content, forest, intercept
    )
    return Look(key, line, lines, shape, phrases, numbers, judged, logits, always, coded)


@kernel
def lines_to_judge(
    shape: F32, hashes: U32, bits: U8, content: U8, forest: Forest, intercept: float
) -> tuple[I64, F32, int]:
    """Lines of one text that may be furniture, and the log-odds that weights give them.

    ``bits`` is what the lexicon knows of each line; of those of which it knows nothing, ``content``
    are not. The first lines, as many as the number that
    comes last says, hold a known phrase or the separators of a trail and are looked at whatever
    their log-odds (-inf where weights were not asked); the others are UNLIKELY or more.
    """
    n = shape.shape[0]
    asked = np.empty(n, np.int64)
    count = 0
    for i in range(n):
        wanted = shape[i, PROSE] == 0 or shape[i, WORDS] < PARAGRAPH_WORDS
        if content[i] != 0 or (i == 0 and shape[i, WORDS] > HEADLINE_WORDS):
            wanted = False
        if wanted or bits[i] != 0:
            asked[count] = i
            count += 1
    rows = features_of_some(shape, bits, hashes, asked[:count])
    told = tree_logits(rows, forest)
    logit = np.full(n, np.float32(-np.inf))
    for k in range(count):
        logit[asked[k]] = told[k] + np.float32(intercept)
    lines, logits = np.empty(n, np.int64), np.empty(n, np.float32)
    found = always = 0
    for late in range(2):
        for i in range(n):
            trail = shape[i, SEPARATORS] > 0 and shape[i, WORDS] <= TRAIL_WORDS
            sure = trail or bits[i] != 0
            if content[i] != 0 and bits[i] == 0:
                continue
            if (sure and late == 0) or (not sure and late == 1 and logit[i] >= UNLIKELY):
                lines[found], logits[found] = i, logit[i]
                found += 1
        if late == 0:
            always = found
    return lines[:found], logits[:found], always
