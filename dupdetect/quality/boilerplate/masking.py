"""What of a text is page furniture or leftover code, for those who want to leave it out.

The lines that :func:`furniture_lines` finds from the text alone, without its language, title or
links: so that a text has one answer wherever it is asked. All texts are read as one.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dupdetect.quality.boilerplate.furniture import Looks, furniture_lines_many, look
from dupdetect.quality.boilerplate.lexicon import furniture_phrases
from dupdetect.quality.marks import (
    FURNITURE_INSIDE,
    FURNITURE_START,
    PHRASE_FIRST,
    HashTable,
    PhraseBook,
    Vocabulary,
    word_hash,
)
from dupdetect.quality.phrases import Known
from dupdetect.quality.reading import Readings, read_many

#: No language: the weights that see the shape of lines alone, which hold for all.
_LANGUAGE = "und"
#: Texts are read in portions of about this many characters, which bounds the memory.
_PORTION = 2_000_000


class Masks(NamedTuple):
    """Spans of many texts: those of text i are ``start[k], end[k]`` for k in ``doc[i]:doc[i + 1]``.

    ``doc int64[n + 1]``; ``start, end int64``: character offsets in the text, in order, disjoint.
    """

    doc: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]

    def of(self, text: int) -> list[tuple[int, int]]:
        """The spans of one text."""
        low, high = self.doc[text], self.doc[text + 1]
        pairs = zip(self.start[low:high].tolist(), self.end[low:high].tolist(), strict=True)
        return list(pairs)


def mask_many(texts: Sequence[str]) -> Masks:
    """The furniture and leftover code of texts.

    A span is a whole line without the space around it, or the script at the end of one. The same
    text has the same spans in any company.
    """
    spans: list[Spans] = []
    for low, high in _portions(texts):
        readings = read_many(texts[low:high], _vocabulary())
        spans += spans_to_mask(readings, look(readings))
    return masks(spans)


#: Start and end of what is left out of a text, in order.
Spans = Sequence[tuple[int, int]]


def spans_to_mask(readings: Readings, looks: Looks) -> list[Spans]:
    """What :func:`mask_many` leaves out of each text, where the lines have been looked at."""
    found = furniture_lines_many(readings, language=_LANGUAGE, looks=looks)
    return [
        [(line.finding.start, line.finding.end) for line in lines] if lines else ()
        for lines in found
    ]


def masks(spans: Sequence[Spans]) -> Masks:
    """The spans of each text as masks."""
    if not any(spans):
        return Masks(np.zeros(len(spans) + 1, np.int64), _NOWHERE, _NOWHERE)
    doc = np.zeros(len(spans) + 1, np.int64)
    np.cumsum([len(own) for own in spans], out=doc[1:])
    flat = np.array([span for own in spans for span in own], np.int64).reshape(-1, 2)
    return Masks(doc, flat[:, 0].copy(), flat[:, 1].copy())


_NOWHERE = np.empty(0, np.int64)


def _portions(texts: Sequence[str]) -> list[tuple[int, int]]:
    cuts, size = [0], 0
    for i, text in enumerate(texts):
        if size and size + len(text) > _PORTION:
            cuts.append(i)
            size = 0
        size += len(text)
    cuts.append(len(texts))
    return [(low, high) for low, high in pairwise(cuts) if low < high]


@lru_cache(maxsize=1)
def _vocabulary() -> Vocabulary[Known]:
    """The phrases of furniture alone."""
    book = PhraseBook.build(
        (known.words, known, FURNITURE_INSIDE if known.kind == "inside" else FURNITURE_START)
        for known in furniture_phrases()
    )
    firsts = {word_hash(words[0]): 1 << PHRASE_FIRST for words in book.words}
    return Vocabulary(HashTable.build(firsts), book)
