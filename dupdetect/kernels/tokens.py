"""From UTF-8 text to folded tokens, in one walk over the bytes of a batch.

A token is a run of letters and digits after folding; marks and invisible characters inside it do
not split it and count as part of it; letters of scripts written without spaces are one token each;
a word disguised by letters of another script gets them replaced (:mod:`dupdetect.kernels.scripts`).
What the flags mean is stated in :class:`TokenArrays`; :mod:`dupdetect.text.reference` says the same
in plain Python.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dupdetect.kernels import fold
from dupdetect.kernels._jit import inlined, kernel
from dupdetect.kernels.fold import FoldTable
from dupdetect.kernels.scripts import may_be_mixed, unmask
from dupdetect.kernels.words import (
    EIGHT,
    FOUR,
    NOTHING,
    ONE,
    TWO,
    ZERO,
    Seen,
    decode,
    load,
    one_character,
    plain_word,
    store,
)

CAPITAL = 1
ALLCAPS = 2
DIGIT = 4
LETTER = 8
SENTENCE_START = 16
LINE_START = 32
IN_QUOTE = 64
SPACELESS = 128
#: Set by those who know what stands around an article, not by the tokeniser.
FURNITURE = 256

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
_QUOTES = fold.QUOTE_MASK << fold.QUOTE_SHIFT
_BREAKS = fold.NEWLINE | fold.STOP | _MARKS | _QUOTES

# Copies of other modules' constants: numba reads globals of this module as constants.
_WORD, _SINGLE, _IGNORED, _SPACELESS = fold.WORD, fold.SINGLE, fold.IGNORED, fold.SPACELESS
_DIGIT, _UPPER = fold.DIGIT, fold.UPPER
_SPACE, _NEWLINE, _DOT, _STOPS = fold.SPACE, fold.NEWLINE, fold.DOT, fold.STOP
_CLOSER, _OPENER = fold.CLOSER, fold.OPENER
_QUOTE_SHIFT, _QUOTE_MASK, _PROPERTY_BITS = fold.QUOTE_SHIFT, fold.QUOTE_MASK, fold.PROPERTY_BITS
_RIGHT, _HIGH, _END = fold.QUOTE_RIGHT, fold.QUOTE_HIGH, fold.QUOTE_END
_LOW, _STRAIGHT = fold.QUOTE_LOW, fold.QUOTE_STRAIGHT
_BYTE, _ASCII = np.uint64(0xFF), np.uint64(0x80)
_SLACK = 2 * fold.MAX_FOLD

# Where a quote of each kind was opened on this line, as a token number, else -1; and whether the
# curly one was opened by „.
_QUOTE_STATES = 4
_GUILLEMET, _CURLY, _PLAIN, _CURLY_IS_LOW = range(_QUOTE_STATES)


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


def _filled(
    data: npt.NDArray[np.uint8], offsets: npt.NDArray[np.int64], table: FoldTable
) -> tuple[TokenArrays, np.int64, np.int64]:
    """Arrays with room for all tokens, and how many tokens and bytes are in them."""
    n = len(offsets) - 1
    size = offsets[n] - offsets[0]
    room, tokens = size + size // 8 + _SLACK, size // 4 + n + 1
    while True:
        tokens = min(tokens, size + 1)
        out = TokenArrays(
            np.empty(n + 1, np.int64), np.empty(tokens, np.int32), np.empty(tokens, np.int32),
            np.empty(tokens, np.uint16), np.empty(room, np.uint8),
            np.empty(tokens, np.int64), np.empty(tokens, np.int64),
        )  # fmt: skip
        found, written = _walk(data, offsets, table, out)
        if found < 0:
            tokens *= 2
        elif written < 0:
            room *= 2
        else:
            return out, found, written


#: The same for kernels: numba's arrays could not be cut to their size as those of numpy are.
_filled_inside = kernel(_filled)


def tokenize(
    data: npt.NDArray[np.uint8], offsets: npt.NDArray[np.int64], table: FoldTable
) -> TokenArrays:
    """Tokens of the texts ``data[offsets[i]:offsets[i + 1]]``, which are valid UTF-8.

    Broken UTF-8 gives no error and never reads outside: its bytes separate tokens.
    """
    out, found, written = _filled(data, offsets, table)
    for array in out[1:]:  # no copy: the rest of the memory goes back
        array.resize(written if array is out.text else found, refcheck=False)
    return out


@kernel
def tokenize_inside(
    data: npt.NDArray[np.uint8], offsets: npt.NDArray[np.int64], table: FoldTable
) -> TokenArrays:
    """:func:`tokenize` for kernels that go on from there; the memory is kept whole."""
    out, found, written = _filled_inside(data, offsets, table)
    return TokenArrays(
        out.doc, out.start[:found], out.end[:found], out.flags[:found],
        out.text[:written], out.text_start[:found], out.text_end[:found],
    )  # fmt: skip


@kernel
def _walk(
    data: npt.NDArray[np.uint8],
    offsets: npt.NDArray[np.int64],
    table: FoldTable,
    out: TokenArrays,
) -> tuple[np.int64, np.int64]:
    """Fills ``out``: numbers of tokens and bytes; -1 for the one that has no room."""
    # Tuples are taken apart and helpers get numbers: see kernels.words for both reasons.
    page, entry, pool, _ = table
    doc, start, end, flags, text, text_start, text_end = out
    most, limit = np.uint64(len(start)), np.uint64(len(text) - _SLACK)
    last = np.uint64(offsets[-1])
    quotes = np.full(_QUOTE_STATES, -1, np.int64)
    m = ZERO  # tokens that are complete
    o = ZERO  # bytes written
    for d in range(len(offsets) - 1):
        doc[d] = m
        i, stop = np.uint64(offsets[d]), np.uint64(offsets[d + 1])
        shift = i  # i - shift is the code-point offset
        gap = _LINE  # state of the gap before the next token
        quotes[:] = -1
        inside = single = False  # a token is open; it takes no more characters
        before = seen = NOTHING  # the last token, the open one
        opening = 0  # flags that the open token got from the gap before it
        origin, kinds = i, 0  # the open token's first byte, properties of its characters
        while i <= stop:  # a text ends as if a NUL followed
            if i + EIGHT <= stop:
                x = load(data, i)
            else:
                x = ZERO
                for k in range(stop - i):
                    x |= np.uint64(data[i + k]) << EIGHT * k
            code, width = decode(x, stop - i)
            e = entry[np.uint64(page[code >> EIGHT]) << EIGHT | code & _BYTE]
            touches = inside
            if inside and (single or not e & _WORD) and not e & _IGNORED:
                if may_be_mixed(kinds):
                    if o + (last - origin) > limit:
                        return np.int64(0), np.int64(-1)
                    o = unmask(data, origin, i, table, text, np.uint64(text_start[m]), o)
                end[m], text_end[m] = i - shift, o
                flags[m] = _token_flags(opening, seen)
                text[o] = 0x20
                o += ONE
                m += ONE
                before = seen
                inside = False
            if e & _TOKEN:
                if not inside:
                    if m >= most:
                        return np.int64(-1), np.int64(0)
                    start[m], text_start[m] = i - shift, o
                    opening = _gap_flags(gap, e, before) if gap else 0
                    opening |= e & _SPACELESS
                    single = e & _SINGLE != 0
                    inside, gap, seen = True, 0, NOTHING
                    origin, kinds = i, 0
                kinds |= e
                if code < _ASCII:
                    folded, width, seen = plain_word(x, seen)
                    store(text, o, folded)
                    i += width
                    o += width
                    continue
                seen = one_character(e, seen)
                length = np.uint64(e >> _PROPERTY_BITS) & _BYTE
                if length <= FOUR:
                    store(text, o, np.uint64(e >> 32) if length else x)
                    o += length if length else width
                else:
                    begin = np.uint64(e >> 32)
                    for k in range(length):
                        text[o + k] = pool[begin + k]
                    o += length
                if o + (last - i) > limit:
                    return np.int64(0), np.int64(-1)
            elif not e & _IGNORED and (gap or e & _BREAKS):
                opens = e & _OPENER != 0
                if e & _NEWLINE:
                    quotes[:] = -1
                elif e & _QUOTES:
                    opens = _quote(e, quotes, np.int64(m), flags) or opens
                gap = _separate(gap, e, touches, opens)
            i += width
            shift += width - ONE
        if np.int64(m) > doc[d]:
            o -= ONE  # no space after the last token
    doc[len(offsets) - 1] = m
    return np.int64(m), np.int64(o)


@inlined
def _token_flags(opening: int, seen: Seen) -> int:
    """All flags of a token but IN_QUOTE."""
    flags = opening | (CAPITAL if seen.capital else 0)
    flags |= ALLCAPS if seen.letters >= TWO and seen.uppers == seen.letters else 0
    flags |= DIGIT if seen.digits > ZERO else 0
    return flags | (LETTER if seen.letters > ZERO else 0)


@inlined
def _gap_flags(gap: int, e: int, before: Seen) -> int:
    """Flags that a token gets from the gap, its first character and the token before."""
    if gap & _LINE:
        return LINE_START | SENTENCE_START
    if gap & _STOP:
        return SENTENCE_START
    if not gap & _ARMED or not (e & (_UPPER | _DIGIT) or gap & _OPENING):
        return 0
    abbreviation = before.capital and before.letters <= TWO and before.digits == ZERO
    if not gap & _STRONG and (abbreviation or (before.digits > ZERO and e & _DIGIT)):
        return 0
    return SENTENCE_START


@inlined
def _separate(gap: int, e: int, touches: bool, opens: bool) -> int:
    """The state of the gap after one more separator.

    ``touches``: it follows the last token immediately; ``opens``: it is an opening quote.
    """
    if e & _NEWLINE:
        return _LINE
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
    e: int, quotes: npt.NDArray[np.int64], m: np.int64, flags: npt.NDArray[np.uint16]
) -> bool:
    """Opens or closes a quote before token ``m``; says whether it opened one.

    A quote that closes flags the tokens it holds. An opening quote inside an open quote of its kind
    changes nothing; “ closes what „ opened.
    """
    quote = (e >> _QUOTE_SHIFT) & _QUOTE_MASK
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
