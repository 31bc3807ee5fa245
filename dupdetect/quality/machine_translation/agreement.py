"""``agreement``: words that do not fit each other, as when each was translated alone.

French: article and noun of different gender or number ("dans le région", "un attaques"), elision
and contraction left undone ("si il", "que ils", "de le gouvernement", "le avion"), pronoun and verb
of different number ("il ont"), a clause after *depuis* without *que* ("depuis le conflit a
commencé"). A few endings of Italian, Spanish and German nouns that give their gender away, and
English plurals of mass nouns. People make these mistakes too: no score is above 0.5, and the rule
alone never makes a text machine-translated (see ``scoring``).
"""

from __future__ import annotations

import re

from dupdetect.quality.machine_translation.lexicon import gender_fr, tables
from dupdetect.quality.machine_translation.marks import SINCE, bit_of
from dupdetect.quality.machine_translation.pairs import VOWELS, mismatches, plurals_fr
from dupdetect.quality.machine_translation.view import Spans, View, is_break, is_space
from dupdetect.quality.machine_translation.word_loops import MASS
from dupdetect.records import Finding

RULE = "agreement"
#: "les soldat" is the commonest slip of typists: once in 80 clean articles.
_PLURAL_SLIP = 0.3
_GENDER, _NUMBER, _CONTRACTION, _ELISION, _VERB, _CLAUSE, _PRONOUN, _MASS = (
    0.5, 0.4, 0.48, 0.4, 0.45, 0.45, 0.35, 0.35,
)  # fmt: skip

_TABLES = tables(RULE)
_HAS_SINCE = bit_of(SINCE)


def _french(name: str) -> frozenset[str]:
    return _TABLES[name]["fr"]


_MASCULINE, _FEMININE, _POSSESSIVE = (
    _french("masculine"),
    _french("feminine"),
    _french("possessive"),
)
_PREPOSITIONS, _INFINITIVES = _french("prepositions"), _french("infinitives")
_PLURAL_ARTICLES = _french("plural_articles")
_ELIDED, _VOWEL_WORDS = _french("elided"), _french("vowel_words")
_ELIDED_ARTICLE, _NOT_ELIDED = _french("elided_article"), _french("not_elided")
_SUBJECTS, _COUNTRIES = _french("subjects"), _french("countries")
_SINGULAR, _PLURAL = _french("singular_pronouns"), _french("plural_pronouns")
_COLLECTIVE, _NOT_SUBJECT = _french("collective"), _french("not_subject")
_SINGULAR_VERBS, _PLURAL_VERBS = _french("singular_verbs"), _french("plural_verbs")
_DEPUIS = re.compile(
    r"[Dd]epuis (?:l[ea’'] ?|les |son |sa |leur )[\w’'-]+ (?:[\w’'-]+ )?"
    r"(?:a|ont|avait|avaient|s['’]est|se sont) "
    r"(?:commencé|débuté|éclaté|cessé|repris|pris (?:fin|le pouvoir)|dégénéré|démarré|été élue?)"
    r"\b(?! (?:à|de|d['’]|par)\b)"
)

#: Nouns whose ending gives their gender away, after an article of the other gender.
_OTHER = {
    "it": re.compile(
        r"\b(?:[Ii]l|[Uu]n|[Dd]el|[Aa]l|[Dd]al|[Nn]el|[Ss]ul|quel|questo) "
        r"[a-zàèéìòù]{3,}(?:zione|sione|ità)\b"
        r"|\b(?:[Ll]a|[Uu]na|[Dd]ella|[Aa]lla|[Dd]alla|[Nn]ella|[Ss]ulla|questa) "
        r"[a-zàèéìòù]{4,}(?:mento|ismo|aggio)\b"
    ),
    "es": re.compile(
        r"\b(?:[Ee]l|[Uu]n|[Dd]el|[Aa]l|este|ese) [a-záéíóúñ]{3,}(?:ción|sión|idad|tad)\b"
        r"|\b(?:[Ll]a|[Uu]na|[Ee]sta) [a-záéíóúñ]{4,}(?:miento|ismo|aje)\b"
    ),
    "de": re.compile(
        r"\b(?:[Dd]as|[Dd]em|[Dd]es|[Ee]in|[Ee]inem|[Ee]ines|[Ii]m|[Aa]m|[Zz]um|[Vv]om|[Bb]eim) "
        r"[A-ZÄÖÜ][a-zäöüß]{2,}(?:[^pw]rung|[^dprw]ung|heit|keit|schaft)\b"
    ),
}  # fmt: skip


def find(view: View) -> list[Finding]:
    """Mismatches of neighbouring words."""
    if view.language == "fr":
        return _find_french(view)
    if view.language == "en":
        places = view.having(MASS)
        return [view.finding(RULE, *view.spans[index], _MASS) for index in places]
    pattern = _OTHER.get(view.language)
    if pattern is None:
        return []
    found = {match.span() for match in pattern.finditer(view.text)}
    found.update(_wrong_articles(view))
    return [view.finding(RULE, *span, _GENDER) for span in sorted(found)]


