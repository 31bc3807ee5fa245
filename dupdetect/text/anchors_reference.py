"""The anchor kernels in plain Python: numbers, anchors, views, index keys.

Slow, for tests and for reading; stems and skeletons are in :mod:`dupdetect.text.stems_reference`,
and :mod:`dupdetect.text.measures_reference` goes on from here to the measures of a pair. All rules
are stated a second time, independently of the compiled code, which works on hashes in
open-addressing tables where this works on words and dictionaries.
"""

from __future__ import annotations

import functools
import math
import re
from array import array
from collections.abc import Sequence
from typing import NamedTuple

from dupdetect.data import load_arrays
from dupdetect.kernels import tokens as flag
from dupdetect.text.reference import Token
from dupdetect.text.stems_reference import number_key, skeleton_key, stem_key, word_hash

_MASK_64 = 0xFFFFFFFFFFFFFFFF

NUMBER, NAME, WORD, QUOTED = 1, 2, 3, 8
#: Zipf frequencies here are times 20, as in the shipped table.
ZIPF_UNKNOWN, ZIPF_NAME_BONUS, ZIPF_RARE = 48, 12, 60
ZIPF_BY_DIGITS = {1: 100, 2: 90, 3: 80}
ZIPF_YEAR, ZIPF_LONG, ZIPF_DECIMAL = 90, 62, 72


class Background(NamedTuple):
    """Zipf frequencies (times 20) by stem and skeleton key; values of number words by hash."""

    stems: dict[int, int]
    skeletons: dict[int, int]
    numbers: dict[int, int]


class Anchor(NamedTuple):
    """One anchor; a Zipf of None means: no anchor in that alphabet."""

    stem: int
    skeleton: int
    stem_zipf: int | None
    skeleton_zipf: int | None
    kind: int
    token: int
    sentence: int


class Entry(NamedTuple):
    """One anchor in one alphabet, as the sorted views hold it."""

    key: int
    weight: float
    kind: int
    sentence: int
    token: int


@functools.cache
def background() -> Background:
    """The shipped table as dictionaries."""
    stored = load_arrays("background.npz")

    def mapping(keys: str, values: str) -> dict[int, int]:
        return dict(zip(stored[keys].tolist(), stored[values].tolist(), strict=True))

    return Background(
        mapping("stem_keys", "stem_zipf"),
        mapping("skeleton_keys", "skeleton_zipf"),
        mapping("number_keys", "number_values"),
    )


class Number(NamedTuple):
    """A number in its canonical form, the tokens it takes and its Zipf frequency (times 20)."""

    canonical: str
    taken: int
    zipf: int


def number_at(tokens: Sequence[Token], at: int) -> Number | None:
    """The number that begins at a token, written in digits."""
    read = re.match(r"([0-9]+)(.*)", tokens[at].folded, re.DOTALL)
    if read is None or len(read[1]) > 15:
        return None
    digits, rest = read.groups()
    whole = digits.lstrip("0") or "0"
    zipf = _zipf(whole)
    if rest:
        decimals = re.search(r"[0-9]+", rest)
        if decimals:
            return Number(f"{whole}.{decimals[0]}", 1, ZIPF_DECIMAL)
        return Number(whole, 1, zipf)
    taken = 1
    if len(digits) <= 3:
        while len(group := _digits_behind(tokens, at + taken)) == 3:
            whole += group
            taken += 1
            zipf = ZIPF_BY_DIGITS.get(len(whole), ZIPF_LONG)
    decimals_token = _digits_behind(tokens, at + taken)
    if len(whole) < 4 and len(decimals_token) in (1, 2):
        return Number(f"{whole}.{decimals_token}", taken + 1, ZIPF_DECIMAL)
    return Number(whole, taken, zipf)


def _zipf(whole: str) -> int:
    if re.fullmatch("(19|20)[0-9][0-9]", whole):
        return ZIPF_YEAR
    return ZIPF_BY_DIGITS.get(len(whole), ZIPF_LONG)


