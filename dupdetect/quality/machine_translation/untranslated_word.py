"""``untranslated_word``: a function word, adverb or verb left in another language.

"concerne reportedly des systèmes", "IL Washington Post", "I détails", "e n'a pas montré". A word
counts when it belongs to another language, to none of the document's own vocabulary, and stands
where its neighbours are in the document's language. Names ("Face the Nation"), quotations and
titles fail the last test: their neighbours are foreign or capitalised.

Scores were set by what clean text does to each kind of evidence: an unmistakable word between two
native ones 0.85, with one of them 0.65; a word that borrowed phrases also bring (``loose``) only
between two native ones, 0.6; a noun, verb or adjective off the frequency lists there 0.5; a lone
article or conjunction of one letter 0.7; letters of another script 0.6.
"""

from __future__ import annotations

import re

from dupdetect.quality.machine_translation.leftover_article import find_articles
from dupdetect.quality.machine_translation.lexicon import (
    LANGUAGES,
    Lexicon,
    own_words,
    strange_words,
    tables,
)
from dupdetect.quality.machine_translation.view import View, is_break, is_space
from dupdetect.records import Finding

RULE = "untranslated_word"
_BOTH_SIDES, _ONE_SIDE, _LOOSE, _OPENER, _ADVERB, _SCRIPT = 0.85, 0.65, 0.6, 0.7, 0.7, 0.6
_CONTENT, _NAME = 0.5, 0.5
#: Articles that may stand before a name, and those that names have as a particle: they count only
#: before a word of the language ("de los Affaires étrangères", not "Bartolomé de las Casas").
_PARTICLES = frozenset(("los", "las", "el", "der", "die", "das", "della", "del", "il"))
_NAME_ARTICLES = _PARTICLES | {"the", "of", "and", "from", "with", "gli", "und"}

#: How many words on each side may show that the place is foreign anyway.
_REACH = 3
#: A quotation of at most so many words is taken for a foreign term under discussion.
_SHORT_QUOTE = 4
#: A longer one with this share of function words of one other language is foreign.
_FOREIGN_SHARE = 0.25
#: Characters from the word to its quotation marks.
_QUOTE_REACH = 120

_ENDINGS: dict[str, tuple[str, ...]] = {
    "en": ("ically", "edly", "ingly", "ously", "antly", "ently", "ively", "tionally", "fully",
           "lessly", "cially", "ntially", "orarily"),
    "it": ("amente", "almente", "ilmente"),
    "de": ("erweise", "sweise"),
    "fr": ("ivement", "ellement", "amment", "emment", "iquement", "eusement", "alement"),
}  # fmt: skip
_FOREIGN_ENDINGS: dict[str, tuple[str, ...]] = {
    "fr": (*_ENDINGS["en"], *_ENDINGS["it"], *_ENDINGS["de"]),
    "en": (*_ENDINGS["it"], *_ENDINGS["de"], *_ENDINGS["fr"]),
    "de": (*_ENDINGS["en"], *_ENDINGS["it"], *_ENDINGS["fr"]),
    "it": (*_ENDINGS["en"], *_ENDINGS["de"], *_ENDINGS["fr"]),
    "es": (*_ENDINGS["en"], *_ENDINGS["de"], *_ENDINGS["fr"]),
}
#: What those endings end with, for a first look.
_LAST_LETTERS = ("ly", "mente", "weise", "ment")
_OTHER_SCRIPT = re.compile(
    r"[\u0370-\u03ff\u0400-\u052f\u0590-\u06ff\u0e00-\u0e7f\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]+"
)
_MAX_SCRIPT_SHARE = 0.02
#: Before a word that is shown on purpose.
_NAMES_SCRIPT = re.compile(
    r"\b(?:mots?|terme|nom|lettres?|caractère|grec|russe|ukrainien|chinois|japonais|arabe|hébreu"
    r"|words?|term|name|letter|greek|russian|chinese|japanese|arabic|wort|buchstabe|parola|palabra)\b",
    re.IGNORECASE,
)

#: English words that open or close borrowed phrases (best of, rock and roll, game of).
_BORROWED = tables(RULE)["borrowed"]["*"]


def find(view: View) -> list[Finding]:
    """Words of other languages that stand in sentences of the document's language."""
    lexicon = view.lexicon
    if lexicon is None:
        return []
    findings = find_articles(view)
    words = (view.unknown & lexicon.foreign) | (view.unknown & lexicon.content)
    openers = lexicon.openers.intersection(view.capitals)
    adverbs = _adverbs(view) - words
    if words or openers or adverbs:
        findings += _in_context(view, lexicon, words, openers, adverbs)
    # The greatest word starts with the greatest character: a cheap look for another script.
    if view.unknown and max(view.unknown) >= "\u0370":
        findings += _scripts(view)
    return findings


