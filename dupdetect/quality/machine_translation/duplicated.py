"""``duplicated_translation``: the same piece translated twice and kept twice.

"ont a frappé" (two auxiliaries), "le les forces" (two articles), "de de", "dans la région dans la
région". Doublings that languages have of their own (nous nous, très très, that that, die die, Bora
Bora) are none.

Scores: two finite auxiliaries 0.6, a repeated phrase 0.6, two articles 0.55, a function word twice
0.4 (hasty typing does that too), a longer word twice 0.3.
"""

from __future__ import annotations

from dupdetect.quality.machine_translation.lexicon import tables
from dupdetect.quality.machine_translation.pairs import doubles
from dupdetect.quality.machine_translation.view import View, is_space
from dupdetect.records import Finding

RULE = "duplicated_translation"
_AUXILIARIES, _PHRASE, _ARTICLES, _FUNCTION, _CONTENT = 0.6, 0.6, 0.55, 0.4, 0.3
#: Longest phrase whose immediate repetition is looked for, in words.
_MAX_PHRASE = 4


_TABLES = tables(RULE)
#: A relative or question word shortly before makes two verbs in a row possible.
_RELATIVE = _TABLES["relative"]
#: Function words that no good sentence has twice in a row.
_NEVER_TWICE = _TABLES["never_twice"]
#: Verbs among them: a relative clause may end with one and the main clause go on with it.
_FINITE = _TABLES["finite"]["*"]
#: Longer words that people double on purpose.
_EMPHASIS = _TABLES["emphasis"]["*"]
_JOINERS = _TABLES["joiners"]["*"]


def find(view: View) -> list[Finding]:
    """Doubled words, phrases, articles and auxiliaries, without punctuation between them."""
    hits = _repeats(view) + _pairs(view)
    return _findings(view, hits) if hits else []


def _repeats(view: View) -> list[tuple[int, int, float]]:
    """Words and phrases that come twice in a row: first and last word, score."""
    words = view.words
    hits = []
    latest: dict[str, int] = {}
    for index, word in enumerate(words):
        before = latest.get(word)
        latest[word] = index
        if before is None or index - before > _MAX_PHRASE:
            continue
        size = index - before
        if size == 1:
            hits.append((before, index, _word_score(view, before)))
        elif words[before:index] == words[index : index + size]:
            hits.append((before, index + size - 1, _phrase_score(words[before:index])))
    return hits


def _word_score(view: View, index: int) -> float:
    word = view.words[index]
    if word in _NEVER_TWICE.get(view.language, ()):
        after = view.words[index + 2] if index + 2 < len(view.words) else ""
        if word in _FINITE and not _is_plain_clause(view.words, index, view.language):
            return 0.0  # "what it is is a mess"
        # "la mort de de Gaulle"
        return 0.0 if word == "de" and after[:1].isupper() else _FUNCTION
    if len(word) >= 5 and word.islower() and word not in _EMPHASIS:
        thrice = index + 2 < len(view.words) and view.words[index + 2] == word
        return 0.0 if thrice else _CONTENT
    return 0.0


def _phrase_score(phrase: list[str]) -> float:
    if len(set(phrase)) == 1 or any(word.isdigit() for word in phrase):
        return 0.0
    if len(phrase) == 2 and (phrase[0] in _JOINERS or phrase[1] in _JOINERS):
        return 0.0
    if "droite" in phrase or "gauche" in phrase:  # la gauche de la gauche
        return 0.0
    if not any(word.islower() and len(word) > 3 for word in phrase):
        return 0.0
    return _PHRASE


def _is_plain_clause(words: list[str], index: int, language: str) -> bool:
    before = [word.lower() for word in words[max(0, index - 5) : index]]
    if not before or before[-1] in ("l", "d", "n", "s", "c"):
        return False
    # "sont a craindre": an accent is missing, not a word too many.
    after = words[index + 2] if index + 2 < len(words) else ""
    if words[index + 1] == "a" and after.endswith(("er", "ir", "re")):
        return False
    return _RELATIVE[language].isdisjoint(before)


#: Before "le la", the note.
_TUNING = frozenset(("donner", "donne", "donné", "donnent"))


def _pairs(view: View) -> list[tuple[int, int, float]]:
    """Two articles, two finite auxiliaries, or both numbers of one verb."""
    table = doubles(view.language)
    articles = _TABLES["article_pairs"].get(view.language, frozenset())
    hits = []
    for index, word, after in view.suspects:
        if word not in table or after not in table[word]:
            continue
        if word.lower() == after:
            hits.append((index, index + 1, _FUNCTION))
        elif f"{word.lower()}+{after}" in articles:
            if not (index and view.words[index - 1] in _TUNING):
                hits.append((index, index + 1, _ARTICLES))
        elif _is_plain_clause(view.words, index, view.language):
            hits.append((index, index + 1, _AUXILIARIES))
    return hits


def _findings(view: View, hits: list[tuple[int, int, float]]) -> list[Finding]:
    spans = view.spans()
    findings: list[Finding] = []
    for first, last, score in sorted(hits):
        if not score or not all(is_space(view.gap(spans, at)) for at in range(first, last)):
            continue
        if view.text[spans[first][0] - 1 : spans[first][0]] in ("'", "’") and first == last - 1:
            continue
        if not findings or spans[first][0] >= findings[-1].end:
            findings.append(view.finding(RULE, spans[first][0], spans[last][1], score))
    return findings
