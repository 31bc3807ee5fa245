"""The loops over a text's words that all quality rules share, in numba.

Words are runs of letters and digits. ``mask`` holds the bits of the word lists a word stands in,
``key`` its hash (all numbers have one), ``stem`` a hash of its first letters.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import kernel
from dupdetect.quality.characters import CAPITAL, DIGIT, LETTER, SMALL, STOP, TABLE_SIZE

U8 = NDArray[np.uint8]
U32 = NDArray[np.uint32]
U64 = NDArray[np.uint64]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
F64 = NDArray[np.float64]

#: FNV-1a, 64 bits.
OFFSET = 14695981039346656037
PRIME = 1099511628211
#: Words are compared across sentences by their first letters: inflection changes the end.
_STEM = 6
#: The hash of every number: that of the word ``0``.
_ZERO = ((OFFSET ^ 48) * PRIME) & 0xFFFFFFFFFFFFFFFF
NUMBER_KEY = _ZERO ^ (_ZERO >> 32)
#: Longer phrases begin with the sequence; lower bits of the value: number of the phrase + 1.
CONTINUES = 1 << 32
#: A capital inside a word is one after this many letters: not McDonald, LeBron, DiCaprio.
_CAMEL_HEAD = 3
#: The sign stands alone, as a word of its own.
_COPYRIGHT = 0xA9


@kernel
def _look_up(key: Any, keys: U64, masks: U64) -> Any:
    limit = np.uint64(keys.shape[0] - 1)
    slot = key & limit
    while keys[slot] != np.uint64(0):
        if keys[slot] == key:
            return masks[slot]
        slot = (slot + np.uint64(1)) & limit
    return np.uint64(0)


@kernel
def fill_table(keys: U64, values: U64, all_keys: U64, all_values: U64) -> None:
    """Puts keys and their values into a table of a power of two, in which 0 is a free place."""
    limit = np.uint64(all_keys.shape[0] - 1)
    for i in range(keys.shape[0]):
        slot = keys[i] & limit
        while all_keys[slot] != np.uint64(0):
            slot = (slot + np.uint64(1)) & limit
        all_keys[slot], all_values[slot] = keys[i], values[i]


@kernel
def find_words(
    codes: U32,
    starts: I64,
    ends: I64,
    classes: U8,
    lower: U32,
    keys: U64,
    masks: U64,
    camel_bit: int,
    famous_bit: int,
) -> tuple[I32, I32, U64, U64, U32, U8, I64]:
    """Words of the lines, in order.

    Returns ``(start, end, key, mask, stem, capital, line)``: character offsets, hash of the word,
    bits of the word lists (and ``camel_bit`` for a capital inside, unless ``famous_bit`` is set),
    hash of its first six letters, 1 where it begins with a capital, and the first word of each line
    (``int64[n + 1]``). Han, kana and the like are one word a character.
    """
    n = starts.shape[0]
    room = n
    for i in range(n):
        room += ends[i] - starts[i]
    start = np.empty(room, np.int32)
    end = np.empty(room, np.int32)
    key = np.empty(room, np.uint64)
    mask = np.empty(room, np.uint64)
    stem = np.empty(room, np.uint32)
    capital = np.zeros(room, np.uint8)
    line = np.zeros(n + 1, np.int64)
    count = 0
    for i in range(n):
        begin = -1
        length = 0
        value = np.uint64(OFFSET)
        head = np.uint64(0)
        number = False
        camel = False
        before = np.uint8(0)
        for j in range(starts[i], ends[i] + 1):
            kind = np.uint8(0)
            code = np.uint32(32)
            if j < ends[i]:
                code = codes[j]
                if code < TABLE_SIZE:
                    kind = classes[code]
                    code = lower[code]
                    if code == _COPYRIGHT:
                        kind = np.uint8(LETTER)
                elif 0x20000 <= code < 0x40000:
                    kind = np.uint8(LETTER)
            in_word = SMALL <= kind <= DIGIT
            alone = kind == LETTER and (code >= 0x2E80 or code == _COPYRIGHT)
            if begin >= 0 and (alone or not in_word):
                found = np.uint64(NUMBER_KEY) if number else value ^ (value >> np.uint64(32))
                start[count] = begin
                end[count] = j
                key[count] = found
                bits = _look_up(found, keys, masks)
                if camel and not (bits >> np.uint64(famous_bit)) & np.uint64(1):
                    bits |= np.uint64(1) << np.uint64(camel_bit)
                mask[count] = bits
                stem[count] = np.uint32((head if length >= _STEM else value) >> np.uint64(16))
                count += 1
                begin = -1
            if not in_word:
                continue
            if begin < 0:
                begin = j
                length = 0
                value = np.uint64(OFFSET)
                capital[count] = kind == CAPITAL
                number = kind == DIGIT
                camel = False
            elif kind == CAPITAL and before == SMALL and length >= _CAMEL_HEAD:
                camel = True
            before = kind
            value = (value ^ np.uint64(code)) * np.uint64(PRIME)
            length += 1
            if length == _STEM:
                head = value
            if alone:
                found = value ^ (value >> np.uint64(32))
                start[count] = j
                end[count] = j + 1
                key[count] = found
                mask[count] = _look_up(found, keys, masks)
                stem[count] = np.uint32(value >> np.uint64(16))
                count += 1
                begin = -1
        line[i + 1] = count
    return (
        start[:count], end[:count], key[:count], mask[:count], stem[:count], capital[:count], line
    )  # fmt: skip


@kernel
def match_phrases(
    key: U64,
    mask: U64,
    line: I64,
    keys: U64,
    ids: U64,
    bits: U64,
    longest: int,
    first_bit: int,
    start_bit: int,
) -> tuple[I32, I32, I32]:
    """All phrases inside lines: ``(phrase, first word, number of words)``, by first word.

    A phrase can begin at words with ``first_bit``; ``keys`` and ``ids`` are the table of
    sequences (ids from 1, and CONTINUES), ``bits[id]`` are put into ``mask`` at the first word of a
    find. A phrase with ``start_bit`` alone counts at the beginning of a line only.
    """
    wanted = np.uint64(1) << np.uint64(first_bit)
    starting = np.uint64(1) << np.uint64(start_bit)
    room = 0
    for k in range(mask.shape[0]):
        room += (mask[k] & wanted) != 0
    room *= longest
    phrase = np.empty(room, np.int32)
    word = np.empty(room, np.int32)
    size = np.empty(room, np.int32)
    count = 0
    for i in range(line.shape[0] - 1):
        for k in range(line[i], line[i + 1]):
            if not mask[k] & wanted:
                continue
            value = np.uint64(OFFSET)
            for last in range(k, min(line[i + 1], k + longest)):
                value = (value ^ key[last]) * np.uint64(PRIME)
                found = _look_up(value ^ (value >> np.uint64(32)), keys, ids)
                number = np.int64(found & np.uint64(CONTINUES - 1)) - 1
                if number >= 0 and (k == line[i] or bits[number] != starting):
                    phrase[count] = number
                    word[count] = k
                    size[count] = last - k + 1
                    mask[k] |= bits[number]
                    count += 1
                if not found & np.uint64(CONTINUES):
                    break
    return phrase[:count], word[:count], size[:count]


@kernel
def count_marks(mask: U64, start: I32, begins: I64, stops: I64, bits: int) -> I32:
    """How many words of each list stand in each segment, ``int32[segments, bits + 1]``.

    Segments are character spans in order; the last column counts all words.
    """
    n = begins.shape[0]
    out = np.zeros((n, bits + 1), np.int32)
    for i in range(n):
        k = int(np.searchsorted(start, begins[i]))
        while k < start.shape[0] and start[k] < stops[i]:
            value = mask[k]
            out[i, bits] += 1
            bit = 0
            while value:
                if value & np.uint64(1):
                    out[i, bit] += 1
                value >>= np.uint64(1)
                bit += 1
            k += 1
    return out


@kernel
def cohesion(
    start: I32, end: I32, stem: U32, capital: U8, mask: U64, begin: int, stop: int, bit: int
) -> tuple[int, int, int, int]:
    """How a segment of characters ``begin:stop`` hangs together with the rest of its text.

    Returns ``(long words, of these found elsewhere in the text, capitalised words inside the
    segment that stand nowhere else, words of the list ``bit`` that stand nowhere else)``. Long
    means five letters or more; words are the same when their first six letters are.
    """
    low = int(np.searchsorted(start, begin))
    high = int(np.searchsorted(start, stop))
    content = 0
    shared = 0
    names = 0
    listed = 0
    wanted = np.uint64(1) << np.uint64(bit)
    for k in range(low, high):
        is_long = end[k] - start[k] >= 5
        is_name = capital[k] == 1 and k > low
        is_listed = (mask[k] & wanted) != np.uint64(0)
        if not (is_long or is_name or is_listed):
            continue
        found = False
        for other in range(start.shape[0]):
            if stem[other] == stem[k] and (other < low or other >= high):
                found = True
                break
        content += is_long
        shared += is_long and found
        names += is_name and not found
        listed += is_listed and not found
    return content, shared, names, listed


@kernel
def cohesions(
    start: I32,
    end: I32,
    stem: U32,
    capital: U8,
    mask: U64,
    begins: I64,
    stops: I64,
    first: I64,
    last: I64,
    bit: int,
) -> I64:
    """:func:`cohesion` of segments of several texts, ``int64[n, 4]``; the words of the text of
    segment i are ``first[i]`` to ``last[i]`` (exclusive), all offsets those of the texts as one."""
    out = np.zeros((begins.shape[0], 4), np.int64)
    for i in range(begins.shape[0]):
        a, b = first[i], last[i]
        out[i] = cohesion(
            start[a:b], end[a:b], stem[a:b], capital[a:b], mask[a:b], begins[i], stops[i], bit
        )
    return out


@kernel
def line_points(
    codes: U32,
    classes: U8,
    start: I32,
    end: I32,
    mask: U64,
    capital: U8,
    line: I64,
    first: F64,
    second: F64,
    marked: I64,
    marked_points: float,
    base: I64,
    lines: I64,
) -> F64:
    """The most points that a rough sentence of each line has, ``float64[n]``.

    A sentence has ``first[b]`` points for its first word of list ``b`` and ``second[b]`` more for
    a second one, and ``marked_points`` for holding one of the sorted positions ``marked``. Rough
    sentences end where a stop stands between a word of four letters and a capital. Text d has its
    characters from ``base[d]`` and its lines from ``lines[d]`` on.
    """
    n = line.shape[0] - 1
    out = np.full(n, -100.0)
    place = 0
    text = 0
    for i in range(n):
        while text < lines.shape[0] and lines[text] <= i:
            while place < marked.shape[0] and marked[place] < base[text]:
                place += 1
            text += 1
        points = 0.0
        once = np.uint64(0)
        twice = np.uint64(0)
        has_mark = False
        for k in range(line[i], line[i + 1]):
            if k > line[i] and capital[k] == 1 and end[k - 1] - start[k - 1] > 3:
                for j in range(end[k - 1], start[k]):
                    if codes[j] < TABLE_SIZE and classes[codes[j]] == STOP:
                        out[i] = max(out[i], points)
                        points = 0.0
                        once = np.uint64(0)
                        twice = np.uint64(0)
                        has_mark = False
                        break
            while place < marked.shape[0] and marked[place] < end[k]:
                if not has_mark:
                    points += marked_points
                has_mark = True
                place += 1
            value = mask[k]
            bit = 0
            while value:
                if value & np.uint64(1):
                    one = np.uint64(1) << np.uint64(bit)
                    if not once & one:
                        once |= one
                        points += first[bit]
                    elif not twice & one:
                        twice |= one
                        points += second[bit]
                value >>= np.uint64(1)
                bit += 1
        out[i] = max(out[i], points)
    return out
