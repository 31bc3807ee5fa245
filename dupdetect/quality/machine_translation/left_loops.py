"""Words left of another language, told by what is around them: features and a linear model, numba.

A candidate is a word that the lists know in another language. Each feature is a hash of what it
is, what its neighbours are and what stands between them; its weight says how much more often
leftovers have it than other text does. Only candidates are looked at, so the cost is small.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import kernel
from dupdetect.quality.characters import TABLE_SIZE
from dupdetect.quality.loops import PRIME
from dupdetect.quality.machine_translation.context_loops import _stands_free
from dupdetect.quality.machine_translation.word_loops import (
    ALIEN,
    CANDIDATE,
    DIGIT,
    FOREIGN,
    I32,
    I64,
    KNOWN,
    LEFT,
    LEFT_TOO,
    LOOSE,
    LOWER,
    STRANGE,
    U8,
    U32,
    U64,
    UPPER,
    _slot,
)

_OPENS, _CLOSES = 40, 41  # ( )

#: Features of a candidate, and words on each side that are described.
FEATURES, SIDE = 39, 4
#: What a neighbour is, beside the roles of the language's own words: the text or line ends; a
#: known word, an unknown one in small letters, a name, one all in capitals, a number, a word of
#: another language, a capitalised one, a capitalised known word.
(END, PLAIN, UNKNOWN, PROPER, SHOUTED, NUMBER, OTHER, OTHER_NAME, NAMED) = (0, *range(40, 48))
#: Numbers of roles: article and fused, *and*, preposition, possessive and demonstrative.
AND, PREPOSITION, END_OF_ROLES, DETERMINERS = 4, 3, 26, (11, 12)
#: What stands between two words: only spaces, an apostrophe, a comma, a quotation mark, the end of
#: a sentence, a line's end, anything else.
SPACE, APOSTROPHE, COMMA, QUOTE, STOP, NEWLINE, MARK = range(7)


def gap_kinds() -> U8:
    """``uint8[65536]``: what each character between two words says about the gap."""
    table = np.full(TABLE_SIZE, MARK, np.uint8)
    named = ((APOSTROPHE, "'’‘"), (COMMA, ","), (QUOTE, '«»“”„"‹›'), (STOP, ".!?…:;"))
    for kind, characters in (*named, (NEWLINE, "\n\r")):
        for character in characters:
            table[ord(character)] = kind
    for code in range(TABLE_SIZE):
        if chr(code).isspace() and table[code] == MARK:
            table[code] = SPACE
    return table


@kernel
def _gap(codes: U32, begin: int, stop: int, gaps: U8) -> int:
    """What stands in ``codes[begin:stop]``: the strongest of its marks."""
    found = SPACE
    for j in range(begin, stop):
        kind = gaps[codes[j]] if codes[j] < TABLE_SIZE else MARK
        if kind == NEWLINE:
            return NEWLINE
        if kind == MARK:
            found = MARK
        elif kind > found and found != MARK:
            found = kind
    return found


@kernel
def _mix(a: Any, b: Any, c: Any, d: Any) -> Any:
    value = (np.uint64(a) + np.uint64(0x9E3779B97F4A7C15)) * np.uint64(PRIME)
    value = ((value ^ (value >> np.uint64(29))) + np.uint64(b)) * np.uint64(PRIME)
    value = ((value ^ (value >> np.uint64(29))) + np.uint64(c)) * np.uint64(PRIME)
    value = ((value ^ (value >> np.uint64(29))) + np.uint64(d)) * np.uint64(PRIME)
    return value ^ (value >> np.uint64(32))


@kernel
def _tail(codes: U32, begin: int, stop: int) -> Any:
    """The last three letters as a number."""
    value = np.uint64(0)
    for j in range(max(begin, stop - 3), stop):
        value = (value << np.uint64(20)) | np.uint64(codes[j])
    return value


@kernel
def _describe(
    codes: U32, shift: int, kinds: U8, begin: int, stop: int, low: Any, opens: bool,
    keys: U64, bits: U32, role_keys: U64, own: U8,
) -> Any:  # fmt: skip
    """``(what, word, tail)`` of a neighbour: its class, its hash where it is a word of the
    language, its last letters; both are the class for others."""
    code = codes[shift + begin]
    kind = kinds[code] if code < TABLE_SIZE else np.uint8(0)
    if kind & DIGIT:
        return NUMBER, np.uint64(NUMBER), np.uint64(NUMBER)
    key = low ^ (low >> np.uint64(32))
    slot = _slot(key, keys)
    value = bits[slot] if slot >= 0 else np.uint32(0)
    strange = value & np.uint32(ALIEN | STRANGE) != 0
    place = _slot(key, role_keys)
    role = int(own[place]) if place >= 0 else 0
    capital = kind & UPPER != 0
    if capital and stop - begin > 1:
        code = codes[shift + begin + 1]
        if code < TABLE_SIZE and kinds[code] & UPPER:
            return SHOUTED, np.uint64(SHOUTED), np.uint64(SHOUTED)
    known = role > 0 or value & np.uint32(KNOWN) != 0
    if capital and not (opens and known):
        what = OTHER_NAME if strange and not known else (NAMED if known else PROPER)
        word = key if known else np.uint64(what)
        return what, word, _tail(codes, shift + begin, shift + stop) if known else word
    tail = _tail(codes, shift + begin, shift + stop)
    if role:
        return role, key, tail
    if known:
        return PLAIN, key, tail
    if strange:
        return OTHER, np.uint64(OTHER), np.uint64(OTHER)
    return UNKNOWN, np.uint64(UNKNOWN), tail


@kernel
def _beyond_names(what: I64, step: int) -> int:
    """The place of the nearest neighbour on a side that is no name or number."""
    place = SIDE + step
    while 0 < place < 2 * SIDE:
        kind = what[place]
        if kind != PROPER and kind != NAMED and kind != SHOUTED and kind != NUMBER:
            break
        place += step
    return place


@kernel
def _joins_names(what: I64, between: I64, role: int) -> bool:
    """A foreign *and* between two full names that a preposition or verb goes before: "entre Anne
    Martin and Jean Petit". After an article it is a body's name: "le Snow and Ice Data Center"."""
    if role != AND:
        return False
    for step in (-1, 1):
        for distance in (1, 2):
            place = SIDE + step * distance
            if between[place] != SPACE or not PROPER <= what[place] <= NAMED:
                return False
            if what[place] == SHOUTED or what[place] == NUMBER or what[place] == OTHER:
                return False
    place = SIDE - 3
    while place > 0 and PROPER <= what[place] <= NAMED:
        place -= 1
    return bool(PREPOSITION <= what[place] < END_OF_ROLES) and what[place] not in DETERMINERS


