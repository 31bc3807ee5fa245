"""A text seen as sets of places: which characters end lines, which begin words, lines and counts.

Of a line only what others are told by, and what tells whether it is running text: the number of
its words, of small ones, of capitals, and whether a sentence ends in it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from dupdetect.kernels._jit import inlined, kernel, load64, popcount, trailing_zeros
from dupdetect.kernels.bitsets import flagged, same
from dupdetect.kernels.vectors import BYTES, signed
from dupdetect.quality.boilerplate.glance_tables import (
    CARE,
    ENDS,
    FULL_STOP,
    IN_WORD,
    K1,
    LOWER_AT,
    MARK,
    NUMBER,
    NUMERAL,
    U8,
    U32,
    U64,
    UNSEEN,
    UPPER,
)
from dupdetect.quality.boilerplate.kernel import (
    CAPITAL_WORDS,
    CHARS,
    F32,
    I32,
    I64,
    SHORT,
    STOPS,
    WORDS,
    tell_prose,
)
from dupdetect.quality.characters import TABLE_SIZE

_NONE, _ONE, _TWO, _THREE = (np.uint64(number) for number in range(4))
_ALL, _LAST, _HALF = np.uint64(0xFFFFFFFFFFFFFFFF), np.uint64(63), np.uint64(32)
_K1, _NUMBER = np.uint64(K1), np.uint64(NUMBER)
#: Of characters beyond the table: a letter of its own, and anything else.
_LETTER, _OTHER = 0x4E00, 0xFFFF
_PADDING = np.uint8(UNSEEN | ENDS)
_SMALL_E = np.uint8(ord("e"))
#: Rows of the sets of a text: where words begin, begin with a capital or digit, end after more than
#: three letters or with a capital or digit in them; words; full stops; ends of lines; CARE; MARK.
BEGIN, BEGIN_UPPER, BEGIN_NUMBER, END_LARGE, WORD, STOPPING, ENDING, CAREFUL, MARKED = range(9)
ROWS = 9


@inlined
def entry_of(code: np.uint32, characters: U32) -> np.uint32:
    """What the table says of a character."""
    if code >= TABLE_SIZE:
        code = np.uint32(_LETTER if 0x20000 <= code < 0x40000 else _OTHER)
    return np.uint32(characters[code])


@kernel
def look_up_characters(codes: U32, characters: U32, flags: U8, folded: U8) -> None:
    """The bits of each character, and the lowest byte of it in lower case; padded with ends."""
    n = codes.shape[0]
    for j in range(n):
        entry = entry_of(codes[j], characters)
        flags[j] = entry
        folded[j] = entry >> np.uint32(LOWER_AT)
    for j in range(n, flags.shape[0]):
        flags[j], folded[j] = _PADDING, 0


@kernel
def sets_of(flags: U8, folded: U8, sets: U64) -> None:
    """The sets of a text's characters, ``uint64[9, m]`` for flags of 64 m characters."""
    before = small = carry = _NONE
    address, letters = signed(flags.ctypes.data), signed(folded.ctypes.data)
    for w in range(sets.shape[1]):
        at = address + BYTES * w
        word = flagged(at, np.uint8(IN_WORD))
        upper, number = flagged(at, np.uint8(UPPER)), flagged(at, np.uint8(NUMERAL))
        begin = word & ~(word << _ONE | before >> _LAST)
        sets[WORD, w], sets[BEGIN, w] = word, begin
        sets[BEGIN_UPPER, w], sets[BEGIN_NUMBER, w] = begin & upper, begin & number
        # Added to a word, any bit in it is carried to the place behind its end.
        four = word & (word << _ONE | before >> _LAST)
        four &= (word << _TWO | before >> np.uint64(62)) & (
            word << _THREE | before >> np.uint64(61)
        )
        total = word + (four | upper | number)
        over = np.uint64(total < word)
        total += carry
        carry = over | np.uint64(total < carry)
        sets[END_LARGE, w] = total & ~word
        sets[STOPPING, w] = flagged(at, np.uint8(FULL_STOP))
        sets[ENDING, w], sets[CAREFUL, w] = flagged(at, np.uint8(ENDS)), flagged(at, np.uint8(CARE))
        # "line 1": a number behind a space, behind an e.
        e = same(letters + BYTES * w, _SMALL_E)
        sets[MARKED, w] = flagged(at, np.uint8(MARK)) | begin & number & (
            e << _TWO | small >> np.uint64(62)
        )
        before, small = word, e


class Seen(NamedTuple):
    """The n lines of a text: ``starts``, ``ends`` and number of the first word ``int64[n + 1]``
    (``starts`` and ``ends`` of one more line are 0); what their ``shape float32[n, 20]`` has; how
    many ``numbers int64[n]`` there are; whether any character takes care or is marked."""

    starts: I64
    ends: I64
    first: I64
    shape: F32
    numbers: I64
    careful: U8
    marked: U8


