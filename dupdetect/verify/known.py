"""Rows of a batch against documents that an index holds: verdicts from their packed sketches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np
from numpy.typing import NDArray

from dupdetect.config import Config
from dupdetect.errors import IndexCorruptError
from dupdetect.index.likely import Likely, code_of
from dupdetect.index.sketches import damaged
from dupdetect.kernels.measures import MEASURES
from dupdetect.records import Document, Match
from dupdetect.sketch.batch import SketchBatch, laid_out
from dupdetect.verify.decide import Decided, decide_known, decide_one, packed_models
from dupdetect.verify.matching import match_of
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
    decided, bad = decide_known(*pairs, _TO_TELL, *models)
    if bad < 0:
        decided, bad = decide_known(*pairs, _across(own, at, known), *models)
    if bad:
        raise _malformed(bad, known)
    numbers = np.empty((len(known), 2), np.int64)
    if np.count_nonzero(decided.kind):  # most candidates are none
        numbers[:, 0], numbers[:, 1] = at, np.arange(len(own), len(own) + len(known))
    return with_directions(decided, numbers, _Dates(own, known))


def models_of(config: Config) -> NDArray[np.uint8]:
    """What :func:`verify_one` needs by these settings, in one array, to be kept."""
    return packed_models(forms_of(None), rules_of(config))


def verify_one(
    sketch: NDArray[np.uint8], asked: Document, known: Likely, models: NDArray[np.uint8]
) -> PairVerdicts | None:
    """:func:`verify_known` of a document with a packed sketch (``sketch.one``), by
    :func:`models_of`; None if nothing matches."""
    spoken, places = code_of(asked.language), known.places
    pairs = sketch, places.record, places.end, spoken
    told, bad = decide_one(*pairs, _TO_TELL, models)
    if bad < 0:
        across = _across([asked], np.zeros(len(known), np.int64), known)
        told, bad = decide_one(*pairs, across, models)
    if bad:
        raise _malformed(bad, known)
    if not len(told):
        return None
    n = len(MEASURES)
    kind, score, jaccard, inside_a, inside_b = told[:, n:].T
    decided = Decided(
        told[:, :n].copy(), kind.astype(np.uint8), score.astype(np.float32),
        jaccard.astype(np.float32), inside_a.astype(np.float32), inside_b.astype(np.float32),
    )  # fmt: skip
    numbers = np.zeros((len(known), 2), np.int64)
    numbers[:, 1] = np.arange(1, 1 + len(known))
    return with_directions(decided, numbers, _Dates([asked], known))


def matches_known(
    verdicts: PairVerdicts, rows: NDArray[np.int64], asked: Sequence[Document], known: Likely,
    config: Config,
) -> list[list[Match]]:  # fmt: skip
    """Matches of each document asked for, best first, by verdicts on pairs of these ``rows`` of
    ``asked`` with the known ones."""
    matches: list[list[Match]] = [[] for _ in asked]
    for pair in np.flatnonzero(verdicts.kind).tolist():
        row = rows[pair]
        other = known.record(pair).document()
        matches[row].append(match_of(verdicts, pair, asked[row], other, config))
    for mine in matches:
        mine.sort(key=lambda match: (-match.score, -match.jaccard, match.b))
    return matches


def _malformed(bad: int, known: Likely) -> IndexCorruptError:
    """The error of a sketch that cannot be, number ``bad - 1``."""
    known.record(bad - 1)  # says what is wrong with it, if its checksum does
    return damaged(bad - 1, len(known))


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
