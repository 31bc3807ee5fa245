"""Text in a register: eight bytes of UTF-8 in a uint64, the first lowest.

A test of all eight leaves its answer in the high bit of each byte. That costs no branch per letter,
and the lengths of words are what a processor cannot predict (Warren, "Hacker's Delight", 6-2).
Everything here takes and gives numbers: an array handed to a function that branches has its
references counted, which costs more than the work.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dupdetect.kernels import fold
from dupdetect.kernels._jit import inlined, popcount, trailing_zeros

ZERO, ONE, TWO, THREE, FOUR = (np.uint64(number) for number in range(5))
EIGHT = np.uint64(8)
_BYTE = np.uint64(0xFF)
_SIX = np.uint64(0x3F)

_HIGH = np.uint64(0x8080808080808080)
_SEVEN = np.uint64(0x7F7F7F7F7F7F7F7F)
_CASE = np.uint64(0x2020202020202020)
# Added to a byte below 128, these carry into its high bit from the named character on.
_FROM_A = np.uint64(0x1F1F1F1F1F1F1F1F)  # 128 - "a"
_PAST_Z = np.uint64(0x0505050505050505)  # 128 - ("z" + 1)
_FROM_0 = np.uint64(0x5050505050505050)  # 128 - "0"
_PAST_9 = np.uint64(0x4646464646464646)  # 128 - ("9" + 1)

_UPPER = fold.UPPER


class Seen(NamedTuple):
    """What the open token holds: three counts, and whether its first letter is a capital."""

    letters: np.uint64
    uppers: np.uint64
    digits: np.uint64
    capital: bool


NOTHING = Seen(ZERO, ZERO, ZERO, False)


@inlined
def plain_word(x: np.uint64, seen: Seen) -> tuple[np.uint64, np.uint64, Seen]:
    """The ASCII letters and digits that ``x`` begins with: folded, how many, ``seen`` after."""
    x7 = x & _SEVEN
    lower = x7 | _CASE
    alpha = (lower + _FROM_A) & ~(lower + _PAST_Z) & ~x
    digit = (x7 + _FROM_0) & ~(x7 + _PAST_9) & ~x
    others = ~(alpha | digit) & _HIGH
    alpha &= (others - ONE) & ~others & _HIGH  # only before the first other
    upper = alpha & ~(x << TWO)
    first_is_upper = upper & alpha & (~alpha + ONE) != ZERO
    capital = first_is_upper if seen.letters == ZERO else seen.capital
    n, letters = trailing_zeros(others) >> THREE, popcount(alpha)
    after = Seen(
        seen.letters + letters, seen.uppers + popcount(upper), seen.digits + n - letters, capital
    )
    return x | upper >> TWO, n, after


@inlined
def one_character(e: int, seen: Seen) -> Seen:
    """``seen`` after the word character whose entry in the fold table is ``e``."""
    letter, upper, digit = np.uint64(e >> 3) & ONE, np.uint64(e >> 5) & ONE, np.uint64(e >> 4) & ONE
    capital = upper == ONE if seen.letters == ZERO else seen.capital
    return Seen(seen.letters + letter, seen.uppers + upper, seen.digits + digit, capital)


@inlined
def decode(x: np.uint64, left: np.uint64) -> tuple[np.uint64, np.uint64]:
    """Code point that ``x`` begins with, and its width in bytes, of which ``left`` are in the text.

    What cannot be UTF-8 is U+FFFD of width 1.
    """
    lead, second = x & _BYTE, x >> EIGHT & _SIX
    third, fourth = x >> np.uint64(16) & _SIX, x >> np.uint64(24) & _SIX
    if lead < np.uint64(0x80):
        return lead, ONE
    if np.uint64(0xC2) <= lead < np.uint64(0xE0) and left >= TWO:
        return (lead & np.uint64(0x1F)) << np.uint64(6) | second, TWO
    if np.uint64(0xE0) <= lead < np.uint64(0xF0) and left >= THREE:
        return (lead & np.uint64(0x0F)) << np.uint64(12) | second << np.uint64(6) | third, THREE
    if np.uint64(0xF0) <= lead < np.uint64(0xF5) and left >= FOUR:
        code = (lead & np.uint64(0x07)) << np.uint64(18) | second << np.uint64(12)
        code |= third << np.uint64(6) | fourth
        if code < np.uint64(0x110000):
            return code, FOUR
    return np.uint64(0xFFFD), ONE


@inlined
def load(data: npt.NDArray[np.uint8], i: np.uint64) -> np.uint64:
    """Eight bytes from ``i``; LLVM makes one load of it (positions must be unsigned for that)."""
    x = np.uint64(data[i]) | np.uint64(data[i + ONE]) << EIGHT
    x |= np.uint64(data[i + TWO]) << np.uint64(16) | np.uint64(data[i + THREE]) << np.uint64(24)
    x |= np.uint64(data[i + FOUR]) << np.uint64(32)
    x |= np.uint64(data[i + np.uint64(5)]) << np.uint64(40)
    x |= np.uint64(data[i + np.uint64(6)]) << np.uint64(48)
    return x | np.uint64(data[i + np.uint64(7)]) << np.uint64(56)


@inlined
def store(text: npt.NDArray[np.uint8], o: np.uint64, x: np.uint64) -> None:
    """Eight bytes to ``o``; LLVM makes one store of it."""
    text[o] = np.uint8(x)
    text[o + ONE] = np.uint8(x >> EIGHT)
    text[o + TWO] = np.uint8(x >> np.uint64(16))
    text[o + THREE] = np.uint8(x >> np.uint64(24))
    text[o + FOUR] = np.uint8(x >> np.uint64(32))
    text[o + np.uint64(5)] = np.uint8(x >> np.uint64(40))
    text[o + np.uint64(6)] = np.uint8(x >> np.uint64(48))
    text[o + np.uint64(7)] = np.uint8(x >> np.uint64(56))
