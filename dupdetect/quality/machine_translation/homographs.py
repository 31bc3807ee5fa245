"""Foreign words that look like words of the document's language, given away by their company.

"Le parti ha annoncé": *ha* is also an exclamation, but no French sentence has it before a
participle. "Une enquête sobre les faits": *sobre* is an adjective, but none stands before an
article. ", die doit être votée": a relative pronoun before a finite verb. "Les élus sono inquiets":
a noun that no function word goes before.

Scores: 0.6 by their company, for the tables hold only pairs that the language itself cannot have;
0.48 for words that stand between two known ones. Those (*aber*, *pero*, *used*) are frequent words
of another language that are rare in this one, and none stands so in 17,663 French articles, 24
million characters of English and 3.6 of German; the lists of Italian and Spanish are by hand.
"""

from __future__ import annotations

from dupdetect.quality.machine_translation.context import is_native
from dupdetect.quality.machine_translation.lexicon import tables
from dupdetect.quality.machine_translation.view import View, is_space
from dupdetect.quality.machine_translation.word_loops import HOMOGRAPH
from dupdetect.quality.machine_translation.word_table import homographs
from dupdetect.records import Finding

RULE = "untranslated_word"
#: By its company; between two known words, where a slip of the pen may also stand (once in 2,000
#: French articles): not enough for one half.
_SCORE, _BETWEEN_KNOWN = 0.6, 0.48

_TABLES = tables("homographs")
#: Auxiliaries of other languages, before a participle; prepositions before an article; relative
#: pronouns after a comma, before a finite verb; words that stand between any two known ones.
_AUXILIARIES, _BEFORE_ARTICLE = _TABLES["auxiliaries"], _TABLES["before_article"]
_RELATIVE, _BETWEEN = _TABLES["relative"], _TABLES["between"]
#: Nouns of the language that an article or another function word goes before ("la sono").
_APART = _TABLES["apart"]
_ARTICLES, _FINITE = _TABLES["articles"], _TABLES["finite"]
_PARTICIPLE = {
    "fr": ("é", "ée", "és", "ées"),
    "en": ("ed",),
    "de": (),
    "it": ("ato", "ata", "ati", "ate", "uto", "uta", "uti", "ute", "ito", "ita"),
    "es": ("ado", "ada", "ados", "adas", "ido", "ida", "idos", "idas"),
}
_IRREGULAR = _TABLES["participles"]
_NONE: frozenset[str] = frozenset()


def find_homographs(view: View) -> list[Finding]:
    """Words of two languages where only the foreign one fits."""
    language, lexicon = view.language, view.lexicon
    auxiliaries = _AUXILIARIES.get(language, _NONE)
    prepositions = _BEFORE_ARTICLE.get(language, _NONE)
    relative, between = _RELATIVE.get(language, _NONE), _BETWEEN.get(language, _NONE)
    apart = _APART.get(language, _NONE)
    places = view.having(HOMOGRAPH)
    if not places or lexicon is None:
        return []
    wanted = homographs(language)
    findings = []
    spans = view.spans
    for index in places:
        if not 0 < index < len(spans) - 1 or not is_space(view.gap(spans, index)):
            continue
        word = view.words[index]
        before, after, gap = (
            view.words[index - 1],
            view.words[index + 1],
            view.gap(spans, index - 1),
        )
        side = is_space(gap)
        native = side and (before in lexicon.known or before.islower()) and before not in wanted
        alone = (
            word in between
            and side
            and before not in wanted
            and before.lower() in lexicon.known
            and is_native(view, lexicon, spans, index - 1)
            and _is_known(after, view)
        ) or (
            word in apart
            and before not in lexicon.function
            and before.islower()
            and is_native(view, lexicon, spans, index - 1)
            and is_native(view, lexicon, spans, index + 1)
        )
        found = alone or (
            (word in auxiliaries and native and _is_participle(after, language))
            or (word in prepositions and native and after in _ARTICLES[language])
            or (word in relative and gap == ", " and after in _FINITE[language])
        )
        if found and after not in lexicon.foreign and before not in lexicon.foreign:
            findings.append(view.finding(RULE, *spans[index], _BETWEEN_KNOWN if alone else _SCORE))
    return findings


def _is_participle(word: str, language: str) -> bool:
    return word.endswith(_PARTICIPLE[language]) or word in _IRREGULAR.get(language, _NONE)


def _is_known(word: str, view: View) -> bool:
    """A word of the lists; German nouns have a capital."""
    lexicon = view.lexicon
    if lexicon is None:
        return False
    return word in lexicon.known or (view.language == "de" and word.lower() in lexicon.known)
