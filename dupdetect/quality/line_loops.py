"""The lines of many texts at once: what :func:`dupdetect.text.segments.lines` finds, in numba."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import kernel
from dupdetect.quality.characters import TABLE_SIZE
from dupdetect.text.segments import BREAKS, INVISIBLE

U8 = NDArray[np.uint8]
U32 = NDArray[np.uint32]
I64 = NDArray[np.int64]

#: Bits of the table: nothing to see (white space, invisible), a line ends.
_BLANK, _BREAK = 1, 2


@lru_cache(maxsize=1)
def blank_table() -> U8:
    """``uint8[65536]``: what does not show, what ends a line; nothing above 65535 does either."""
    table = np.zeros(TABLE_SIZE, np.uint8)
    for code in range(TABLE_SIZE):
        character = chr(code)
        if character.isspace() or character in INVISIBLE:
            table[code] |= _BLANK
        if character in BREAKS:
            table[code] |= _BREAK
    return table


@kernel
def find_lines(codes: U32, base: I64, table: U8) -> tuple[I64, I64, I64]:
    """Lines that hold anything visible, trimmed: ``(starts, ends, line range of each text)``.

    Text d is ``codes[base[d]:base[d + 1]]``; the offsets are places in ``codes``.
    """
    n = base.shape[0] - 1
    room = codes.shape[0] // 2 + n + 1
    starts = np.empty(room, np.int64)
    ends = np.empty(room, np.int64)
    texts = np.zeros(n + 1, np.int64)
    count = 0
    for d in range(n):
        begin = np.int64(-1)
        end = np.int64(-1)
        for j in range(base[d], base[d + 1] + 1):
            kind = np.uint8(_BREAK)
            if j < base[d + 1]:
                kind = table[codes[j]] if codes[j] < TABLE_SIZE else np.uint8(0)
            if begin >= 0 and kind & _BREAK:
                starts[count] = begin
                ends[count] = end
                count += 1
                begin = np.int64(-1)
            elif kind == 0:
                if begin < 0:
                    begin = np.int64(j)
                end = np.int64(j) + 1
        texts[d + 1] = count
    return starts[:count], ends[:count], texts
