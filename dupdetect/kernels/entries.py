"""What an index stores of a text, from its packed sketch: for who adds a text at a time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import inlined, kernel
from dupdetect.kernels.compact import pack_sketches
from dupdetect.kernels.one_text import view_in
from dupdetect.kernels.packs import part_of
from dupdetect.kernels.postings import sorted_lists

U8 = NDArray[np.uint8]
I64 = NDArray[np.int64]

#: Bytes before the parts: how many bands and how many keys there are.
HEAD = 16


@kernel
def stored_parts(packed: U8) -> U8:
    """Of a sketch of :func:`~dupdetect.kernels.one_text.sketch_one` how many bands and keys it has
    (int64[2]), these (uint64, sorted, each once; none where it has no signature), and the bytes of
    :func:`~dupdetect.kernels.compact.pack_sketches`, one behind the other."""
    wanted = part_of(packed, 8).view(np.bool_)
    bands, keys = part_of(packed, 9).view(np.uint64), part_of(packed, 11).view(np.uint64)
    bands, _ = sorted_lists(bands, _whole(bands.size), wanted)
    keys, _ = sorted_lists(keys, _whole(keys.size), wanted)
    sketch, _ = pack_sketches(
        part_of(packed, 0).view(np.int64), part_of(packed, 1), part_of(packed, 2).view(np.int32),
        part_of(packed, 3).view(np.int64), part_of(packed, 4).view(np.uint32),
        *view_in(packed, 12), *view_in(packed, 18),
    )  # fmt: skip
    middle = HEAD + 8 * bands.size
    end = middle + 8 * keys.size
    out = np.empty(end + sketch.size, np.uint8)
    head = out[:HEAD].view(np.int64)
    head[0], head[1] = bands.size, keys.size
    out[HEAD:middle].view(np.uint64)[:] = bands
    out[middle:end].view(np.uint64)[:] = keys
    for i in range(sketch.size):  # an assignment takes several times as long
        out[end + i] = sketch[i]
    return out


@inlined
def _whole(n: int) -> I64:
    """Offsets of one list."""
    offsets = np.zeros(2, np.int64)
    offsets[1] = n
    return offsets
