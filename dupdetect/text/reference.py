"""The kernels in plain Python: what they must compute, one text and one character at a time.

Slow, for tests and for reading. The properties of characters come from the shipped fold table; all
rules built on them are stated here a second time, independently of the compiled code.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import xxhash

from dupdetect.kernels import fold as table
from dupdetect.kernels import tokens as flag
from dupdetect.text.tokens import fold_table

_MASK = 0xFFFFFFFF
_MASK_64 = 0xFFFFFFFFFFFFFFFF

#: One letter for what a separator does at the end of a sentence; see :func:`_gap`.
_SENTENCE_END = re.compile(r"[.!][.!)]* ")


class Token(NamedTuple):
    """``text[start:end]`` folded, and its flags (see kernels.tokens.TokenArrays)."""

    folded: str
    start: int
    end: int
    flags: int


@functools.cache
def _tables() -> tuple[list[int], list[int], bytes]:
    page, entry, pool, _ = fold_table()
    return page.tolist(), entry.tolist(), pool.tobytes()


@functools.cache
def character(char: str) -> tuple[int, str]:
    """Properties (bits of kernels.fold) and folding ('' if it is no word character)."""
    page, entry, pool = _tables()
    code = ord(char)
    packed = entry[page[code >> 8] << 8 | code & 255]
    properties = packed & (1 << table.PROPERTY_BITS) - 1
    length = packed >> table.PROPERTY_BITS & 0xFF
    value = packed >> 32 & _MASK
    if not properties & (table.WORD | table.SINGLE):
        return properties, ""
    if length == 0:
        return properties, char
    stored = value.to_bytes(4, "little") if length <= 4 else pool[value:]
    return properties, stored[:length].decode()


def fold(text: str) -> str:
    """The folding of all word characters of ``text``, joined; everything else is left out."""
    return "".join(character(char)[1] for char in text)


@functools.cache
def _doubles() -> dict[str, tuple[list[str], int]]:
    """Letter → its doubles in Latin, Greek, Cyrillic ('' for none), bits of those much alike."""
    rows = fold_table().alike.tolist()
    return {chr(c): ([chr(d) if d else "" for d in to], bits) for c, *to, bits in rows}


def unmasked(token: str) -> str:
    """The folding of a token, letters of other scripts than its own replaced by their doubles."""
    scripts = (table.LATIN, table.GREEK, table.CYRILLIC, table.OTHER_SCRIPT)
    of = {c: [s for s in scripts if character(c)[0] & s][0:1] for c in token}
    present = {script for found in of.values() for script in found}
    if len(present) < 2:
        return fold(token)

    def rank(script: int) -> tuple[int, int]:
        own = [c for c in token if of[c] == [script]]
        sure = [
            c for c in own
            if any(not _doubles().get(c, ([], 0))[1] & o for o in present - {script})
        ]  # fmt: skip
        return len(sure), len(own)

    main = max(scripts, key=rank)  # the first of equals
    if main == table.OTHER_SCRIPT:
        return fold(token)
    column = scripts.index(main)
    return "".join(
        (c in _doubles() and _doubles()[c][0][column]) or character(c)[1]
        for c in token if character(c)[0] & (table.WORD | table.SINGLE)
    )  # fmt: skip


def tokenize(text: str) -> list[Token]:
    """The tokens of one text."""
    return [token for start, end in _lines(text) for token in _tokens_of_line(text, start, end)]


def _lines(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for at, char in enumerate(text):
        if character(char)[0] & table.NEWLINE:
            yield start, at
            start = at + 1
    yield start, len(text)


def _tokens_of_line(text: str, start: int, end: int) -> list[Token]:
    spans = _spans(text, start, end)
    quoted = _quoted(text, start, end)
    tokens: list[Token] = []
    for number, (first, stop) in enumerate(spans):
        flags = _own_flags(text[first:stop])
        if number == 0:
            flags |= flag.LINE_START | flag.SENTENCE_START
        elif _starts_sentence(text, spans[number - 1], first, quoted.opened):
            flags |= flag.SENTENCE_START
        if any(low < first < high for low, high in quoted.spans):
            flags |= flag.IN_QUOTE
        tokens.append(Token(unmasked(text[first:stop]), first, stop, flags))
    return tokens


def _spans(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Where the tokens of a line are; marks and invisible characters after one belong to it."""
    spans: list[tuple[int, int]] = []
    first, alone = -1, False
    for at in range(start, end):
        properties, _ = character(text[at])
        if properties & table.IGNORED:
            continue
        is_token = properties & (table.WORD | table.SINGLE)
        if first >= 0 and (alone or not properties & table.WORD):
            spans.append((first, at))
            first = -1
        if is_token and first < 0:
            first, alone = at, bool(properties & table.SINGLE)
    if first >= 0:
        spans.append((first, end))
    return spans


