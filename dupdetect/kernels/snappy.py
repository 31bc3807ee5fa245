"""Snappy, raw format: texts of short words take half the time of the library's.

A page of text is some hundred thousand pieces of four bytes, each a literal or a copy of what came
before. Which, and how long, a processor cannot predict: a table tells it for each tag, and the
piece is copied as 16 bytes from one of two places, with no branch but for what is rare.
https://github.com/google/snappy/blob/main/format_description.txt
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import kernel, load64
from dupdetect.kernels.compact import _get
from dupdetect.kernels.vectors import copy16, load8, signed, store64

U8 = NDArray[np.uint8]

#: Bytes that both arrays must hold beyond what they are said to hold.
SLACK = 64

_RARE, _LITERAL = 1 << 48, 49
_LENGTH, _ADVANCE, _MASK, _HIGH = 0, 8, 16, 32


def _tags() -> NDArray[np.int64]:
    """For each tag: its length, the bytes to the next, mask and high bits of its offset.

    Rare are literals of more than 16 bytes and offsets of four.
    """
    table = np.zeros(256, np.int64)
    for tag in range(256):
        kind, upper = tag & 3, tag >> 2
        if kind == 0:
            rare = _RARE if upper >= 16 else 0
            table[tag] = (upper + 1) | (upper + 2) << _ADVANCE | 1 << _LITERAL | rare
        elif kind == 1:
            table[tag] = (upper & 7) + 4 | 2 << _ADVANCE | 0xFF << _MASK | (tag >> 5) << 8 + _HIGH
        elif kind == 2:
            rare = _RARE if upper >= 16 else 0
            table[tag] = (upper + 1) | 3 << _ADVANCE | 0xFFFF << _MASK | rare
        else:
            table[tag] = _RARE
    return table


_TAGS = _tags()


@kernel
def decompress(packed: U8, begin: int, end: int, out: U8, size: int) -> bool:
    """Unpacks ``packed[begin:end]`` to ``out[:size]``; whether it is whole and of that size.

    Nothing else is read or written but ``SLACK`` bytes behind both, which have to be there.
    """
    length, i = _get(packed, signed(begin), signed(end))
    if i > end:
        return False
    if length != size or size + SLACK > len(out) or end + SLACK > len(packed):
        return False
    source, target = signed(packed.ctypes.data), signed(out.ctypes.data)
    return _unpack(source + i, source + end, target, target + size, signed(_TAGS.ctypes.data))


@kernel
def _unpack(source: int, end: int, target: int, stop: int, tags: int) -> bool:
    begin = target
    while source < end:
        x = signed(load64(source))
        tag = signed(load64(tags + 8 * (x & 255)))
        offset = (x >> 8 & tag >> _MASK & 0xFFFF) + (tag >> _HIGH & 0xFFFF)
        length = tag & 255
        literal = -(tag >> _LITERAL)
        # A literal has offset 0 here; a copy that overlaps itself is rare as well.
        if tag & _RARE or (offset < 16) & ~literal != 0 or offset > target - begin:
            source, target = _rare(source, end, begin, target, stop)
            if source == 0:
                return False
            continue
        place = target - offset
        copy16(place ^ (place ^ source + 1) & literal, target)
        # Not from the table: every piece waits for where it begins.
        kind = x & 3
        source += (x >> 2 & 63) + 2 if kind == 0 else kind + 1
        target += length
        if target > stop:
            return False
    return source == end and target == stop


@kernel
def _rare(source: int, end: int, begin: int, target: int, stop: int) -> tuple[int, int]:
    """Any piece, with every check; the places after it, (0, 0) if it is none."""
    tag = load8(source)
    kind, length = tag & 3, (tag >> 2) + 1
    x = signed(load64(source))
    if kind == 0:
        extra = 0
        if length > 60:
            extra = length - 60
            length = (x >> 8 & (1 << 8 * extra) - 1) + 1
        source += 1 + extra
        if length > end - source or length > stop - target:
            return 0, 0
        for k in range(0, length, 16):
            copy16(source + k, target + k)
        return source + length, target + length
    if kind == 1:
        length, offset, width = (tag >> 2 & 7) + 4, tag >> 5 << 8 | x >> 8 & 0xFF, 2
    elif kind == 2:
        offset, width = x >> 8 & 0xFFFF, 3
    else:
        offset, width = x >> 8 & 0xFFFFFFFF, 5
    if offset == 0 or offset > target - begin or length > stop - target:
        return 0, 0
    if offset >= 16:
        for k in range(0, length, 16):
            copy16(target - offset + k, target + k)
    else:
        for k in range(length):
            store64(target + k, np.uint64(load8(target - offset + k)))
    return source + width, target + length
