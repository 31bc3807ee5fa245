"""Rows of a batch against documents that an index holds: verdicts from their packed sketches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np
from numpy.typing import NDArray

from dupdetect.config import Config
from dupdetect.index.records import Record
from dupdetect.index.sketches import damaged, joined
from dupdetect.records import Document
from dupdetect.sketch.batch import SketchBatch, laid_out
from dupdetect.verify.decide import decide_beside
from dupdetect.verify.model import forms_of
from dupdetect.verify.pairs import PairVerdicts, rules_of, with_directions


def verify_known(
    batch: SketchBatch, rows: NDArray[np.int64], asked: Sequence[Document],
    records: Sequence[Record], config: Config,
) -> PairVerdicts:  # fmt: skip
    """Verdicts on k pairs: row ``rows[i]`` of ``batch`` (int64[k]) with ``records[i]``.

    ``asked`` are the documents of all rows of the batch. Raises IndexCorruptError.
    """
    if len(asked) == 1:  # a query
        wanted, at = rows[:1], np.zeros(len(rows), np.int64)
    else:
        wanted, at = np.unique(rows, return_inverse=True)
    own = [asked[row] for row in wanted.tolist()]
    data, place = joined([record.sketch for record in records])
    decided, bad = decide_beside(
        *laid_out(batch), wanted, data, place, at, _across(own, at, records), forms_of(None),
        rules_of(config),
    )  # fmt: skip
    if bad:
        raise damaged(bad - 1, len(records))
    pairs = np.empty((len(records), 2), np.int64)
    pairs[:, 0], pairs[:, 1] = at, np.arange(len(own), len(own) + len(records))
    return with_directions(decided, pairs, _Dates(own, records))


def _across(
    own: Sequence[Document], at: NDArray[np.int64], records: Sequence[Record]
) -> NDArray[np.bool_]:
    """Which pairs are of two known languages."""
    spoken = [document.language or "und" for document in own]
    pairs = zip([spoken[i] for i in at.tolist()], records, strict=True)
    return np.array(
        [a != record.language and "und" not in (a, record.language) for a, record in pairs],
        np.bool_,
    )


@dataclass(frozen=True, slots=True)
class _Dates(Sequence[str | None]):
    """When documents and then records were published: read for those that turn out to match."""

    own: Sequence[Document]
    records: Sequence[Record]

    def __len__(self) -> int:
        return len(self.own) + len(self.records)

    @overload
    def __getitem__(self, row: int) -> str | None: ...
    @overload
    def __getitem__(self, row: slice) -> Sequence[str | None]: ...
    def __getitem__(self, row: int | slice) -> str | Sequence[str | None] | None:
        if isinstance(row, slice):
            return [self[at] for at in range(len(self))[row]]
        if row < len(self.own):
            return self.own[row].published
        return self.records[row - len(self.own)].known().published
