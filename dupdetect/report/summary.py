"""The short account of a scan, from its tables: what ``dupdetect scan`` prints at its end."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dupdetect.records import MATCH_KINDS
from dupdetect.report import select
from dupdetect.report.render import REPORT_FILE
from dupdetect.report.tables import ScanTables

SCORES = ("content_farm", "boilerplate", "machine_translation", "seo_link")


@dataclass(frozen=True, slots=True)
class PairLine:
    """A related pair; ``direction`` as in Match."""

    a: str
    b: str
    kind: str
    score: float
    direction: str


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """A document and its scores, in the order of SCORES; ``title`` may be empty."""

    id: str
    title: str
    scores: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts, the best pairs of each kind, the worst documents, where the report is (or None)."""

    documents: int
    clusters: int
    matches: int
    findings: int
    copies: int
    matches_by_kind: dict[str, int]
    pairs: tuple[PairLine, ...]
    worst: tuple[DocumentLine, ...]
    report: Path | None


def summarize(directory: Path | str, *, limit: int = 10) -> Summary:
    """Summarize the scan in ``directory``, at most ``limit`` pairs and documents.

    Raises ScanError when the folder is not that of a scan.
    """
    directory = Path(directory)
    tables = ScanTables(directory)
    kinds = tables.codes("matches", "kind", MATCH_KINDS)
    counts = np.bincount(kinds[kinds >= 0], minlength=len(MATCH_KINDS)).tolist()
    pairs = tables.rows("matches", select.top_pairs(tables, _quota(limit)))
    farm = tables.numbers("documents", "content_farm")
    rows = select.top(farm, np.arange(len(farm)), limit)
    report = directory / REPORT_FILE
    return Summary(
        documents=len(farm), clusters=tables.n_rows("clusters"), matches=tables.n_rows("matches"),
        findings=tables.n_rows("findings"), copies=select.count_copies(tables),
        matches_by_kind={k: n for k, n in zip(MATCH_KINDS, counts, strict=True) if k != "none"},
        pairs=tuple(
            PairLine(row["a"], row["b"], row["kind"], row["score"], row["direction"])
            for row in pairs
        ),
        worst=tuple(
            DocumentLine(row["id"], row["title"] or "", tuple(row[name] or 0.0 for name in SCORES))
            for row in tables.rows("documents", rows)
        ),
        report=report if report.exists() else None,
    )  # fmt: skip


def _quota(limit: int) -> dict[str, int]:
    """The quota of the report scaled to ``limit`` pairs, at least one of each kind."""
    total = sum(select.PAIR_QUOTA.values())
    quota = {kind: max(limit * n // total, 1) for kind, n in select.PAIR_QUOTA.items()}
    quota["rewrite"] += max(limit - sum(quota.values()), 0)
    return quota
