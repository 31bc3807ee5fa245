"""The sentences that are worth judging: those with enough of a link, a call or commerce in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dupdetect.quality.characters import character_tables
from dupdetect.quality.listed import DomainList
from dupdetect.quality.loops import count_marks, line_points
from dupdetect.quality.marks import CAMEL, SEO_FIRST, SEO_PHRASE
from dupdetect.quality.reading import Reading, Readings
from dupdetect.quality.seo_link.features import COLUMN, Sentence
from dupdetect.quality.seo_link.lexicon import WORD_LISTS, SeoLexicon
from dupdetect.quality.seo_link.links import (
    PlacedLink,
    Surroundings,
    WrittenLink,
    may_hold_links,
    place_link,
    written_links,
)
from dupdetect.records import Link
from dupdetect.text.segments import sentences_of_line
from dupdetect.text.urls import domain

_N_BITS = SEO_FIRST + len(WORD_LISTS)
#: A cheap first look at a sentence: points for the first and the second word of each list, for
#: phrases, and for a link. Fitted on insertions against news (logistic regression, rounded); the
#: threshold keeps 99 % of the insertions and half a sentence of news articles per document.
_POINTS = {
    "cta": (3.0, 0.0), "you": (2.0, 0.5), "own": (-1.5, 0.0), "site": (-0.5, 0.0),
    "offer": (1.5, 3.0), "lead": (3.5, 0.0), "attribution": (-3.5, 0.0), "public": (-0.5, 0.0),
    "theme": (2.5, 1.0),
}  # fmt: skip
_FIRST, _SECOND = np.zeros(64), np.zeros(64)
_FIRST[SEO_PHRASE], _FIRST[CAMEL] = 3.0, 2.0
for _name, (_once, _twice) in _POINTS.items():
    _FIRST[SEO_FIRST + COLUMN[_name]], _SECOND[SEO_FIRST + COLUMN[_name]] = _once, _twice
_LINK_POINTS, _ENOUGH = 6.5, 3.0

#: A sentence: number of its text, start and end in that text, line among those of all texts.
_Span = tuple[int, int, int, int]
#: Start and end in a text.
Span = tuple[int, int]


def candidates(
    reading: Reading,
    lexicon: SeoLexicon,
    *,
    url: str | None = None,
    links: Sequence[Link] = (),
    listed: DomainList | None = None,
) -> list[Sentence]:
    """The sentences of one text with enough in them to be judged."""
    return candidates_many(Readings.of(reading), lexicon, urls=[url], links=[links], listed=listed)


def candidates_many(
    readings: Readings,
    lexicon: SeoLexicon,
    *,
    urls: Sequence[str | None],
    links: Sequence[Sequence[Link]],
    covered: Sequence[Sequence[Span]] = (),
    listed: DomainList | None = None,
) -> list[Sentence]:
    """The sentences of several texts with enough in them to be judged, in order.

    Those that begin inside one of the spans ``covered`` of their text are left out.
    """
    whole, base = readings.whole, readings.base.tolist()
    marked = may_hold_links(whole.codes, readings.base).tolist()
    written = [
        written_links(text, own, url) if mark or own else []
        for text, url, own, mark in zip(readings.texts, urls, links, marked, strict=True)
    ]
    hidden = Covered.of(readings.base, covered)
    spans: list[_Span] = []
    for line in _lines_to_read(readings, written, hidden):
        text = int(np.searchsorted(readings.lines, line, "right")) - 1
        shift = base[text]
        start, end = whole.spans[line]
        for begin, stop in sentences_of_line(readings.texts[text], start - shift, end - shift):
            spans.append((text, begin, stop, line))
    if not spans:
        return []
    begins = np.array([base[text] + start for text, start, _, _ in spans], np.int64)
    stops = np.array([base[text] + end for text, _, end, _ in spans], np.int64)
    marks = count_marks(whole.mask, whole.word_start, begins, stops, _N_BITS)
    held = [
        tuple(link for link in written[text] if start <= link.start < end) if written[text] else ()
        for text, start, end, _ in spans
    ]
    enough = _gate(marks, np.array([bool(inside) for inside in held]))
    chosen = np.flatnonzero(enough & ~hidden.holds(begins)).tolist()
    placed = _place(chosen, spans, held, readings, lexicon, urls, listed)
    return [_sentence(readings, spans, marks, held, placed[i], i) for i in chosen]


@dataclass(frozen=True, slots=True)
class Covered:
    """Spans of all texts, by their starts; ``ends``: the farthest end of those up to each."""

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]

    @classmethod
    def of(cls, base: NDArray[np.int64], covered: Sequence[Sequence[Span]]) -> Covered:
        """``covered`` are the spans of each text; text d begins at ``base[d]``."""
        shifts, stops = base[:-1].tolist(), base[1:].tolist()
        spans = sorted(
            (shift + start, min(shift + end, stop))
            for shift, stop, own in zip(shifts, stops, covered, strict=False)
            for start, end in own
        )
        places = np.array(spans, np.int64).reshape(-1, 2)
        return cls(places[:, 0], np.maximum.accumulate(places[:, 1]))

    def holds(
        self, begins: NDArray[np.int64], stops: NDArray[np.int64] | None = None
    ) -> NDArray[np.bool_]:
        """Whether a span begins at or before each place and ends behind it (or not before
        ``stops``)."""
        if not self.starts.size:
            return np.zeros(begins.shape[0], np.bool_)
        last = np.searchsorted(self.starts, begins, "right") - 1
        ends = np.where(last >= 0, self.ends[last], -1)
        result: NDArray[np.bool_] = ends >= np.maximum(
            begins + 1, begins if stops is None else stops
        )
        return result


def _place(
    chosen: Sequence[int],
    spans: Sequence[_Span],
    held: Sequence[Sequence[WrittenLink]],
    readings: Readings,
    lexicon: SeoLexicon,
    urls: Sequence[str | None],
    listed: DomainList | None,
) -> dict[int, tuple[PlacedLink, ...]]:
    """The links of the sentences that are judged, by number of the sentence."""
    placed: dict[int, tuple[PlacedLink, ...]] = {}
    around, own, last = Surroundings(""), "", -1
    for i in chosen:
        text = spans[i][0]
        if held[i] and text != last:
            url = urls[text]
            around, own, last = Surroundings(readings.texts[text]), domain(url) if url else "", text
        placed[i] = tuple(place_link(link, around, lexicon, own, listed) for link in held[i])
    return placed


def _lines_to_read(
    readings: Readings, written: Sequence[Sequence[WrittenLink]], hidden: Covered
) -> list[int]:
    """The lines with enough in them, but for those that are covered whole."""
    reading = readings.whole
    classes, _ = character_tables()
    base = readings.base.tolist()
    marked = [base[text] + link.start for text, own in enumerate(written) for link in own]
    points = line_points(
        reading.codes, classes, reading.word_start, reading.word_end, reading.mask,
        reading.capital, reading.line, _FIRST, _SECOND, np.array(marked, np.int64), _LINK_POINTS,
        readings.base, readings.lines,
    )  # fmt: skip
    wanted = points >= _ENOUGH
    lines: list[int] = np.flatnonzero(wanted & ~hidden.holds(reading.starts, reading.ends)).tolist()
    return lines


def _gate(marks: NDArray[np.int32], linked: NDArray[np.bool_]) -> NDArray[np.bool_]:
    points = (marks[:, :_N_BITS] > 0) @ _FIRST[:_N_BITS] + (marks[:, :_N_BITS] > 1) @ _SECOND[
        :_N_BITS
    ]
    result: NDArray[np.bool_] = points + _LINK_POINTS * linked >= _ENOUGH
    return result


def _sentence(
    readings: Readings,
    spans: Sequence[_Span],
    marks: NDArray[np.int32],
    held: Sequence[Sequence[WrittenLink]],
    links: tuple[PlacedLink, ...],
    i: int,
) -> Sentence:
    number, start, end, line = spans[i]
    text, counts = readings.texts[number], marks[:, SEO_FIRST:]
    previous = i > 0 and spans[i - 1][3] == line
    following = i + 1 < len(spans) and spans[i + 1][3] == line
    offers, you, lead = COLUMN["offer"], COLUMN["you"], COLUMN["lead"]
    asked = (
        previous
        and text[spans[i - 1][2] - 1] == "?"
        and bool(counts[i - 1, you] or counts[i - 1, lead])
    )
    shift = int(readings.base[number])
    begin, stop = readings.whole.spans[line]
    return Sentence(
        number, start, end, line, counts[i], int(marks[i, SEO_PHRASE]), int(marks[i, CAMEL]),
        links,
        question_start=spans[i - 1][1] if asked else -1,
        before_offer=bool(
            following and text[end - 1] == "?" and (counts[i + 1, offers] or held[i + 1])
        ),
        last=line == int(readings.lines[number + 1]) - 1 and end == stop - shift,
        own_line=start == begin - shift and end == stop - shift,
    )  # fmt: skip
