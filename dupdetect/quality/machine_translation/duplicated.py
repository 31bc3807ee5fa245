"""``duplicated_translation``: the same piece translated twice and kept twice.

"ont a frappé" (two auxiliaries), "le les forces" (two articles), "de de", "dans la région dans la
région". Doublings that languages have of their own (nous nous, très très, that that, die die, Bora
Bora) are none.

Scores: two finite auxiliaries 0.6, a repeated phrase 0.6, two articles 0.55, a function word twice
0.4 (hasty typing does that too), a phrase that ends one sentence and begins the next, or a verb
twice around *and*, 0.35 (speakers do that on purpose), a longer word twice 0.3.
"""

from __future__ import annotations

from dupdetect.quality.machine_translation.lexicon import tables
from dupdetect.quality.machine_translation.pairs import doubles
from dupdetect.quality.machine_translation.view import Spans, View, Words, is_space
from dupdetect.records import Finding

RULE = "duplicated_translation"
_AUXILIARIES, _PHRASE, _ARTICLES, _FUNCTION, _CONTENT = 0.6, 0.6, 0.55, 0.4, 0.3
_ACROSS, _ELIDED, _AND = 0.35, 0.4, 0.35
#: Shortest phrase across sentences, in words and letters.
_MIN_ACROSS, _MIN_LETTERS = 3, 10


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
_ANDS = _TABLES["and"]
#: Elided words that begin a doubled piece (qu'il qu'il); people say "c'est c'est".
_ELISIONS = frozenset(("qu", "d", "l", "s", "n"))


def find(view: View) -> list[Finding]:
    """Doubled words, phrases, articles and auxiliaries, without punctuation between them."""
    hits = [hit for hit in _repeats(view) + _pairs(view) if hit[2]]
    return _findings(view, hits) if hits else []


_Hit = tuple[int, int, float]


def _repeats(view: View) -> list[_Hit]:
    """Words and phrases that come twice in a row: first and last word, score."""
    if not view.repeats:
        return []
    words = view.words
    ands = _ANDS.get(view.language, frozenset())
    hits: list[_Hit] = []
    for before, index in view.repeats:
        size = index - before
        if size == 1:
            hits.append((before, index, _word_score(view, before)))
            continue
        piece = [word.lower() for word in words[before : index + size]]
        if piece[:size] == piece[size:]:
            hits.append((before, index + size - 1, _phrase_score(words[index : index + size])))
        elif size == 2 and piece[1] in ands and piece[2] in _FINITE:
            hits.append((index - 1, index, _AND))
    return hits


def _word_score(view: View, index: int) -> float:
    word = view.words[index]
    if word in _NEVER_TWICE.get(view.language, ()):
        after = view.words[index + 2] if index + 2 < len(view.words) else ""
        if word in _FINITE and not _is_plain_clause(view.words, index, view.language):
            return 0.0  # "what it is is a mess"
        # "la mort de de Gaulle"
        return 0.0 if word == "de" and after[:1].isupper() else _FUNCTION
    known = view.lexicon is not None and word in view.lexicon.known
    if len(word) > (3 if known else 4) and word.islower() and word not in _EMPHASIS:
        thrice = index + 2 < len(view.words) and view.words[index + 2] == word
        return 0.0 if thrice else _CONTENT
    return 0.0


def _phrase_score(phrase: list[str]) -> float:
    if len(set(phrase)) == 1 or any(word.isdigit() for word in phrase):
        return 0.0
    if len(phrase) == 2 and phrase[0] in _ELISIONS and len(phrase[1]) > 1:
        return _ELIDED
    if len(phrase) == 2 and (phrase[0] in _JOINERS or phrase[1] in _JOINERS):
        return 0.0
    if "droite" in phrase or "gauche" in phrase:  # la gauche de la gauche
        return 0.0
    if not any(map(str.islower, phrase)) or not any(len(word) > 3 for word in phrase):
        return 0.0
    return _PHRASE


def _is_plain_clause(words: Words, index: int, language: str) -> bool:
    before = words[max(0, index - 5) : index]
    if language != "de":  # there a capital tells the article of a sentence from the pronoun
        before = [word.lower() for word in before]
    if not before or before[-1] in ("l", "d", "n", "c"):
        return False
    # "sont a craindre": an accent is missing, not a word too many; "sont a priori" is Latin.
    after = words[index + 2] if index + 2 < len(words) else ""
    if words[index + 1] == "a" and (after.endswith(("er", "ir", "re")) or after in _LATIN):
        return False
    return _RELATIVE[language].isdisjoint(before)


#: Before "le la", the note, and before "un" and "une" as pronouns (l'un le, un à un les).
_NO_ARTICLE = frozenset(("donner", "donne", "donné", "donnent", "l", "L", "à", "par", "a", "por"))
_LATIN = frozenset(("priori", "posteriori", "contrario", "fortiori", "minima", "maxima", "minimo"))


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
            if not (index and view.words[index - 1] in _NO_ARTICLE):
                hits.append((index, index + 1, _ARTICLES))
        elif _is_plain_clause(view.words, index, view.language):
            hits.append((index, index + 1, _AUXILIARIES))
    return hits


def _findings(view: View, hits: list[_Hit]) -> list[Finding]:
    spans = view.spans
    findings: list[Finding] = []
    for first, last, score in sorted(hits):
        score = _in_place(view, spans, first, last, score)
        if score and (not findings or spans[first][0] >= findings[-1].end):
            findings.append(view.finding(RULE, spans[first][0], spans[last][1], score))
    return findings


def _in_place(view: View, spans: Spans, first: int, last: int, score: float) -> float:
    """The score by what stands between the words: spaces, elisions, or the end of a sentence."""
    text = view.text
    gaps = [view.gap(spans, at) for at in range(first, last)]
    if score == _AND or last == first + 1:
        elided = text[spans[first][0] - 1 : spans[first][0]] in ("'", "’")
        himself = elided and view.words[first - 1] == "s" and view.words[first] == "est"
        return score if is_space(gaps[0]) and (himself or not elided) else 0.0
    middle = len(gaps) // 2
    if gaps[middle] == ". " and score == _PHRASE:
        letters = sum(map(len, view.words[first : first + middle + 1]))
        short = middle + 1 < _MIN_ACROSS or letters < _MIN_LETTERS
        if short or _in_quotation(text, spans[first][0]):
            return 0.0
        score, gaps[middle] = _ACROSS, " "
    return score if all(is_space(gap) or gap in ("'", "’") for gap in gaps) else 0.0


def _in_quotation(text: str, at: int) -> bool:
    """Whether quotation marks are open at ``at`` in its line."""
    line = text[text.rfind("\n", 0, at) + 1 : at]
    return line.count("«") > line.count("»") or line.count("“") > line.count("”")
