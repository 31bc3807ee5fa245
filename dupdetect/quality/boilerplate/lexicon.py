"""Known phrases of page furniture, by function, in all languages at once.

Furniture is often left in another language than the article, so every line is held against all.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from dupdetect.quality.boilerplate.context import ANY, LONE, OPENER, START
from dupdetect.quality.boilerplate.limits import LONE_WORDS
from dupdetect.quality.phrases import Known, forms, numbered

#: A phrase inside a longer line says nothing: paragraphs talk about newsletters and cookies too.
_INSIDE_WORDS = 80
#: Functions whose line announces more furniture below it.
_OPENERS = ("related_heading", "comments")
_PLACES = {"lone": "lone", "start": "start", "any": "inside"}


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


@lru_cache(maxsize=1)
def furniture_phrases() -> tuple[Known, ...]:
    """The phrases of ``dupdetect/data/quality/boilerplate.json``.

    A phrase listed under several functions has the first; its languages are all that list it.
    """
    resource = files("dupdetect.data").joinpath("quality", "boilerplate.json")
    data: dict[str, Any] = json.loads(resource.read_text(encoding="utf-8"))
    data.pop("about")
    found: dict[tuple[str, tuple[str, ...]], tuple[str, set[str]]] = {}
    for function, languages in data.items():
        for language, places in languages.items():
            for place, kind in _PLACES.items():
                for words in forms(places.get(place, "")):
                    found.setdefault((kind, words), (function, set()))[1].add(language)
    return tuple(
        Known(words, kind, function, frozenset(languages))
        for (kind, words), (function, languages) in found.items()
    )


@lru_cache(maxsize=1)
def _by_words() -> dict[str, dict[tuple[str, ...], Known]]:
    tables: dict[str, dict[tuple[str, ...], Known]] = {kind: {} for kind in _PLACES.values()}
    for known in furniture_phrases():
        tables[known.kind][known.words] = known
    return tables


def look_up(words: Sequence[str]) -> Hit | None:
    """What is known of a line of these lower-case words; None where nothing is.

    The plain form of what :func:`judge_matches` takes from a reading.
    """
    line = numbered(words)
    matches = [
        (at, known)
        for at in range(len(line))
        for end in range(at + 1, min(len(line), at + 15) + 1)
        for table in _by_words().values()
        if (known := table.get(line[at:end])) is not None
    ]
    return judge_matches(len(line), matches, line)


def judge_matches(
    size: int, matches: Sequence[tuple[int, Known]], line: Sequence[str] = ()
) -> Hit | None:
    """What a line of ``size`` words is known for, of the phrases found in it.

    ``matches`` are ``(place of the phrase's first word in the line, phrase)``; ``line`` the words
    with numbers as ``0``, needed only where a short line holds numbers.
    """
    whole = starting = inside = None
    for at, known in matches:
        if known.kind == "lone":
            if len(known.words) == size <= LONE_WORDS:
                whole = known
        elif known.kind == "start":
            if at == 0:
                starting = _longer(starting, known)
        elif known.kind == "inside" and size <= _INSIDE_WORDS:
            inside = _longer(inside, known)
    if whole is None and size <= LONE_WORDS and "0" in line:
        whole = _by_words()["lone"].get(tuple(word for word in line if word != "0"))
    best = whole or starting or inside
    if best is None:
        return None
    bits = LONE * (whole is not None) | START * (starting is not None) | ANY * (inside is not None)
    if best.label in _OPENERS and bits & (LONE | START):
        bits |= OPENER
    lengths = [len(known.words) for known in (starting, inside) if known is not None]
    return Hit(bits, best.label, best.languages, max([size if whole else 0, *lengths]))


def _longer(best: Known | None, other: Known) -> Known:
    if best is None or sum(map(len, other.words)) > sum(map(len, best.words)):
        return other
    return best
