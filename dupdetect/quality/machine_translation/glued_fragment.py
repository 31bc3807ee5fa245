"""``glued_fragment``: pieces of two phrasings, or of two runs of text, stuck together.

"leL'Ukraine", "le cLe conflit" (an article of the source's mark-up and the translated word),
"guerre»selon", "informations »Le porte-parole", ",l'attaque" (segments translated apart and joined
without the space). Brand names with inner capitals (BlaBlaCar, iPhone, McDonald's), addresses,
hashtags, code and units are none.

Scores, beside how often 35,326 clean French articles do the same: an article or preposition stuck
to a second article 0.9 (once), an article stuck to a name 0.75 (once), a preposition 0.5 (37
times); a stray letter before an article 0.85
(never after an article); a closing quotation mark stuck to the next word 0.5 (16), a comma with its
space on the wrong side 0.45 (19). A space missing after a full stop, a comma or a heading is what
clean pages lose in extraction (one article in ten): 0.2 or 0.3 for each kind that occurs once or
twice, 0.35 from the third on.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from dupdetect.quality.machine_translation.character_loops import (
    TIGHT_CLOSING,
    TIGHT_COMMA,
    TIGHT_OPENING,
    TIGHT_QUOTE,
    TIGHT_STOP,
    TWICE,
)
from dupdetect.quality.machine_translation.lexicon import tables
from dupdetect.quality.machine_translation.marks import COMMA_APART, bit_of
from dupdetect.quality.machine_translation.view import View
from dupdetect.quality.machine_translation.word_loops import CAMEL, JOINED, MIXED
from dupdetect.quality.machine_translation.word_table import elided, joined
from dupdetect.records import Finding

RULE = "glued_fragment"
_TWO_ARTICLES, _STRAY, _STRAY_ALONE = 0.9, 0.85, 0.55
_NAME, _NAME_AFTER_ARTICLE = 0.5, 0.75
_QUOTE, _QUOTE_CAPITAL, _COMMA, _JOINED, _DIGIT = 0.5, 0.52, 0.45, 0.45, 0.4
_WEAK, _HEADING, _WEAK_MANY, _MANY = 0.2, 0.3, 0.35, 3

_UP, _LOW = "A-ZÀ-ÖØ-ÞŒ", "a-zà-öø-ÿœßæ"

_TABLES = tables(RULE)
#: Words that ask for another one: no sentence and no heading ends with them.
_OPEN_WORDS = _TABLES["open_words"]
#: Articles and other openers that follow a stray letter or a missing space.
_OPENERS = _TABLES["openers"]
_ARTICLES = _TABLES["articles"]
#: Two letters that stand before a glued heading for other reasons.
_NO_STRAY = _TABLES["no_stray"]["*"]
#: Openers that brand names end with (LinkedIn).
_NO_HEADING = _TABLES["no_heading"]["*"]
_NONE: frozenset[str] = frozenset()
_COMMA_BIT = bit_of(COMMA_APART)

_CAMEL = re.compile(rf"([{_LOW}]+)([{_UP}]\w*)")
_QUOTED = re.compile(rf"[»”](?=[{_UP}{_LOW}])")
_OPENING = re.compile(rf"[«“](?=[{_UP}{_LOW}])")
_COMMA_BEFORE = re.compile(rf" ,(?=[{_LOW}{_UP}])")
_COMMA_TIGHT = re.compile(rf",(?=[{_LOW}]['’{_LOW}]+[^\w.,@/])")
_STOP_TIGHT = re.compile(rf"\.(?=[{_UP}][{_LOW}'’]+[ ,])")
_QUOTE_TIGHT = re.compile(rf"\"(?=[{_LOW}{_UP}]{{2}})")
_TWICE = re.compile(r"\b(?:[^\W\d_]{1,5}['’][LD]|[ldLD]['’][ld])['’]\w+")
_GERMAN_CLOSING = re.compile(rf"(?<=[{_LOW}.,!?])“(?=[{_UP}{_LOW}])")
_DIGIT_AFTER = re.compile(rf"([{_LOW}]{{2,}})\d+")
_DIGIT_BEFORE = re.compile(rf"\d+([{_LOW}]{{4,}})")
_NEXT_WORD = re.compile(r"[\w'’-]+")
_LAST_WORD = re.compile(r"[\w'’-]+$")
#: Characters around a word that make it part of an address, a handle or code.
_CODE = frozenset("@#_/\\=<>{}$&.")

_Hit = tuple[int, int, float]


class _Sets(NamedTuple):
    opens: frozenset[str]
    openers: frozenset[str]
    articles: frozenset[str]
    heading: re.Pattern[str]


@cache
def _sets(language: str) -> _Sets:
    openers = _OPENERS.get(language, _NONE)
    articles = _ARTICLES.get(language, _NONE)
    long = "|".join(
        sorted((word for word in openers - _NO_HEADING if len(word) > 1), key=len, reverse=True)
    )
    return _Sets(
        _OPEN_WORDS.get(language, _NONE),
        openers,
        frozenset(word.capitalize() for word in articles) | {"L", "D"},
        re.compile(rf"\w+[{_LOW}](?:{long})" if long else r"(?!)"),
    )


def find(view: View) -> list[Finding]:
    """Glued pieces, strong kinds first; weak kinds weigh by how often they occur."""
    text = view.text
    hits = _words(view)
    if view.marks & TIGHT_CLOSING:
        hits += _closing_quotes(view)
    if view.marks & TIGHT_OPENING:
        hits += _opening_quotes(view)
    if view.marks & _COMMA_BIT:
        hits += [_around(text, m.start(), m.end(), _COMMA) for m in _COMMA_BEFORE.finditer(text)]
    if view.marks & TWICE:
        hits += [(*match.span(), _TWO_ARTICLES) for match in _TWICE.finditer(text)]
    if view.marks & TIGHT_STOP:
        hits += _weak(text, _STOP_TIGHT)
    if view.marks & TIGHT_COMMA:
        hits += _weak(text, _COMMA_TIGHT)
    if view.marks & TIGHT_QUOTE:
        hits += _straight_quotes(text)
    if not hits:
        return []
    findings: list[Finding] = []
    for hit in sorted(hits):
        if not findings or hit[0] >= findings[-1].end:
            findings.append(view.finding(RULE, *hit))
    return findings


def _words(view: View) -> list[_Hit]:
    """Words with a capital inside, joined small words, words with digits stuck to them."""
    sets = _sets(view.language)
    places = view.having(JOINED | CAMEL | MIXED)
    if not places:
        return []
    hits: list[_Hit] = []
    headings: list[_Hit] = []
    spans = view.spans
    for index in places:
        start, end = spans[index]
        word = view.words[index]
        score = _glued_score(word, sets, view)
        if not score or _is_code(view.text, start, end):
            continue
        if score == _STRAY and (index == 0 or view.words[index - 1].lower() not in sets.opens):
            score = _STRAY_ALONE
        elif score == _STRAY:
            # "le cLe": the article before the stray letter belongs to the piece.
            start -= len(view.words[index - 1]) + 1
        needs_apostrophe = word[-1] in "LD" or word in elided(view.language)
        if needs_apostrophe and view.text[end : end + 1] not in ("'", "’"):
            continue
        target = headings if score <= _HEADING else hits
        target.append((*_with_apostrophe(view.text, start, end), score))
    return hits + _by_number(headings)


def _glued_score(word: str, sets: _Sets, view: View) -> float:
    if word in joined(view.language) or word in elided(view.language):
        return _JOINED
    if not (word.isalpha() or word.isdigit()):
        return _digit_score(word, sets, view)
    plain = word.islower() or word.istitle() or word.isupper() or word.isdigit()
    return 0.0 if plain else _camel_score(word, sets, view)


def _digit_score(word: str, sets: _Sets, view: View) -> float:
    """ "pour15" 0.4, "11heures" 0.2; codes and names of numbers 0.0."""
    after = _DIGIT_AFTER.fullmatch(word)
    if after:
        return _DIGIT if after.group(1) in sets.opens else 0.0
    before = _DIGIT_BEFORE.fullmatch(word)
    known = (
        before is not None and view.lexicon is not None and before.group(1) in view.lexicon.known
    )
    return _WEAK if known else 0.0


def _camel_score(word: str, sets: _Sets, view: View) -> float:
    """How sure a word with an inner capital is two words; 0.0 for brands and acronyms."""
    match = _CAMEL.fullmatch(word)
    if match:
        head, tail = match.groups()
        if len(head) > 1 and head.capitalize() == tail:
            known = _TWO_ARTICLES if head in sets.opens else _JOINED
            return known if view.words.count(word) < 3 else 0.0
        if head in sets.opens and tail in sets.articles:
            return _TWO_ARTICLES if view.words.count(word) < 3 else 0.0
        full = len(head) > 1 or head == "à"
        if head in sets.opens and full and len(tail) > 2 and tail[1:].islower():
            # A form that comes back again and again is a name (laSexta, deLorean).
            score = _NAME_AFTER_ARTICLE if head.capitalize() in sets.articles else _NAME
            return score if view.words.count(word) < 3 else 0.0
        if tail in sets.openers and len(tail) > 1 and len(head) <= 2 and head not in _NO_STRAY:
            return _STRAY
    return _HEADING if sets.heading.fullmatch(word) else 0.0


def _is_code(text: str, start: int, end: int) -> bool:
    before = text[start - 1] if start else " "
    after = text[end] if end < len(text) else " "
    return before in _CODE or (
        after in _CODE and not (after == "." and not text[end + 1 : end + 2].isalnum())
    )


def _with_apostrophe(text: str, start: int, end: int) -> tuple[int, int]:
    """Go on to the word after an elision: "leL" + "'Ukraine"."""
    if end < len(text) and text[end] in "'’":
        following = _NEXT_WORD.match(text, end + 1)
        if following:
            return start, following.end()
    return start, end


def _around(text: str, start: int, end: int, score: float) -> _Hit:
    """The glued place with the word before and the word after."""
    before = _LAST_WORD.search(text, max(0, start - 24), start)
    after = _NEXT_WORD.match(text, end)
    return (before.start() if before else start), (after.end() if after else end), score


def _is_reversed(text: str) -> bool:
    """Whether guillemets point inwards, as German books set them (»so«)."""
    return 0 <= text.find("»") < text.find("«")


def _closing_quotes(view: View) -> list[_Hit]:
    """A closing mark with a letter right after it. German »…« and Swedish ”…” open with it."""
    text = view.text
    if view.language == "de":
        opens = text.find("„")
        matches = _GERMAN_CLOSING.finditer(text, opens) if opens >= 0 else ()
        return [_around(text, match.start(), match.end(), _QUOTE) for match in matches]
    reversed_style = _is_reversed(text)
    hits = []
    for match in _QUOTED.finditer(text):
        start, mark = match.start(), match.group()
        if mark == "»" and reversed_style:
            continue
        if mark == "”" and (start == 0 or text[start - 1].isspace()):
            continue
        if not text[text.rfind("\n", 0, start) + 1 : start].strip():
            continue  # a mark of an item in a list
        score = _QUOTE_CAPITAL if text[match.end()].isupper() else _QUOTE
        hits.append(_around(text, start, match.end(), score))
    return hits


def _opening_quotes(view: View) -> list[_Hit]:
    """An opening mark with a letter on both sides ("déclaré«nous")."""
    text = view.text
    if view.language == "de" or ("«" in text and _is_reversed(text)):
        return []
    return [
        _around(text, match.start(), match.end(), _QUOTE)
        for match in _OPENING.finditer(text)
        if match.start() and text[match.start() - 1].islower()
    ]


def _weak(text: str, pattern: re.Pattern[str]) -> list[_Hit]:
    """Missing spaces after a full stop or comma, outside addresses."""
    hits = []
    for match in pattern.finditer(text):
        start = match.start()
        if start < 2 or not (text[start - 1].islower() and text[start - 2].isalpha()):
            continue
        before = _LAST_WORD.search(text, max(0, start - 24), start)
        if before is not None and before.group().islower():
            hits.append(_around(text, start, match.end(), _WEAK))
    return _by_number(hits)


def _straight_quotes(text: str) -> list[_Hit]:
    """A straight quotation mark that closes (the second of its line) and has a letter after it."""
    hits = []
    for match in _QUOTE_TIGHT.finditer(text):
        start = match.start()
        if start == 0 or not (text[start - 1].isalpha() or text[start - 1] in ".!?"):
            continue
        line = text.rfind("\n", 0, start) + 1
        if text.count('"', line, start) % 2 and not text.startswith("par ", match.end()):
            hits.append(_around(text, start, match.end(), _HEADING))
    return _by_number(hits)


def _by_number(hits: list[_Hit]) -> list[_Hit]:
    if len(hits) < _MANY:
        return hits
    return [(start, end, _WEAK_MANY) for start, end, _ in hits]
