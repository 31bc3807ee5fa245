"""Anchors: the numbers, names and rare words that a rewrite or a translation cannot change.

Walks the tokens of a batch and keeps those whose background frequency is low. Each anchor has two
keys: its stem (one language) and its skeleton (across languages); a number has one key for both.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import inlined, kernel
from dupdetect.kernels.numbers import number_at, small_number_key, small_number_zipf
from dupdetect.kernels.spelled import THOUSAND, spelled_number
from dupdetect.kernels.tables import look_up, lookup, passes
from dupdetect.kernels.wordkeys import Keys, make_room, word_keys

#: Kinds of anchors, as stored in ``kind``; the quote bit is set for anchors inside quotation marks.
NUMBER, NAME, WORD, QUOTE_BIT = 1, 2, 3, 8

_CAPITAL, _DIGIT, _LETTER, _SENTENCE, _QUOTE, _SPACELESS, _FURNITURE = 1, 4, 8, 16, 64, 128, 256

#: A capital inside a sentence makes a word this much rarer (Zipf times 20): 0.6 on the log10 scale.
NAME_BONUS = 12
#: Words missing from the background table count as Zipf 2.4.
UNKNOWN_ZIPF = 48
#: A capitalised word at a sentence's start that is rarer than this is a name.
_RARE = 60
#: The Zipf of what is no anchor in an alphabet.
_NONE = 255

U8 = NDArray[np.uint8]
U16 = NDArray[np.uint16]
U32 = NDArray[np.uint32]
U64 = NDArray[np.uint64]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]


class _Found(NamedTuple):
    """Anchors: stem and skeleton key, Zipf of both, kind, token, sentence."""

    stem: U32
    skeleton: U32
    stem_zipf: U8
    skeleton_zipf: U8
    kind: U8
    token: I32
    sentence: I32


class _Known(NamedTuple):
    """Of the words of one document: Zipf of the stem and of the skeleton; of all tokens of a batch
    the value as a number word; and room to look them up."""

    stem_zipf: U8
    skeleton_zipf: U8
    value: U8
    later: I64


@kernel
def extract_anchors(
    doc: I64,
    start: I32,
    end: I32,
    flags: U16,
    text: U8,
    text_start: I64,
    text_end: I64,
    stems: U32,
    skeletons: U32,
    number_filter: U64,
    number_keys: U32,
    number_values: U8,
    max_zipf: int,
) -> tuple[I64, U32, U32, U8, U8, U8, I32, I32]:
    """All anchors of a batch, in text order.

    Returns ``anchor_doc`` (n + 1 offsets), stem key, skeleton key (0: none), stem Zipf, skeleton
    Zipf (times 20; 255: not an anchor in that alphabet), kind, token and sentence (both counted
    from 0 inside their document). ``max_zipf`` is times 20. Words flagged FURNITURE are none.
    """
    n_docs = doc.size - 1
    anchor_doc = np.zeros(n_docs + 1, np.int64)
    words = size = 0
    for d in range(n_docs):
        if doc[d + 1] > doc[d]:
            words = max(words, doc[d + 1] - doc[d])
            size = max(size, text_end[doc[d + 1] - 1] - text_start[doc[d]])
    room, found, known = make_room(words, size), _make_found(start.size), _make_known(words, start)
    n = np.uint64(0)
    for d in range(n_docs):
        first, last = doc[d], doc[d + 1]
        many = word_keys(flags, _SPACELESS, text, text_start, text_end, first, last, room)
        keys = room.keys
        look_up(stems, keys.stem[:many], UNKNOWN_ZIPF, known.stem_zipf, known.later)
        look_up(skeletons, keys.skeleton[:many], UNKNOWN_ZIPF, known.skeleton_zipf, known.later)
        _look_up_numbers(number_filter, number_keys, number_values, first, many, keys, known)
        n = _walk(
            first, last, start, end, flags, text, text_start, text_end, max_zipf, keys, known,
            found, n,
        )  # fmt: skip
        anchor_doc[d + 1] = n
    return (
        anchor_doc, found.stem[:n], found.skeleton[:n], found.stem_zipf[:n],
        found.skeleton_zipf[:n], found.kind[:n], found.token[:n], found.sentence[:n],
    )  # fmt: skip


@kernel
def _make_found(size: int) -> _Found:
    keys, rates = np.empty((2, size), np.uint32), np.empty((3, size), np.uint8)
    places = np.empty((2, size), np.int32)
    return _Found(keys[0], keys[1], rates[0], rates[1], rates[2], places[0], places[1])


@kernel
def _make_known(words: int, start: I32) -> _Known:
    zipf = np.empty((2, words), np.uint8)
    return _Known(zipf[0], zipf[1], np.zeros(start.size, np.uint8), np.empty(words, np.int64))


@kernel
def _look_up_numbers(
    number_filter: U64, number_keys: U32, number_values: U8, first: int, many: int, keys: Keys,
    known: _Known,
) -> None:  # fmt: skip
    """Writes the values of number words."""
    token, _, _, whole = keys
    _, _, value, later = known
    left = np.uint64(0)
    for k in range(many):
        later[left] = k
        left += np.uint64(passes(number_filter, whole[k]))
    for at in range(left):
        k = later[at]
        value[first + token[k]] = lookup(number_keys, number_values, whole[k], 0)


@kernel
def _walk(
    first: int, last: int, start: I32, end: I32, flags: U16, text: U8, text_start: I64,
    text_end: I64, max_zipf: int, keys: Keys, known: _Known, found: _Found, n: np.uint64,
) -> np.uint64:  # fmt: skip
    """Writes the anchors of tokens ``first:last``, from number n on; returns the number behind."""
    _, word_stem, word_skeleton, _ = keys  # taken apart: see kernels.words
    word_zipf, word_zipf_across, values, _ = known
    stem, skeleton, stem_zipf, skeleton_zipf, kind, token, sentence = found
    current = behind = first
    if first < last:  # a text begins with a sentence, whatever its first word says
        current = -1 if flags[first] & _SENTENCE else 0
    after = np.uint64(0)  # an index without a sign is not looked at twice
    for i in range(first, last):
        flag, c = int(flags[i]), after
        current += 1 if flag & _SENTENCE else 0
        is_word = flag & _SPACELESS == 0
        after += np.uint64(is_word)
        if i < behind or flag & _FURNITURE:  # part of a number, or around the article
            continue
        quote = QUOTE_BIT if flag & _QUOTE else 0
        token[n], sentence[n] = i - first, current
        number, taken, zipf = np.uint32(0), 1, 0
        if flag & _DIGIT:
            number, taken, zipf = number_at(i, last, text, text_start, text_end, start, end)
        elif 0 < values[i] <= THOUSAND:
            value, taken = spelled_number(i, last, start, end, values)
            number = small_number_key(value) if value else np.uint32(0)
            zipf = small_number_zipf(value)
        if number != 0:
            stem[n], skeleton[n] = number, number
            stem_zipf[n], skeleton_zipf[n] = zipf, zipf
            kind[n] = NUMBER | quote
            n += np.uint64(1)
        elif is_word:
            stem[n], skeleton[n] = word_stem[c], word_skeleton[c]
            z, zs, what = _rated(flag, int(word_zipf[c]), int(word_zipf_across[c]), max_zipf)
            zs = zs if word_skeleton[c] != 0 else _NONE
            stem_zipf[n], skeleton_zipf[n], kind[n] = z, zs, what | quote
            n += np.uint64((text_end[i] - text_start[i] >= 2) & (min(z, zs) < _NONE))
        behind = i + taken
    return n


@inlined
def _rated(flag: int, z: int, zs: int, max_zipf: int) -> tuple[int, int, int]:
    """Zipf of a word's stem and skeleton as an anchor, 255 where it is none, and its kind."""
    capital, inside = flag & _CAPITAL != 0, flag & _SENTENCE == 0
    bonus = NAME_BONUS if capital & inside else 0
    z, zs = z - bonus, zs - bonus
    what = NAME if capital & (inside | (z < _RARE)) else WORD
    z = max(z, 0) if z <= max_zipf else _NONE
    return z, max(zs, 0) if zs <= max_zipf else _NONE, what
