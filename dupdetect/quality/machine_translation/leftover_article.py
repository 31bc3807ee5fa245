"""Foreign articles and conjunctions that are too short, or too native, for a word list.

"I détails", "IL Washington Post", "selon il Washington Post", "e n'a pas montré", "El gouvernement
a dit", "que je territoires" (Italian *i*, taken for *je*). Roman numerals (Napoléon I), ordinals
(2 e), initials (I. Newton), titles (Il Sole 24 Ore, El País, Der Spiegel) are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from dupdetect.quality.machine_translation.lexicon import (
    Lexicon,
    common_words,
    gender_fr,
    strange_words,
    tables,
)
from dupdetect.quality.machine_translation.pairs import pronouns
from dupdetect.quality.machine_translation.view import Spans, View, is_break, is_space
from dupdetect.quality.machine_translation.word_loops import ARTICLE, IL, LETTER, SHOUTED
from dupdetect.quality.machine_translation.word_table import FOREIGN_ARTICLES
from dupdetect.records import Finding

RULE = "untranslated_word"
_LETTER, _SHOUTED, _ARTICLE, _PRONOUN = 0.7, 0.75, 0.65, 0.55

_TABLES = tables("leftover_article")
#: Words that number things with letters, and words that letters stand with as names.
_NUMBERED = _TABLES["numbered"]["*"]
_BEFORE_NAME_OF_LETTER = _TABLES["before_name_of_letter"]["*"]
_AFTER_LETTER = _TABLES["after_letter"]["*"]
#: What stands right after a subject of one word, none of which is also a noun.
_AUXILIARIES = frozenset(("a", "ont", "est", "sont", "avait", "était", "sera", "doit", "va"))
#: Words of one letter, elided or not, that may follow a leftover conjunction.
_SHORT_WORDS = frozenset("ndlscjmtqaày")
_ROMAN_OR_NUMBER = re.compile(r"[IVXLC]+|\d+|.*\d")


def find_articles(view: View) -> list[Finding]:
    """Leftover articles, conjunctions of one letter, and *je* before a plural noun."""
    lexicon = view.lexicon
    if lexicon is None:
        return []
    pronouns = _french_pronouns(view, lexicon) if view.language == "fr" else set()
    places = sorted(pronouns.union(view.having(LETTER | ARTICLE | SHOUTED)))
    if not places:
        return []
    findings = []
    spans = view.spans
    forms = view.forms
    for index in places:
        if index == len(spans) - 1:
            continue
        if index in pronouns:
            hit = (index + 1, _PRONOUN) if is_space(view.gap(spans, index)) else None
        elif forms[index] & SHOUTED:
            hit = _shouted(view, lexicon, spans, index)
        elif forms[index] & LETTER:
            hit = _letter(view, lexicon, spans, index)
        else:
            hit = _capital(view, lexicon, spans, index)
        if hit:
            findings.append(view.finding(RULE, spans[index][0], spans[hit[0]][1], hit[1]))
    return findings


_Hit = tuple[int, float] | None


def _letter(view: View, lexicon: Lexicon, spans: Spans, index: int) -> _Hit:
    """A lone small letter between two native words: "paix e n'a pas"."""
    words = view.words
    if index == 0 or not is_space(view.gap(spans, index)):
        return None
    before, after = words[index - 1], words[index + 1]
    if _ROMAN_OR_NUMBER.fullmatch(before) or before.lower() in _NUMBERED or len(before) == 1:
        return None
    if (
        before in _BEFORE_NAME_OF_LETTER
        or after in _AFTER_LETTER
        or (len(after) == 1 and after not in _SHORT_WORDS)
        or after[0].isdigit()
    ):
        return None
    gap = view.gap(spans, index - 1)
    if not gap.endswith((" ", "\u00a0")) or any(mark in gap for mark in ".(\n:-–—"):
        return None
    quoted = any(mark in gap for mark in '»”"’') and gap[-1].isspace()
    native_before = before in lexicon.known or quoted or before[0].islower()
    native_after = after in lexicon.known or (len(after) == 1 and after in _SHORT_WORDS)
    if not (native_before and native_after):
        return None
    close = view.words[max(0, index - 2) : index + 3]
    if sum(word in lexicon.function for word in close) < 1 or _is_foreign(lexicon, close):
        return None
    return index + 1, _LETTER


def _is_foreign(lexicon: Lexicon, words: list[str]) -> bool:
    return any(word in lexicon.foreign for word in words)


def _shouted(view: View, lexicon: Lexicon, spans: Spans, index: int) -> _Hit:
    """An article in capitals in a line that is not: "IL Washington Post"."""
    after = view.words[index + 1]
    if not is_space(view.gap(spans, index)) or after.isupper():
        return None
    before = view.words[index - 1] if index else ""
    same_line = index > 0 and "\n" not in view.gap(spans, index - 1)
    if same_line and ((before.isupper() and len(before) > 1) or "," in view.gap(spans, index - 1)):
        return None
    if after[0].isupper():
        # The name may go on: "IL Washington Post" is one quote.
        last = index + 1
        while (
            last + 1 < len(spans)
            and last < index + 3
            and view.words[last + 1].istitle()
            and is_space(view.gap(spans, last))
        ):
            last += 1
        return last, _SHOUTED
    gender = gender_fr()
    if view.words[index] == "IL":
        # "IL PREND" in capitals is French: a noun must follow, no verb.
        noun = after in gender.masculine and after not in gender.verbal
    else:
        noun = after not in lexicon.function and _is_native_noun(lexicon, after)
    return (index + 1, _SHOUTED) if noun else None


def _capital(view: View, lexicon: Lexicon, spans: Spans, index: int) -> _Hit:
    """A capitalised foreign article before a native noun: "I détails", "El gouvernement"."""
    word, after = view.words[index], view.words[index + 1]
    if not is_space(view.gap(spans, index)) or len(after) < 4:
        return None
    if view.language == "de":
        return _german(view, lexicon, spans, index)
    if not after.islower():
        return None
    if index and not is_break(view.gap(spans, index - 1)):
        before = view.words[index - 1]
        if not before.islower() or before in _NUMBERED or before in lexicon.foreign:
            return None
    if after in lexicon.function or not _is_native_noun(lexicon, after):
        return None
    if after in lexicon.foreign:
        return None
    # Die is a town too: "Die propose".
    if (word == "Die" or after in common_words(FOREIGN_ARTICLES[word])) and not _goes_on(
        view, lexicon, spans, index
    ):
        return None
    if word == "I" and not after.endswith(_PLURAL.get(view.language, ("s",))):
        return None
    return index + 1, _LETTER if word == "I" else _ARTICLE


def _goes_on(view: View, lexicon: Lexicon, spans: Spans, index: int) -> bool:
    """Whether the noun after the article at ``index`` is native and native text goes on."""
    if index + 2 >= len(spans):
        return False
    noun, after = view.words[index + 1], view.words[index + 2]
    if view.language != "fr":
        plain = noun in lexicon.known and after in lexicon.known
        at_home = after not in common_words(FOREIGN_ARTICLES[view.words[index]])
        return plain and at_home and is_space(view.gap(spans, index + 1))
    gender = gender_fr()
    is_noun = (noun in gender.masculine or noun in gender.feminine) and noun not in gender.verbal
    is_noun |= noun in lexicon.known and after in _AUXILIARIES  # "Die ministre a"
    return is_noun and is_space(view.gap(spans, index + 1)) and after in lexicon.known


def _german(view: View, lexicon: Lexicon, spans: Spans, index: int) -> _Hit:
    """The same before a German noun, which has a capital like a name's: a known one, a verb or
    function word of German after it."""
    noun = view.words[index + 1].lower()
    if not view.words[index + 1].istitle() or noun not in lexicon.known:
        return None
    if any(noun in common_words(other) for other in ("en", FOREIGN_ARTICLES[view.words[index]])):
        return None
    opens = index == 0 or is_break(view.gap(spans, index - 1))
    follows = index + 2 < len(spans) and is_space(view.gap(spans, index + 1))
    plain = follows and view.words[index + 2] in lexicon.known
    return (index + 1, _ARTICLE) if opens and plain else None


def _is_native_noun(lexicon: Lexicon, word: str) -> bool:
    """On the lists, in the singular or plural, or with an ending of the language's nouns."""
    if word in lexicon.known or (word[-1] in "sx" and word[:-1] in lexicon.known):
        return True
    strange = word in lexicon.content or word in strange_words(lexicon.language)
    return not strange and word.endswith(_NOUN_ENDINGS.get(lexicon.language, ("\0",)))


