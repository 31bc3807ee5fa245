"""From UTF-8 text to folded tokens, in one walk over the bytes of a batch.

A token is a run of letters and digits after folding; marks and invisible characters inside it do
not split it and count as part of it; letters of scripts written without spaces are one token each.
What the flags mean is stated in :class:`TokenArrays`; :mod:`dupdetect.text.reference` says the same
in plain Python.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dupdetect.kernels import fold
from dupdetect.kernels._jit import kernel
from dupdetect.kernels.fold import FoldTable, decode

CAPITAL = 1
ALLCAPS = 2
DIGIT = 4
LETTER = 8
SENTENCE_START = 16
LINE_START = 32
IN_QUOTE = 64
SPACELESS = 128

# State of the gap since the last token.
_PENDING = 1  # a sentence mark was seen, white space not yet
_ARMED = 2  # both were seen
_ONE_DOT = 4  # a full stop follows the last token immediately
_STRONG = 8  # any other mark was seen
_OPENING = 16  # an opening quote came after them
_STOP = 32  # an ideographic full stop was seen
_LINE = 64  # a line break was seen, or the text begins

_TOKEN = fold.WORD | fold.SINGLE
_MARKS = fold.DOT | fold.MARK
_BREAKS = fold.NEWLINE | fold.STOP | _MARKS | fold.QUOTE_MASK << fold.QUOTE_SHIFT

# Copies of other modules' constants: numba reads globals of this module as constants.
_WORD, _SINGLE, _IGNORED, _SPACELESS = fold.WORD, fold.SINGLE, fold.IGNORED, fold.SPACELESS
_LETTER, _DIGIT, _UPPER, _LOWER = fold.LETTER, fold.DIGIT, fold.UPPER, fold.LOWER
_SPACE, _NEWLINE, _DOT, _STOPS = fold.SPACE, fold.NEWLINE, fold.DOT, fold.STOP
_CLOSER, _OPENER = fold.CLOSER, fold.OPENER
_QUOTE_SHIFT, _QUOTE_MASK, _PROPERTY_BITS = fold.QUOTE_SHIFT, fold.QUOTE_MASK, fold.PROPERTY_BITS
_LEFT, _RIGHT, _HIGH = fold.QUOTE_LEFT, fold.QUOTE_RIGHT, fold.QUOTE_HIGH
_END, _LOW, _STRAIGHT = fold.QUOTE_END, fold.QUOTE_LOW, fold.QUOTE_STRAIGHT
_SLACK = 2 * fold.MAX_FOLD

# Where a quote of each kind was opened on this line, as a token number, else -1.
_GUILLEMET, _CURLY, _PLAIN, _CURLY_IS_LOW = 0, 1, 2, 3


class TokenArrays(NamedTuple):
    """The m tokens of a batch of n texts.

    - ``doc`` int64[n + 1]: token range of each text;
    - ``start``, ``end`` int32[m]: code-point offsets (``str`` indices) in the token's own text;
    - ``flags`` uint16[m]: sum of 1 CAPITAL (its first letter is upper or title case), 2 ALLCAPS (at
      least 2 letters, all upper), 4 DIGIT, 8 LETTER (holds one), 16 SENTENCE_START (first of a
      sentence), 32 LINE_START (first of a line), 64 IN_QUOTE (inside «…», “…”, „…“ or "…" that
      opens and closes on one line), 128 SPACELESS (one letter of a script without spaces);
    - ``text`` uint8[:]: the folded tokens in UTF-8, joined by one space within a text;
    - ``text_start``, ``text_end`` int64[m]: byte range of each token in ``text``.
    """

    doc: npt.NDArray[np.int64]
    start: npt.NDArray[np.int32]
    end: npt.NDArray[np.int32]
    flags: npt.NDArray[np.uint16]
    text: npt.NDArray[np.uint8]
    text_start: npt.NDArray[np.int64]
    text_end: npt.NDArray[np.int64]


def tokenize(
    data: npt.NDArray[np.uint8], offsets: npt.NDArray[np.int64], table: FoldTable
) -> TokenArrays:
    """Tokens of the texts ``data[offsets[i]:offsets[i + 1]]``, which are valid UTF-8.

    Broken UTF-8 gives no error and never reads outside: its bytes separate tokens.
    """
    n = len(offsets) - 1
    size = int(offsets[n] - offsets[0])
    most_tokens, room, tokens = size + 1, size + size // 8 + _SLACK, size // 4 + n + 1
    while True:
        tokens = min(tokens, most_tokens)
        out = TokenArrays(
            np.empty(n + 1, np.int64), np.empty(tokens, np.int32), np.empty(tokens, np.int32),
            np.empty(tokens, np.uint16), np.empty(room, np.uint8),
            np.empty(tokens, np.int64), np.empty(tokens, np.int64),
        )  # fmt: skip
        found, written = _walk(data, offsets, table, out)
        if found < 0:
            tokens *= 2
        elif written < 0:
            room = 2 * room
        else:
            break
    return TokenArrays(
        out.doc, out.start[:found].copy(), out.end[:found].copy(), out.flags[:found].copy(),
        out.text[:written].copy(), out.text_start[:found].copy(), out.text_end[:found].copy(),
    )  # fmt: skip


@kernel
def _walk(
    data: npt.NDArray[np.uint8],
    offsets: npt.NDArray[np.int64],
    table: FoldTable,
    out: TokenArrays,
) -> tuple[int, int]:
    """Fills ``out``: numbers of tokens and bytes; -1 for the one that has no room."""
    page, entry, pool = table.page, table.entry, table.pool
    most, limit, last = len(out.start), len(out.text) - _SLACK, offsets[-1]
    quotes = np.full(4, -1, np.int64)
    m = 0  # tokens that are complete
    o = 0  # bytes written
    for d in range(len(offsets) - 1):
        out.doc[d] = m
        i, stop = offsets[d], offsets[d + 1]
        shift = i  # i - shift is the code-point offset
        gap = _LINE
        quotes[:] = -1
        inside = False  # a token is open
        weak = False  # the last token looks like an initial or an abbreviation
        digits = False  # the last token holds a digit
        seen = 0  # properties of the open token's characters, or-ed
        first = 0  # those of its first letter
        letters = 0
        while i < stop:
            lead = data[i]
            width = 1
            if lead < 0x80:
                e = entry[lead]
            else:
                code, width = decode(data, i, stop)
                e = entry[np.int64(page[code >> 8]) << 8 | code & 0xFF]
            if e & _TOKEN:
                if not inside or (e | seen) & _SINGLE:
                    if inside:
                        weak, digits = _finish(out, m, i - shift, o, seen, first, letters)
                        m += 1
                    if m >= most:
                        return -1, 0
                    if m > out.doc[d]:
                        out.text[o] = 0x20
                        o += 1
                    out.start[m] = i - shift
                    out.text_start[m] = o
                    out.flags[m] = _opening(gap, e, weak, digits) if gap else 0
                    inside, gap, seen, first, letters = True, 0, 0, e, 0
                if not seen & _LETTER:
                    first = e
                seen |= e
                letters += (e >> 3) & 1
                if lead < 0x80:
                    out.text[o] = (e >> 32) & 0xFF
                    o += 1
                    i += 1
                    # The rest of a plain word, without the tests above.
                    while i < stop and data[i] < 0x80:
                        e = entry[data[i]]
                        if not e & _WORD or seen & _SINGLE:
                            break
                        if not seen & _LETTER:
                            first = e
                        seen |= e
                        letters += (e >> 3) & 1
                        out.text[o] = (e >> 32) & 0xFF
                        o += 1
                        i += 1
                    continue
                o = _write(out.text, o, e, data, i, width, pool)
                if o + (last - i) > limit:
                    return 0, -1
            elif not e & _IGNORED:
                touches = inside
                if inside:
                    weak, digits = _finish(out, m, i - shift, o, seen, first, letters)
                    m += 1
                    inside = False
                if gap or e & _BREAKS:
                    gap = _separate(gap, e, touches, quotes, m, out.flags)
            i += width
            shift += width - 1
        if inside:
            _finish(out, m, stop - shift, o, seen, first, letters)
            m += 1
    out.doc[len(offsets) - 1] = m
    return m, o


@kernel
def _write(
    text: npt.NDArray[np.uint8],
    o: int,
    e: int,
    data: npt.NDArray[np.uint8],
    i: int,
    width: int,
    pool: npt.NDArray[np.uint8],
) -> int:
    """Writes the folding of one code point that is not ASCII; returns the new end of ``text``."""
    length = (e >> _PROPERTY_BITS) & 0xFF
    if length == 0:
        for k in range(width):
            text[o + k] = data[i + k]
        return o + width
    if length <= 4:
        for k in range(4):
            text[o + k] = (e >> (32 + 8 * k)) & 0xFF
        return o + length
    begin = e >> 32
    for k in range(length):
        text[o + k] = pool[begin + k]
    return o + length


@kernel
def _finish(
    out: TokenArrays, m: int, end: int, o: int, seen: int, first: int, letters: int
) -> tuple[bool, bool]:
    """Completes token ``m``; says whether it looks like an abbreviation and holds a digit."""
    out.end[m] = end
    out.text_end[m] = o
    digit = (seen & _DIGIT) != 0
    capital = (first & _UPPER) != 0
    flags = (seen & _LETTER) | (seen & _DIGIT) >> 2 | (seen & _SPACELESS)
    flags |= CAPITAL if capital else 0
    flags |= ALLCAPS if letters >= 2 and not seen & _LOWER and seen & _UPPER else 0
    out.flags[m] |= flags
    return capital and letters <= 2 and not digit, digit


@kernel
def _opening(gap: int, e: int, weak: bool, digits: bool) -> int:
    """Flags that a token gets from the gap before it and its first character."""
    if gap & _LINE:
        return LINE_START | SENTENCE_START
    if gap & _STOP:
        return SENTENCE_START
    if not gap & _ARMED or not (e & (_UPPER | _DIGIT) or gap & _OPENING):
        return 0
    if not gap & _STRONG and (weak or (digits and e & _DIGIT)):
        return 0
    return SENTENCE_START


@kernel
def _separate(
    gap: int,
    e: int,
    touches: bool,
    quotes: npt.NDArray[np.int64],
    m: int,
    flags: npt.NDArray[np.uint16],
) -> int:
    """The state of the gap after one more separator; quotes that close flag what they hold.

    ``touches``: the separator follows the last token immediately.
    """
    if e & _NEWLINE:
        quotes[:] = -1
        return _LINE
    quote = (e >> _QUOTE_SHIFT) & _QUOTE_MASK
    opens = (e & _OPENER) != 0
    if quote:
        opens = _quote(quote, quotes, m, flags) or opens
    if gap & _LINE:
        return gap
    if e & _STOPS:
        return gap | _STOP
    if e & _MARKS:
        gap |= _ONE_DOT if touches and e & _DOT else _STRONG
        return gap if gap & _ARMED else gap | _PENDING
    if gap & _PENDING:
        if e & _SPACE:
            return gap ^ (_PENDING | _ARMED)
        return gap if e & _CLOSER else gap & ~(_PENDING | _ONE_DOT | _STRONG)
    if gap & _ARMED and opens:
        return gap | _OPENING
    return gap


@kernel
def _quote(
    quote: int, quotes: npt.NDArray[np.int64], m: int, flags: npt.NDArray[np.uint16]
) -> bool:
    """Opens or closes a quote before token ``m``; says whether it opened one.

    An opening quote inside an open quote of its kind changes nothing; “ closes what „ opened.
    """
    kind = _GUILLEMET if quote <= _RIGHT else _PLAIN if quote == _STRAIGHT else _CURLY
    begin = quotes[kind]
    closes = quote in (_RIGHT, _END)
    closes = closes or (begin >= 0 and quote == _STRAIGHT)
    closes = closes or (begin >= 0 and quote == _HIGH and quotes[_CURLY_IS_LOW] == 1)
    if not closes:
        if begin < 0:
            quotes[kind] = m
            if kind == _CURLY:
                quotes[_CURLY_IS_LOW] = 1 if quote == _LOW else 0
        return True
    if begin >= 0:
        for token in range(begin, m):
            flags[token] |= IN_QUOTE
        quotes[kind] = -1
    return False
