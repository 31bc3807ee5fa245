"""Arrays and sets of pairs that grow on disk, piece by piece, and mapped once they are whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from dupdetect.kernels.group import sorted_unique

U64 = NDArray[np.uint64]

#: Documents whose pairs are sorted at a time.
_SPAN = 1 << 17


class GrowingArray:
    """An array that is appended to in a file, then mapped."""

    def __init__(self, path: Path, dtype: DTypeLike) -> None:
        self._path = path
        self._dtype = np.dtype(dtype)
        self._file = path.open("wb")
        self._length = 0

    def append(self, values: NDArray[Any]) -> None:
        """Adds values at the end."""
        self._file.write(np.ascontiguousarray(values, self._dtype).data)
        self._length += len(values)

    def mapped(self) -> NDArray[Any]:
        """All values, read-only; nothing can be added any more."""
        self._file.close()
        if not self._length:
            return np.empty(0, self._dtype)
        return np.memmap(self._path, self._dtype, "r", shape=(self._length,))


class PairRuns:
    """A set of pair codes ``low << 32 | high`` on disk, in runs by their low document."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._name = name
        self._spans: set[int] = set()

    def add(self, codes: U64) -> None:
        """Adds codes, in any order, repeated or not."""
        codes = sorted_unique(codes)
        spans = (codes >> np.uint64(32)).astype(np.int64) // _SPAN
        for span in sorted_unique(spans).tolist():
            part = codes[np.searchsorted(spans, span) : np.searchsorted(spans, span, "right")]
            with self._path(span).open("ab" if span in self._spans else "wb") as file:
                file.write(part.data)
            self._spans.add(span)

    def spans(self) -> set[int]:
        """Numbers of the spans of documents that have pairs."""
        return set(self._spans)

    def of_span(self, span: int) -> U64:
        """The codes of a span, sorted and unique."""
        if span not in self._spans:
            return np.empty(0, np.uint64)
        return sorted_unique(np.fromfile(self._path(span), np.uint64))

    def remove(self) -> None:
        """Removes the files."""
        for span in self._spans:
            self._path(span).unlink()

    def _path(self, span: int) -> Path:
        return self._folder / f"{self._name}-{span:06d}"
