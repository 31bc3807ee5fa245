"""Line shape, line context and hashed n-grams, as numba loops over code points.

A document is ``codes`` (``uint32``, one code point per character) and the spans of its ``n`` lines,
``starts`` and ``ends`` (``int64[n]``). ``classes`` and ``lower`` are the tables of
:func:`dupdetect.quality.characters.character_tables`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import inlined, kernel
from dupdetect.quality.characters import (
    BRACKET,
    CAPITAL,
    COMMA,
    DIGIT,
    LETTER,
    MONEY,
    OTHER,
    QUOTE,
    SEPARATOR,
    SMALL,
    SPACE,
    STOP,
    TABLE_SIZE,
)
from dupdetect.quality.loops import NUMBER_KEY, U64

U8 = NDArray[np.uint8]
U32 = NDArray[np.uint32]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
F32 = NDArray[np.float32]
F64 = NDArray[np.float64]

#: FNV-1a, 32 bits, of :func:`line_hashes`.
LINE_OFFSET, LINE_PRIME = np.uint32(2166136261), np.uint32(16777619)
#: Columns of :func:`shapes`.
SHAPE_NAMES = (
    "chars", "words", "capital_words", "allcaps_words", "digits", "capitals", "letters", "stops",
    "commas", "separators", "last", "first", "short_words", "longest", "number_words", "quotes",
    "address", "brackets", "money", "prose",
)  # fmt: skip
(
    CHARS, WORDS, CAPITAL_WORDS, ALLCAPS, DIGITS, CAPITALS, LETTERS, STOPS, COMMAS, SEPARATORS,
    LAST, FIRST, SHORT, LONGEST, NUMBERS, QUOTES, ADDRESS, BRACKETS, MONEYS, PROSE,
) = range(20)  # fmt: skip


@kernel
def _class(code: np.uint32, classes: U8) -> int:
    if code < TABLE_SIZE:
        return int(classes[code])
    return LETTER if 0x20000 <= code < 0x40000 else OTHER


@kernel
def first_and_last(codes: U32, start: int, end: int, classes: U8) -> tuple[int, int]:
    """Classes of a line's first and last character; STOP for one behind a few closing marks."""
    first, last = _class(codes[start], classes), _class(codes[end - 1], classes)
    if last in (QUOTE, BRACKET):
        for j in range(end - 1, max(start, end - 4) - 1, -1):
            kind = _class(codes[j], classes)
            if kind == STOP:
                last = STOP
            if kind != QUOTE and kind != BRACKET and kind != SPACE:
                break
    return first, last


@inlined
def count_word(row: Any, letters: int, capitals: int, digits: int, capital_first: bool) -> None:
    """Counts a word into the shape of its line."""
    row[WORDS] += 1
    if digits > 0:
        row[NUMBERS] += 1
    if capital_first:
        row[CAPITAL_WORDS] += 1
    elif letters <= 3 and capitals == 0 and digits == 0:
        row[SHORT] += 1
    if capitals >= 2 and capitals == letters:
        row[ALLCAPS] += 1
    row[LONGEST] = max(row[LONGEST], letters)


@inlined
def count_mark(row: Any, kind: Any) -> None:
    """Counts a character that is of no word into the shape of its line."""
    if kind == STOP:
        row[STOPS] += 1
    elif kind == COMMA:
        row[COMMAS] += 1
    elif kind == SEPARATOR:
        row[SEPARATORS] += 1
    elif kind == QUOTE:
        row[QUOTES] += 1
    elif kind == BRACKET:
        row[BRACKETS] += 1
    elif kind == MONEY:
        row[MONEYS] += 1


@inlined
def tell_prose(row: Any) -> None:
    """Says of a line whose characters are counted whether it is running text."""
    if row[WORDS] >= 10 and row[STOPS] > 0 and row[SHORT] >= 0.12 * row[WORDS]:
        row[PROSE] = 1


