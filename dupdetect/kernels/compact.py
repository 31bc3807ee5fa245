"""Sketches of documents as bytes: everything that the verifier measures, without the text.

A document is: the numbers of its words, sentences, shingles, anchors and quote edges; the edges
(words between changes from outside to inside quotation marks and back); its anchors in text order
(words since the last one, a byte of kind, alphabets and sentences since the last one, the keys of
both alphabets, their Zipf frequencies); its shingles in text order. Numbers are varints (LEB128),
keys four bytes. Signatures, bands and index keys follow from these and are not stored.

Bytes come from files of strangers: all lengths and indices are checked.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import inlined, kernel
from dupdetect.kernels.order import stable_order

U8 = NDArray[np.uint8]
U32 = NDArray[np.uint32]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
F32 = NDArray[np.float32]

#: The only token flag that measures look at.
IN_QUOTE = 64
_NUMBER = 1
#: Bits of an anchor's byte: kind (2), quote, in stems, in skeletons, sentences since the last (3).
_QUOTE, _STEM, _SKELETON, _MANY = 4, 8, 16, 7
#: Inverse of ``kernels.views.anchor_weight``; weights at its floor come from 124 and above.
_TOP, _SCALE = 7.0, 4.0


@inlined
def _put(out: U8, at: int, value: int) -> int:
    while value >= 128:
        out[at] = np.uint8((value & 127) | 128)
        value >>= 7
        at += 1
    out[at] = np.uint8(value)
    return at + 1


@inlined
def _put_key(out: U8, at: int, key: np.uint32) -> int:
    for i in range(4):
        out[at + i] = np.uint8((key >> np.uint32(8 * i)) & np.uint32(255))
    return at + 4


@inlined
def _zipf(weight: np.float32) -> np.uint8:
    return np.uint8(min(max(round((_TOP - float(weight) * _SCALE) * 20.0), 0), 254))


@inlined
def _get(data: U8, at: int, end: int) -> tuple[int, int]:
    """A varint and the place after it, or a place beyond ``end`` if it is cut short or too long."""
    value = 0
    for i in range(5):
        if at + i >= end:
            return 0, end + 1
        byte = np.int64(data[at + i])
        value = value | int((byte & 127) << (7 * i))
        if byte < 128:
            return value, at + i + 1
    return 0, end + 1


@inlined
def _get_key(data: U8, at: int) -> np.uint32:
    key = np.uint32(0)
    for i in range(4):
        key |= np.uint32(data[at + i]) << np.uint32(8 * i)
    return key


@kernel
def pack_sketches(
    word_doc: I64, flags: U8, n_sentences: I32, shingle_doc: I64, shingles: U32,
    stem_doc: I64, stem_key: U32, stem_weight: F32, stem_kind: U8, stem_sentence: I32,
    stem_token: I32, skeleton_doc: I64, skeleton_key: U32, skeleton_weight: F32,
    skeleton_kind: U8, skeleton_sentence: I32, skeleton_token: I32,
) -> tuple[U8, I64]:  # fmt: skip
    """All sketches of a batch as bytes, and where each begins (int64[n + 1])."""
    n_docs = n_sentences.size
    most = 64 * n_docs + 4 * shingles.size + 24 * (stem_key.size + skeleton_key.size) + flags.size
    out = np.empty(most, np.uint8)
    place = np.zeros(n_docs + 1, np.int64)
    at = 0
    for d in range(n_docs):
        w1, w2 = word_doc[d], word_doc[d + 1]
        edges = 0
        inside = False
        for i in range(w1, w2):
            if (flags[i] & IN_QUOTE != 0) != inside:
                inside = not inside
                edges += 1
        s1, s2 = stem_doc[d], stem_doc[d + 1]
        k1, k2 = skeleton_doc[d], skeleton_doc[d + 1]
        stems = stable_order(stem_token[s1:s2])
        skeletons = stable_order(skeleton_token[k1:k2])
        n_anchors = 0
        i = j = 0
        while i < stems.size or j < skeletons.size:
            a = stem_token[s1 + stems[i]] if i < stems.size else np.int32(2147483647)
            b = skeleton_token[k1 + skeletons[j]] if j < skeletons.size else np.int32(2147483647)
            i += 1 if a <= b else 0
            j += 1 if b <= a else 0
            n_anchors += 1
        at = _put(out, at, w2 - w1)
        at = _put(out, at, int(np.int64(n_sentences[d])))
        at = _put(out, at, shingle_doc[d + 1] - shingle_doc[d])
        at = _put(out, at, n_anchors)
        at = _put(out, at, edges)
        inside = False
        last = w1
        for t in range(w1, w2):
            if (flags[t] & IN_QUOTE != 0) != inside:
                inside = not inside
                at = _put(out, at, t - last)
                last = t
        i = j = 0
        token = sentence = np.int64(0)
        while i < stems.size or j < skeletons.size:
            x = s1 + stems[i] if i < stems.size else np.int64(-1)
            y = k1 + skeletons[j] if j < skeletons.size else np.int64(-1)
            if x >= 0 and y >= 0 and stem_token[x] != skeleton_token[y]:
                if stem_token[x] < skeleton_token[y]:
                    y = np.int64(-1)
                else:
                    x = np.int64(-1)
            kind = np.int64(stem_kind[x] if x >= 0 else skeleton_kind[y])
            place_t = np.int64(stem_token[x] if x >= 0 else skeleton_token[y])
            place_s = np.int64(stem_sentence[x] if x >= 0 else skeleton_sentence[y])
            step = int(place_s - sentence)
            forward = step if step < _MANY else _MANY
            byte = int(kind & 3) | (_QUOTE if kind & 8 else 0) | (forward << 5)
            byte = byte | (_STEM if x >= 0 else 0) | (_SKELETON if y >= 0 else 0)
            at = _put(out, at, int(place_t - token))
            out[at] = np.uint8(byte)
            at += 1
            if step >= _MANY:
                at = _put(out, at, step - _MANY)
            if x >= 0:
                at = _put_key(out, at, stem_key[x])
                out[at] = _zipf(stem_weight[x])
                at += 1
                i += 1
            if y >= 0:
                if not (x >= 0 and kind & 3 == _NUMBER):
                    at = _put_key(out, at, skeleton_key[y])
                    out[at] = _zipf(skeleton_weight[y])
                    at += 1
                j += 1
            token, sentence = place_t, place_s
        for t in range(shingle_doc[d], shingle_doc[d + 1]):
            at = _put_key(out, at, shingles[t])
        place[d + 1] = at
    return out[:at].copy(), place


@kernel
def count_sketches(data: U8, place: I64, shingle_size: int) -> tuple[I64, int]:
    """Words, sentences, shingles and anchors of packed sketches: int64[n, 4].

    The second value is 0, or 1 + the first sketch that cannot be.
    """
    n_docs = place.size - 1
    counts = np.zeros((n_docs, 4), np.int64)
    for d in range(n_docs):
        at, end = place[d], place[d + 1]
        for field in range(4):
            counts[d, field], at = _get(data, at, end)
            if at > end:
                return counts, 1 + d
        words, sentences, shingles, anchors = counts[d]
        if sentences < 1 or sentences > max(words, 1):
            return counts, 1 + d
        if 4 * shingles > end - at or 2 * anchors > end - at:
            return counts, 1 + d
        if shingles != max(words - shingle_size + 1, 0):
            return counts, 1 + d
    return counts, 0


@kernel
def unpack_sketches(
    data: U8, place: I64, counts: I64, word_doc: I64, shingle_doc: I64, anchor_doc: I64,
    flags: U8, shingles: U32, stem: U32, skeleton: U32, stem_zipf: U8, skeleton_zipf: U8,
    kind: U8, sentence: I32, token: I32,
) -> int:  # fmt: skip
    """Fills the arrays of a batch, for which ``counts`` made room; as ``extract_anchors`` gives.

    Answers 0, or 1 + the first sketch that cannot be.
    """
    for d in range(place.size - 1):
        at, end = place[d], place[d + 1]
        for _ in range(4):
            _, at = _get(data, at, end)
        edges, at = _get(data, at, end)
        inside = False
        word, last_word = word_doc[d], word_doc[d + 1]
        for _ in range(edges):
            step, at = _get(data, at, end)
            if at > end or step > last_word - word:
                return 1 + d
            if inside:
                flags[word : word + step] = IN_QUOTE
            inside = not inside
            word += step
        if inside:
            flags[word:last_word] = IN_QUOTE
        place_t = place_s = np.int64(0)
        for i in range(anchor_doc[d], anchor_doc[d + 1]):
            step, at = _get(data, at, end)
            if at >= end:
                return 1 + d
            byte = np.int64(data[at])
            at += 1
            forward = byte >> 5
            if forward == _MANY:
                more, at = _get(data, at, end)
                forward += more
            place_t += step
            place_s += forward
            if at > end or place_t >= counts[d, 0] or byte & 3 == 0 or place_s >= counts[d, 0]:
                return 1 + d
            token[i], sentence[i] = place_t, place_s
            kind[i] = (byte & 3) | (8 if byte & _QUOTE else 0)
            stem[i] = skeleton[i] = 0
            stem_zipf[i] = skeleton_zipf[i] = 255
            if byte & _STEM:
                if at + 5 > end:
                    return 1 + d
                stem[i], stem_zipf[i] = _get_key(data, at), data[at + 4]
                at += 5
            if byte & _SKELETON:
                if byte & 3 == _NUMBER and byte & _STEM:
                    skeleton[i], skeleton_zipf[i] = stem[i], stem_zipf[i]
                elif at + 5 > end:
                    return 1 + d
                else:
                    skeleton[i], skeleton_zipf[i] = _get_key(data, at), data[at + 4]
                    at += 5
        if at + 4 * counts[d, 2] != end:
            return 1 + d
        theirs = data[at:end].view(np.uint32)
        for i in range(theirs.size):
            shingles[shingle_doc[d] + i] = theirs[i]
    return 0
