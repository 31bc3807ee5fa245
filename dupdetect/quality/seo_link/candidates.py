"""The sentences that are worth judging: those with enough of a link, a call or commerce in them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dupdetect.quality.characters import character_tables
from dupdetect.quality.listed import DomainList
from dupdetect.quality.loops import count_marks, line_points
from dupdetect.quality.marks import CAMEL, SEO_FIRST, SEO_PHRASE
from dupdetect.quality.reading import Reading, Readings
from dupdetect.quality.seo_link.features import COLUMN, Sentence
from dupdetect.quality.seo_link.lexicon import WORD_LISTS, SeoLexicon
from dupdetect.quality.seo_link.links import PlacedLink, may_hold_links, place_links
from dupdetect.records import Link
from dupdetect.text.segments import sentences_of_line

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
    listed: DomainList | None = None,
) -> list[Sentence]:
    """The sentences of several texts with enough in them to be judged, in order."""
    whole, base = readings.whole, readings.base.tolist()
    marked = may_hold_links(whole.codes, readings.base).tolist()
    placed = [
        place_links(text, own, lexicon, url, listed) if mark or own else []
        for text, url, own, mark in zip(readings.texts, urls, links, marked, strict=True)
    ]
    spans: list[_Span] = []
    for line in _lines_to_read(readings, placed):
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
        tuple(link for link in placed[text] if start <= link.start < end) if placed[text] else ()
        for text, start, end, _ in spans
    ]
    chosen = np.flatnonzero(_gate(marks, np.array([bool(inside) for inside in held])))
    return [_sentence(readings, spans, marks, held, i) for i in chosen.tolist()]


def _lines_to_read(readings: Readings, placed: Sequence[Sequence[PlacedLink]]) -> list[int]:
    reading = readings.whole
    classes, _ = character_tables()
    base = readings.base.tolist()
    marked = [base[text] + link.start for text, own in enumerate(placed) for link in own]
    points = line_points(
        reading.codes, classes, reading.word_start, reading.word_end, reading.mask,
        reading.capital, reading.line, _FIRST, _SECOND, np.array(marked, np.int64), _LINK_POINTS,
        readings.base, readings.lines,
    )  # fmt: skip
    lines: list[int] = np.flatnonzero(points >= _ENOUGH).tolist()
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
    held: Sequence[tuple[PlacedLink, ...]],
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
        held[i],
        question_start=spans[i - 1][1] if asked else -1,
        before_offer=bool(
            following and text[end - 1] == "?" and (counts[i + 1, offers] or held[i + 1])
        ),
        last=line == int(readings.lines[number + 1]) - 1 and end == stop - shift,
        own_line=start == begin - shift and end == stop - shift,
    )  # fmt: skip
