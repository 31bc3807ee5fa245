"""Shingle hashes straight from the text, for near-duplicates alone.

The words are those of :mod:`dupdetect.kernels.tokens`, folded alike; each is hashed in registers
while it is read, and a shingle's hash is made of its words' hashes, so that neither tokens nor
their text are ever written. That takes 40 % of the time of tokens and xxHash32. The hashes serve
exact set comparisons and MinHash, but are not datasketch's.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dupdetect.kernels import fold
from dupdetect.kernels._jit import inlined, kernel
from dupdetect.kernels.fold import FoldTable
from dupdetect.kernels.scripts import may_be_mixed, unmask
from dupdetect.kernels.words import EIGHT, FOUR, NOTHING, ONE, ZERO, decode, load, plain_word

_WORD, _SINGLE, _IGNORED, _LATIN = fold.WORD, fold.SINGLE, fold.IGNORED, fold.LATIN
_PROPERTY_BITS = fold.PROPERTY_BITS
_BYTE, _SPACE = np.uint64(0xFF), np.uint64(0x20)
_ALL = np.uint64(0xFFFFFFFFFFFFFFFF)
_HALF = np.uint64(32)
# Odd multipliers of wyhash (Wang Yi 2019) and SplitMix64.
_K1, _K2 = np.uint64(0xA0761D6478BD642F), np.uint64(0xE7037ED1A0B428DB)
_K3 = np.uint64(0x9E3779B97F4A7C15)
#: Bytes that a byte of text folds to at most (U+FDFA, three bytes, to 33), rounded up.
_ROOM = np.uint64(16)


def word_shingles(
    data: npt.NDArray[np.uint8], offsets: npt.NDArray[np.int64], table: FoldTable, size: int
) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.int64]]:
    """Hashes of all shingles of ``size`` words of n texts, and int64[n + 1] each text's range.

    Text i is ``data[offsets[i]:offsets[i + 1]]``, valid UTF-8. In text order, repeated ones stay;
    a text of t words has max(0, t - size + 1).
    """
    n = len(offsets) - 1
    most = int(offsets[n] - offsets[0])
    words = np.empty(most // 4 + n + 1, np.uint64)
    doc = np.zeros(n + 1, np.int64)
    while (found := _words(data, offsets, table, words, doc)) < 0:
        words = np.empty(min(2 * len(words), most + 1), np.uint64)
    return _shingles(words[:found], doc, size)


@kernel
def _words(
    data: npt.NDArray[np.uint8],
    offsets: npt.NDArray[np.int64],
    table: FoldTable,
    words: npt.NDArray[np.uint64],
    doc: npt.NDArray[np.int64],
) -> np.int64:
    """Fills hashes of words and their ranges in the texts; how many, -1 for too many."""
    page, entry, pool, _ = table
    most = np.uint64(len(words))
    m = ZERO  # words that are complete
    # The open word: hash of its full eights of bytes, the bytes after them, how many those are.
    h = waiting = filled = ZERO
    for d in range(len(offsets) - 1):
        doc[d] = m
        i, stop = np.uint64(offsets[d]), np.uint64(offsets[d + 1])
        inside = single = False  # a word is open; it takes no more characters
        origin, kinds = i, 0  # the open word's first byte, properties of its characters
        while i <= stop:  # a text ends as if a NUL followed
            if i + EIGHT <= stop:
                x = load(data, i)
            else:
                x = ZERO
                for k in range(stop - i):
                    x |= np.uint64(data[i + k]) << EIGHT * k
            folded, width, _ = plain_word(x, NOTHING)
            if width > ZERO:  # ASCII letters and digits
                if single and inside:
                    words[m] = _closed(h, waiting, filled)
                    m += ONE
                    inside = False
                if not inside:
                    if m >= most:
                        return np.int64(-1)
                    h = waiting = filled = ZERO
                    inside, single = True, False
                    origin, kinds = i, 0
                kinds |= _LATIN
                h, waiting, filled = _appended(h, waiting, filled, folded, width)
                i += width
                # Mostly a space follows, which ends the word here and now.
                if width < EIGHT and x >> EIGHT * width & _BYTE == _SPACE and i < stop:
                    words[m] = _closed(h, waiting, filled)
                    if may_be_mixed(kinds):
                        words[m] = _unmasked(words[m], data, origin, i, table)
                    m += ONE
                    inside = False
                    i += ONE
                continue
            code, width = decode(x, stop - i)
            e = entry[np.uint64(page[code >> EIGHT]) << EIGHT | code & _BYTE]
            if inside and (single or not e & _WORD) and not e & _IGNORED:
                words[m] = _closed(h, waiting, filled)
                if may_be_mixed(kinds):
                    words[m] = _unmasked(words[m], data, origin, i, table)
                m += ONE
                inside = False
            if e & (_WORD | _SINGLE):
                if not inside:
                    if m >= most:
                        return np.int64(-1)
                    h = waiting = filled = ZERO
                    single = e & _SINGLE != 0
                    inside = True
                    origin, kinds = i, 0
                kinds |= e
                length = np.uint64(e >> _PROPERTY_BITS) & _BYTE
                if length <= FOUR:
                    folded = np.uint64(e >> 32) if length else x
                    length = length if length else width
                    h, waiting, filled = _appended(h, waiting, filled, folded, length)
                else:
                    begin = np.uint64(e >> 32)
                    for k in range(length):
                        octet = np.uint64(pool[begin + k])
                        h, waiting, filled = _appended(h, waiting, filled, octet, ONE)
            i += width
    doc[len(offsets) - 1] = m
    return np.int64(m)


@inlined
def _appended(
    h: np.uint64, waiting: np.uint64, filled: np.uint64, octets: np.uint64, n: np.uint64
) -> tuple[np.uint64, np.uint64, np.uint64]:
    """A word's state after ``n`` more bytes, 1 to 8: the same however they come in parts."""
    octets &= _ALL >> EIGHT * (EIGHT - n)
    joined = waiting | octets << EIGHT * filled
    filled += n
    # No branch: how long words are cannot be predicted. All ones when eight bytes are there; what
    # is left of them is shifted in two steps, since a shift by 64 is none in hardware.
    full = ZERO - (filled >> np.uint64(3))
    left = octets >> FOUR * (n + EIGHT - filled) >> FOUR * (n + EIGHT - filled)
    h ^= (h ^ _mixed(h, joined)) & full
    return h, joined ^ (joined ^ left) & full, filled & np.uint64(7)


