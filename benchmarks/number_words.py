"""French numbers as words and back, as a spinner swaps them."""

from __future__ import annotations

import re
from collections.abc import Callable

_UNITS = (
    "zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze",
    "douze", "treize", "quatorze", "quinze", "seize", "dix-sept", "dix-huit", "dix-neuf",
)  # fmt: skip
_TENS = {20: "vingt", 30: "trente", 40: "quarante", 50: "cinquante", 60: "soixante"}
#: What stands alone: no part of a decimal, a date with dots, a score or an hour.
_NUMBER = re.compile(r"(?<![\w.,:/-])(\d{1,3}(?:[ \u00a0\u202f]\d{3})+|\d{1,6})(?![\w:/-]|[.,]\d)")


def in_words(value: int) -> str:
    """A number from 0 to 999,999 in French words, spelled as of 1990 only where it is shorter."""
    if value < 20:
        return _UNITS[value]
    if value < 100:
        return _below_hundred(value)
    if value < 1000:
        return _joined(value, 100, "cent")
    return _joined(value, 1000, "mille")


def _below_hundred(value: int) -> str:
    base = 60 if 60 <= value < 80 else 80 if value >= 80 else value // 10 * 10
    rest = value - base
    if base == 80:
        return "quatre-vingts" if rest == 0 else f"quatre-vingt-{_UNITS[rest]}"
    if rest in (1, 11):
        return f"{_TENS[base]} et {_UNITS[rest]}"
    return _TENS[base] if rest == 0 else f"{_TENS[base]}-{_UNITS[rest]}"


def _joined(value: int, size: int, name: str) -> str:
    many, rest = divmod(value, size)
    head = name if many == 1 else f"{in_words(many)} {name}"
    if size == 100 and many > 1 and rest == 0:
        head += "s"
    return head if rest == 0 else f"{head} {in_words(rest)}"


#: Words that are surely numbers: not "un" (a) and "neuf" (new).
_DIGITS = {in_words(n): str(n) for n in range(2, 100) if n != 9}
_WORD = re.compile(
    rf"(?<![\w-])({'|'.join(sorted(map(re.escape, _DIGITS), key=len, reverse=True))})"
    r"(?![\w-]| et | cents?\b| mille\b| vingt)"
)
_EITHER = re.compile(rf"{_NUMBER.pattern}|{_WORD.pattern}")


def swapped(text: str, chosen: Callable[[], bool]) -> str:
    """The text with those numbers the other way for which ``chosen()`` holds: whole numbers in
    words, number words below a hundred in digits."""

    def other(match: re.Match[str]) -> str:
        if not chosen():
            return match[0]
        if match[2]:
            return _DIGITS[match[2]]
        digits = re.sub(r"\D", "", match[1])
        return in_words(int(digits)) if len(digits) <= 6 else match[0]

    return _EITHER.sub(other, text)
