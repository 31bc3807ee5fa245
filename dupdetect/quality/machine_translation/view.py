"""One text as all rules see it: split once, positions only where a rule asks."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import compress, filterfalse

from dupdetect.quality.machine_translation.lexicon import Lexicon, lexicon
from dupdetect.quality.machine_translation.pairs import Pairs, suspects
from dupdetect.records import Finding

_WORD = re.compile(r"\S+")
_SENTENCE_END = frozenset(".!?…:;\n\r")
_QUOTES = frozenset('«»“”„"‹›')

# Replaced by a space each, so that offsets in `plain` are offsets in the text. Hyphens stay.
_PUNCTUATION = "'’‘,.;:!?…«»“”„‹›\"()[]{}/|–—*"


@dataclass(frozen=True, slots=True)
class View:
    """A text and its words.

    ``plain`` is the text with punctuation as spaces (same length), ``words`` are its words in
    order with their case, ``vocabulary`` the distinct ones, ``unknown`` those of them that
    are no known words of the language, ``capitals`` those that
    are not all small letters (in no order), ``suspects`` the neighbours that some
    rule asks about, with the index of the first (see ``pairs``); ``lexicon`` is None for a language
    without word lists; ``located`` is filled by :meth:`spans`.
    """

    text: str
    language: str
    title: str | None
    plain: str
    words: list[str]
    vocabulary: frozenset[str]
    unknown: frozenset[str]
    capitals: list[str]
    suspects: list[tuple[int, str, str]]
    lexicon: Lexicon | None
    located: list[tuple[int, int]] = field(default_factory=list, repr=False, compare=False)

    def spans(self) -> list[tuple[int, int]]:
        """Start and end of every word; the first call costs a pass: make it when there is something
        to say."""
        if not self.located:
            self.located.extend(match.span() for match in _WORD.finditer(self.plain))
        return self.located

    def gap(self, spans: list[tuple[int, int]], index: int) -> str:
        """The characters between word ``index`` and the next one."""
        if not 0 <= index < len(spans) - 1:
            return "\n"
        return self.text[spans[index][1] : spans[index + 1][0]]

    def finding(self, rule: str, start: int, end: int, score: float) -> Finding:
        """A finding of this text."""
        return Finding("machine_translation", rule, start, end, self.text[start:end], score)


def make_view(text: str, language: str, title: str | None) -> View:
    """Look at ``text`` once."""
    plain = text
    for mark in _PUNCTUATION:
        if mark in plain:
            plain = plain.replace(mark, " ")
    words = plain.split()
    found = lexicon(language)
    vocabulary = frozenset(words)
    unknown = vocabulary - found.known if found else vocabulary
    return View(
        text=text,
        language=language,
        title=title,
        plain=plain,
        words=words,
        vocabulary=vocabulary,
        unknown=unknown,
        capitals=list(filterfalse(str.islower, unknown)),
        suspects=_near(words, suspects(language)),
        lexicon=found,
    )


def _near(words: list[str], table: Pairs) -> list[tuple[int, str, str]]:
    if not table or len(words) < 2:
        return []
    firsts = compress(range(len(words) - 1), map(table.__contains__, words))
    return [
        (index, words[index], words[index + 1])
        for index in firsts
        if words[index + 1] in table[words[index]]
    ]


def is_space(gap: str) -> bool:
    """Only white space of one line (the two words stand side by side)."""
    return gap.isspace() and "\n" not in gap


def is_break(gap: str) -> bool:
    """A sentence, a line or a quotation ends or begins here."""
    return not _SENTENCE_END.isdisjoint(gap) or not _QUOTES.isdisjoint(gap)
