"""Texts cut into marked and unmarked runs, whatever the spans: nested, crossing or out of range."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from dupdetect.report.clean import visible


@dataclass(frozen=True, slots=True)
class Span:
    """``[start, end)`` in characters; ``key`` is the number that the mark is shown under.

    Where spans overlap, the one with the higher ``weight`` gives the colour.
    """

    start: int
    end: int
    key: int
    weight: float = 0.0


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of text under the same marks: ``keys`` heaviest first, ``opens`` those that start."""

    text: str
    keys: tuple[int, ...] = ()
    opens: tuple[int, ...] = ()


def segments(text: str, spans: Sequence[Span], *, limit: int) -> list[Segment]:
    """The first ``limit`` characters of ``text``, cut where marks begin and end.

    The segments' texts joined give that part of the text back, with control characters visible.
    """
    shown = text[:limit]
    kept = [span for span in spans if 0 <= span.start < span.end and span.start < len(shown)]
    cuts = {0, len(shown)}
    for span in kept:
        cuts |= {span.start, min(span.end, len(shown))}
    order = sorted(cuts)
    starting: dict[int, list[Span]] = {}
    for span in kept:
        starting.setdefault(span.start, []).append(span)
    active: list[Span] = []
    result = []
    for start, end in pairwise(order):
        active = [span for span in active if span.end > start] + starting.get(start, [])
        ranked = sorted(active, key=lambda span: (-span.weight, span.key))
        result.append(
            Segment(
                text=visible(shown[start:end]),
                keys=tuple(span.key for span in ranked),
                opens=tuple(sorted(span.key for span in starting.get(start, []))),
            )
        )
    return result


def coverage(length: int, spans: Sequence[Span]) -> float:
    """Share of ``length`` characters that stand under at least one span, 0..1."""
    covered, reach = 0, 0
    for span in sorted(spans, key=lambda span: (span.start, span.end)):
        start, end = max(span.start, reach), min(span.end, length)
        if end > start:
            covered += end - start
            reach = end
    return covered / length if length else 0.0
