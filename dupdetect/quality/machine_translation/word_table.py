"""All word lists of all rules of a language, by hash: what :mod:`word_loops` looks words up in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dupdetect.data.prepared import Arrays, prepared
from dupdetect.quality.characters import TABLE_SIZE, character_tables
from dupdetect.quality.machine_translation import word_loops as loops
from dupdetect.quality.machine_translation.lexicon import (
    LANGUAGES,
    common_words,
    lexicon,
    own_words,
    strange_words,
    tables,
)
from dupdetect.quality.machine_translation.pairs import Pairs, suspects
from dupdetect.quality.machine_translation.roles import candidates
from dupdetect.quality.reading import encode

U32 = NDArray[np.uint32]
U64 = NDArray[np.uint64]
I32 = NDArray[np.int32]

#: What separates words beside white space. Hyphens stay inside.
PUNCTUATION = "'’‘,.;:!?…«»“”„‹›\"()[]{}/|–—*"
_NONE: frozenset[str] = frozenset()
#: Languages whose article may be l' (dansl'équipe).
_ELIDING = ("fr", "it")


@dataclass(frozen=True, slots=True)
class WordTable:
    """A hash table of words (``keys``; 0: empty), what each is (``bits``), and who may not stand
    beside whom: ``member[second] >> first`` (``uint64``, 64 groups of first words a column).
    ``endings``: endings of foreign words, of two letters, three, and four or more (the last four).
    """

    keys: U64
    bits: U32
    first: I32
    second: I32
    member: U64
    endings: tuple[U64, U64, U64]


@lru_cache(maxsize=1)
def character_kinds() -> tuple[NDArray[np.uint8], U32]:
    """``(kinds uint8[65536], lower uint32[65536])``: bits of characters, small letters."""
    every = np.array(list(map(chr, range(TABLE_SIZE))))
    kinds = (
        loops.UPPER * (np.strings.isupper(every) | np.strings.istitle(every))
        | loops.LOWER * np.strings.islower(every)
        | loops.ALPHA * np.strings.isalpha(every)
        | loops.DIGIT * np.strings.isdecimal(every)
    )
    kinds[np.strings.isspace(every) | np.isin(every, list(PUNCTUATION))] = loops.BREAK
    return kinds.astype(np.uint8), character_tables()[1]


@cache
def joined(language: str) -> frozenset[str]:
    """A preposition and an article run together ("dansla"), but for the pairs that are words."""
    rule = tables("glued_fragment")
    both = frozenset(
        preposition + article
        for preposition in rule["prepositions"].get(language, _NONE)
        for article in rule["articles"].get(language, _NONE)
    )
    return both - common_words(language) - own_words(language) - rule["real_words"]["*"]


@cache
def elided(language: str) -> frozenset[str]:
    """The same with an elided article ("dansl" before an apostrophe)."""
    if language not in _ELIDING:
        return _NONE
    prepositions = tables("glued_fragment")["prepositions"].get(language, _NONE)
    both = frozenset(f"{word}l" for word in prepositions if len(word) > 1)
    return both - common_words(language) - own_words(language)


@cache
def homographs(language: str) -> frozenset[str]:
    """Words that only their company shows to be foreign."""
    rule = tables("homographs")
    names = ("auxiliaries", "before_article", "relative", "between", "apart")
    return frozenset().union(*(rule[name].get(language, _NONE) for name in names))


@cache
def word_table(language: str) -> WordTable:
    """The table of a language; of one without word lists it holds the months alone."""
    made = kept("words", language, lambda: _arrays(language))
    return WordTable(
        made["keys"], made["bits"], made["first"], made["second"], made["member"],
        (made["two"], made["three"], made["four"]),
    )  # fmt: skip


def kept(name: str, language: str, make: Callable[[], Arrays]) -> Arrays:
    """Arrays made of the word lists, for a language that has some from an earlier run."""
    if language not in LANGUAGES:
        return make()
    return prepared(f"{name}-{language}", _sources(), make)


@cache
def _sources() -> tuple[Path, ...]:
    """The word lists, and the code that makes tables of them."""
    lists = Path(str(resources.files("dupdetect.data") / "quality" / "mt"))
    code = Path(__file__).parent.glob("*.py")
    return (*sorted(lists.glob("*.json")), *sorted(code))


def _arrays(language: str) -> Arrays:
    bits: dict[str, int] = {}
    for bit, words in _lists(language).items():
        for word in words:
            bits[word] = bits.get(word, 0) | bit
    first, second, member = _groups(suspects(language))
    words = [word for word in {**bits, **first, **second} if word and _is_one(word)]
    keys, slots = hashed(words)
    size = keys.shape[0]
    two, three, four = _endings(language)
    made: dict[str, NDArray[Any]] = {
        "keys": keys, "bits": np.zeros(size, np.uint32), "first": np.full(size, -1, np.int32),
        "second": np.full(size, -1, np.int32), "member": member, "two": two, "three": three,
        "four": four,
    }  # fmt: skip
    made["bits"][slots] = [bits.get(word, 0) for word in words]
    made["first"][slots] = [first.get(word, -1) for word in words]
    made["second"][slots] = [second.get(word, -1) for word in words]
    return made


def _lists(language: str) -> dict[int, Iterable[str]]:
    found = lexicon(language)
    lists: dict[int, Iterable[str]] = {
        loops.JOINED: joined(language) | elided(language),
        loops.MONTH: tables("number_slot")["months"]["*"],
    }
    if found is None:
        return lists
    article = tables("leftover_article")
    return lists | {
        loops.KNOWN: found.known,
        loops.FOREIGN: found.foreign | found.content,
        loops.OPENER: found.openers,
        loops.LETTER: article["letters"][language],
        loops.ARTICLE: frozenset(FOREIGN_ARTICLES) - article["own"][language],
        loops.SHOUTED: article["shouted"][language],
        loops.IL: ("il",) if language == "fr" else (),
        loops.HOMOGRAPH: homographs(language),
        loops.TITLE: tables("role_gender")["roles"].get(language, _NONE),
        loops.MASS: tables("agreement")["uncountable"].get(language, _NONE),
        loops.FINITE: tables("duplicated_translation")["finite"]["*"],
        loops.STARTER: tables("short_words")["starters"].get(language, _NONE),
        loops.ELIDED: tables("short_words")["elided"].get(language, _NONE),
        loops.DATE: tables("short_words")["dates"].get(language, _NONE),
        loops.ALIEN: found.foreign,
        loops.LOOSE: found.loose,
        loops.STRANGE: strange_words(language),
        loops.CANDIDATE: candidates(language),
    }


#: Capitalised articles and the language whose nouns may follow them in a name.
FOREIGN_ARTICLES: Mapping[str, str] = {
    "Il": "it", "Gli": "it", "I": "it", "Lo": "it", "El": "es", "Los": "es", "Las": "es",
    "Der": "de", "Das": "de", "The": "en", "Le": "fr", "Les": "fr", "La": "fr", "Die": "de",
}  # fmt: skip


_MARKS = frozenset(PUNCTUATION)


def _is_one(word: str) -> bool:
    return _MARKS.isdisjoint(word)


def _groups(pairs: Pairs) -> tuple[dict[str, int], dict[str, int], U64]:
    """Group of each first word, row of each second word, and the groups of each row as bits."""
    groups = {words: number for number, words in enumerate(dict.fromkeys(pairs.values()))}
    first = {word: groups[words] for word, words in pairs.items()}
    sets: dict[str, int] = {}
    for words, number in groups.items():
        bit = 1 << number
        for word in words:
            sets[word] = sets.get(word, 0) | bit
    rows = {value: row for row, value in enumerate(dict.fromkeys(sets.values()))}
    second = {word: rows[value] for word, value in sets.items()}
    columns = len(groups) // 64 + 1
    member = np.zeros((max(1, len(rows)), columns), np.uint64)
    for value, row in rows.items():
        for column in range(columns):
            member[row, column] = (value >> (64 * column)) & 0xFFFFFFFFFFFFFFFF
    return first, second, member


def hashed(words: list[str]) -> tuple[U64, NDArray[np.int64]]:
    """The keys of a table that holds the words, and the slot of each."""
    codes = encode("\n".join(words))
    kinds, lower = character_kinds()
    _, _, _, key, _, _ = loops.split_words(codes, np.array([0, codes.size]), kinds, lower)
    size = 1 << max(4, (2 * len(words)).bit_length())
    keys = np.zeros(size, np.uint64)
    slots = np.zeros(len(words), np.int64)
    for i, value in enumerate(key.tolist()):
        slot = value & (size - 1)
        while keys[slot]:
            slot = (slot + 1) & (size - 1)
        keys[slot], slots[i] = value, slot
    return keys, slots


def _endings(language: str) -> tuple[U64, U64, U64]:
    rule = tables("untranslated_word")
    listed = rule["endings"].get(language, _NONE) | rule["adverb_endings"].get(language, _NONE)
    packed: dict[int, set[int]] = {2: set(), 3: set(), 4: set()}
    for ending in listed:
        size = min(4, len(ending))
        tail = ending[::-1][:size]
        packed[size].add(sum(ord(letter) << (16 * k) for k, letter in enumerate(tail)))
    two, three, four = (np.array(sorted(packed[size]), np.uint64) for size in (2, 3, 4))
    return two, three, four