@kernel
def shapes(codes: U32, starts: I64, ends: I64, classes: U8) -> F32:
    """Counts per line, ``float32[n, 20]``: see SHAPE_NAMES.

    ``prose`` is 1 for a line of at least ten words with a stop inside or at its end and small
    words between: running text in any language written with capitals.
    """
    n = starts.shape[0]
    out = np.zeros((n, 20), np.float32)
    for i in range(n):
        row = out[i]
        letters_in_word = 0
        capitals_in_word = 0
        digits_in_word = 0
        capital_first = False
        start = starts[i]
        end = ends[i]
        row[CHARS] = end - start
        row[FIRST], row[LAST] = first_and_last(codes, start, end, classes)
        for j in range(start, end + 1):
            kind = _class(codes[j], classes) if j < end else SPACE
            if kind == LETTER and 0x2E80 <= codes[j] < 0xA000:
                row[WORDS] += 0.5  # scripts without spaces: two characters make a word
                row[SHORT] += 0.1
                continue
            if SMALL <= kind <= LETTER:
                if letters_in_word + digits_in_word == 0:
                    capital_first = kind == CAPITAL
                letters_in_word += 1
                row[LETTERS] += 1
                if kind == CAPITAL:
                    capitals_in_word += 1
                    row[CAPITALS] += 1
                continue
            if kind == DIGIT:
                digits_in_word += 1
                row[DIGITS] += 1
                continue
            if letters_in_word + digits_in_word > 0:
                count_word(row, letters_in_word, capitals_in_word, digits_in_word, capital_first)
                letters_in_word = 0
                capitals_in_word = 0
                digits_in_word = 0
                capital_first = False
            count_mark(row, kind)
            if j < end and (
                codes[j] == 64 or (codes[j] == 47 and j + 1 < end and codes[j + 1] == 47)
            ):
                row[ADDRESS] = 1
        tell_prose(row)
    return out


@kernel
def line_hashes(codes: U32, starts: I64, ends: I64, lower: U32) -> U32:
    """A hash of each line's letters and digits in lower case: equal lines have equal hashes."""
    n = starts.shape[0]
    out = np.zeros(n, np.uint32)
    for i in range(n):
        value = LINE_OFFSET
        for j in range(starts[i], ends[i]):
            code = codes[j]
            if code < TABLE_SIZE:
                code = lower[code]
            if code > 32 and code != 160:
                value = np.uint32((value ^ code) * LINE_PRIME)
        out[i] = value
    return out


@kernel
def _mix(value: np.uint32) -> np.uint32:
    value ^= value >> np.uint32(16)
    value = np.uint32(value * np.uint32(0x85EBCA6B))
    value ^= value >> np.uint32(13)
    return value


