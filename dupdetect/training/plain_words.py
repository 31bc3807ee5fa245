"""Finds the short and doubtful words of other languages that clean texts do not hold after all.

    python -m dupdetect.training.plain_words ../shared/corpora

The lists of ``quality_word_lists`` leave out foreign words of four letters and less, those that
wordfreq finds in the document's language too (where web pages quote them: *people*, *think*), and
hand-listed ones that look like its own. Here every such word is counted in texts that people wrote
in the language: one that never stands there beside a word of the language, and is far more
frequent at home, gives a leftover away. Reads every second article of ``news_fr.parquet``, the
training texts of ``rewrite_pairs.parquet`` and WMT's texts by people; writes ``plain_words.json``
to ``dupdetect/data/quality/mt``. Only single words leave the texts.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from importlib import resources
from pathlib import Path

import pandas as pd
from wordfreq import top_n_list, zipf_frequency

from dupdetect.quality.machine_translation.lexicon import (
    LANGUAGES,
    common_words,
    lexicon,
    own_words,
)
from dupdetect.quality.machine_translation.word_table import homographs

#: Frequent words of a language that are looked at, beside the hand-listed ones.
TOP = 800
#: By how much a word must be more frequent at home (Zipf), and how frequent it may be in the
#: language: where its texts are many, what they do not hold says enough.
GAP, GAP_FEW = 2.0, 2.3
HIGHEST = {"fr": 4.6, "en": 3.1, "de": 3.2, "it": 4.6, "es": 4.6}
#: Words of a language's texts from which on they count as many.
MANY = 3_000_000
#: Shortest words, where the texts are many, and where few: pieces of mistyped words are shorter.
SHORTEST, SHORTEST_FEW = 3, 4

_TOKEN = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*|\S")


def main(folder: str) -> None:
    """Write the list."""
    found = {language: " ".join(sorted(plain(Path(folder), language))) for language in LANGUAGES}
    target = Path(str(resources.files("dupdetect.data") / "quality" / "mt" / "plain_words.json"))
    target.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def plain(data: Path, language: str) -> set[str]:
    """The words that give a leftover away in texts of ``language`` although no list has them."""
    asked = candidates(language)
    known = own_words(language) | common_words(language)
    seen: Counter[str] = Counter()
    size = 0
    for text in texts(data, language):
        tokens = _TOKEN.findall(text)
        size += len(tokens)
        for before, word, after in zip(tokens, tokens[1:], tokens[2:], strict=False):
            if word in asked and (before.lower() in known or after in known):
                seen[word] += 1
    many = size >= MANY
    gap, shortest = (GAP, SHORTEST) if many else (GAP_FEW, SHORTEST_FEW)
    return {
        word
        for word, home in asked.items()
        if not seen[word]
        and len(word) >= shortest
        and _zipf(word, language) < HIGHEST[language]
        and home - _zipf(word, language) >= gap
    } - _by_hand(language)


def _by_hand(language: str) -> frozenset[str]:
    """Loanwords, words of names and rare words of the language, by hand."""
    path = resources.files("dupdetect.data") / "quality" / "mt" / "hand_lists.json"
    return frozenset(json.loads(path.read_text(encoding="utf-8"))["not_plain"][language].split())


def candidates(language: str) -> dict[str, float]:
    """Words of other languages that the rule does not know yet, and their frequency at home."""
    lists = lexicon(language, plain=False)
    assert lists is not None
    found: dict[str, float] = {}
    for other in LANGUAGES:
        if other == language:
            continue
        for word in {*top_n_list(other, TOP), *own_words(other)} - own_words(language):
            latin = word.isalpha() and word.islower()
            told = word in lists.foreign | lists.content or word in homographs(language)
            if latin and not told:
                found[word] = max(found.get(word, 0.0), _zipf(word, other))
    return found


def _zipf(word: str, language: str) -> float:
    return float(zipf_frequency(word, language))


def texts(data: Path, language: str) -> Iterator[str]:
    """What people wrote in the language; of ``news_fr`` every second article."""
    if language == "fr":
        news = pd.read_parquet(data / "news_fr.parquet").iloc[::2]
        yield from (
            f"{a}\n{b}\n{c}" for a, b, c in zip(news.title, news.heading, news.text, strict=True)
        )
    pairs = pd.read_parquet(data / "rewrite_pairs.parquet")
    pairs = pairs[(pairs.lang == language) & (pairs.split == "train")]
    yield from _distinct([*pairs.a, *pairs.b])
    for year in (22, 24):
        table = pd.read_parquet(data / f"translations_wmt{year}.parquet")
        table = table[(table.lang == language) & (table.side != "hyp")]
        yield from _distinct(table.text)


def _distinct(found: Iterable[str]) -> Iterable[str]:
    return dict.fromkeys(found)


if __name__ == "__main__":
    main(sys.argv[1])
