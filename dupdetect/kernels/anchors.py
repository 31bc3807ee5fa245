"""Anchors: the numbers, names and rare words that a rewrite or a translation cannot change.

Walks the tokens of a batch and keeps those whose background frequency is low. Each anchor has two
keys: its stem (one language) and its skeleton (across languages); a number has one key for both.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import inlined, kernel
from dupdetect.kernels.memory import recall, remember
from dupdetect.kernels.numbers import number_at, small_number_key, small_number_zipf
from dupdetect.kernels.stems import hash_bytes, skeleton_key, stem_key

#: Kinds of anchors, as stored in ``kind``; the quote bit is set for anchors inside quotation marks.
NUMBER, NAME, WORD, QUOTE_BIT = 1, 2, 3, 8

_CAPITAL, _DIGIT, _LETTER, _SENTENCE, _QUOTE, _SPACELESS, _FURNITURE = 1, 4, 8, 16, 64, 128, 256

#: Values of number words that are no numbers below a hundred, as the background table has them:
#: "hundred", "cent", "mille"; joining "et" and "y", and "un" behind them or behind a bigger one.
_HUNDRED, _CENT, _THOUSAND, _ET, _Y, _ONE = 100, 101, 102, 103, 104, 105

#: A capital inside a sentence makes a word this much rarer (Zipf times 20): 0.6 on the log10 scale.
NAME_BONUS = 12
#: Words missing from the background table count as Zipf 2.4.
UNKNOWN_ZIPF = 48


@inlined
def lookup(keys: NDArray[np.uint32], values: NDArray[np.uint8], key: np.uint32, absent: int) -> int:
    """Value of a key in an open-addressing table whose length is a power of two; 0 = empty."""
    mask = np.uint32(keys.size - 1)
    i = np.uint32(key & mask)
    while keys[i] != 0:
        if keys[i] == key:
            return int(values[i])
        i = np.uint32((i + np.uint32(1)) & mask)
    return absent


@kernel
def build_table(
    keys: NDArray[np.uint32], values: NDArray[np.uint8], size: int
) -> tuple[NDArray[np.uint32], NDArray[np.uint8]]:
    """An open-addressing table of ``size`` (a power of two, at least twice the keys) slots."""
    table_keys = np.zeros(size, np.uint32)
    table_values = np.zeros(size, np.uint8)
    mask = np.uint32(size - 1)
    for k in range(keys.size):
        i = np.uint32(keys[k] & mask)
        while table_keys[i] != 0 and table_keys[i] != keys[k]:
            i = np.uint32((i + np.uint32(1)) & mask)
        table_keys[i] = keys[k]
        table_values[i] = values[k]
    return table_keys, table_values


@inlined
def _word_value(
    i: int,
    text: NDArray[np.uint8],
    text_start: NDArray[np.int64],
    text_end: NDArray[np.int64],
    number_keys: NDArray[np.uint32],
    number_values: NDArray[np.uint8],
) -> int:
    return lookup(number_keys, number_values, hash_bytes(text, text_start[i], text_end[i]), 0)


@kernel
def _thousands(
    i: int,
    last: int,
    text: NDArray[np.uint8],
    text_start: NDArray[np.int64],
    text_end: NDArray[np.int64],
    start: NDArray[np.int32],
    end: NDArray[np.int32],
    number_keys: NDArray[np.uint32],
    number_values: NDArray[np.uint8],
) -> tuple[int, int]:
    """A number below a million at token i: "deux mille seize", "cent mille"."""
    value, taken = _hundreds(
        i, last, text, text_start, text_end, start, end, number_keys, number_values
    )
    if value != 1 and value < 1000 and _next_value(
        i, taken, last, text, text_start, text_end, start, end, number_keys, number_values
    ) == _THOUSAND:  # fmt: skip
        many, value, taken = value, 1000 * max(value, 1), taken + 1
        rest, more = _hundreds(
            i + taken, last, text, text_start, text_end, start, end, number_keys, number_values
        ) if _touches(i + taken, last, start, end) else (0, 0)  # fmt: skip
        if rest > 1 or (rest == 1 and many > 1):
            value, taken = value + rest, taken + more
    if value <= 1:
        return 0, 1
    return value, taken


@kernel
def _hundreds(
    i: int,
    last: int,
    text: NDArray[np.uint8],
    text_start: NDArray[np.int64],
    text_end: NDArray[np.int64],
    start: NDArray[np.int32],
    end: NDArray[np.int32],
    number_keys: NDArray[np.uint32],
    number_values: NDArray[np.uint8],
) -> tuple[int, int]:
    """A number below a thousand (or "dix-neuf cent") at token i; 1 for "un" (a), 0 for none.

    French "cent" alone is none, as in "pour cent", unless a number or "mille" follows.
    """
    value, taken = _tens(
        i, last, text, text_start, text_end, start, end, number_keys, number_values
    )
    unit = _next_value(
        i, taken, last, text, text_start, text_end, start, end, number_keys, number_values
    )  # fmt: skip
    if (unit != _HUNDRED and unit != _CENT) or value == 1 or value == 10 or value > 19:
        return value, taken
    many, value, taken = value, 100 * max(value, 1), taken + 1
    rest, more = _tens(
        i + taken, last, text, text_start, text_end, start, end, number_keys, number_values
    ) if _touches(i + taken, last, start, end) else (0, 0)  # fmt: skip
    if rest > 1 or (rest == 1 and many > 1):
        return value + rest, taken + more
    if many == 0 and unit == _CENT and _next_value(
        i, taken, last, text, text_start, text_end, start, end, number_keys, number_values
    ) != _THOUSAND:  # fmt: skip
        return 0, 0
    return value, taken


@kernel
def _tens(
    i: int,
    last: int,
    text: NDArray[np.uint8],
    text_start: NDArray[np.int64],
    text_end: NDArray[np.int64],
    start: NDArray[np.int32],
    end: NDArray[np.int32],
    number_keys: NDArray[np.uint32],
    number_values: NDArray[np.uint8],
) -> tuple[int, int]:
    """A number below a hundred at token i; 1 for "un" (a), 0 for none.

    Joins "twenty-two", "dix-sept", "vingt et un", "treinta y dos", "quatre-vingt-dix-sept".
    """
    value = _word_value(i, text, text_start, text_end, number_keys, number_values)
    if value == _ONE:
        return 1, 1
    if value > 90:
        return 0, 0
    taken = 1 if value > 0 else 0
    while 4 <= value <= 90 and taken < 4 and _touches(i + taken, last, start, end):
        unit = _word_value(i + taken, text, text_start, text_end, number_keys, number_values)
        if unit in (_ET, _Y) and taken == 1 and 20 <= value <= 70:
            after = _next_value(
                i, 2, last, text, text_start, text_end, start, end, number_keys, number_values
            )
            if after == _ONE or (unit == _ET and value == 60 and after == 11):
                return value + (1 if after == _ONE else 11), 3
            if unit == _Y and 0 < after < 10:
                return value + after, 3
            break
        if unit == _ONE and value == 80:
            return 81, taken + 1
        tens = value >= 20 and value % 10 == 0 and unit < 10
        teens = (value == 60 or value == 80) and unit < 20
        if taken == 1 and value == 4 and unit == 20:
            value = 80
        elif unit > 0 and (tens or teens or (value == 10 and 7 <= unit <= 9)):
            value += unit
        else:
            break
        taken += 1
    return value, taken


@inlined
def _touches(i: int, last: int, start: NDArray[np.int32], end: NDArray[np.int32]) -> bool:
    """Whether one character stands between token i and the one before."""
    return i < last and start[i] == end[i - 1] + 1


@inlined
def _next_value(
    i: int,
    taken: int,
    last: int,
    text: NDArray[np.uint8],
    text_start: NDArray[np.int64],
    text_end: NDArray[np.int64],
    start: NDArray[np.int32],
    end: NDArray[np.int32],
    number_keys: NDArray[np.uint32],
    number_values: NDArray[np.uint8],
) -> int:
    """The value of the word behind a number of ``taken`` words at token i, of the word at i if 0;
    0 where it is apart."""
    if taken > 0 and not _touches(i + taken, last, start, end):
        return 0
    return _word_value(i + taken, text, text_start, text_end, number_keys, number_values)


@kernel
def extract_anchors(
    doc: NDArray[np.int64],
    start: NDArray[np.int32],
    end: NDArray[np.int32],
    flags: NDArray[np.uint16],
    text: NDArray[np.uint8],
    text_start: NDArray[np.int64],
    text_end: NDArray[np.int64],
    stem_keys: NDArray[np.uint32],
    stem_zipf: NDArray[np.uint8],
    skeleton_keys: NDArray[np.uint32],
    skeleton_zipf: NDArray[np.uint8],
    number_keys: NDArray[np.uint32],
    number_values: NDArray[np.uint8],
    max_zipf: int,
) -> tuple[
    NDArray[np.int64],
    NDArray[np.uint32],
    NDArray[np.uint32],
    NDArray[np.uint8],
    NDArray[np.uint8],
    NDArray[np.uint8],
    NDArray[np.int32],
    NDArray[np.int32],
]:
    """All anchors of a batch, in text order.

    Returns ``anchor_doc`` (n + 1 offsets), stem key, skeleton key (0: none), stem Zipf, skeleton
    Zipf (times 20; 255: not an anchor in that alphabet), kind, token and sentence (both counted
    from 0 inside their document). ``max_zipf`` is times 20. Words flagged FURNITURE are none.
    """
    n_docs = doc.size - 1
    total = start.size
    anchor_doc = np.zeros(n_docs + 1, np.int64)
    stem = np.empty(total, np.uint32)
    skeleton = np.empty(total, np.uint32)
    zipf_stem = np.empty(total, np.uint8)
    zipf_skeleton = np.empty(total, np.uint8)
    kind = np.empty(total, np.uint8)
    token = np.empty(total, np.int32)
    sentence = np.empty(total, np.int32)
    n = 0
    memory = remember(total)
    for d in range(n_docs):
        first, last = doc[d], doc[d + 1]
        current = -1
        i = first
        while i < last:
            flag = flags[i]
            if flag & _SENTENCE or current < 0:
                current += 1
            if flag & _FURNITURE:
                i += 1
                continue
            taken = 1
            number = np.uint32(0)
            zipf = 0
            a, b = text_start[i], text_end[i]
            packed, slot, plain = np.uint64(0), 0, False
            if flag & (_DIGIT | _SPACELESS) == 0:
                packed, slot = recall(memory, text, a, b)
                plain = packed != 0 and memory.word[slot] == packed
            if plain:
                pass
            elif flag & _DIGIT:
                number, taken, zipf = number_at(i, last, text, text_start, text_end, start, end)
            elif flag & _SPACELESS == 0:
                value = _word_value(i, text, text_start, text_end, number_keys, number_values)
                if value != 0 and value <= _THOUSAND:
                    packed = np.uint64(0)  # it depends on the words that follow
                    value, taken = _thousands(
                        i, last, text, text_start, text_end, start, end, number_keys, number_values
                    )
                    if value > 0:
                        number = small_number_key(value)
                        zipf = small_number_zipf(value)
            quote = QUOTE_BIT if flag & _QUOTE else 0
            if number != 0:
                stem[n], skeleton[n] = number, number
                zipf_stem[n], zipf_skeleton[n] = zipf, zipf
                kind[n], token[n], sentence[n] = NUMBER | quote, i - first, current
                n += 1
            elif b - a >= 2 and flag & _SPACELESS == 0:
                is_name = flag & _CAPITAL != 0 and flag & _SENTENCE == 0
                bonus = NAME_BONUS if is_name else 0
                if plain:
                    k, sk = memory.stem[slot], memory.skeleton[slot]
                    z, zs = int(memory.stem_zipf[slot]), int(memory.skeleton_zipf[slot])
                else:
                    k, sk = stem_key(text, a, b), skeleton_key(text, a, b)
                    z = lookup(stem_keys, stem_zipf, k, UNKNOWN_ZIPF)
                    zs = lookup(skeleton_keys, skeleton_zipf, sk, UNKNOWN_ZIPF)
                    if packed != 0:
                        memory.word[slot] = packed
                        memory.stem[slot], memory.skeleton[slot] = k, sk
                        memory.stem_zipf[slot], memory.skeleton_zipf[slot] = z, zs
                z, zs = z - bonus, zs - bonus
                as_stem = z <= max_zipf
                as_skeleton = sk != 0 and zs <= max_zipf
                if as_stem or as_skeleton:
                    if not is_name and flag & _CAPITAL != 0 and z < 60:
                        is_name = True  # a rare capitalised word at a sentence's start
                    stem[n], skeleton[n] = k, sk
                    zipf_stem[n] = max(z, 0) if as_stem else 255
                    zipf_skeleton[n] = max(zs, 0) if as_skeleton else 255
                    kind[n] = (NAME if is_name else WORD) | quote
                    token[n], sentence[n] = i - first, current
                    n += 1
            for step in range(1, taken):
                if flags[i + step] & _SENTENCE:
                    current += 1
            i += taken
        anchor_doc[d + 1] = n
    return (
        anchor_doc,
        stem[:n].copy(),
        skeleton[:n].copy(),
        zipf_stem[:n].copy(),
        zipf_skeleton[:n].copy(),
        kind[:n].copy(),
        token[:n].copy(),
        sentence[:n].copy(),
    )