def _touches(tokens: Sequence[Token], at: int) -> bool:
    """Whether one character stands between this token and the one before."""
    return at < len(tokens) and tokens[at].start == tokens[at - 1].end + 1


def _digits_behind(tokens: Sequence[Token], at: int) -> str:
    if _touches(tokens, at) and re.fullmatch("[0-9]+", tokens[at].folded):
        return tokens[at].folded
    return ""


HUNDRED, CENT, THOUSAND, ET, Y, ONE = range(100, 106)


def spelled_number_at(tokens: Sequence[Token], at: int, numbers: dict[int, int]) -> Number | None:
    """The number that begins at a token, written in words; "un" alone is none."""
    words: list[int] = []  # values of words one character apart
    while at + len(words) < len(tokens) and (not words or _touches(tokens, at + len(words))):
        words.append(numbers.get(word_hash(tokens[at + len(words)].folded), 0))
        if not words[-1]:
            break
    words += [0, 0, 0]
    if words[0] > THOUSAND:
        return None
    value, taken = _hundreds(words)
    if words[taken] == THOUSAND and value != 1 and value < 1000:
        many, value, taken = value, 1000 * max(value, 1), taken + 1
        rest, more = _hundreds(words[taken:])
        if rest > 1 or (rest and many > 1):
            value, taken = value + rest, taken + more
    if value <= 1:
        return None
    return Number(str(value), taken, _zipf(str(value)))


def _hundreds(words: Sequence[int]) -> tuple[int, int]:
    """A number below a thousand (or "dix-neuf cent") and its words; 1 for "un", 0 for none."""
    value, taken = _tens(words)
    unit = words[taken]
    if unit not in (HUNDRED, CENT) or not (value == 0 or 2 <= value <= 9 or 11 <= value <= 19):
        return value, taken
    rest, more = _tens(words[taken + 1 :])
    if rest > 1 or (rest and value > 1):
        return 100 * max(value, 1) + rest, taken + 1 + more
    if value == 0 and unit == CENT and words[taken + 1] != THOUSAND:
        return 0, 0
    return 100 * max(value, 1), taken + 1


def _tens(words: Sequence[int]) -> tuple[int, int]:
    """A number below a hundred and its words; 1 for "un", 0 for none."""
    first, *behind = words
    if first == ONE:
        return 1, 1
    if not 0 < first <= 90:
        return 0, 0
    if first in (20, 30, 40, 50, 60, 70) and behind[0] in (ET, Y):
        after = behind[1]
        if after == ONE or (behind[0] == ET and (first, after) == (60, 11)):
            return first + (1 if after == ONE else 11), 3
        if behind[0] == Y and 0 < after < 10:
            return first + after, 3
        return first, 1
    value, taken = first, 1
    while 4 <= value <= 90 and taken < 4:
        unit = words[taken]
        if value == 80 and unit == ONE:
            return 81, taken + 1
        if value == 4 and unit == 20 and taken == 1:  # quatre-vingt
            value = 80
        elif 0 < unit <= 90 and (
            (value >= 20 and value % 10 == 0 and unit < 10)  # twenty-two
            or (value in (60, 80) and unit < 20)  # soixante-douze
            or (value == 10 and unit in (7, 8, 9))  # dix-sept
        ):
            value += unit
        else:
            break
        taken += 1
    return value, taken


def sentences(tokens: Sequence[Token]) -> list[int]:
    """The number of the sentence that each token stands in."""
    out: list[int] = []
    for token in tokens:
        begins = bool(token.flags & flag.SENTENCE_START)
        out.append(out[-1] + begins if out else 0)
    return out


def anchors(tokens: Sequence[Token], table: Background, max_zipf: int) -> list[Anchor]:
    """All anchors of a text, in its order."""
    sentence = sentences(tokens)
    out: list[Anchor] = []
    at = 0
    while at < len(tokens):
        token, number = tokens[at], None
        if token.flags & flag.FURNITURE:
            at += 1
            continue
        if token.flags & flag.DIGIT:
            number = number_at(tokens, at)
        elif not token.flags & flag.SPACELESS:
            number = spelled_number_at(tokens, at, table.numbers)
        if number is not None:
            key, zipf = number_key(number.canonical), number.zipf
            quoted = QUOTED if token.flags & flag.IN_QUOTE else 0
            out.append(Anchor(key, key, zipf, zipf, NUMBER | quoted, at, sentence[at]))
            at += number.taken
            continue
        word = _word_anchor(token, at, sentence[at], table, max_zipf)
        if word is not None:
            out.append(word)
        at += 1
    return out


