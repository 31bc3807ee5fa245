"""Words left in the letters of another script ("le commandant сообщил hier").

Score 0.6. Texts that show a word on purpose name what it is, or put it in brackets; texts that hold
more of another script quote it.
"""

from __future__ import annotations

import re

from dupdetect.quality.machine_translation.view import View
from dupdetect.records import Finding

RULE = "untranslated_word"
_SCRIPT = 0.6
_OTHER_SCRIPT = re.compile(
    r"[\u0370-\u03ff\u0400-\u052f\u0590-\u06ff\u0e00-\u0e7f\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]+"
)
_MAX_SCRIPT_SHARE = 0.02
#: Before a word that is shown on purpose.
_NAMES_SCRIPT = re.compile(
    r"\b(?:mots?|terme|nom|lettres?|caractère|grec|russe|ukrainien|chinois|japonais|arabe|hébreu"
    r"|words?|term|name|letter|greek|russian|chinese|japanese|arabic|wort|buchstabe|parola|palabra)\b",
    re.IGNORECASE,
)


def find_scripts(view: View) -> list[Finding]:
    """Words in the letters of another script, outside brackets, with native words around."""
    matches = list(_OTHER_SCRIPT.finditer(view.text))
    size = sum(match.end() - match.start() for match in matches)
    if not matches or size < 2 or size > _MAX_SCRIPT_SHARE * len(view.text) + 12:
        return []
    findings = []
    lexicon = view.lexicon
    for match in matches:
        start, end = match.span()
        before, after = view.text[max(0, start - 30) : start], view.text[end : end + 30]
        if (
            end - start < 2
            or _NAMES_SCRIPT.search(before)
            or not before.endswith(" ")
            or not after.startswith((" ", ",", "."))
        ):
            continue
        left, right = before.split(), after.strip(" ,.").split()
        if not left or not right or lexicon is None or "(" in before or ":" in left[-1]:
            continue
        if left[-1] in lexicon.known and right[0].strip(",.;") in lexicon.known:
            findings.append(view.finding(RULE, start, end, _SCRIPT))
    return findings
