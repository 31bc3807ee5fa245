"""What speaks for and against a sentence having been put in to carry a link."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dupdetect.quality.loops import cohesions
from dupdetect.quality.marks import SEO_FIRST
from dupdetect.quality.phrases import Known
from dupdetect.quality.reading import Readings
from dupdetect.quality.seo_link.lexicon import WORD_LISTS
from dupdetect.quality.seo_link.links import PlacedLink

I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
F32 = NDArray[np.float32]
#: Column of each word list in the counts of a sentence.
COLUMN = {name: i for i, name in enumerate(WORD_LISTS)}
#: Features in the order of the model's weights; all are 0..1 or small counts.
NAMES = (
    "call", "call_2", "theme_phrase", "cta", "imperative", "you", "you_2", "own_site", "site",
    "offer", "offer_2", "offer_3", "lead", "question", "customer_question", "exclaim", "theme",
    "theme_2", "theme_new", "theme_new_2", "attribution", "attribution_2", "public", "public_2",
    "link", "link_url", "link_markup", "link_commercial", "link_public", "link_named",
    "link_in_brackets", "quotes", "in_quotes", "cohesion", "foreign_names", "brand",
    "number_offer", "short", "long", "last", "own_line", "after_question", "before_offer",
    "call_link", "you_offer", "you_theme_new", "offer_theme_new", "imperative_you",
    "link_theme_new", "attribution_link", "public_link", "cta_link", "brand_offer", "brand_you",
    "link_offer", "brand_theme_new", "foreign_text", "price", "price_theme_new", "hyphen_name",
    "hyphen_offer", "link_press", "link_hyphen", "link_html", "link_paid", "link_away",
    "anchor_trade", "anchor_foreign", "anchor_foreign_you",
)  # fmt: skip
_INDEX = {name: i for i, name in enumerate(NAMES)}

_QUOTES = re.compile(r"[«»“”\"„]")
#: An imperative of French at the start of a clause.
_IMPERATIVE = re.compile(
    r"(?:^|[,;:?!–—]\s+|\b(?:alors|et|vite|puis)\s+)(?!chez|assez|nez)[a-zà-ÿ]{2,}ez\b"
)
_GERMAN_IMPERATIVE = re.compile(r"(?:^|[,;:?!–—]\s+)[a-zà-ÿ]{3,}en sie\b")
#: Names made up for trade, besides a capital inside a word: an ampersand between capitals, or a
#: hyphen (but not first names, places and the parts of compound names that the press is full of).
_AMPERSAND = re.compile(r"[A-ZÀ-Þ][a-zà-ÿ]+\s&\s[A-ZÀ-Þ]")
_HYPHEN = re.compile(
    r"\b(?!Jean-|Marie-|Anne-|Pierre-|Paul-|Louis-|Charles-|Saint|Grand|Notre-|Maison-|Nord-|Sud-"
    r"|Est-|Ouest-|Seine-|Haut|Bas|Val-|Côte|Etats-|États-|Royaume-|Nouvelle|Pays-|Arabie-|Afrique"
    r"|Loire-|Île-|Ile-|Mont-|Sainte|North-|South-|New-|Nieder|Ober|Baden-|Rhein|Sachsen-)"
    r"[A-ZÀ-Þ][a-zà-ÿ]{2,}-[A-ZÀ-Þ][a-zà-ÿ]+"
)
_PERCENT = re.compile(r"\d\s?(?:%|€|\$|£|euros?\b|prozent\b|por ciento|per cento)")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence to judge: its span, its place, the counts of its words, the links it holds.

    ``text``: the number of its text among those read together, ``line`` that of its line among
    those of all; ``phrases`` is how many words of it begin a known phrase, ``camels`` how many have
    a capital inside; ``question_start`` where a question to the customer begins right before it,
    -1 where none does.
    """

    text: int
    start: int
    end: int
    line: int
    counts: I32
    phrases: int
    camels: int
    links: tuple[PlacedLink, ...]
    question_start: int
    before_offer: bool
    last: bool
    own_line: bool


