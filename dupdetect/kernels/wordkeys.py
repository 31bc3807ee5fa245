"""Stems, skeletons and hashes of many words at once.

The same keys as those of :mod:`dupdetect.kernels.stems`, word by word. Words differ in length and
spelling, which a processor cannot predict: a branch per letter costs five times the arithmetic.
Here every word takes the same steps, each letter in its turn, with results selected instead of
branches taken, so that the compiler makes them for 8 or 16 words at a time.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import inlined, kernel, load64
from dupdetect.kernels.mix import mix32
from dupdetect.kernels.stems import (
    FNV_OFFSET,
    FNV_PRIME,
    SKELETON_SEED,
    SKELETON_SYMBOLS,
    hash_bytes,
    skeleton_key,
    stem_key,
)
from dupdetect.kernels.symbols import BEFORE, BEHIND, is_vowel, spell

U8 = NDArray[np.uint8]
U16 = NDArray[np.uint16]
U32 = NDArray[np.uint32]
U64 = NDArray[np.uint64]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]

#: Bytes of a word that are looked at here; of the longer ones (1 of 200 in French) the keys are
#: made one by one.
_REACH = 16
#: Words of one round: what they need stays in the first-level cache.
_ROUND = 128
#: Words, and bytes, that a compiler may make in one step; a rest that is not filled up to that is
#: made one by one.
_STEP, _BYTE_STEP = 16, 64
_ZERO, _ONE, _BYTE = np.uint32(0), np.uint32(1), np.uint32(0xFF)
_SYMBOLS = np.uint32(SKELETON_SYMBOLS)
_FIVE, _SIX, _EIGHT = np.uint64(5), np.uint64(6), np.uint64(8)
_SPACE = 32
_HIGH = np.uint64(0x8080808080808080)


class Keys(NamedTuple):
    """Of the words of one document: token, counted inside the document, stem, skeleton, and hash of
    all bytes."""

    token: I32
    stem: U32
    skeleton: U32
    whole: U32


class _Round(NamedTuple):
    """Words of one round: their first bytes, the symbols of these, and their lengths."""

    low: U64
    high: U64
    low_symbols: U64
    high_symbols: U64
    length: U32


class Room(NamedTuple):
    """Memory to work in."""

    text: U8
    symbols: U8
    now: _Round
    keys: Keys


@kernel
def make_room(words: int, size: int) -> Room:
    """Room for documents of so many words and bytes."""
    size = _filled_up(size, _BYTE_STEP) + BEHIND
    text = np.empty(BEFORE + size, np.uint8)
    text[:BEFORE] = _SPACE
    keys, now = np.empty((3, words + _STEP), np.uint32), np.empty((4, _ROUND), np.uint64)
    return Room(
        text, np.empty(size, np.uint8),
        _Round(now[0], now[1], now[2], now[3], np.empty(_ROUND, np.uint32)),
        Keys(np.empty(words, np.int32), keys[0], keys[1], keys[2]),
    )  # fmt: skip


@kernel
def word_keys(
    flags: U16, without: int, text: U8, text_start: I64, text_end: I64, first: int, last: int,
    room: Room,
) -> int:  # fmt: skip
    """Writes the keys of those tokens ``first:last``, of one document, that have none of the flags
    ``without`` to ``room.keys``; returns how many they are."""
    some = False
    for i in range(first, last):
        some |= (flags[i] & without) == 0
    if not some:
        return 0
    begin = text_start[first]
    size = text_end[last - 1] - begin
    _copy(text[begin : begin + size], room.text)
    spell(room.text, room.symbols, _filled_up(size, _BYTE_STEP))
    n = 0
    for token in range(first, last, _ROUND):
        stop = min(last, token + _ROUND)
        many = _gather(flags, without, text_start, text_end, token, stop, first, n, room)
        made = n + _filled_up(many, _STEP)
        _skeletons(room.now, room.keys.skeleton[n:made])
        if _stems(room.now, room.keys.stem[n:made], room.keys.whole[n:made]):
            _one_by_one(text, text_start, first, n, many, room)
        n += many
    return n


@inlined
def _filled_up(size: int, step: int) -> int:
    return (size + step - 1) & -step


@kernel
def _copy(text: U8, room: U8) -> None:
    """A text between white space."""
    inside = room[BEFORE:]
    for i in range(text.size):  # seven times faster than an assignment
        inside[i] = text[i]
    inside[text.size : text.size + BEHIND] = _SPACE


@kernel
def _gather(
    flags: U16, without: int, text_start: I64, text_end: I64, token: int, stop: int, first: int,
    n: int, room: Room,
) -> int:  # fmt: skip
    """The words of one round, and how many."""
    low, high, low_symbols, high_symbols, length = room.now
    number = room.keys.token
    here = room.text.ctypes.data + BEFORE - text_start[first]
    there = room.symbols.ctypes.data - text_start[first]
    many, base = np.uint64(0), np.uint64(n)  # an index without a sign is not looked at twice
    for i in range(np.uint64(token), np.uint64(stop)):
        a = text_start[i]
        low[many], high[many] = load64(here + a), load64(here + a + 8)
        low_symbols[many], high_symbols[many] = load64(there + a), load64(there + a + 8)
        length[many] = text_end[i] - a
        number[base + many] = np.int64(i) - first
        many += np.uint64((flags[i] & without) == 0)
    return int(many)


@inlined
def _first_bytes(x: np.uint64, size: np.uint64) -> np.uint64:
    """The first ``size`` of eight bytes, at most all."""
    size = min(size, _EIGHT)
    mask = ~np.uint64(0) >> ((np.uint64(64) - size * _EIGHT) & np.uint64(63))
    return x & (mask if size > np.uint64(0) else np.uint64(0))


@inlined
def _behind(size: np.uint64) -> np.uint64:
    """How many bytes of a word stand behind its first eight."""
    return max(size, _EIGHT) - _EIGHT


@kernel
def _stems(now: _Round, stem: U32, whole: U32) -> bool:
    """Writes the stem and the hash of all bytes, where they are right: of words with more than 16
    bytes or letters that are not ASCII's ``now.length`` is kept, that of the others becomes 0.
    Returns whether there are such words."""
    low, high, _, _, length = now
    odd = np.uint64(0)
    for i in range(stem.size):
        size = np.uint64(length[i])
        x, y = _first_bytes(low[i], size), _first_bytes(high[i], _behind(size))
        wrong = ((x | y) & _HIGH != np.uint64(0)) | (size > _REACH)
        odd |= np.uint64(wrong)
        fifth, sixth = np.uint32(x >> np.uint64(32)) & _BYTE, np.uint32(x >> np.uint64(40)) & _BYTE
        cut = (size >= _SIX) & (is_vowel(sixth) | _is_plural(sixth))
        kept = np.uint64(min(size, _SIX) - np.uint64(cut))
        cut = (kept == _FIVE) & (is_vowel(fifth) | ((size == _FIVE) & _is_plural(fifth)))
        kept = np.uint64(kept - np.uint64(cut))
        h = FNV_OFFSET
        for j in range(4):
            h = _hashed(h, x, j, size)
        short = _hashed(_hashed(h, x, 4, kept), x, 5, kept)
        for j in range(4, 8):
            h = _hashed(h, x, j, size)
        for j in range(8):
            h = _hashed(h, y, j, _behind(size))
        length[i] = length[i] if wrong else _ZERO
        stem[i] = _not_zero(mix32(short))
        whole[i] = _not_zero(mix32(h))
    return bool(odd != np.uint64(0))


@inlined
def _hashed(h: np.uint32, x: np.uint64, j: int, size: np.uint64) -> np.uint32:
    """FNV-1a's state after byte j, if it is one of the first ``size``."""
    byte = np.uint32(x >> np.uint64(8 * j)) & _BYTE
    after = np.uint32(np.uint32(h ^ byte) * FNV_PRIME)
    return after if np.uint64(j) < size else h


