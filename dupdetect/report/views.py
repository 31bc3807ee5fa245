"""What the report shows of a whole scan: overview, domains, clusters."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from dupdetect.records import MATCH_KINDS
from dupdetect.report import charts, flow, select
from dupdetect.report.clean import shorten, visible
from dupdetect.report.evidence import KIND_MEANING, SCORE_LABELS, Known, known_from_row
from dupdetect.report.tables import ScanTables

MAX_MEMBERS = 12
MAX_LINKS = 150
_MAX_LISTED = 40
_MAX_CONFIG = 20_000


@dataclass(frozen=True, slots=True)
class Row:
    """A labelled number; ``share`` is that of the largest (for bars), ``note`` explains."""

    label: str
    value: float
    share: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class Overview:
    """The numbers of a scan."""

    documents: int
    matches: int
    clusters: int
    findings: int
    copies: int
    flagged: int
    skipped: int
    elapsed: float
    kinds: tuple[Row, ...]
    languages: tuple[Row, ...]
    reasons: tuple[Row, ...]
    skips: tuple[dict[str, str], ...]
    timings: tuple[Row, ...]
    histograms: dict[str, charts.Histogram]
    inputs: tuple[str, ...]
    more_inputs: int
    versions: tuple[tuple[str, str], ...]
    config: str
    digest: str


@dataclass(frozen=True, slots=True)
class Domain:
    """A row of the domains table; ``more`` counts the sources that are not listed."""

    number: int
    name: str
    documents: int
    copies: float
    scores: tuple[float, ...]
    sources: tuple[tuple[str, int], ...]
    more: int


@dataclass(frozen=True, slots=True)
class Domains:
    """The table, the row number of each domain in it, and who copies whom.

    ``flows``: the drawing for wide and for narrow screens, none where nobody copies; ``links``:
    (source, copier, documents), the strongest first.
    """

    rows: tuple[Domain, ...]
    numbers: dict[str, int]
    flows: tuple[flow.Flow, ...]
    links: tuple[flow.Triple, ...]
    more_links: int


@dataclass(frozen=True, slots=True)
class Member:
    """A document of a cluster and how it relates to the representative, where they match.

    ``pair`` and ``document`` are the numbers of its cards on the page, None where it has none.
    """

    known: Known
    kind: str
    score: float | None
    representative: bool
    pair: int | None
    document: int | None


@dataclass(frozen=True, slots=True)
class Group:
    """A cluster as it is shown; ``worst`` is the highest content-farm score among ``members``."""

    number: int
    name: str
    size: int
    kinds: tuple[str, ...]
    head: Known
    members: tuple[Member, ...]
    domains: int
    worst: float


def overview(tables: ScanTables, run: Mapping[str, Any]) -> Overview:
    """Counts, charts and the record of the run. Missing keys of the record count as empty."""
    kinds = tables.codes("matches", "kind", MATCH_KINDS)
    by_kind = np.bincount(kinds[kinds >= 0], minlength=len(MATCH_KINDS)).tolist()
    order = ("exact", "near_duplicate", "partial", "rewrite", "translation")
    counts = {kind: by_kind[MATCH_KINDS.index(kind)] for kind in order}
    farm = {name: tables.numbers("documents", name) for name in SCORE_LABELS}
    skipped = _numbers(run.get("skipped"))
    inputs = _items(run.get("inputs"))
    config = json.dumps(run.get("config", {}), indent=2, ensure_ascii=False, sort_keys=True)
    return Overview(
        documents=tables.n_rows("documents"), matches=tables.n_rows("matches"),
        clusters=tables.n_rows("clusters"), findings=tables.n_rows("findings"),
        copies=select.count_copies(tables),
        flagged=int(np.count_nonzero(farm["content_farm"] >= charts.HIGH)),
        skipped=int(sum(skipped.values())), elapsed=_number(run.get("elapsed_seconds")),
        kinds=_rows(counts, notes=KIND_MEANING, keep_order=True),
        languages=_rows(_numbers(run.get("languages")), limit=12),
        reasons=_rows(skipped, limit=_MAX_LISTED),
        skips=tuple(_skip(item) for item in _items(run.get("skips"))[:_MAX_LISTED]),
        timings=_rows(_numbers(run.get("timings")), keep_order=True, limit=_MAX_LISTED),
        histograms={name: charts.histogram(values) for name, values in farm.items()},
        inputs=tuple(shorten(item, 200) for item in inputs[:_MAX_LISTED]),
        more_inputs=max(len(inputs) - _MAX_LISTED, 0), versions=_versions(run.get("versions")),
        config=visible(config[:_MAX_CONFIG]), digest=shorten(run.get("config_digest"), 40),
    )  # fmt: skip


def domains(tables: ScanTables) -> Domains:
    """The domains with most copies, and the flow of texts among them."""
    result, edges = [], []
    for number, row in enumerate(tables.rows("domains", select.top_domains(tables)), start=1):
        name = shorten(row["domain"], 80)
        sources = [
            (shorten(source["domain"], 80), int(source["documents"] or 0))
            for source in row["sources"] or ()
        ]
        edges += [(source, name, count) for source, count in sources if source and name]
        scores = tuple(_number(row[key]) for key in SCORE_LABELS)
        result.append(
            Domain(
                number, name or "(none)", int(row["documents"] or 0), _number(row["copies"]),
                scores, tuple((source or "(none)", count) for source, count in sources[:3]),
                len(sources[3:]),
            )
        )  # fmt: skip
    links = flow.merged(edges)
    drawn = [flow.flow(edges, frame) for frame in (flow.WIDE, flow.NARROW)]
    return Domains(
        rows=tuple(result), numbers={domain.name: domain.number for domain in result},
        flows=tuple(one for one in drawn if one is not None),
        links=tuple(links[:MAX_LINKS]), more_links=len(links[MAX_LINKS:]),
    )  # fmt: skip


def clusters(
    tables: ScanTables, *, pairs: Mapping[frozenset[str], int], documents: Mapping[str, int]
) -> Iterable[Group]:
    """The largest and most suspicious clusters, each with its first members.

    ``pairs`` and ``documents``: numbers of the cards that members may be linked to.
    """
    rows = tables.rows("clusters", select.top_clusters(tables))
    shown = {row["cluster"]: _first_members(row) for row in rows}
    wanted = {member for members in shown.values() for member in members}
    numbers = tables.find("documents", "id", wanted)
    known = {row["id"]: row for row in tables.rows("documents", numbers)}
    links = _links(tables, wanted, {row["representative"] for row in rows})
    for number, row in enumerate(rows, start=1):
        head = row["representative"]
        members = [known[member] for member in shown[row["cluster"]] if member in known]
        yield Group(
            number=number, name=shorten(row["cluster"], 60), size=int(row["size"] or 0),
            kinds=tuple(kind for kind in row["kinds"] or () if kind in MATCH_KINDS),
            head=known_from_row(known.get(head, {"id": head})),
            members=tuple(
                _member(member, head, links, pairs.get(frozenset((member["id"], head))),
                        documents.get(member["id"]))
                for member in members
            ),
            domains=len({member["domain"] for member in members if member["domain"]}),
            worst=max((_number(member["content_farm"]) for member in members), default=0.0),
        )  # fmt: skip


def _first_members(row: Mapping[str, Any]) -> list[str]:
    head = row["representative"]
    others = [member for member in row["members"] or () if member != head]
    return [head, *others[: MAX_MEMBERS - 1]]


def _links(
    tables: ScanTables, members: set[str], heads: set[str]
) -> dict[tuple[str, str], tuple[str, float]]:
    """Kind and score of the matches between shown members and representatives."""
    columns = ["a", "b", "kind", "score"]
    with_head = np.union1d(tables.find("matches", "a", heads), tables.find("matches", "b", heads))
    links = {}
    for row in tables.rows("matches", with_head, columns):
        if row["kind"] in MATCH_KINDS and row["a"] in members and row["b"] in members:
            links[(row["a"], row["b"])] = (row["kind"], row["score"])
            links[(row["b"], row["a"])] = (row["kind"], row["score"])
    return links


def _member(
    row: Mapping[str, Any],
    head: str,
    links: Mapping[tuple[str, str], tuple[str, float]],
    pair: int | None,
    document: int | None,
) -> Member:
    kind, score = links.get((row["id"], head), ("", None))
    return Member(known_from_row(row), kind, score, row["id"] == head, pair, document)


def _rows(
    values: Mapping[str, float],
    *,
    notes: Mapping[str, str] | None = None,
    keep_order: bool = False,
    limit: int | None = None,
) -> tuple[Row, ...]:
    items = list(values.items())
    if not keep_order:
        items.sort(key=lambda item: (-item[1], item[0]))
    largest = max((value for _, value in items), default=0.0) or 1.0
    notes = notes or {}
    return tuple(
        Row(shorten(name, 60), value, max(value, 0.0) / largest, notes.get(name, ""))
        for name, value in items[:limit]
    )


def _numbers(value: Any) -> dict[str, float]:
    if not isinstance(value, dict):
        return {}
    return {str(key): number for key, number in value.items() if isinstance(number, (int, float))}


def _number(value: Any) -> float:
    return float(value) if isinstance(value, (int, float)) else 0.0


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _skip(item: Any) -> dict[str, str]:
    record = item if isinstance(item, dict) else {}
    return {key: shorten(record.get(key), 200) for key in ("source", "record", "reason", "message")}


def _versions(value: Any) -> tuple[tuple[str, str], ...]:
    pairs = list(value.items() if isinstance(value, dict) else ())[:20]
    return tuple((shorten(name, 40), shorten(version, 60)) for name, version in pairs)