def _wrong_articles(view: View) -> list[tuple[int, int]]:
    """Spans of an article and a listed noun that do not fit, side by side.

    After a comma a German article may be a relative pronoun, an Italian or Spanish one a pronoun
    before a verb that looks like the noun.
    """
    table = mismatches(view.language)
    hits = [i for i, word, after in view.suspects if word in table and after in table[word]]
    if not hits:
        return []
    spans = view.spans
    found = []
    for index in hits:
        before = view.gap(spans, index - 1) if index else " "
        apart = before.strip() in (",", "'", "’") or _opens_late(view, spans, index)
        if is_space(view.gap(spans, index)) and not apart:
            found.append((spans[index][0], spans[index + 1][1]))
    return found


def _find_french(view: View) -> list[Finding]:
    table = mismatches("fr")
    hits = []
    for index, word, after in view.suspects:
        if word in table and after in table[word]:
            score = _pair_score(view, index, word, after)
            if score:
                # "ils" takes up the noun before it: there the second word is the place.
                hits.append((index + 1 if after == "ils" and score == _PRONOUN else index, score))
    findings = []
    if hits:
        spans = view.spans
        for index, score in hits:
            if _is_plain(view, spans, index, score):
                last = index + 2 if score == _CONTRACTION else index + 1
                findings.append(view.finding(RULE, spans[index][0], spans[last][1], score))
    at = view.text.find(SINCE) if view.marks & _HAS_SINCE else -1
    while at >= 0:
        clause = _DEPUIS.match(view.text, at - 1) if at else None
        if clause:
            findings.append(view.finding(RULE, *clause.span(), _CLAUSE))
        at = view.text.find(SINCE, at + 6)
    return findings


def _is_plain(view: View, spans: Spans, index: int, score: float) -> bool:
    """Whether the pair stands side by side in running text: no quotation, title or elision."""
    before = view.gap(spans, index - 1) if index else " "
    if not is_space(view.gap(spans, index)) or before[-1:] in ("'", "’", "-"):
        return False
    if score == _PRONOUN and not is_space(before):
        return False
    start = spans[index + 1][0]
    return view.text[start - 1] not in "«“\"'" and not _opens_late(view, spans, index)


def _opens_late(view: View, spans: Spans, index: int) -> bool:
    """Whether a capitalised word stands inside a sentence (a title: Le Monde, La Croix)."""
    if not view.words[index][0].isupper():
        return False
    return index > 0 and not is_break(view.gap(spans, index - 1))


def _pair_score(view: View, index: int, word: str, after: str) -> float:
    """What a suspect pair is worth, 0.0 when the two words may stand together after all."""
    if word in _SINGULAR or word in _PLURAL:
        return _pronoun_score(view, index)
    if word in ("si", "Si") or (word in _ELIDED and after in _VOWEL_WORDS):
        return _ELISION
    if after in _COUNTRIES:
        return _ELISION
    if after == "ils":
        return _taken_up(view, index + 1)
    gender, plurals, low = gender_fr(), plurals_fr(), word.lower()
    if word in _PLURAL_ARTICLES and after not in plurals:
        return _PLURAL_SLIP
    if after == "le":
        return _contraction_score(view, index)
    if after in (gender.feminine if low in _MASCULINE else gender.masculine) and low != "de":
        return _gender_score(view, index, low, after)
    if low in _POSSESSIVE:
        return _GENDER if after[0] not in VOWELS and after[0] not in "hy" else 0.0
    if word[0].isupper() and index + 2 < len(view.words):
        wrong = _SINGULAR_VERBS if word == "Les" else _PLURAL_VERBS
        if view.words[index + 2] in wrong and after not in _COLLECTIVE:
            return _VERB
    if word in _ELIDED_ARTICLE:
        return _ELISION if after not in gender.verbal and after not in _INFINITIVES else 0.0
    return _NUMBER if after in plurals and low != "les" else 0.0


def _gender_score(view: View, index: int, article: str, after: str) -> float:
    """*le* and *la* are pronouns too: then the word must be no verb, or a preposition precede."""
    if article not in ("le", "la"):
        return 0.0 if after.endswith("di") else _GENDER  # "à la une lundi"
    if after in _INFINITIVES:
        return 0.0
    before = view.words[index - 1].lower() if index else ""
    if before in _SUBJECTS:
        return 0.0
    is_noun = before in _PREPOSITIONS and before not in ("de", "à", "pour")
    return _GENDER if is_noun or after not in gender_fr().verbal else 0.0


def _contraction_score(view: View, index: int) -> float:
    """ "de le gouvernement", "à le président"; "de le faire" is good French."""
    if index + 2 >= len(view.words):
        return 0.0
    noun = view.words[index + 2]
    gender = gender_fr()
    plain = noun in gender.masculine and noun not in gender.verbal and noun not in _INFINITIVES
    return _CONTRACTION if plain else 0.0


def _pronoun_score(view: View, index: int) -> float:
    """ "il ont", "ils a"; not after a preposition or *et* ("lui et elle sont")."""
    before = view.words[index - 1] if index else ""
    return 0.0 if before in _NOT_SUBJECT else _VERB


def _taken_up(view: View, index: int) -> float:
    """A plural noun taken up by *ils* without a comma ("les soldats ils attaquent")."""
    before = view.words[index - 1]
    has_article = index > 1 and view.words[index - 2] in _PLURAL_ARTICLES
    follows = index + 1 < len(view.words) and view.words[index + 1] != "ont"
    return _PRONOUN if has_article and follows and before not in _TIMES else 0.0


_TIMES = frozenset(("fois", "jours", "années", "mois", "semaines", "heures", "minutes", "moments"))
