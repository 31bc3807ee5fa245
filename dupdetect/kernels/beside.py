"""Sketches of a batch and packed ones side by side, in one call: what verification needs of both.

The same arrays as unpacking all of them gives (:mod:`dupdetect.index.sketches`), at a fifth of the
time for the few candidates of one query.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import kernel
from dupdetect.kernels.compact import IN_QUOTE, count_sketches, unpack_sketches
from dupdetect.kernels.runs import different, room_for
from dupdetect.kernels.views import ViewArrays, build_view

U8 = NDArray[np.uint8]
U32 = NDArray[np.uint32]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]


class Words(NamedTuple):
    """The arrays of a batch of sketches that are no anchors (see ``sketch.batch``)."""

    word_doc: I64
    flags: U8
    n_sentences: I32
    shingle_doc: I64
    shingles: U32
    set_doc: I64


@kernel
def _starts(doc: I64, rows: I64, more: I64) -> I64:
    """Offsets of chosen documents and then of others, of which the lengths are given."""
    k = rows.size
    out = np.zeros(k + more.size + 1, np.int64)
    for i in range(k):
        out[i + 1] = out[i] + doc[rows[i] + 1] - doc[rows[i]]
    for i in range(more.size):
        out[k + i + 1] = out[k + i] + more[i]
    return out


@kernel
def _copy_anchors(view: ViewArrays, first: int, last: int, out: ViewArrays, at: int) -> None:
    """Anchors ``first:last`` to place ``at``: by loops, several times faster than assignments."""
    _, key, weight, kind, sentence, token = view
    _, out_key, out_weight, out_kind, out_sentence, out_token = out
    for i in range(last - first):
        out_key[at + i], out_weight[at + i] = key[first + i], weight[first + i]
        out_sentence[at + i], out_token[at + i] = sentence[first + i], token[first + i]
    for i in range(last - first):
        out_kind[at + i] = kind[first + i]


@kernel
def _joined_view(own: ViewArrays, rows: I64, theirs: ViewArrays) -> ViewArrays:
    doc, doc_2, key_2 = own[0], theirs[0], theirs[1]
    k = rows.size
    place = _starts(doc, rows, doc_2[1:] - doc_2[:-1])
    n = place[place.size - 1]
    out_key, out_weight = np.empty(n, np.uint32), np.empty(n, np.float32)
    out_kind = np.empty(n, np.uint8)
    out_sentence, out_token = np.empty(n, np.int32), np.empty(n, np.int32)
    out = place, out_key, out_weight, out_kind, out_sentence, out_token
    for i in range(k):
        _copy_anchors(own, doc[rows[i]], doc[rows[i] + 1], out, place[i])
    _copy_anchors(theirs, 0, key_2.size, out, place[k])
    return out


@kernel
def put_beside(
    words: Words, stems: ViewArrays, skeletons: ViewArrays, rows: I64, data: U8, place: I64,
    shingle_size: int, across: bool,
) -> tuple[Words, ViewArrays, ViewArrays, int]:  # fmt: skip
    """Rows ``rows`` of a batch, then the packed sketches ``data[place[i]:place[i + 1]]``.

    Without ``across`` the view of skeletons is empty: pairs of one language need none. The last
    value is 0, or 1 + the first packed sketch that cannot be.
    """
    k = rows.size
    counts, bad = count_sketches(data, place, shingle_size)
    if bad:
        return words, stems, skeletons, bad
    word_doc = _starts(words.word_doc, rows, counts[:, 0].copy())
    shingle_doc = _starts(words.shingle_doc, rows, counts[:, 2].copy())
    anchor_doc = _starts(words.word_doc, rows[:0], counts[:, 3].copy())
    n_docs = place.size - 1
    flags = np.zeros(word_doc[k + n_docs], np.uint8)
    shingles = np.empty(shingle_doc[k + n_docs], np.uint32)
    n = anchor_doc[n_docs]
    stem, skeleton = np.empty(n, np.uint32), np.empty(n, np.uint32)
    stem_zipf, skeleton_zipf = np.empty(n, np.uint8), np.empty(n, np.uint8)
    kind = np.empty(n, np.uint8)
    sentence, token = np.empty(n, np.int32), np.empty(n, np.int32)
    bad = unpack_sketches(
        data, place, counts, word_doc[k:], shingle_doc[k:], anchor_doc, flags, shingles, stem,
        skeleton, stem_zipf, skeleton_zipf, kind, sentence, token,
    )  # fmt: skip
    if bad:
        return words, stems, skeletons, bad
    n_sentences = np.empty(k + n_docs, np.int32)
    for i in range(n_docs):
        n_sentences[k + i] = counts[i, 1]
    sizes, room = np.empty(n_docs, np.int64), room_for(counts[:, 2].max() if n_docs else 0)
    for i in range(n_docs):
        sizes[i] = different(shingles, shingle_doc[k + i], shingle_doc[k + i + 1], room)
    set_doc = _starts(words.set_doc, rows, sizes)
    for i in range(k):
        row = rows[i]
        n_sentences[i] = words.n_sentences[row]
        first, at = words.word_doc[row], word_doc[i]
        for j in range(word_doc[i + 1] - at):
            flags[at + j] = words.flags[first + j] & IN_QUOTE
        first = words.shingle_doc[row]
        mine = shingles[shingle_doc[i] : shingle_doc[i + 1]]
        for j in range(mine.size):
            mine[j] = words.shingles[first + j]
    joined = _joined_view(
        stems, rows, build_view(anchor_doc, stem, stem_zipf, kind, sentence, token)
    )
    if across:
        other = _joined_view(
            skeletons, rows, build_view(anchor_doc, skeleton, skeleton_zipf, kind, sentence, token)
        )
    else:
        other = (
            np.zeros(k + n_docs + 1, np.int64), stem[:0], skeletons[2][:0], kind[:0], sentence[:0],
            token[:0],
        )  # fmt: skip
    both = Words(word_doc, flags, n_sentences, shingle_doc, shingles, set_doc)
    return both, joined, other, 0
