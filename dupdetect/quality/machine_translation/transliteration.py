"""``mixed_transliteration``: one name in the spellings of two languages.

French writes Kourakhove, German Kurachowe: both in one text tell that a part came through another
language. Names are brought to a phonetic skeleton in which the conventions of French, English and
German for Cyrillic, Arabic and Persian names fall together (ou/u, kh/ch/h, tch/tsch/ch, sch/sh/ch,
w/v, y/j/i, z/s, ts/z); two spellings with one skeleton count when they differ by a convention, not
by an accent, a double letter or an ending.

Variants that people mix themselves (Kiev/Kyiv, Zelensky/Zelenskyy, Odessa/Odesa) differ by less
than that or not by sound. Scores: one telling convention 0.4, more 0.45; native text quotes foreign
spellings too (names of institutions), so the rule alone stays below 0.5.
"""

from __future__ import annotations

import re
from itertools import combinations

from dupdetect.quality.machine_translation.view import View
from dupdetect.records import Finding

RULE = "mixed_transliteration"
_ONE, _MORE = 0.4, 0.45
_MIN_LENGTH, _MIN_LENGTH_ONE = 5, 6
_MIN_CONSONANTS = 3

#: In order: spellings that fall together. X is any sibilant or guttural.
_ACCENTS = tuple(zip("éèêëïîíáóôöüûúàâäçßşščžć", "eeeeiiiaooouuuaaasssXXXX", strict=True))
_FOLDS = (
    ("schtsch", "X"), ("shch", "X"), ("chtch", "X"), ("tsch", "X"), ("dsch", "X"), ("tch", "X"),
    ("sch", "X"),
    ("ch", "X"), ("sh", "X"), ("kh", "X"), ("zh", "X"), ("cz", "X"), ("dj", "X"), ("gh", "g"),
    ("ph", "f"),
    ("th", "t"), ("ck", "k"), ("qu", "k"), ("q", "k"), ("c", "k"), ("tz", "s"), ("ts", "s"),
    ("z", "s"), ("ou", "u"), ("oo", "u"), ("w", "v"), ("y", "i"), ("h", "X"),
)  # fmt: skip
_ENDING = re.compile(r"(?<=[^\n]{2})(?:ie|e|o)[vf]$", re.MULTILINE)
_DOUBLED = re.compile(r"([^\n])\1+")
_SILENT = re.compile(r"e$", re.MULTILINE)
_VOWELS = re.compile(r"[aeiou]+")

#: Conventions that another language does not share; a difference in one of them is telling.
#: ``name_loops`` knows the same.
TELLING = tuple(
    re.compile(pattern)
    for pattern in (
        r"ou", r"kh", r"tsch|dsch", r"(?<!t)sch(?!t)", r"^tch", r"zh",
        r"[oe]w(?:a|e|o|y)?$",
        r"[yi]j$", r"zk", r"tsk", r"nj|lj|[aeiou]j[aeiou]",
    )
)  # fmt: skip
#: Without one of these no name is spelled in a telling way (Fréjus, Frejus).
_MARKS = ("ou", "kh", "sch", "tch", "zh", "w", "yj", "ij", "zk", "tsk", "nj", "lj", "v")
#: Conventions that also tell namesakes apart (Meyer, Meier): they only add to a telling one.
_MINOR = tuple(re.compile(p) for p in (r"^z", r"^s(?!c)", r"w", r"y", r"ï|j", r"k", r"ph", r"e$"))


def find(view: View) -> list[Finding]:
    """Later spellings of names that stand in the text in another convention."""
    if not view.namesakes:
        return []
    words = view.words
    names = [word for word in map(words.__getitem__, view.namesakes) if _is_plain(word)]
    joined = "\n".join(names).lower()
    if not any(mark in joined for mark in _MARKS):
        return []
    findings = []
    for group in _groups(names, joined):
        spellings = [word for word in group if _is_name(view, word)]
        for one, other in combinations(sorted(spellings), 2):
            score = _score(one.lower(), other.lower())
            if score:
                findings.append(_later(view, one, other, score))
    return sorted(findings, key=lambda finding: (finding.start, finding.end))


def _is_plain(word: str) -> bool:
    return len(word) >= _MIN_LENGTH and word.istitle() and word.isalpha()


def _groups(names: list[str], folded: str) -> list[list[str]]:
    """Names by skeleton, only groups of two and more; ``folded``: all names, one a line."""
    folds = _FOLDS if folded.isascii() else _ACCENTS + _FOLDS
    for spelling, sound in folds:
        if spelling in folded:
            folded = folded.replace(spelling, sound)
    # French j is a sibilant, German j a vowel: each name goes by both readings.
    readings = [folded.replace("j", "i")]
    if "j" in folded:
        readings.append(folded.replace("j", "X"))
    groups: dict[str, list[str]] = {}
    for reading in readings:
        for name, skeleton in zip(names, _trim(reading).split("\n"), strict=True):
            spellings = groups.setdefault(skeleton, [])
            if name not in spellings:
                spellings.append(name)
    unique = {tuple(sorted(g)): g for s, g in groups.items() if len(g) > 1 and _is_long(s)}
    return list(unique.values())


def _trim(skeletons: str) -> str:
    """Skeletons, one a line, without doubled letters and silent endings; -ev and -off as -ov."""
    return _SILENT.sub("", _ENDING.sub("ov", _DOUBLED.sub(r"\1", skeletons)))


def _is_long(skeleton: str) -> bool:
    return len(_VOWELS.sub("", skeleton)) >= _MIN_CONSONANTS


def _is_name(view: View, word: str) -> bool:
    """Whether the word keeps its capital inside a sentence, or is no common word at all."""
    low = word.lower()
    if low in view.vocabulary:
        return False
    if view.lexicon is None or low not in view.lexicon.known:
        return True
    if view.language == "de":
        return False
    return re.search(rf"[a-zà-ÿ,] {word}\b", view.text) is not None


def _score(one: str, other: str) -> float:
    """What the difference of two spellings of one sound is worth."""
    if one.rstrip("es") == other.rstrip("es"):
        return 0.0
    telling = sum((p.search(one) is None) != (p.search(other) is None) for p in TELLING)
    if not telling:
        return 0.0
    minor = sum((p.search(one) is None) != (p.search(other) is None) for p in _MINOR)
    if telling + minor == 1 and min(len(one), len(other)) < _MIN_LENGTH_ONE:
        return 0.0
    return _MORE if telling + minor > 1 else _ONE


def _later(view: View, one: str, other: str, score: float) -> Finding:
    """The finding on the spelling that comes in later."""
    start = -1
    for name in (one, other):
        at = re.search(rf"\b{re.escape(name)}\b", view.text)
        if at is not None and at.start() > start:
            start, end = at.span()
    return view.finding(RULE, start, end, score)
