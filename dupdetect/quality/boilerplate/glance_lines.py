"""What a line is at a glance: content, one that weights are asked about, or one to be read."""

from __future__ import annotations

import numpy as np

from dupdetect.kernels._jit import kernel, trailing_zeros
from dupdetect.kernels.vectors import BYTES, signed
from dupdetect.quality.boilerplate.code import is_mark
from dupdetect.quality.boilerplate.content_lines import _NUMBERS, _OPEN, _is_sentence
from dupdetect.quality.boilerplate.glance_code import may_be_code
from dupdetect.quality.boilerplate.glance_loops import MARKED, Seen, entry_of, part_of
from dupdetect.quality.boilerplate.glance_tables import (
    BEGINS_PIECE,
    ENDS_PIECE,
    ENDS_SENTENCE,
    U8,
    U32,
    U64,
    UNSEEN,
    Sight,
)
from dupdetect.quality.boilerplate.kernel import I64, PROSE, WORDS
from dupdetect.quality.boilerplate.limits import HEADLINE_WORDS, PARAGRAPH_WORDS, TRAIL_WORDS
from dupdetect.quality.boilerplate.trails import _BAR_MARKS, _TRAIL_MARKS

_ONE = np.uint64(1)
_SLASH, _BACKSLASH = ord("/"), ord("\\")
_BARS = tuple(sorted(map(ord, _BAR_MARKS)))
#: Marks that lead on wherever they stand; the two others only beside spaces.
_LEADS = tuple(sorted(map(ord, _TRAIL_MARKS - {"/", "\\"})))


@kernel
def lines_to_ask(codes: U32, flags: U8, seen: Seen, sets: U64, sight: Sight, asked: I64) -> int:
    """Lines that weights are to be asked about, as ``alone_loops.lines_to_judge`` has them; how
    many. -1 if any has to be read with care."""
    shape, starts, ends = seen.shape, seen.starts, seen.ends
    n, some = shape.shape[0], 0
    for i in range(n):
        words = shape[i, WORDS]
        long, content = shape[i, PROSE] != 0 and words >= PARAGRAPH_WORDS, False
        if not long:
            first = entry_of(codes[starts[i]], sight.characters)
            last = entry_of(codes[ends[i] - 1], sight.characters)
            beside = (i > 0 and shape[i - 1, PROSE] != 0) or (
                i + 1 < n and shape[i + 1, PROSE] != 0
            )
            piece = first & np.uint32(BEGINS_PIECE) | last & np.uint32(ENDS_PIECE)
            if piece or (beside and last & np.uint32(ENDS_SENTENCE)):
                if seen.careful[i]:
                    content = _is_sentence(codes, starts[i], ends[i], sight.classes)
                else:
                    content = words == 0 or seen.numbers[i] * _NUMBERS < words
        if seen.marked[i] and _is_to_read(
            codes, flags, starts[i], ends[i], words <= TRAIL_WORDS and not content, sets
        ):
            return -1
        asked[some] = i
        some += not (content or long or (i == 0 and words > HEADLINE_WORDS))
    return some


@kernel
def _is_to_read(codes: U32, flags: U8, start: int, end: int, short: bool, sets: U64) -> bool:
    """Whether marked characters of a line are of code, or set apart the items of a short line."""
    for w in range(start >> 6, ((end - 1) >> 6) + 1):
        marks = sets[MARKED, w] & part_of(w, start, end)
        while marks:
            j = BYTES * w + signed(trailing_zeros(marks))
            marks &= marks - _ONE
            if codes[j] < 128 and is_mark(codes, j, start):
                if may_be_code(codes, flags, start, end):
                    return True
            elif _is_strange(codes, flags, j, start, end, short):
                return True
    return False


@kernel
def _is_strange(codes: U32, flags: U8, j: int, start: int, end: int, short: bool) -> bool:
    """Whether a mark sets apart the items of a short line, or is beyond a glance."""
    code = codes[j]
    if code in (_SLASH, _BACKSLASH):
        spaced = j + 1 < end and flags[j + 1] & UNSEEN != 0
        if code == _SLASH:
            spaced = spaced and j > start and flags[j - 1] & UNSEEN != 0
        return short and spaced
    if code in _BARS:
        return short
    if code in _LEADS:
        return short and not _opens(codes, start, end)
    return bool(code >= 128)  # a letter of its own, or the sign of copyright


@kernel
def _opens(codes: U32, start: int, end: int) -> bool:
    """Whether a quotation begins in a line, which then is no trail: see ``trails.trail``."""
    for j in range(start, end):  # noqa: SIM110
        if codes[j] == _OPEN:
            return True
    return False
