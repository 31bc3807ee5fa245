"""One pass over a text that all quality rules share: lines, words, word lists, phrases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dupdetect.quality.characters import character_tables
from dupdetect.quality.loops import find_words, match_phrases
from dupdetect.quality.marks import (
    CAMEL,
    FAMOUS,
    FURNITURE_START,
    PHRASE_FIRST,
    PhraseBook,
    Vocabulary,
)
from dupdetect.quality.phrases import WORD, Known
from dupdetect.text.segments import lines


@dataclass(frozen=True, slots=True)
class Reading:
    """A text read once; offsets are character offsets.

    ``codes uint32`` are its code points, ``spans`` its lines (``starts``, ``ends`` as arrays). Of
    the words: ``word_start, word_end int32``, ``key``, ``mask uint64``, ``stem`` and ``capital``
    as :func:`dupdetect.quality.loops.find_words` gives them; ``line[i]`` is the first word of line
    i, ``sizes[i]`` how many it has. ``phrase``, ``phrase_word``, ``phrase_size``: number in the
    book, first word and number of words of each phrase found.
    """

    text: str
    codes: NDArray[np.uint32]
    spans: list[tuple[int, int]]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    word_start: NDArray[np.int32]
    word_end: NDArray[np.int32]
    key: NDArray[np.uint64]
    mask: NDArray[np.uint64]
    stem: NDArray[np.uint32]
    capital: NDArray[np.uint8]
    line: NDArray[np.int64]
    sizes: NDArray[np.int64]
    book: PhraseBook[Known]
    phrase: NDArray[np.int32]
    phrase_word: NDArray[np.int32]
    phrase_size: NDArray[np.int32]

    @property
    def n_words(self) -> int:
        """Number of words of the text."""
        return int(self.word_start.shape[0])

    def words(self, line: int) -> list[str]:
        """The words of a line in lower case."""
        start, end = self.spans[line]
        return WORD.findall(self.text[start:end].lower())

    def phrases(self, *kinds: str) -> Iterator[tuple[int, int, Known]]:
        """Phrases of some kinds in the text: ``(first word, number of words, phrase)``."""
        for number, word, size in zip(
            self.phrase.tolist(), self.phrase_word.tolist(), self.phrase_size.tolist(), strict=True
        ):
            for known in self.book.meanings[number]:
                if known.kind in kinds:
                    yield word, size, known


def encode(text: str) -> NDArray[np.uint32]:
    """The code points of a text; lone surrogates are kept as they are."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def read(text: str, known: Vocabulary[Known]) -> Reading:
    """Reads ``text``; apostrophes of any kind separate words like other marks."""
    spans = lines(text)
    bounds = np.array(spans, np.int64).reshape(-1, 2)
    starts, ends = bounds[:, 0].copy(), bounds[:, 1].copy()
    codes = encode(text)
    classes, lower = character_tables()
    start, end, key, mask, stem, capital, line = find_words(
        codes, starts, ends, classes, lower, known.words.keys, known.words.values, CAMEL, FAMOUS
    )
    book = known.phrases
    phrase, word, size = match_phrases(
        key,
        mask,
        line,
        book.table.keys,
        book.table.values,
        book.bits,
        book.longest,
        PHRASE_FIRST,
        FURNITURE_START,
    )
    return Reading(
        text, codes, spans, starts, ends, start, end, key, mask, stem, capital, line,
        line[1:] - line[:-1], book, phrase, word, size,
    )  # fmt: skip
