"""Words, forms, hashes and marks of a text's lines in one walk over its characters.

The same as :func:`dupdetect.quality.loops.find_words` (keys and word lists alone), :func:`.shapes`,
:func:`.line_hashes` and :func:`.code_marks`, which a processor that guesses the end of every word
wrong takes twice as long for, one after the other.
"""

from __future__ import annotations

import numpy as np

from dupdetect.kernels._jit import kernel
from dupdetect.quality.boilerplate.code import is_mark
from dupdetect.quality.boilerplate.kernel import (
    ADDRESS,
    CAPITALS,
    CHARS,
    DIGITS,
    F32,
    FIRST,
    I64,
    LAST,
    LETTERS,
    LINE_OFFSET,
    LINE_PRIME,
    SHORT,
    U8,
    U32,
    WORDS,
    count_mark,
    count_word,
    first_and_last,
    tell_prose,
)
from dupdetect.quality.characters import CAPITAL, DIGIT, LETTER, SMALL, SPACE, TABLE_SIZE
from dupdetect.quality.loops import _COPYRIGHT, NUMBER_KEY, OFFSET, PRIME, U64, _look_up


@kernel
def scan_lines(
    codes: U32, starts: I64, ends: I64, classes: U8, lower: U32, keys: U64, masks: U64
) -> tuple[U64, U64, I64, F32, U32, U8]:
    """``(key, mask, line, shape, hashes, code)`` of the lines of a text."""
    n = starts.shape[0]
    room = n
    for i in range(n):
        room += ends[i] - starts[i]
    key, mask = np.empty(room, np.uint64), np.empty(room, np.uint64)
    line, shape = np.zeros(n + 1, np.int64), np.zeros((n, 20), np.float32)
    hashes, marks = np.empty(n, np.uint32), np.zeros(n, np.uint8)
    count = 0
    for i in range(n):
        row, start, end = shape[i], starts[i], ends[i]
        row[CHARS] = end - start
        row[FIRST], row[LAST] = first_and_last(codes, start, end, classes)
        said = LINE_OFFSET
        inside, number, value = False, False, np.uint64(OFFSET)  # of the word as find_words has it
        letters = capitals = digits = 0  # of the word as shapes has it
        capital_first = False
        all_letters = all_capitals = all_digits = 0
        for j in range(start, end + 1):
            kind, low = np.uint8(SPACE), np.uint32(32)
            if j < end:
                code = codes[j]
                kind, low = np.uint8(0), code
                if code < TABLE_SIZE:
                    kind, low = classes[code], lower[code]
                elif 0x20000 <= code < 0x40000:
                    kind = np.uint8(LETTER)
                if low > 32 and low != 160:
                    said = np.uint32((said ^ low) * LINE_PRIME)
            if kind in (SMALL, CAPITAL, DIGIT):
                if not inside:
                    inside, number, value = True, kind == DIGIT, np.uint64(OFFSET)
                value = (value ^ np.uint64(low)) * np.uint64(PRIME)
                if kind == DIGIT:
                    digits += 1
                    if marks[i] == 0 and is_mark(codes, j, start):
                        marks[i] = 1
                    continue
                if letters + digits == 0:
                    capital_first = kind == CAPITAL
                letters += 1
                capitals += kind == CAPITAL
                continue
            sign = low == _COPYRIGHT
            joins = kind == LETTER and low < 0x2E80
            if inside and not joins:
                found = np.uint64(NUMBER_KEY) if number else value ^ (value >> np.uint64(32))
                key[count], mask[count] = found, _look_up(found, keys, masks)
                count += 1
                inside = False
            if joins or kind == LETTER or sign:
                if not inside:
                    inside, number, value = True, False, np.uint64(OFFSET)
                value = (value ^ np.uint64(low)) * np.uint64(PRIME)
                if not joins:  # a word of its own
                    found = value ^ (value >> np.uint64(32))
                    key[count], mask[count] = found, _look_up(found, keys, masks)
                    count += 1
                    inside = False
            if kind == LETTER:
                if 0x2E80 <= codes[j] < 0xA000:
                    row[WORDS] += 0.5  # scripts without spaces: two characters make a word
                    row[SHORT] += 0.1
                    continue
                if letters + digits == 0:
                    capital_first = False
                letters += 1
                continue
            if letters + digits > 0:
                all_letters += letters
                all_capitals += capitals
                all_digits += digits
                count_word(row, letters, capitals, digits, capital_first)
                letters = capitals = digits = 0
                capital_first = False
            if kind == SPACE:
                continue
            count_mark(row, kind)
            if codes[j] == 64 or (codes[j] == 47 and j + 1 < end and codes[j + 1] == 47):
                row[ADDRESS] = 1
            if marks[i] == 0 and codes[j] <= 125 and is_mark(codes, j, start):
                marks[i] = 1
        row[LETTERS], row[CAPITALS], row[DIGITS] = all_letters, all_capitals, all_digits
        tell_prose(row)
        hashes[i], line[i + 1] = said, count
    return key[:count], mask[:count], line, shape, hashes, marks
