"""What the pages show of a pair and of a document: texts cut into marks, measures, reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dupdetect.records import Document, Match, Verdict
from dupdetect.report import charts
from dupdetect.report.clean import safe_language, safe_url, shorten, visible
from dupdetect.report.segments import Segment, Span, coverage, segments

#: What each kind means, in one sentence for readers.
KIND_MEANING = {
    "exact": "Both hold the same words in the same order.",
    "near_duplicate": "Most of the shorter text stands almost word for word in the other.",
    "partial": "A part of the shorter text stands word for word in the other.",
    "rewrite": "The same story reworded: facts and their order are kept, the wording is not.",
    "translation": "The same text in another language.",
    "none": "Neither text derives from the other; reports of one event may still look alike.",
}
SCORE_NAMES = ("boilerplate", "machine_translation", "seo_link")
SCORE_LABELS = {
    "content_farm": "Content farm", "boilerplate": "Boilerplate",
    "machine_translation": "Machine translation", "seo_link": "Inserted links",
}  # fmt: skip
_MAX_NAME = 160


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a document besides its text; every string is fit to be shown."""

    id: str
    title: str
    url: str | None
    address: str
    domain: str
    language: str | None
    published: str
    n_words: int | None
    content_farm: float | None = None


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two texts of a pair; ``role`` is ``copy``, ``source`` or empty.

    ``contained``: share of its shingles that stand in the other; ``covered``: share of its
    characters inside aligned passages (None without a text).
    """

    letter: str
    known: Known
    role: str
    segments: list[Segment]
    n_chars: int | None
    cut: bool
    contained: float
    covered: float | None


@dataclass(frozen=True, slots=True)
class Pair:
    """Two documents side by side, the source left where it is known.

    ``levels`` gives the colour step of each passage by its key, ``similarities`` its value;
    ``arrow`` says whether the text went from left to right.
    """

    number: int
    kind: str
    meaning: str
    score: float
    jaccard: float
    arrow: bool
    left: Side
    right: Side
    n_passages: int
    levels: dict[int, int]
    similarities: dict[int, float]
    ribbons: tuple[charts.Ribbon, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A finding as it is listed: its number in the text, kind, rule, quote, score."""

    key: int
    kind: str
    label: str
    rule: str
    quote: str
    score: float
    in_text: bool


@dataclass(frozen=True, slots=True)
class Related:
    """A known document that a scored one matches."""

    id: str
    kind: str
    score: float
    role: str


@dataclass(frozen=True, slots=True)
class Scored:
    """A document with its scores, its findings and, where the text is known, their places."""

    number: int
    known: Known
    scores: dict[str, float]
    parts: dict[str, float]
    findings: tuple[Shown, ...]
    more_findings: int
    kinds: dict[int, str]
    segments: list[Segment]
    n_chars: int | None
    cut: bool
    related: tuple[Related, ...] = ()


def known_from_row(row: Mapping[str, Any]) -> Known:
    """From a row of ``documents``."""
    identifier, url = visible(row["id"]), row.get("url")
    title = shorten(row.get("title"), _MAX_NAME)
    return Known(
        id=shorten(identifier, _MAX_NAME), title=title or shorten(url or identifier, _MAX_NAME),
        url=safe_url(url), address=shorten(url, _MAX_NAME),
        domain=shorten(row.get("domain"), 80), language=safe_language(row.get("language")),
        published=shorten(row.get("published"), 32), n_words=row.get("n_words"),
        content_farm=row.get("content_farm"),
    )  # fmt: skip


def known_from_document(
    document: Document, *, language: str | None = None, n_words: int | None = None
) -> Known:
    """From a document; ``language`` is the detected one, when the document states none."""
    return known_from_row(
        {
            "id": document.id, "url": document.url, "title": document.title,
            "language": language or document.language, "published": document.published,
            "n_words": n_words,
        }
    )  # fmt: skip


def pair(
    number: int,
    match: Mapping[str, Any],
    known: tuple[Known, Known],
    texts: tuple[str | None, str | None],
    *,
    limit: int,
) -> Pair:
    """From a match as a dictionary (``Match.to_dict`` or a row of ``matches``).

    ``limit`` bounds the characters shown of each text; a text that is None is not shown.
    """
    passages = list(match["passages"] or ())
    roles = {"a_from_b": ("copy", "source"), "b_from_a": ("source", "copy")}
    role = roles.get(match["direction"], ("", ""))
    shares = (match["containment_a"], match["containment_b"])
    sides = [
        _side(letter, known[i], role[i], texts[i], passages, shares[i], limit)
        for i, letter in enumerate("ab")
    ]
    if role[0] == "copy":
        sides.reverse()
    left, right = sides
    return Pair(
        number=number, kind=match["kind"], meaning=KIND_MEANING.get(match["kind"], ""),
        score=match["score"], jaccard=match["jaccard"], arrow=role != ("", ""),
        left=left, right=right, n_passages=len(passages),
        levels={key: charts.level(p["similarity"]) for key, p in enumerate(passages, start=1)},
        similarities={key: p["similarity"] for key, p in enumerate(passages, start=1)},
        ribbons=charts.ribbons(passages, left.letter, right.letter, _lengths(passages, texts)),
    )  # fmt: skip


