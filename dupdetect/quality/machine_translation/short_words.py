"""Short words of other languages that their place gives away, although names and titles have them.

"And le ministre a répondu": a conjunction or pronoun that opens a sentence and has a function word
or verb of the document's language right after it. "le président dell'assemblée", "elle isn't
venue": a piece before an apostrophe that this language does not elide. "né le 12 Oktober 1950",
"arrivé on Monday dans la ville": days and months.

Scores: 0.6; the words are unmistakable there, names have a name or a foreign word beside them.
"""

from __future__ import annotations

from dupdetect.quality.machine_translation.context import is_native
from dupdetect.quality.machine_translation.lexicon import Lexicon, own_words, tables
from dupdetect.quality.machine_translation.view import View, is_break, is_space
from dupdetect.quality.machine_translation.word_loops import DATE, ELIDED, OPENER, STARTER
from dupdetect.records import Finding

RULE = "untranslated_word"
_SCORE = 0.6
_APOSTROPHES = ("'", "’")
_TABLES = tables("short_words")
#: Openers that are nouns of the language too: only an article after them tells.
_NOUNS = _TABLES["nouns"]
_ARTICLES = _TABLES["articles"]
_NONE: frozenset[str] = frozenset()


def find_short_words(view: View) -> list[Finding]:
    """Openers of sentences and elided pieces of another language."""
    lexicon = view.lexicon
    places = view.having(STARTER | ELIDED | DATE)
    if lexicon is None or not places:
        return []
    findings = []
    for index in places:
        form = view.forms[index]
        if form & OPENER:  # longer ones are looked for among words of any length
            continue
        if form & STARTER:
            last = _opens(view, lexicon, index)
        elif form & ELIDED:
            last = _elides(view, lexicon, index)
        else:
            last = _dates(view, lexicon, index)
        if last is not None:
            start, end = view.spans[index][0], view.spans[last][1]
            findings.append(view.finding(RULE, start, end, _SCORE))
    return findings


def _opens(view: View, lexicon: Lexicon, index: int) -> int | None:
    """The last word of the find: the opener itself, where native text goes on."""
    words, spans = view.words, view.spans
    gap = view.gap(spans, index - 1) if index else "\n"
    abbreviated = gap == ". " and len(words[index - 1]) < 3  # M. Er
    if not is_break(gap) or ":" in gap or "(" in gap or abbreviated or index + 2 >= len(spans):
        return None
    after = words[index + 1]
    wanted = own_words(view.language)
    if words[index] in _NOUNS.get(view.language, _NONE):
        wanted = _ARTICLES.get(view.language, _NONE)
    plain = after in wanted and is_space(view.gap(spans, index))
    goes_on = is_native(view, lexicon, spans, index + 2)
    return index if plain and goes_on and after not in lexicon.foreign else None


def _dates(view: View, lexicon: Lexicon, index: int) -> int | None:
    """The last word of the find: the day or month itself, between words of a date."""
    words, spans = view.words, view.spans
    if not 0 < index < len(words) - 1:
        return None
    gaps = view.gap(spans, index - 1), view.gap(spans, index)
    before, after = words[index - 1], words[index + 1]
    small = before in lexicon.function or (before.isdigit() and after.isdigit())
    dated = after.isdigit() or (
        after in lexicon.function and is_native(view, lexicon, spans, index + 1)
    )
    return index if small and dated and all(map(is_space, gaps)) else None


def _elides(view: View, lexicon: Lexicon, index: int) -> int | None:
    """The last word of the find: what stands after the apostrophe."""
    words, spans = view.words, view.spans
    if not 0 < index < len(spans) - 1 or view.gap(spans, index) not in _APOSTROPHES:
        return None
    before, after = words[index - 1], words[index + 1]
    native = before.lower() in lexicon.known or (
        before.islower() and is_native(view, lexicon, spans, index - 1)
    )
    if not native or not is_space(view.gap(spans, index - 1)):
        return None
    if after == "t":  # isn't
        follows = is_native(view, lexicon, spans, index + 2)
        return index + 1 if follows else None
    contracted = words[index].endswith("n")
    return index + 1 if not contracted and after in lexicon.known and len(after) > 2 else None
