"""Whether a text may spell a name in two ways, as a numba loop: most texts do not."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import kernel
from dupdetect.quality.characters import TABLE_SIZE
from dupdetect.quality.loops import OFFSET, PRIME
from dupdetect.quality.machine_translation.word_loops import NAME

U8 = NDArray[np.uint8]
U32 = NDArray[np.uint32]
U64 = NDArray[np.uint64]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]

#: Different names of a text that are compared.
MOST_NAMES = 1024


@kernel
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


@kernel
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


@kernel
def _is_vowel(code: Any) -> Any:
    return code == 97 or code == 101 or code == 105 or code == 111 or code == 117  # a e i o u


@kernel
def telling(codes: U32, begin: int, stop: int, lower: U32) -> int:
    """The spellings of a name that only some languages have, a bit for each pattern of
    :data:`transliteration.TELLING` in its order."""
    out = 0
    three = np.uint32(0)
    two = np.uint32(0)
    one = np.uint32(0)
    for j in range(begin, stop):
        code = codes[j]
        if code < TABLE_SIZE:
            code = lower[code]
        if code == 117 and one == 111:  # ou
            out |= 1
        elif code == 104:
            if one == 107:  # kh
                out |= 2
            elif one == 122:  # zh
                out |= 32
            elif one == 99 and two == 115 and (three == 116 or three == 100):  # tsch dsch
                out |= 4
            after = codes[j + 1] if j + 1 < stop else np.uint32(0)
            if one == 99 and two == 115 and three != 116 and after != 116 and after != 84:  # sch
                out |= 8
            if one == 99 and two == 116 and j == begin + 2:  # tch
                out |= 16
        elif code == 107:
            if one == 122:  # zk
                out |= 256
            elif one == 115 and two == 116:  # tsk
                out |= 512
        elif code == 106:
            if j + 1 == stop and (one == 121 or one == 105):  # yj ij
                out |= 128
            if one == 110 or one == 108:  # nj lj
                out |= 1024
            elif j + 1 < stop and _is_vowel(one):
                after = codes[j + 1]
                if after < TABLE_SIZE and _is_vowel(lower[after]):
                    out |= 1024
        if j + 1 == stop:
            if code == 119 and (one == 111 or one == 101):  # ow ew
                out |= 64
            ended = code == 97 or code == 101 or code == 111 or code == 121  # a e o y
            if ended and one == 119 and (two == 111 or two == 101):
                out |= 64
        three = two
        two = one
        one = code
    return out


@kernel
def find_namesakes(
    codes: U32, base: I64, doc: I64, start: I32, end: I32, low: U64, bits: U32, lower: U32
) -> I64:
    """Names that may be another one of their text in another spelling, tellingly different:
    numbers of words, in order, each where it first stands.

    Spellings of one name begin with the same rough sound and have the letters that no convention
    exchanges in the same order (doubled ones count once). The first MOST_NAMES of a text are seen.
    """
    n = doc.shape[0] - 1
    out = np.empty(low.shape[0], np.int64)
    n_out = 0
    alike = np.zeros(MOST_NAMES, np.bool_)
    sound = np.empty(MOST_NAMES, np.uint64)
    name = np.empty(MOST_NAMES, np.int64)
    spelling = np.empty(MOST_NAMES, np.int64)
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
                break
            sound[count] = value
            name[count] = k
            spelling[count] = telling(codes, begin, stop, lower)
            for i in range(count):
                if sound[i] == value and spelling[i] != spelling[count]:
                    alike[i] = True
                    alike[count] = True
            count += 1
        for i in range(count):
            if alike[i]:
                out[n_out] = name[i]
                n_out += 1
                alike[i] = False
    return out[:n_out]