def _lengths(
    passages: Sequence[Mapping[str, Any]], texts: tuple[str | None, str | None]
) -> dict[str, int]:
    """Characters of each text by its letter; where unknown, as far as the passages reach."""
    return {
        letter: len(text)
        if text is not None
        else max((p[f"{letter}_end"] for p in passages), default=0)
        for letter, text in zip("ab", texts, strict=True)
    }


def pair_from_match(match: Match, a: Document, b: Document, *, limit: int) -> Pair:
    """From the records of a comparison."""
    known = (known_from_document(a), known_from_document(b))
    return pair(1, match.to_dict(), known, (a.text, b.text), limit=limit)


def _side(
    letter: str,
    known: Known,
    role: str,
    text: str | None,
    passages: Sequence[Mapping[str, Any]],
    contained: float,
    limit: int,
) -> Side:
    spans = [
        Span(p[f"{letter}_start"], p[f"{letter}_end"], key, p["similarity"])
        for key, p in enumerate(passages, start=1)
    ]
    if text is None:
        return Side(letter, known, role, [], None, False, contained, None)
    return Side(
        letter=letter, known=known, role=role, segments=segments(text, spans, limit=limit),
        n_chars=len(text), cut=len(text) > limit, contained=contained,
        covered=coverage(len(text), spans),
    )  # fmt: skip


def scored(
    number: int,
    known: Known,
    values: Mapping[str, Any],
    findings: Sequence[Mapping[str, Any]],
    text: str | None,
    *,
    limit: int,
    max_findings: int = 60,
) -> Scored:
    """From scores by name and findings as dictionaries (``Finding.to_dict`` or table rows)."""
    order = sorted(findings, key=lambda f: (f["start"], f["end"], f["kind"], f["rule"]))
    listed: list[Shown] = []
    spans: list[Span] = []
    kinds: dict[int, str] = {}
    shown_to = min(limit, len(text)) if text is not None else 0
    for key, finding in enumerate(order[:max_findings], start=1):
        start, end = finding["start"], finding["end"]
        kinds[key] = finding["kind"] if finding["kind"] in SCORE_NAMES else "other"
        inside = 0 <= start < min(end, shown_to)
        if inside:
            spans.append(Span(start, end, key, finding["score"]))
        listed.append(
            Shown(
                key=key, kind=kinds[key], label=SCORE_LABELS.get(finding["kind"], "Other"),
                rule=shorten(finding["rule"], 60), quote=shorten(finding["quote"], 240),
                score=finding["score"], in_text=inside,
            )
        )  # fmt: skip
    names = ("content_farm", *SCORE_NAMES)
    return Scored(
        number=number, known=known,
        scores={name: float(values.get(name) or 0.0) for name in names},
        parts={}, findings=tuple(listed), more_findings=len(order) - len(listed), kinds=kinds,
        segments=segments(text, spans, limit=limit) if text is not None else [],
        n_chars=len(text) if text is not None else None,
        cut=text is not None and len(text) > limit,
    )  # fmt: skip


def scored_from_verdict(number: int, verdict: Verdict, *, limit: int) -> Scored:
    """From a verdict: parts of the score and matches with known documents included."""
    known = known_from_document(
        verdict.document, language=verdict.language, n_words=verdict.n_words
    )
    findings = [finding.to_dict() for finding in verdict.findings]
    base = scored(
        number, known, verdict.scores.to_dict(), findings, verdict.document.text, limit=limit
    )
    related = tuple(_related(match, verdict.document.id) for match in verdict.matches[:50])
    parts = {shorten(name, 60): float(part) for name, part in verdict.parts.items()}
    return Scored(
        number=base.number, known=base.known, scores=base.scores, parts=parts,
        findings=base.findings, more_findings=base.more_findings, kinds=base.kinds,
        segments=base.segments, n_chars=base.n_chars, cut=base.cut, related=related,
    )  # fmt: skip


def _related(match: Match, own: str) -> Related:
    """The other document of a match; the role says what ``own`` is to it."""
    first = match.a == own
    copy = match.direction == ("a_from_b" if first else "b_from_a")
    source = match.direction == ("b_from_a" if first else "a_from_b")
    role = "derives from it" if copy else "is its source" if source else ""
    other = match.b if first else match.a
    return Related(shorten(other, _MAX_NAME), match.kind, match.score, role)
