"""Candidates that are worth verifying: how that is told, and where they lie.

What a candidate shares with the document is read from its packed sketch, in memory, and so is what
verification needs: of forty candidates two are matches, and only of these is a record made, which
checks that it is what was stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from dupdetect.index.records import Record, language_bytes, parse
from dupdetect.index.stores.base import Places, placed
from dupdetect.kernels.likely import Least
from dupdetect.kernels.looks import alike
from dupdetect.sketch.batch import SketchBatch

#: What a candidate in the same language must share: of the weight of stems, with 0.48 of the share
#: of the shingles, or of the shingles alone; and of the weight of skeletons across languages.
#: Fitted on 2,877 verified rewrites and copies of ten labelled sets and on the candidates of 1,000
#: articles in an index of a million: 0.4 % of the pairs are below (8 of 1,721 to train on, 4 of
#: 1,156 others), two fifths of the candidates are verified that 0.32 of both shares added up would
#: let through, and seven in ten articles have none. Of 118 pairs across languages the least alike
#: share 0.168.
LEAST = Least(shingles=0.48, same=0.385, alone=0.32, across=0.1)


@dataclass(frozen=True, slots=True)
class Likely:
    """Where k stored documents lie that may be related to another, most likely first."""

    places: Places

    def __len__(self) -> int:
        return len(self.places.key)

    def record(self, row: int) -> Record:
        """A document's record, checked; raises IndexCorruptError."""
        return parse(self.places.name(row), self.places.content(row))

    @staticmethod
    def joined(parts: Sequence[Likely]) -> Likely:
        """All documents of several, one behind the other."""
        if len(parts) == 1:
            return parts[0]
        where = [part.places for part in parts] or [placed([], [])]
        key, record, end = (
            np.concatenate([getattr(w, name) for w in where]) for name in ("key", "record", "end")
        )
        return Likely(Places(key, record, end, tuple(w.held for w in where)))


def most_alike(
    batch: SketchBatch, row: int, language: str | None, places: Places
) -> NDArray[np.int64]:
    """Which stored documents are worth verifying beside a row of a batch, the most alike first."""
    stems, skeletons = batch.stems, batch.skeletons
    own = batch.shingle_set, stems.key, stems.weight, skeletons.key, skeletons.weight
    if len(batch) > 1:
        a, b = stems.doc[row : row + 2].tolist()
        c, d = skeletons.doc[row : row + 2].tolist()
        e, f = batch.set_doc[row : row + 2].tolist()
        own = own[0][e:f], own[1][a:b], own[2][a:b], own[3][c:d], own[4][c:d]
    return alike(*own, code_of(language), LEAST, places.record, places.end)


@lru_cache(maxsize=1 << 10)
def code_of(language: str | None) -> int:
    """A language as records have it, 0 where it is unknown or has no code of two letters."""
    return int.from_bytes(language_bytes(None if language == "und" else language), "little")
