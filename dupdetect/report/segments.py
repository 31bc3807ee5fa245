"""Texts cut into marked and unmarked runs, whatever the spans: nested, crossing or out of range."""

from __future__ import annotations

from collections import deque
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
class Note:
    """A remark on ``[start, end)`` inside or outside marks, such as a name of this side alone."""

    start: int
    end: int
    name: str


@dataclass(frozen=True, slots=True)
class Part:
    """A run of text under one note, or under none (the empty name)."""

    text: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of text under the same marks: ``keys`` heaviest first, ``opens`` those that start."""

    parts: tuple[Part, ...]
    keys: tuple[int, ...] = ()
    opens: tuple[int, ...] = ()

    @property
    def text(self) -> str:
        """All of its text."""
        return "".join(part.text for part in self.parts)


def segments(
    text: str, spans: Sequence[Span], *, limit: int, notes: Sequence[Note] = ()
) -> list[Segment]:
    """The first ``limit`` characters of ``text``, cut where marks begin and end.

    The segments' texts joined give that part of the text back, with control characters visible.
    Where ``notes`` overlap, the one that begins first goes on and the other has the rest.
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
    usable = [note for note in notes if note.start < note.end]
    remarks = deque(sorted(usable, key=lambda note: (note.start, note.end)))
    result = []
    for start, end in pairwise(order):
        active = [span for span in active if span.end > start] + starting.get(start, [])
        ranked = sorted(active, key=lambda span: (-span.weight, span.key))
        result.append(
            Segment(
                parts=_parts(shown, start, end, remarks),
                keys=tuple(span.key for span in ranked),
                opens=tuple(sorted(span.key for span in starting.get(start, []))),
            )
        )
    return result


def _parts(text: str, start: int, end: int, notes: deque[Note]) -> tuple[Part, ...]:
    """``text[start:end]`` cut at the notes; those that end here are taken from ``notes``."""
    parts: list[Part] = []
    position = start
    while position < end:
        while notes and notes[0].end <= position:
            notes.popleft()
        if not notes or notes[0].start >= end:
            parts.append(Part(visible(text[position:end])))
            break
        note = notes[0]
        if note.start > position:
            parts.append(Part(visible(text[position : note.start])))
        stop = min(note.end, end)
        begin = max(note.start, position)
        parts.append(Part(visible(text[begin:stop]), note.name))
        position = max(stop, position)
    return tuple(parts)


def coverage(length: int, spans: Sequence[Span]) -> float:
    """Share of ``length`` characters that stand under at least one span, 0..1."""
    covered, reach = 0, 0
    for span in sorted(spans, key=lambda span: (span.start, span.end)):
        start, end = max(span.start, reach), min(span.end, length)
        if end > start:
            covered += end - start
            reach = end
    return covered / length if length else 0.0