#: What a sentence and its links say by themselves, in the order of :func:`_told`.
_TOLD = (
    "question", "exclaim", "quotes", "in_quotes", "imperative", "ampersand", "hyphen_name", "price",
    "after_question", "before_offer", "last", "own_line",
)  # fmt: skip
_OF_LINKS = (
    "link", "link_url", "link_markup", "link_commercial", "link_public", "link_named",
    "link_in_brackets", "link_press", "link_hyphen", "link_html", "link_paid", "link_away",
    "anchor_trade", "anchor_foreign",
)  # fmt: skip
_NO_LINK = (False,) * len(_OF_LINKS)
_CTA = np.uint64(SEO_FIRST + COLUMN["cta"])


def features(sentences: Sequence[Sentence], readings: Readings) -> F32:
    """The features of sentences of several texts, ``float32[n, len(NAMES)]``."""
    texts = readings.texts
    told = np.array([_told(s, texts[s.text]) for s in sentences], np.bool_).T
    is_told = dict(zip((*_TOLD, *_OF_LINKS), told, strict=True))
    counts = np.array([s.counts for s in sentences], np.int64).T
    phrases = [_phrases(s, readings) if s.phrases else (0, 0) for s in sentences]
    is_told["imperative"] |= _opens_with_call(sentences, readings)
    is_told["brand"] = is_told["ampersand"] | np.array([s.camels > 0 for s in sentences])
    around = _cohesion(sentences, readings)
    return _rows(is_told, counts, np.array(phrases, np.int64).T, around)


def _told(sentence: Sentence, whole: str) -> tuple[bool, ...]:
    text = whole[sentence.start : sentence.end]
    lower = text.lower()
    return (
        "?" in text,
        "!" in text,
        _QUOTES.search(text) is not None,
        _inside_quotes(whole, sentence),
        _has_imperative(lower),
        "&" in text and _AMPERSAND.search(text) is not None,
        "-" in text and _HYPHEN.search(text) is not None,
        _PERCENT.search(lower) is not None,
        sentence.question_start >= 0,
        sentence.before_offer,
        sentence.last,
        sentence.own_line,
        *(_of_links(sentence.links) if sentence.links else _NO_LINK),
    )


def _of_links(links: tuple[PlacedLink, ...]) -> tuple[bool, ...]:
    told = [_of_link(link) for link in links]
    return told[0] if len(told) == 1 else tuple(map(any, zip(*told, strict=True)))


def _of_link(link: PlacedLink) -> tuple[bool, ...]:
    return (
        True,
        link.form == "url",
        link.form in ("markdown", "html"),
        link.commercial,
        link.public,
        link.named_elsewhere,
        link.in_brackets,
        link.press,
        link.hyphen,
        link.form == "html",
        link.paid,
        link.away,
        link.trade_anchor,
        link.foreign_anchor,
    )


def _rows(told: dict[str, Any], counts: I64, phrases: I64, around: I64) -> F32:
    """The features of sentences from what is told, counted, and found around them."""
    rows = np.zeros((counts.shape[1], len(NAMES)), np.float32)
    many = {name: counts[column] for name, column in COLUMN.items()}
    calls, themes_in_phrases = phrases
    content, shared, foreign, new = around
    new_theme = new + themes_in_phrases
    you, offer, theme, lead = many["you"], many["offer"], many["theme"], many["lead"]
    link, brand, imperative = told["link"], told["brand"], told["imperative"]
    cohesion = np.where(content > 0, shared / np.maximum(content, 1), 0.5)
    columns = {name: column for name, column in told.items() if name in _INDEX} | {
        "call": np.minimum(calls, 1),
        "call_2": calls >= 2,
        "theme_phrase": np.minimum(themes_in_phrases, 1),
        "cta": np.minimum(many["cta"], 2) / 2,
        "you": np.minimum(you, 1),
        "you_2": you >= 2,
        "own_site": (many["own"] > 0) & (many["site"] > 0),
        "site": np.minimum(many["site"], 2) / 2,
        "offer": np.minimum(offer, 1),
        "offer_2": offer >= 2,
        "offer_3": offer >= 3,
        "lead": np.minimum(lead, 1),
        "customer_question": told["question"] & ((you > 0) | (lead > 0)),
        "theme": np.minimum(theme, 1),
        "theme_2": theme >= 2,
        "theme_new": np.minimum(new_theme, 1),
        "theme_new_2": new_theme >= 2,
        "attribution": np.minimum(many["attribution"], 1),
        "attribution_2": many["attribution"] >= 2,
        "public": np.minimum(many["public"], 1),
        "public_2": many["public"] >= 2,
        "cohesion": cohesion,
        "foreign_names": np.minimum(foreign, 3) / 3,
        "number_offer": told["price"] & (offer > 0),
        "short": counts[-1] <= 6,
        "long": counts[-1] > 35,
        "call_link": (calls > 0) & link,
        "you_offer": (you > 0) & (offer > 0),
        "you_theme_new": (you > 0) & (new_theme > 0),
        "offer_theme_new": (offer > 0) & (new_theme > 0),
        "imperative_you": imperative & (you > 0),
        "link_theme_new": link & (new_theme > 0),
        "attribution_link": (many["attribution"] > 0) & link,
        "public_link": (many["public"] > 0) & link,
        "cta_link": ((many["cta"] > 0) | imperative) & link,
        "brand_offer": brand & (offer > 0),
        "brand_you": brand & (you > 0),
        "link_offer": link & (offer > 0),
        "brand_theme_new": brand & (new_theme > 0),
        "anchor_foreign_you": told["anchor_foreign"]
        & ((you > 0) | (many["cta"] > 0) | (offer > 0)),
        "hyphen_offer": told["hyphen_name"] & ((offer > 0) | (new_theme > 0)),
        "foreign_text": (content >= 3) & (shared * 6 <= content),
        "price_theme_new": told["price"] & (new_theme > 0),
    }
    for name, column in columns.items():
        rows[:, _INDEX[name]] = column
    return rows


