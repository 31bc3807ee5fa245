"""The kernels of stems and skeletons in plain Python, and the hashes that make keys of them.

Slow, for tests and for reading, like :mod:`dupdetect.text.anchors_reference`, which builds on them.
"""

from __future__ import annotations

import re

_MASK = 0xFFFFFFFF
_FNV_OFFSET, _FNV_PRIME = 2166136261, 16777619
#: What the hash of a number and of a skeleton is salted with, so that neither equals a stem's.
_NUMBER_SALT, _SKELETON_SALT = 0x4E554D, 0x5EED

#: One symbol of a skeleton: the bytes it is read from and what it becomes; the first that fits is
#: taken. "" is silent, "V" a vowel; any other byte stands for itself.
_SYMBOLS = tuple(
    (re.compile(pattern), symbol)
    for pattern, symbol in (
        (rb"\xc5[\x81\x82]", "l"),  # l with stroke
        (rb"\xc3[\xa6\xb8]|\xc5\x93", "V"),  # ae, o with stroke, oe
        (rb"[aeiouyj]", "V"),
        (rb"h", ""),
        (rb"tsch|tch", "k"),
        (rb"(?<=[\x00-\xff])t(?=i[aeiouy])", "s"),  # nation, Croatie; not Tiananmen
        (rb"sch|sh|s|z", "s"),
        (rb"ch", "k"),
        (rb"c(?=[eiy])", "s"),
        (rb"kh|qh|c|k|q", "k"),
        (rb"ph", "f"),
        (rb"[vw]\Z|w(?![aeiouyj])", ""),
        (rb"[vw]", "v"),
    )
)
_SYMBOLS_KEPT = 7


def _finish(h: int) -> int:
    h = (h ^ h >> 16) * 0x85EBCA6B & _MASK
    h = (h ^ h >> 13) * 0xC2B2AE35 & _MASK
    return (h ^ h >> 16) or 1


def _fnv(values: bytes, salt: int = 0) -> int:
    h = _FNV_OFFSET ^ salt
    for value in values:
        h = (h ^ value) * _FNV_PRIME & _MASK
    return h


def word_hash(folded: str) -> int:
    """Key of a whole word."""
    return _finish(_fnv(folded.encode()))


def stem(folded: str) -> str:
    """The light stem: six letters, less one final s or x, less two final vowels; four stay."""
    cut = folded[:6]
    if len(cut) > 4 and cut[-1] in "sx":
        cut = cut[:-1]
    for _ in range(2):
        if len(cut) > 4 and cut[-1] in "aeiouy":
            cut = cut[:-1]
    return cut


def stem_key(folded: str) -> int:
    """Key of a word's stem."""
    return word_hash(stem(folded))


def skeleton(folded: str) -> bytes:
    """The consonant skeleton in at most seven symbols; a first vowel is 1."""
    raw = folded.encode()
    symbols: list[int] = []
    last: int | None = None
    at = 0
    while at < len(raw) and len(symbols) < _SYMBOLS_KEPT:
        symbol, width = _symbol(raw, at)
        if symbol == "V" and at > 0:
            last = None
        elif symbol:
            value = 1 if symbol == "V" else ord(symbol)
            if value != last:
                symbols.append(value)
            last = value
        at += width
    return bytes(symbols)


def _symbol(raw: bytes, at: int) -> tuple[str, int]:
    for pattern, symbol in _SYMBOLS:
        found = pattern.match(raw, at)
        if found:
            return symbol, found.end() - at
    return chr(raw[at]), 1


def skeleton_key(folded: str) -> int:
    """Key of a word's skeleton, 0 for one of fewer than two symbols."""
    symbols = skeleton(folded)
    return _finish(_fnv(symbols) ^ _SKELETON_SALT) if len(symbols) >= 2 else 0


def number_key(canonical: str) -> int:
    """Key of a number written as "10000" or "12.5"."""
    return _finish(_fnv(canonical.encode(), _NUMBER_SALT))