def _adverbs(view: View) -> set[str]:
    """Words that end like an adverb of another language only."""
    endings = _FOREIGN_ENDINGS[view.language]
    return {
        word for word in view.unknown if word.endswith(endings) and len(word) > 7 and word.islower()
    }


def _in_context(
    view: View,
    lexicon: Lexicon,
    words: frozenset[str],
    openers: frozenset[str],
    adverbs: set[str],
) -> list[Finding]:
    findings = []
    spans = view.spans()
    wanted = words | openers | adverbs
    for index, word in enumerate(view.words):
        if word not in wanted or not _stands_free(view.text, *spans[index]):
            continue
        if word in openers:
            score = _opener_score(view, lexicon, spans, index)
        elif word in adverbs:
            score = _word_score(view, lexicon, spans, index, both=_ADVERB, one=0.0)
        elif word in lexicon.content:
            score = _word_score(view, lexicon, spans, index, both=_CONTENT, one=0.0)
        elif word in lexicon.loose:
            score = _word_score(view, lexicon, spans, index, both=_LOOSE, one=0.0)
        else:
            score = _word_score(view, lexicon, spans, index, both=_BOTH_SIDES, one=_ONE_SIDE)
        if score:
            findings.append(view.finding(RULE, *spans[index], score))
    return findings


def _stands_free(text: str, start: int, end: int) -> bool:
    """No hyphen, dot, slash or digit sticks to the word (``the.example``, ``x_the``)."""
    before = text[start - 1] if start else " "
    after = text[end] if end < len(text) else " "
    if before in "./@#_&\\" or after in "/@_&\\=":
        return False
    return after != "." or end + 1 >= len(text) or text[end + 1].isspace() or text[end + 1] in '»”"'


def _word_score(
    view: View,
    lexicon: Lexicon,
    spans: list[tuple[int, int]],
    index: int,
    *,
    both: float,
    one: float,
) -> float:
    """What a lower-case foreign word at ``index`` is worth, 0.0 for nothing."""
    if _foreign_nearby(view, lexicon, spans, index) or _in_foreign_quote(view, *spans[index]):
        return 0.0
    left = _is_native(view, lexicon, spans, index - 1)
    right = _is_native(view, lexicon, spans, index + 1)
    gaps = view.gap(spans, index - 1), view.gap(spans, index)
    near = [
        view.words[at].lower()
        for at in range(max(0, index - _REACH), min(len(spans), index + _REACH + 1))
        if at != index
    ]
    if not any(word in lexicon.function for word in near):
        return 0.0
    left_side, right_side = left and is_space(gaps[0]), right and is_space(gaps[1])
    if left_side and right_side:
        if view.words[index + 1] == "intérieur":  # dans son for intérieur
            return 0.0
        borrowed = both == _LOOSE and not _BORROWED.isdisjoint(view.words[index - 1 : index + 2])
        return 0.0 if borrowed else both
    if not one and both == _LOOSE:
        if left_side:
            return _before_name(view, lexicon, spans, index)
        # "le blessé, un homme, is dans un état critique"
        starts = left and right_side and gaps[0].strip() == ","
        if not starts or view.words[index + 1] not in lexicon.function:
            return 0.0
        return _NAME if _BORROWED.isdisjoint(near) else 0.0
    if not one:
        return 0.0
    if left and right and all(is_space(gap) or gap.strip() == "," for gap in gaps):
        return both
    if left_side or right_side:
        other = index - 1 if right_side else index + 1
        if is_break(gaps[0 if right_side else 1]) or not 0 <= other < len(spans):
            return one
        neighbour = view.words[other]
        if neighbour[0].islower() or neighbour[0].isdigit():
            return one
        return 0.75 * one if left_side else 0.0
    return 0.0


def _before_name(view: View, lexicon: Lexicon, spans: list[tuple[int, int]], index: int) -> float:
    """A foreign article between a native preposition and a name: "de the Commission"."""
    words = view.words
    if words[index - 1] not in lexicon.function or index + 1 >= len(words):
        return 0.0
    name = words[index + 1]
    if not name.istitle() or words[index] not in _NAME_ARTICLES:
        return 0.0
    if words[index] in _PARTICLES and name.lower() not in lexicon.known:
        return 0.0
    if not is_space(view.gap(spans, index)):
        return 0.0
    after = index + 2
    ends = after >= len(words) or is_break(view.gap(spans, index + 1))
    return _NAME if ends or _is_native(view, lexicon, spans, after) else 0.0


