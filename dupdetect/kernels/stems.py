"""Word keys: a light stem for one language, a consonant skeleton across languages.

Both walk the folded UTF-8 bytes of one token and return a 32-bit hash, without a dictionary and
without knowing the language, so that two texts agree on the key of a word whatever tool guessed
their languages. ``text/stems_reference.py`` is the plain-Python twin.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import inlined
from dupdetect.kernels.mix import mix32

#: A stem keeps this many leading letters: in French news, 6 joined inflections ("attaque",
#: "attaquer", "attaquants") and kept apart nearly all words that are not related.
STEM_LETTERS = 6
#: Stripping final letters never leaves fewer than this.
STEM_FLOOR = 4
#: A skeleton keeps this many symbols.
SKELETON_SYMBOLS = 7

#: Of FNV-1a with 32 bits (Fowler, Noll, Vo 1991).
FNV_OFFSET = np.uint32(2166136261)
FNV_PRIME = np.uint32(16777619)
#: Sets skeletons apart from stems.
SKELETON_SEED = np.uint32(0x5EED)


@inlined
def hash_bytes(text: NDArray[np.uint8], start: int, end: int) -> np.uint32:
    """FNV-1a over ``text[start:end]``, finished by :func:`mix32`; never 0."""
    h = FNV_OFFSET
    for i in range(start, end):
        h = np.uint32((h ^ np.uint32(text[i])) * FNV_PRIME)
    h = mix32(h)
    return h if h != 0 else np.uint32(1)


@inlined
def _is_vowel(byte: int) -> bool:
    # a e i o u y
    return byte == 97 or byte == 101 or byte == 105 or byte == 111 or byte == 117 or byte == 121


@inlined
def stem_key(text: NDArray[np.uint8], start: int, end: int) -> np.uint32:
    """Key of a token's light stem: six letters, less one final s or x, less two final vowels.

    At least four letters stay.
    """
    letters = 0
    stop, floor = end, end
    for i in range(start, end):
        if (text[i] & 0xC0) != 0x80:  # a letter begins
            if letters == STEM_FLOOR:
                floor = i
            if letters == STEM_LETTERS:
                stop = i
                break
            letters += 1
    if stop > floor and (text[stop - 1] == 115 or text[stop - 1] == 120):
        stop -= 1
    for _ in range(2):
        if stop > floor and _is_vowel(text[stop - 1]):
            stop -= 1
    return hash_bytes(text, start, stop)


@inlined
def _letter(text: NDArray[np.uint8], i: int, end: int) -> int:
    return int(text[i]) if i < end else 0


@inlined
def _symbol(text: NDArray[np.uint8], i: int, start: int, end: int) -> tuple[int, int]:
    """The skeleton symbol at byte i (0: silent, 1: vowel) and how many bytes it takes."""
    c = int(text[i])
    c1 = _letter(text, i + 1, end)
    c2 = _letter(text, i + 2, end)
    c3 = _letter(text, i + 3, end)
    if c >= 128:
        if c == 0xC5 and (c1 == 0x82 or c1 == 0x81):  # l with stroke
            return 108, 2
        if (c == 0xC3 and (c1 == 0xA6 or c1 == 0xB8)) or (c == 0xC5 and c1 == 0x93):
            return 1, 2  # ae, o with stroke, oe
        return c, 1
    if _is_vowel(c) or c == 106:  # j stands for the vowel y in half of the languages
        return 1, 1
    if c == 104:  # h is silent
        return 0, 1
    if c == 116:  # t
        if c1 == 115 and c2 == 99 and c3 == 104:  # tsch
            return 107, 4
        if c1 == 99 and c2 == 104:  # tch
            return 107, 3
        if c1 == 105 and i > start and _is_vowel(c2):  # -ti+vowel: nation, Croatie
            return 115, 1
        return 116, 1
    if c == 115:  # s
        if c1 == 99 and c2 == 104:  # sch
            return 115, 3
        if c1 == 104:  # sh
            return 115, 2
        return 115, 1
    if c == 122:  # z
        return 115, 1
    if c == 99:  # c
        if c1 == 104:  # ch
            return 107, 2
        if c1 == 105 or c1 == 101 or c1 == 121:  # ce, ci, cy
            return 115, 1
        return 107, 1
    if c == 107 or c == 113:  # k, q
        return 107, (2 if c1 == 104 else 1)
    if c == 112 and c1 == 104:  # ph
        return 102, 2
    if c == 119 or c == 118:  # w, v
        if i + 1 >= end or (c == 119 and not (_is_vowel(c1) or c1 == 106)):
            return 0, 1  # final -ov, -ow, -w, and the English aw, ew, ow
        return 118, 1
    return c, 1


@inlined
def skeleton_key(text: NDArray[np.uint8], start: int, end: int) -> np.uint32:
    """Key of a token's consonant skeleton, the same in most spellings of an international word.

    Vowels, h, j, final v and w go; c, ch, k, kh, q, tch and tsch become k; s, z, sh, sch and soft
    c become s; ph becomes f; doubled symbols count once; a first vowel counts as one symbol.
    Poutine and Putin, Moscou, Mosca and Moskau, Zelensky and Selenskyj have one key each.
    Returns 0 for skeletons of fewer than two symbols, which say nothing.
    """
    h = FNV_OFFSET
    symbols = 0
    last = 0
    i = start
    while i < end and symbols < SKELETON_SYMBOLS:
        symbol, width = _symbol(text, i, start, end)
        if symbol == 1 and i > start:
            last = 0
        elif symbol != 0 and symbol != last:
            h = np.uint32((h ^ np.uint32(symbol)) * FNV_PRIME)
            symbols += 1
            last = symbol
        i += width
    if symbols < 2:
        return np.uint32(0)
    h = mix32(np.uint32(h ^ SKELETON_SEED))
    return h if h != 0 else np.uint32(1)
