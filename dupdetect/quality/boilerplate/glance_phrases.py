"""Whether a text holds a known phrase of furniture: first a filter, then the table of phrases."""

from __future__ import annotations

import numpy as np

from dupdetect.kernels._jit import inlined, kernel
from dupdetect.kernels.vectors import signed
from dupdetect.quality.boilerplate.glance_loops import (
    Seen,
    entry_of,
)
from dupdetect.quality.boilerplate.glance_tables import (
    BEGINNING,
    K1,
    K2,
    K3,
    LOWER_AT,
    NUMERAL,
    OPENINGS,
    PART,
    PARTS,
    U32,
    U64,
    WHOLE,
    Sight,
)
from dupdetect.quality.boilerplate.kernel import I32, I64
from dupdetect.quality.boilerplate.lexicon import _INSIDE_WORDS
from dupdetect.quality.boilerplate.limits import LONE_WORDS
from dupdetect.quality.characters import TABLE_SIZE
from dupdetect.quality.loops import CONTINUES, NUMBER_KEY, OFFSET, PRIME, _look_up

_K1, _K2, _K3 = np.uint64(K1), np.uint64(K2), np.uint64(K3)
_ONE, _LAST, _HALF = np.uint64(1), np.uint64(63), np.uint64(32)
_PRIME = np.uint64(PRIME)
#: Where filters begin, and how far a hash is shifted for the place of a word in each.
_PAIRS_FROM, _PARTS_FROM, _OPENINGS_FROM = (np.uint64(k) for k in (0, PARTS, 2 * PARTS))
_PARTS_BY, _OPENINGS_BY = (np.uint64(64 - (size - 1).bit_length()) for size in (PARTS, OPENINGS))
_AT_1, _AT_2, _AT_3 = np.uint64(35), np.uint64(41), np.uint64(47)


@inlined
def _is_in(filters: U64, begin: np.uint64, by: np.uint64, head: np.uint64) -> np.uint64:
    """Whether a filter knows what a glance sees of some words, in the lowest bit; the others say
    nothing. A number, since of truth values the compiler makes branches."""
    head *= _K2
    bits = filters[begin + (head >> by)]
    return np.uint64(
        bits >> (head >> _AT_1 & _LAST) & bits >> (head >> _AT_2 & _LAST)
        & bits >> (head >> _AT_3 & _LAST)
    )  # fmt: skip


@inlined
def _may_begin(filters: U64, begin: np.uint64, by: np.uint64, words: U64, k: int) -> int:
    """1 where one to three words of a phrase seem to stand at word k, else 0."""
    two = words[k] + words[k + 1] * _K3
    return signed(
        (
            _is_in(filters, begin, by, words[k])
            | _is_in(filters, begin, by, two)
            | _is_in(filters, begin, by, two + words[k + 2] * _K1)
        )
        & _ONE
    )


@kernel
def _opening(words: U64, first: I64, filters: U64, found: I32) -> int:
    """Lines that seem to begin with a phrase; how many."""
    some = 0
    for i in range(first.shape[0] - 1):
        found[some] = i
        some += _may_begin(filters, _OPENINGS_FROM, _OPENINGS_BY, words, first[i])
    return some


@kernel
def _pairs(words: U64, n: int, filters: U64, found: I32) -> int:
    """Words at which a phrase seems to begin that may stand anywhere, of which no more than two
    words are looked at; how many."""
    some = 0
    for k in range(n):
        found[some] = k
        two = words[k] + words[k + 1] * _K3
        known = _is_in(filters, _PAIRS_FROM, _PARTS_BY, words[k])
        known |= _is_in(filters, _PAIRS_FROM, _PARTS_BY, two)
        some += signed(known & _ONE)
    return some


@kernel
def holds_phrase(codes: U32, edges: I32, words: U64, seen: Seen, sight: Sight) -> bool:
    """Whether the lexicon knows anything of a line, that is, whether any has a ``Hit``."""
    first, filters = seen.first, sight.filters
    n = first.shape[0] - 1
    found = np.empty(max(n, first[n]) + 1, np.int32)
    for f in range(_opening(words, first, filters, found)):
        i = found[f]
        if _is_hit(codes, edges, first[i], first[i], first[i + 1] - first[i], sight):
            return True
    for i in range(n):
        short = first[i + 1] - first[i] <= LONE_WORDS
        if short and seen.numbers[i]:
            if seen.careful[i]:
                return True  # words that Python might see in another way
            if _is_numbered(codes, edges, first[i], first[i + 1], sight):
                return True
    i = 0
    for f in range(_pairs(words, first[n], filters, found)):
        k = signed(found[f])
        while first[i + 1] <= k:
            i += 1
        if _may_begin(filters, _PARTS_FROM, _PARTS_BY, words, k) and _is_hit(
            codes, edges, k, first[i], first[i + 1] - first[i], sight
        ):
            return True
    return False


@kernel
def _is_hit(codes: U32, edges: I32, k: int, first: int, size: int, sight: Sight) -> bool:
    """Whether a phrase at word k tells of the line, which has ``size`` words from ``first`` on: see
    ``loops.match_phrases`` and ``lexicon.judge_matches``."""
    value = np.uint64(OFFSET)
    for last in range(k, min(first + size, k + sight.longest)):
        value = (value ^ _key(codes, edges, last, sight.characters)) * _PRIME
        found = _look_up(value ^ value >> _HALF, sight.phrase_keys, sight.phrase_numbers)
        number = signed(found & np.uint64(CONTINUES - 1)) - 1
        if number >= 0:
            kinds = sight.kinds[number]
            if kinds & PART and size <= _INSIDE_WORDS:
                return True
            if kinds & BEGINNING and k == first:
                return True
            if kinds & WHOLE and k == first and last - k + 1 == size <= LONE_WORDS:
                return True
        if not found & np.uint64(CONTINUES):
            return False
    return False


@kernel
def _is_numbered(codes: U32, edges: I32, begin: int, end: int, sight: Sight) -> bool:
    """Whether a short line of words ``begin`` to ``end`` (exclusive) is a known one but for its
    numbers ("12 commentaires")."""
    value = np.uint64(OFFSET)
    for k in range(begin, end):
        key = _key(codes, edges, k, sight.characters)
        if key != np.uint64(NUMBER_KEY):
            value = (value ^ key) * _PRIME
    found = _look_up(value ^ value >> _HALF, sight.phrase_keys, sight.phrase_numbers)
    number = signed(found & np.uint64(CONTINUES - 1)) - 1
    return number >= 0 and sight.kinds[number] & WHOLE != 0


@kernel
def _key(codes: U32, edges: I32, k: int, characters: U32) -> np.uint64:
    """The hash of a word, as ``loops.find_words`` has it."""
    begin, end = edges[2 * k], edges[2 * k + 1]
    if entry_of(codes[begin], characters) & np.uint32(NUMERAL):
        return np.uint64(NUMBER_KEY)
    value = np.uint64(OFFSET)
    for j in range(begin, end):
        low = characters[codes[j]] >> np.uint32(LOWER_AT) & np.uint32(TABLE_SIZE - 1)
        value = (value ^ np.uint64(low)) * _PRIME
    return value ^ value >> _HALF
