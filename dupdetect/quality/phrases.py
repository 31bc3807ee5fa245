"""Phrases as they are written in the data files, and as texts hold them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

#: A word: letters and digits of any script; the copyright sign counts as one.
WORD = re.compile(r"[^\W_]+|©")


@dataclass(frozen=True, slots=True)
class Known:
    """A phrase and what it is known for.

    ``kind`` is ``lone`` (a whole line of furniture), ``start`` (its beginning), ``inside``,
    ``stock``, or ``seo``; ``label`` the function of furniture, or ``call`` or a theme of commerce;
    ``languages`` those that have it.
    """

    words: tuple[str, ...]
    kind: str
    label: str = ""
    languages: frozenset[str] = frozenset()


def normalise(phrase: str) -> tuple[str, ...]:
    """Words of a written phrase in lower case; ``#`` stands for a number, which becomes ``0``."""
    return tuple(WORD.findall(phrase.lower().replace("#", " 0 ")))


def without_marks(words: Sequence[str]) -> tuple[str, ...]:
    """The words without accents, as text typed without them has them."""
    return tuple(word if word.isascii() else _bare(word) for word in words)


@lru_cache(maxsize=1 << 12)
def _bare(word: str) -> str:
    parts = unicodedata.normalize("NFD", word)
    return "".join(c for c in parts if not unicodedata.combining(c))


def forms(written: str) -> Iterator[tuple[str, ...]]:
    """The phrases of ``a|b|c``, each with and without its accents."""
    for phrase in written.split("|"):
        words = normalise(phrase)
        if words:
            yield words
            bare = without_marks(words)
            if bare != words:
                yield bare


def numbered(words: Sequence[str]) -> tuple[str, ...]:
    """The words with every number as ``0``."""
    return tuple("0" if word[0].isdigit() else word for word in words)
