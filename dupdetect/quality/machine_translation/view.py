"""Texts as all rules see them: split and looked up together, strings only where a rule asks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from dupdetect.quality.characters import TABLE_SIZE
from dupdetect.quality.machine_translation import (
    character_loops,
    context_loops,
    left_loops,
    left_model,
    name_loops,
)
from dupdetect.quality.machine_translation import word_loops as loops
from dupdetect.quality.machine_translation.lexicon import LANGUAGES, Lexicon, lexicon
from dupdetect.quality.machine_translation.marks import mark_table
from dupdetect.quality.machine_translation.word_table import (
    PUNCTUATION,
    character_kinds,
    word_table,
)
from dupdetect.quality.reading import encode
from dupdetect.records import Finding

_SENTENCE_END = frozenset(".!?…:;\n\r")
_QUOTES = frozenset('«»“”„"‹›')
#: Shortest run of digits that ``number_slot`` looks at, and what may stand inside one.
_SHORTEST_NUMBER, _IN_NUMBER, _SPACES = 5, ".,:h", " \u00a0\u202f\u2009"


class Spans:
    """Places of words: start and end of each."""

    __slots__ = ("_ends", "_starts")

    def __init__(self, starts: NDArray[np.int32], ends: NDArray[np.int32]) -> None:
        self._starts, self._ends = starts.data, ends.data

    def __len__(self) -> int:
        return len(self._starts)

    def __getitem__(self, index: int) -> tuple[int, int]:
        return self._starts[index], self._ends[index]


class Words:
    """The words of a text in order, cut out where asked for."""

    __slots__ = ("_ends", "_starts", "_text")

    def __init__(self, text: str, starts: NDArray[np.int32], ends: NDArray[np.int32]) -> None:
        self._text, self._starts, self._ends = text, starts.data, ends.data

    def __len__(self) -> int:
        return len(self._starts)

    @overload
    def __getitem__(self, index: int) -> str: ...

    @overload
    def __getitem__(self, index: slice) -> list[str]: ...

    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            places = zip(self._starts[index], self._ends[index], strict=True)
            return [self._text[start:end] for start, end in places]
        return self._text[self._starts[index] : self._ends[index]]

    def __iter__(self) -> Iterator[str]:
        return iter(self[:])

    def count(self, word: str) -> int:
        """How often a word stands in the text."""
        return self[:].count(word)


@dataclass(frozen=True)
class View:
    """A text and what is asked about its words; words are numbered from 0.

    ``starts, ends int32``: their places; ``forms uint32``: their bits (see ``word_loops``).
    ``events`` are the words that some rule asks about with their bits, ``bits`` those of all of
    them; ``doubtful`` the first words of pairs that some rule suspects; ``repeats`` the first word
    of a doubled piece and the word where it comes again; ``numbers`` the spans of long runs of
    digits; ``marks`` the marks that the text holds (see :mod:`marks`); ``namesakes``: names
    that may be one in several spellings; ``has_odd_dates``: a date of it may be impossible.
    ``lexicon`` is None for a language without word lists.
    """

    text: str
    language: str
    title: str | None
    lexicon: Lexicon | None
    starts: NDArray[np.int32]
    ends: NDArray[np.int32]
    forms: NDArray[np.uint32]
    events: list[tuple[int, int]]
    bits: int
    doubtful: list[int]
    repeats: list[tuple[int, int]]
    numbers: list[tuple[int, int]]
    marks: int
    namesakes: list[int]
    has_odd_dates: bool

    @cached_property
    def words(self) -> Words:
        """The words with their case."""
        return Words(self.text, self.starts, self.ends)

    @cached_property
    def spans(self) -> Spans:
        """Start and end of every word."""
        return Spans(self.starts, self.ends)

    @cached_property
    def plain(self) -> str:
        """The text with punctuation as spaces, of the same length."""
        plain = self.text
        for mark in PUNCTUATION:
            if mark in plain:
                plain = plain.replace(mark, " ")
        return plain

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """The distinct words: costs a pass, so ask late."""
        return frozenset(self.words)

    @cached_property
    def suspects(self) -> list[tuple[int, str, str]]:
        """The suspected pairs: number of the first word, both words."""
        words = self.words
        return [(index, words[index], words[index + 1]) for index in self.doubtful]

    def having(self, bits: int) -> list[int]:
        """The numbers of the words that have one of some bits."""
        if not self.bits & bits:
            return []
        return [index for index, own in self.events if own & bits]

    def gap(self, spans: Spans, index: int) -> str:
        """The characters between word ``index`` and the next one."""
        if not 0 <= index < len(spans) - 1:
            return "\n"
        return self.text[spans[index][1] : spans[index + 1][0]]

    def finding(self, rule: str, start: int, end: int, score: float) -> Finding:
        """A finding of this text."""
        return Finding("machine_translation", rule, start, end, self.text[start:end], score)


def make_view(text: str, language: str, title: str | None) -> View:
    """Look at one text."""
    return make_views([text], language, [title])[0]


def make_views(
    texts: Sequence[str],
    language: str,
    titles: Sequence[str | None],
    codes: NDArray[np.uint32] | None = None,
) -> list[View]:
    """Look at texts of one language together; ``codes`` are the code points of all of them."""
    base = np.zeros(len(texts) + 1, np.int64)
    np.cumsum([len(text) for text in texts], out=base[1:])
    if codes is None:
        codes = encode("".join(texts))
    kinds, lower = character_kinds()
    doc, start, end, key, low, form = loops.split_words(codes, base, kinds, lower)
    table = word_table(language)
    bits, doubtful = loops.look_up(
        codes, base, kinds, doc, start, end, key, form,
        table.keys, table.bits, table.first, table.second, table.member, *table.endings,
    )  # fmt: skip
    context_loops.mark_strangers(
        codes, base, kinds, sticking(), doc, start, end, low, bits, table.keys, table.bits
    )
    model = left_model.shipped()[0]
    if model is not None and language in model.levels:
        roles = left_model.role_table(language)
        left_loops.mark_left(
            codes, base, kinds, left_model.gap_kinds(), sticking(), doc, start, end, low, bits,
            table.keys, table.bits, roles.keys, roles.own, roles.alien, LANGUAGES.index(language),
            model.weights, model.levels[language],
        )  # fmt: skip
    events = np.flatnonzero(bits & np.uint32(loops.EVENTS))
    before, again = loops.find_repeats(doc, key, low, bits)
    inside = _inside_numbers()
    marks = character_loops.find_marks(codes, base, kinds, *mark_table())
    places, run_start, run_end = character_loops.find_numbers(codes, base, inside, _SHORTEST_NUMBER)
    months = np.flatnonzero(bits & np.uint32(loops.MONTH))
    odd = character_loops.find_odd_dates(codes, base, doc, start, end, months, inside).tolist()
    names = name_loops.find_namesakes(codes, base, doc, start, end, low, bits, lower)
    numbers = list(zip(run_start.tolist(), run_end.tolist(), strict=True))
    shift = doc[:-1]
    told = _by_text(doc, shift, events, bits[events])
    repeats = _by_text(doc, shift, before, again, relative=True)
    pairs = _by_text(doc, shift, doubtful, doubtful)
    namesakes = _by_text(doc, shift, names, names)
    lists = lexicon(language)
    words, runs = doc.tolist(), places.tolist()
    views = []
    for i, (text, title, mark) in enumerate(zip(texts, titles, marks.tolist(), strict=True)):
        own = slice(words[i], words[i + 1])
        union = 0
        for _, value in told[i]:
            union |= value
        view = View(
            text, language, title, lists, start[own], end[own], bits[own], told[i], union,
            [index for index, _ in pairs[i]], repeats[i], numbers[runs[i] : runs[i + 1]], mark,
            [index for index, _ in namesakes[i]], bool(odd[i]),
        )  # fmt: skip
        views.append(view)
    return views


def _by_text(
    doc: NDArray[np.int64],
    shift: NDArray[np.int64],
    word: NDArray[np.int64],
    value: NDArray[Any],
    *,
    relative: bool = False,
) -> list[list[tuple[int, int]]]:
    """Words with a value each, by text, both counted from the text's first word if ``relative``."""
    bounds = np.searchsorted(word, doc)
    sizes = np.diff(bounds)
    base = np.repeat(shift, sizes)
    second = value - base if relative else value
    pairs = list(zip((word - base).tolist(), second.tolist(), strict=True))
    ends = bounds.tolist()
    return [pairs[low:high] for low, high in pairwise(ends)]


@lru_cache(maxsize=1)
def sticking() -> NDArray[np.uint8]:
    return context_loops.sticking()


@lru_cache(maxsize=1)
def _inside_numbers() -> NDArray[np.uint8]:
    inside = np.zeros(TABLE_SIZE, np.uint8)
    for kind, characters in ((1, _IN_NUMBER), (2, "0123456789"), (3, _SPACES)):
        for character in characters:
            inside[ord(character)] = kind
    return inside


def is_space(gap: str) -> bool:
    """Only white space of one line (the two words stand side by side)."""
    return gap.isspace() and "\n" not in gap


def is_break(gap: str) -> bool:
    """A sentence, a line or a quotation ends or begins here."""
    return not _SENTENCE_END.isdisjoint(gap) or not _QUOTES.isdisjoint(gap)
