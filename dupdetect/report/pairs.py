"""What the pages show of a pair: two texts cut into marks, measures, the reasons in words."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dupdetect.errors import TextError
from dupdetect.records import Document, Match
from dupdetect.report import charts
from dupdetect.report.clean import shorten
from dupdetect.report.contrast import Contrast, Facts, contrast
from dupdetect.report.evidence import KIND_MEANING, Known, known_from_document
from dupdetect.report.page import moment, percent
from dupdetect.report.segments import Note, Segment, Span, coverage, segments

#: Different names and numbers listed above a text.
_MAX_OWN = 24


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two texts of a pair; ``role`` is ``copy``, ``source`` or empty.

    ``name``: how sentences call it. ``contained``: share of its shingles that stand in the other;
    ``covered``: share of its characters inside aligned passages (None without a text). ``own``:
    names and numbers of this side alone, as (string, kind), each once; ``nouns``: its language
    writes all nouns as names.
    """

    letter: str
    known: Known
    role: str
    name: str
    segments: list[Segment]
    n_chars: int | None
    cut: bool
    contained: float
    covered: float | None
    facts: Facts
    own: tuple[tuple[str, str], ...]
    more_own: int
    nouns: bool


@dataclass(frozen=True, slots=True)
class Pair:
    """Two documents side by side, the source left where it is known.

    ``levels`` gives the colour step of each passage by its key, ``similarities`` its value;
    ``arrow`` says whether the text went from left to right; ``reasons`` are (what, sentence).
    """

    number: int
    kind: str
    meaning: str
    score: float
    jaccard: float
    arrow: bool
    left: Side
    right: Side
    reasons: tuple[tuple[str, str], ...]
    n_passages: int
    levels: dict[int, int]
    similarities: dict[int, float]
    ribbons: tuple[charts.Ribbon, ...]


def pair(
    number: int,
    match: Mapping[str, Any],
    known: tuple[Known, Known],
    texts: tuple[str | None, str | None],
    *,
    limit: int,
    names: tuple[str, str] = ("the left text", "the right text"),
) -> Pair:
    """From a match as a dictionary (``Match.to_dict`` or a row of ``matches``).

    ``limit`` bounds the characters shown of each text; a text that is None is not shown.
    ``names``: what the texts are called where it is not known which is the source.
    """
    passages = list(match["passages"] or ())
    roles = {"a_from_b": ("copy", "source"), "b_from_a": ("source", "copy")}
    role = roles.get(match["direction"], ("", ""))
    names = (f"the {role[0]}", f"the {role[1]}") if role[0] else names
    shares = (match["containment_a"], match["containment_b"])
    compared = _contrast(texts, passages, match["kind"])
    sides = [
        _side(i, known[i], (role[i], names[i]), texts[i], passages, shares[i], compared, limit)
        for i in (0, 1)
    ]
    if role[0] == "copy":
        sides.reverse()
    left, right = sides
    return Pair(
        number=number, kind=match["kind"], meaning=KIND_MEANING.get(match["kind"], ""),
        score=match["score"], jaccard=match["jaccard"], arrow=role != ("", ""),
        left=left, right=right, reasons=tuple(_reasons(match, passages, left, right)),
        n_passages=len(passages),
        levels={key: charts.level(p["similarity"]) for key, p in enumerate(passages, start=1)},
        similarities={key: p["similarity"] for key, p in enumerate(passages, start=1)},
        ribbons=charts.ribbons(passages, left.letter, right.letter, _lengths(passages, texts)),
    )  # fmt: skip


def pair_from_match(
    match: Match,
    a: Document,
    b: Document,
    *,
    limit: int,
    names: tuple[str, str] = ("the left text", "the right text"),
) -> Pair:
    """From the records of a comparison, as :func:`pair`."""
    known = (known_from_document(a), known_from_document(b))
    return pair(1, match.to_dict(), known, (a.text, b.text), limit=limit, names=names)


def _contrast(
    texts: tuple[str | None, str | None], passages: Sequence[Mapping[str, Any]], kind: str
) -> Contrast | None:
    """None where a text is missing or cannot be read."""
    a, b = texts
    if a is None or b is None:
        return None
    try:
        return contrast(a, b, passages, across=kind == "translation")
    except TextError:
        return None


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


