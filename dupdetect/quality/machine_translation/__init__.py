"""Traces of machine translation: findings with spans, and the probability of a document.

Eight rules, one module each, look for what engines, plug-ins and careless pipelines leave behind,
and trained weights for how machine translation reads (``style``: fr, en, de); :func:`probability`
combines what they found. Languages: French first, then English, German, Italian
and Spanish; other languages get the rules that need no word list.

What the scores mean. A finding's score is the probability that the quoted place is such a trace
and not a typist's slip, a name or a quotation. The constants stand in the modules with what they
were set by: how often 35,326 French news articles (OrangeSum, 2016-2020, written by people) show
the same thing, and what hand-written artefacts show. They are judgements fitted to counts, not a
trained model. Known limits: news language; other languages than French were checked on a few
hundred WMT texts each, Italian on hand-written ones only; fluent machine translation without slips
is not found by rules, and ``style`` alone never lifts a text to one half.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from dupdetect.quality.machine_translation import (
    agreement,
    duplicated,
    glued_fragment,
    markup,
    number_slot,
    role_gender,
    style,
    title_case,
    transliteration,
    untranslated_word,
)
from dupdetect.quality.machine_translation.scoring import DEFAULT_WEIGHTS, RuleWeights, probability
from dupdetect.quality.machine_translation.style import StyleModel, style_probability
from dupdetect.quality.machine_translation.view import make_views
from dupdetect.quality.reading import encode
from dupdetect.records import Finding

__all__ = [
    "DEFAULT_WEIGHTS",
    "RULES",
    "RuleWeights",
    "find",
    "find_many",
    "probability",
    "style_probability",
]

_FINDERS = (
    number_slot.find,
    untranslated_word.find,
    glued_fragment.find,
    duplicated.find,
    agreement.find,
    role_gender.find,
    transliteration.find,
    title_case.find,
    markup.find,
)

#: Names of the rules, as findings carry them.
RULES = (
    "number_slot",
    "untranslated_word",
    "glued_fragment",
    "duplicated_translation",
    "agreement",
    "mixed_transliteration",
    "title_case",
    "leftover_markup",
    "style",
)


def find(
    text: str,
    *,
    language: str,
    title: str | None = None,
    styles: Mapping[str, StyleModel] | None = None,
) -> list[Finding]:
    """All traces of machine translation in ``text``, by place.

    ``language`` is the document's ISO 639-1 code; ``title`` helps ``title_case`` where it stands in
    the text; ``styles`` are weights for ``style`` by language, those shipped for None. For every
    finding ``text[start:end] == quote``. No text is too odd: the result of an empty one is an empty
    list.
    """
    return find_many([text], language=language, titles=[title], styles=styles)[0]


def find_many(
    texts: Sequence[str],
    *,
    language: str,
    titles: Sequence[str | None] = (),
    styles: Mapping[str, StyleModel] | None = None,
    codes: NDArray[np.uint32] | None = None,
) -> list[list[Finding]]:
    """:func:`find` of texts of one language, looked through together.

    No ``titles``: none. ``codes`` are the code points of all texts, where they are known.
    """
    if codes is None:
        codes = encode("".join(texts))
    base = np.zeros(len(texts) + 1, np.int64)
    np.cumsum([len(text) for text in texts], out=base[1:])
    views = make_views(texts, language, titles or [None] * len(texts), codes)
    styled = style.doubtful(codes, base, language, styles).tolist()
    found = []
    for view, has_style in zip(views, styled, strict=True):
        findings = [finding for finder in _FINDERS for finding in finder(view)]
        if has_style:
            findings += style.find(view, styles)
        findings.sort(key=lambda finding: (finding.start, finding.end, finding.rule))
        found.append(findings)
    return found
