"""What words do in a sentence, by language, and which words may be left of another language.

``word_roles.json`` under ``dupdetect/data/quality/mt``, written by hand, lists function words and
some frequent others by what they do (article, preposition, possessive ...), each row in five
languages. With the lists of :mod:`lexicon` it tells the roles of a language's own words, and of
words of the others. A homograph has two roles: "son" is a possessive in French, *are* in Italian
and Spanish.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from dupdetect.quality.machine_translation import lexicon as lists

#: Roles in the order of their numbers; 0 is none, the last three are of hand-listed words that no
#: row names.
ROLES = (
    "", "article", "fused", "preposition", "and", "or", "but", "conjunction", "relative", "subject",
    "object", "possessive", "demonstrative", "be", "have", "modal", "negation", "degree", "time",
    "quantity", "noun", "day", "month", "function", "adverb", "verb",
)  # fmt: skip
#: Letters of the shortest common words that count.
SHORTEST = 4
#: Pieces before or after an apostrophe, which typists split too.
PIECES = frozenset("bcdfghjklmnpqrstvwxz")
#: Kinds of hand-listed words.
KINDS = ("function", "adverb", "verb")


@cache
def _file() -> Any:
    return lists.load("word_roles")


@cache
def rows() -> tuple[tuple[str, dict[str, tuple[str, ...]]], ...]:
    """The rows of the file: role, and the words of each language."""
    return tuple(
        (row["role"], {language: tuple(row[language].split()) for language in lists.LANGUAGES})
        for row in _file()["rows"]
    )


@cache
def roles(language: str) -> dict[str, tuple[str, ...]]:
    """Word → what it may do in a language, the most usual first."""
    found: dict[str, dict[str, None]] = {}
    for role, words in rows():
        for word in words[language]:
            found.setdefault(word, {})[role] = None
    for kind, listed in lists.own_words_by_kind(language).items():
        for word in listed:
            found.setdefault(word, {kind: None})
    return {word: tuple(named) for word, named in found.items()}


@cache
def rare(language: str) -> frozenset[str]:
    """Words of other languages that this one has too, but so rarely that its texts do not teach
    it; by hand."""
    return frozenset(_file()["own"][language].split())


@cache
def candidates(language: str) -> frozenset[str]:
    """All words that may be left of another language: those of the lexicon, the common ones of the
    others that this language does not have, and function words with the capital of a sentence."""
    found = lists.lexicon(language)
    if found is None:
        return frozenset()
    common = frozenset().union(
        *(lists.common_words(other) for other in lists.LANGUAGES if other != language)
    )
    strange = aliens(language)
    every = {word for word in common - found.known if len(word) >= SHORTEST}
    every |= found.foreign | found.content | strange.keys()
    every -= rare(language)
    opening = {word.capitalize() for word in every & strange.keys()}
    opening -= {word.capitalize() for word in roles(language)}
    return frozenset(word for word in every if word.isalpha()) | opening


@cache
def aliens(language: str) -> dict[str, str]:
    """Words that may be left of another language → their role there.

    All words of the others' rows and lists but those that are this language's own and could do
    the same in it ("la" in French and Italian).
    """
    own = roles(language)
    hand_listed = lists.own_words(language)
    found: dict[str, str] = {}
    alike = set(rare(language))
    for other in lists.LANGUAGES:
        if other == language:
            continue
        for word, named in roles(other).items():
            if word in own and not set(named).isdisjoint(own[word]):
                alike.add(word)
            elif not (word in hand_listed and named[0] in KINDS):
                found.setdefault(word, named[0])
                if "and" in named:  # y, e: also pronouns and letters elsewhere
                    found[word] = "and"
    return {
        word: role
        for word, role in found.items()
        if word not in alike and word.isalpha() and (len(word) > 1 or word not in PIECES)
    }
