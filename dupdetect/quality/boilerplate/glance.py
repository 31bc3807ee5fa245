"""A glance at a text: whether anything in it can be furniture, which of most articles is untrue.

Who only asks what to leave out of a text need not know its words. What must be known is whether a
phrase of furniture stands in it, whether a line has a form that weights must be asked about and
what they say, and whether there is a mark of code. Where any of these is so, or where a glance
cannot tell, the text is read with care.
"""

from __future__ import annotations

import numpy as np

from dupdetect.kernels._jit import kernel, trailing_zeros
from dupdetect.kernels.trees import Forest, tree_sum
from dupdetect.kernels.vectors import BYTES, signed
from dupdetect.quality.boilerplate.alone_loops import UNLIKELY
from dupdetect.quality.boilerplate.code import is_mark
from dupdetect.quality.boilerplate.content_lines import (
    _BEGINS,
    _ENDS,
    _NUMBERS,
    _OPEN,
    _STOPS,
    _is_sentence,
)
from dupdetect.quality.boilerplate.context import N_FEATURES, around, describe_line
from dupdetect.quality.boilerplate.glance_loops import (
    BEGIN,
    BEGIN_NUMBER,
    CAREFUL,
    MARKED,
    ROWS,
    WORD,
    Seen,
    code_words,
    count,
    edges_of,
    lines_of,
    look_up_characters,
    part_of,
    sets_of,
)
from dupdetect.quality.boilerplate.glance_phrases import holds_phrase
from dupdetect.quality.boilerplate.glance_tables import LOWER_AT, U8, U32, U64, UNSEEN, Sight
from dupdetect.quality.boilerplate.kernel import (
    I64,
    LAST,
    LINE_OFFSET,
    LINE_PRIME,
    PROSE,
    WORDS,
    first_and_last,
    shapes,
)
from dupdetect.quality.boilerplate.limits import HEADLINE_WORDS, PARAGRAPH_WORDS, TRAIL_WORDS
from dupdetect.quality.boilerplate.trails import _BAR_MARKS, _TRAIL_MARKS
from dupdetect.quality.characters import TABLE_SIZE

_NONE, _ONE = np.uint64(0), np.uint64(1)
_SLASH, _BACKSLASH = ord("/"), ord("\\")
_BARS = tuple(sorted(map(ord, _BAR_MARKS)))
#: Marks that lead on wherever they stand; the two others only beside spaces.
_LEADS = tuple(sorted(map(ord, _TRAIL_MARKS - {"/", "\\"})))
#: What a line is at a glance: nothing, one that weights are asked about, one to be read with care.
_PLAIN, _ASK, _READ = 0, 1, 2


@kernel
def may_hold_furniture(codes: U32, sight: Sight, forest: Forest, intercept: float) -> bool:
    """Whether anything of a text may be furniture or code; False if ``mask_one`` is empty."""
    n = codes.shape[0]
    m = n // BYTES + 1
    flags, folded = np.empty(BYTES * (m + 1), np.uint8), np.empty(BYTES * (m + 1), np.uint8)
    look_up_characters(codes, sight.characters, flags, folded)
    sets = np.empty((ROWS, m), np.uint64)
    sets_of(flags, folded, sets)
    seen = lines_of(flags, sets, n)
    lines = seen.shape.shape[0]
    asked = np.empty(lines, np.int64)
    some = 0
    for i in range(lines):
        kind = _look_at(codes, flags, i, seen, sets, sight)
        if kind == _READ:
            return True
        asked[some] = i
        some += kind == _ASK
    room = seen.first[lines]
    edges, words = np.empty(2 * room + 8, np.int32), np.empty(room + 2, np.uint64)
    code_words(flags, folded, edges, edges_of(sets, edges), words)
    if holds_phrase(codes, edges, words, seen, sets, sight):
        return True
    return some > 0 and _is_likely(codes, asked[:some], seen, sets, sight, forest, intercept)


