"""Pairs of neighbouring words that a rule wants to look at, in one table for one pass.

Several rules ask about two words side by side. Each names its suspects as first word → second
words; the union of all is matched once per text (:func:`suspects`), and each rule then looks at the
few places where its own table holds the pair.
"""

from __future__ import annotations

from functools import cache
from itertools import permutations

from dupdetect.quality.machine_translation.lexicon import gender_fr, tables

#: First word → second words.
Pairs = dict[str, frozenset[str]]

VOWELS = frozenset("aàâeéèêiîïoôuûœæ")
_NONE: frozenset[str] = frozenset()


@cache
def suspects(language: str) -> Pairs:
    """The pairs of all rules for a language; empty for one without tables."""
    merged: Pairs = {}
    parts = doubles(language), mismatches(language), pronouns(language), phrases(language)
    for part in parts:
        for first, seconds in part.items():
            merged[first] = merged.get(first, _NONE) | seconds
    return merged


@cache
def doubles(language: str) -> Pairs:
    """Two articles, two auxiliaries, both numbers of one verb (``duplicated_translation``)."""
    table: dict[str, set[str]] = {}
    rule = tables("duplicated_translation")
    auxiliaries = rule["auxiliaries"].get(language, _NONE)
    for first in auxiliaries:
        table[first] = set(auxiliaries - {first})
    for word in rule["never_twice"].get(language, _NONE):
        # The capital of a sentence hides a doubling: "The the".
        if len(word) > 1:
            table.setdefault(word.capitalize(), set()).add(word)
    for pair in rule["article_pairs"].get(language, _NONE):
        first, second = pair.split("+")
        table.setdefault(first, set()).add(second)
        table.setdefault(first.capitalize(), set()).add(second)
    for forms in rule["same_verb"].get(language, _NONE):
        for first, second in permutations(forms.split("+"), 2):
            table.setdefault(first, set()).add(second)
    return {first: frozenset(seconds) for first, seconds in table.items()}


@cache
def phrases(language: str) -> Pairs:
    """Fixed pairs of other languages (``untranslated_word``); none for an unknown language."""
    lists = tables("untranslated_word")["phrases"]
    table: dict[str, set[str]] = {}
    for other, listed in lists.items():
        if language in lists and other != language:
            for pair in listed:
                first, second = pair.split("+")
                table.setdefault(first, set()).add(second)
    return {first: frozenset(seconds) for first, seconds in table.items()}


@cache
def plurals_fr() -> frozenset[str]:
    """French plurals in -s that are no singular."""
    gender = gender_fr()
    both = gender.masculine | gender.feminine
    return frozenset(f"{noun}s" for noun in both if len(noun) > 3) - both


@cache
def pronouns(language: str) -> Pairs:
    """French *il* before a masculine noun, *je* before a plural, which no verb form equals."""
    if language != "fr":
        return {}
    gender = gender_fr()
    verbs = ("tiens", "viens", "mets", "sens", "sors", "pars")
    nouns = (gender.masculine | gender.feminine) - gender.verbal
    plural = frozenset(f"{noun}s" for noun in nouns if len(noun) > 5) & plurals_fr()
    plural = frozenset(noun for noun in plural if not noun.endswith(verbs))
    masculine = frozenset(
        noun for noun in gender.masculine - gender.verbal if not noun.endswith(("e", "er", "ir"))
    )
    return {"je": plural, "il": masculine, "Il": masculine}


@cache
def mismatches(language: str) -> Pairs:
    """Pairs that may not agree (``agreement``)."""
    if language != "fr":
        return _wrong_articles(language)
    rule = {name: words["fr"] for name, words in tables("agreement").items() if "fr" in words}
    gender, plurals = gender_fr(), plurals_fr()
    both = gender.masculine | gender.feminine
    vowels = frozenset(
        word for word in both | plurals if word[0] in VOWELS and word not in rule["not_elided"]
    )
    table: Pairs = {noun: frozenset(("ils",)) for noun in plurals}
    for word in rule["masculine"]:
        table[word] = gender.feminine | (plurals if word != "le" else _NONE)
    for word in rule["feminine"]:
        table[word] = gender.masculine | (plurals if word in ("une", "cette", "sa") else _NONE)
    for word in rule["possessive"]:
        table[word] = gender.feminine
    for word in rule["masculine"] | rule["feminine"] | rule["possessive"]:
        # Capitalised, the article opens a sentence: its subject may not fit the verb either.
        capital = word.capitalize()
        table[capital] = table[word] | (both if word in ("le", "la", "un", "une") else _NONE)
    singular = frozenset(
        noun
        for noun in both - gender.verbal - rule["invariable"]
        if noun[-1] not in "sxz" and len(noun) > 3
    )
    table |= dict.fromkeys(rule["plural_articles"], singular)
    table["Les"] |= plurals
    table["le"] |= vowels
    table["la"] |= vowels
    table["de"] = vowels | {"le"}
    table["à"] = frozenset(("le",))
    for word in rule["elided"]:
        table[word] = table.get(word, _NONE) | rule["vowel_words"]
    table |= dict.fromkeys(rule["singular_pronouns"], rule["plural_verbs"])
    table |= dict.fromkeys(rule["plural_pronouns"], rule["singular_verbs"])
    table["si"] = table["Si"] = frozenset(("il", "ils"))
    for word in ("de", "que"):
        table[word] |= rule["countries"]
    return table


def _wrong_articles(language: str) -> Pairs:
    """Articles of one gender or number and nouns of another (de, it, es): none for others."""
    rule = {name: words.get(language, _NONE) for name, words in tables("agreement").items()}
    nouns = {gender: rule[f"{gender}_nouns"] for gender in ("masculine", "feminine", "neuter")}
    table: dict[str, set[str]] = {}
    for gender, listed in nouns.items():
        for article in rule[f"for_{gender}"]:
            table.setdefault(article, set()).update(listed)
    singular = {noun for noun in nouns["masculine"] if noun.endswith("o")}
    if language == "es":
        singular |= {noun for noun in nouns["feminine"] if not noun.endswith("s")}
    for article in rule["plural_only"]:
        table.setdefault(article, set()).update(singular)
    return {article: frozenset(listed) for article, listed in table.items()}
