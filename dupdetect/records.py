"""What flows through the house: frozen records, from raw page to verdict.

A :class:`Page` holds bytes, a :class:`Document` holds text; neither is ever used for the other.
Offsets are character offsets (``str`` indices) into the document's text; probabilities and
similarities are floats in 0..1; languages are ISO 639-1 codes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

FindingKind = Literal["boilerplate", "machine_translation", "seo_link"]
MatchKind = Literal["exact", "near_duplicate", "partial", "rewrite", "translation", "none"]
Direction = Literal["a_from_b", "b_from_a", "unknown"]

#: Match kinds in the order of their codes in arrays and tables.
MATCH_KINDS: tuple[MatchKind, ...] = (
    "none", "exact", "near_duplicate", "partial", "rewrite", "translation",
)  # fmt: skip
#: Directions in the order of their codes in arrays and tables.
DIRECTIONS: tuple[Direction, ...] = ("unknown", "a_from_b", "b_from_a")


@dataclass(frozen=True, slots=True)
class Page:
    """A fetched page as bytes, before any extraction.

    ``content_type`` is the media type without parameters (``text/html``), ``charset`` the one that
    the transport declared, if any. ``source`` and ``record`` name where it came from for messages.
    """

    id: str
    content: bytes
    url: str | None = None
    content_type: str = "text/html"
    charset: str | None = None
    published: str | None = None
    source: str = ""
    record: str | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """A hyperlink inside a document's text: the anchor's character span, its target and ``rel``."""

    start: int
    end: int
    href: str
    rel: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """Clean text with what is known of it.

    ``published`` is an ISO 8601 date or date-time; ``language`` is None until detected; ``links``
    are those of the page that stand inside the text (empty for plain text).
    """

    id: str
    text: str
    url: str | None = None
    title: str | None = None
    language: str | None = None
    published: str | None = None
    links: tuple[Link, ...] = ()


def checked(document: Document) -> Document:
    """The document as it is; raises TypeError when it is none, or a field is of another type."""
    if not isinstance(document, Document):
        raise TypeError(f"a Document is needed, not {type(document).__name__}")
    for name in ("id", "text"):
        value = getattr(document, name)
        if not isinstance(value, str):
            raise TypeError(f"a document's {name} must be str, not {type(value).__name__}")
    for name in ("url", "title", "language", "published"):
        value = getattr(document, name)
        if not (value is None or isinstance(value, str)):
            hint = " (use isoformat())" if hasattr(value, "isoformat") else ""
            kind = type(value).__name__
            raise TypeError(f"a document's {name} must be str or None, not {kind}{hint}")
    return document


@dataclass(frozen=True, slots=True)
class Finding:
    """One piece of evidence: ``text[start:end] == quote``; ``score`` is its own probability."""

    kind: FindingKind
    rule: str
    start: int
    end: int
    quote: str
    score: float

    def to_dict(self) -> dict[str, Any]:
        """The finding as INTERFACE's JSON object."""
        return {
            "kind": self.kind, "rule": self.rule, "start": self.start, "end": self.end,
            "quote": self.quote, "score": round(self.score, 4),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scores:
    """Four probabilities of one document."""

    boilerplate: float = 0.0
    machine_translation: float = 0.0
    seo_link: float = 0.0
    content_farm: float = 0.0

    def to_dict(self) -> dict[str, float]:
        """Scores by name, rounded to four decimals."""
        return {
            "boilerplate": round(self.boilerplate, 4),
            "machine_translation": round(self.machine_translation, 4),
            "seo_link": round(self.seo_link, 4),
            "content_farm": round(self.content_farm, 4),
        }


@dataclass(frozen=True, slots=True)
class Passage:
    """Two spans that say the same; ``similarity`` 1.0 means word for word."""

    a_start: int
    a_end: int
    b_start: int
    b_end: int
    similarity: float

    def to_dict(self) -> dict[str, Any]:
        """The passage as INTERFACE's JSON object."""
        return {
            "a_start": self.a_start, "a_end": self.a_end,
            "b_start": self.b_start, "b_end": self.b_end,
            "similarity": round(self.similarity, 4),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Match:
    """How two documents relate.

    ``score`` is the probability that one text derives from the other or both from one text;
    ``jaccard`` is exact, over word shingles; ``containment_a`` is the share of a's shingles that
    stand in b. ``direction`` says which one is the copy.
    """

    a: str
    b: str
    kind: MatchKind
    score: float
    jaccard: float = 0.0
    containment_a: float = 0.0
    containment_b: float = 0.0
    direction: Direction = "unknown"
    passages: tuple[Passage, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The match as INTERFACE's JSON object."""
        return {
            "a": self.a, "b": self.b, "kind": self.kind, "score": round(self.score, 4),
            "jaccard": round(self.jaccard, 4),
            "containment_a": round(self.containment_a, 4),
            "containment_b": round(self.containment_b, 4),
            "direction": self.direction,
            "passages": [passage.to_dict() for passage in self.passages],
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Verdict:
    """All that was found out about one document.

    ``parts`` says what the content-farm score is made of (name → contribution), for ``--explain``.
    """

    document: Document
    language: str
    n_words: int
    scores: Scores
    findings: tuple[Finding, ...] = ()
    matches: tuple[Match, ...] = ()
    parts: dict[str, float] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """The JSON object that ``dupdetect score`` prints."""
        return {
            "id": self.document.id, "url": self.document.url, "title": self.document.title,
            "language": self.language, "n_words": self.n_words,
            "scores": self.scores.to_dict(),
            "findings": [finding.to_dict() for finding in self.findings],
            "matches": [match.to_dict() for match in self.matches],
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cluster:
    """Documents that derive from one text: ``members`` are ids, the representative among them."""

    id: str
    representative: str
    members: tuple[str, ...]
    kinds: tuple[MatchKind, ...]


@dataclass(frozen=True, slots=True)
class Skip:
    """An input that was not used: where, under which reason it is counted, and why."""

    source: str
    record: str | None
    reason: str
    message: str
