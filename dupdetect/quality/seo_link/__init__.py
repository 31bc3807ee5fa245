"""Sentences put into an article to carry a link or a commercial mention foreign to it.

A finding is the sentence or clause. Candidates are sentences with a link, a call to action or
words of commerce; each is judged by plain weights over named features.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dupdetect.quality.characters import character_tables
from dupdetect.quality.listed import DomainList
from dupdetect.quality.loops import count_marks, line_points
from dupdetect.quality.marks import CAMEL, SEO_FIRST, SEO_PHRASE
from dupdetect.quality.model import LinearModel, TreeModel, shipped_model
from dupdetect.quality.reading import Reading
from dupdetect.quality.seo_link.clauses import narrow
from dupdetect.quality.seo_link.features import COLUMN, NAMES, Sentence, features
from dupdetect.quality.seo_link.lexicon import WORD_LISTS, SeoLexicon, seo_lexicon
from dupdetect.quality.seo_link.links import PlacedLink, place_links
from dupdetect.records import Finding, Link
from dupdetect.text.segments import sentences_of_line

__all__ = ["candidates", "find", "probability", "sells"]

_N_BITS = SEO_FIRST + len(WORD_LISTS)
#: A sentence counts as inserted from this probability on.
CUTOFF = 0.5
#: What a sentence with a link to a listed domain is given at least: the list is the user's word.
LISTED = 0.8
#: Two findings one after the other are one insertion (a question, then the offer).
_GAP = 3


def find(
    reading: Reading,
    *,
    language: str,
    url: str | None = None,
    links: Sequence[Link] = (),
    covered: Sequence[tuple[int, int]] = (),
    weights: LinearModel | TreeModel | None = None,
    listed: DomainList | None = None,
) -> list[Finding]:
    """Inserted sentences in order. ``covered`` are spans of lines already known as furniture.

    A link to a domain of ``listed`` counts as inserted, whatever its sentence says.
    """
    model = weights or _shipped()
    cutoff = CUTOFF if model.cutoff is None else model.cutoff
    lexicon = seo_lexicon(language)
    found: list[tuple[Sentence, float]] = []
    sentences = candidates(reading, lexicon, url=url, links=links, listed=listed)
    if not sentences:
        return []
    rows = np.stack([features(sentence, reading) for sentence in sentences])
    for sentence, chance in zip(sentences, model.predict(rows), strict=True):
        inside = any(start <= sentence.start < end for start, end in covered)
        plain = not sells(reading, sentence)
        distrusted = any(link.listed for link in sentence.links)
        if not inside and (distrusted or (chance >= cutoff and not plain)):
            found.append((sentence, max(float(chance), LISTED if distrusted else 0.0)))
    return _findings(reading, found, lexicon)


def probability(findings: Sequence[Finding]) -> float:
    """Probability that a document holds an inserted link: that not all findings are wrong."""
    wrong = 1.0
    for finding in findings:
        wrong *= 1.0 - finding.score
    return 1.0 - wrong


def candidates(
    reading: Reading,
    lexicon: SeoLexicon,
    *,
    url: str | None = None,
    links: Sequence[Link] = (),
    listed: DomainList | None = None,
) -> list[Sentence]:
    """Sentences with enough of a link, a call or commerce in them to be judged."""
    placed = place_links(reading.text, links, lexicon, url, listed)
    lines = _lines_to_read(reading, placed)
    spans = [
        (start, end, line)
        for line in lines
        for start, end in sentences_of_line(reading.text, *reading.spans[line])
    ]
    if not spans:
        return []
    begins = np.array([span[0] for span in spans], np.int64)
    stops = np.array([span[1] for span in spans], np.int64)
    marks = count_marks(reading.mask, reading.word_start, begins, stops, _N_BITS)
    held = [tuple(link for link in placed if start <= link.start < end) for start, end, _ in spans]
    gate = _gate(marks, np.array([bool(inside) for inside in held]))
    return [_sentence(reading, spans, marks, held, i) for i in np.flatnonzero(gate).tolist()]


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


def _lines_to_read(reading: Reading, placed: Sequence[PlacedLink]) -> list[int]:
    classes, _ = character_tables()
    marked = np.array([link.start for link in placed], np.int64)
    points = line_points(
        reading.codes, classes, reading.word_start, reading.word_end, reading.mask,
        reading.capital, reading.line, _FIRST, _SECOND, marked, _LINK_POINTS,
    )  # fmt: skip
    return [int(i) for i in np.flatnonzero(points >= _ENOUGH)]


def _gate(marks: NDArray[np.int32], linked: NDArray[np.bool_]) -> NDArray[np.bool_]:
    points = (marks[:, :_N_BITS] > 0) @ _FIRST[:_N_BITS] + (marks[:, :_N_BITS] > 1) @ _SECOND[
        :_N_BITS
    ]
    result: NDArray[np.bool_] = points + _LINK_POINTS * linked >= _ENOUGH
    return result


def _sentence(
    reading: Reading,
    spans: Sequence[tuple[int, int, int]],
    marks: NDArray[np.int32],
    held: Sequence[tuple[PlacedLink, ...]],
    i: int,
) -> Sentence:
    start, end, line = spans[i]
    text, counts = reading.text, marks[:, SEO_FIRST:]
    previous = i > 0 and spans[i - 1][2] == line
    following = i + 1 < len(spans) and spans[i + 1][2] == line
    offers, you, lead = COLUMN["offer"], COLUMN["you"], COLUMN["lead"]
    asked = (
        previous
        and text[spans[i - 1][1] - 1] == "?"
        and bool(counts[i - 1, you] or counts[i - 1, lead])
    )
    begin, stop = reading.spans[line]
    return Sentence(
        start, end, line, counts[i], int(marks[i, SEO_PHRASE]), int(marks[i, CAMEL]), held[i],
        question_start=spans[i - 1][0] if asked else -1,
        before_offer=bool(
            following and text[end - 1] == "?" and (counts[i + 1, offers] or held[i + 1])
        ),
        last=line == len(reading.spans) - 1 and end == stop,
        own_line=start == begin and end == stop,
    )  # fmt: skip


def sells(reading: Reading, sentence: Sentence) -> bool:
    """Whether a candidate may be reported at all, whatever its weights say."""
    return not (_is_plain_question(reading, sentence) or _offers_nothing(sentence))


def _is_plain_question(reading: Reading, sentence: Sentence) -> bool:
    """A question that sells nothing itself and that no offer answers."""
    if sentence.links or sentence.before_offer or reading.text[sentence.end - 1] not in "?\"'»”":
        return False
    asks = "?" in reading.text[sentence.end - 3 : sentence.end]
    return asks and not (sentence.counts[COLUMN["offer"]] or sentence.counts[COLUMN["theme"]])


#: Words of which a mention without a link must hold one, or two of an offer ("sans", "prix" alone
#: are no offer).
_CALLING = ("cta", "you", "own", "lead")


def _offers_nothing(sentence: Sentence) -> bool:
    """No link, no call, nobody addressed and nothing offered: a name and a theme are just news."""
    return not (
        sentence.links
        or sentence.phrases
        or sentence.question_start >= 0
        or any(sentence.counts[COLUMN[name]] for name in _CALLING)
        or sentence.counts[COLUMN["offer"]] >= 2
    )


def _findings(
    reading: Reading, found: Sequence[tuple[Sentence, float]], lexicon: SeoLexicon
) -> list[Finding]:
    out: list[Finding] = []
    previous: Sentence | None = None
    for sentence, chance in found:
        joined = (
            previous is not None
            and previous.line == sentence.line
            and sentence.start - previous.end <= _GAP
            and reading.text[previous.end - 1] == "?"
        )
        if joined and out:
            last = out.pop()
            start, end, chance = last.start, sentence.end, max(last.score, chance)
        else:
            start, end = narrow(reading, sentence, lexicon)
            if sentence.question_start >= 0 and start == sentence.start:
                start = sentence.question_start
        rule = _rule(sentence)
        out.append(Finding("seo_link", rule, start, end, reading.text[start:end], round(chance, 4)))
        previous = sentence
    return out


def _rule(sentence: Sentence) -> str:
    if sentence.links:
        return f"link_{sentence.links[0].form}"
    return "commercial_mention"


#: Set by hand after the signs and sizes that training finds; used where no weights are shipped.
_BY_HAND = {
    "call": 3.0, "cta_link": 1.0, "imperative": 1.5, "you": 1.0, "own_site": 1.5, "offer": 0.5,
    "offer_2": 2.0, "lead": 1.5, "customer_question": 1.5, "theme_new": 1.5, "link": 3.0,
    "link_commercial": 2.0, "link_theme_new": 2.0, "link_offer": 1.0, "brand_offer": 1.0,
    "brand_you": 1.0, "before_offer": 3.0, "after_question": 3.0, "attribution": -1.5,
    "link_public": -2.0, "link_named": -2.0, "public_link": -1.5, "quotes": -1.0,
    "cohesion": -4.5, "long": -2.0,
}  # fmt: skip
_RULES = LinearModel(np.array([_BY_HAND.get(name, 0.0) for name in NAMES], np.float32), -6.5, NAMES)


def _shipped() -> LinearModel | TreeModel:
    model = shipped_model("seo_link")
    if isinstance(model, LinearModel | TreeModel) and model.names == NAMES:
        return model
    return _RULES
