"""Whether a text holds a known phrase of furniture: first a filter, then the table of phrases."""

from __future__ import annotations

import numpy as np

from dupdetect.kernels._jit import inlined, kernel
from dupdetect.kernels.vectors import signed
from dupdetect.quality.boilerplate.glance_loops import (
    BEGIN_NUMBER,
    CAREFUL,
    Seen,
    count,
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
from dupdetect.quality.boilerplate.kernel import I32
from dupdetect.quality.boilerplate.lexicon import _INSIDE_WORDS
from dupdetect.quality.boilerplate.limits import LONE_WORDS
from dupdetect.quality.characters import TABLE_SIZE
from dupdetect.quality.loops import CONTINUES, NUMBER_KEY, OFFSET, PRIME, _look_up

_K1, _K2, _K3 = np.uint64(K1), np.uint64(K2), np.uint64(K3)
_ONE, _LAST, _HALF = np.uint64(1), np.uint64(63), np.uint64(32)
_PRIME = np.uint64(PRIME)
#: Bits of a hash that say which word of a filter, and which of its bits.
_PARTS_AT, _OPENINGS_AT = (np.uint64(64 - (size - 1).bit_length()) for size in (PARTS, OPENINGS))
_AT_1, _AT_2, _AT_3 = np.uint64(35), np.uint64(41), np.uint64(47)


@inlined
def _bits(head: np.uint64) -> np.uint64:
    return (
        _ONE << (head >> _AT_1 & _LAST) | _ONE << (head >> _AT_2 & _LAST)
        | _ONE << (head >> _AT_3 & _LAST)
    )  # fmt: skip


@inlined
def _may_begin(words: U64, k: int, filters: U64, first: int, at: np.uint64) -> int:
    """Whether the first words of a phrase seem to stand at word k, as 0 or 1."""
    one = words[k]
    two = one + words[k + 1] * _K3
    three = two + words[k + 2] * _K1
    found = 0
    for head in (one * _K2, two * _K2, three * _K2):
        bits = _bits(head)
        found |= filters[first + signed(head >> at)] & bits == bits
    return found


@kernel
def holds_phrase(codes: U32, edges: I32, words: U64, seen: Seen, sets: U64, sight: Sight) -> bool:
    """Whether the lexicon knows anything of a line, that is, whether any has a ``Hit``."""
    first = seen.first
    n = first.shape[0] - 1
    for i in range(n):
        k, size = first[i], first[i + 1] - first[i]
        if size == 0:
            continue
        begins = _may_begin(words, k, sight.filters, PARTS, _OPENINGS_AT)
        if begins and _is_hit(codes, edges, k, k, size, sight):
            return True
        if size <= LONE_WORDS and _is_numbered(codes, edges, i, seen, sets, sight):
            return True
    found = np.empty(first[n] + 1, np.int32)
    some = 0
    for k in range(first[n]):
        found[some] = k
        some += _may_begin(words, k, sight.filters, 0, _PARTS_AT)
    i = 0
    for f in range(some):
        k = signed(found[f])
        while first[i + 1] <= k:
            i += 1
        if _is_hit(codes, edges, k, first[i], first[i + 1] - first[i], sight):
            return True
    return False


@kernel
def _is_hit(codes: U32, edges: I32, k: int, first: int, size: int, sight: Sight) -> bool:
    """Whether a phrase at word k tells of the line, which has ``size`` words from ``first`` on: see
    ``loops.match_phrases`` and ``lexicon.judge_matches``."""
    value = np.uint64(OFFSET)
    for last in range(k, min(first + size, k + sight.longest)):
        value = (value ^ _key(codes, edges, last, sight)) * _PRIME
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
def _is_numbered(codes: U32, edges: I32, i: int, seen: Seen, sets: U64, sight: Sight) -> bool:
    """Whether a short line is a known one but for its numbers ("12 commentaires")."""
    low, high = seen.starts[i], seen.ends[i]
    if not count(sets, BEGIN_NUMBER, low, high):
        return False
    if count(sets, CAREFUL, low, high):
        return True  # words that Python might see in another way
    value = np.uint64(OFFSET)
    for k in range(seen.first[i], seen.first[i + 1]):
        key = _key(codes, edges, k, sight)
        if key != np.uint64(NUMBER_KEY):
            value = (value ^ key) * _PRIME
    found = _look_up(value ^ value >> _HALF, sight.phrase_keys, sight.phrase_numbers)
    number = signed(found & np.uint64(CONTINUES - 1)) - 1
    return number >= 0 and sight.kinds[number] & WHOLE != 0


@kernel
def _key(codes: U32, edges: I32, k: int, sight: Sight) -> np.uint64:
    """The hash of a word, as ``loops.find_words`` has it."""
    begin, end = edges[2 * k], edges[2 * k + 1]
    if entry_of(codes[begin], sight.characters) & np.uint32(NUMERAL):
        return np.uint64(NUMBER_KEY)
    value = np.uint64(OFFSET)
    for j in range(begin, end):
        low = sight.characters[codes[j]] >> np.uint32(LOWER_AT) & np.uint32(TABLE_SIZE - 1)
        value = (value ^ np.uint64(low)) * _PRIME
    return value ^ value >> _HALF
