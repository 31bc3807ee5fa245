"""What other documents say of a document's scores: known only when all have been compared.

Matches count into ``content_farm``, lines that a domain repeats into ``boilerplate``.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa

from dupdetect.engines import templating
from dupdetect.engines.judging import Judged
from dupdetect.engines.spool import Spool
from dupdetect.engines.tables import Documents
from dupdetect.quality import Assessment, refine
from dupdetect.records import DIRECTIONS, MATCH_KINDS, Match, Scores


def refined(
    spool: Spool, documents: Documents, judged: Judged, heads: np.ndarray[Any, Any]
) -> Documents:
    """The documents with their matches and the templates of their domains counted in.

    ``heads``: the representative of each document.
    """
    known = templating.template_lines(spool, documents.table["domain"], heads)
    if len(known.row):
        share = templating.shares(spool, documents.numbers("boilerplate"), known)
        documents = replace(
            _with(documents, "boilerplate", share),
            findings=templating.findings_of(spool, known),
        )
    return _with(documents, "content_farm", _farm(spool, documents, judged))


def _farm(spool: Spool, documents: Documents, judged: Judged) -> np.ndarray[Any, Any]:
    matches = _by_document(documents, judged)
    parts = _parts(spool, np.array(sorted(matches), np.int64))
    scores = documents.numbers("content_farm").copy()
    for row, known in matches.items():
        alone = Assessment(Scores(content_farm=float(scores[row])), parts=parts[row])
        scores[row] = refine(alone, known, document=documents.ids[row]).scores.content_farm
    return scores


def _with(documents: Documents, name: str, scores: np.ndarray[Any, Any]) -> Documents:
    place = documents.table.schema.get_field_index(name)
    column = pa.chunked_array([pa.array(scores, pa.float32())])
    return replace(documents, table=documents.table.set_column(place, name, column))


def _by_document(documents: Documents, judged: Judged) -> dict[int, list[Match]]:
    """Matches by the number of each of their two documents."""
    found: dict[int, list[Match]] = {}
    given = judged.matches
    rows = zip(
        given.pairs.tolist(),
        given.kind.tolist(),
        given.score.tolist(),
        given.direction.tolist(),
        strict=True,
    )
    for (a, b), kind, score, direction in rows:
        match = Match(
            a=documents.ids[a],
            b=documents.ids[b],
            kind=MATCH_KINDS[kind],
            score=score,
            direction=DIRECTIONS[direction],
        )
        found.setdefault(a, []).append(match)
        found.setdefault(b, []).append(match)
    return found


def _parts(
    spool: Spool, rows: np.ndarray[tuple[int], np.dtype[np.int64]]
) -> dict[int, dict[str, float]]:
    column = spool.documents(["parts"])["parts"].take(pa.array(rows)).to_pylist()
    return {row: json.loads(text) for row, text in zip(rows.tolist(), column, strict=True)}
