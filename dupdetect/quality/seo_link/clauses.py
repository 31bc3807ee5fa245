"""From an inserted sentence to the clause put in, where the rest belongs to the article."""

from __future__ import annotations

import re

from dupdetect.quality.loops import cohesion
from dupdetect.quality.phrases import WORD
from dupdetect.quality.reading import Reading
from dupdetect.quality.seo_link.features import Sentence
from dupdetect.quality.seo_link.lexicon import SeoLexicon

#: Shorter sentences are never cut.
_MIN_CHARS = 120
#: A clause has at least this many words, the parts of an address among them.
_MIN_WORDS = 6
_BREAK = re.compile(r"(?:\s*[;–—]\s+|\s+-\s+|(?<=[^\d]),\s+|\s*\()")
_NEW_SENTENCE = re.compile(r"\s+[A-ZÀ-ÖØ-Þ][^\s.]*\s+\S+\s+\S")
#: A part belongs to the article when this share of its long words stands elsewhere in it.
_OF_THE_ARTICLE = 0.5


def narrow(reading: Reading, sentence: Sentence, lexicon: SeoLexicon) -> tuple[int, int]:
    """The span that was put in: the whole sentence, or its end after a clause of the article."""
    text = reading.text
    start, end = sentence.start, _end_after_link(text, sentence)
    if end - start < _MIN_CHARS:
        return start, end
    evidence = min((link.start for link in sentence.links), default=end)
    best = start
    for match in _BREAK.finditer(text, start, end):
        if match.start() > evidence or match.end() >= end:
            break
        if _commercial(text[best : match.start()], lexicon):
            break
        content, shared, _, _ = cohesion(
            reading.word_start, reading.word_end, reading.stem, reading.capital, reading.mask,
            best, match.start(), 0,
        )  # fmt: skip
        if content < 3 or shared < _OF_THE_ARTICLE * content:
            break
        best = match.end()
    while text[best].isspace():
        best += 1
    if len(WORD.findall(text, best, end)) < _MIN_WORDS:
        best = start
    return best, end


def _end_after_link(text: str, sentence: Sentence) -> int:
    """An address without a full stop ends the sentence where a capital follows it."""
    for link in sentence.links:
        if link.form in ("url", "domain") and _NEW_SENTENCE.match(text, link.end, sentence.end):
            return link.end
    return sentence.end


def _commercial(part: str, lexicon: SeoLexicon) -> bool:
    words = set(WORD.findall(part.lower()))
    return not words.isdisjoint(lexicon.lists["cta"] | lexicon.lists["you"])
