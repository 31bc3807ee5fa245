"""What an uncompressed Parquet page of strings holds: where each lies, without a copy.

Encodings PLAIN and RLE/bit-packing hybrid of the Parquet format
(https://parquet.apache.org/docs/file-format/data-pages/encodings/). Pages come from files of
strangers: every length and index is checked, and what does not hold is an answer, not an error.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import kernel
from dupdetect.kernels.compact import _get
from dupdetect.kernels.vectors import signed

U8 = NDArray[np.uint8]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]


@kernel
def plain_strings(page: U8, at: int, size: int, begin: I64, end: I64) -> bool:
    """Fills the byte ranges of as many strings as ``begin`` takes from byte ``at`` on.

    Whether there are so many in the ``size`` bytes of the page.
    """
    place = signed(at)
    for k in range(len(begin)):
        if place + 4 > size:
            return False
        length = signed(page[place]) | signed(page[place + 1]) << 8
        length |= signed(page[place + 2]) << 16 | signed(page[place + 3]) << 24
        place += 4
        if length > size - place:
            return False
        begin[k], end[k] = place, place + length
        place += length
    return True


@kernel
def hybrid(page: U8, at: int, size: int, width: int, values: I32) -> bool:
    """Fills ``values`` with numbers of ``width`` bits, 0 to 31, in runs or packed in eights.

    Whether there are so many in the bytes from ``at`` to ``size``.
    """
    if not 0 <= width <= 31:
        return False
    octets = (width + 7) // 8
    mask = (signed(1) << width) - 1
    place, n = signed(at), 0
    while n < len(values):
        header, place = _get(page, place, signed(size))
        if place > size:
            return False
        if header & 1 == 0:
            if octets > size - place or header == 0:
                return False
            value = signed(0)
            for k in range(octets):
                value |= signed(page[place + k]) << 8 * k
            place += octets
            stop = min(n + (header >> 1), len(values))
            while n < stop:
                values[n] = np.int32(value & mask)
                n += 1
            continue
        count = (header >> 1) * 8
        if count == 0 or (header >> 1) * width > size - place:
            return False
        held, bits, byte = signed(0), 0, place
        for _ in range(min(count, len(values) - n)):
            while bits < width:
                held |= signed(page[byte]) << bits
                byte += 1
                bits += 8
            values[n] = np.int32(held & mask)
            held >>= width
            bits -= width
            n += 1
        place += (header >> 1) * width
    return True