@kernel
def _fill(
    out: U64, codes: U32, shift: int, kinds: U8, gaps: U8, start: I32, end: I32, low: U64, k: int,
    first: int, last: int, keys: U64, bits: U32, role_keys: U64, own: U8, alien: U8, tongue: int,
) -> bool:  # fmt: skip
    """The features of word ``k`` of a text of the words ``[first, last)``; whether it joins two
    full names."""
    what = np.zeros(2 * SIDE + 1, np.int64)
    word = np.zeros(2 * SIDE + 1, np.uint64)
    tail = np.zeros(2 * SIDE + 1, np.uint64)
    between = np.full(2 * SIDE + 1, NEWLINE, np.int64)  # what stands on the near side of each
    strangers = 0
    names = 0
    for step in (-1, 1):
        for distance in range(1, SIDE + 1):
            at = k + step * distance
            if at < first or at >= last:
                break
            left = min(at, at - step)
            mark = _gap(codes, shift + end[left], shift + start[left + 1], gaps)
            place = SIDE + step * distance
            between[place] = mark
            if mark == NEWLINE:
                break
            opens = at == first
            if not opens:
                before = _gap(codes, shift + end[at - 1], shift + start[at], gaps)
                opens = QUOTE <= before <= NEWLINE
            what[place], word[place], tail[place] = _describe(
                codes, shift, kinds, start[at], end[at], low[at], opens, keys, bits, role_keys, own
            )
            if what[place] == OTHER or what[place] == OTHER_NAME:
                strangers += 1 if what[place] == OTHER else 4
            if what[place] == PROPER or what[place] == NAMED or what[place] == SHOUTED:
                names += 1
    # The nearest words that are no names or numbers, and how many of those stand before them.
    left = _beyond_names(what, -1)
    right = _beyond_names(what, 1)
    key = low[k] ^ (low[k] >> np.uint64(32))
    place = _slot(key, role_keys)
    role = int(alien[place]) if place >= 0 else 0
    native = int(own[place]) if place >= 0 else 0
    slot = _slot(key, keys)
    value = bits[slot] if slot >= 0 else np.uint32(0)
    if not native and value & np.uint32(KNOWN):
        native = PLAIN
    kind = (role << 8) | native
    # Words that no list of functions names are told apart by their length and other lists.
    if not role:
        kind |= min(int(end[k] - start[k]), 7) << 16
    for flag in (FOREIGN, ALIEN, LOOSE):
        kind = (kind << 1) | int(value & np.uint32(flag) != 0)
    code = codes[shift + start[k]]
    if code < TABLE_SIZE and kinds[code] & UPPER:
        kind |= 1 << 40
        key ^= np.uint64(1)
    p, n = SIDE - 1, SIDE + 1
    around = (between[p] << 4) | between[n]
    sides = (what[p] << 16) | (what[n] << 8)
    here = (tongue << 48) | 1
    lone = (role << 48) | (native << 56)
    out[0] = _mix(0, here, kind, 0)
    out[1] = _mix(1, here, key, 0)
    out[2] = _mix(2, here ^ (between[p] << 8), key, word[p])
    out[3] = _mix(3, here ^ (between[n] << 8), key, word[n])
    out[4] = _mix(4, here, key, sides | around)
    out[5] = _mix(5, here, key, tail[p])
    out[6] = _mix(6, here, key, tail[n])
    out[7] = _mix(7, here, key, (what[p - 1] << 8) | what[p])
    out[8] = _mix(8, here, key, (what[n] << 8) | what[n + 1])
    out[9] = _mix(9, kind, sides, around)
    out[10] = _mix(10, kind, (what[p - 1] << 8) | what[p], between[p])
    out[11] = _mix(11, kind, (what[n] << 8) | what[n + 1], between[n])
    out[12] = _mix(12, here, lone ^ between[p], word[p])
    out[13] = _mix(13, here, lone ^ between[n], word[n])
    out[14] = _mix(14, here, lone, tail[p])
    out[15] = _mix(15, here, lone, tail[n])
    out[16] = _mix(16, kind, min(strangers, 6), names)
    out[17] = _mix(17, key, min(strangers, 6), names)
    out[18] = _mix(18, here, native, sides | around)
    out[19] = _mix(19, here ^ (between[p] << 8), native, word[p])
    out[20] = _mix(20, here ^ (between[n] << 8), native, word[n])
    out[21] = _mix(21, here, key, around)
    out[22] = _mix(22, kind, around, 0)
    out[23] = _mix(23, here, word[p], word[n])
    out[24] = _mix(24, here, lone, (what[p - 2] << 16) | (what[p - 1] << 8) | what[p])
    out[25] = _mix(25, here, lone, (what[n] << 16) | (what[n + 1] << 8) | what[n + 2])
    out[26] = _mix(26, role, sides, around)
    out[27] = _mix(27, here, word[p - 1], (what[p] << 8) | what[n])
    beyond = (np.int64(left) << 24) | (right << 20)
    pair = (what[left] << 8) | what[right]
    out[28] = _mix(28, here ^ beyond, lone, word[left])
    out[29] = _mix(29, here ^ beyond, lone, word[right])
    out[30] = _mix(30, kind, beyond | pair, around)
    out[31] = _mix(31, here ^ beyond, key, pair)
    out[32] = _mix(32, here ^ beyond, key, word[left])
    out[33] = _mix(33, here ^ beyond, key, word[right])
    # The same word of another language in all that it may be left in.
    every = (native << 8) | 2
    out[34] = _mix(34, every, key, 0)
    out[35] = _mix(35, every, key, sides | around)
    out[36] = _mix(36, every ^ (what[p - 1] << 24), key, (what[p] << 8) | between[p])
    out[37] = _mix(37, every ^ (what[n + 1] << 24), key, (what[n] << 8) | between[n])
    out[38] = _mix(38, every ^ beyond, key, pair)
    return _joins_names(what, between, role)


