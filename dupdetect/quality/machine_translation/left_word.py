"""Words left of another language that no list gives away, but what stands around them.

"Le préfet of Dordogne", "Les élus son arrivés", "la mairie da Lyon": homographs, which this
language has too but not there, and words so short that names and titles bring them along. Trained
weights (``data/quality/mt/left_words.npz``, see ``dupdetect/training/left_words.py`` and the card
in the file) judge the few words that the lists of another language know, by their neighbours; what
the other parts of the rule find is theirs.

Scores: what the weights add up to is cut into three degrees, each by how often clean French news
reach it (see the card).
"""

from __future__ import annotations

from dupdetect.quality.machine_translation.context import in_foreign_quote
from dupdetect.quality.machine_translation.lexicon import tables
from dupdetect.quality.machine_translation.roles import roles
from dupdetect.quality.machine_translation.view import View, is_space
from dupdetect.quality.machine_translation.word_loops import CANDIDATE, LEFT, LEFT_TOO
from dupdetect.records import Finding

RULE = "untranslated_word"
#: By degree of certainty.
_SCORES = {LEFT: 0.35, LEFT_TOO: 0.45, LEFT | LEFT_TOO: 0.5}


#: Words that open or close borrowed phrases (best of, rock and roll), and what may stand in them.
_BORROWED = tables(RULE)["borrowed"]["*"]
#: What names have between their parts: "Christophe di Pompeo", "Gare du Nord".
_PARTICLES = frozenset(
    ("a", "al", "bin", "da", "de", "del", "della", "der", "des", "di", "do", "dos", "du", "el",
     "for", "i", "in", "la", "las", "le", "les", "los", "of", "per", "the", "van", "von",
     "zu", "zum", "zur", "am", "im", "den", "dei", "degli", "delle", "en", "sur")
)  # fmt: skip


#: What joins names.
_AND = frozenset(("and", "und", "et", "y", "e", "ed"))
#: Ordinals: XXI e siècle, 86 e victime.
_ROMAN = frozenset("IVXLC")


def find_left_words(view: View) -> list[Finding]:
    """Words that the weights tell from their surroundings, outside foreign quotations."""
    findings = []
    for index in view.having(LEFT | LEFT_TOO):
        degree = int(view.forms[index]) & (LEFT | LEFT_TOO)
        if _is_in_name(view, index) or (degree == LEFT and _has_company(view, index)):
            continue
        if not in_foreign_quote(view, *view.spans[index]):
            findings.append(view.finding(RULE, *view.spans[index], _SCORES[degree]))
    return findings


def _beside(view: View, index: int) -> tuple[str, str]:
    """The words before and after, empty where there is none."""
    words = view.words
    before = words[index - 1] if index else ""
    return before, words[index + 1] if index + 1 < len(words) else ""


def _is_in_name(view: View, index: int) -> bool:
    """A particle between two words of a name or title, a piece of a borrowed phrase, an ordinal."""
    before, after = _beside(view, index)
    word = view.words[index]
    if after == "intérieur" or not _BORROWED.isdisjoint((before.lower(), after.lower())):
        return True
    numbered = before.isdigit() or (bool(before) and _ROMAN.issuperset(before))
    if numbered and not after.isdigit() and len(word) < 3:
        return is_space(view.gap(view.spans, index - 1))
    return word in _PARTICLES and _is_between_names(view, before, after)


def _is_between_names(view: View, before: str, after: str) -> bool:
    """Whether both neighbours have capitals; German nouns have them too."""
    named = before.istitle() and after.istitle() and before.lower() not in roles(view.language)
    return named and view.language != "de"


def _has_company(view: View, index: int) -> bool:
    """Between two names ("Rage against Machine") or beside another foreign word ("à la mode")."""
    if view.words[index] not in _AND and _is_between_names(view, *_beside(view, index)):
        return True
    beside = [at for at in (index - 1, index + 1) if 0 <= at < len(view.words)]
    foreign = [view.words[at] for at in beside if view.forms[at] & CANDIDATE]
    return any(word not in roles(view.language) for word in foreign)
