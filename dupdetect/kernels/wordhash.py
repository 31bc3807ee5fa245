"""Shingle hashes straight from the text, for near-duplicates alone.

The words are those of :mod:`dupdetect.kernels.tokens`, folded alike. A text is folded first, 64
bytes at a time where they are ASCII, with a NUL for all that separates words; then the places where
words begin and end are taken from a bit for each byte, and each word is hashed from two registers.
No step branches by the length of a word, which a processor cannot predict. The hashes serve exact
set comparisons and MinHash, but are not datasketch's.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dupdetect.kernels import fold
from dupdetect.kernels._jit import inlined, kernel, load64, popcount, trailing_zeros
from dupdetect.kernels.fold import FoldTable
from dupdetect.kernels.scripts import may_be_mixed, unmask
from dupdetect.kernels.vectors import BYTES, filled, fold_ascii, load8, signed, store64
from dupdetect.kernels.words import decode

U8 = npt.NDArray[np.uint8]
U32 = npt.NDArray[np.uint32]
I64 = npt.NDArray[np.int64]

_WORD, _SINGLE, _IGNORED = fold.WORD, fold.SINGLE, fold.IGNORED
_PROPERTY_BITS = fold.PROPERTY_BITS
#: Letters of other scripts than Latin, which may be disguised Latin ones.
_FOREIGN = fold.GREEK | fold.CYRILLIC | fold.OTHER_SCRIPT
_DOUBT = fold.LATIN  # of what stands before them in a word
_STEP = BYTES
#: Bytes that one step writes at most (64, or a character of ``fold.MAX_FOLD`` and two NUL), and
#: those that are read or written beyond them.
_ROOM = 4 * BYTES
_NONE, _ONE = np.uint64(0), np.uint64(1)
_BYTE, _DELETE, _EIGHT, _LAST = (np.uint64(value) for value in (0xFF, 0x7F, 8, 63))
# A space and, behind it, a byte that is not ASCII; compared under a mask of both.
_SPACE, _HIGH_SPACE = np.uint64(0x8020), np.uint64(0x80FF)
_HALF, _29 = np.uint64(32), np.uint64(29)
# Odd multipliers of wyhash (Wang Yi 2019) and SplitMix64.
_K1, _K2 = np.uint64(0xA0761D6478BD642F), np.uint64(0xE7037ED1A0B428DB)
_K3 = np.uint64(0x9E3779B97F4A7C15)


@kernel
def word_shingles(data: U8, begin: I64, end: I64, table: FoldTable, size: int, hashes: U32) -> I64:
    """Hashes of all shingles of ``size`` words of n texts, and int64[n + 1] each text's range.

    Text i is ``data[begin[i]:end[i]]``, valid UTF-8. In text order, repeated ones stay; a text of t
    words has max(0, t - size + 1). They are written to ``hashes``, which must have room for
    :func:`most_shingles`.
    """
    n = len(begin)
    longest = 0
    for d in range(n):
        longest = max(longest, end[d] - begin[d])
    text = np.empty(longest + longest // 8 + _ROOM, np.uint8)
    edges = np.empty(len(text) + _ROOM, np.int32)
    words = np.empty(len(text) // 2 + _ROOM, np.uint64)
    rest = np.zeros(2 * _STEP, np.uint8)
    ranges = np.zeros(n + 1, np.int64)
    at = 0
    for d in range(n):
        text, length = _fold(data, begin[d], end[d], table, text, rest)
        if len(text) + _ROOM > len(edges):
            edges = np.empty(len(text) + _ROOM, np.int32)
            words = np.empty(len(text) // 2 + _ROOM, np.uint64)
        n_edges = _edges(signed(text.ctypes.data), length, edges)
        n_words = _hash_words(signed(text.ctypes.data), n_edges, edges, words)
        count = max(0, n_words - size + 1)
        if at + count > len(hashes):
            raise ValueError("no room for all shingles")
        _shingles(words, count, size, hashes, at)
        at += count
        ranges[d + 1] = at
    return ranges


def most_shingles(begin: I64, end: I64) -> int:
    """No texts of these ranges have more: a word takes two bytes with what separates it."""
    return int((end - begin).sum() + len(begin)) // 2 + 1


@kernel
def _fold(data: U8, begin: int, end: int, table: FoldTable, text: U8, rest: U8) -> tuple[U8, int]:
    """Words of ``data[begin:end]`` folded, one or more NUL between them; how many bytes.

    They are in ``text`` (``_ROOM`` bytes at least) or a larger array in its place, and 64 NUL after
    them. ``rest`` is 128 bytes to work in.
    """
    page, entry, pool, _ = table
    tables = signed(page.ctypes.data), signed(entry.ctypes.data), signed(pool.ctypes.data)
    # Near the buffer's end a step reads from a copy, which goes on.
    tail = max(begin, len(data) - _STEP)
    if end > tail:
        for k in range(tail, len(data)):
            rest[k - tail] = data[k]
    i, o = signed(begin), signed(0)
    while i < end:
        text = _longer(text, o + _ROOM)
        stop, source = min(signed(end), tail), signed(data.ctypes.data)
        if i >= tail:
            stop, source = signed(end), signed(rest.ctypes.data) - tail
        target, most = signed(text.ctypes.data), len(text) - _ROOM
        i, o, foreign = _fold_plain(source, i, stop, end, target, o, most, tables)
        if foreign:
            text, i, o = _foreign(data, begin, i, end, table, text, o)
    text = _longer(text, o + _ROOM)
    for k in range(o, o + _STEP):
        text[k] = 0
    return text, o


@kernel
def _fold_plain(
    source: int, i: int, stop: int, end: int, target: int, o: int, most: int,
    tables: tuple[int, int, int],
) -> tuple[int, int, bool]:  # fmt: skip
    """Folds a text from its byte ``i`` on until ``stop``, until more than ``most`` are written or
    until a letter of another script than Latin; where that is, and whether it is such a letter.

    Knows addresses alone: an array in a loop as tight as this has its references counted.
    """
    page, entry, pool = tables
    while i < stop and o <= most:
        other = fold_ascii(source + i, target + o)
        width = min(signed(trailing_zeros(other)), stop - i)
        i += width
        o += width
        if other == _NONE:
            continue
        while i < stop and o <= most:
            x = load64(source + i)
            if x & _BYTE < _DELETE and other == _NONE:
                if x & _HIGH_SPACE != _SPACE:
                    break
                store64(target + o, _NONE)  # between words of another alphabet
                i, o = i + 1, o + 1
                continue
            other = _NONE  # whatever follows is looked at for itself
            e, width = _entry(x, end - i, page, entry)
            if e & _WORD:
                if e & _FOREIGN:
                    if o > 0 and load8(target + o - 1):
                        return i, o, True
                    first, so_far, kinds = i, o, 0
                    while e & (_WORD | _IGNORED):
                        if e & _WORD:
                            o = _put(target, o, e, x, width, pool)
                            kinds |= e
                        i += width
                        if i >= stop or o > most:
                            break
                        x = load64(source + i)
                        e, width = _entry(x, end - i, page, entry)
                    if may_be_mixed(kinds) or (i >= stop and i < end) or o > most:
                        return first, so_far, True  # to be looked at again, with more care
                    continue
                o = _put(target, o, e, x, width, pool)
            elif e & _SINGLE:
                store64(target + o, _NONE)
                o = _put(target, o + 1, e, x, width, pool) + 1
                store64(target + o - 1, _NONE)
            elif not e & _IGNORED:
                store64(target + o, _NONE)
                o += 1
            i += width
    return i, o, False


@inlined
def _entry(x: np.uint64, left: int, page: int, entry: int) -> tuple[int, int]:
    """What the character is that ``x`` begins with, and how many bytes it takes."""
    code, octets = decode(x, np.uint64(left))
    row = load8(page + signed(code >> _EIGHT)) << 8 | signed(code & _BYTE)
    return signed(load64(entry + 8 * row)), signed(octets)


@kernel
def _longer(text: U8, least: int) -> U8:
    if least <= len(text):
        return text
    longer = np.empty(max(least, 2 * len(text)), np.uint8)
    for k in range(len(text)):  # quick, and quicker to compile than slices
        longer[k] = text[k]
    return longer


@kernel
def _few(data: U8, i: int) -> np.uint64:
    """The last bytes of a buffer, from ``i`` on, NUL after them."""
    x = _NONE
    for k in range(len(data) - i):
        x |= np.uint64(data[i + k]) << np.uint64(8 * k)
    return x


@inlined
def _put(target: int, o: int, e: int, x: np.uint64, width: int, pool: int) -> int:
    """Writes what a character folds to; where it ends. Its UTF-8 is ``width`` bytes of ``x``."""
    length = e >> _PROPERTY_BITS & 255
    if length == 0:
        store64(target + o, x)
        return o + width
    if length <= 4:
        store64(target + o, np.uint64(e >> 32))
        return o + length
    for k in range(length):
        store64(target + o + k, np.uint64(load8(pool + (e >> 32) + k)))
    return o + length


@kernel
def _foreign(
    data: U8, begin: int, i: int, end: int, table: FoldTable, text: U8, o: int
) -> tuple[U8, int, int]:
    """The rest of a word, from its first letter of another script than Latin on.

    If the word's letters are of several scripts, it is written anew in one.
    """
    page, entry, pool, _ = table
    first = o
    while first > 0 and text[first - 1] != 0:
        first -= 1
    origin = _origin(data, begin, i, table)
    kinds = 0 if first == o else _DOUBT
    while i < end:
        x = load64(signed(data.ctypes.data) + i) if i + 8 <= len(data) else _few(data, i)
        e, width = _entry(x, end - i, signed(page.ctypes.data), signed(entry.ctypes.data))
        if e & _WORD:
            if o + _ROOM > len(text):
                text = _longer(text, o + _ROOM)
            o = _put(signed(text.ctypes.data), o, e, x, width, signed(pool.ctypes.data))
            kinds |= e
        elif not e & _IGNORED:
            break
        i += width
    if may_be_mixed(kinds):
        text = _longer(text, o + (i - origin) + _ROOM)
        o = signed(
            unmask(
                data, np.uint64(origin), np.uint64(i), table, text, np.uint64(first), np.uint64(o)
            )
        )
    return text, i, o


@kernel
def _origin(data: U8, begin: int, i: int, table: FoldTable) -> int:
    """Where the word begins that goes on at ``i``."""
    page, entry, _, _ = table
    while i > begin:
        j = i - 1
        while j > begin and i - j < 4 and data[j] & 0xC0 == 0x80:
            j -= 1
        x = load64(signed(data.ctypes.data) + j) if j + 8 <= len(data) else _few(data, j)
        e, width = _entry(x, i - j, signed(page.ctypes.data), signed(entry.ctypes.data))
        if width != i - j or not e & (_WORD | _IGNORED):
            break
        i = j
    return i


@kernel
def _edges(address: int, length: int, edges: npt.NDArray[np.int32]) -> int:
    """Where words begin and end by turns; how many such places."""
    n, before = signed(0), _NONE
    for at in range(0, length + 1, _STEP):  # one byte more: the last word has an end
        word = filled(address + at)
        if length - at < _STEP:
            word &= (_ONE << np.uint64(length - at)) - _ONE
        change = word ^ (word << _ONE | before)
        before = word >> _LAST
        end = n + signed(popcount(change))
        # Eight at once, of which the last few may be none: how many there are, nobody can predict.
        while n < end:
            for k in range(8):
                edges[n + k] = at + signed(trailing_zeros(change))
                change &= change - _ONE
            n += 8
        n = end
    return n


@kernel
def _hash_words(
    address: int, n_edges: int, edges: npt.NDArray[np.int32], words: npt.NDArray[np.uint64]
) -> int:
    """Hashes of the words between edges; how many."""
    for k in range(n_edges // 2):
        begin = signed(edges[2 * k])
        length = signed(edges[2 * k + 1]) - begin
        place = address + begin
        short = min(length, 8)
        z = load64(place) << np.uint64(64 - 8 * short)
        z = ((z ^ np.uint64(length)) + _K3) * _K1
        z ^= z >> _HALF
        # The second eight bytes; shifted in two steps, since none may be left.
        gap = np.uint64(32 - 4 * min(length - short, 8))
        z = (z ^ load64(place + 8) << gap << gap) * _K2
        for more in range(16, length, 8):
            gap = np.uint64(64 - 8 * min(length - more, 8))
            z = ((z ^ z >> _HALF) ^ load64(place + more) << gap) * _K1
        words[k] = z ^ z >> _29
    return n_edges // 2


@kernel
def _shingles(words: npt.NDArray[np.uint64], count: int, size: int, hashes: U32, at: int) -> None:
    if size == 3:  # as good as always; a loop that becomes vectors
        for k in range(count):
            z = (words[k] * _K3 + words[k + 1]) * _K3 + words[k + 2]
            hashes[at + k] = np.uint32((z ^ z >> _HALF) * _K2 >> _HALF)
        return
    for k in range(count):
        z = words[k]
        for t in range(1, size):
            z = z * _K3 + words[k + t]
        hashes[at + k] = np.uint32((z ^ z >> _HALF) * _K2 >> _HALF)
