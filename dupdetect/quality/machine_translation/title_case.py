"""``title_case``: a French, Italian or Spanish headline in English Title Case.

These languages write a headline like a sentence; "Trump Appelle Poutine À Éviter Une Nouvelle
Escalade" keeps the capitals of the English original. Looked at are the title (where it stands in
the text) and a short first line. Capitals count only on words that are no names: words that stand
in the text in small letters too, or common words of the language.

Scores: 0.4, with capitals on articles and prepositions too 0.45. Magazines and brands do that on
purpose, so the rule alone stays below 0.5.
"""

from __future__ import annotations

import re

from dupdetect.quality.machine_translation.lexicon import common_words, gender_fr, own_words
from dupdetect.quality.machine_translation.pairs import plurals_fr
from dupdetect.quality.machine_translation.view import View
from dupdetect.records import Finding

RULE = "title_case"
_CONTENT, _FUNCTION = 0.4, 0.45
_LANGUAGES = ("fr", "it", "es")
_MAX_LENGTH = 160
#: Words of a headline, common ones among them with a capital, share of common ones without.
_MIN_WORDS, _MIN_COMMON, _MAX_SMALL_SHARE = 5, 3, 0.15
_WORD = re.compile(r"[^\W\d_]+")


def find(view: View) -> list[Finding]:
    """The headline, when nearly all its words carry a capital that they should not."""
    if view.language not in _LANGUAGES or view.lexicon is None:
        return []
    findings = []
    for start, end in _headlines(view):
        score = _score(view, view.text[start:end])
        if score:
            findings.append(view.finding(RULE, start, end, score))
    return findings


def _headlines(view: View) -> list[tuple[int, int]]:
    """Spans of the title in the text and of the first line, if that is short."""
    text = view.text
    lead = len(text) - len(text.lstrip())
    end = text.find("\n", lead, lead + _MAX_LENGTH + 1)
    spans = []
    if end > lead and text[end - 1] not in ".,":
        spans.append((lead, end))
    if view.title and len(view.title) <= _MAX_LENGTH:
        title = view.title.strip()
        at = text.find(title, 0, 2000) if title else -1
        if at >= 0 and not any(start <= at < stop for start, stop in spans):
            spans.append((at, at + len(title)))
    return spans


def _score(view: View, headline: str) -> float:
    words = _WORD.findall(headline)
    if len(words) < _MIN_WORDS or headline.isupper() or view.lexicon is None:
        return 0.0
    rest, function = words[1:], view.lexicon.function
    plain = [word for word in rest if word.islower() and len(word) > 1 and word not in function]
    if len(plain) > _MAX_SMALL_SHARE * len(rest):  # cheap, and true of most headlines
        return 0.0
    common = functions = names = small = 0
    for word in rest:
        low = word.lower()
        is_function = low in function
        if len(word) < 2 or word.isupper():
            continue
        if word.islower():
            # English leaves small words small: they say nothing.
            small += not is_function
        elif is_function:
            functions += 1
        elif _is_common(view, low) or low in view.vocabulary:
            common += 1
        else:
            names += 1
    if common < _MIN_COMMON or small > _MAX_SMALL_SHARE * (common + small) or names > common:
        return 0.0
    return _FUNCTION if functions > 1 else _CONTENT


def _is_common(view: View, word: str) -> bool:
    """A word that is no name: the lists of frequent words hold first names, French nouns do not."""
    if view.language == "fr":
        gender = gender_fr()
        noun = word in gender.masculine or word in gender.feminine or word in plurals_fr()
        verb = word.endswith(("er", "ir", "re")) and word in common_words("fr")
        return noun or verb or word in own_words("fr")
    return view.lexicon is not None and len(word) > 3 and word in view.lexicon.known
