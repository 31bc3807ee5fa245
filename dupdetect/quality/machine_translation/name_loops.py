"""Whether a text may spell a name in two ways, as a numba loop: most texts do not."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from dupdetect.quality.characters import TABLE_SIZE
from dupdetect.quality.loops import OFFSET, PRIME
from dupdetect.quality.machine_translation.word_loops import NAME

U8 = NDArray[np.uint8]
U32 = NDArray[np.uint32]
U64 = NDArray[np.uint64]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]


@numba.njit(cache=True, nogil=True)
def _sound_of(code: np.uint32) -> Any:
    """The sound that a name begins with, roughly: letters that any convention may exchange fall
    together."""
    if code == 98 or code == 103 or 108 <= code <= 110 or code == 114:  # b g l m n r
        return np.uint64(code)
    if code == 118 or code == 119:  # v w
        return np.uint64(118)
    if code == 112 or code == 102:  # p f
        return np.uint64(112)
    if code == 97 or 0xE0 <= code <= 0xE4:  # a
        return np.uint64(97)
    if code == 101 or 0xE8 <= code <= 0xEB:  # e
        return np.uint64(101)
    if code == 111 or code == 117 or 0xF2 <= code <= 0xF6 or 0xF9 <= code <= 0xFC:  # o u
        return np.uint64(111)
    return np.uint64(1)


@numba.njit(cache=True, nogil=True)
def _is_kept(codes: U32, j: int, stop: int, code: np.uint32) -> bool:
    """Whether no convention exchanges the letter ``code`` at ``j``: b, g, l, m, n and r; p but in
    ph; d but in dj and dsch."""
    if code == 98 or code == 103 or 108 <= code <= 110 or code == 114:
        return True
    if code == 112:
        return not (j + 1 < stop and codes[j + 1] == 104)
    if code == 100:
        if j + 1 < stop and codes[j + 1] == 106:
            return False
        return not (
            j + 3 < stop and codes[j + 1] == 115 and codes[j + 2] == 99 and codes[j + 3] == 104
        )
    return False


@numba.njit(cache=True, nogil=True)
def _is_telling(codes: U32, begin: int, stop: int, lower: U32) -> bool:
    """Whether a name may hold a spelling that only some languages have (all of these and more)."""
    two = np.uint32(0)
    one = np.uint32(0)
    for j in range(begin, stop):
        code = codes[j]
        if code < TABLE_SIZE:
            code = lower[code]
        if (one == 111 and code == 117) or (one == 107 and code == 104):  # ou kh
            return True
        if one == 122 and (code == 104 or code == 107):  # zh zk
            return True
        if one == 99 and code == 104 and (two == 115 or two == 116):  # sch tch
            return True
        if one == 115 and code == 107 and two == 116:  # tsk
            return True
        if (code == 106 and j > begin) or (code == 119 and j + 2 >= stop):  # j inside, w at the end
            return True
        two = one
        one = code
    return False


@numba.njit(cache=True, nogil=True)
def find_namesakes(
    codes: U32, base: I64, doc: I64, start: I32, end: I32, low: U64, bits: U32, lower: U32
) -> U8:
    """1 for each text with two names that may be one in two spellings, one of them telling.

    Spellings of one name begin with the same rough sound and have the letters that no convention
    exchanges in the same order (doubled ones count once).
    """
    n = doc.shape[0] - 1
    out = np.zeros(n, np.uint8)
    sound = np.empty(256, np.uint64)
    name = np.empty(256, np.int64)
    telling = np.empty(256, np.uint8)
    for d in range(n):
        count = 0
        for k in range(doc[d], doc[d + 1]):
            if not bits[k] & np.uint32(NAME):
                continue
            begin = base[d] + start[k]
            stop = base[d] + end[k]
            value = np.uint64(OFFSET)
            before = np.uint32(0)
            for j in range(begin, stop):
                code = codes[j]
                if code < TABLE_SIZE:
                    code = lower[code]
                if j == begin:
                    value ^= _sound_of(code)
                if _is_kept(codes, j, stop, code) and code != before:
                    value = (value ^ np.uint64(code)) * np.uint64(PRIME)
                before = code
            known = False
            for i in range(count):
                if low[name[i]] == low[k]:
                    known = True
                    break
            if known:
                continue
            if count == name.shape[0]:
                out[d] = 1
                break
            sound[count] = value
            name[count] = k
            telling[count] = _is_telling(codes, begin, stop, lower)
            for i in range(count):
                if sound[i] == value and (telling[i] or telling[count]):
                    out[d] = 1
            count += 1
            if out[d]:
                break
    return out
