"""Rows of a batch against documents that an index holds: verdicts from their packed sketches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np
from numpy.typing import NDArray

from dupdetect.config import Config
from dupdetect.index.likely import Likely, code_of
from dupdetect.index.sketches import damaged
from dupdetect.kernels.likely import gather
from dupdetect.records import Document
from dupdetect.sketch.batch import SketchBatch, laid_out
from dupdetect.verify.decide import decide_beside
from dupdetect.verify.model import forms_of
from dupdetect.verify.pairs import PairVerdicts, rules_of, with_directions


def verify_known(
    batch: SketchBatch, rows: NDArray[np.int64], asked: Sequence[Document], known: Likely,
    config: Config,
) -> PairVerdicts:  # fmt: skip
    """Verdicts on k pairs: row ``rows[i]`` of ``batch`` (int64[k]) with the i-th of ``known``.

    ``asked`` are the documents of all rows of the batch. Raises IndexCorruptError for a sketch that
    cannot be; the checksums of records are those who read them to look at.
    """
    if len(asked) == 1:  # a query
        wanted, at = rows[:1], np.zeros(len(rows), np.int64)
    else:
        wanted, at = np.unique(rows, return_inverse=True)
    own = [asked[row] for row in wanted.tolist()]
    data, place, codes, bad = gather(known.places.record, known.places.end)
    if not bad:
        decided, bad = decide_beside(
            *laid_out(batch), wanted, data, place, at, _across(own, at, known, codes),
            forms_of(None), rules_of(config),
        )  # fmt: skip
    if bad:
        known.record(bad - 1)  # says what is wrong with it, if its checksum does
        raise damaged(bad - 1, len(known))
    pairs = np.empty((len(known), 2), np.int64)
    pairs[:, 0], pairs[:, 1] = at, np.arange(len(own), len(own) + len(known))
    return with_directions(decided, pairs, _Dates(own, known))


def _across(
    own: Sequence[Document], at: NDArray[np.int64], known: Likely, codes: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Which pairs are of two known languages."""
    spoken = np.array([code_of(document.language) for document in own], np.int64)[at]
    across: NDArray[np.bool_] = (spoken != codes) & (spoken != 0) & (codes != 0)
    for pair in np.flatnonzero((spoken == 0) | (codes == 0)).tolist():
        mine, theirs = own[at[pair]].language or "und", known.record(pair).language
        across[pair] = mine != theirs and "und" not in (mine, theirs)
    return across


@dataclass(frozen=True, slots=True)
class _Dates(Sequence[str | None]):
    """When documents and then known ones were published: read for those that turn out to match."""

    own: Sequence[Document]
    known: Likely

    def __len__(self) -> int:
        return len(self.own) + len(self.known)

    @overload
    def __getitem__(self, row: int) -> str | None: ...
    @overload
    def __getitem__(self, row: slice) -> Sequence[str | None]: ...
    def __getitem__(self, row: int | slice) -> str | Sequence[str | None] | None:
        if isinstance(row, slice):
            return [self[at] for at in range(len(self))[row]]
        if row < len(self.own):
            return self.own[row].published
        return self.known.record(row - len(self.own)).known().published
