"""Texts to learn leftovers from: clean ones, and copies with one word in another language.

A leftover is made by putting a word of a sentence back into a source language (function words by
the rows of ``word_roles.json``, adverbs and verbs by one of the same list, other words by any
common one), or by putting in a function word too many. Clean texts, and foreign quotations and
titles put into them, are what must not be taken for one.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd
from wordfreq import top_n_list, zipf_frequency

from dupdetect.quality.machine_translation.lexicon import LANGUAGES, common_words, own_words_by_kind
from dupdetect.quality.machine_translation.roles import aliens, rows

#: Characters of a text that are used, and of the shortest.
LONGEST, SHORTEST = 20_000, 80
_TOKEN = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
#: Shares of the ways in which a leftover is made, each up to the next: the first word of a sentence
#: translated, any word translated, any common word, one put in.
OPENING, TRANSLATED, COMMON = 0.07, 0.84, 0.91
#: How often a translated word is one before a name where the sentence has one: lists of words find
#: the others.
BEFORE_NAMES = 0.3
#: Foreign pieces that are put into clean text: words of each.
PIECE = (1, 7)
_APOSTROPHES = ("'", "’")


@dataclass(frozen=True, slots=True)
class Made:
    """A text and the places of what was put into it: leftovers, or (``foreign``) foreign pieces
    in quotation marks and titles, which are none."""

    text: str
    places: tuple[tuple[int, int], ...]
    foreign: bool = False


@dataclass(frozen=True, slots=True)
class Native:
    """A text of a language; ``trusted``: people wrote it for readers, so that it holds hardly any
    leftover and no code."""

    text: str
    trusted: bool


def native_texts(data: Path, language: str) -> list[Native]:
    """Texts of a language; of ``news_fr`` every second article, the others are for measuring.

    The training pairs, WMT's sources and references, content lines of real pages; German and
    Spanish also machine translations of WMT, of which little else is at hand. Italian: none.
    """
    found: dict[str, bool] = {}
    if language == "fr":
        news = pd.read_parquet(data / "news_fr.parquet").iloc[::2]
        columns = zip(news.title, news.heading, news.text, strict=True)
        found.update(dict.fromkeys((f"{a}\n\n{b}\n\n{c}" for a, b, c in columns), True))
    pairs = pd.read_parquet(data / "rewrite_pairs.parquet")
    pairs = pairs[(pairs.lang == language) & (pairs.split == "train")]
    by_people = language == "en"  # those of the others are translations
    found.update(dict.fromkeys([*pairs.a, *pairs.b], by_people))
    for year in (22, 24):
        table = pd.read_parquet(data / f"translations_wmt{year}.parquet")
        table = table[table.lang == language]
        found.update(dict.fromkeys(table.text[table.side != "hyp"], True))
        if language in ("de", "es"):
            found.update(dict.fromkeys(table.text[table.side == "hyp"], False))
    lines = pd.read_parquet(data / "boilerplate_lines_train.parquet")
    lines = lines[(lines.label == 1) & (lines.lang == language)]
    for (source, _), group in lines.groupby(["set", "doc"]).text:
        found["\n".join(group)] = source == "fundus"  # news
    return [Native(text[:LONGEST], t) for text, t in found.items() if len(text) > SHORTEST]


@cache
def translations(language: str) -> dict[str, tuple[tuple[str, str], ...]]:
    """Word → (source language, word there), of the rows."""
    found: dict[str, dict[tuple[str, str], None]] = {}
    for _, words in rows():
        for own in words[language]:
            for other in LANGUAGES:
                if other != language:
                    for word in words[other]:
                        found.setdefault(own, {})[other, word] = None
    return {word: tuple(others) for word, others in found.items()}


@cache
def same_kind(language: str) -> dict[str, tuple[tuple[str, tuple[str, ...]], ...]]:
    """Adverb or verb form of the language → the lists of the others that it may become one of."""
    kinds = own_words_by_kind(language)
    found = {}
    for kind in ("adverb", "verb"):
        others = tuple(
            (other, tuple(sorted(own_words_by_kind(other)[kind])))
            for other in LANGUAGES
            if other != language
        )
        found.update(dict.fromkeys(kinds[kind], others))
    return found


@cache
def frequent(language: str) -> tuple[str, ...]:
    """Common words of the other languages."""
    return tuple(
        word
        for other in LANGUAGES
        if other != language
        for word in top_n_list(other, 3000)
        if word.isalpha() and word not in common_words(language)
    )


@dataclass
class Maker:
    """Makes texts of one language; ``pieces``: texts of the other languages."""

    language: str
    pieces: Sequence[str]
    rng: random.Random

    def __post_init__(self) -> None:
        self.strange = sorted(aliens(self.language))
        self.weights = [
            10 ** (max(zipf_frequency(w, o) for o in LANGUAGES if o != self.language) / 2)
            for w in self.strange
        ]

    def leftovers(self, text: str, share: float) -> Made:
        """The text with leftovers in about ``share`` of its sentences."""
        parts: list[str] = []
        places: list[tuple[int, int]] = []
        size = 0
        for sentence in re.split(r"(?<=[.!?»])(\s+)", text):
            changed = self._change(sentence) if self.rng.random() < share else None
            if changed is not None:
                places.append((size + changed[1], size + changed[2]))
            parts.append(sentence if changed is None else changed[0])
            size += len(parts[-1])
        return Made("".join(parts), tuple(places))

    def _change(self, sentence: str) -> tuple[str, int, int] | None:
        words = [m for m in _TOKEN.finditer(sentence) if m[0].islower()]
        if len(words) < 4:
            return None
        way = self.rng.random()
        first = _TOKEN.match(sentence)
        if first and way < OPENING and first[0].lower() in translations(self.language):
            word = self._translated(first[0].lower()).capitalize()
            after = sentence[first.end() :]
            after = " " + after[1:] if after[:1] in _APOSTROPHES else after
            return word + after, 0, len(word)
        if way >= COMMON:
            return self._put_in(sentence, words)
        table, kinds = translations(self.language), same_kind(self.language)
        if way < TRANSLATED:
            able = [m for m in words if m[0] in table or m[0] in kinds]
            before_names = [m for m in able if sentence[m.end() + 1 : m.end() + 2].isupper()]
            if before_names and self.rng.random() < BEFORE_NAMES:
                able = before_names
            if not able:
                return None
            weight = [10 ** (-zipf_frequency(m[0], self.language) / 4) for m in able]
            chosen = self.rng.choices(able, weight)[0]
            word = self._translated(chosen[0])
        else:
            plain = [m for m in words if m[0] not in table and len(m[0]) > 3]
            if not plain:
                return None
            chosen = self.rng.choice(plain)
            word = self.rng.choice(frequent(self.language))
        before, after = sentence[: chosen.start()], sentence[chosen.end() :]
        after = " " + after[1:] if after[:1] in _APOSTROPHES else after
        return before + word + after, chosen.start(), chosen.start() + len(word)

    def _translated(self, word: str) -> str:
        table = translations(self.language)
        if word in table:
            languages = sorted({language for language, _ in table[word]})
            wanted = self.rng.choice(languages)
            return self.rng.choice([w for language, w in table[word] if language == wanted])
        return self.rng.choice(self.rng.choice(same_kind(self.language)[word])[1])

    def _put_in(self, sentence: str, words: list[re.Match[str]]) -> tuple[str, int, int]:
        """One more word before some word, or before a name."""
        names = [m for m in _TOKEN.finditer(sentence) if m[0].istitle() and m.start()]
        chosen = self.rng.choice(names if names and self.rng.random() < 0.5 else words)
        word = self.rng.choices(self.strange, self.weights)[0]
        at = chosen.start()
        while at and sentence[at - 1] in _APOSTROPHES:  # before l', not after it
            at = max(sentence.rfind(" ", 0, at) + 1, 0)
        return f"{sentence[:at]}{word} {sentence[at:]}", at, at + len(word)

    def quotations(self, text: str, share: float) -> Made:
        """The text with foreign pieces in quotation marks, or capitalised like titles."""
        parts: list[str] = []
        places: list[tuple[int, int]] = []
        size = 0
        for sentence in re.split(r"(?<=[.!?»])(\s+)", text):
            words = list(_TOKEN.finditer(sentence))
            if len(words) > 3 and self.rng.random() < share:
                piece = self._piece()
                at = self.rng.choice(words).start()
                sentence = f"{sentence[:at]}{piece} {sentence[at:]}"
                places.append((size + at, size + at + len(piece)))
            parts.append(sentence)
            size += len(sentence)
        return Made("".join(parts), tuple(places), foreign=True)

    def _piece(self) -> str:
        source = self.rng.choice(self.pieces)
        words = source.split()
        size = self.rng.randint(*PIECE)
        at = self.rng.randrange(max(1, len(words) - size))
        chosen = words[at : at + size]
        if self.rng.random() < 0.5:
            left, right = self.rng.choice((("« ", " »"), ("“", "”"), ('"', '"'), ("«", "»")))
            return left + " ".join(chosen) + right
        # A title or a name: its long words with a capital, its first and last always.
        last = len(chosen) - 1
        titled = [
            word[:1].upper() + word[1:] if i in (0, last) or len(word) > 3 else word
            for i, word in enumerate(chosen)
        ]
        return " ".join(titled).strip(".,;:!?")


def made(
    texts: Sequence[str], maker: Maker, *, leftovers: float, quotations: float
) -> Iterator[Made]:
    """Each text with leftovers in a share of its sentences, and with quotations in a share."""
    for text in texts:
        found = maker.leftovers(text, leftovers)
        if found.places:
            yield found
        quoted = maker.quotations(text, quotations)
        if quoted.places:
            yield quoted
