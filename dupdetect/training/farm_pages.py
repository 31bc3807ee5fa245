"""Pages made to look like those of content farms: rewrites, with what farms leave in their pages.

No labelled farm pages are at hand. A page begins as a rewrite, a translation or a shortened copy
of a press article, and gets one or more of the marks that the project's issue describes: an
inserted sentence, traces of machine translation, furniture of a foreign or its own template, stock
phrases, headlines printed twice. How often each mark comes is an assumption (:data:`CHANCES`).
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from dupdetect.text.segments import sentences
from dupdetect.training.insertions import PATTERNS, THEMES, write
from dupdetect.training.seo_link import place

#: How often each mark is put into a page; a page without any gets one of them, all alike.
CHANCES: Mapping[str, float] = {
    "inserted": 0.4, "translated": 0.35, "foreign_furniture": 0.3, "own_furniture": 0.4,
    "stock": 0.35, "repeated": 0.25,
}  # fmt: skip
_LANGUAGES = ("en", "de", "it", "es")
#: Furniture that templates leave in the body of an article.
_FUNCTIONS = (
    "share_prompt",
    "follow_prompt",
    "related_heading",
    "newsletter",
    "comments",
    "leftover",
)
_ADVERBS = ("reportedly", "however", "allegedly", "meanwhile", "moreover")


@dataclass(frozen=True, slots=True)
class FarmPage:
    """A page, the article it was made of, and the marks that were put in."""

    text: str
    source: str
    marks: tuple[str, ...]


def farm_page(text: str, source: str, rng: random.Random) -> FarmPage:
    """A French text with some marks of a farm."""
    marks = [name for name, chance in CHANCES.items() if rng.random() < chance]
    marks = marks or [rng.choice(list(CHANCES))]
    for name in marks:
        text = _MARKS[name](text, rng)
    return FarmPage(text, source, tuple(marks))


def _data(name: str) -> dict[str, Any]:
    resource = files("dupdetect.data").joinpath("quality", f"{name}.json")
    data: dict[str, Any] = json.loads(resource.read_text(encoding="utf-8"))
    return data


def _inserted(text: str, rng: random.Random) -> str:
    made = write("fr", rng, range(len(PATTERNS["fr"])), list(THEMES["fr"]))
    put = place(text, made.text, rng)
    return put[0] if put else text


def _translated(text: str, rng: random.Random) -> str:
    """One to five traces of the rules that need no style."""
    for _ in range(rng.randint(1, 5)):
        text = rng.choice(_TRACES)(text, rng)
    return text


def _one(pattern: str, make: Callable[[re.Match[str]], str], text: str, rng: random.Random) -> str:
    found = list(re.finditer(pattern, text))
    if not found:
        return text
    chosen = rng.choice(found)
    return text[: chosen.start()] + make(chosen) + text[chosen.end() :]


_TRACES: tuple[Callable[[str, random.Random], str], ...] = (
    lambda text, rng: _one(r"\b\d{1,3}(?=[  ]\w)", lambda m: f"{m[0]} XNUMX", text, rng),
    lambda text, rng: _one(r"\b\d{4}\b", lambda m: "XNUMX", text, rng),
    lambda text, rng: _one(r"\ble (?=[A-ZÀ-Þ])", lambda m: "leLe ", text, rng),
    lambda text, rng: _one(r"\b([Ll])a (?=[A-ZÀ-Þ])", lambda m: f"{m[1]}aLa ", text, rng),
    lambda text, rng: _one(r"([»\"]) (?=[a-zà-ÿ])", lambda m: m[1], text, rng),
    lambda text, rng: _one(r"\. Le (?=\w)", lambda m: ". Il ", text, rng),
    lambda text, rng: _one(r"\. Les (?=\w)", lambda m: ". I ", text, rng),
    lambda text, rng: _one(
        r"(?<=[a-zà-ÿ]) (?:que|des|dans) (?=\w)",
        lambda m: f" {rng.choice(_ADVERBS)}{m[0]}", text, rng,
    ),
    lambda text, rng: _one(r" a (?=\w+é )", lambda m: " ont a ", text, rng),
    lambda text, rng: _one(r"(?<=\w)'(?=[a-zà-ÿ])", lambda m: "&apos;", text, rng),
)  # fmt: skip


def _furniture(text: str, languages: tuple[str, ...], rng: random.Random) -> str:
    data, language = _data("boilerplate"), rng.choice(languages)
    lines = text.split("\n\n")
    for _ in range(rng.choice((1, 1, 2, 2, 3, 4))):
        section = data[rng.choice(_FUNCTIONS)].get(language, {})
        phrases = [p for p in section.get("lone", "").split("|") if len(p.split()) >= 2]
        if phrases:
            phrase = rng.choice(phrases).replace("#", str(rng.randint(2, 90))).capitalize()
            at = rng.choice((0, 1, len(lines) // 2, len(lines), len(lines)))
            lines.insert(at, phrase + rng.choice(("", "", " :")))
    return "\n\n".join(lines)


def _foreign(text: str, rng: random.Random) -> str:
    return _furniture(text, _LANGUAGES, rng)


def _own(text: str, rng: random.Random) -> str:
    return _furniture(text, ("fr",), rng)


def _stock(text: str, rng: random.Random) -> str:
    """Two to twelve stock phrases, each as a sentence of its own after one of the text."""
    phrases = _data("stock_phrases")["fr"]["stock"].split("|")
    for _ in range(rng.randint(2, 12)):
        ends = [end for _, end in sentences(text)[1:]]
        if ends:
            at = rng.choice(ends)
            made = f"{rng.choice(phrases)}, {rng.choice(phrases)}."
            text = f"{text[:at]} {made[:1].upper()}{made[1:]}{text[at:]}"
    return text


def _repeated(text: str, rng: random.Random) -> str:
    title, _, rest = text.partition("\n")
    if rng.random() < 0.5:
        return (
            f"Info Plus » {rng.choice(('Actualités', 'Monde', 'Une'))} » {title}\n\n{title}\n{rest}"
        )
    return f"{title}\n\n{title}\n{rest}"


_MARKS: Mapping[str, Callable[[str, random.Random], str]] = {
    "inserted": _inserted, "translated": _translated, "foreign_furniture": _foreign,
    "own_furniture": _own, "stock": _stock, "repeated": _repeated,
}  # fmt: skip
