"""A glance at a text: whether anything in it can be furniture, which of most articles is untrue.

Who only asks what to leave out of a text need not know its words, only that nobody finds anything:
no phrase of furniture, no line of a form that weights find likely, no trail, no mark of code. Where
any of these is there, or where a glance cannot tell, the text is read with care. It looks at 64
characters at a time, and no step of it branches by what a character is.
"""

from __future__ import annotations

import numpy as np

from dupdetect.kernels._jit import kernel
from dupdetect.kernels.trees import tree_logits
from dupdetect.kernels.vectors import BYTES
from dupdetect.quality.boilerplate.alone_loops import UNLIKELY
from dupdetect.quality.boilerplate.context import features_of_some
from dupdetect.quality.boilerplate.glance_lines import lines_to_ask
from dupdetect.quality.boilerplate.glance_loops import (
    ROWS,
    WORD,
    Seen,
    code_words,
    count,
    edges_of,
    lines_of,
    look_up_characters,
    sets_of,
)
from dupdetect.quality.boilerplate.glance_phrases import holds_phrase
from dupdetect.quality.boilerplate.glance_tables import (
    LOWER_AT,
    U8,
    U32,
    U64,
    Sight,
    unpacked,
)
from dupdetect.quality.boilerplate.kernel import (
    I64,
    LAST,
    LINE_OFFSET,
    LINE_PRIME,
    first_and_last,
    shapes,
)
from dupdetect.quality.characters import TABLE_SIZE


@kernel
def may_hold_furniture(codes: U32, image: U8) -> bool:
    """Whether anything of a text may be furniture or code, to a glance that knows what is
    ``packed`` in ``image``; if False, ``mask_one`` is empty."""
    sight = unpacked(image)
    n = codes.shape[0]
    m = n // BYTES + 1
    flags, folded = np.empty(BYTES * (m + 1), np.uint8), np.empty(BYTES * (m + 1), np.uint8)
    look_up_characters(codes, sight.characters, flags, folded)
    sets = np.empty((ROWS, m), np.uint64)
    sets_of(flags, folded, sets)
    seen = lines_of(flags, sets, n)
    lines = seen.shape.shape[0]
    asked = np.empty(lines + 1, np.int64)
    some = lines_to_ask(codes, flags, seen, sets, sight, asked)
    if some < 0:
        return True
    room = seen.first[lines]
    edges, words = np.empty(2 * room + 8, np.int32), np.empty(room + 3, np.uint64)
    code_words(flags, folded, edges, edges_of(sets, edges), words)
    if holds_phrase(codes, edges, words, seen, sight):
        return True
    return some > 0 and _is_likely(codes, asked[:some], seen, sets, sight)


@kernel
def _is_likely(codes: U32, asked: I64, seen: Seen, sets: U64, sight: Sight) -> bool:
    """Whether weights find any of the lines asked about likely enough to be judged."""
    shape, n = seen.shape, seen.shape.shape[0]
    starts, ends = seen.starts, seen.ends
    for i in range(n):
        _, shape[i, LAST] = first_and_last(codes, starts[i], ends[i], sight.classes)
    for i in asked:
        shape[i] = shapes(codes, starts[i : i + 1], ends[i : i + 1], sight.classes)[0]
    hashes = _hashes(codes, asked, starts[:n], ends[:n], sets, sight.characters)
    rows = features_of_some(shape, np.zeros(n, np.uint8), hashes, asked)
    for logit in tree_logits(rows, sight.forest):
        if logit + np.float32(sight.intercept) >= UNLIKELY:
            return True
    return False


@kernel
def _hashes(codes: U32, asked: I64, starts: I64, ends: I64, sets: U64, characters: U32) -> U32:
    """``kernel.line_hashes`` of the lines asked about and of those that have as many characters of
    words, and so may say the same; the others' numbers, which are as good as a hash."""
    n = starts.shape[0]
    size, out = np.empty(n, np.int64), np.empty(n, np.uint32)
    for i in range(n):
        size[i], out[i] = count(sets, WORD, starts[i], ends[i]), i
    for i in asked:
        for k in range(n):
            if size[k] == size[i] and out[k] == k:
                out[k] = _said(codes, starts[k], ends[k], characters)
    return out


@kernel
def _said(codes: U32, start: int, end: int, characters: U32) -> np.uint32:
    value = LINE_OFFSET
    for j in range(start, end):
        code = codes[j]
        if code < TABLE_SIZE:
            code = characters[code] >> np.uint32(LOWER_AT) & np.uint32(TABLE_SIZE - 1)
        if code > 32 and code != 160:
            value = np.uint32((value ^ code) * LINE_PRIME)
    return value
