"""Word lists of the machine-translation rules: what belongs to a language and what cannot.

Eight files under ``dupdetect/data/quality/mt``:

- ``function_words.json``: function words, adverbs and frequent verb forms of seven languages,
  written by hand;
- ``homographs.json``: for each document language the foreign words of those lists that are also
  words of its own (``never``) or live in borrowed names and phrases (``loose``), by hand;
- ``common_words.json``: the most frequent words of a language (from wordfreq, CC BY-SA 4.0);
- ``ambiguous_words.json``: for each document language the common words of the others that it could
  have, bend or borrow too (by wordfreq's figures, and by hand);
- ``plain_words.json``: for each document language the short, doubtful or hand-listed words of the
  others that none of its texts holds between words of its own, from counts;
- ``word_roles.json``: what function words do in a sentence (see :mod:`roles`), by hand;
- ``rules.json``: the small word tables of each rule, by language (``*``: for all), by hand;
- ``gender_fr.json``: French nouns and adjectives of one gender, from counts of the articles that
  stand before them, cleaned by hand.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

#: Languages whose texts are looked through for words of another one.
LANGUAGES = ("fr", "en", "de", "it", "es")

_EMPTY: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What the rules know of one document language.

    ``function``: its closed-class words; ``known``: those and its common words; ``foreign``: words
    of other languages that are none of its own; ``loose``: the part of ``foreign`` that names and
    borrowed phrases bring along; ``content``: other common foreign words of five letters and more,
    and plain ones; ``openers``: capitalised foreign adverbs that may open a sentence. All but
    ``openers`` are lower case.
    """

    language: str
    function: frozenset[str]
    known: frozenset[str]
    foreign: frozenset[str]
    loose: frozenset[str]
    content: frozenset[str]
    openers: frozenset[str]


@dataclass(frozen=True, slots=True)
class Gender:
    """French words of one gender, singular; ``verbal`` are also forms of a verb (il partage)."""

    masculine: frozenset[str]
    feminine: frozenset[str]
    verbal: frozenset[str]


def load(name: str) -> Any:
    """What a file of the folder holds."""
    path = resources.files("dupdetect.data") / "quality" / "mt" / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8"))


@cache
def tables(rule: str) -> dict[str, dict[str, frozenset[str]]]:
    """Word tables of a rule: name of the table → language (``*`` for all) → words."""
    return {
        name: {language: frozenset(words.split()) for language, words in by_language.items()}
        for name, by_language in load("rules")[rule].items()
    }


@cache
def own_words_by_kind(language: str) -> dict[str, frozenset[str]]:
    """The hand-listed words of a language: function words, adverbs, verb forms."""
    return _function_words().get(language, {})


@cache
def _function_words() -> dict[str, dict[str, frozenset[str]]]:
    return {
        language: {kind: frozenset(words.split()) for kind, words in kinds.items()}
        for language, kinds in load("function_words").items()
    }


@cache
def common_words(language: str) -> frozenset[str]:
    """Frequent words of a language, lower case; empty for a language without a list."""
    return frozenset(load("common_words").get(language, "").split())


@cache
def own_words(language: str) -> frozenset[str]:
    """All hand-listed words of a language: function words, adverbs, verb forms."""
    kinds = own_words_by_kind(language)
    return frozenset().union(*kinds.values()) if kinds else _EMPTY


@cache
def lexicon(language: str, *, plain: bool = True) -> Lexicon | None:
    """The lexicon of a document language, or None where there is none (see LANGUAGES).

    ``plain``: with the words of ``plain_words.json``, which are found out without them.
    """
    if language not in LANGUAGES:
        return None
    lists, homographs = _function_words(), load("homographs")[language]
    own = own_words(language)
    others = [other for other in lists if other != language]
    foreign = frozenset().union(*(own_words(other) for other in others))
    foreign = foreign - own - frozenset(homographs["never"].split())
    known = own | common_words(language)
    if language == "fr":
        known |= gender_fr().masculine | gender_fr().feminine
    foreign = frozenset(word for word in foreign - known if len(word) > 1)
    loose = frozenset(homographs["loose"].split())
    # English function words and all short words turn up in names, titles and borrowed phrases.
    loose |= lists["en"]["function"] if language != "en" else _EMPTY
    loose |= frozenset(word for word in foreign if len(word) <= 3)
    adverbs = frozenset().union(*(lists[other]["adverb"] for other in others))
    openers = frozenset(word.capitalize() for word in (adverbs & foreign) - loose if len(word) > 4)
    small = frozenset().union(*(lists[other]["function"] for other in others)) & foreign
    small -= tables("untranslated_word")["names"]["*"]
    openers |= frozenset(word.capitalize() for word in small if len(word) > 3)
    for other, words in tables("untranslated_word")["openers"].items():
        openers |= words if other != language else _EMPTY
    openers = frozenset(word for word in openers if word.lower() not in known)
    function = lists[language]["function"] | lists[language]["adverb"]
    content = frozenset().union(
        *(common_words(other) for other in LANGUAGES if other != language),
        *(lists[other]["verb"] for other in others),
    )
    content -= known | foreign | frozenset(homographs["never"].split())
    ambiguous = frozenset(load("ambiguous_words")[language].split())
    # English participles: outside English and French hardly a word in small letters ends so.
    participles = frozenset(w for w in ambiguous if w.endswith("ed") and len(w) > 5)
    content -= ambiguous - participles if language in ("de", "it", "es") else ambiguous
    content = frozenset(word for word in content if len(word) > 4)
    if plain:
        told = frozenset(load("plain_words")[language].split()) - foreign
        known, content = known - told, content | told
    return Lexicon(language, function, known, foreign, loose & foreign, content, openers)


@cache
def strange_words(language: str) -> frozenset[str]:
    """Words that make a place foreign: those of ``content`` and short ones of other languages."""
    found = lexicon(language)
    if found is None:
        return _EMPTY
    never = frozenset(load("homographs")[language]["never"].split())
    others = (common_words(other) for other in LANGUAGES if other != language)
    short = frozenset(word for words in others for word in words if len(word) < 5)
    return found.content | (short - found.known - never)


@cache
def gender_fr() -> Gender:
    """The French gender lexicon."""
    lists = load("gender_fr")
    return Gender(
        masculine=frozenset(lists["masculine"].split()),
        feminine=frozenset(lists["feminine"].split()),
        verbal=frozenset(lists["verbal"].split()),
    )