@kernel
def _line_grams(
    codes: U32, start: int, end: int, lower: U32, classes: U8, mask: np.uint32, out: U32
) -> int:
    """Bucket numbers of one line's n-grams into ``out``; returns how many.

    Character 3- to 5-grams inside words with their edges, words, pairs of neighbouring words.
    Digits count as ``0``. At most ``out.shape[0]`` are taken (long lines are judged by shape).
    """
    count = 0
    limit = out.shape[0]
    edge = np.uint32(32)
    c1 = edge
    c2 = edge
    c3 = edge
    c4 = edge
    word = np.uint32(0)
    previous = np.uint32(0)
    inside = 0
    for j in range(start, end + 1):
        code = codes[j] if j < end else np.uint32(32)
        kind = _class(code, classes)
        if kind == DIGIT:
            code = np.uint32(48)
        elif code < TABLE_SIZE:
            code = lower[code]
        is_word = SMALL <= kind <= DIGIT
        if not is_word:
            code = np.uint32(32)
        if count + 6 > limit:
            break
        if is_word or inside > 0:
            gram = np.uint32((c2 * np.uint32(0x01000193)) ^ c1)
            gram = np.uint32((gram * np.uint32(0x01000193)) ^ code)
            if inside >= 1:
                out[count] = _mix(gram + np.uint32(3)) & mask
                count += 1
            gram = np.uint32((gram * np.uint32(0x9E3779B1)) ^ c3)
            if inside >= 2:
                out[count] = _mix(gram + np.uint32(4)) & mask
                count += 1
            gram = np.uint32((gram * np.uint32(0x9E3779B1)) ^ c4)
            if inside >= 3:
                out[count] = _mix(gram + np.uint32(5)) & mask
                count += 1
        if is_word:
            word = np.uint32((word ^ code) * np.uint32(0x01000193))
            inside += 1
        elif inside > 0:
            out[count] = _mix(word + np.uint32(11)) & mask
            count += 1
            pair = np.uint32(previous * np.uint32(0x9E3779B1)) ^ word
            out[count] = _mix(pair + np.uint32(13)) & mask
            count += 1
            previous = word
            word = np.uint32(0)
            inside = 0
        if not is_word and kind != SPACE and j < end:
            out[count] = _mix(np.uint32(codes[j] + np.uint32(17))) & mask
            count += 1
            c4 = c3 = c2 = c1 = edge
        else:
            c4 = c3
            c3 = c2
            c2 = c1
            c1 = code
    return count


@kernel
def gram_scores(
    codes: U32, starts: I64, ends: I64, lower: U32, classes: U8, weights: F32, limit: int
) -> F32:
    """Sum of the weights of each line's n-grams over the root of their number, ``float32[n]``.

    ``weights`` has a power of two buckets.
    """
    n = starts.shape[0]
    out = np.zeros(n, np.float32)
    buffer = np.zeros(limit, np.uint32)
    mask = np.uint32(weights.shape[0] - 1)
    for i in range(n):
        count = _line_grams(codes, starts[i], ends[i], lower, classes, mask, buffer)
        total = 0.0
        for k in range(count):
            total += weights[buffer[k]]
        if count > 0:
            out[i] = total / np.sqrt(count)
    return out


@kernel
def gram_buckets(
    codes: U32, starts: I64, ends: I64, lower: U32, classes: U8, buckets: int, limit: int
) -> tuple[U32, I64]:
    """The n-grams themselves, for training: bucket numbers and each line's range in them."""
    n = starts.shape[0]
    offsets = np.zeros(n + 1, np.int64)
    total = 0
    for i in range(n):
        total += min(limit, 6 * (ends[i] - starts[i] + 2))
    out = np.zeros(total, np.uint32)
    buffer = np.zeros(limit, np.uint32)
    mask = np.uint32(buckets - 1)
    position = 0
    for i in range(n):
        count = _line_grams(codes, starts[i], ends[i], lower, classes, mask, buffer)
        out[position : position + count] = buffer[:count]
        position += count
        offsets[i + 1] = position
    return out[:position], offsets


@kernel
def phrase_places(line: I64, phrase_word: I32, key: U64, most: int) -> tuple[I64, I64, I64]:
    """Line and place in it of phrases that begin at the words ``phrase_word`` (in order); then the
    lines of at most ``most`` words that hold a number.

    ``line`` and ``key`` are those of ``Reading``.
    """
    lines = np.empty(phrase_word.shape[0], np.int64)
    places = np.empty(phrase_word.shape[0], np.int64)
    i = 0
    for p in range(phrase_word.shape[0]):
        while line[i + 1] <= phrase_word[p]:
            i += 1
        lines[p], places[p] = i, phrase_word[p] - line[i]
    numbers = np.empty(line.shape[0] - 1, np.int64)
    count = 0
    for i in range(line.shape[0] - 1):
        if line[i + 1] - line[i] > most:
            continue
        for k in range(line[i], line[i + 1]):
            if key[k] == np.uint64(NUMBER_KEY):
                numbers[count] = i
                count += 1
                break
    return lines, places, numbers[:count]
