"""``disguised_characters``: words that look as ever and are none to a search.

Invisible characters inside words, letters of another script that look alike (Cyrillic а in a French
word), fullwidth or mathematical letters for plain ones, marks drawn over letters. A farm puts them
in so that a copy counts as a new text; nothing else in an article needs them. What writers use
honestly is no disguise (:mod:`dupdetect.text.disguise`).

The kind is ``seo_link``: done on purpose and for search engines, as an inserted link is, and no
trace of translation. The finding raises ``content_farm`` and not the score of the kind: no link
stands there. One finding is a run of such words on a line.

Scores: one Cyrillic letter can be a slip of a keyboard, three words are none. The constants are
judgements: none of 35,326 French news articles (OrangeSum) is reported, and none of 15,447 texts of
WMT 22 and 24 (de, en, es, fr, ru).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import kernel
from dupdetect.quality.characters import TABLE_SIZE
from dupdetect.records import Finding
from dupdetect.text.disguise import Way, disguised_words, is_suspect

RULE = "disguised_characters"

#: Different disguised words from which a way is reported, and how sure one finding is then.
_LEAST: dict[Way, int] = {
    "invisible": 3, "soft_hyphen": 4, "foreign_letter": 1, "styled": 3, "overlay": 3,
}  # fmt: skip
_SURE: dict[Way, float] = {
    "invisible": 0.9, "soft_hyphen": 0.85, "foreign_letter": 0.9, "styled": 0.7, "overlay": 0.8,
}  # fmt: skip
#: One or two words with a foreign letter.
_FEW, _FEW_SCORES = 3, (0.0, 0.25, 0.6)
#: In a text that is mostly Greek or Cyrillic, where layouts of keyboards get mixed up: words, and
#: their share of all. Many a keyboard has no і, and è and é are typed for those of Macedonian.
_TYPED, _TYPED_SHARE = 8, 0.05
_TYPED_LETTERS = frozenset("iIïÏèéÈÉ")
#: Least share of all words that hold soft hyphens whose hyphens stand where no one sets them.
_MISPLACED = 0.2
#: Characters between two words of one run, findings of a text.
_GAP, _MOST = 80, 40
#: What the surest finding says of the page.
_FARM = 0.85

_LATIN = re.compile("[A-Za-z\u00c0-\u024f]+")
_OWN_LETTERS = re.compile("[\u0370-\u03ff\u0400-\u052f]+")
_IDEOGRAPHS = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_SOFT = re.compile(r"\w\u00ad+\w")


def may_hide(codes: NDArray[np.uint32], base: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which of the texts ``codes[base[d]:base[d + 1]]`` hold a character that may disguise a word,
    ``bool[n]``."""
    result: NDArray[np.bool_] = _hold_any(codes, base, _suspects())
    return result


@lru_cache(maxsize=1)
def _suspects() -> NDArray[np.bool_]:
    return np.array([is_suspect(chr(code)) for code in range(TABLE_SIZE)])


@kernel
def _hold_any(
    codes: NDArray[np.uint32], base: NDArray[np.int64], table: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Whether each text holds a character of the table, or any above it."""
    out = np.zeros(base.shape[0] - 1, np.bool_)
    for d in range(base.shape[0] - 1):
        for j in range(base[d], base[d + 1]):
            if codes[j] > 127 and (codes[j] >= TABLE_SIZE or table[codes[j]]):
                out[d] = True
                break
    return out


def find(text: str) -> list[Finding]:
    """Runs of disguised words in ``text``, by place."""
    if not is_suspect(text):
        return []
    hits = list(disguised_words(text))
    own = _length(_OWN_LETTERS, text) > _length(_LATIN, text)
    if own:
        hits = [hit for hit in hits if not _is_typed(text[hit[0] : hit[1]])]
    counts = Counter(way for way, _ in {(way, text[start:end]) for start, end, way in hits})
    scores = {way: _score(way, n, text, own=own) for way, n in counts.items()}
    runs: list[tuple[int, int, float]] = []
    for start, end, way in hits:
        score = scores[way]
        if score <= 0.0:
            continue
        if runs and start - runs[-1][1] <= _GAP and "\n" not in text[runs[-1][1] : start]:
            runs[-1] = (runs[-1][0], max(end, runs[-1][1]), max(score, runs[-1][2]))
        else:
            runs.append((start, end, score))
    return [
        Finding("seo_link", RULE, start, end, text[start:end], score)
        for start, end, score in runs[:_MOST]
    ]


def farm_part(findings: Iterable[Finding]) -> float:
    """What the findings of this rule say of the page, 0..1."""
    return round(_FARM * max((f.score for f in findings if f.rule == RULE), default=0.0), 4)


def _score(way: Way, n: int, text: str, *, own: bool) -> float:
    """How sure each of ``n`` different words disguised in one way is; ``own``: in a text that is
    mostly Greek or Cyrillic."""
    if n < _LEAST[way]:
        return 0.0
    if way == "foreign_letter":
        if own:
            enough = n >= max(_TYPED, _TYPED_SHARE * len(text.split()))
            return _SURE[way] if enough else 0.0
        return _SURE[way] if n >= _FEW else _FEW_SCORES[n]
    if way == "soft_hyphen" and n < _MISPLACED * len(_SOFT.findall(text)):
        return 0.0
    if way == "styled" and _IDEOGRAPHS.search(text):
        return 0.0  # fullwidth letters are at home there
    return _SURE[way]


def _is_typed(word: str) -> bool:
    """Whether the only Latin letters of a word are those that people type for their own."""
    return set("".join(_LATIN.findall(word))) <= _TYPED_LETTERS


def _length(pattern: re.Pattern[str], text: str) -> int:
    found: Sequence[str] = pattern.findall(text)
    return sum(map(len, found))
