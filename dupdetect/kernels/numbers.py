"""Numbers as anchors: 10 000, 10.000 and 10,000 have one key; "six" has that of 6.

A number is what a rewrite and a translation keep most faithfully, and what differs in form from
language to language. Keys are hashes of the canonical digits, so that they are the same in both
anchor alphabets (stems and skeletons).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import inlined
from dupdetect.kernels.mix import mix32

_FNV_OFFSET = np.uint32(2166136261)
_FNV_PRIME = np.uint32(16777619)

#: Background Zipf frequency times 20 by the form of a number. Measured as document frequency over
#: 35,000 French news articles and rounded: one digit, two, three, a year, four and more, decimals.
ZIPF_ONE_DIGIT = 100
ZIPF_TWO_DIGITS = 90
ZIPF_THREE_DIGITS = 80
ZIPF_YEAR = 90
ZIPF_LONG = 62
ZIPF_DECIMAL = 72


@inlined
def _leading_digits(text: NDArray[np.uint8], start: int, end: int) -> int:
    count = 0
    while start + count < end and 48 <= text[start + count] <= 57:
        count += 1
    return count


@inlined
def _fold_digits(h: np.uint32, text: NDArray[np.uint8], start: int, count: int) -> np.uint32:
    for i in range(start, start + count):
        h = np.uint32((h ^ np.uint32(text[i])) * _FNV_PRIME)
    return h


@inlined
def _skip_zeros(text: NDArray[np.uint8], start: int, count: int) -> int:
    skip = 0
    while skip < count - 1 and text[start + skip] == 48:
        skip += 1
    return skip


@inlined
def small_number_key(value: int) -> np.uint32:
    """Key of a whole number from 0 to 999,999, equal to that of its digits in a text."""
    left, digits, count = np.uint64(value), np.uint64(0), 0
    while count == 0 or left > np.uint64(0):
        left, digit = left // np.uint64(10), left % np.uint64(10)
        digits, count = digits << np.uint64(8) | digit, count + 1
    h = np.uint32(_FNV_OFFSET ^ np.uint32(0x4E554D))
    for _ in range(count):
        h = np.uint32((h ^ (np.uint32(48) + np.uint32(digits & np.uint64(15)))) * _FNV_PRIME)
        digits >>= np.uint64(8)
    h = mix32(h)
    return h if h != 0 else np.uint32(1)


@inlined
def small_number_zipf(value: int) -> int:
    """Background Zipf frequency (times 20) of a whole number."""
    if value < 10:
        return ZIPF_ONE_DIGIT
    if value >= 1000:
        return ZIPF_YEAR if 1900 <= value < 2100 else ZIPF_LONG
    return ZIPF_TWO_DIGITS if value < 100 else ZIPF_THREE_DIGITS


@inlined
def _zipf_of(text: NDArray[np.uint8], start: int, digits: int) -> int:
    if digits == 1:
        return ZIPF_ONE_DIGIT
    if digits == 2:
        return ZIPF_TWO_DIGITS
    if digits == 3:
        return ZIPF_THREE_DIGITS
    if digits == 4 and (
        (text[start] == 49 and text[start + 1] == 57)
        or (text[start] == 50 and text[start + 1] == 48)
    ):
        return ZIPF_YEAR
    return ZIPF_LONG


@inlined
def _plain_digits(
    i: int,
    last: int,
    text: NDArray[np.uint8],
    text_start: NDArray[np.int64],
    text_end: NDArray[np.int64],
    start: NDArray[np.int32],
    end: NDArray[np.int32],
) -> int:
    """Digits of token i if it is nothing else and one character behind the token before, else 0."""
    if i >= last or start[i] != end[i - 1] + 1:
        return 0
    digits = _leading_digits(text, text_start[i], text_end[i])
    return digits if digits == text_end[i] - text_start[i] else 0


@inlined
def number_at(
    i: int,
    last: int,
    text: NDArray[np.uint8],
    text_start: NDArray[np.int64],
    text_end: NDArray[np.int64],
    start: NDArray[np.int32],
    end: NDArray[np.int32],
) -> tuple[np.uint32, int, int]:
    """The number that begins at token i (before token ``last``): key, tokens taken, Zipf times 20.

    Groups of three digits one character apart are joined; a further group of another length, one
    character apart, is a decimal part ("12,5", "10.30"); letters behind the digits ("20e", "6th",
    "10h") are dropped, digits behind such letters are a decimal part ("10h30"). The key is 0 where
    no number begins.
    """
    a, b = text_start[i], text_end[i]
    digits = _leading_digits(text, a, b)
    if digits == 0 or digits > 15:
        return np.uint32(0), 1, 0
    h = np.uint32(_FNV_OFFSET ^ np.uint32(0x4E554D))
    skip = _skip_zeros(text, a, digits)
    h = _fold_digits(h, text, a + skip, digits - skip)
    total = digits - skip
    taken = 1
    zipf = -1
    if a + digits < b:  # letters behind the digits
        k = a + digits
        while k < b and not 48 <= text[k] <= 57:
            k += 1
        more = _leading_digits(text, k, b)
        if more > 0:
            h = np.uint32((h ^ np.uint32(46)) * _FNV_PRIME)
            h = _fold_digits(h, text, k, more)
            zipf = ZIPF_DECIMAL
    else:
        first = digits
        while (
            first <= 3
            and _plain_digits(i + taken, last, text, text_start, text_end, start, end) == 3
        ):
            h = _fold_digits(h, text, text_start[i + taken], 3)
            total += 3
            taken += 1
        j = i + taken
        more = _plain_digits(j, last, text, text_start, text_end, start, end)
        if total < 4 and 1 <= more <= 2:
            h = np.uint32((h ^ np.uint32(46)) * _FNV_PRIME)
            h = _fold_digits(h, text, text_start[j], more)
            taken += 1
            zipf = ZIPF_DECIMAL
    if zipf < 0:
        zipf = _zipf_of(text, a + skip, total)
    h = mix32(h)
    return (h if h != 0 else np.uint32(1)), taken, zipf
