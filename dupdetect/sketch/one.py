"""The sketch of one text in one array, for who asks an index a text at a time.

It is :func:`~dupdetect.sketch.batch.sketch_texts` of that text, but only made a batch of two dozen
arrays where one is needed: most texts that are asked resemble nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dupdetect.config import Config
from dupdetect.kernels.entries import HEAD, stored_parts
from dupdetect.kernels.one_text import sketch_one
from dupdetect.kernels.packs import pack, part_places
from dupdetect.sketch.background import background
from dupdetect.sketch.batch import SketchBatch, View, settings_of
from dupdetect.text.tokens import fold_table, utf8_of

U8 = NDArray[np.uint8]

_VIEW = (np.int64, np.uint32, np.float32, np.uint8, np.int32, np.int32)
#: The types of the arrays in their order, those of both views last.
_TYPES = (
    np.int64, np.uint8, np.int32, np.int64, np.uint32, np.int64, np.uint32, np.uint32, np.bool_,
    np.uint64, np.int64, np.uint64, *_VIEW, *_VIEW,
)  # fmt: skip
_FIELDS = tuple(item.name for item in fields(SketchBatch))
_NOWHERE = np.empty(0, np.int64)
#: Arrays of one row.
_SIGNATURES, _BANDS = 7, 9


def known_of(config: Config) -> U8:
    """What sketching by these settings needs, in one array: 2 MB, to be kept."""
    a, b, shape = settings_of(config)
    return pack([np.array(shape, np.int64), *fold_table(), *background(), a, b])


def sketch_alone(text: str, known: U8, furniture: Sequence[tuple[int, int]] = ()) -> U8:
    """The packed sketch of a text; ``furniture`` in spans of characters, in order and disjoint.

    Raises TextError for lone surrogates.
    """
    spans = np.array(furniture, np.int64).reshape(-1) if furniture else _NOWHERE
    return sketch_one(utf8_of(text), known, spans)


class Indexed(NamedTuple):
    """What an index stores of a sketch: posting keys (uint64, sorted, each once; none of a text too
    short for a signature) and the sketch itself (see ``index.sketches``)."""

    bands: NDArray[np.uint64]
    keys: NDArray[np.uint64]
    sketch: bytes


def indexed(packed: U8) -> Indexed:
    """What an index stores of the packed sketch of a text."""
    parts = stored_parts(packed)
    bands, keys = parts[:HEAD].view(np.int64).tolist()
    middle = HEAD + 8 * bands
    end = middle + 8 * keys
    return Indexed(
        parts[HEAD:middle].view(np.uint64), parts[middle:end].view(np.uint64), parts[end:].tobytes()
    )


def words_in(packed: U8) -> int:
    """How many words a text has, by its packed sketch."""
    (begin, end), *_ = part_places(packed, 1)
    return int(packed[begin:end].view(np.int64)[-1])


def unpacked(packed: U8) -> SketchBatch:
    """The batch of one text; its arrays lie in ``packed``."""
    parts: list[Any] = [
        packed[begin:end].view(kind)
        for (begin, end), kind in zip(part_places(packed, len(_TYPES)), _TYPES, strict=True)
    ]
    for row in (_SIGNATURES, _BANDS):
        parts[row] = parts[row].reshape(1, -1)
    plain = len(_FIELDS) - 2
    middle = plain + len(_VIEW)
    stems, skeletons = View(*parts[plain:middle]), View(*parts[middle:])
    return SketchBatch(
        **dict(zip(_FIELDS, parts[:plain], strict=False)), stems=stems, skeletons=skeletons
    )
