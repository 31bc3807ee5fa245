"""Where a word stands: among native words, among foreign ones, in a quotation."""

from __future__ import annotations

from dupdetect.quality.machine_translation.lexicon import (
    LANGUAGES,
    Lexicon,
    own_words,
    strange_words,
    tables,
)
from dupdetect.quality.machine_translation.view import Spans, View, is_break

#: Days and months that the language writes with a capital.
_CALENDAR = tables("untranslated_word")["calendar"]
#: A quotation of at most so many words is taken for a foreign term under discussion.
_SHORT_QUOTE = 4
#: A longer one with this share of function words of one other language is foreign.
_FOREIGN_SHARE = 0.25
#: Characters from the word to its quotation marks.
_QUOTE_REACH = 120


def is_native(view: View, lexicon: Lexicon, spans: Spans, index: int) -> bool:
    """Whether the word at ``index`` is a known word of the document's language, in small letters
    or with the capital that opens a sentence."""
    if not 0 <= index < len(spans):
        return False
    word = view.words[index]
    if word in lexicon.known:
        return True
    if len(word) > 3 and word.islower() and word.isalpha():
        # Not on the lists, but on nobody else's either: a rarer word of the document's language.
        return word not in strange_words(view.language) and word not in lexicon.foreign
    if view.language == "de" and _is_german_noun(view, lexicon, index):
        return True
    if word in _CALENDAR.get(view.language, ()):
        return True
    if word[0].isupper() and word.lower() in lexicon.known:
        return index == 0 or is_break(view.gap(spans, index - 1))
    return len(word) == 1 and word in "ldnscjmtqLDNSCJMT" and view.language in ("fr", "it")


def _is_german_noun(view: View, lexicon: Lexicon, index: int) -> bool:
    """German writes its nouns with a capital: a known word, or any after a word like an article."""
    word = view.words[index]
    if len(word) < 3 or not word.istitle():
        return False
    low = word.lower()
    if low in lexicon.known:
        return True
    after_article = index > 0 and view.words[index - 1].lower() in lexicon.function
    return after_article and low not in lexicon.foreign and low not in strange_words("de")


def in_foreign_quote(view: View, start: int, end: int) -> bool:
    """Whether the word stands in a quotation of at most four words, or in a foreign one."""
    text = view.text
    left = max(text.rfind(mark, max(0, start - _QUOTE_REACH), start) for mark in '«“„"‘')
    if left < 0 or any(mark in text[left + 1 : start] for mark in "»”"):
        return False
    ends = (text.find(mark, end, end + _QUOTE_REACH) for mark in '»”“"’')
    right = min((at for at in ends if at >= 0), default=-1)
    if right < 0:
        return False
    quoted = view.plain[left + 1 : right].lower().split()
    if len(quoted) <= _SHORT_QUOTE:
        return True
    own = own_words(view.language)
    foreign = (
        sum(word in own_words(language) and word not in own for word in quoted)
        for language in LANGUAGES
        if language != view.language
    )
    return max(foreign) >= max(2, _FOREIGN_SHARE * len(quoted))