@inlined
def _closed(h: np.uint64, waiting: np.uint64, filled: np.uint64) -> np.uint64:
    return _mixed(h + (filled + ONE) * _K3, waiting)


@kernel
def _unmasked(
    h: np.uint64,
    data: npt.NDArray[np.uint8],
    begin: np.uint64,
    end: np.uint64,
    table: FoldTable,
) -> np.uint64:
    """The hash of a word disguised by letters of another script; ``h`` where it is none."""
    text = np.empty(_ROOM * (end - begin), np.uint8)
    n = unmask(data, begin, end, table, text, ZERO, ZERO)
    if n == ZERO:
        return h
    h = waiting = filled = ZERO
    for k in range(n):
        h, waiting, filled = _appended(h, waiting, filled, np.uint64(text[k]), ONE)
    return _closed(h, waiting, filled)


@inlined
def _mixed(h: np.uint64, word: np.uint64) -> np.uint64:
    z = (h ^ word) * _K1
    z = (z ^ z >> _HALF) * _K2
    return z ^ z >> np.uint64(29)


@kernel
def _shingles(
    words: npt.NDArray[np.uint64], doc: npt.NDArray[np.int64], size: int
) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.int64]]:
    n = len(doc) - 1
    ranges = np.zeros(n + 1, np.int64)
    for d in range(n):
        ranges[d + 1] = ranges[d] + max(0, doc[d + 1] - doc[d] - size + 1)
    hashes = np.empty(ranges[n], np.uint32)
    for d in range(n):
        first, begin = doc[d], ranges[d]
        for k in range(ranges[d + 1] - begin):
            z = words[first + k]
            for t in range(1, size):
                z = z * _K3 + words[first + k + t]
            hashes[begin + k] = np.uint32((z ^ z >> _HALF) * _K2 >> _HALF)
    return hashes, ranges
