"""One text sketched, and its sketch looked for in an index, with all arrays of a sketch in one.

To hand an array to a kernel takes 0.1 to 0.5 us, more when the caches are full of other things, and
as long to have one back: with two dozen each way, a third of what sketching a text takes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import inlined, kernel
from dupdetect.kernels.fold import FoldTable
from dupdetect.kernels.likely import Least
from dupdetect.kernels.looks import alike
from dupdetect.kernels.packs import ALIGNED, HEADER, part_of
from dupdetect.kernels.shared import Lists, strongest_documents
from dupdetect.kernels.sketches import Shape, Sketched, sketch_text

U8 = NDArray[np.uint8]
I64 = NDArray[np.int64]


@kernel
def sketch_one(data: U8, known: U8, spans: I64) -> U8:
    """The arrays of :func:`~dupdetect.kernels.sketches.sketch_text`, those of both views as others,
    packed: of the text ``data``, valid UTF-8, with furniture from ``spans[2 * k]`` to
    ``spans[2 * k + 1]``.

    ``known`` is the pack of a shape (int64[7]), four arrays of folding, five of the background, and
    the two that permute.
    """
    fold = FoldTable(
        part_of(known, 1), part_of(known, 2).view(np.int64), part_of(known, 3),
        part_of(known, 4).view(np.int32).reshape(-1, 5),
    )  # fmt: skip
    tables = (
        part_of(known, 5).view(np.uint32), part_of(known, 6).view(np.uint32),
        part_of(known, 7).view(np.uint64), part_of(known, 8).view(np.uint32), part_of(known, 9),
    )  # fmt: skip
    s = part_of(known, 0).view(np.int64)
    shape = Shape(s[0], s[1], s[2], s[3], s[4], s[5], s[6])
    offsets, doc = np.zeros(2, np.int64), np.zeros(2, np.int64)
    offsets[1], doc[1] = data.size, spans.size // 2
    hidden = doc, spans[::2].copy(), spans[1::2].copy()
    made = sketch_text(
        data, offsets, fold, tables, part_of(known, 10).view(np.uint32),
        part_of(known, 11).view(np.uint32), shape, hidden,
    )  # fmt: skip
    return _packed(made)


@inlined
def _bytes(array: Any) -> U8:
    return array.reshape(-1).view(np.uint8)  # type: ignore[no-any-return]


@kernel
def _packed(made: Sketched) -> U8:
    s, t = made[12], made[13]
    parts = (
        _bytes(made[0]), made[1], _bytes(made[2]), _bytes(made[3]), _bytes(made[4]),
        _bytes(made[5]), _bytes(made[6]), _bytes(made[7]), _bytes(made[8]), _bytes(made[9]),
        _bytes(made[10]), _bytes(made[11]),
        _bytes(s[0]), _bytes(s[1]), _bytes(s[2]), s[3], _bytes(s[4]), _bytes(s[5]),
        _bytes(t[0]), _bytes(t[1]), _bytes(t[2]), t[3], _bytes(t[4]), _bytes(t[5]),
    )  # fmt: skip
    size = HEADER
    for part in parts:
        size += part.size + -part.size % ALIGNED
    out = np.empty(size, np.uint8)
    head, at, i = out[:HEADER].view(np.int64), HEADER, 0
    for part in parts:
        there = out[at : at + part.size]
        for k in range(part.size):  # an assignment takes several times as long
            there[k] = part[k]
        head[i], head[i + 1] = at, at + part.size
        at += part.size + -part.size % ALIGNED
        i += 2
    return out


@kernel
def likely_one(
    packed: U8, band_table: I64, key_table: I64, records: I64, caps: tuple[int, int, int],
    dead: U8, recent: Lists, views: tuple[int, int], most: int, language: int, least: Least,
) -> tuple[I64, I64, bool, int, int]:  # fmt: skip
    """The documents of an index that are worth verifying beside a sketch of :func:`sketch_one`.

    Their numbers and int64[3, k], where their keys, records and ends lie, the most alike first. If
    recent documents are among those to look at (the bool), nothing was looked at: these are all of
    them in the order of their numbers, with places 0 for the recent ones. The last two values, and
    the other arguments, are those of :func:`~dupdetect.kernels.shared.strongest_documents`.
    """
    nobody = np.empty(0, np.int64)
    if part_of(packed, 8)[0] == 0:
        return nobody, np.empty((3, 0), np.int64), False, 0, 0
    numbers, key, record, end, cut, status = strongest_documents(
        band_table, key_table, records, part_of(packed, 9).view(np.uint64),
        part_of(packed, 11).view(np.uint64), caps[0], caps[1], caps[2], dead, recent, views, most,
    )  # fmt: skip
    late = numbers.size > 0 and numbers.max() >= recent.base and recent.base < recent.limit
    rows = np.arange(numbers.size)
    if not late and status == 0 and numbers.size:
        rows = alike(
            part_of(packed, 6).view(np.uint32), part_of(packed, 13).view(np.uint32),
            part_of(packed, 14).view(np.float32), part_of(packed, 19).view(np.uint32),
            part_of(packed, 20).view(np.float32), language, least, record, end,
        )  # fmt: skip
    places = np.empty((3, rows.size), np.int64)
    for i in range(rows.size):
        places[0, i], places[1, i], places[2, i] = key[rows[i]], record[rows[i]], end[rows[i]]
    return numbers[rows], places, late, cut, status
