"""One pass over a text that all quality rules share: lines, words, word lists."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dupdetect.quality.characters import character_tables
from dupdetect.quality.marks import MarkTable, find_words, line_marks
from dupdetect.text.segments import lines

#: A word: letters and digits of any script; the copyright sign counts as one.
WORD = re.compile(r"[^\W_]+|©")


@dataclass(frozen=True, slots=True)
class Reading:
    """A text read once; offsets are character offsets.

    ``codes uint32`` are its code points, ``spans`` its lines (``starts``, ``ends`` as arrays). Of
    the words: ``word_start, word_end int32``, ``mask uint64`` (bits of the word lists), ``stem``
    and ``capital`` as :func:`dupdetect.quality.marks.find_words` gives them; ``line[i]`` is the
    first word of line i. ``line_mask`` and ``first_mask`` hold the bits of a line's words.
    """

    text: str
    codes: NDArray[np.uint32]
    spans: list[tuple[int, int]]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    word_start: NDArray[np.int32]
    word_end: NDArray[np.int32]
    mask: NDArray[np.uint64]
    stem: NDArray[np.uint32]
    capital: NDArray[np.uint8]
    line: NDArray[np.int64]
    line_mask: NDArray[np.uint64]
    first_mask: NDArray[np.uint64]

    @property
    def n_words(self) -> int:
        """Number of words of the text."""
        return int(self.word_start.shape[0])

    def words(self, line: int) -> list[str]:
        """The words of a line in lower case."""
        start, end = self.spans[line]
        return WORD.findall(self.text[start:end].lower())


def lower_same_length(text: str) -> str:
    """``text`` in lower case, character by character, so that offsets stay."""
    small = text.lower()
    if len(small) == len(text):
        return small
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def encode(text: str) -> NDArray[np.uint32]:
    """The code points of a text; lone surrogates are kept as they are."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def read(text: str, table: MarkTable) -> Reading:
    """Lines and words of ``text``; apostrophes of any kind separate words like other marks."""
    spans = lines(text)
    bounds = np.array(spans, np.int64).reshape(-1, 2)
    starts, ends = bounds[:, 0].copy(), bounds[:, 1].copy()
    codes = encode(text)
    classes, lower = character_tables()
    start, end, mask, stem, capital, line = find_words(
        codes, starts, ends, classes, lower, table.keys, table.masks
    )
    anywhere, first = line_marks(mask, line)
    return Reading(
        text, codes, spans, starts, ends, start, end, mask, stem, capital, line, anywhere, first
    )
