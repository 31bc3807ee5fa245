"""Language of a text, offline: py3langid (Lui & Baldwin 2012), restricted to ISO 639-1 codes.

Measured on 4,103 texts of WMT 22/24 and our French rewrites (de, es, en, fr, it; from one line to
whole articles): 99.7 % right with 320 characters, no better with 1,500, at a third of the cost.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from dupdetect.text.disguise import undisguised
from dupdetect.text.identifier import NO_LANGUAGE, Identifier, load_identifier

#: What is answered for texts too short or without words.
UNDETERMINED = "und"
_MIN_LETTERS = 20
#: Characters looked at: half from the beginning, half from the middle, so that a foreign header
#: does not decide alone.
_SAMPLE = 320
#: Shorter lines are menus, bylines, captions: left out while there are longer ones.
_SHORT_LINE = 40
#: Lines are looked for in this many characters; a longer text is not read to its end.
_WINDOW = 20_000


def detect(text: str, candidates: Sequence[str] | None = None) -> str:
    """The language of ``text`` as an ISO 639-1 code, ``und`` below 20 letters.

    Disguises of words are taken off first (:mod:`dupdetect.text.disguise`): they would make Russian
    of French. ``candidates`` restricts the answer to these codes (those that the model does not
    know never win). The same text gives the same answer in every process.
    """
    sample = undisguised(_sample(text))
    if not _has_letters(sample):
        return UNDETERMINED
    if candidates is None:
        code = _identifier().best(sample)
    else:
        allowed = frozenset(candidates)
        ranked = _identifier().ranked(sample)
        code = next((code for code in ranked if code in allowed), UNDETERMINED)
    return UNDETERMINED if code == NO_LANGUAGE else code


def detect_many(texts: Iterable[str], candidates: Sequence[str] | None = None) -> list[str]:
    """The language of each text; see :func:`detect`."""
    return [detect(text, candidates) for text in texts]


def spoken(text: str, declared: str | None = None) -> str:
    """The declared language (``fr``, ``fr-FR``, ``FR_ca``) as ISO 639-1 code, else the text's."""
    return _code(declared or "") or detect(text)


@lru_cache(maxsize=1 << 10)
def _code(declared: str) -> str:
    """The ISO 639-1 code that a declaration begins with, empty if it has none."""
    code = declared.strip().lower().replace("_", "-").partition("-")[0]
    return code if len(code) == 2 and code.isalpha() else ""


def _has_letters(sample: str) -> bool:
    # The beginning mostly tells, and costs little.
    parts = (sample[: 2 * _MIN_LETTERS], sample)
    return any(sum(map(str.isalpha, part)) >= _MIN_LETTERS for part in parts)


def _sample(text: str) -> str:
    window = text[:_WINDOW]
    # Lone surrogates would not encode; a sample can do without them.
    lines = window.encode("utf-8", "ignore").decode("utf-8").split("\n")
    long_lines = [line for line in lines if len(line) >= _SHORT_LINE]
    joined = "\n".join(long_lines or lines).strip()
    if len(joined) <= _SAMPLE:
        return joined
    half = _SAMPLE // 2
    middle = max(half, (len(joined) - half) // 2)
    return f"{joined[:half]}\n{joined[middle : middle + half]}"


@lru_cache(maxsize=1)
def _identifier() -> Identifier:
    return load_identifier()