@kernel
def lines_of(flags: U8, sets: U64, n_codes: int) -> Seen:
    """The lines of a text that hold anything visible, trimmed, as ``find_lines`` has them."""
    room = 1
    for w in range(sets.shape[1]):
        room += signed(popcount(sets[ENDING, w]))
    starts, ends = np.zeros(room, np.int64), np.zeros(room, np.int64)
    n, begin = signed(0), signed(0)
    for w in range(sets.shape[1]):
        breaks = sets[ENDING, w]
        while breaks and begin <= n_codes:
            stop = BYTES * w + signed(trailing_zeros(breaks))
            breaks &= breaks - _ONE
            low, high = begin, stop
            begin = stop + 1
            while low < high and flags[low] & UNSEEN:
                low += 1
            while low < high and flags[high - 1] & UNSEEN:
                high -= 1
            if low < high:
                starts[n], ends[n] = low, high
                n += 1
    return count_lines(starts[: n + 1], ends[: n + 1], sets, n)


@kernel
def count_lines(starts: I64, ends: I64, sets: U64, n: int) -> Seen:
    """Counts what lines hold."""
    first, shape = np.zeros(n + 1, np.int64), np.zeros((n, 20), np.float32)
    numbers, cares, marks = np.empty(n, np.int64), np.empty(n, np.uint8), np.empty(n, np.uint8)
    for i in range(n):
        words = upper = large = number = stops = careful = marked = _NONE
        # The place behind a line's end is in it, where a last word may end; nothing else is there.
        low, high = starts[i], ends[i]
        for w in range(low >> 6, (high >> 6) + 1):
            span = part_of(w, low, high + 1)
            words += popcount(sets[BEGIN, w] & span)
            upper += popcount(sets[BEGIN_UPPER, w] & span)
            large += popcount(sets[END_LARGE, w] & span)
            number += popcount(sets[BEGIN_NUMBER, w] & span)
            stops |= sets[STOPPING, w] & span
            careful |= sets[CAREFUL, w] & span
            marked |= sets[MARKED, w] & span
        row = shape[i]
        row[CHARS], row[WORDS], row[CAPITAL_WORDS] = high - low, words, upper
        row[SHORT], row[STOPS] = words - large, stops != _NONE
        tell_prose(row)
        first[i + 1], numbers[i] = first[i] + signed(words), number
        cares[i], marks[i] = careful != _NONE, marked != _NONE
    return Seen(starts, ends, first, shape, numbers, cares, marks)


@inlined
def part_of(w: int, low: int, high: int) -> np.uint64:
    """Which places of word ``w`` of a set are among ``low`` to ``high`` (exclusive)."""
    span = _ALL
    if w == low >> 6:
        span &= _ALL << np.uint64(low & 63)
    if w == (high - 1) >> 6:
        span &= _ALL >> np.uint64(63 - ((high - 1) & 63))
    return span


@kernel
def count(sets: U64, row: int, low: int, high: int) -> int:
    """How many places from ``low`` to ``high`` (exclusive, more than ``low``) are in a set."""
    total = _NONE
    for w in range(low >> 6, ((high - 1) >> 6) + 1):
        total += popcount(sets[row, w] & part_of(w, low, high))
    return signed(total)


@kernel
def edges_of(sets: U64, edges: I32) -> int:
    """Where words begin and end by turns; how many words. ``edges`` has room for eight more."""
    n, before = signed(0), _NONE
    for w in range(sets.shape[1]):
        word = sets[WORD, w]
        change = word ^ (word << _ONE | before)
        before = word >> _LAST
        end = n + signed(popcount(change))
        while n < end:  # eight at once, of which the last few may be none
            for k in range(8):
                edges[n + k] = BYTES * w + signed(trailing_zeros(change))
                change &= change - _ONE
            n += 8
        n = end
    return n // 2


@kernel
def code_words(flags: U8, folded: U8, edges: I32, n: int, words: U64) -> None:
    """What a glance sees of each word, as ``glance_tables.word_code``; three more are 0, which
    a last line without words is asked about."""
    address = signed(folded.ctypes.data)
    for k in range(n):
        begin = signed(edges[2 * k])
        length = signed(edges[2 * k + 1]) - begin
        z = load64(address + begin) << np.uint64(64 - 8 * min(length, 8))
        z = (z ^ np.uint64(length)) * _K1
        words[k] = _NUMBER if flags[begin] & NUMERAL else z ^ z >> _HALF
    words[n] = words[n + 1] = words[n + 2] = _NONE
