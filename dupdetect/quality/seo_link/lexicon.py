"""Vocabulary of inserted links and advertising, by language."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from dupdetect.quality.phrases import Known, forms

#: Word lists in the order of their bits; ``theme`` are the single words of all themes.
WORD_LISTS = (
    "cta", "you", "own", "site", "offer", "lead", "attribution", "public", "theme",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SeoLexicon:
    """Phrases (label: ``call`` or a theme) and word lists.

    ``trade``: words of offers and of all themes but news, as names of shops hold them; ``press``:
    words that names of news sites hold.
    """

    phrases: tuple[Known, ...]
    lists: dict[str, frozenset[str]]
    trade: frozenset[str]
    press: frozenset[str]


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    resource = files("dupdetect.data").joinpath("quality", "seo_link.json")
    data: dict[str, Any] = json.loads(resource.read_text(encoding="utf-8"))
    data.pop("about")
    return data


def famous_names() -> frozenset[str]:
    """Names with a capital inside that the press is full of, in lower case."""
    return frozenset(str(_data()["famous"]).split("|"))


@lru_cache(maxsize=16)
def seo_lexicon(language: str) -> SeoLexicon:
    """The vocabulary of a language; of all languages where it has none of its own."""
    data = _data()
    sections = (
        [data[language]] if language in data else [data[code] for code in data if code != "famous"]
    )
    labels: dict[tuple[str, ...], str] = {}
    press: set[str] = set()
    trade: set[str] = set()
    lists: dict[str, set[str]] = {name: set() for name in WORD_LISTS}
    for section in sections:
        for words in forms(section["phrases"]):
            labels.setdefault(words, "call")
        for name in WORD_LISTS[:-1]:
            lists[name].update(words[0] for words in forms(section[name]) if len(words) == 1)
        for theme, written in section["themes"].items():
            for words in forms(written):
                if len(words) > 1:
                    labels.setdefault(words, theme)
                else:
                    lists["theme"].add(words[0])
                    (press if theme == "news_blog" else trade).add(words[0])
    return SeoLexicon(
        tuple(Known(words, "seo", label) for words, label in labels.items()),
        {name: frozenset(words) for name, words in lists.items()},
        frozenset((trade | lists["offer"]) - press),
        frozenset(press),
    )
