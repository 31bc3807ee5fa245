"""Whether a line with a mark of code may be one, before :mod:`.code` is asked.

Articles hold such marks: ``"a title": he said``, "semaine 3" for "line 3". What is here follows
from the patterns of that module: a line that this finds nothing in matches none of them.
"""

from __future__ import annotations

import numpy as np

from dupdetect.kernels._jit import kernel
from dupdetect.quality.boilerplate.code import is_mark
from dupdetect.quality.boilerplate.glance_tables import IN_WORD, NUMERAL, U8, U32, UNSEEN

_QUOTE, _COLON, _DOT, _CLOSE, _L = (ord(mark) for mark in '":.]l')
_WIDTH = 128


def _ascii(characters: str) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return np.array([chr(code) in characters for code in range(_WIDTH)])


#: What each form of code but calls, members, and errors holds; what some begin with.
_CODE, _BEGINS = _ascii("{}=<;|"), _ascii("TRSU@")
#: What follows the name of an object or function.
_AFTER_NAME = _ascii("(+")
#: What the value of a member begins with, and what names consist of beside letters and digits.
_VALUE, _NAME, _MEMBER = _ascii('"{[-tfn0123456789'), _ascii("_$"), _ascii("@$_:-")
#: How long functions and objects that are known without a dot are, and with what they end:
#: function, googletag, dataLayer, adsbygoogle, jQuery, _gaq.
_LENGTHS, _LASTS = (4, 6, 8, 9, 11), _ascii("ngreyq")


@kernel
def may_be_code(codes: U32, flags: U8, start: int, end: int) -> bool:
    """Whether ``code.code_in`` may find code in a line: False only if it does not."""
    if codes[start] < _WIDTH and _BEGINS[codes[start]]:
        return True
    for j in range(start, end):
        code = codes[j]
        if code >= _WIDTH:
            if flags[j] & NUMERAL:
                return True  # "on line" and a number of another script
        elif _CODE[code]:
            return True
        elif code == _COLON:
            if _is_member(codes, flags, j, start, end):
                return True
        elif _AFTER_NAME[code]:
            if _is_call(codes, flags, j, start):
                return True
        elif is_mark(codes, j, start) and (flags[j] & NUMERAL == 0 or _is_line(codes, j, start)):
            return True
    return False


@kernel
def _is_line(codes: U32, j: int, start: int) -> bool:
    """Whether the "ine " before a number is of "line "."""
    return bool(j - 5 >= start and codes[j - 5] == _L)


@kernel
def _before(flags: U8, j: int, start: int) -> int:
    """The last place before j that shows anything, or one before the line."""
    j -= 1
    while j >= start and flags[j] & UNSEEN:
        j -= 1
    return j


@kernel
def _is_member(codes: U32, flags: U8, j: int, start: int, end: int) -> bool:
    """Whether a colon may stand behind the name of an error, or between a quoted name and what may
    be its value."""
    if is_mark(codes, j, start) and codes[j - 1] != _QUOTE:
        return True
    after = j + 1
    while after < end and flags[after] & UNSEEN:
        after += 1
    if after == end or not (
        flags[after] & NUMERAL or (codes[after] < _WIDTH and _VALUE[codes[after]])
    ):
        return False
    j = _before(flags, j, start)
    if j < start or codes[j] != _QUOTE:
        return False
    j -= 1
    while j >= start and codes[j] != _QUOTE:
        if codes[j] < _WIDTH and not (flags[j] & IN_WORD or _MEMBER[codes[j]]):
            return False
        j -= 1
    return j >= start


@kernel
def _is_call(codes: U32, flags: U8, j: int, start: int) -> bool:
    """Whether the member of an object, or a function that is known, may stand before place j."""
    last = _before(flags, j, start)
    if last < start:
        return False
    j = last
    while j >= start and (codes[j] >= _WIDTH or flags[j] & IN_WORD or _NAME[codes[j]]):
        if not (flags[j] & IN_WORD or codes[j] < _WIDTH):
            return True  # of a name or not
        j -= 1
    if codes[last] == _CLOSE or (j >= start and codes[j] == _DOT):
        return True
    return last - j in _LENGTHS and bool(codes[last] < _WIDTH and _LASTS[codes[last]])
