"""Rows of a batch against documents that an index holds: verdicts from their packed sketches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np
from numpy.typing import NDArray

from dupdetect.config import Config
from dupdetect.index.records import Record
from dupdetect.index.sketches import unpack_beside
from dupdetect.records import Document
from dupdetect.sketch.batch import SketchBatch
from dupdetect.verify.pairs import PairVerdicts, verify_pairs


def verify_known(
    batch: SketchBatch, rows: NDArray[np.int64], asked: Sequence[Document],
    records: Sequence[Record], config: Config,
) -> PairVerdicts:  # fmt: skip
    """Verdicts on k pairs: row ``rows[i]`` of ``batch`` (int64[k]) with ``records[i]``.

    ``asked`` are the documents of all rows of the batch. Raises IndexCorruptError.
    """
    if len(rows) and (rows == rows[0]).all():  # a query
        wanted, at = rows[:1], np.zeros(len(rows), np.int64)
    else:
        wanted, at = np.unique(rows, return_inverse=True)
    own = [asked[row] for row in wanted.tolist()]
    languages = [document.language or "und" for document in own]
    languages += [record.language for record in records]
    both = unpack_beside(
        batch, wanted, [record.sketch for record in records], config,
        across=len({*languages} - {"und"}) > 1,
    )  # fmt: skip
    pairs = np.stack([at, len(own) + np.arange(len(records))], axis=1)
    dates = _Dates(own, records)
    return verify_pairs(both, pairs, languages=languages, config=config, dates=dates)


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