@inlined
def _is_plural(byte: np.uint32) -> bool:
    return bool((byte == np.uint32(115)) | (byte == np.uint32(120)))  # s, x


@inlined
def _not_zero(h: np.uint32) -> np.uint32:
    return h if h != _ZERO else _ONE


@kernel
def _skeletons(now: _Round, skeleton: U32) -> None:
    """Writes the skeletons of words of at most 16 bytes."""
    _, _, low, high, length = now
    for i in range(skeleton.size):
        size = np.uint64(length[i])
        x, y = _first_bytes(low[i], size), _first_bytes(high[i], _behind(size))
        starts = (np.uint32(x) & _BYTE) == _ONE  # only a first vowel counts
        h = np.uint32(np.uint32(FNV_OFFSET ^ _ONE) * FNV_PRIME) if starts else FNV_OFFSET
        last, count = _ZERO, np.uint32(starts)
        for j in range(8):
            h, last, count = _joined(h, last, count, np.uint32(x >> np.uint64(8 * j)) & _BYTE)
        for j in range(8):
            h, last, count = _joined(h, last, count, np.uint32(y >> np.uint64(8 * j)) & _BYTE)
        h = _not_zero(mix32(np.uint32(h ^ SKELETON_SEED)))
        skeleton[i] = h if count > _ONE else _ZERO


@inlined
def _joined(
    h: np.uint32, last: np.uint32, count: np.uint32, symbol: np.uint32
) -> tuple[np.uint32, np.uint32, np.uint32]:
    """State, last symbol and their number after one more; a vowel only parts equal ones."""
    counts = (symbol > _ONE) & (symbol != last) & (count < _SYMBOLS)
    after = np.uint32(np.uint32(h ^ symbol) * FNV_PRIME)
    h = after if counts else h
    return h, symbol if symbol != _ZERO else last, np.uint32(count + np.uint32(counts))


@kernel
def _one_by_one(text: U8, text_start: I64, first: int, n: int, many: int, room: Room) -> None:
    """Does those words of a round again that :func:`_stems` left."""
    for k in range(many):
        size = np.int64(room.now.length[k])
        if size:
            c = n + k
            a = text_start[first + room.keys.token[c]]
            room.keys.stem[c] = stem_key(text, a, a + size)
            if size > _REACH:
                room.keys.skeleton[c] = skeleton_key(text, a, a + size)
                room.keys.whole[c] = hash_bytes(text, a, a + size)
