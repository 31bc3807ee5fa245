"""``untranslated_word``: a function word, adverb or verb left in another language.

"concerne reportedly des systèmes", "IL Washington Post", "I détails", "e n'a pas montré". A word
counts when it belongs to another language, to none of the document's own vocabulary, and stands
where its neighbours are in the document's language. Names ("Face the Nation"), quotations and
titles fail the last test: their neighbours are foreign or capitalised.

Scores were set by what clean text does to each kind of evidence: an unmistakable word between two
native ones 0.85, with one of them 0.65; a word that borrowed phrases also bring (``loose``) only
between two native ones, 0.6; a noun, verb or adjective off the frequency lists there 0.5, one that
only ends like a foreign one 0.45; a fixed pair ("sin embargo") 0.7; a lone article or conjunction
of one letter 0.7; letters of another script 0.6; beside a name, a number or a German noun 0.45;
after a comma or before one, at the end of a sentence, and between names or numbers where native
function words stand near, 0.4. Words that none of this finds are left to trained weights that judge
them by their neighbours (:mod:`left_word`, 0.35 to 0.5). In 17,663 clean French articles that no
list was made from there are 45 findings without those, many of them a typist's; with them one
article in 92 has a finding.
"""

from __future__ import annotations

from dupdetect.quality.machine_translation.context import in_foreign_quote, is_native
from dupdetect.quality.machine_translation.context_loops import REACH
from dupdetect.quality.machine_translation.homographs import find_homographs
from dupdetect.quality.machine_translation.left_word import find_left_words
from dupdetect.quality.machine_translation.leftover_article import find_articles
from dupdetect.quality.machine_translation.lexicon import (
    LANGUAGES,
    Lexicon,
    own_words,
    strange_words,
    tables,
)
from dupdetect.quality.machine_translation.other_script import find_scripts
from dupdetect.quality.machine_translation.pairs import phrases
from dupdetect.quality.machine_translation.short_words import find_short_words
from dupdetect.quality.machine_translation.view import Spans, View, is_break, is_space
from dupdetect.quality.machine_translation.word_loops import CROWDED, SCRIPT, WORTH
from dupdetect.records import Finding

RULE = "untranslated_word"
_BOTH_SIDES, _ONE_SIDE, _LOOSE, _OPENER, _ADVERB = 0.85, 0.65, 0.6, 0.7, 0.7
#: Letters of a word that counts between two names.
_LONG = 5
_CONTENT, _NAME, _ENDING, _PHRASE, _SUBJECT = 0.5, 0.5, 0.45, 0.7, 0.5
#: Beside a name or a number, and a content word beside one native word alone.
_BESIDE_NAME, _CONTENT_ONE, _AFTER_COMMA = 0.45, 0.35, 0.4
#: Articles that may stand before a name, and those that names have as a particle: they count only
#: before a word of the language ("de los Affaires étrangères", not "Bartolomé de las Casas").
_PARTICLES = frozenset(("los", "las", "el", "der", "die", "das", "della", "del", "il"))
_NAME_ARTICLES = _PARTICLES | {
    "at", "für", "von", "por", "entre", "tra",
    "the", "of", "and", "from", "with", "gli", "und", "between", "against", "after", "before",
    "without", "among", "because", "mit", "bei", "nach", "gegen", "zwischen", "oder", "wegen",
    "contra", "desde", "hacia", "contro", "presso", "secondo", "verso", "avec", "chez", "contre",
    "selon", "pour", "sans",
    "within", "during", "through", "since", "until", "despite", "toward", "towards", "into",
    "about", "its", "their", "his", "our", "those", "these", "which", "while", "senza", "nella",
    "nel", "dalla", "sulla",
}  # fmt: skip


#: Prepositions that also stand between a verb and a name: "travaille für Renault".
_PREPOSITIONS = frozenset(
    ("for", "at", "from", "with", "by", "für", "bei", "mit", "von", "gegen", "nach", "pour", "chez",
     "avec", "por", "desde", "presso", "contro", "between", "zwischen", "entre", "tra", "against",
     "contra", "contre")
)  # fmt: skip
_FULL_STOPS = (".", "!", "?")
#: Last words of borrowed phrases ("le turn over", "en stand by").
_FEW = frozenset(("off", "out", "own", "one", "all", "you", "live", "over", "down", "back", "the"))
#: What a clause begins after.
_CLAUSE = frozenset((",", ";", "–", "—"))
#: Before a newspaper rather than a person whose name has a particle.
_ACCORDING = frozenset(("selon", "according", "laut", "secondo", "según"))

