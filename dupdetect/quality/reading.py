"""One pass over texts that all quality rules share: lines, words, word lists, phrases.

Many texts are read as one: :class:`Readings` holds a reading of all of them together, with the
place of each text in it, and cuts readings of single texts out of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dupdetect.quality.characters import character_tables
from dupdetect.quality.line_loops import blank_table, find_lines
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
    return read_many([text], known).whole


@dataclass(frozen=True, slots=True)
class Readings:
    """Texts read together.

    ``whole`` is the reading of all texts, one right after the other. Text i holds its characters
    from ``base[i]`` to ``base[i + 1]``, and its lines, words and phrases by ``lines``, ``words``
    and ``phrases`` in the same way (``int64[n + 1]`` each).
    """

    texts: Sequence[str]
    whole: Reading
    base: NDArray[np.int64]
    lines: NDArray[np.int64]
    words: NDArray[np.int64]
    phrases: NDArray[np.int64]

    @classmethod
    def of(cls, reading: Reading) -> Readings:
        """A reading as that of one text."""
        sizes = (len(reading.text), len(reading.spans), reading.n_words, len(reading.phrase))
        base, lines, words, phrases = (np.array([0, size], np.int64) for size in sizes)
        return cls([reading.text], reading, base, lines, words, phrases)

    def one(self, number: int) -> Reading:
        """The reading of one text."""
        whole = self.whole
        if len(self.texts) == 1:
            return whole
        c, i, v, p = (
            slice(int(side[number]), int(side[number + 1]))
            for side in (self.base, self.lines, self.words, self.phrases)
        )
        base, first = self.base[number], self.words[number]
        starts, ends = whole.starts[i] - base, whole.ends[i] - base
        shift = np.int32(base)
        return Reading(
            self.texts[number], whole.codes[c],
            list(zip(starts.tolist(), ends.tolist(), strict=True)), starts, ends,
            whole.word_start[v] - shift, whole.word_end[v] - shift, whole.key[v], whole.mask[v],
            whole.stem[v], whole.capital[v], whole.line[i.start : i.stop + 1] - first,
            whole.sizes[i], whole.book, whole.phrase[p], whole.phrase_word[p] - np.int32(first),
            whole.phrase_size[p],
        )  # fmt: skip


def read_many(texts: Sequence[str], known: Vocabulary[Known]) -> Readings:
    """Reads texts together; no line, word or phrase reaches from one into the next."""
    text = "".join(texts)
    base = np.zeros(len(texts) + 1, np.int64)
    np.cumsum([len(one) for one in texts], out=base[1:])
    codes = encode(text)
    starts, ends, lines = find_lines(codes, base, blank_table())
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
    whole = Reading(
        text, codes, list(zip(starts.tolist(), ends.tolist(), strict=True)), starts, ends,
        start, end, key, mask, stem, capital, line, line[1:] - line[:-1], book, phrase, word, size,
    )  # fmt: skip
    words = line[lines]
    return Readings(texts, whole, base, lines, words, np.searchsorted(word, words))
