"""Text that a page holds and nobody sees: the ways to hide it, and pages that do."""

from __future__ import annotations

import html

from benchmarks.tricks import Scene, Trick, paragraphs
from dupdetect.config import ExtractConfig
from dupdetect.errors import ExtractError
from dupdetect.extract import Mode, extract
from dupdetect.records import Page

#: Way → attributes of the element that hides its text.
WAYS = {
    "display none": 'style="display:none"',
    "visibility hidden": 'style="visibility: hidden"',
    "hidden attribute": "hidden",
    "font size 0": 'style="font-size:0"',
    "white on white": 'style="color:#fff;background-color:#ffffff"',
    "white, ground unsaid": 'style="color:#fff"',
    "transparent letters": 'style="color: transparent"',
    "off-screen": 'style="position:absolute; left:-9999px"',
    "text indent": 'style="display:block;text-indent:-9999px;height:0;overflow:hidden"',
    "opacity 0": 'style="opacity:0"',
    "clipped": 'style="position:absolute;width:1px;height:1px;overflow:hidden"',
    "style sheet": 'class="x7"',
    "entities in attributes": 'style="display&#58;none"',
}
#: What the style sheet of the page says; only the way "style sheet" uses the class.
SHEET = ".x7 { display: none }"

_PAGE = """<!doctype html><html lang="{language}"><head><meta charset="utf-8">
<title>Actualités</title><style>{sheet}</style></head><body>
<nav><a href="/">Accueil</a> <a href="/politique">Politique</a> <a href="/sport">Sport</a></nav>
<main><article>{body}</article></main>
<footer><a href="/mentions">Mentions légales</a></footer></body></html>"""
#: Words between two hidden pieces at strength 1, words in a piece.
_EVERY, _PIECE = 6, 3


def hiding(way: str) -> Trick:
    """The trick that writes the text as a page with hidden text of others in it.

    Strength 0: the plain page. Up to 1: hidden words inside the sentences, three after every
    sixth word at 1. Above: hidden paragraphs of others, ``strength - 1`` times its length.
    """
    attributes = WAYS[way]

    def trick(text: str, strength: float, scene: Scene) -> str:
        parts = [html.escape(part) for part in paragraphs(text)]
        if 0 < strength <= 1:
            parts = [_words_between(part, attributes, strength, scene) for part in parts]
        body = [f"<p>{part}</p>" for part in parts]
        budget = (strength - 1) * len(text)
        while budget > 0:
            foreign = scene.rng.choice(paragraphs(scene.stranger()))
            at = scene.rng.randrange(len(body) + 1)
            body.insert(at, f"<div {attributes}>{html.escape(foreign)}</div>")
            budget -= max(len(foreign), 1)
        return _PAGE.format(language=scene.language, sheet=SHEET, body="\n".join(body))

    return trick


def _words_between(part: str, attributes: str, strength: float, scene: Scene) -> str:
    words = part.split(" ")
    foreign = html.escape(scene.stranger()).split()
    out: list[str] = []
    for number, word in enumerate(words, 1):
        out.append(word)
        if number % _EVERY == 0 and scene.rng.random() < strength:
            at = scene.rng.randrange(max(1, len(foreign) - _PIECE))
            out.append(f"<span {attributes}>{' '.join(foreign[at : at + _PIECE])}</span>")
    return " ".join(out)


def text_of(markup: str, mode: Mode) -> str:
    """The text that an extractor takes from a page; empty when it finds none."""
    try:
        return extract(
            Page(id="p", content=markup.encode()), config=ExtractConfig(), mode=mode
        ).text
    except ExtractError:
        return ""