def _word_anchor(
    token: Token, at: int, sentence: int, table: Background, max_zipf: int
) -> Anchor | None:
    if token.flags & flag.SPACELESS or len(token.folded.encode()) < 2:
        return None
    capital = bool(token.flags & flag.CAPITAL)
    inside = not token.flags & flag.SENTENCE_START
    bonus = ZIPF_NAME_BONUS if capital and inside else 0
    key, across = stem_key(token.folded), skeleton_key(token.folded)
    zipf = table.stems.get(key, ZIPF_UNKNOWN) - bonus
    zipf_across = table.skeletons.get(across, ZIPF_UNKNOWN) - bonus
    as_stem, as_skeleton = zipf <= max_zipf, across != 0 and zipf_across <= max_zipf
    if not as_stem and not as_skeleton:
        return None
    kind = NAME if capital and (inside or zipf < ZIPF_RARE) else WORD
    return Anchor(
        stem=key,
        skeleton=across,
        stem_zipf=max(zipf, 0) if as_stem else None,
        skeleton_zipf=max(zipf_across, 0) if as_skeleton else None,
        kind=kind | (QUOTED if token.flags & flag.IN_QUOTE else 0),
        token=at,
        sentence=sentence,
    )


def _single(value: float) -> float:
    """Rounded to single precision, as the arrays hold it."""
    return math.fsum(array("f", [value]))


def anchor_weight(zipf: int) -> float:
    """(7 - Zipf) / 4, at least 0.2; ``zipf`` is times 20."""
    return max((7.0 - zipf / 20.0) / 4.0, 0.2)


def view(found: Sequence[Anchor], *, across: bool) -> list[Entry]:
    """The anchors of one alphabet, sorted by key, in text order where keys are equal."""
    out = [
        Entry(key, _single(anchor_weight(zipf)), anchor.kind, anchor.sentence, anchor.token)
        for anchor in found
        for key, zipf in [_in_alphabet(anchor, across)]
        if zipf is not None
    ]
    return sorted(out, key=lambda entry: entry.key)


def _in_alphabet(anchor: Anchor, across: bool) -> tuple[int, int | None]:
    if across:
        return anchor.skeleton, anchor.skeleton_zipf
    return anchor.stem, anchor.stem_zipf


def _mix(z: int) -> int:
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & _MASK_64
    z = (z ^ z >> 27) * 0x94D049BB133111EB & _MASK_64
    return z ^ z >> 31


def anchor_pairs(found: Sequence[Anchor], window: int, *, across: bool = True) -> dict[int, float]:
    """Weight by key of all unordered pairs of different anchors at most ``window`` apart."""
    members = [
        (key, anchor_weight(zipf))
        for key, zipf in (_in_alphabet(anchor, across) for anchor in found)
        if zipf is not None
    ]
    out: dict[int, float] = {}
    for at, (one, weight) in enumerate(members):
        for other, other_weight in members[at + 1 : at + 1 + window]:
            if one != other:
                key = _mix(min(one, other) << 32 | max(one, other))
                out[key] = max(out.get(key, 0.0), _single(weight * other_weight))
    return out


def sample_pairs(pairs: dict[int, float], keep: int, power: float = 3.0) -> list[int]:
    """The ``keep`` keys of smallest rank -ln(u) / weight^power, u a hash of the key; sorted."""

    def rank(key: int) -> float:
        u = ((_mix(key ^ 0x9E3779B97F4A7C15) >> 11) + 0.5) / 2.0**53
        return -math.log(u) / math.pow(pairs[key], power)

    return sorted(sorted(pairs, key=rank)[:keep])