@kernel
def _may_be_left(
    codes: U32, shift: int, stop: int, kinds: U8, gaps: U8, start: I32, end: I32, k: int,
    first: int, own: Any, stick: U8,
) -> bool:  # fmt: skip
    """A word of another language's lists that no mark sticks to, in small letters or with the
    capital that opens a sentence."""
    if not own & np.uint32(CANDIDATE):
        return False
    code = codes[shift + start[k]]
    if not (code < TABLE_SIZE and kinds[code] & LOWER):
        before = NEWLINE
        if k > first:
            before = _gap(codes, shift + end[k - 1], shift + start[k], gaps)
        if before < QUOTE or before > NEWLINE:
            return False
    begin, after = shift + start[k], shift + end[k]
    # "fa(llait)", "(l)e"
    if (begin > shift and codes[begin - 1] == _CLOSES) or (after < stop and codes[after] == _OPENS):
        return False
    return _stands_free(codes, begin, after, shift, stop, stick)


@kernel
def describe_candidates(
    codes: U32, base: I64, kinds: U8, gaps: U8, stick: U8, doc: I64, start: I32, end: I32, low: U64,
    found: U32, keys: U64, bits: U32, role_keys: U64, own: U8, alien: U8, tongue: int, mask: int,
) -> tuple[I64, NDArray[np.uint32]]:  # fmt: skip
    """``(word int64[m], features uint32[m, FEATURES])`` of all candidates, to learn from."""
    count = 0
    for d in range(doc.shape[0] - 1):
        for k in range(doc[d], doc[d + 1]):
            count += _may_be_left(
                codes, base[d], base[d + 1], kinds, gaps, start, end, k, doc[d], found[k], stick
            )
    places = np.empty(count, np.int64)
    features = np.empty((count, FEATURES), np.uint32)
    row = np.empty(FEATURES, np.uint64)
    count = 0
    for d in range(doc.shape[0] - 1):
        for k in range(doc[d], doc[d + 1]):
            if not _may_be_left(
                codes, base[d], base[d + 1], kinds, gaps, start, end, k, doc[d], found[k], stick
            ):
                continue
            _fill(
                row, codes, base[d], kinds, gaps, start, end, low, k, doc[d], doc[d + 1],
                keys, bits, role_keys, own, alien, tongue,
            )  # fmt: skip
            places[count] = k
            for i in range(FEATURES):
                features[count, i] = row[i] & np.uint64(mask)
            count += 1
    return places, features


