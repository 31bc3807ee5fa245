"""Sketches of documents that lie in several shards, as one batch in memory."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels.slices import copy_slices
from dupdetect.sketch.batch import SketchBatch

I64 = NDArray[np.int64]

#: Arrays of a SketchBatch that hold several values per document, and their offsets.
RAGGED = {
    "flags": "word_doc",
    "shingles": "shingle_doc",
    "shingle_set": "set_doc",
    "keys": "key_doc",
    **{
        f"{view}.{part}": f"{view}.doc"
        for view in ("stems", "skeletons")
        for part in ("key", "weight", "kind", "sentence", "token")
    },
}
#: What candidates are found by, a third of the bytes: verdicts need none of it.
CANDIDATES_ONLY = frozenset({"signatures", "bands", "keys"})


class Rows(NamedTuple):
    """Rows of the arrays of a batch; ``release`` is called once they have been copied."""

    arrays: Mapping[str, NDArray[Any]]
    rows: I64
    release: Callable[[], None] = lambda: None


def gather(parts: Sequence[Rows], *, without: Collection[str] = ()) -> SketchBatch:
    """The rows of all parts, at least one, in their order; arrays ``without`` have no values."""
    first = parts[0].arrays
    ends = np.cumsum([0, *(len(part.rows) for part in parts)])
    starts = {name: _offsets(parts, name) for name in set(RAGGED.values())}
    made: dict[str, NDArray[Any]] = {}
    for name, array in first.items():
        if name in starts:
            made[name] = starts[name]
        else:
            size = starts[RAGGED[name]][-1] if name in RAGGED else ends[-1]
            shape = (0 if name in without else size, *array.shape[1:])
            made[name] = np.empty(shape, array.dtype)
    for part, low, high in zip(parts, ends[:-1].tolist(), ends[1:].tolist(), strict=True):
        for name, array in part.arrays.items():
            if name in starts or name in without:
                continue
            if name in RAGGED:
                offsets = RAGGED[name]
                copy_slices(
                    array.view(np.uint8), part.arrays[offsets][part.rows],
                    made[name].view(np.uint8), starts[offsets][low : high + 1], array.itemsize,
                )  # fmt: skip
            else:
                made[name][low:high] = array[part.rows]
        part.release()
    for name in without:
        if name in RAGGED:
            made[RAGGED[name]] = np.zeros(ends[-1] + 1, np.int64)
    return SketchBatch.from_arrays(made)


def _offsets(parts: Sequence[Rows], name: str) -> I64:
    lengths = [part.arrays[name][part.rows + 1] - part.arrays[name][part.rows] for part in parts]
    start = np.zeros(sum(map(len, lengths)) + 1, np.int64)
    np.cumsum(np.concatenate(lengths), out=start[1:])
    return start