def _opener_score(view: View, lexicon: Lexicon, spans: list[tuple[int, int]], index: int) -> float:
    """A capitalised foreign adverb: first of its sentence, a native word after it."""
    opens = index == 0 or is_break(view.gap(spans, index - 1))
    if not opens or index + 2 >= len(spans) or is_break(view.gap(spans, index)):
        return 0.0
    if not _is_native(view, lexicon, spans, index + 1):
        return 0.0
    following = [word.lower() for word in view.words[index + 1 : index + 4]]
    return _OPENER if any(word in lexicon.function for word in following) else 0.0


def _is_native(view: View, lexicon: Lexicon, spans: list[tuple[int, int]], index: int) -> bool:
    """Whether the word at ``index`` is a known word of the document's language, in small letters
    or with the capital that opens a sentence."""
    if not 0 <= index < len(spans):
        return False
    word = view.words[index]
    if word in lexicon.known:
        return True
    if len(word) > 3 and word.islower() and word.isalpha():
        # Not on the lists, but on nobody else's either: a rarer word of the document's language.
        return word not in strange_words(view.language) and word not in lexicon.foreign
    if word[0].isupper() and word.lower() in lexicon.known:
        # German writes its nouns with a capital.
        opens = index == 0 or is_break(view.gap(spans, index - 1))
        return opens or (view.language == "de" and len(word) > 3)
    return len(word) == 1 and word in "ldnscjmtqLDNSCJMT" and view.language in ("fr", "it")


def _foreign_nearby(view: View, lexicon: Lexicon, spans: list[tuple[int, int]], index: int) -> bool:
    """Whether other foreign words stand close: a quotation, a title, a phrase.

    One direct neighbour is allowed: engines leave pairs too.
    """
    count = 0
    strange = strange_words(view.language)
    for step in (-1, 1):
        for distance in range(1, _REACH + 1):
            at = index + step * distance
            if not 0 <= at < len(spans):
                break
            if "\n" in view.gap(spans, min(at, at - step)):
                break
            word = view.words[at].lower()
            if word in lexicon.foreign or word in strange:
                if view.words[at][0].isupper() or distance > 1:
                    return True
                count += 1
    return count > 1


def _in_foreign_quote(view: View, start: int, end: int) -> bool:
    """Whether the word stands in a quotation of at most four words, or in a foreign one."""
    text = view.text
    left = max(text.rfind(mark, max(0, start - _QUOTE_REACH), start) for mark in '«“„"‘')
    if left < 0 or any(mark in text[left + 1 : start] for mark in "»”"):
        return False
    ends = (text.find(mark, end, end + _QUOTE_REACH) for mark in '»”“"’')
    right = min((at for at in ends if at >= 0), default=-1)
    if right < 0:
        return False
    quoted = view.plain[left + 1 : right].lower().split()
    if len(quoted) <= _SHORT_QUOTE:
        return True
    own = own_words(view.language)
    foreign = (
        sum(word in own_words(language) and word not in own for word in quoted)
        for language in LANGUAGES
        if language != view.language
    )
    return max(foreign) >= max(2, _FOREIGN_SHARE * len(quoted))


def _scripts(view: View) -> list[Finding]:
    """Words in the letters of another script, outside brackets, with native words around."""
    matches = list(_OTHER_SCRIPT.finditer(view.text))
    size = sum(match.end() - match.start() for match in matches)
    if not matches or size < 2 or size > _MAX_SCRIPT_SHARE * len(view.text) + 12:
        return []
    findings = []
    lexicon = view.lexicon
    for match in matches:
        start, end = match.span()
        before, after = view.text[max(0, start - 30) : start], view.text[end : end + 30]
        if (
            end - start < 2
            or _NAMES_SCRIPT.search(before)
            or not before.endswith(" ")
            or not after.startswith((" ", ",", "."))
        ):
            continue
        left, right = before.split(), after.strip(" ,.").split()
        if not left or not right or lexicon is None or "(" in before or ":" in left[-1]:
            continue
        if left[-1] in lexicon.known and right[0].strip(",.;") in lexicon.known:
            findings.append(view.finding(RULE, start, end, _SCRIPT))
    return findings