@kernel
def _look_at(codes: U32, flags: U8, i: int, seen: Seen, sets: U64, sight: Sight) -> int:
    """What a line is; see ``alone_loops.lines_to_judge``."""
    shape, start, end = seen.shape, seen.starts[i], seen.ends[i]
    running, words = shape[i, PROSE] != 0, shape[i, WORDS]
    content = False
    if not running or words < PARAGRAPH_WORDS:
        first, last = codes[start], codes[end - 1]
        beside = (i > 0 and shape[i - 1, PROSE] != 0) or (
            i + 1 < shape.shape[0] and shape[i + 1, PROSE] != 0
        )
        if first in _BEGINS or last in _ENDS or (beside and last in _STOPS):
            content = _is_plain_sentence(codes, start, end, sets, sight)
    for w in range(start >> 6, ((end - 1) >> 6) + 1):
        marks = sets[MARKED, w] & part_of(w, start, end)
        while marks:
            j = BYTES * w + signed(trailing_zeros(marks))
            marks &= marks - _ONE
            if _must_read(codes, flags, j, start, end, words <= TRAIL_WORDS and not content):
                return _READ
    if content or (running and words >= PARAGRAPH_WORDS) or (i == 0 and words > HEADLINE_WORDS):
        return _PLAIN
    return _ASK


@kernel
def _is_plain_sentence(codes: U32, start: int, end: int, sets: U64, sight: Sight) -> bool:
    """``content_lines._is_sentence``."""
    if count(sets, CAREFUL, start, end):
        return _is_sentence(codes, start, end, sight.classes)
    words = count(sets, BEGIN, start, end)
    return words == 0 or count(sets, BEGIN_NUMBER, start, end) * _NUMBERS < words


@kernel
def _must_read(codes: U32, flags: U8, j: int, start: int, end: int, short: bool) -> bool:
    """Whether a marked character is one of code, or sets apart the items of a short line."""
    code = codes[j]
    if code < 128 and is_mark(codes, j, start):
        return True
    if code in _BARS:
        return short
    if code in (_SLASH, _BACKSLASH):
        spaced = j + 1 < end and flags[j + 1] & UNSEEN != 0
        if code == _SLASH:
            spaced = spaced and j > start and flags[j - 1] & UNSEEN != 0
        return short and spaced
    if code in _LEADS:
        return short and not _opens(codes, start, end)
    return bool(code >= 128)  # a letter of its own, or the sign of copyright


@kernel
def _opens(codes: U32, start: int, end: int) -> bool:
    """Whether a quotation begins in a line, which then is no trail."""
    for j in range(start, end):  # noqa: SIM110
        if codes[j] == _OPEN:
            return True
    return False


@kernel
def _is_likely(
    codes: U32, asked: I64, seen: Seen, sets: U64, sight: Sight, forest: Forest, intercept: float
) -> bool:
    """Whether weights find any of the lines asked about likely enough to be judged."""
    shape, n = seen.shape, seen.shape.shape[0]
    starts, ends = seen.starts, seen.ends
    for i in range(n):
        _, shape[i, LAST] = first_and_last(codes, starts[i], ends[i], sight.classes)
    for i in asked:
        shape[i] = shapes(codes, starts[i : i + 1], ends[i : i + 1], sight.classes)[0]
    known, scores = np.zeros(n, np.uint8), np.zeros(n, np.float32)
    density = np.full(n, np.float32(-1))
    text = around(shape, known)
    row = np.empty(N_FEATURES, np.float32)
    for i in asked:
        row[:] = 0
        describe_line(row, i, shape, known, scores, density, text)
        row[N_FEATURES - 1] = _copies(codes, i, seen, sets, sight)
        logit = tree_sum(row, forest, 0, forest.roots.size) + np.float32(intercept)
        if logit >= UNLIKELY:
            return True
    return False


@kernel
def _copies(codes: U32, i: int, seen: Seen, sets: U64, sight: Sight) -> np.float32:
    """How many lines say the same as a line, as ``context._copies`` tells it."""
    starts, ends = seen.starts, seen.ends
    size, said, same = count(sets, WORD, starts[i], ends[i]), _said(codes, i, seen, sight), 1
    for k in range(starts.shape[0] - 1):
        if k != i and count(sets, WORD, starts[k], ends[k]) == size:
            same += _said(codes, k, seen, sight) == said
    return np.float32(np.log1p(same) / 2 if same > 1 else 0.0)


@kernel
def _said(codes: U32, i: int, seen: Seen, sight: Sight) -> np.uint32:
    """``kernel.line_hashes`` of a line."""
    value = LINE_OFFSET
    for j in range(seen.starts[i], seen.ends[i]):
        code = codes[j]
        if code < TABLE_SIZE:
            code = sight.characters[code] >> np.uint32(LOWER_AT) & np.uint32(TABLE_SIZE - 1)
        if code > 32 and code != 160:
            value = np.uint32((value ^ code) * LINE_PRIME)
    return value
