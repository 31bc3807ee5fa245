"""Texts that are ABOUT an artefact (a bug report, a column on bad translations, an HTML course).

There the artefact is quoted, not left behind. Two signs are asked for together: the text uses the
vocabulary of the subject near the artefact, and either shows the bare artefact between quotation
marks or uses a second word of that vocabulary.
"""

from __future__ import annotations

import re

#: Characters on each side of an artefact in which the vocabulary counts.
_WINDOW = 300

_TRANSLATION = re.compile(
    r"traduct|traduit|traduire|translat|übersetz|traduzion|tradott|traducc|traduc(?:id|ir)"
    r"|\bbugs?\b|\bbogues?\b|placeholder|platzhalter|segnaposto|marcador|balises?\b|jetons?\b"
    r"|\btokens?\b|remplac|substitu|replac|ersetz|sostitu|reemplaz|chaînes? de caractères"
    r"|gtranslate|plugin|extension|logiciel|software|programm(?:a|e) de trad|artefa|variable"
    r"|moteurs? de|engine|motore di|fehler|erreurs?\b|\berrors?\b|errore|glitch|correcteur",
    re.IGNORECASE,
)
_MARKUP = re.compile(
    r"\bhtml\d?\b|\bcss\b|javascript|\bphp\b|\bpython\b|\bjava\b|\bxml\b|\bjson\b|\bsql\b|wordpress"
    r"|\bbalises?\b|\btags?\b|\bcode\b|\bcodage|encod|unicode|utf-?8|iso-?8859|latin-?1|mojibake"
    r"|développeu|developer|entwickl|sviluppator|desarrollador"
    r"|programm(?:eu|ier|ing|ation|ador|atore)|placeholder|platzhalter|caractères? spécia"
    r"|special character|sonderzeichen|syntax"
    r"|\bentit(?:é|y)"
    r"|printf|format(?:age|ting| string)|navigateur|browser|\bapi\b|variable|template",
    re.IGNORECASE,
)
_OPEN = "«“„\"'‘‹`("
_CLOSE = "»”“\"'’›`)"
_SPACES = "    \t"


def is_mention(text: str, start: int, end: int) -> bool:
    """Whether ``text[start:end]`` stands alone between quotation marks, backticks or brackets."""
    before, after = start - 1, end
    while before >= 0 and text[before] in _SPACES:
        before -= 1
    while after < len(text) and text[after] in _SPACES:
        after += 1
    return before >= 0 and after < len(text) and text[before] in _OPEN and text[after] in _CLOSE


def discusses_translation(text: str, spans: list[tuple[int, int]]) -> bool:
    """Whether the text talks about translation artefacts that it shows at ``spans``."""
    return _discusses(text, spans, _TRANSLATION)


def discusses_markup(text: str, spans: list[tuple[int, int]]) -> bool:
    """Whether the text talks about code or encodings that it shows at ``spans``."""
    return _discusses(text, spans, _MARKUP)


def _discusses(text: str, spans: list[tuple[int, int]], vocabulary: re.Pattern[str]) -> bool:
    words: set[str] = set()
    for start, end in spans:
        near = text[max(0, start - _WINDOW) : end + _WINDOW]
        words.update(match.group().lower() for match in vocabulary.finditer(near))
    if not words:
        return False
    return len(words) >= 2 or any(is_mention(text, start, end) for start, end in spans)