def _side(
    at: int,
    known: Known,
    called: tuple[str, str],
    text: str | None,
    passages: Sequence[Mapping[str, Any]],
    contained: float,
    compared: Contrast | None,
    limit: int,
) -> Side:
    letter, (role, name) = "ab"[at], called
    spans = [
        Span(p[f"{letter}_start"], p[f"{letter}_end"], key, p["similarity"])
        for key, p in enumerate(passages, start=1)
    ]
    facts = compared.facts[at] if compared is not None else Facts()
    notes = [Note(own.start, own.end, own.kind) for own in facts.own]
    if compared is not None:
        # Under a passage that is word for word throughout, its colour says so already.
        whole = {(s.start, s.end) for s in spans if charts.level(s.weight) == charts.VERBATIM}
        notes += [Note(*run, "same") for run in compared.runs[at] if run not in whole]
    strings = _strings(text or "", facts)
    return Side(
        letter=letter, known=known, role=role, name=name, contained=contained, facts=facts,
        segments=segments(text, spans, limit=limit, notes=notes) if text is not None else [],
        n_chars=len(text) if text is not None else None,
        cut=text is not None and len(text) > limit,
        covered=coverage(len(text), spans) if text is not None else None,
        own=strings[:_MAX_OWN], more_own=len(strings[_MAX_OWN:]), nouns=known.language == "de",
    )  # fmt: skip


def _strings(text: str, facts: Facts) -> tuple[tuple[str, str], ...]:
    found: dict[tuple[str, str], None] = {}
    for own in facts.own:
        found[(shorten(text[own.start : own.end], 40), own.kind)] = None
    return tuple(found)


def _reasons(
    match: Mapping[str, Any], passages: Sequence[Mapping[str, Any]], left: Side, right: Side
) -> list[tuple[str, str]]:
    """What speaks for the verdict, in sentences: passages, wording, facts, direction."""
    reasons = []
    if passages:
        start, plural = f"{right.letter}_start", "" if len(passages) == 1 else "s"
        places = [p[start] for p in sorted(passages, key=lambda p: p[f"{left.letter}_start"])]
        said = f"{len(passages)} passage{plural} align{'s' if not plural else ''}"
        if plural:
            said += f", {_in_order(places)} of them in the same order"
        if left.covered is not None and right.covered is not None:
            said += f"; {percent(left.covered)} of {left.name} and {percent(right.covered)} "
            said += f"of {right.name} lie in {'them' if plural else 'it'}"
        reasons.append(("Passages", said + "."))
    if match["kind"] != "translation":
        said = f"{percent(left.contained)} of {left.name}’s three-word runs stand in "
        said += f"{right.name}, {percent(right.contained)} of {right.name}’s in {left.name}"
        reasons.append(("Wording", f"{said} (Jaccard {match['jaccard']:.2f})."))
    if left.facts.total or right.facts.total:
        said = f"{right.facts.shared} of the {right.facts.total} in {right.name} stand in "
        said += f"{left.name} too, {left.facts.shared} of the {left.facts.total} in "
        reasons.append(("Names and numbers", f"{said}{left.name} in {right.name}."))
    if match["kind"] != "none":
        reasons.append(("Direction", _direction(left, right)))
    return reasons


def _in_order(places: Sequence[int]) -> int:
    """Length of the longest rising subsequence."""
    tails: list[int] = []
    for place in places:
        at = bisect_left(tails, place)
        tails[at : at + 1] = [place]
    return len(tails)


def _direction(left: Side, right: Side) -> str:
    if not left.role:
        return "Not known: no dates that differ, and neither length nor facts tell."
    if _earlier(left.known.published, right.known.published):
        dates = f"{moment(left.known.published)} against {moment(right.known.published)}"
        return f"The source is dated earlier ({dates})."
    own_left = left.facts.total - left.facts.shared
    own_right = right.facts.total - right.facts.shared
    said = "No date tells; length and facts do"
    if own_left or own_right:
        noun = "names or numbers" if own_left != 1 else "name or number"
        said += f": the source has {own_left} {noun} that the copy lacks, "
        said += f"the copy {own_right} of its own"
    return said + ". A copy drops facts and seldom adds any."


def _earlier(first: str, second: str) -> bool:
    """Whether the first of two ISO dates is surely the earlier one."""
    try:
        one, other = datetime.fromisoformat(first), datetime.fromisoformat(second)
    except ValueError:
        return False
    if one.tzinfo is not None and other.tzinfo is not None:
        return one < other
    return one.date() < other.date()