_NOUN_ENDINGS = {
    "fr": ("ments", "tions", "eurs", "ants", "ents", "istes", "aires", "iques", "ages", "ités",
           "iers", "ières", "ances", "ences", "ement", "tion", "eur", "té"),
    "de": ("ungen", "heiten", "keiten", "schaften", "er", "en"),
    "es": ("ciones", "dades", "mientos", "ores", "ción", "dad", "miento"),
    "it": ("zioni", "menti", "tori", "zione", "mento"),
}  # fmt: skip
_PLURAL = {"fr": ("s", "x"), "es": ("s",), "de": ("n", "e", "r", "s"), "it": ("i", "e")}


def _french_pronouns(view: View, lexicon: Lexicon) -> set[int]:
    """Where *il* stands before a noun or a name, or *je* before a plural noun: no verb follows."""
    table = pronouns("fr")
    places = {
        index for index, word, after in view.suspects if word in table and after in table[word]
    }
    places.update(_before_names(view, lexicon))
    return places


def _before_names(view: View, lexicon: Lexicon) -> Iterator[int]:
    """Where *il* stands between a function word and a capitalised one."""
    for index in view.having(IL):
        if not 0 < index < len(view.words) - 1:
            continue
        after = view.words[index + 1]
        before = view.words[index - 1].lower()
        named = after.istitle() and len(after) > 2
        if named and len(before) > 1 and before in lexicon.function:
            yield index
