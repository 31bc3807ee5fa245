"""All word lists and phrases of a language in the form that a text is read with."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from dupdetect.quality.boilerplate.lexicon import furniture_phrases
from dupdetect.quality.content_farm.stock import stock_phrases
from dupdetect.quality.marks import (
    FAMOUS,
    FURNITURE_INSIDE,
    FURNITURE_START,
    PHRASE_FIRST,
    SEO_FIRST,
    SEO_PHRASE,
    STOCK,
    HashTable,
    PhraseBook,
    Vocabulary,
    word_hash,
)
from dupdetect.quality.phrases import Known
from dupdetect.quality.seo_link.lexicon import WORD_LISTS, famous_names, seo_lexicon


@lru_cache(maxsize=16)
def vocabulary(language: str) -> Vocabulary[Known]:
    """Furniture of all languages, the other lists of this one.

    A language without lists of its own is read with those of all languages.
    """
    book = PhraseBook.build(_phrases(language))
    words = {words[0]: 1 << PHRASE_FIRST for words in book.words}
    lists = seo_lexicon(language).lists
    for offset, name in enumerate(WORD_LISTS):
        for word in lists[name]:
            words[word] = words.get(word, 0) | 1 << (SEO_FIRST + offset)
    for word in famous_names():
        words[word] = words.get(word, 0) | 1 << FAMOUS
    return Vocabulary(HashTable.build({word_hash(w): bits for w, bits in words.items()}), book)


def _phrases(language: str) -> Iterator[tuple[tuple[str, ...], Known, int]]:
    for known in furniture_phrases():
        inside = known.kind == "inside"
        yield known.words, known, FURNITURE_INSIDE if inside else FURNITURE_START
    for known in stock_phrases(language):
        yield known.words, known, STOCK
    for known in seo_lexicon(language).phrases:
        yield known.words, known, SEO_PHRASE
