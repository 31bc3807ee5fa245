"""Verdicts as matches, with the passages that show them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dupdetect.config import Config
from dupdetect.records import DIRECTIONS, MATCH_KINDS, Document, Match, Passage
from dupdetect.sketch.batch import SketchBatch
from dupdetect.verify.pairs import PairVerdicts, verify_pairs
from dupdetect.verify.passages import passages


def matches_of(
    batch: SketchBatch, pairs: Any, documents: Sequence[Document], config: Config
) -> list[Match]:
    """How the documents of each of ``pairs`` (int64[k, 2], rows of the batch) relate."""
    languages = [document.language or "und" for document in documents]
    verdicts = verify_pairs(
        batch,
        pairs,
        languages=languages,
        config=config,
        dates=[document.published for document in documents],
    )
    return [
        match_of(verdicts, row, documents[int(x)], documents[int(y)], config)
        for row, (x, y) in enumerate(pairs)
    ]


def match_of(verdicts: PairVerdicts, row: int, a: Document, b: Document, config: Config) -> Match:
    """One verdict as what users see, with passages if it is a match and both texts are there."""
    kind = MATCH_KINDS[int(verdicts.kind[row])]
    found: tuple[Passage, ...] = ()
    if kind != "none" and a.text and b.text:
        found = passages(a.text, b.text, across=kind == "translation", config=config)
    return Match(
        a=a.id,
        b=b.id,
        kind=kind,
        score=float(verdicts.score[row]),
        jaccard=float(verdicts.jaccard[row]),
        containment_a=float(verdicts.containment_a[row]),
        containment_b=float(verdicts.containment_b[row]),
        direction=DIRECTIONS[int(verdicts.direction[row])],
        passages=found,
    )
