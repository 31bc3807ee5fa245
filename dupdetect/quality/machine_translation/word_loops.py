"""Words of many texts, and the places among them that a rule asks about, as numba loops.

A word is what stands between white space and punctuation, hyphens inside. Each is looked up once,
by hash, in one table of all word lists of all rules (:mod:`word_table`): what is not asked about
costs no Python at all.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import kernel
from dupdetect.quality.characters import TABLE_SIZE
from dupdetect.quality.loops import OFFSET, PRIME

U8 = NDArray[np.uint8]
U32 = NDArray[np.uint32]
U64 = NDArray[np.uint64]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]

#: Bits of a character: ends a word, upper or title case, lower case, letter, digit, greater than
#: the letters of the languages with word lists.
BREAK, UPPER, LOWER, ALPHA, DIGIT = 1, 2, 4, 8, 16
#: First character of other scripts (Greek and all that follow).
OTHER_SCRIPT = 0x370

#: Bits of a word. From the table: known in the language; foreign; may open a sentence but is
#: foreign; a letter, an article, an article in capitals that is foreign; *il* (before a name); may
#: be foreign by its company; two words joined; a month; a woman's title; a mass noun; a verb; of
#: the lexicon: ``foreign``, ``loose``, a strange word.
(
    KNOWN, FOREIGN, OPENER, LETTER, ARTICLE, SHOUTED, IL, HOMOGRAPH, JOINED, MONTH, TITLE, MASS,
    FINITE, ALIEN, LOOSE, STRANGE,
) = (1 << i for i in range(16))  # fmt: skip
#: By form, of unknown words: ends like a foreign one, has a capital inside, holds letters and
#: digits, is of another script; is a name; is all small letters.
ENDING, CAMEL, MIXED, SCRIPT, NAME, SMALL = (1 << i for i in range(16, 22))
#: By the words around: a foreign one that may be left over; one among foreign names.
WORTH, CROWDED = 1 << 22, 1 << 23
#: From the table too: may open a sentence of another language; is elided there; a day or month.
STARTER, ELIDED, DATE = (1 << i for i in range(24, 27))
#: From the table too: may be left of another language, by what is around it. By that: it is, with
#: one degree of certainty, another, and the sum of both.
CANDIDATE, LEFT, LEFT_TOO = (1 << i for i in range(27, 30))
#: Words that some rule asks about: not what nearly every text holds.
EVENTS = (
    LETTER | ARTICLE | SHOUTED | IL | HOMOGRAPH | JOINED | TITLE | MASS | CAMEL | MIXED | SCRIPT
    | WORTH | STARTER | ELIDED | DATE | LEFT | LEFT_TOO
)  # fmt: skip
#: Doubled pieces are looked for so many words back.
MAX_PHRASE = 8
#: Shorter words are no names and have no endings.
_MIN_NAME, _MIN_ENDING = 5, 5


@kernel
def split_words(
    codes: U32, base: I64, kinds: U8, lower: U32
) -> tuple[I64, I32, I32, U64, U64, U32]:
    """Words of the texts ``codes[base[d]:base[d + 1]]``: ``(doc, start, end, key, low, form)``.

    ``doc int64[n + 1]``: range of words of each text; ``start, end int32``: offsets in the text;
    ``key, low uint64``: hashes of the word and of its small letters; ``form``: bits CAMEL, MIXED,
    SCRIPT and NAME by form alone.
    """
    n = base.shape[0] - 1
    room = codes.shape[0] // 2 + n + 1
    doc = np.zeros(n + 1, np.int64)
    start = np.empty(room, np.int32)
    end = np.empty(room, np.int32)
    key = np.empty(room, np.uint64)
    low = np.empty(room, np.uint64)
    form = np.empty(room, np.uint32)
    count = 0
    for d in range(n):
        begin = np.int64(-1)
        exact = np.uint64(OFFSET)
        small = np.uint64(OFFSET)
        union = np.uint8(0)
        common = np.uint8(255)
        first = np.uint8(0)
        rest = np.uint8(0)
        last = np.uint8(0)
        for j in range(base[d], base[d + 1] + 1):
            kind = np.uint8(BREAK)
            code = np.uint32(32)
            if j < base[d + 1]:
                code = codes[j]
                kind = kinds[code] if code < TABLE_SIZE else np.uint8(0)
            if kind & BREAK:
                if begin >= 0:
                    start[count] = begin - base[d]
                    end[count] = j - base[d]
                    key[count] = exact ^ (exact >> np.uint64(32))
                    low[count] = small
                    form[count] = _form(union, common, first, rest, last, int(j - begin))
                    if codes[begin] >= OTHER_SCRIPT:
                        form[count] |= np.uint32(SCRIPT)
                    count += 1
                    begin = np.int64(-1)
                continue
            if begin < 0:
                begin = np.int64(j)
                exact = np.uint64(OFFSET)
                small = np.uint64(OFFSET)
                union = np.uint8(0)
                common = np.uint8(255)
                first = kind
                rest = np.uint8(0)
            else:
                rest |= kind
            union |= kind
            common &= kind
            last = kind
            exact = (exact ^ np.uint64(code)) * np.uint64(PRIME)
            if code < TABLE_SIZE:
                code = lower[code]
            small = (small ^ np.uint64(code)) * np.uint64(PRIME)
        doc[d + 1] = count
    return doc, start[:count], end[:count], key[:count], low[:count], form[:count]


@kernel
def _form(
    union: np.uint8, common: np.uint8, first: np.uint8, rest: np.uint8, last: np.uint8, size: int
) -> Any:
    """CAMEL where a capital may stand inside, MIXED for small letters before digits or four of
    them after, NAME for a capital and small letters, SMALL for small letters."""
    if common & ALPHA and not union & UPPER:
        return np.uint32(SMALL if union & LOWER else 0)
    simple = bool(common & ALPHA) and bool(first & UPPER) and not rest & UPPER
    if simple and union & LOWER:
        return np.uint32(NAME if size >= _MIN_NAME else 0)
    if union & UPPER and union & LOWER and common & ALPHA:
        return np.uint32(CAMEL)
    if not union & UPPER and (
        (first & LOWER and last & DIGIT) or (first & DIGIT and last & LOWER and size > 4)
    ):
        return np.uint32(MIXED)
    return np.uint32(0)


@kernel
def _slot(key: Any, keys: U64) -> Any:
    limit = np.uint64(keys.shape[0] - 1)
    slot = key & limit
    while keys[slot] != np.uint64(0):
        if keys[slot] == key:
            return np.int64(slot)
        slot = (slot + np.uint64(1)) & limit
    return np.int64(-1)


@kernel
def _has(value: Any, values: U64) -> bool:
    at = np.searchsorted(values, value)
    return bool(at < values.shape[0] and values[at] == value)


@kernel
def _ends_foreign(codes: U32, stop: int, endings_2: U64, endings_3: U64, endings_4: U64) -> bool:
    tail = np.uint64(0)
    for k in range(4):
        code = codes[stop - 1 - k]
        if code >= TABLE_SIZE:
            return False
        tail |= np.uint64(code) << np.uint64(16 * k)
        if k == 1 and _has(tail, endings_2):
            return True
        if k == 2 and _has(tail, endings_3):
            return True
        if k == 3 and _has(tail, endings_4):
            return True
    return False


@kernel
def _before_capital(codes: U32, base: int, kinds: U8, start: I32, word: int, stop: int) -> bool:
    if word + 1 >= stop:
        return False
    code = codes[base + start[word + 1]]
    return bool(code < TABLE_SIZE and kinds[code] & UPPER)


@kernel
def look_up(
    codes: U32,
    base: I64,
    kinds: U8,
    doc: I64,
    start: I32,
    end: I32,
    key: U64,
    form: U32,
    keys: U64,
    bits: U32,
    first: I32,
    second: I32,
    member: U64,
    endings_2: U64,
    endings_3: U64,
    endings_4: U64,
) -> tuple[U32, I64]:
    """``(bits of each word, suspects)``: the pairs of words that some rule suspects, as numbers of
    their first words, in order.

    ``member[second]`` holds a bit for each ``first`` that may stand before the word.
    """
    found = np.empty(key.shape[0], np.uint32)
    suspects = np.empty(key.shape[0], np.int64)
    n_suspects = 0
    for d in range(doc.shape[0] - 1):
        before = np.int32(-1)
        for k in range(doc[d], doc[d + 1]):
            slot = _slot(key[k], keys)
            value = form[k]
            row = np.int32(-1)
            group = np.int32(-1)
            if slot >= 0:
                value |= bits[slot]
                row = second[slot]
                group = first[slot]
            if (
                before >= 0
                and row >= 0
                and (member[row, before >> 6] >> np.uint64(before & 63)) & np.uint64(1)
            ):
                suspects[n_suspects] = k - 1
                n_suspects += 1
            before = group
            if value & np.uint32(KNOWN):
                value &= ~np.uint32(CAMEL | MIXED | SCRIPT | NAME)
            elif (
                value & np.uint32(SMALL)
                and end[k] - start[k] >= _MIN_ENDING
                and _ends_foreign(codes, base[d] + end[k], endings_2, endings_3, endings_4)
            ):
                value |= np.uint32(ENDING)
            if value & np.uint32(IL) and not _before_capital(
                codes, base[d], kinds, start, k, doc[d + 1]
            ):
                value &= ~np.uint32(IL)
            found[k] = value
    return found, suspects[:n_suspects]


@kernel
def find_repeats(doc: I64, key: U64, low: U64, bits: U32) -> tuple[I64, I64]:
    """Doubled pieces: ``(first word, word where its repetition begins)``, numbers of words.

    The word where it begins is the latest of the same small letters. One word twice is spelled the
    same; a longer piece, up to MAX_PHRASE words, comes whole; of a verb that comes again two words
    later only the word itself.
    """
    before = np.empty(key.shape[0], np.int64)
    again = np.empty(key.shape[0], np.int64)
    latest = np.full(256, -MAX_PHRASE - 1, np.int64)  # by the first bits of the hash
    count = 0
    for d in range(doc.shape[0] - 1):
        stop = doc[d + 1]
        for k in range(doc[d], stop):
            slot = np.int64(low[k] >> np.uint64(56))
            near = k - latest[slot] <= MAX_PHRASE
            latest[slot] = k
            if not near:
                continue
            for size in range(1, min(MAX_PHRASE, k - doc[d]) + 1):
                if low[k - size] != low[k]:
                    continue
                hit = key[k] == key[k - 1] if size == 1 else k + size <= stop
                if size > 1 and hit:
                    for i in range(1, size):
                        if low[k - size + i] != low[k + i]:
                            hit = False
                            break
                if not hit and size == 2 and bits[k] & np.uint32(FINITE):
                    hit = True
                if hit:
                    before[count] = k - size
                    again[count] = k
                    count += 1
                break
    return before[:count], again[:count]
