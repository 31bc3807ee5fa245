"""Known phrases of page furniture, by function, in all languages at once.

Furniture is often left in another language than the article, so every line is held against all.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from dupdetect.quality.boilerplate.context import ANY, LONE, OPENER, START
from dupdetect.quality.phrases import PhraseTable, normalise, numbered, without_marks

#: Longer lines are not held against whole-line phrases.
_LONE_WORDS = 12
#: A phrase inside a longer line says nothing: paragraphs talk about newsletters and cookies too.
_ANY_WORDS = 80
#: Functions whose line announces more furniture below it.
_OPENERS = ("related_heading", "comments")
_Data = dict[str, dict[str, dict[str, str]]]


@dataclass(frozen=True, slots=True)
class Hit:
    """What the lexicon knows of a line.

    ``bits`` LONE, START, ANY, OPENER; the function; the languages that have the phrase; how many
    words of it were known.
    """

    bits: int
    function: str
    languages: frozenset[str]
    known: int


_Entry = tuple[str, frozenset[str]]  # function, languages


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Whole lines, beginnings by their first word (longest first), and phrases inside lines."""

    lone: dict[tuple[str, ...], _Entry]
    start: dict[str, tuple[tuple[tuple[str, ...], _Entry], ...]]
    inside: PhraseTable[_Entry]

    def look_up(self, words: Sequence[str]) -> Hit | None:
        """What is known of a line of these words; None where nothing is."""
        if not words:
            return None
        bits, known = 0, 0
        entry: _Entry | None = None
        if len(words) <= _LONE_WORDS:
            entry = self._whole(words)
            bits, known = (LONE, len(words)) if entry else (0, 0)
        beginnings = self.start.get("0" if words[0][0].isdigit() else words[0])
        if beginnings:
            head = tuple(numbered(words[:10]))
            for phrase, found in beginnings:
                if head[: len(phrase)] == phrase:
                    bits |= START
                    entry, known = entry or found, max(known, len(phrase))
                    break
        if len(words) <= _ANY_WORDS and not self.inside.keys.isdisjoint(words):
            hits = self.inside.find(numbered(words))
            if hits:
                bits |= ANY
                padded, found = max(hits, key=lambda item: len(item[0]))
                entry, known = entry or found, max(known, padded.count(" ") - 1)
        if entry is None:
            return None
        if entry[0] in _OPENERS and bits & (LONE | START):
            bits |= OPENER
        return Hit(bits, *entry, known)

    def _whole(self, words: Sequence[str]) -> _Entry | None:
        key = tuple(numbered(words))
        found = self.lone.get(key)
        if found is None and "0" in key:
            found = self.lone.get(tuple(word for word in key if word != "0"))
        return found


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The lexicon of ``dupdetect/data/quality/boilerplate.json``."""
    resource = files("dupdetect.data").joinpath("quality", "boilerplate.json")
    data = json.loads(resource.read_text(encoding="utf-8"))
    data.pop("about")
    lone, start, inside = (_gather(data, place) for place in ("lone", "start", "any"))
    by_first: dict[str, list[tuple[tuple[str, ...], _Entry]]] = {}
    for phrase, entry in start.items():
        by_first.setdefault(phrase[0], []).append((phrase, entry))
    ordered = {
        word: tuple(sorted(found, key=lambda item: -len(item[0])))
        for word, found in by_first.items()
    }
    table = PhraseTable.build((" ".join(phrase), entry) for phrase, entry in inside.items())
    return Lexicon(lone, ordered, table)


def _gather(data: _Data, place: str) -> dict[tuple[str, ...], _Entry]:
    """Each phrase with the first function that names it and all languages that do."""
    found: dict[tuple[str, ...], _Entry] = {}
    for phrase, function, language in _phrases(data, place):
        known_function, languages = found.get(phrase, (function, frozenset()))
        found[phrase] = known_function, languages | {language}
    return found


def _phrases(data: _Data, place: str) -> Iterator[tuple[tuple[str, ...], str, str]]:
    for function, languages in data.items():
        for language, places in languages.items():
            for written in places.get(place, "").split("|"):
                words = normalise(written)
                if words:
                    for form in {words, without_marks(words)}:
                        yield form, function, language
