"""Measures of a pair: what is shared, sentence by sentence, in order, and what each adds.

If asked, only the anchors of the parts that have to do with each other are taken from both views
(:mod:`dupdetect.kernels.parts`); all others count for nothing. One pass over these gives coverage
both ways (all anchors, numbers, names, words, and a text's own words: those outside quotation marks
and shared runs), a sentence-by-sentence matrix of shared weight, and from it alignment, mutual best
matches and order; and whether shared anchors keep their neighbours
(:mod:`dupdetect.kernels.places`). Shingles give exact resemblance and containment and the share of
each text that stands in verbatim runs. Cost: linear in anchors, words and shingles plus the product
of the sentence counts.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import kernel
from dupdetect.kernels.align import align_rows, density, mutual_matches
from dupdetect.kernels.groups import (
    MAX_SENTENCES,
    Groups,
    add_document,
    add_shared,
    group,
    groups_for,
    shared_groups,
)
from dupdetect.kernels.parts import Anchors, take_parts
from dupdetect.kernels.places import company
from dupdetect.kernels.runs import (
    MIN_RUN,
    found_shingles,
    lay,
    mark_runs,
    room_for,
    same_sequence,
    shared_shingles,
    unquoted,
)

#: Columns of the measures, in order; x is the first document of a pair, y the second.
MEASURES = (
    "weight_x", "weight_y", "shared",
    "number_x", "number_y", "number_shared_x", "number_shared_y",
    "name_x", "name_y", "name_shared_x", "name_shared_y",
    "word_x", "word_y", "word_shared_x", "word_shared_y",
    "own_x", "own_y", "own_shared_x", "own_shared_y",
    "fact_x", "fact_y", "fact_shared_x", "fact_shared_y",
    "align_x", "align_y", "order_x", "order_y", "aligned_x", "aligned_y",
    "mutual_x", "mutual_y",
    "shingles_x", "shingles_y", "shingles_shared",
    "run_x", "run_y", "own_run_x", "own_run_y", "longest",
    "anchors_x", "anchors_y", "sentences_x", "sentences_y", "words_x", "words_y", "exact",
    "quoted_x", "quoted_y", "dense_x", "dense_y",
    "chain_x", "chain_y", "partners_x", "partners_y",
    "places", "beside", "near", "rise",
    "fact_places", "fact_beside", "fact_near", "fact_rise",
    "kept_x", "kept_y",
)  # fmt: skip


class _Room(NamedTuple):
    """What a pair's anchors are measured in: groups of both texts, shared ones, their places, the
    weights of sentences."""

    x: Groups
    y: Groups
    both: NDArray[np.int32]
    place_x: NDArray[np.int32]
    place_y: NDArray[np.int32]
    is_fact: NDArray[np.bool_]
    rows_x: NDArray[np.float64]
    rows_y: NDArray[np.float64]
    matrix: NDArray[np.float64]


@kernel
def _room_for(anchors: int) -> _Room:
    n = anchors + 1
    return _Room(
        groups_for(anchors), groups_for(anchors), np.empty((n, 2), np.int32),
        np.empty(n, np.int32), np.empty(n, np.int32), np.empty(n, np.bool_),
        np.zeros(MAX_SENTENCES, np.float64), np.zeros(MAX_SENTENCES, np.float64),
        np.empty((MAX_SENTENCES, MAX_SENTENCES), np.float64),  # each pair clears its part
    )  # fmt: skip


@kernel
def _add_pair(
    anchors: Anchors, first_x: int, last_x: int, first_y: int, last_y: int, n_x: int,
    run_x: NDArray[np.bool_], run_y: NDArray[np.bool_], row: NDArray[np.float64], room: _Room,
) -> int:  # fmt: skip
    """Adds the anchors of both texts to the measures; the number of places of shared ones."""
    x, y = room.x, room.y
    n_y = group(anchors, first_y, last_y, y)
    add_document(anchors, first_x, last_x, n_x, x, run_x, row, 0, room.rows_x)
    add_document(anchors, first_y, last_y, n_y, y, run_y, row, 1, room.rows_y)
    n = shared_groups(x, n_x, y, n_y, room.both)
    return add_shared(
        anchors[4], first_x, first_y, x, y, room.both, n, row, room.matrix, room.place_x,
        room.place_y, room.is_fact,
    )  # fmt: skip


@kernel
def measure_pairs(
    pairs: NDArray[np.int64],
    view_doc: NDArray[np.int64],
    key: NDArray[np.uint32],
    weight: NDArray[np.float32],
    kind: NDArray[np.uint8],
    sentence: NDArray[np.int32],
    token: NDArray[np.int32],
    n_sentences: NDArray[np.int32],
    word_doc: NDArray[np.int64],
    flags: NDArray[np.uint8],
    shingle_doc: NDArray[np.int64],
    shingles: NDArray[np.uint32],
    set_doc: NDArray[np.int64],
    size: int,
    parted: bool,
) -> NDArray[np.float64]:
    """Measures (k, len(MEASURES)) of k pairs of document numbers; ``parted``: of their parts."""
    out = np.zeros((pairs.shape[0], 64), np.float64)
    in_both, in_all = np.zeros((2, MAX_SENTENCES)), np.zeros((2, MAX_SENTENCES))
    kept = np.zeros((2, MAX_SENTENCES), np.bool_)
    best_x = np.empty(MAX_SENTENCES, np.int32)
    best_y = np.empty(MAX_SENTENCES, np.int32)
    most, longest = 0, 0
    for p in range(pairs.shape[0]):
        for side in range(2):
            d = pairs[p, side]
            most = max(most, word_doc[d + 1] - word_doc[d], view_doc[d + 1] - view_doc[d])
            longest = max(longest, shingle_doc[d + 1] - shingle_doc[d])
    view = (key, weight, kind, sentence, token)
    laid, mask, before = room_for(longest), np.uint32(0), np.int64(-1)
    places = np.empty(longest + 1, np.int32)
    parts = (
        np.empty(2 * most, np.uint32), np.empty(2 * most, np.float32), np.empty(2 * most, np.uint8),
        np.empty(2 * most, np.int32), np.empty(2 * most, np.int32),
    )  # fmt: skip
    run_x = np.zeros(most + size, np.bool_)
    run_y = np.zeros(most + size, np.bool_)
    room, n_x = _room_for(most), 0
    matrix, rows_x, rows_y = room.matrix, room.rows_x, room.rows_y
    scratch, bits = np.empty((7, most + 1), np.int32), np.zeros((2, most // 64 + 1), np.uint64)
    for p in range(pairs.shape[0]):
        x, y = pairs[p, 0], pairs[p, 1]
        row = out[p]
        words_x, words_y = word_doc[x + 1] - word_doc[x], word_doc[y + 1] - word_doc[y]
        run_x[:words_x] = False
        run_y[:words_y] = False
        unquoted_x = unquoted(flags, word_doc[x], word_doc[x + 1])
        unquoted_y = unquoted(flags, word_doc[y], word_doc[y + 1])
        row[46], row[47] = words_x - unquoted_x, words_y - unquoted_y
        row[31] = set_doc[x + 1] - set_doc[x]
        row[32] = set_doc[y + 1] - set_doc[y]
        if x != before:  # pairs of one text with others stand together
            mask, before = lay(shingles, shingle_doc[x], shingle_doc[x + 1], laid), x
            n_x = 0 if parted else group(view, view_doc[x], view_doc[x + 1], room.x)
        n, row[33] = shared_shingles(
            shingles, shingle_doc[y], shingle_doc[y + 1], laid, mask, p + 1, places
        )
        if row[33] >= MIN_RUN:
            words, own, longest_y = mark_runs(places, n, size, flags, word_doc[y], run_y)
            row[35], row[37] = words / words_y, own / (unquoted_y + 1.0)
            n = found_shingles(shingle_doc[x + 1] - shingle_doc[x], laid, p + 1, places)
            words, own, longest_x = mark_runs(places, n, size, flags, word_doc[x], run_x)
            row[34], row[36] = words / words_x, own / (unquoted_x + 1.0)
            row[38] = min(longest_x, longest_y)
        if same_sequence(
            shingles, shingle_doc[x], shingle_doc[x + 1], shingle_doc[y], shingle_doc[y + 1]
        ):
            row[45] = 1.0
        sx, sy = min(n_sentences[x], MAX_SENTENCES), min(n_sentences[y], MAX_SENTENCES)
        matrix[:sx, :sy] = 0.0
        rows_x[:sx] = 0.0
        rows_y[:sy] = 0.0
        row[62] = row[63] = 1.0
        if parted:
            middle, end, row[62], row[63] = take_parts(
                view, view_doc[x], view_doc[x + 1], view_doc[y], view_doc[y + 1], sx, sy, in_both,
                in_all, kept, parts,
            )  # fmt: skip
            n_x = group(parts, 0, middle, room.x)
            n = _add_pair(parts, 0, middle, middle, end, n_x, run_x, run_y, row, room)
        else:
            n = _add_pair(
                view, view_doc[x], view_doc[x + 1], view_doc[y], view_doc[y + 1], n_x, run_x, run_y,
                row, room,
            )  # fmt: skip
        for only_facts in range(2):
            at = 54 + 4 * only_facts
            row[at], row[at + 1], row[at + 2], row[at + 3] = company(
                room.place_x, room.place_y, room.is_fact, n, only_facts == 1, words_x, words_y,
                scratch, bits,
            )  # fmt: skip
        row[23], row[25], row[27], row[50], row[52] = align_rows(
            matrix, sx, sy, False, rows_x, best_x
        )
        row[24], row[26], row[28], row[51], row[53] = align_rows(
            matrix, sy, sx, True, rows_y, best_y
        )
        row[29], row[30] = mutual_matches(matrix, sx, sy, rows_x, rows_y, best_x, best_y)
        row[48] = density(matrix, sy, sx, True, rows_y, rows_x, best_y)
        row[49] = density(matrix, sx, sy, False, rows_x, rows_y, best_x)
        row[41], row[42] = n_sentences[x], n_sentences[y]
        row[43], row[44] = words_x, words_y
    return out
