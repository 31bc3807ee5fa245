"""What speaks for and against a sentence having been put in to carry a link."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dupdetect.quality.loops import cohesion
from dupdetect.quality.marks import SEO_FIRST
from dupdetect.quality.reading import Reading
from dupdetect.quality.seo_link.lexicon import WORD_LISTS
from dupdetect.quality.seo_link.links import PlacedLink

I32 = NDArray[np.int32]
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

    ``phrases`` is how many words of it begin a known phrase, ``camels`` how many have a capital
    inside; ``question_start`` where a
    question to the customer begins right before it, -1 where none does.
    """

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


def count(sentence: Sentence, name: str) -> int:
    """How many words of a list the sentence holds."""
    return int(sentence.counts[COLUMN[name]])


def features(sentence: Sentence, reading: Reading) -> F32:
    """The features of a sentence, ``float32[len(NAMES)]``."""
    values = np.zeros(len(NAMES), np.float32)

    def put(name: str, value: float) -> None:
        values[_INDEX[name]] = value

    text = reading.text[sentence.start : sentence.end]
    lower = text.lower()
    n_words = int(sentence.counts[-1])
    calls, themes_in_phrases = _phrases(sentence, reading)
    you, offer, theme = (count(sentence, name) for name in ("you", "offer", "theme"))
    site, cta = count(sentence, "site"), count(sentence, "cta")
    imperative = _has_imperative(lower, sentence, reading)
    content, shared, foreign, new = cohesion(
        reading.word_start, reading.word_end, reading.stem, reading.capital, reading.mask,
        sentence.start, sentence.end, SEO_FIRST + COLUMN["theme"],
    )  # fmt: skip
    new_theme = new + themes_in_phrases
    brand = sentence.camels > 0 or bool(_AMPERSAND.search(text))
    price = bool(_PERCENT.search(lower))
    links = sentence.links
    link = bool(links)
    commercial = any(found.commercial for found in links)
    question = "?" in text
    attribution, public = count(sentence, "attribution"), count(sentence, "public")

    put("call", min(calls, 1))
    put("call_2", calls >= 2)
    put("theme_phrase", min(themes_in_phrases, 1))
    put("cta", min(cta, 2) / 2)
    put("imperative", imperative)
    put("you", min(you, 1))
    put("you_2", you >= 2)
    put("own_site", count(sentence, "own") > 0 and site > 0)
    put("site", min(site, 2) / 2)
    put("offer", min(offer, 1))
    put("offer_2", offer >= 2)
    put("offer_3", offer >= 3)
    put("lead", min(count(sentence, "lead"), 1))
    put("question", question)
    put("customer_question", question and (you > 0 or count(sentence, "lead") > 0))
    put("exclaim", "!" in text)
    put("theme", min(theme, 1))
    put("theme_2", theme >= 2)
    put("theme_new", min(new_theme, 1))
    put("theme_new_2", new_theme >= 2)
    put("attribution", min(attribution, 1))
    put("attribution_2", attribution >= 2)
    put("public", min(public, 1))
    put("public_2", public >= 2)
    put("link", link)
    put("link_url", any(found.form == "url" for found in links))
    put("link_markup", any(found.form in ("markdown", "html") for found in links))
    put("link_commercial", commercial)
    put("link_public", any(found.public for found in links))
    put("link_named", any(found.named_elsewhere for found in links))
    put("link_in_brackets", any(found.in_brackets for found in links))
    put("quotes", bool(_QUOTES.search(text)))
    put("in_quotes", _inside_quotes(reading.text, sentence))
    put("cohesion", shared / content if content else 0.5)
    put("foreign_names", min(foreign, 3) / 3)
    put("brand", brand)
    put("number_offer", price and offer > 0)
    put("short", n_words <= 6)
    put("long", n_words > 35)
    put("last", sentence.last)
    put("own_line", sentence.own_line)
    put("after_question", sentence.question_start >= 0)
    put("before_offer", sentence.before_offer)
    put("call_link", calls > 0 and link)
    put("you_offer", you > 0 and offer > 0)
    put("you_theme_new", you > 0 and new_theme > 0)
    put("offer_theme_new", offer > 0 and new_theme > 0)
    put("imperative_you", imperative and you > 0)
    put("link_theme_new", link and new_theme > 0)
    put("attribution_link", attribution > 0 and link)
    put("public_link", public > 0 and link)
    put("cta_link", (cta > 0 or imperative) and link)
    put("brand_offer", brand and offer > 0)
    put("brand_you", brand and you > 0)
    put("link_offer", link and offer > 0)
    put("brand_theme_new", brand and new_theme > 0)
    put("link_press", any(found.press for found in links))
    put("link_hyphen", any(found.hyphen for found in links))
    foreign_anchor = any(found.foreign_anchor for found in links)
    put("link_html", any(found.form == "html" for found in links))
    put("link_paid", any(found.paid for found in links))
    put("link_away", any(found.away for found in links))
    put("anchor_trade", any(found.trade_anchor for found in links))
    put("anchor_foreign", foreign_anchor)
    put("anchor_foreign_you", foreign_anchor and (you > 0 or cta > 0 or offer > 0))
    hyphen = bool(_HYPHEN.search(text))
    put("hyphen_name", hyphen)
    put("hyphen_offer", hyphen and (offer > 0 or new_theme > 0))
    put("foreign_text", content >= 3 and shared * 6 <= content)
    put("price", price)
    put("price_theme_new", price and new_theme > 0)
    return values


def _phrases(sentence: Sentence, reading: Reading) -> tuple[int, int]:
    """Different phrases in the sentence: those that call, those of a theme of commerce."""
    if not sentence.phrases:
        return 0, 0
    low, high = np.searchsorted(reading.word_start, (sentence.start, sentence.end))
    found = {
        known for word, size, known in reading.phrases("seo") if low <= word and word + size <= high
    }
    calls = sum(known.label == "call" for known in found)
    return calls, len(found) - calls


def _has_imperative(lower: str, sentence: Sentence, reading: Reading) -> bool:
    first = int(np.searchsorted(reading.word_start, sentence.start))
    if first < reading.n_words and int(reading.mask[first]) >> (SEO_FIRST + COLUMN["cta"]) & 1:
        return True
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