_TABLES = tables(RULE)
#: How adverbs of other languages end, and other words of theirs; by document language.
_ADVERB_ENDINGS = {language: tuple(e) for language, e in _TABLES["adverb_endings"].items()}
_ENDINGS = {language: tuple(e) for language, e in _TABLES["endings"].items()}
_NOT_ENDINGS = _TABLES["not_endings"]["*"]
#: English words that open or close borrowed phrases (best of, rock and roll, game of).
_BORROWED = _TABLES["borrowed"]["*"]


def find(view: View) -> list[Finding]:
    """Words of other languages that stand in sentences of the document's language."""
    lexicon = view.lexicon
    if lexicon is None:
        return []
    findings = find_articles(view)
    findings += _in_context(view, lexicon)
    findings += _phrases(view)
    findings += find_homographs(view)
    findings += find_short_words(view)
    if view.bits & SCRIPT:
        findings += find_scripts(view)
    # What the others found is theirs.
    return findings + [
        found
        for found in find_left_words(view)
        if not any(other.start < found.end and found.start < other.end for other in findings)
    ]


def _by_ending(word: str, language: str) -> float:
    """What an unknown word is worth that ends like a word of another language only."""
    if not (word.islower() and word.isalpha()) or word in _NOT_ENDINGS:
        return 0.0
    if len(word) > 7 and word.endswith(_ADVERB_ENDINGS[language]):
        return _ADVERB
    if len(word) > 4 and word.endswith(_ENDINGS[language]) and word[-3] != "i":
        return _ENDING
    return 0.0


def _phrases(view: View) -> list[Finding]:
    """Fixed pairs of another language ("sin embargo") between native words."""
    table = phrases(view.language)
    places = [
        index for index, word, after in view.suspects if word in table and after in table[word]
    ]
    lexicon = view.lexicon
    if not places or lexicon is None:
        return []
    spans = view.spans
    findings = []
    for index in places:
        start, end = spans[index][0], spans[index + 1][1]
        beside = (is_native(view, lexicon, spans, at) for at in (index - 1, index + 2))
        side_by_side = is_space(view.gap(spans, index)) and all(beside)
        if side_by_side and not in_foreign_quote(view, start, end):
            findings.append(view.finding(RULE, start, end, _PHRASE))
    return findings


def _in_context(view: View, lexicon: Lexicon) -> list[Finding]:
    findings = []
    places = view.having(WORTH)
    spans = view.spans
    for index in places:
        word = view.words[index]
        if word in lexicon.openers:
            score = _opener_score(view, lexicon, spans, index)
            if score:
                findings.append(view.finding(RULE, *spans[index], score))
            continue
        if not (word in lexicon.foreign or word in lexicon.content):
            worth = _by_ending(word, view.language)
            score = _word_score(view, lexicon, spans, index, both=worth, one=0.0) if worth else 0.0
        elif word in lexicon.content:
            worth = max(_CONTENT, _by_ending(word, view.language))
            score = _word_score(view, lexicon, spans, index, both=worth, one=_CONTENT_ONE)
        elif word in lexicon.loose:
            score = _word_score(view, lexicon, spans, index, both=_LOOSE, one=0.0)
        else:
            score = _word_score(view, lexicon, spans, index, both=_BOTH_SIDES, one=_ONE_SIDE)
        if score and not in_foreign_quote(view, *spans[index]):
            findings.append(view.finding(RULE, *spans[index], score))
    return findings


