"""All arrays of a batch of sketches from its tokens, in one call.

For one text the calls of the single kernels, each with its arrays, take as long as their work.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import kernel
from dupdetect.kernels.anchors import extract_anchors
from dupdetect.kernels.bands import band_keys
from dupdetect.kernels.fold import FoldTable
from dupdetect.kernels.minhash import minhash
from dupdetect.kernels.pairs import pair_keys
from dupdetect.kernels.sets import sorted_sets, tokens_inside
from dupdetect.kernels.shingles import shingle_hashes
from dupdetect.kernels.tokens import (
    FURNITURE,
    IN_QUOTE,
    SENTENCE_START,
    TokenArrays,
    tokenize_inside,
)
from dupdetect.kernels.views import ViewArrays, build_view

U8 = NDArray[np.uint8]
U32 = NDArray[np.uint32]
U64 = NDArray[np.uint64]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]

#: The background: see :class:`dupdetect.sketch.background.Background`.
Tables = tuple[U32, U32, U64, U32, U8]


class Shape(NamedTuple):
    """Settings of sketches: those of the shingle view, then those of the anchor view."""

    size: int
    min_shingles: int
    bands: int
    rows: int
    max_zipf: int
    window: int
    keys: int


#: The arrays of ``sketch.batch.SketchBatch`` in their order.
Sketched = tuple[
    I64, U8, I32, I64, U32, I64, U32, U32, NDArray[np.bool_], U64, I64, U64, ViewArrays, ViewArrays
]


@kernel
def sketch_text(
    data: U8, offsets: I64, fold: FoldTable, tables: Tables, a: U32, b: U32, shape: Shape,
    hidden: tuple[I64, I64, I64],
) -> Sketched:  # fmt: skip
    """:func:`sketch_arrays` from the text itself: ``data[offsets[0]:offsets[1]]``, valid UTF-8.

    ``hidden``: spans of furniture as in :class:`dupdetect.sketch.batch.Spans`.
    """
    tokens = tokenize_inside(data, offsets, fold)
    if hidden[1].size:
        inside = tokens_inside(tokens.doc, tokens.start, *hidden)
        for i in range(inside.size):
            if inside[i]:
                tokens.flags[i] |= np.uint16(FURNITURE | IN_QUOTE)
    return sketch_arrays(tokens, tables, a, b, shape)


@kernel
def sketch_arrays(tokens: TokenArrays, tables: Tables, a: U32, b: U32, shape: Shape) -> Sketched:
    """The arrays of ``sketch.batch.SketchBatch`` in their order; ``a`` and ``b`` permute."""
    doc, start, end, flags, text, text_start, text_end = tokens
    shingles, shingle_doc = shingle_hashes(text, text_start, text_end, doc, shape.size)
    set_doc, shingle_set = sorted_sets(shingle_doc, shingles)
    signatures, has_signature = minhash(shingles, shingle_doc, a, b, shape.min_shingles)
    bands = band_keys(signatures, shape.bands, shape.rows)
    stems, skeletons, number_filter, number_keys, number_values = tables
    anchor_doc, stem, skeleton, stem_zipf, skeleton_zipf, kind, token, sentence = extract_anchors(
        doc, start, end, flags, text, text_start, text_end, stems, skeletons, number_filter,
        number_keys, number_values, shape.max_zipf,
    )  # fmt: skip
    # Skeletons serve one language as well as several (measured: 256 keys of stems and of skeletons
    # find the same rewrites; stems give a third more candidates and no more translations).
    key_doc, keys = pair_keys(anchor_doc, skeleton, skeleton_zipf, shape.window, shape.keys)
    small = np.empty(flags.size, np.uint8)
    n_sentences = np.ones(doc.size - 1, np.int32)
    for d in range(doc.size - 1):
        count = 0
        for i in range(doc[d], doc[d + 1]):
            small[i] = flags[i] & 255
            count += (flags[i] & SENTENCE_START) != 0
        n_sentences[d] = max(count, 1)
    return (
        doc, small, n_sentences, shingle_doc, shingles, set_doc, shingle_set, signatures,
        has_signature, bands, key_doc, keys,
        build_view(anchor_doc, stem, stem_zipf, kind, sentence, token),
        build_view(anchor_doc, skeleton, skeleton_zipf, kind, sentence, token),
    )  # fmt: skip
