"""Vocabulary of inserted links and advertising, by language."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from dupdetect.quality.phrases import PhraseTable, normalise, without_marks

#: Word lists in the order of their bits; ``theme`` are the single words of all themes.
WORD_LISTS = (
    "cta", "you", "own", "site", "offer", "lead", "attribution", "public", "theme",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SeoLexicon:
    """Phrases (label: ``call`` or a theme), word lists, and each theme word's themes."""

    phrases: PhraseTable[str]
    lists: dict[str, frozenset[str]]
    themes: dict[str, tuple[str, ...]]


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    resource = files("dupdetect.data").joinpath("quality", "seo_link.json")
    data: dict[str, Any] = json.loads(resource.read_text(encoding="utf-8"))
    data.pop("about")
    return data


@lru_cache(maxsize=16)
def seo_lexicon(language: str) -> SeoLexicon:
    """The vocabulary of a language; of all languages where it has none of its own."""
    data = _data()
    sections = [data[language]] if language in data else list(data.values())
    phrases: list[tuple[str, str]] = []
    lists: dict[str, set[str]] = {name: set() for name in WORD_LISTS}
    themes: dict[str, set[str]] = {}
    for section in sections:
        phrases += [(phrase, "call") for phrase in section["phrases"].split("|")]
        for name in WORD_LISTS[:-1]:
            for written in section[name].split("|"):
                _add_word(lists[name], written)
        for theme, forms in section["themes"].items():
            for written in forms.split("|"):
                words = normalise(written)
                if len(words) > 1:
                    phrases.append((written, theme))
                    continue
                for word in {words[0], without_marks(words)[0]}:
                    lists["theme"].add(word)
                    themes.setdefault(word, set()).add(theme)
    return SeoLexicon(
        PhraseTable.build(phrases),
        {name: frozenset(words) for name, words in lists.items()},
        {word: tuple(sorted(found)) for word, found in themes.items()},
    )


def _add_word(words: set[str], written: str) -> None:
    parts = normalise(written)
    if len(parts) == 1:
        words.add(parts[0])
        words.add(without_marks(parts)[0])
