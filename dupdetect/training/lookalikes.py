"""Letters of other scripts that look like Latin ones, for ``data/fold.npz``.

Chosen by eye among the pairs of Unicode's confusables (UTS 39), as farms use them: to the reader
the word stays what it was. By character before case folding, since Н looks like H and н does not
look like h. Cyrillic and Greek letters look alike when they look like one Latin letter.
"""

from __future__ import annotations

import unicodedata

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels import fold

SCRIPTS = {"LATIN": fold.LATIN, "GREEK": fold.GREEK, "CYRILLIC": fold.CYRILLIC,
           "ARMENIAN": fold.OTHER_SCRIPT, "CHEROKEE": fold.OTHER_SCRIPT}  # fmt: skip

#: Script → (letters, the Latin letters that they look like).
STRONG = {
    fold.CYRILLIC: (
        "асеорхуіјѕкһԁԛԝӏѵАВСЕНІЈКМОРЅТХУҺԚԜӀѴ",
        "aceopxyijskhdqwlvABCEHIJKMOPSTXYHQWIV",
    ),
    fold.GREEK: ("ονιαρυκχϲϳΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹͿ", "oviapukxcjABEZHIKMNOPTYXCJ"),
    fold.OTHER_SCRIPT: ("օսհզցոյՕՍᎪᏴᏟᎠᎬᏀᎻᎫᏦᏞᎷᏢᎡᏚᎢᏙᎳᏃᎥ", "ouhqgnjOUABCDEGHJKLMPRSTVWZi"),
}
#: Less alike: replaced too where the word is another script's, but letters of their own that speak
#: for their script. µ and Ω are missing: they are units.
WEAK = {
    fold.CYRILLIC: ("вмнтгпья", "bmhtrnbr"),
    fold.GREEK: ("γητεωβ", "yntewb"),
}
#: Latin letters that Cyrillic words do not get back: h in a Russian word is no һ.
_ONE_WAY = frozenset("hdqwlvQWV")
_ORDER = (fold.LATIN, fold.GREEK, fold.CYRILLIC)

#: Letter → script bit → (double, whether it looks much alike).
Doubles = dict[str, dict[int, tuple[str, bool]]]


def script_of(letter: str) -> int:
    """The bit of a folded letter's script, 0 for a script that no word is mixed with."""
    return SCRIPTS.get(unicodedata.name(letter, "").partition(" ")[0], 0)


def doubles() -> Doubles:
    """The doubles of every letter that has one."""
    found: Doubles = {}
    back: Doubles = {}
    for table, alike in ((STRONG, True), (WEAK, False)):
        for script, (letters, latin) in table.items():
            for letter, like in zip(letters, latin, strict=True):
                found[letter] = {fold.LATIN: (like, alike)}
                if script in _ORDER and not (script == fold.CYRILLIC and like in _ONE_WAY):
                    back.setdefault(like, {}).setdefault(script, (letter, alike))
    for letter, known in found.items():  # Greek and Cyrillic meet in the Latin letter
        like, alike = known[fold.LATIN]
        for script, (double, as_well) in back.get(like, {}).items():
            if script != script_of(letter.lower()):
                known[script] = (double, alike and as_well)
    return found | back


def table(bases: dict[str, str]) -> NDArray[np.int32]:
    """Rows of :attr:`dupdetect.kernels.fold.FoldTable.alike`; ``bases`` gives each character
    without its marks, case kept."""
    known = doubles()
    rows = []
    for character, base in bases.items():
        if base in known:
            of = known[base]
            to = (ord(of[script][0].lower()) if script in of else 0 for script in _ORDER)
            alike = sum(script for script, (_, much) in of.items() if much)
            rows.append((ord(character), *to, alike))
    return np.array(sorted(rows), np.int32).reshape(-1, 5)
