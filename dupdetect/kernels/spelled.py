"""Numbers written in words: "deux mille seize", "quatre-vingt-dix-sept", "four hundred"."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import inlined, kernel

#: Values of number words that are no numbers below a hundred, as the background table has them:
#: "hundred", "cent", "mille"; joining "et" and "y", and "un" behind them or behind a bigger one.
HUNDRED, CENT, THOUSAND, ET, Y, ONE = 100, 101, 102, 103, 104, 105


@kernel
def spelled_number(
    i: int,
    last: int,
    start: NDArray[np.int32],
    end: NDArray[np.int32],
    values: NDArray[np.uint8],
) -> tuple[int, int]:
    """A number below a million at token i, and how many tokens it takes: "deux mille seize", "cent
    mille"; 0 for none.

    ``values``: those of number words, 0 for other tokens; ``last``: where the document ends.
    """
    value, taken = _hundreds(i, last, start, end, values)
    unit = _next_value(i, taken, last, start, end, values)
    if value != 1 and value < 1000 and unit == THOUSAND:
        many, value, taken = value, 1000 * max(value, 1), taken + 1
        rest, more = 0, 0
        if _touches(i + taken, last, start, end):
            rest, more = _hundreds(i + taken, last, start, end, values)
        if rest > 1 or (rest == 1 and many > 1):
            value, taken = value + rest, taken + more
    if value <= 1:
        return 0, 1
    return value, taken


@kernel
def _hundreds(
    i: int,
    last: int,
    start: NDArray[np.int32],
    end: NDArray[np.int32],
    values: NDArray[np.uint8],
) -> tuple[int, int]:
    """A number below a thousand (or "dix-neuf cent") at token i; 1 for "un" (a), 0 for none.

    French "cent" alone is none, as in "pour cent", unless a number or "mille" follows.
    """
    value, taken = _tens(i, last, start, end, values)
    unit = _next_value(i, taken, last, start, end, values)
    if (unit != HUNDRED and unit != CENT) or value == 1 or value == 10 or value > 19:
        return value, taken
    many, value, taken = value, 100 * max(value, 1), taken + 1
    rest, more = 0, 0
    if _touches(i + taken, last, start, end):
        rest, more = _tens(i + taken, last, start, end, values)
    if rest > 1 or (rest == 1 and many > 1):
        return value + rest, taken + more
    after = _next_value(i, taken, last, start, end, values)
    if many == 0 and unit == CENT and after != THOUSAND:
        return 0, 0
    return value, taken


@kernel
def _tens(
    i: int,
    last: int,
    start: NDArray[np.int32],
    end: NDArray[np.int32],
    values: NDArray[np.uint8],
) -> tuple[int, int]:
    """A number below a hundred at token i; 1 for "un" (a), 0 for none.

    Joins "twenty-two", "dix-sept", "vingt et un", "treinta y dos", "quatre-vingt-dix-sept".
    """
    value = int(values[i])
    if value == ONE:
        return 1, 1
    if value > 90:
        return 0, 0
    taken = 1 if value > 0 else 0
    while 4 <= value <= 90 and taken < 4 and _touches(i + taken, last, start, end):
        unit = int(values[i + taken])
        if unit in (ET, Y) and taken == 1 and 20 <= value <= 70:
            after = _next_value(i, 2, last, start, end, values)
            if after == ONE or (unit == ET and value == 60 and after == 11):
                return value + (1 if after == ONE else 11), 3
            if unit == Y and 0 < after < 10:
                return value + after, 3
            break
        if unit == ONE and value == 80:
            return 81, taken + 1
        tens = value >= 20 and value % 10 == 0 and unit < 10
        teens = (value == 60 or value == 80) and unit < 20
        if taken == 1 and value == 4 and unit == 20:
            value = 80
        elif unit > 0 and (tens or teens or (value == 10 and 7 <= unit <= 9)):
            value += unit
        else:
            break
        taken += 1
    return value, taken


@inlined
def _touches(i: int, last: int, start: NDArray[np.int32], end: NDArray[np.int32]) -> bool:
    """Whether one character stands between token i and the one before."""
    return i < last and start[i] == end[i - 1] + 1


@inlined
def _next_value(
    i: int,
    taken: int,
    last: int,
    start: NDArray[np.int32],
    end: NDArray[np.int32],
    values: NDArray[np.uint8],
) -> int:
    """The value of the word behind a number of ``taken`` words at token i, of the word at i if 0;
    0 where it is apart."""
    if taken > 0 and not _touches(i + taken, last, start, end):
        return 0
    return int(values[i + taken])
