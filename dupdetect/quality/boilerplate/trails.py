"""Trails and bars: lines made of short items between separators, such as breadcrumbs."""

from __future__ import annotations

import re
from dataclasses import dataclass

from dupdetect.quality.boilerplate.context import LONE
from dupdetect.quality.boilerplate.lexicon import look_up
from dupdetect.quality.phrases import WORD

#: Marks that lead from a page to the one below it.
_TRAIL = re.compile(r"\s*[»›>❯→▸►▶▷❱]\s*|\s+/\s+|\s*\\\s+")
#: Marks that stand between items of a bar.
_BAR = re.compile(r"\s*[|•·¦‖]\s*")
_TRAIL_MARKS = frozenset("»›>❯→▸►▶▷❱/\\")
_BAR_MARKS = frozenset("|•·¦‖")
_HOME_TEXT = (
    "accueil home homepage startseite inicio portada start main index page d accueil front page"
)
_HOME = frozenset(_HOME_TEXT.split())
_DOMAIN = re.compile(r"^(?:www\.)?[\w-]+\.[a-z]{2,10}$", re.I)
#: A trail's items are section names; only the last, the article's title, may be long.
_ITEM_WORDS = 5


@dataclass(frozen=True, slots=True)
class Trail:
    """A breadcrumb or a bar of links, and how sure its form makes it."""

    rule: str
    score: float


def trail(line: str, words: list[str]) -> Trail | None:
    """What a line of items between separators is; None for running text, tables, quotations."""
    marks = set(line)
    if marks & _TRAIL_MARKS and "«" not in marks and "http" not in line:
        found = _breadcrumb(line)
        if found:
            return found
    if marks & _BAR_MARKS and len(words) <= 60:
        return _bar(line)
    return None


def _breadcrumb(line: str) -> Trail | None:
    items = [item.strip() for item in _TRAIL.split(line)]
    if items and not items[-1]:  # a trail that ends in its mark
        items.pop()
    if items and not items[0]:
        items.pop(0)
    if len(items) < 2 or not all(items) or len(items) > 9:
        return None
    heads = items[:-1]
    if any(len(WORD.findall(item)) > _ITEM_WORDS for item in heads):
        return None
    if not all(item[0].isupper() or item[0].isdigit() or _DOMAIN.match(item) for item in items):
        return None
    if items[0].lower() in _HOME or _DOMAIN.match(items[0]):
        return Trail("breadcrumb", 0.96)
    if any(mark in line for mark in "»›❯❱▸"):
        return Trail("breadcrumb", 0.9 if len(items) >= 3 else 0.6)
    return Trail("breadcrumb", 0.6 if len(items) >= 3 else 0.3)


def _bar(line: str) -> Trail | None:
    items = [item for item in _BAR.split(line) if item]
    if len(items) < 2:
        return None
    known = 0
    for item in items:
        hit = look_up(WORD.findall(item.lower()))
        known += hit is not None and bool(hit.bits & LONE)
    if known >= 2 and known * 2 >= len(items):
        return Trail("navigation", 0.95)
    return None
