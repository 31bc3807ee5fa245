"""What a glance at a text (:mod:`.glance`) knows: of characters, and of the phrases of furniture.

Of a phrase it knows the first words, and of a word the first eight characters, a byte each, and
the length: what seems to be a phrase is looked at again.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import kernel
from dupdetect.kernels.packs import pack, part_of
from dupdetect.kernels.trees import Forest
from dupdetect.quality.boilerplate import content_lines, trails
from dupdetect.quality.boilerplate.code import _SUSPECT
from dupdetect.quality.boilerplate.masking import _vocabulary
from dupdetect.quality.characters import (
    CAPITAL,
    DIGIT,
    LETTER,
    SMALL,
    STOP,
    TABLE_SIZE,
    character_tables,
)
from dupdetect.quality.line_loops import _BLANK, _BREAK, blank_table
from dupdetect.quality.loops import _COPYRIGHT
from dupdetect.quality.model import TreeModel

U8 = NDArray[np.uint8]
U32 = NDArray[np.uint32]
U64 = NDArray[np.uint64]

#: Bits of a character: of a word, capital, digit, full stop, nothing to see, end of a line.
IN_WORD, UPPER, NUMERAL, FULL_STOP, UNSEEN, ENDS = (1 << bit for bit in range(6))
#: Told only with care: whether a line with it is a sentence, or what Python's words of it are.
CARE = 1 << 6
#: May end a mark of code, stands between the items of a trail, or is beyond a glance.
MARK = 1 << 7
#: Where an entry of the table of characters has the character in lower case.
LOWER_AT = 8
#: Behind that: what a piece of a sentence begins and ends with, and what ends a sentence.
BEGINS_PIECE, ENDS_PIECE, ENDS_SENTENCE = 1 << 24, 1 << 25, 1 << 26
#: Letters from here on are words of their own.
SPACELESS = 0x2E80
#: Bits of a phrase: a whole line, the beginning of one, part of one.
WHOLE, BEGINNING, PART = 1, 2, 4
_KINDS = {"lone": WHOLE, "start": BEGINNING, "inside": PART}
#: Words of a phrase that filters know.
HEAD = 3
#: Words of 64 bits that filters have, with three bits for each of 600 and of 4,600 phrases.
PARTS, OPENINGS = 1 << 9, 1 << 11
#: Odd multipliers as in ``kernels.wordhash``.
K1, K2, K3 = 0xA0761D6478BD642F, 0xE7037ED1A0B428DB, 0x9E3779B97F4A7C15
#: What every number is as a word.
NUMBER = K3
_ALL = 0xFFFFFFFFFFFFFFFF


class Sight(NamedTuple):
    """``characters uint32[65536]``: the bits above and lower case; their ``classes``.

    ``filters``: twice PARTS words for phrases that may stand anywhere, by no more than their first
    two words and by three; OPENINGS for those that begin a line. The table of phrases, as
    ``PhraseBook`` has it, and what ``kinds`` each is of. The weights of lines.
    """

    characters: U32
    classes: U8
    filters: U64
    phrase_keys: U64
    phrase_numbers: U64
    kinds: U8
    forest: Forest
    longest: int
    intercept: float


def sight(trees: TreeModel) -> Sight:
    """What a glance knows."""
    book = _vocabulary().phrases
    kinds = np.array(
        [sum({_KINDS[known.kind] for known in meanings}) for meanings in book.meanings], np.uint8
    )
    parts = [words for words, kind in zip(book.words, kinds, strict=True) if kind & PART]
    rest = [w for w, kind in zip(book.words, kinds, strict=True) if kind & (WHOLE | BEGINNING)]
    filters = np.concatenate(
        (_filter([w[:2] for w in parts], PARTS), _filter(parts, PARTS), _filter(rest, OPENINGS))
    )
    return Sight(
        _characters(), character_tables()[0], filters, book.table.keys, book.table.values, kinds,
        trees.forest, book.longest, trees.intercept,
    )  # fmt: skip


def packed(whole: Sight) -> U8:
    """All of it in one array, which a call from Python takes 2 us less for; see ``unpacked``."""
    numbers = np.array([whole.longest], np.int64), np.array([whole.intercept], np.float64)
    return pack([*whole[:6], *whole.forest, *numbers])


@kernel
def unpacked(image: U8) -> Sight:
    """What lies in :func:`packed`, where it lies."""
    forest = Forest(
        part_of(image, 6).view(np.int16), part_of(image, 7).view(np.float32),
        part_of(image, 8).view(np.uint16), part_of(image, 9).view(np.int64),
    )  # fmt: skip
    return Sight(
        part_of(image, 0).view(np.uint32), part_of(image, 1), part_of(image, 2).view(np.uint64),
        part_of(image, 3).view(np.uint64), part_of(image, 4).view(np.uint64), part_of(image, 5),
        forest, part_of(image, 10).view(np.int64)[0], part_of(image, 11).view(np.float64)[0],
    )  # fmt: skip


def _characters() -> U32:
    classes, lower = character_tables()
    blank = blank_table()
    bits = np.zeros(TABLE_SIZE, np.uint32)
    marks = {*map(ord, trails._TRAIL_MARKS | trails._BAR_MARKS), _COPYRIGHT}
    marks |= {code for code in np.flatnonzero(_SUSPECT).tolist() if not chr(code).isdigit()}
    code = np.arange(TABLE_SIZE)
    word = (classes >= SMALL) & (classes <= DIGIT)
    spaceless = (classes == LETTER) & ((code >= SPACELESS) | (lower >= SPACELESS))
    for flag, has in (
        (IN_WORD, word),
        (UPPER, classes == CAPITAL),
        (NUMERAL, classes == DIGIT),
        (FULL_STOP, classes == STOP),
        (UNSEEN, blank & _BLANK),
        (ENDS, blank & _BREAK),
        (CARE, ~_plain(word)),
        (MARK, spaceless | np.isin(code, list(marks))),
        (BEGINS_PIECE, np.isin(code, content_lines._BEGINS)),
        (ENDS_PIECE, np.isin(code, content_lines._ENDS)),
        (ENDS_SENTENCE, np.isin(code, content_lines._STOPS)),
    ):
        bits[has != 0] |= flag
    bits |= lower << np.uint32(LOWER_AT)
    return bits


def _plain(word: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Characters that say nothing by themselves of what a short line is, and that are of words
    where Python finds them to be."""
    own = content_lines
    plain = np.zeros(TABLE_SIZE, np.bool_)
    plain[: own._LATIN] = plain[own._FROM : own._PAST] = plain[list(own._OTHERS)] = True
    for codes in (own._MARKS, own._BARS, own._HIGH_DIGITS, (own._OPEN, own._CLOSE)):
        plain[list(codes)] = False
    for code in np.flatnonzero(plain).tolist():
        character = chr(code)
        plain[code] = character.isalnum() == word[code] and len(character.lower()) == 1
    return plain


def _filter(phrases: Iterable[tuple[str, ...]], size: int) -> U64:
    """Three bits for the first words of each phrase, in one word of the filter."""
    out = [0] * size
    for words in phrases:
        mixed = phrase_head([word_code(word) for word in words[:HEAD]])
        out[mixed * size >> 64] |= sum({1 << (mixed >> at & 63) for at in (35, 41, 47)})
    return np.array(out, np.uint64)


def word_code(word: str) -> int:
    """What a glance sees of a word in lower case; a number is the word ``0``."""
    if word == "0":
        return NUMBER
    first = int.from_bytes(bytes(ord(c) & 0xFF for c in word[:8]), "little")
    z = first << (64 - 8 * min(len(word), 8)) & _ALL
    z = (z ^ len(word)) * K1 & _ALL
    return z ^ z >> 32


def phrase_head(codes: list[int]) -> int:
    """What a glance sees of one to three words."""
    one, two, three = (*codes, 0, 0)[:HEAD]
    return (one + two * K3 + three * K1) * K2 & _ALL
