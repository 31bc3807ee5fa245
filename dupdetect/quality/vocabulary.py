"""Which word lists there are, and their bits in the table that a text is read with."""

from __future__ import annotations

from functools import lru_cache

from dupdetect.quality.boilerplate.lexicon import lexicon
from dupdetect.quality.content_farm.stock import stock_table
from dupdetect.quality.marks import MarkTable
from dupdetect.quality.seo_link.lexicon import WORD_LISTS, seo_lexicon

#: First words, and longest words, of the phrases of furniture.
FURNITURE_START, FURNITURE_INSIDE = 0, 1
#: Longest words of stock phrases and of phrases that invite to follow a link.
STOCK, SEO_PHRASE = 2, 3
#: The word lists of ``seo_link`` begin here, in the order of WORD_LISTS.
SEO_FIRST = 4
N_BITS = SEO_FIRST + len(WORD_LISTS)


@lru_cache(maxsize=16)
def mark_table(language: str) -> MarkTable:
    """The table for a language: furniture of all languages, the other lists of this one.

    A language without lists is read with those of all languages.
    """
    words: dict[str, int] = {}

    def add(found: frozenset[str] | set[str], bit: int) -> None:
        for word in found:
            words[word] = words.get(word, 0) | 1 << bit

    furniture = lexicon()
    add(set(furniture.start), FURNITURE_START)
    add(furniture.inside.keys, FURNITURE_INSIDE)
    add(stock_table(language).keys, STOCK)
    commerce = seo_lexicon(language)
    add(commerce.phrases.keys, SEO_PHRASE)
    for offset, name in enumerate(WORD_LISTS):
        add(commerce.lists[name], SEO_FIRST + offset)
    return MarkTable.build(words)
