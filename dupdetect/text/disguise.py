"""Characters that disguise words: what they are, which words hold them, the words without them.

Four ways, none of which a reader notices or minds: invisible characters inside a word, letters of
another script that look like its own, letters of another style (fullwidth, mathematical), and marks
drawn over its letters. All of them have honest uses, which are let through: see :func:`ways_of`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import Literal

from dupdetect.kernels import fold
from dupdetect.text.tokens import fold_table

Way = Literal["invisible", "soft_hyphen", "foreign_letter", "styled", "overlay"]

_INVISIBLE = "\u200b-\u200d\u2060-\u2064\ufeff"
_OVERLAYS = "\u0334-\u0338\u0488\u0489\u20d2-\u20f0"
_STYLED = "\uff21-\uff3a\uff41-\uff5a\U0001d400-\U0001d7cb"
_OTHERS = "\u0370-\u03ff\u0400-\u052f\u0531-\u0587\u13a0-\u13f5"
_SUSPECT = re.compile(f"[\u00ad{_INVISIBLE}{_OVERLAYS}{_STYLED}{_OTHERS}]")
#: Letters with whatever may stand among them unseen.
_DRAWN_MARKS = "\u0300-\u036f\u0483-\u0489\u20d0-\u20f0"
_WORD = re.compile(
    rf"[^\W\d_](?:(?:[^\W\d_]|[\u00ad{_INVISIBLE}{_DRAWN_MARKS}])*(?:[^\W\d_]|[{_DRAWN_MARKS}]))?"
)
_LATIN = "A-Za-z\u00c0-\u024f\u1e00-\u1eff"
#: The scripts whose words hold no invisible characters: they need no joiners.
_PLAIN = f"{_LATIN}\u0370-\u03ff\u0400-\u052f"
_HIDDEN = re.compile(rf"(?<=[{_PLAIN}\u0300-\u036f])[\u00ad{_INVISIBLE}]+(?=[{_PLAIN}])")
_JOINT = re.compile(f"[{_INVISIBLE}]+")
_OVERLAY = re.compile(f"[{_OVERLAYS}]")
_DRAWN = re.compile(rf"(?<=[{_PLAIN}])[{_DRAWN_MARKS}]+")
#: German and Dutch typographers part ligatures with a non-joiner: Auf|lage, Schilf|insel.
_LIGATURE = re.compile("f\u200c[fijlbhkt]")
_SOFT = re.compile("\u00ad+")  # some tools set them double
_VOWEL = re.compile("[aeiouyáàâäãåæéèêëíìîïóòôöõøœúùûüýÿаеёиоуыэюяіїєαεηιουωάέήίόύώ]")
_SCRIPTS = (fold.LATIN, fold.GREEK, fold.CYRILLIC, fold.OTHER_SCRIPT)
_STYLED_LETTER, _LATIN_LETTER = re.compile(f"[{_STYLED}]"), re.compile(f"[{_LATIN}]")
_ONLY_PLAIN = re.compile(f"[{_PLAIN}\u00ad]+")
#: Letters of a styled word: sin and log are mathematics. Letters of a word that may be hyphenated.
_STYLED_WORD, _LONG = 4, 5


def is_suspect(text: str) -> bool:
    """Whether a text holds any character that may disguise a word; cheap, mostly no."""
    return not text.isascii() and _SUSPECT.search(text) is not None


def disguised_words(text: str) -> Iterator[tuple[int, int, Way]]:
    """Start, end and way of each word that may be disguised, in order."""
    for match in _WORD.finditer(text):
        word = match[0]
        if not word.isascii() and _SUSPECT.search(word):
            for way in ways_of(word):
                yield match.start(), match.end(), way


def ways_of(word: str) -> Iterator[Way]:
    """How a word is disguised, if it is.

    No disguises: joiners in scripts that need them, the non-joiner between letters that would make
    a ligature, soft hyphens between syllables of a long word, a word wholly in one script, a Greek
    letter at one end of a word (TNFα), mathematical letters of less than a word, a word that is
    struck through or underlined as a whole.
    """
    if "\u00ad" in word and not _is_hyphenated(word):
        yield "soft_hyphen"
    bare = _LIGATURE.sub("ff", word)
    if any(_JOINT.search(part[0]) for part in _HIDDEN.finditer(bare)):
        yield "invisible"
    overlays = _OVERLAY.findall(word)
    if overlays and (len(set(overlays)) > 1 or len(overlays) < sum(map(str.isalpha, word))):
        yield "overlay"
    styled = len(_STYLED_LETTER.findall(word))
    if styled >= _STYLED_WORD or (styled > 1 and len(_LATIN_LETTER.findall(word)) > 1):
        yield "styled"
    if to_one_script(word, much_alike=True) != word and not _is_term(word):
        yield "foreign_letter"


def to_one_script(word: str, *, much_alike: bool = False) -> str:
    """The word with letters of other scripts than its own replaced by their doubles.

    As :mod:`dupdetect.kernels.scripts` does, without folding; words with letters that have no
    double (none that looks ``much_alike``) in its script stay as they are.
    """
    doubles, scripts = _tables()
    of = [scripts.get(character, 0) for character in word]
    present = {script for script in of if script}
    if len(present) < 2:
        return word

    def rank(script: int) -> tuple[int, int]:
        own = [c for c, s in zip(word, of, strict=True) if s == script]
        others = sum(present) - script
        return sum(bool(others & ~doubles.get(c, ({}, 0))[1]) for c in own), len(own)

    main = max(_SCRIPTS, key=rank)
    out = []
    for character, script in zip(word, of, strict=True):
        double = character
        if script and script != main:
            to, alike = doubles.get(character, ({}, 0))
            double = to.get(main, "")
            if not double or (much_alike and not alike & main):
                return word
        out.append(double)
    return "".join(out)


def undisguised(text: str) -> str:
    """A text with its disguises taken off, for those who ask what language it is in."""
    if not is_suspect(text):
        return text
    if _OVERLAY.search(text):  # before dots that were drawn too become letters of Yoruba
        text = _DRAWN.sub("", text)
    text = unicodedata.normalize("NFKC", _HIDDEN.sub("", text))
    text = _DRAWN.sub("", text)
    return _WORD.sub(lambda match: to_one_script(match[0]), text)


@cache
def _tables() -> tuple[dict[str, tuple[dict[int, str], int]], dict[str, int]]:
    """Letter → (script → double, bits of scripts whose double looks much alike); its script."""
    table = fold_table()
    doubles = {}
    for code, latin, greek, cyrillic, alike in table.alike.tolist():
        to = dict(zip(_SCRIPTS, (latin, greek, cyrillic), strict=False))
        capital = chr(code).isupper()
        doubles[chr(code)] = (
            {s: chr(d).upper() if capital else chr(d) for s, d in to.items() if d}, alike
        )  # fmt: skip
    page, entry, bits = table.page.tolist(), table.entry, sum(_SCRIPTS)
    scripts = {
        chr(number << 8 | low): int(kinds)
        for number in range(0x300)
        for low, kinds in enumerate((entry[page[number] << 8 :][:256] & bits).tolist())
        if kinds
    }
    return doubles, scripts


def _is_term(word: str) -> bool:
    """Whether the word is written with one Greek letter at an end, as in the sciences."""
    greek = [at for at, c in enumerate(word) if _tables()[1].get(c) == fold.GREEK]
    latin = sum(_tables()[1].get(c) == fold.LATIN for c in word)
    return len(greek) == 1 and latin > 0 and greek[0] in (0, len(word) - 1)


def _is_hyphenated(word: str) -> bool:
    """Whether soft hyphens stand where typographers put them: in a long word, at least two letters
    from its ends, a vowel in every part."""
    parts = _SOFT.split(word)
    if not _ONLY_PLAIN.fullmatch(word):
        return True  # a script whose rules are not known here
    if not all(_VOWEL.search(part.lower()) for part in parts):
        return False
    return sum(map(len, parts)) >= _LONG and len(parts[0]) > 1 and len(parts[-1]) > 1
