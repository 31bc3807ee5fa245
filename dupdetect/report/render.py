"""The three pages: a scan's report, scored documents, two documents side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from dupdetect.records import Document, Match, Verdict
from dupdetect.report import evidence, pairs, select, views
from dupdetect.report.page import Budget, page, write
from dupdetect.report.tables import ScanTables

REPORT_FILE = "report.html"
#: Bytes for each part of the report; with the frame and the domains they stay below MAX_BYTES.
PAIR_BYTES = 2_000_000
DOCUMENT_BYTES = 1_100_000
CLUSTER_BYTES = 600_000
#: Characters shown of one text: in the report, in a page of its own.
REPORT_CHARS = 8_000
PAGE_CHARS = 200_000
_PAGE_BYTES = 4_500_000


def render_report(directory: Path | str) -> Path:
    """(Re)write ``report.html`` from the tables and ``run.json`` of a scan; returns its path.

    Texts are shown of those documents that ``texts.parquet`` holds (see
    :func:`dupdetect.report.select_shown`). Raises ScanError when the folder is not a scan's.
    """
    directory = Path(directory)
    tables = ScanTables(directory)
    shown = select.choose(tables)
    matches = tables.rows("matches", shown.pairs)
    pair_cards = Budget("pair.html.j2", max_bytes=PAIR_BYTES).render(
        _pairs(tables, matches), opened=1
    )
    places = _places(matches[: len(pair_cards)])
    document_cards = Budget("document.html.j2", max_bytes=DOCUMENT_BYTES).render(
        _documents(tables, shown.documents, places), opened=1
    )
    cards = tables.rows("documents", shown.documents[: len(document_cards)], ["id"])
    numbers = {row["id"]: number for number, row in enumerate(cards, start=1)}
    cluster_cards = Budget("cluster.html.j2", max_bytes=CLUSTER_BYTES).render(
        views.clusters(tables, pairs=places, documents=numbers), opened=1
    )
    domains = views.domains(tables)
    html = page(
        "report.html.j2", overview=views.overview(tables, tables.run()),
        domains=domains, n_domains=tables.n_rows("domains"),
        clusters=cluster_cards, pairs=pair_cards, documents=document_cards,
        score_labels=evidence.SCORE_LABELS,
    )  # fmt: skip
    return write(directory / REPORT_FILE, html)


def render_scores(verdicts: Sequence[Verdict], path: Path | str, *, total: int = 0) -> Path:
    """Write a page of scored documents; ``total`` is how many there were when some are left out."""
    items = (
        evidence.scored_from_verdict(i, verdict, limit=PAGE_CHARS)
        for i, verdict in enumerate(verdicts, start=1)
    )
    documents = Budget("document.html.j2", max_bytes=_PAGE_BYTES).render(items, opened=5)
    html = page("score.html.j2", documents=documents, total=max(total, len(verdicts)))
    return write(Path(path), html)


def render_comparison(match: Match, a: Document, b: Document, path: Path | str) -> Path:
    """Write a page with two documents side by side and their aligned passages."""
    limit = PAGE_CHARS
    while True:
        item = pairs.pair_from_match(match, a, b, limit=limit)
        fragments = Budget("pair.html.j2", max_bytes=_PAGE_BYTES).render([item], opened=1)
        if fragments:
            break
        limit //= 2
    html = page("compare.html.j2", pair=fragments[0], item=item)
    return write(Path(path), html)


def _pairs(tables: ScanTables, rows: Sequence[Mapping[str, Any]]) -> Iterator[pairs.Pair]:
    ids = {row[end] for row in rows for end in "ab"}
    known = _known(tables, ids)
    texts = tables.texts(ids)
    for number, row in enumerate(rows, start=1):
        ends = (row["a"], row["b"])
        yield pairs.pair(
            number, row,
            (known[ends[0]], known[ends[1]]), (texts.get(ends[0]), texts.get(ends[1])),
            limit=REPORT_CHARS,
        )  # fmt: skip


def _places(matches: Sequence[Mapping[str, Any]]) -> dict[frozenset[str], int]:
    """The number of the shown pair of two documents."""
    return {frozenset((row["a"], row["b"])): i for i, row in enumerate(matches, start=1)}


def _known(tables: ScanTables, ids: set[str]) -> dict[str, evidence.Known]:
    rows = tables.rows("documents", tables.find("documents", "id", ids))
    found = {row["id"]: evidence.known_from_row(row) for row in rows}
    return {key: found.get(key) or evidence.known_from_row({"id": key}) for key in ids}


def _documents(
    tables: ScanTables, numbers: Sequence[int], places: Mapping[frozenset[str], int]
) -> Iterator[evidence.Scored]:
    rows = tables.rows("documents", numbers)
    ids = {row["id"] for row in rows}
    texts = tables.texts(ids)
    findings: dict[str, list[dict[str, Any]]] = {}
    for finding in tables.rows("findings", tables.find("findings", "id", ids)):
        findings.setdefault(str(finding["id"]), []).append(finding)
    related = _related(tables, ids, places)
    parts = tables.parts(ids)
    for number, row in enumerate(rows, start=1):
        made_of = parts.get(row["id"])
        if made_of is not None:
            made_of["copy"] = evidence.remainder(made_of, float(row["content_farm"]))
        yield evidence.scored(
            number, evidence.known_from_row(row), row, findings.get(row["id"], []),
            texts.get(row["id"]), limit=REPORT_CHARS, parts=made_of,
            related=related.get(row["id"], []),
        )  # fmt: skip


def _related(
    tables: ScanTables, ids: set[str], places: Mapping[frozenset[str], int]
) -> dict[str, list[evidence.Related]]:
    """The matches of some documents: what they derive from first, then the surest."""
    found: dict[str, list[evidence.Related]] = {}
    numbers = np.union1d(tables.find("matches", "a", ids), tables.find("matches", "b", ids))
    for row in tables.rows("matches", numbers, ["a", "b", "kind", "score", "direction"]):
        for own in {row["a"], row["b"]} & ids:
            place = places.get(frozenset((row["a"], row["b"])))
            found.setdefault(own, []).append(evidence.related(row, own, pair=place))
    for items in found.values():
        items.sort(key=lambda item: (item.role != "derives from it", -item.score, item.id))
    return found
