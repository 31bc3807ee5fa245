"""Hashed n-grams of a text with its typography folded away, as numba loops over code points.

Small letters without accents; a number of any form is one token; commas, the ends of sentences and
asides (colon, semicolon, bracket) are tokens; quotation marks, dashes, apostrophes and spaces only
separate: translation systems differ in those, and a model would learn the system's quotes.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import kernel

U32 = NDArray[np.uint32]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
F32 = NDArray[np.float32]
F64 = NDArray[np.float64]

#: Code points below this are folded by table; of those above only the ellipsis counts.
TABLE_SIZE = 8192
#: What the table says of characters that are no letters (those are their own base letter).
SEPARATOR, COMMA, STOP, ASIDE, DIGIT = 0, 1, 2, 3, 4
_FIRST_LETTER = 32
_ELLIPSIS = 0x2026
#: Kinds of n-grams, to be added up: words, pairs, triples of words, letters inside words.
WORDS, PAIRS, TRIPLES, LETTERS = 1, 2, 4, 8
#: Separators inside a number, before another digit: space, comma, full stop, no-break spaces.
_IN_NUMBER = np.array([0x20, 0x2C, 0x2E, 0xA0, 0x202F, 0x2009], np.uint32)
#: FNV-1a, 32 bits.
_OFFSET, _PRIME = 2166136261, 16777619


@lru_cache(maxsize=1)
def fold_table() -> U32:
    """``uint32[8192]``: base letter in lower case, or the kind of character."""
    table = np.zeros(TABLE_SIZE, np.uint32)
    for code in range(TABLE_SIZE):
        character = chr(code)
        category = unicodedata.category(character)
        if category[0] == "L":
            table[code] = ord(unicodedata.normalize("NFKD", character.lower())[0])
        elif category == "Nd":
            table[code] = DIGIT
    table[ord(",")] = COMMA
    for character in ";:()":
        table[ord(character)] = ASIDE
    for character in ".!?\n\r":
        table[ord(character)] = STOP
    return table


@kernel
def _mix(value: np.uint32) -> np.uint32:
    value ^= value >> np.uint32(16)
    value = np.uint32(value * np.uint32(0x85EBCA6B))
    return value ^ (value >> np.uint32(13))


@kernel
def _in_number(codes: U32, j: int, table: U32) -> bool:
    """Whether the separator at ``j`` stands between two digits."""
    if (
        j == 0
        or j + 1 >= codes.shape[0]
        or codes[j + 1] >= TABLE_SIZE
        or codes[j - 1] >= TABLE_SIZE
    ):
        return False
    if table[codes[j + 1]] != DIGIT or table[codes[j - 1]] != DIGIT:
        return False
    return bool((codes[j] == _IN_NUMBER).any())


@kernel
def grams(codes: U32, table: U32, mask: int, kinds: int) -> tuple[U32, I32, int]:
    """``(buckets uint32[k], at int32[k], words)``: n-grams, where their last word begins.

    ``codes uint32`` are the code points, ``mask`` the number of buckets (a power of two) less one.
    """
    n = codes.shape[0]
    limit = np.uint32(mask)
    bucket = np.empty(5 * n + 16, np.uint32)
    at = np.empty(5 * n + 16, np.int32)
    count = words = 0
    value = np.uint32(_OFFSET)
    length = 0
    begin = 0
    number = False
    one = two = np.uint32(0)  # the words before
    a = b = c = np.uint32(_FIRST_LETTER)  # the letters before
    stopped = True
    for j in range(n + 1):
        folded = np.uint32(STOP)
        if j < n:
            code = codes[j]
            if code < TABLE_SIZE:
                folded = table[code]
            elif code != _ELLIPSIS:
                folded = np.uint32(SEPARATOR)
        goes_on = folded == DIGIT or (folded < DIGIT and j < n and _in_number(codes, j, table))
        if number and goes_on:
            continue
        is_letter = folded >= _FIRST_LETTER
        if is_letter and not number:
            if length == 0:
                begin = j
                a = b = c = np.uint32(_FIRST_LETTER)
            value = np.uint32((value ^ folded) * np.uint32(_PRIME))
            length += 1
        if length > 0 and kinds & LETTERS:
            edge = folded if is_letter else np.uint32(_FIRST_LETTER)
            three = np.uint32((np.uint32((b * np.uint32(_PRIME)) ^ a) * np.uint32(_PRIME)) ^ edge)
            if length + (not is_letter) >= 2:
                bucket[count] = _mix(three + np.uint32(3)) & limit
                at[count] = begin
                count += 1
            if length + (not is_letter) >= 3:
                four = np.uint32(three * np.uint32(0x9E3779B1)) ^ c
                bucket[count] = _mix(four + np.uint32(4)) & limit
                at[count] = begin
                count += 1
            c = b
            b = a
            a = edge
        if is_letter and not number:
            continue
        ended = length > 0 or number
        for token in range(2):
            if token == 0 and not ended:
                continue
            if token == 1:
                # The mark after the word: one, however many stand there.
                if folded == SEPARATOR or folded >= DIGIT or stopped:
                    continue
                value = np.uint32(folded)
                begin = j
                stopped = True
            else:
                stopped = False
                words += 1
                if number:
                    value = np.uint32(48)
            if kinds & WORDS:
                bucket[count] = _mix(value + np.uint32(11)) & limit
                at[count] = begin
                count += 1
            if kinds & PAIRS:
                pair = np.uint32(one * np.uint32(0x9E3779B1)) ^ value
                bucket[count] = _mix(pair + np.uint32(13)) & limit
                at[count] = begin
                count += 1
            if kinds & TRIPLES:
                triple = np.uint32(np.uint32(two * np.uint32(0xC2B2AE35)) ^ pair)
                bucket[count] = _mix(triple + np.uint32(17)) & limit
                at[count] = begin
                count += 1
            two = one
            one = value
        value = np.uint32(_OFFSET)
        length = 0
        number = False
        if folded == DIGIT:
            number = True
            begin = j
        elif is_letter:  # a letter right after a number
            begin = j
            length = 1
            a = b = c = np.uint32(_FIRST_LETTER)
            value = np.uint32((value ^ folded) * np.uint32(_PRIME))
            a = folded
    return bucket[:count], at[:count], words


@kernel
def shares(bucket: U32, weights: F32) -> F32:
    """What each n-gram adds to the sum of a text, ``float32[k]``.

    A text is its buckets with the root of their counts, scaled to length one; a bucket's part is
    divided among the n-grams that fell into it.
    """
    size = 16  # a small table of counts: one of all buckets would have to be cleared for each text
    while size < 2 * bucket.shape[0]:
        size *= 2
    empty = np.uint32(0xFFFFFFFF)
    keys = np.full(size, empty, np.uint32)
    counts = np.zeros(size, np.uint32)
    slots = np.empty(bucket.shape[0], np.int32)
    for k in range(bucket.shape[0]):
        slot = np.int64(bucket[k]) & (size - 1)
        while keys[slot] != empty and keys[slot] != bucket[k]:
            slot = (slot + 1) & (size - 1)
        keys[slot] = bucket[k]
        counts[slot] += np.uint32(1)
        slots[k] = slot
    out = np.empty(bucket.shape[0], np.float32)
    scale = np.float32(1.0 / np.sqrt(max(1, bucket.shape[0])))
    for k in range(bucket.shape[0]):
        count = np.float32(counts[slots[k]])
        out[k] = weights[bucket[k]] * scale / np.float32(np.sqrt(count))
    return out


@kernel
def sums(
    codes: U32, base: I64, table: U32, weights: F32, kinds: int, limit: int, min_words: int
) -> F64:
    """The sum of :func:`shares` of each text, ``float64[n]``; NaN for fewer than ``min_words``.

    Text d is ``codes[base[d]:base[d + 1]]``; its first ``limit`` characters are read.
    """
    n = base.shape[0] - 1
    out = np.full(n, np.nan)
    for d in range(n):
        stop = min(base[d + 1], base[d] + limit)
        bucket, _, words = grams(codes[base[d] : stop], table, weights.shape[0] - 1, kinds)
        if words >= min_words:
            out[d] = shares(bucket, weights).sum()
    return out