def _spans(sentences: Sequence[Sentence], readings: Readings) -> tuple[I64, I64, I64]:
    """The texts of sentences, and their starts and ends among the characters of all texts."""
    text = np.array([s.text for s in sentences], np.int64)
    base = readings.base[text]
    starts = np.array([s.start for s in sentences], np.int64) + base
    return text, starts, np.array([s.end for s in sentences], np.int64) + base


def _cohesion(sentences: Sequence[Sentence], readings: Readings) -> I64:
    """:func:`dupdetect.quality.loops.cohesion` of each with its own text, ``int64[4, n]``."""
    text, starts, ends = _spans(sentences, readings)
    reading, words = readings.whole, readings.words
    found: I64 = cohesions(
        reading.word_start, reading.word_end, reading.stem, reading.capital, reading.mask,
        starts, ends, words[text], words[text + 1], SEO_FIRST + COLUMN["theme"],
    )  # fmt: skip
    return found.T


def _opens_with_call(sentences: Sequence[Sentence], readings: Readings) -> NDArray[np.bool_]:
    """Whether the first word of each is one of the list ``cta``."""
    text, starts, _ = _spans(sentences, readings)
    reading = readings.whole
    first = np.searchsorted(reading.word_start, starts)
    inside = first < readings.words[text + 1]
    out = np.zeros(len(sentences), np.bool_)
    out[inside] = (reading.mask[first[inside]] >> _CTA) & np.uint64(1)
    return out


def _phrases(sentence: Sentence, readings: Readings) -> tuple[int, int]:
    """Different phrases in the sentence: those that call, those of a theme of commerce."""
    reading, base = readings.whole, int(readings.base[sentence.text])
    span = (sentence.start + base, sentence.end + base)
    low, high = np.searchsorted(reading.word_start, span).tolist()
    places = slice(*np.searchsorted(reading.phrase_word, (low, high)).tolist())
    found: set[Known] = set()
    for number, word, size in zip(
        reading.phrase[places].tolist(), reading.phrase_word[places].tolist(),
        reading.phrase_size[places].tolist(), strict=True,
    ):  # fmt: skip
        if word + size <= high:
            found.update(known for known in reading.book.meanings[number] if known.kind == "seo")
    calls = sum(known.label == "call" for known in found)
    return calls, len(found) - calls


def _has_imperative(lower: str) -> bool:
    if "ez" in lower and _IMPERATIVE.search(lower):
        return True
    return " sie" in lower and bool(_GERMAN_IMPERATIVE.search(lower))


def _inside_quotes(text: str, sentence: Sentence) -> bool:
    """Whether the sentence stands in a quotation opened before it in the same paragraph."""
    begin = max(text.rfind("\n", 0, sentence.start) + 1, sentence.start - 600)
    before = text[begin : sentence.start]
    opened = before.count("«") - before.count("»") + before.count("“") - before.count("”")
    if opened > 0:
        return True
    return before.count('"') % 2 == 1 or text[sentence.start] in '«“"'
