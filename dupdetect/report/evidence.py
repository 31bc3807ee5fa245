"""What the pages show of a document: its text cut into marks, findings, scores, their reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dupdetect.quality.content_farm import combine
from dupdetect.records import MATCH_KINDS, Document, Verdict
from dupdetect.report.clean import safe_language, safe_url, shorten, visible
from dupdetect.report.segments import Segment, Span, segments

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
#: Related documents listed with a document.
MAX_RELATED = 12
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
    """A known document that a scored one matches.

    ``role`` says what the scored one is to it; ``pair`` is the number of the pair on the page, or
    None where it is not shown.
    """

    id: str
    kind: str
    score: float
    role: str
    pair: int | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """How often a rule found something in a document, and how sure it was at best."""

    name: str
    count: int
    best: float


@dataclass(frozen=True, slots=True)
class Scored:
    """A document with its scores, its findings and, where the text is known, their places.

    ``rules`` says by which rules' findings each score is supported; ``parts`` what the combined
    score is made of, where that is known.
    """

    number: int
    known: Known
    scores: dict[str, float]
    rules: dict[str, tuple[Rule, ...]]
    parts: dict[str, float]
    findings: tuple[Shown, ...]
    more_findings: int
    kinds: dict[int, str]
    segments: list[Segment]
    n_chars: int | None
    cut: bool
    related: tuple[Related, ...] = ()
    more_related: int = 0

    @property
    def tips(self) -> dict[int, str]:
        """What is said of each finding on hover, by its number."""
        return {
            f.key: f"{f.label}{' · ' + f.rule.replace('_', ' ') if f.rule else ''} · {f.score:.2f}"
            for f in self.findings
        }


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


def scored(
    number: int,
    known: Known,
    values: Mapping[str, Any],
    findings: Sequence[Mapping[str, Any]],
    text: str | None,
    *,
    limit: int,
    max_findings: int = 60,
    parts: Mapping[str, float] | None = None,
    related: Sequence[Related] = (),
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
        rules=_rules(order), parts=dict(parts or {}),
        findings=tuple(listed), more_findings=len(order) - len(listed), kinds=kinds,
        segments=segments(text, spans, limit=limit) if text is not None else [],
        n_chars=len(text) if text is not None else None,
        cut=text is not None and len(text) > limit,
        related=tuple(related[:MAX_RELATED]), more_related=len(related[MAX_RELATED:]),
    )  # fmt: skip


def _rules(findings: Sequence[Mapping[str, Any]]) -> dict[str, tuple[Rule, ...]]:
    """Rules by kind of finding, the surest first."""
    found: dict[str, dict[str, list[float]]] = {}
    for finding in findings:
        rules = found.setdefault(str(finding["kind"]), {})
        rules.setdefault(shorten(finding["rule"], 60), []).append(finding["score"])
    made = {
        kind: [Rule(name, len(scores), max(scores)) for name, scores in rules.items()]
        for kind, rules in found.items()
    }
    return {
        kind: tuple(sorted(rules, key=lambda rule: (-rule.best, rule.name)))
        for kind, rules in made.items()
        if kind in SCORE_NAMES
    }


def remainder(parts: Mapping[str, float], score: float) -> float:
    """The part that is missing from a noisy or of ``parts``: what the matches say."""
    none = 1.0 - combine(parts)
    if none <= 0.0:
        return 0.0
    missing = 1.0 - (1.0 - score) / none
    return missing if missing > 0.001 else 0.0  # scores are kept as 32-bit floats


def scored_from_verdict(number: int, verdict: Verdict, *, limit: int) -> Scored:
    """From a verdict: parts of the score and matches with known documents included."""
    known = known_from_document(
        verdict.document, language=verdict.language, n_words=verdict.n_words
    )
    own = verdict.document.id
    return scored(
        number, known, verdict.scores.to_dict(),
        [finding.to_dict() for finding in verdict.findings], verdict.document.text, limit=limit,
        parts={shorten(name, 60): float(part) for name, part in verdict.parts.items()},
        related=[related(match.to_dict(), own) for match in verdict.matches],
    )  # fmt: skip


def related(match: Mapping[str, Any], own: str, *, pair: int | None = None) -> Related:
    """The other document of a match (``Match.to_dict`` or a row); what ``own`` is to it."""
    first = match["a"] == own
    copy = match["direction"] == ("a_from_b" if first else "b_from_a")
    source = match["direction"] == ("b_from_a" if first else "a_from_b")
    role = "derives from it" if copy else "is its source" if source else ""
    other = match["b"] if first else match["a"]
    kind = match["kind"] if match["kind"] in MATCH_KINDS else "none"
    return Related(shorten(other, _MAX_NAME), kind, match["score"], role, pair)
