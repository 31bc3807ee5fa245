"""The skeleton symbols of all bytes of a text at once: see :mod:`dupdetect.kernels.stems`.

What a letter stands for in a skeleton depends on the one before it and the three behind it. Asked
for each letter in turn, a processor guesses half of that wrong; asked for all letters alike,
without a branch, the compiler makes it 16 to 64 letters in one step.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import inlined, kernel

U8 = NDArray[np.uint8]

#: Bytes of white space that :func:`spell` wants before the text and behind it.
BEFORE, BEHIND = 1, 16
_SPACE = 32


@inlined
def is_vowel(byte: Any) -> bool:
    """Whether a byte is a, e, i, o, u or y; without a branch."""
    low = (byte == 97) | (byte == 101) | (byte == 105)
    return bool(low | (byte == 111) | (byte == 117) | (byte == 121))


@kernel
def spell(text: U8, symbols: U8, n: int) -> None:
    """Writes the symbol of every byte of ``text[BEFORE : BEFORE + n]``: 0 for a silent one, 1 for a
    vowel, else that of its sound.

    Words are apart by one space. A combination has its symbol in its first byte and is silent in
    the others.
    """
    before, here, after = text[:n], text[1 : n + 1], text[2 : n + 2]
    second, third = text[3 : n + 3], text[4 : n + 4]
    for i in range(n):
        p, c, c1, c2, c3 = before[i], here[i], after[i], second[i], third[i]
        h_follows = c1 == 104
        ch_follows = (c1 == 99) & (c2 == 104)
        sch_follows = (c1 == 115) & (c2 == 99) & (c3 == 104)
        ti = (c1 == 105) & is_vowel(c2) & (p != _SPACE)  # nation, Croatie
        soft = (c1 == 105) | (c1 == 101) | (c1 == 121)  # ce, ci, cy
        as_s = ((c == 116) & ti) | ((c == 99) & soft) | (c == 122)
        as_k = ((c == 116) & (ch_follows | sch_follows)) | (c == 107) | (c == 113)
        as_k |= (c == 99) & ~soft
        symbol = np.uint8(115) if as_s else c
        symbol = np.uint8(107) if as_k else symbol
        symbol = np.uint8(102) if (c == 112) & h_follows else symbol  # ph
        symbol = np.uint8(118) if c == 119 else symbol
        symbol = np.uint8(108) if (c == 0xC5) & _is_l(c1) else symbol
        as_vowel = is_vowel(c) | (c == 106) | _is_open(c, c1)
        symbol = np.uint8(1) if as_vowel else symbol
        silent = (c == _SPACE) | (c == 104) | _is_open(p, c) | ((p == 0xC5) & _is_l(c))
        silent |= (c == 115) & (p == 116) & ch_follows  # the s of tsch
        silent |= (c == 99) & h_follows & ((p == 116) | (p == 115))  # the c of tch, sch
        silent |= ((c == 118) | (c == 119)) & (c1 == _SPACE)  # final -ov, -ow
        silent |= (c == 119) & ~(is_vowel(c1) | (c1 == 106))  # aw, ew, ow
        symbols[i] = np.uint8(0) if silent else symbol


@inlined
def _is_l(second: int) -> bool:
    """Whether 0xC5 and this byte are an l with stroke."""
    return (second == 0x82) | (second == 0x81)


@inlined
def _is_open(first: int, second: int) -> bool:
    """Whether two bytes are ae, o with stroke or oe."""
    return ((first == 0xC3) & ((second == 0xA6) | (second == 0xB8))) | (
        (first == 0xC5) & (second == 0x93)
    )
