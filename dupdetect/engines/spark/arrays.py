"""Sketches and sets of numbers as Arrow columns: one binary value per document or set.

A number per row would cost Spark a row of 32 bytes and more for 4 or 8 of payload, and a conversion
of each; whole arrays pass as bytes, in the machine's order (little endian everywhere Spark runs).
What is cheaper to make again than to send is left out, and pairs only get what verdicts look at.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from dupdetect.config import Config
from dupdetect.engines.gathering import RAGGED
from dupdetect.kernels.sets import sorted_sets
from dupdetect.sketch.batch import SketchBatch, sketch_texts

I64 = NDArray[np.int64]

#: Arrays that candidates are made of and verdicts do not look at: 30 % of a sketch.
_CANDIDATES = frozenset({"signatures", "has_signature", "bands", "keys"})
#: Made of the shingles: another 18 %.
_DERIVED = "shingle_set"


class SketchColumns:
    """SketchBatch ↔ columns ``sketch_NAME``, one for each of its arrays but offsets and sets.

    Made for one configuration: it decides the width of signatures and bands.
    """

    def __init__(self, config: Config) -> None:
        self._empty = sketch_texts([], config).to_arrays()
        self._own = [n for n in self._empty if n not in RAGGED.values() and n != _DERIVED]

    @property
    def names(self) -> list[str]:
        """The columns, in the order of the batch's arrays."""
        return [_column(name) for name in self._own]

    @property
    def names_for_verdicts(self) -> list[str]:
        """Those of the columns without which there are no verdicts."""
        return [_column(name) for name in self._own if name not in _CANDIDATES]

    def pack(self, batch: SketchBatch) -> dict[str, pa.Array]:
        """The columns of a batch, binary[n] each (of less than 2 GB)."""
        arrays = batch.to_arrays()
        return {
            _column(name): _binary(array, arrays[RAGGED[name]] if name in RAGGED else None)
            for name, array in arrays.items()
            if name in self._own
        }

    def unpack(self, columns: Mapping[str, Any]) -> SketchBatch:
        """The batch whose columns these are; what stands in other columns is passed over.

        Arrays that only candidates are made of may be absent: they stay empty.
        """
        arrays = dict(self._empty)
        for name in self._own:
            if name in _CANDIDATES and _column(name) not in columns:
                continue
            empty = self._empty[name]
            values, offsets = joined(columns[_column(name)], empty.dtype)
            arrays[name] = values.reshape(-1, *empty.shape[1:])
            if name in RAGGED:
                arrays[RAGGED[name]] = offsets
        doc, shingles = arrays["shingle_doc"], arrays["shingles"]
        arrays[RAGGED[_DERIVED]], arrays[_DERIVED] = sorted_sets(doc, shingles)
        return SketchBatch.from_arrays(arrays)


def _column(name: str) -> str:
    return "sketch_" + name.replace(".", "_")


def _binary(array: NDArray[Any], offsets: I64 | None) -> pa.Array:
    data = np.ascontiguousarray(array)
    if offsets is None:
        offsets = np.arange(len(data) + 1, dtype=np.int64)
    width = data[0].nbytes if len(data) else 0
    bounds = pa.py_buffer((offsets * width).astype(np.int32))
    return pa.Array.from_buffers(
        pa.binary(), len(offsets) - 1, [None, bounds, pa.py_buffer(data.reshape(-1))]
    )


def joined(column: Any, dtype: np.dtype[Any]) -> tuple[NDArray[Any], I64]:
    """All values of a binary column one after the other, and where each row's begin (n + 1)."""
    if isinstance(column, pa.ChunkedArray):
        parts = [pc.cast(part, pa.large_binary()) for part in column.chunks]
        column = pa.concat_arrays([pa.array([], pa.large_binary()), *parts])
    column = pc.cast(column, pa.large_binary())
    _, bounds, data = column.buffers()
    if not len(column):
        return np.empty(0, dtype), np.zeros(1, np.int64)
    offsets = np.frombuffer(bounds, np.int64)[column.offset : column.offset + len(column) + 1]
    raw = np.frombuffer(data if data is not None else b"", np.uint8)[offsets[0] : offsets[-1]]
    if raw.ctypes.data % dtype.itemsize:
        raw = raw.copy()
    return raw.view(dtype), (offsets - offsets[0]) // dtype.itemsize


def values(column: Any, dtype: type[np.generic]) -> NDArray[Any]:
    """All values of a binary column one after the other."""
    return joined(column, np.dtype(dtype))[0]


def packed(parts: list[NDArray[Any]]) -> pa.Array:
    """One binary value per array."""
    return pa.array([np.ascontiguousarray(part).tobytes() for part in parts], pa.binary())


def packed_steps(parts: list[NDArray[np.uint64]]) -> pa.Array:
    """One binary value per ascending array, of its differences: most of their bytes are zero, which
    shuffles compress to a third."""
    return packed([np.diff(part, prepend=np.uint64(0)) for part in parts])


def steps(column: Any) -> NDArray[np.uint64]:
    """All values of a column of :func:`packed_steps`, one row's after the other's."""
    differences, offsets = joined(column, np.dtype(np.uint64))
    # Sums wrap around as they must: what earlier rows added is taken off again.
    sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(differences, dtype=np.uint64)])
    found: NDArray[np.uint64] = sums[1:] - np.repeat(sums[offsets[:-1]], np.diff(offsets))
    return found


def runs(keys: NDArray[Any]) -> list[tuple[int, int]]:
    """Where equal neighbours begin and end, for numbers from 0 on."""
    cuts = np.flatnonzero(np.diff(keys.astype(np.int64), prepend=-1)).tolist()
    return list(zip(cuts, [*cuts[1:], len(keys)], strict=True)) if cuts else []