@kernel
def mark_left(
    codes: U32, base: I64, kinds: U8, gaps: U8, stick: U8, doc: I64, start: I32, end: I32, low: U64,
    found: U32, keys: U64, bits: U32, role_keys: U64, own: U8, alien: U8, tongue: int,
    weights: NDArray[np.int8], levels: NDArray[np.int64],
) -> None:  # fmt: skip
    """Adds LEFT, LEFT_TOO or both to ``found`` where the weights of a candidate's features add up
    to the first, second or third of ``levels``."""
    mask = np.uint64(weights.shape[0] - 1)
    row = np.empty(FEATURES, np.uint64)
    for d in range(doc.shape[0] - 1):
        for k in range(doc[d], doc[d + 1]):
            if not _may_be_left(
                codes, base[d], base[d + 1], kinds, gaps, start, end, k, doc[d], found[k], stick
            ):
                continue
            joins = _fill(
                row, codes, base[d], kinds, gaps, start, end, low, k, doc[d], doc[d + 1],
                keys, bits, role_keys, own, alien, tongue,
            )  # fmt: skip
            total = np.int64(0)
            for i in range(FEATURES):
                total += weights[np.int64(row[i] & mask)]
            if total >= levels[2]:
                found[k] |= np.uint32(LEFT | LEFT_TOO)
            elif joins or total >= levels[1]:
                found[k] |= np.uint32(LEFT_TOO)
            elif total >= levels[0]:
                found[k] |= np.uint32(LEFT)
