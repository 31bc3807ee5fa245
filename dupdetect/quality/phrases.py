"""Phrase tables: which known phrases stand in a list of words.

A phrase is found by its longest word first, so that a table of thousands of phrases costs one set
intersection per line of text.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from dupdetect.quality.reading import WORD

Label = TypeVar("Label")


def normalise(phrase: str) -> tuple[str, ...]:
    """Words of a phrase as :func:`dupdetect.quality.reading.read` gives them; ``#`` stays."""
    return tuple(WORD.findall(phrase.lower().replace("#", " 0 ")))


def without_marks(words: Sequence[str]) -> tuple[str, ...]:
    """The words without accents, as text typed without them has them."""
    return tuple(
        "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))
        for word in words
    )


def numbered(words: Sequence[str]) -> list[str]:
    """The words with every number as ``0``."""
    return ["0" if word[0].isdigit() else word for word in words]


@dataclass(frozen=True, slots=True)
class PhraseTable(Generic[Label]):
    """Phrases with a label each; the first label given to a phrase stays.

    ``keys``: the longest word of each phrase; ``by_key``: the phrases, padded with spaces.
    """

    keys: frozenset[str]
    by_key: Mapping[str, tuple[tuple[str, Label], ...]]

    @classmethod
    def build(cls, phrases: Iterable[tuple[str, Label]]) -> PhraseTable[Label]:
        """A table of ``(phrase, label)``; each phrase also counts without its accents."""
        seen: dict[tuple[str, ...], Label] = {}
        for phrase, label in phrases:
            words = normalise(phrase)
            if words:
                seen.setdefault(words, label)
                seen.setdefault(without_marks(words), label)
        by_key: dict[str, list[tuple[str, Label]]] = {}
        for words, label in seen.items():
            key = max(words, key=len)
            by_key.setdefault(key, []).append((f" {' '.join(words)} ", label))
        return cls(frozenset(by_key), {key: tuple(found) for key, found in by_key.items()})

    def find(self, words: Sequence[str]) -> list[tuple[str, Label]]:
        """The phrases that stand in ``words``, each once, as ``(padded phrase, label)``."""
        hits = self.keys.intersection(words)
        if not hits:
            return []
        padded = f" {' '.join(words)} "
        return [
            (phrase, label)
            for key in sorted(hits)
            for phrase, label in self.by_key[key]
            if phrase in padded
        ]