def _word_score(
    view: View,
    lexicon: Lexicon,
    spans: Spans,
    index: int,
    *,
    both: float,
    one: float,
) -> float:
    """What a lower-case foreign word at ``index`` is worth, 0.0 for nothing.

    ``both`` between two native words; ``one`` beside one of them.
    """
    sure = both == _BOTH_SIDES
    left = is_native(view, lexicon, spans, index - 1)
    right = is_native(view, lexicon, spans, index + 1)
    gaps = view.gap(spans, index - 1), view.gap(spans, index)
    left_side, right_side = left and is_space(gaps[0]), right and is_space(gaps[1])
    if (sure or both == _LOOSE) and is_space(gaps[0]) and is_space(gaps[1]):
        if _between_numbers(view, index):
            return _BESIDE_NAME
        if left and _begins_pair(view, lexicon, spans, index):
            return _LOOSE
    if not sure and both != _ADVERB and not (right_side if both != _LOOSE else left or right):
        return 0.0
    near = [
        word.lower()
        for side in (view.words[max(0, index - REACH) : index],
                     view.words[index + 1 : index + REACH + 1])
        for word in side
    ]  # fmt: skip
    if not any(word in lexicon.function for word in near):
        # "grâce kann meilleures technologies"
        at_home = sure and left_side and right_side
        sides = (view.words[index - 1], view.words[index + 1]) if at_home else ()
        return one if any(word in lexicon.known for word in sides) else 0.0
    if right_side and is_space(gaps[0]) and _after_name(view, lexicon, spans, index):
        return _SUBJECT
    if left_side and right_side:
        if view.words[index + 1] == "intérieur":  # dans son for intérieur
            return 0.0
        borrowed = both == _LOOSE and not _BORROWED.isdisjoint(view.words[index - 1 : index + 2])
        return 0.0 if borrowed else both
    if both == _LOOSE:
        return _loose_score(view, lexicon, spans, index, left, right, near)
    clear = sure or both == _ADVERB
    if clear and left and right and all(is_space(gap) or gap.strip() == "," for gap in gaps):
        return both
    if sure and left and gaps[0].strip() == "," and _ends_sentence(view, index):  # ", finally."
        return one
    if not (left_side or right_side):
        return _between_names(view, lexicon, spans, index) if sure else 0.0
    if not sure:
        # "Demain, deberíamos partir": it begins a clause of common words.
        begins = right_side and (is_break(gaps[0]) or gaps[0].strip() == ",")
        known = begins and view.words[index + 1] in lexicon.known
        return one if known and "(" not in gaps[0] else 0.0
    other = index - 1 if right_side else index + 1
    if is_break(gaps[0 if right_side else 1]) or not 0 <= other < len(spans):
        return one
    neighbour = view.words[other]
    if neighbour[0].islower() or neighbour[0].isdigit():
        return one
    # A name on the other side: subjects and objects of leftover verbs are names.
    return _BESIDE_NAME


def _ends_sentence(view: View, index: int) -> bool:
    end = view.spans[index][1]
    return view.text[end : end + 1] in _FULL_STOPS


def _between_numbers(view: View, index: int) -> bool:
    """ "20 oder 30 blessés", before a word in small letters."""
    words = view.words
    if not 0 < index < len(words) - 2:
        return False
    numbers = words[index - 1].isdigit() and words[index + 1].isdigit()
    return numbers and words[index + 2].islower() and len(words[index]) > 1


def _begins_pair(view: View, lexicon: Lexicon, spans: Spans, index: int) -> bool:
    """Two function words of another language between known ones: "le fils of the roi"."""
    words = view.words
    if not 0 < index < len(words) - 2 or not _are_of_one(words[index], words[index + 1], view):
        return False
    borrowed = not _BORROWED.isdisjoint(words[index - 1 : index + 3])
    small = words[index + 2].islower() or view.language == "de"
    plain = words[index - 1].islower() and small and not borrowed
    native = plain and is_native(view, lexicon, spans, index + 2)
    return native and is_space(view.gap(spans, index + 1))


def _are_of_one(first: str, second: str, view: View) -> bool:
    """Whether two words are hand-listed ones of one other language, and not both of this one."""
    others = (own_words(language) for language in LANGUAGES if language != view.language)
    own = own_words(view.language)
    return second not in own and any(first in words and second in words for words in others)


def _between_names(view: View, lexicon: Lexicon, spans: Spans, index: int) -> float:
    """The same for a long word between names or numbers: "par Nicolas Sarkozy expected George"."""
    words = view.words
    if len(words[index]) < _LONG or not 0 < index < len(words) - 1:
        return 0.0
    sides = (words[index - 1], words[index + 1])
    gaps = (view.gap(spans, index - 1), view.gap(spans, index))
    plain = all(is_space(gap) for gap in gaps) and not any(side.isupper() for side in sides)
    if not plain or any(side.lower() in strange_words(view.language) for side in sides):
        return 0.0
    beside = view.words[max(0, index - REACH) : index], view.words[index + 1 : index + 1 + REACH]
    at_home = any(word in lexicon.function for some in beside for word in some)
    crowded = view.forms[index] & CROWDED
    return _AFTER_COMMA if at_home and not crowded else 0.0


