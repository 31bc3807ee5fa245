"""One text sketched, and its sketch looked for in an index, with all arrays of a sketch in one.

To hand an array to a kernel takes 0.1 to 0.5 us, more when the caches are full of other things, and
as long to have one back: with two dozen each way, a third of what sketching a text takes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import carray, inlined, kernel
from dupdetect.kernels.fold import FoldTable
from dupdetect.kernels.likely import Least
from dupdetect.kernels.looks import alike
from dupdetect.kernels.packs import ALIGNED, HEADER, part_of
from dupdetect.kernels.postings import bytes_at
from dupdetect.kernels.shared import Lists, strongest_documents
from dupdetect.kernels.sketches import Shape, Sketched, sketch_text
from dupdetect.kernels.vectors import signed
from dupdetect.kernels.views import ViewArrays

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
def _note(places: I64, i: int, array: Any) -> None:
    """Writes where array number i begins, and how many bytes it has."""
    places[0, i], places[1, i] = signed(array.ctypes.data), array.size * array.itemsize


@inlined
def _note_view(places: I64, i: int, view: ViewArrays) -> None:
    doc, key, weight, kind, sentence, token = view
    _note(places, i, doc)
    _note(places, i + 1, key)
    _note(places, i + 2, weight)
    _note(places, i + 3, kind)
    _note(places, i + 4, sentence)
    _note(places, i + 5, token)


@kernel
def _packed(made: Sketched) -> U8:
    """All arrays in one: by their addresses, since a tuple of two dozen arrays that is walked has
    references to each counted twice a step, and its code is longer than all the rest."""
    places = np.empty((2, 24), np.int64)
    _note(places, 0, made[0])
    _note(places, 1, made[1])
    _note(places, 2, made[2])
    _note(places, 3, made[3])
    _note(places, 4, made[4])
    _note(places, 5, made[5])
    _note(places, 6, made[6])
    _note(places, 7, made[7])
    _note(places, 8, made[8])
    _note(places, 9, made[9])
    _note(places, 10, made[10])
    _note(places, 11, made[11])
    _note_view(places, 12, made[12])
    _note_view(places, 18, made[13])
    size = HEADER
    for i in range(places.shape[1]):
        size += (places[1, i] + ALIGNED - 1) & -ALIGNED
    out = np.empty(size, np.uint8)
    head, at = out[:HEADER].view(np.int64), HEADER
    for i in range(places.shape[1]):
        n = places[1, i]
        head[2 * i], head[2 * i + 1] = at, at + n
        part, there = carray(bytes_at(places[0, i]), (n,)), out[at : at + n]
        for k in range(n):  # an assignment takes several times as long
            there[k] = part[k]
        at += (n + ALIGNED - 1) & -ALIGNED
    return out


@inlined
def view_in(packed: U8, i: int) -> ViewArrays:
    """The view whose arrays begin with number i of a sketch (12: stems, 18: skeletons)."""
    return (
        part_of(packed, i).view(np.int64), part_of(packed, i + 1).view(np.uint32),
        part_of(packed, i + 2).view(np.float32), part_of(packed, i + 3),
        part_of(packed, i + 4).view(np.int32), part_of(packed, i + 5).view(np.int32),
    )  # fmt: skip


@kernel
def likely_one(
    packed: U8, band_table: I64, key_table: I64, records: I64, caps: tuple[int, int, int],
    dead: U8, recent: Lists, views: tuple[int, int], most: int, language: int, least: Least,
) -> tuple[I64, int, int]:  # fmt: skip
    """The documents of an index that are worth verifying beside a sketch of :func:`sketch_one`.

    int64[3, k], where their keys, records and ends lie, the most alike first. The last two values,
    and the other arguments, are those of :func:`~dupdetect.kernels.shared.strongest_documents`.
    """
    if part_of(packed, 8)[0] == 0:
        return np.empty((3, 0), np.int64), 0, 0
    key, record, end, cut, status = strongest_documents(
        band_table, key_table, records, part_of(packed, 9).view(np.uint64),
        part_of(packed, 11).view(np.uint64), caps[0], caps[1], caps[2], dead, recent, views, most,
    )  # fmt: skip
    rows = np.empty(0, np.int64)
    if status == 0 and key.size:
        rows = alike(
            part_of(packed, 6).view(np.uint32), part_of(packed, 13).view(np.uint32),
            part_of(packed, 14).view(np.float32), part_of(packed, 19).view(np.uint32),
            part_of(packed, 20).view(np.float32), language, least, record, end,
        )  # fmt: skip
    places = np.empty((3, rows.size), np.int64)
    for i in range(rows.size):
        places[0, i], places[1, i], places[2, i] = key[rows[i]], record[rows[i]], end[rows[i]]
    return places, cut, status
