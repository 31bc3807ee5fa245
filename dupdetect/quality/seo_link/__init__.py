"""Sentences put into an article to carry a link or a commercial mention foreign to it.

A finding is the sentence or clause. Candidates are sentences with a link, a call to action or
words of commerce; each is judged by plain weights over named features.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dupdetect.quality.listed import DomainList
from dupdetect.quality.model import LinearModel, TreeModel, shipped_model
from dupdetect.quality.reading import Reading, Readings
from dupdetect.quality.seo_link.candidates import candidates, candidates_many
from dupdetect.quality.seo_link.clauses import narrow
from dupdetect.quality.seo_link.features import COLUMN, NAMES, Sentence, features
from dupdetect.quality.seo_link.lexicon import SeoLexicon, seo_lexicon
from dupdetect.records import Finding, Link

__all__ = ["candidates", "find", "find_many", "probability", "sells"]

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
    return find_many(
        Readings.of(reading), language=language, urls=[url], links=[links], covered=[covered],
        weights=weights, listed=listed,
    )[0]  # fmt: skip


def find_many(
    readings: Readings,
    *,
    language: str,
    urls: Sequence[str | None],
    links: Sequence[Sequence[Link]],
    covered: Sequence[Sequence[tuple[int, int]]],
    weights: LinearModel | TreeModel | None = None,
    listed: DomainList | None = None,
) -> list[list[Finding]]:
    """:func:`find` of several texts of one language."""
    found: list[list[Finding]] = [[] for _ in readings.texts]
    model = weights or _shipped()
    cutoff = CUTOFF if model.cutoff is None else model.cutoff
    lexicon = seo_lexicon(language)
    sentences = candidates_many(
        readings, lexicon, urls=urls, links=links, covered=covered, listed=listed
    )
    if not sentences:
        return found
    kept: dict[int, list[tuple[Sentence, float]]] = {}
    chances = model.predict(features(sentences, readings)).tolist()
    for sentence, chance in zip(sentences, chances, strict=True):
        distrusted = any(link.listed for link in sentence.links)
        if not (distrusted or chance >= cutoff):
            continue
        text = readings.texts[sentence.text]
        if distrusted or sells(text, sentence):
            chance = max(chance, LISTED if distrusted else 0.0)
            kept.setdefault(sentence.text, []).append((sentence, chance))
    for number, own in kept.items():
        found[number] = _findings(readings.one(number), own, lexicon)
    return found


def probability(findings: Sequence[Finding]) -> float:
    """Probability that a document holds an inserted link: that not all findings are wrong."""
    wrong = 1.0
    for finding in findings:
        wrong *= 1.0 - finding.score
    return 1.0 - wrong


def sells(text: str, sentence: Sentence) -> bool:
    """Whether a candidate of ``text`` may be reported at all, whatever its weights say."""
    return not (_is_plain_question(text, sentence) or _offers_nothing(sentence))


def _is_plain_question(text: str, sentence: Sentence) -> bool:
    """A question that sells nothing itself and that no offer answers."""
    if sentence.links or sentence.before_offer or text[sentence.end - 1] not in "?\"'»”":
        return False
    asks = "?" in text[sentence.end - 3 : sentence.end]
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
