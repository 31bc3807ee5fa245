"""Rows of a batch against documents that an index holds: verdicts from their packed sketches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np
from numpy.typing import NDArray

from dupdetect.config import Config
from dupdetect.index.likely import Likely, code_of
from dupdetect.index.sketches import damaged
from dupdetect.records import Document
from dupdetect.sketch.batch import SketchBatch, laid_out
from dupdetect.verify.decide import Decided, decide_known, decide_one
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
    spoken = np.array([code_of(document.language) for document in own], np.int64)
    pairs = *laid_out(batch), wanted, known.places.record, known.places.end, at, spoken
    models = forms_of(None), rules_of(config)
    return _told(lambda across: decide_known(*pairs, across, *models), own, at, known)


def verify_one(
    sketch: NDArray[np.uint8], asked: Document, known: Likely, config: Config
) -> PairVerdicts:
    """:func:`verify_known` of a document with a packed sketch (``sketch.one``)."""
    at, spoken = np.zeros(len(known), np.int64), np.array([code_of(asked.language)], np.int64)
    pairs = sketch, known.places.record, known.places.end, at, spoken
    models = forms_of(None), rules_of(config)
    return _told(lambda across: decide_one(*pairs, across, *models), [asked], at, known)


def _told(
    decide: Callable[[NDArray[np.bool_]], tuple[Decided, int]], own: Sequence[Document],
    at: NDArray[np.int64], known: Likely,
) -> PairVerdicts:  # fmt: skip
    """The verdicts; raises IndexCorruptError for a sketch that cannot be."""
    decided, bad = decide(_TO_TELL)
    if bad < 0:
        decided, bad = decide(_across(own, at, known))
    if bad:
        known.record(bad - 1)  # says what is wrong with it, if its checksum does
        raise damaged(bad - 1, len(known))
    numbers = np.empty((len(known), 2), np.int64)
    if np.count_nonzero(decided.kind):  # most candidates are none
        numbers[:, 0], numbers[:, 1] = at, np.arange(len(own), len(own) + len(known))
    return with_directions(decided, numbers, _Dates(own, known))


_TO_TELL = np.zeros(0, np.bool_)


def _across(own: Sequence[Document], at: NDArray[np.int64], known: Likely) -> NDArray[np.bool_]:
    """Which pairs are of two known languages, of which some have no code."""
    across = np.zeros(len(known), np.bool_)
    for pair, row in enumerate(at.tolist()):
        mine = own[row].language or "und"
        across[pair] = mine != "und" and known.record(pair).language not in (mine, "und")
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
