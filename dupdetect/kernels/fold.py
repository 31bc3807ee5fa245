"""The fold table: what every code point is, and what it becomes in a token.

The table is made by :mod:`dupdetect.training.fold_table`, which states the folding rule, and is the
same on every Python version. It has two levels: ``page[cp >> 8]`` gives a page, and
``entry[page << 8 | cp & 255]`` one int64:

- bits 0..23: what the code point is (the constants below);
- bits 24..31: how many UTF-8 bytes it folds to; 0 for a word character that stays as it is;
- bits 32..63: those bytes, first byte lowest, if there are at most 4; else where they begin in
  ``pool``.

Page 0 is Latin-1, so ``entry[byte]`` is the entry of an ASCII byte.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

WORD = 1  # extends a token
SINGLE = 2  # is a token by itself
IGNORED = 4  # marks and invisible characters: neither in the token nor the end of it
LETTER = 8
DIGIT = 16
UPPER = 32  # a letter in upper or title case
LOWER = 64  # any other letter
SPACELESS = 128  # of a script that is written without spaces
SPACE = 256
NEWLINE = 512
DOT = 1 << 10  # .
MARK = 1 << 11  # ! ? … : ends a sentence when white space follows
STOP = 1 << 12  # 。！？ : ends a sentence by itself
CLOSER = 1 << 13  # may stand between the end of a sentence and the white space
OPENER = 1 << 14  # opening quotes
QUOTE_SHIFT = 15  # three bits: one of the QUOTE_* below
QUOTE_MASK = 7
LATIN = 1 << 18  # letters by script, as far as words are written in a mixture of them
GREEK = 1 << 19
CYRILLIC = 1 << 20
OTHER_SCRIPT = 1 << 21  # Armenian, Cherokee
PROPERTY_BITS = 24

QUOTE_NONE, QUOTE_LEFT, QUOTE_RIGHT, QUOTE_HIGH, QUOTE_END, QUOTE_LOW, QUOTE_STRAIGHT = range(7)
#: The quotes that IN_QUOTE knows: « » “ ” „ ".
QUOTES = {
    "«": QUOTE_LEFT, "»": QUOTE_RIGHT, "“": QUOTE_HIGH, "”": QUOTE_END, "„": QUOTE_LOW,
    '"': QUOTE_STRAIGHT,
}  # fmt: skip

#: Longest folding of a code point in bytes (U+FDFA is 18 Arabic letters and spaces), rounded up.
MAX_FOLD = 64


class FoldTable(NamedTuple):
    """``page`` uint8[4352], ``entry`` int64[256 * pages], ``pool`` uint8[:].

    ``alike`` int32[n, 5]: the letters with doubles in another script, sorted: code point; folded
    double in Latin, Greek, Cyrillic, or 0; bits of those scripts whose double looks so much alike
    that the letter says nothing of its word's script (see :mod:`dupdetect.kernels.scripts`).
    """

    page: npt.NDArray[np.uint8]
    entry: npt.NDArray[np.int64]
    pool: npt.NDArray[np.uint8]
    alike: npt.NDArray[np.int32]