def _own_flags(token: str) -> int:
    all_properties = [character(char)[0] for char in token]
    letters = [properties for properties in all_properties if properties & table.LETTER]
    flags = 0
    if letters:
        flags |= flag.LETTER
        flags |= flag.CAPITAL if letters[0] & table.UPPER else 0
        if len(letters) >= 2 and all(properties & table.UPPER for properties in letters):
            flags |= flag.ALLCAPS
    if any(properties & table.DIGIT for properties in all_properties):
        flags |= flag.DIGIT
    if all_properties[0] & table.SPACELESS:
        flags |= flag.SPACELESS
    return flags


def _starts_sentence(
    text: str, before: tuple[int, int], first: int, opened: frozenset[int]
) -> bool:
    gap, openers = _gap(text, before[1], first, opened)
    if "s" in gap:
        return True
    end = _SENTENCE_END.search(gap)
    if end is None:
        return False
    starter = character(text[first])[0]
    if not (starter & (table.UPPER | table.DIGIT) or any(at >= end.end() for at in openers)):
        return False
    only_a_full_stop = gap[0] == "." and not re.search("[.!]", gap[1:])
    if not only_a_full_stop:
        return True
    previous = _own_flags(text[slice(*before)])
    if previous & flag.DIGIT:
        return not starter & table.DIGIT
    n_letters = sum(bool(character(char)[0] & table.LETTER) for char in text[slice(*before)])
    return not (previous & flag.CAPITAL and n_letters <= 2)


def _gap(text: str, start: int, end: int, opened: frozenset[int]) -> tuple[str, list[int]]:
    """The separators between two tokens as letters, and which of them are opening quotes.

    ``.`` a full stop, ``!`` another mark that ends a sentence, ``s`` one that does so by itself, a
    space for white space, ``)`` what may stand between mark and white space, ``x`` the rest.
    """
    letters: list[str] = []
    openers: list[int] = []
    for at in range(start, end):
        properties, _ = character(text[at])
        if properties & table.IGNORED:
            continue
        if at in opened or properties & table.OPENER:
            openers.append(len(letters))
        for bit, letter in (
            (table.STOP, "s"), (table.DOT, "."), (table.MARK, "!"), (table.SPACE, " "),
            (table.CLOSER, ")"), (0, "x"),
        ):  # fmt: skip
            if properties & bit or bit == 0:
                letters.append(letter)
                break
    return "".join(letters), openers


class _Quotes(NamedTuple):
    spans: list[tuple[int, int]]  # positions of the two quotes
    opened: frozenset[int]  # positions of the quotes that open


def _quoted(text: str, start: int, end: int) -> _Quotes:
    """The quotations that open and close on one line. “ closes what „ opened."""
    spans: list[tuple[int, int]] = []
    opened: set[int] = set()
    open_at: dict[str, int] = {}
    for at in range(start, end):
        char = text[at]
        if char not in '«»“”„"':
            continue
        kind = {"«": "«", "»": "«", '"': '"'}.get(char, "“")
        is_open = kind in open_at
        closes = char in "»”" or (char == '"' and is_open)
        closes = closes or (char == "“" and is_open and text[open_at[kind]] == "„")
        if not closes:
            opened.add(at)
            open_at.setdefault(kind, at)
        elif is_open:
            spans.append((open_at.pop(kind), at))
    return _Quotes(spans, frozenset(opened))


def shingles(tokens: Sequence[Token], size: int) -> list[bytes]:
    """Runs of ``size`` folded tokens joined by one space, in UTF-8, one for each starting token."""
    words = [token.folded for token in tokens]
    return [" ".join(words[at : at + size]).encode() for at in range(max(0, len(words) - size + 1))]


def shingle_hashes(tokens: Sequence[Token], size: int) -> list[int]:
    """xxHash32 of each shingle."""
    return [xxhash.xxh32_intdigest(shingle) for shingle in shingles(tokens, size)]


def minhash(hashes: Sequence[int], a: Sequence[int], b: Sequence[int]) -> list[int]:
    """The affine32 signature of a set of hashes; all 2^32 - 1 when there are none."""
    mixed = [_finalize(h) for h in set(hashes)]
    return [
        min(((a_k * h + b_k) & _MASK for h in mixed), default=_MASK)
        for a_k, b_k in zip(a, b, strict=True)
    ]


def _finalize(h: int) -> int:
    h = ((h ^ h >> 16) * 0x85EBCA6B) & _MASK
    h = ((h ^ h >> 13) * 0xC2B2AE35) & _MASK
    return h ^ h >> 16


def band_keys(signature: Sequence[int], bands: int, rows: int) -> list[int]:
    """One 64-bit key for each band of a signature."""
    step = 0x9E3779B97F4A7C15
    keys: list[int] = []
    for band in range(bands):
        key = (band + 1) * step & _MASK_64
        for value in signature[band * rows : (band + 1) * rows]:
            key = (_mix(key ^ value) + step) & _MASK_64
        keys.append(_mix(key))
    return keys


def _mix(x: int) -> int:
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9 & _MASK_64
    x = (x ^ x >> 27) * 0x94D049BB133111EB & _MASK_64
    return x ^ x >> 31
