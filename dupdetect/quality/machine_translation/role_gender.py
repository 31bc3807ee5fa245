"""``agreement``, second part: a woman's title for a man.

Engines that translate from German or English through a language without grammatical gender, or
sentence by sentence, give the speaker a new gender: "a déclaré la politicienne … a-t-il ajouté".
Two signs, French only:

- a speech verb with a feminine title, then the next quotation is closed by a masculine speech verb
  with nobody else named between them;
- one family name with a masculine title here and the feminine form of it there.

Score 0.5: a second, unnamed speaker is possible.
"""

from __future__ import annotations

import re

from dupdetect.quality.machine_translation.lexicon import tables
from dupdetect.quality.machine_translation.marks import HE, bit_of
from dupdetect.quality.machine_translation.view import View
from dupdetect.quality.machine_translation.word_loops import TITLE
from dupdetect.records import Finding

RULE = "agreement"
_SCORE = 0.5
_HAS_HE = bit_of(HE)

_TABLES = tables("role_gender")
_ROLES = _TABLES["roles"]["fr"]
_ROLE = "|".join(sorted(_ROLES, key=len, reverse=True))
_SAY = "|".join(sorted(_TABLES["say"]["fr"], key=len, reverse=True))

_SHE_SAID = re.compile(
    rf"\b(?:a|avait) (?:{_SAY}) (la (?:{_ROLE})\b(?: (?:du|de la|de l[’']|des) ?\w+)?)"
)
_HE_ADDED = re.compile(
    r"\b(?:a|avait)-t-il\b|\b(?:dit|explique-t|poursuit|ajoute-t|affirme-t)-il\b"
)
_QUOTED = re.compile(r"«[^»\n]*»|“[^”\n]*”|\"[^\"\n]*\"")
_OTHER_SPEAKER = re.compile(
    rf"\b(?:a|ont|avait) (?:{_SAY})\b|\b[A-ZÀ-Þ][\w’'-]+ [A-ZÀ-Þ][\w’'-]+"
    r"|\b(?:Le|Son|Un|M\.) |-t-elle\b"
)
#: From a feminine title to the masculine verb, in characters, and what of it is no quotation.
_WINDOW, _OUTSIDE_QUOTES = 400, 110

_NAME = r"[A-ZÀ-Þ][a-zà-ÿ]{2,}"


def find(view: View) -> list[Finding]:
    """Feminine titles of a man."""
    if view.language != "fr":
        return []
    words = view.words
    places = [index for index in view.having(TITLE) if index and words[index - 1] in ("la", "La")]
    if not places:
        return []
    last = len(words) - 1
    named = {words[index] for index in places if index < last and words[index + 1][0].isupper()}
    return _by_speech(view) + _by_name(view, named)


def _by_speech(view: View) -> list[Finding]:
    text = view.text
    findings: list[Finding] = []
    if not view.marks & _HAS_HE:
        return findings
    at = text.find(HE)
    while at >= 0:
        added = _HE_ADDED.search(text, max(0, at - 10), at + 3)
        if added is not None:
            titles = list(_SHE_SAID.finditer(text, max(0, at - _WINDOW), at))
            said = titles[-1] if titles else None
            if said is not None and _same_speaker(text[said.end() : added.start()]):
                findings.append(view.finding(RULE, *said.span(1), _SCORE))
        at = text.find(HE, at + 3)
    return [
        finding
        for index, finding in enumerate(findings)
        if index == 0 or finding.start != findings[index - 1].start
    ]


def _same_speaker(between: str) -> bool:
    """Whether, quotations left out, nobody else speaks or is named."""
    outside = _QUOTED.sub(" ", between)
    if "\n\n" in between or len(outside) > _OUTSIDE_QUOTES:
        return False
    return _OTHER_SPEAKER.search(outside) is None


def _by_name(view: View, titles: set[str]) -> list[Finding]:
    findings: list[Finding] = []
    for role in sorted(titles):
        masculine = _masculine(role)
        if masculine is None or masculine not in view.text:
            continue
        titled = re.compile(rf"\b[Ll]a ({role}) ({_NAME} )?({_NAME})\b(?! {_NAME})")
        matches = list(titled.finditer(view.text))
        if not matches or masculine not in view.vocabulary:
            continue
        for match in matches:
            _, first, name = match.groups()
            # Another first name is another person (a couple, brother and sister).
            first_name = first if first else rf"(?:{_NAME} )"
            same = rf"\b(?:[Ll]e|[Dd]u|[Aa]u) {masculine} (?:{first_name})?{name}\b(?! {_NAME})"
            if name not in _NO_NAMES and re.search(same, view.text):
                findings.append(view.finding(RULE, *match.span(), _SCORE))
    return findings


#: Parties and houses that stand after a title like a name.
_NO_NAMES = frozenset(("Marche", "Républicains", "Verts", "Renaissance", "Modem", "Démocrate"))
_ENDINGS = (
    ("trice", "teur"), ("ienne", "ien"), ("ière", "ier"), ("euse", "eur"), ("eure", "eur"),
    ("ente", "ent"), ("ante", "ant"), ("ate", "at"), ("aine", "ain"), ("ée", "é"), ("ue", "u"),
    ("onne", "on"), ("esse", "e"), ("erte", "ert"),
)  # fmt: skip


def _masculine(role: str) -> str | None:
    """The masculine form of a title, None where both are one (ministre, journaliste)."""
    for feminine, masculine in _ENDINGS:
        if role.endswith(feminine):
            return role[: -len(feminine)] + masculine
    return None