def _loose_score(
    view: View, lexicon: Lexicon, spans: Spans, index: int, left: bool, right: bool, near: list[str]
) -> float:
    """The same for a word that names bring along, where not both neighbours are native words."""
    words = view.words
    gaps = view.gap(spans, index - 1), view.gap(spans, index)
    if not _BORROWED.isdisjoint(near):
        return 0.0
    # "plus within 50 mètres"
    if left and is_space(gaps[0]) and is_space(gaps[1]) and words[index + 1].isdigit():
        beyond = is_native(view, lexicon, spans, index + 2)
        return _BESIDE_NAME if beyond and words[index - 1] in lexicon.known else 0.0
    if left and is_space(gaps[0]):
        if view.language == "de" and is_space(gaps[1]) and _before_noun(view, lexicon, index):
            return _BESIDE_NAME
        # "ich bin mir auch nicht above, wie lange"
        closes = gaps[1].strip() == "," and len(words[index]) > 3
        closes |= len(words[index]) > 2 and _ends_sentence(view, index) and words[index] not in _FEW
        if not closes:
            return _before_name(view, lexicon, spans, index)
        return _AFTER_COMMA if words[index - 1].islower() else 0.0
    # "en 2016 had numéro de son magazine"
    if right and is_space(gaps[0]) and is_space(gaps[1]) and words[index - 1].isdigit():
        long = len(words[index]) > 2 and words[index + 1] in lexicon.known
        return _AFTER_COMMA if long else 0.0
    # "le blessé, un homme, is dans un état critique"
    if not (right and is_space(gaps[1]) and gaps[0].strip() in _CLAUSE):
        return 0.0
    if left and words[index + 1] in lexicon.function:
        return _NAME
    # "En mai 2015, sie journaliste", "Malheureusement, weekly type"
    named = len(words[index]) > 3 and words[index + 1] in lexicon.function
    plain = left or words[index - 1].isdigit() or (named and words[index - 1].istitle())
    long = len(words[index]) > 2 and words[index + 1] in lexicon.known
    return _AFTER_COMMA if plain and long else 0.0


def _before_noun(view: View, lexicon: Lexicon, index: int) -> bool:
    """Whether a German noun follows, which has a capital as names have, after German words."""
    noun, word = view.words[index + 1], view.words[index]
    low = noun.lower()
    strange = low in lexicon.foreign or low in strange_words("de")
    plain = noun.istitle() and len(noun) > 4 and not strange
    return plain and len(word) > 2 and word not in _OF_NAMES and view.words[index - 1].islower()


#: What stands before a name as a part of it.
_OF_NAMES = _PARTICLES | {"les", "des", "van", "den", "the", "and", "una", "dos", "das", "san"}


def _before_name(view: View, lexicon: Lexicon, spans: Spans, index: int) -> float:
    """A foreign article between a native preposition and a name: "de the Commission"."""
    words = view.words
    before = words[index - 1].lower()
    works = words[index] in _PREPOSITIONS and before in lexicon.known
    if not (works or before in lexicon.function) or index + 1 >= len(words):
        return 0.0
    name = words[index + 1]
    named = name.istitle() or (name.isupper() and len(name) > 1 and words[index] not in _PARTICLES)
    if not named or words[index] not in _NAME_ARTICLES:
        return 0.0
    cited = before in _ACCORDING  # selon der Spiegel
    if words[index] in _PARTICLES and name.lower() not in lexicon.known and not cited:
        return 0.0
    if not is_space(view.gap(spans, index)):
        return 0.0
    after = index + 2
    ends = after >= len(words) or is_break(view.gap(spans, index + 1))
    return _NAME if ends or is_native(view, lexicon, spans, after) else 0.0


def _after_name(view: View, lexicon: Lexicon, spans: Spans, index: int) -> bool:
    """Whether a name stands before and native text after: "Marie Dupont said que la loi"."""
    name = view.words[index - 1] if index else ""
    if not name.istitle() or len(name) < 3 or index + 2 >= len(spans):
        return False
    low, word = name.lower(), view.words[index]
    if low in lexicon.known or low in lexicon.foreign or low in strange_words(view.language):
        return False
    if word in _PARTICLES or len(word) < 3:  # Oscar de la Hoya
        return False
    following = view.words[index + 1 : index + 3]
    return (
        any(word in lexicon.known for word in following)
        and all(word[0].islower() for word in following)
        and is_native(view, lexicon, spans, index + 1)
        and is_native(view, lexicon, spans, index + 2)
        and is_space(view.gap(spans, index + 1))
    )


def _opener_score(view: View, lexicon: Lexicon, spans: Spans, index: int) -> float:
    """A capitalised foreign adverb: first of its sentence, a native word after it."""
    gap = view.gap(spans, index - 1) if index else "\n"
    abbreviated = gap == ". " and len(view.words[index - 1]) < 3  # M. Allen
    opens = is_break(gap) and "(" not in gap and not abbreviated
    if not opens or index + 2 >= len(spans) or is_break(view.gap(spans, index)):
        return 0.0
    after = view.words[index + 1]
    pair = after in lexicon.foreign and is_native(view, lexicon, spans, index + 2)
    if not (pair or is_native(view, lexicon, spans, index + 1)):
        return 0.0
    following = [word.lower() for word in view.words[index + 1 : index + 4]]
    return _OPENER if any(word in lexicon.function for word in following) else 0.0
