"""Writes ``data/fold.npz``: ``python -m dupdetect.training.fold_table``.

The folding of one code point, whatever its neighbours:

1. NFKD, without marks (M*), format characters (Cf) and Hangul fillers; then case folding (Unicode's
   full ``C+F``); then the same decomposition again;
2. every decimal digit (Nd) becomes the ASCII digit of its value, so that numbers in any script are
   equal; letters that writers replace by plain ones but NFKD keeps (œ, æ, ø, ł, đ, ı) are replaced;
3. only letters (L*) and numbers (N*) stay. Modifier letters used as apostrophes are no letters, and
   the trade-mark signs are ignored rather than glued to the word as ``tm``.

Two more things cannot be told from code points alone: small capitals of phonetic alphabets that
writers use for plain letters are replaced by them (ᴀ), and controls that no text shows are ignored.
What a word of several scripts becomes is said in :mod:`dupdetect.kernels.scripts`; the table of
doubles comes from :mod:`dupdetect.training.lookalikes`.

A code point whose folding holds something else as well (½ is 1⁄2, ⑴ is (1)) is a token by itself,
and so is a letter of a script that is written without spaces.

The shipped table was made with Unicode 14.0.0 (Python 3.11) and must only change together with
``config.FOLDING_VERSION``, because signatures depend on it.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from pathlib import Path

import numpy as np

from dupdetect.kernels import fold
from dupdetect.training import lookalikes

LIKE = {"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ı": "i", "ɑ": "a", "ɡ": "g"}
_SMALL_CAPITAL = re.compile(r"LATIN LETTER SMALL CAPITAL ([A-Z])")
HANGUL_FILLERS = frozenset("\u115f\u1160")
#: Modifier letters that stand for an apostrophe, a prime or a stress mark.
APOSTROPHES = frozenset("\u02b9\u02ba\u02bb\u02bc\u02bd\u02be\u02bf\u02c8\ua78b\ua78c")
TRADE_MARKS = frozenset("\u2122\u2120")

#: Han, Hiragana, Katakana, Thai, Lao, Khmer, Myanmar (Unicode 14, Scripts.txt, whole blocks).
SPACELESS = (
    (0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x19E0, 0x19FF), (0x2E80, 0x2FDF),
    (0x3005, 0x3007), (0x3021, 0x3029), (0x3038, 0x303B), (0x3041, 0x30FF), (0x31F0, 0x31FF),
    (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xA9E0, 0xA9FF), (0xAA60, 0xAA7F), (0xF900, 0xFAFF),
    (0x1AFF0, 0x1B16F), (0x20000, 0x323AF),
)  # fmt: skip

NEWLINES = frozenset("\n\r\u2028\u2029")
SENTENCE_MARKS = frozenset("!?…")
SENTENCE_STOPS = frozenset("。！？．｡")
CLOSERS = frozenset("\"'’”“»›)]}」』）］】》〉")  # “ closes what „ opened
OPENERS = frozenset("«“„‹‘‚「『《〈")


def _strip(text: str) -> str:
    return "".join(
        character
        for character in unicodedata.normalize("NFKD", text)
        if unicodedata.category(character) not in ("Mn", "Mc", "Me", "Cf")
        and character not in HANGUL_FILLERS
    )


def decompose(character: str) -> str:
    """Steps 1 and 2 of the rule: may be empty, may hold more than letters and digits."""
    text = _strip(_strip(character).casefold())
    text = "".join(LIKE.get(part) or _small_capital(part) for part in text)
    return "".join(
        str(unicodedata.decimal(part)) if unicodedata.category(part) == "Nd" else part
        for part in text
    )


def _small_capital(part: str) -> str:
    """The letter that a phonetic small capital stands for, any other character as it is."""
    found = _SMALL_CAPITAL.fullmatch(unicodedata.name(part, ""))
    return found[1].lower() if found else part


def _is_word(part: str) -> bool:
    return unicodedata.category(part)[0] in "LN" and part not in APOSTROPHES


def _is_spaceless(part: str) -> bool:
    return part.isalpha() and any(low <= ord(part) <= high for low, high in SPACELESS)


def classify(character: str) -> tuple[int, str]:
    """Properties (bits of :mod:`dupdetect.kernels.fold`) and folding of one code point."""
    if 0xD800 <= ord(character) <= 0xDFFF:
        return 0, ""
    whole = decompose(character)
    folded = "".join(part for part in whole if _is_word(part))
    if character in TRADE_MARKS or not whole or _is_unseen(character):
        return fold.IGNORED, ""
    if not folded:
        return _separator(character), ""
    properties = 0
    if any(unicodedata.category(part)[0] == "L" for part in folded):
        upper = unicodedata.category(character) in ("Lu", "Lt") or character.isupper()
        properties |= fold.LETTER | (fold.UPPER if upper else fold.LOWER)
        properties |= lookalikes.script_of(folded[0])
    if any(unicodedata.category(part)[0] == "N" for part in folded):
        properties |= fold.DIGIT
    if any(_is_spaceless(part) for part in folded):
        return properties | fold.SINGLE | fold.SPACELESS, folded
    alone = any(not _is_word(part) and part not in APOSTROPHES for part in whole)
    return properties | (fold.SINGLE if alone else fold.WORD), folded


def _is_unseen(character: str) -> bool:
    """ASCII controls that are no white space; NUL ends a text, C1 are often misread punctuation."""
    return "\0" < character <= "\x7f" and not (character.isspace() or character.isprintable())


def _separator(character: str) -> int:
    properties = fold.QUOTES.get(character, 0) << fold.QUOTE_SHIFT
    for members, bit in (
        (NEWLINES, fold.NEWLINE), (".", fold.DOT), (SENTENCE_MARKS, fold.MARK),
        (SENTENCE_STOPS, fold.STOP), (CLOSERS, fold.CLOSER), (OPENERS, fold.OPENER),
    ):  # fmt: skip
        if character in members:
            properties |= bit
    return properties | (fold.SPACE if character.isspace() else 0)


def build() -> fold.FoldTable:
    """The table of this Python's Unicode version."""
    pool = bytearray()
    known: dict[bytes, int] = {}
    pages: dict[bytes, int] = {}
    page = np.zeros(0x1100, dtype=np.uint8)
    for number in range(0x1100):
        entries = np.array(
            [_entry(chr(number << 8 | low), pool, known) for low in range(256)], dtype=np.int64
        )
        page[number] = pages.setdefault(entries.tobytes(), len(pages))
    entry = np.frombuffer(b"".join(pages), dtype=np.int64)
    alike = lookalikes.table({chr(code): _strip(chr(code)) for code in range(0x110000)})
    return fold.FoldTable(page, entry, np.frombuffer(bytes(pool), dtype=np.uint8), alike)


def _entry(character: str, pool: bytearray, known: dict[bytes, int]) -> int:
    properties, folded = classify(character)
    if not folded or (folded == character and ord(character) >= 128):
        return properties
    octets = folded.encode()
    assert len(octets) <= fold.MAX_FOLD
    if len(octets) <= 4:
        value = int.from_bytes(octets, "little")
    else:
        if octets not in known:
            known[octets] = len(pool)
            pool += octets
        value = known[octets]
    packed = value << 32 | len(octets) << fold.PROPERTY_BITS | properties
    return packed - (1 << 64) if packed >= 1 << 63 else packed


def main() -> None:
    """Write the table next to the other shipped data."""
    path = Path(__file__).resolve().parent.parent / "data" / "fold.npz"
    table = build()
    with path.open("wb") as file:
        np.savez_compressed(file, **table._asdict())
    print(
        f"{path}: Unicode {unicodedata.unidata_version}, {len(table.entry) // 256} pages, "
        f"{len(table.pool)} pool bytes, {len(table.alike)} doubles, {path.stat().st_size} bytes",
        file=sys.stderr,
    )


if __name__ == "__main__":
    main()
