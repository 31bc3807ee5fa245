"""Word lists and phrases of all rules, merged into one hash table each.

So the price of a text does not depend on how many lists and phrases there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from dupdetect.quality.loops import CONTINUES, OFFSET, PRIME, fill_table

U64 = NDArray[np.uint64]
Meaning = TypeVar("Meaning")
_MASK = 0xFFFFFFFFFFFFFFFF

#: Bits of words: a phrase may begin here; a phrase of furniture that begins a line, one that may
#: stand anywhere, a stock phrase, one that invites to follow a link does begin here; the word has
#: a capital inside (``CoinHub``); it is a name that everybody knows (``YouTube``); the word lists
#: of ``seo_link`` from SEO_FIRST on.
PHRASE_FIRST, FURNITURE_START, FURNITURE_INSIDE, STOCK, SEO_PHRASE, CAMEL, FAMOUS = range(7)
SEO_FIRST = 7


@lru_cache(maxsize=1 << 14)
def word_hash(word: str) -> int:
    """The loops' hash of a lower-case word."""
    value = OFFSET
    for item in map(ord, word):
        value = ((value ^ item) * PRIME) & _MASK
    return value ^ (value >> 32)


def accumulated_hashes(words: Sequence[str]) -> list[int]:
    """The loops' hashes of a sequence of words: of its first word, its first two, and so on."""
    hashes, value = [], OFFSET
    for word in words:
        value = ((value ^ word_hash(word)) * PRIME) & _MASK
        hashes.append(value ^ (value >> 32))
    return hashes


@dataclass(frozen=True, slots=True)
class HashTable:
    """Open addressing: ``keys uint64[2^k]`` (0: empty) and ``values uint64[2^k]``."""

    keys: U64
    values: U64

    @classmethod
    def build(cls, items: Mapping[int, int]) -> HashTable:
        """A table of hashes and their values; half of it stays empty."""
        size = 1 << max(4, (2 * len(items)).bit_length())
        table = cls(np.zeros(size, np.uint64), np.zeros(size, np.uint64))
        keys = np.fromiter(items.keys(), np.uint64, len(items))
        values = np.fromiter(items.values(), np.uint64, len(items))
        fill_table(keys, values, table.keys, table.values)
        return table


@dataclass(frozen=True, slots=True)
class PhraseBook(Generic[Meaning]):
    """Phrases by number: their words, and what each means; one phrase may mean several things.

    ``table`` gives number + 1 of a sequence's hash, and the bit CONTINUES where longer phrases
    begin with the sequence; ``bits uint64[n]`` mark its first word in a text; ``longest`` is the
    number of words of the longest.
    """

    words: tuple[tuple[str, ...], ...]
    meanings: tuple[tuple[Meaning, ...], ...]
    table: HashTable
    bits: U64
    longest: int

    @classmethod
    def build(cls, entries: Iterable[tuple[tuple[str, ...], Meaning, int]]) -> PhraseBook[Meaning]:
        """A book of ``(words, meaning, bit)``; numbers are written as the word ``0``."""
        meanings: dict[tuple[str, ...], list[Meaning]] = {}
        bits: dict[tuple[str, ...], int] = {}
        for words, meaning, bit in entries:
            known = meanings.setdefault(words, [])
            if meaning not in known:
                known.append(meaning)
            bits[words] = bits.get(words, 0) | 1 << bit
        order = tuple(meanings)
        numbers: dict[int, int] = {}
        for number, words in enumerate(order, 1):
            *prefixes, whole = accumulated_hashes(words)
            for prefix in prefixes:
                numbers[prefix] = numbers.get(prefix, 0) | CONTINUES
            numbers[whole] = numbers.get(whole, 0) | number
        table = HashTable.build(numbers)
        return cls(
            order,
            tuple(tuple(meanings[words]) for words in order),
            table,
            np.array([bits[words] for words in order], np.uint64),
            max((len(words) for words in order), default=0),
        )


@dataclass(frozen=True, slots=True)
class Vocabulary(Generic[Meaning]):
    """What a text is read with: ``words`` gives the bits of single words, ``phrases`` the rest."""

    words: HashTable
    phrases: PhraseBook[Meaning]
