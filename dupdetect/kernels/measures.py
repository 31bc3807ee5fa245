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

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import kernel
from dupdetect.kernels.align import align_rows, density, mutual_matches
from dupdetect.kernels.parts import Anchors, take_parts
from dupdetect.kernels.places import MAX_TIMES, company, first_free
from dupdetect.kernels.runs import (
    MARKS,
    MIN_RUN,
    mark_runs,
    same_sequence,
    shared_keys,
    unmark,
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

#: Sentences beyond this many are counted as one last sentence.
MAX_SENTENCES = 256
#: A key that stands more often than this in both texts together is left out of the matrix.
MAX_REPEATS = 64


@kernel
def _group_end(keys: NDArray[np.uint32], i: int, last: int) -> int:
    j = i + 1
    while j < last and keys[j] == keys[i]:
        j += 1
    return j


@kernel
def _is_own(kind: int, token: int, in_run: NDArray[np.bool_]) -> bool:
    """Outside quotation marks and outside the runs that both texts share."""
    return kind & 8 == 0 and not in_run[token]


@kernel
def _add_document(
    keys: NDArray[np.uint32],
    weight: NDArray[np.float32],
    kind: NDArray[np.uint8],
    sentence: NDArray[np.int32],
    token: NDArray[np.int32],
    first: int,
    last: int,
    in_run: NDArray[np.bool_],
    out: NDArray[np.float64],
    side: int,
    sentence_weight: NDArray[np.float64],
) -> None:
    """Totals of one document: by kind, of its own words; per sentence, less the shared runs."""
    i = first
    unique = 0
    while i < last:
        j = _group_end(keys, i, last)
        w = float(weight[i])
        own = False
        for t in range(i, j):
            w = min(w, float(weight[t]))
            own = own or _is_own(kind[t], token[t], in_run)
        out[side] += w
        out[4 * (kind[i] & 7) - 1 + side] += w
        if own:
            out[15 + side] += w
            if kind[i] & 7 != 3:
                out[19 + side] += w
        for t in range(i, j):
            if not in_run[token[t]]:
                sentence_weight[min(sentence[t], MAX_SENTENCES - 1)] += w / (j - i)
        unique += 1
        i = j
    out[39 + side] = unique


@kernel
def _add_shared(
    key: NDArray[np.uint32],
    weight: NDArray[np.float32],
    kind: NDArray[np.uint8],
    sentence: NDArray[np.int32],
    token: NDArray[np.int32],
    first_x: int,
    last_x: int,
    first_y: int,
    last_y: int,
    in_run_x: NDArray[np.bool_],
    in_run_y: NDArray[np.bool_],
    out: NDArray[np.float64],
    matrix: NDArray[np.float64],
    place_x: NDArray[np.int32],
    place_y: NDArray[np.int32],
    is_fact: NDArray[np.bool_],
) -> int:
    """Merge-join of two sorted views: shared weights and the sentence matrix.

    Fills ``place_x``, ``place_y`` and ``is_fact`` with the first places of the rarer shared
    anchors; returns how many there are.

    Words in verbatim runs are no part of the matrix: whether sentences were reworded is asked of
    what is left, so that two reports that quote one dispatch do not look like a rewrite.
    """
    i, j = first_x, first_y
    places = 0
    while i < last_x and j < last_y:
        if key[i] < key[j]:
            i += 1
            continue
        if key[i] > key[j]:
            j += 1
            continue
        i2, j2 = _group_end(key, i, last_x), _group_end(key, j, last_y)
        w = min(float(weight[i]), float(weight[j]))
        own_x, own_y = False, False
        for t in range(i, i2):
            w = min(w, float(weight[t]))
            own_x = own_x or _is_own(kind[t], token[t], in_run_x)
        for t in range(j, j2):
            w = min(w, float(weight[t]))
            own_y = own_y or _is_own(kind[t], token[t], in_run_y)
        kind_x, kind_y = kind[i] & 7, kind[j] & 7
        out[2] += w
        out[4 * kind_x + 1] += w
        out[4 * kind_y + 2] += w
        if own_x:
            out[17] += w
            if kind_x != 3:
                out[21] += w
        if own_y:
            out[18] += w
            if kind_y != 3:
                out[22] += w
        if i2 - i <= MAX_TIMES and j2 - j <= MAX_TIMES:
            place_x[places] = first_free(token, i, i2, in_run_x)
            place_y[places] = first_free(token, j, j2, in_run_y)
            is_fact[places] = kind_x != 3 or kind_y != 3
            places += place_x[places] >= 0 and place_y[places] >= 0
        count = max(i2 - i, j2 - j)
        if (i2 - i) * (j2 - j) <= MAX_REPEATS:
            for t in range(i, i2):
                if in_run_x[token[t]]:
                    continue
                row = min(sentence[t], MAX_SENTENCES - 1)
                for u in range(j, j2):
                    if in_run_y[token[u]]:
                        continue
                    column = min(sentence[u], MAX_SENTENCES - 1)
                    matrix[row, column] += w / count
        i, j = i2, j2
    return places


@kernel
def _add_pair(
    anchors: Anchors, first_x: int, last_x: int, first_y: int, last_y: int,
    run_x: NDArray[np.bool_], run_y: NDArray[np.bool_], row: NDArray[np.float64],
    rows_x: NDArray[np.float64], rows_y: NDArray[np.float64], matrix: NDArray[np.float64],
    place_x: NDArray[np.int32], place_y: NDArray[np.int32], is_fact: NDArray[np.bool_],
) -> int:  # fmt: skip
    """Adds the anchors of both texts to the measures; the number of places of shared ones."""
    _add_document(*anchors, first_x, last_x, run_x, row, 0, rows_x)
    _add_document(*anchors, first_y, last_y, run_y, row, 1, rows_y)
    return _add_shared(
        *anchors, first_x, last_x, first_y, last_y, run_x, run_y, row, matrix, place_x, place_y,
        is_fact,
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
    shingle_set: NDArray[np.uint32],
    size: int,
    parted: bool,
) -> NDArray[np.float64]:
    """Measures (k, len(MEASURES)) of k pairs of document numbers; ``parted``: of their parts."""
    out = np.zeros((pairs.shape[0], 64), np.float64)
    matrix = np.empty((MAX_SENTENCES, MAX_SENTENCES), np.float64)  # each pair clears its part
    in_both, in_all = np.zeros((2, MAX_SENTENCES)), np.zeros((2, MAX_SENTENCES))
    kept = np.zeros((2, MAX_SENTENCES), np.bool_)
    rows_x = np.zeros(MAX_SENTENCES, np.float64)
    rows_y = np.zeros(MAX_SENTENCES, np.float64)
    best_x = np.empty(MAX_SENTENCES, np.int32)
    best_y = np.empty(MAX_SENTENCES, np.int32)
    most, longest_set = 0, 0
    for p in range(pairs.shape[0]):
        for side in range(2):
            d = pairs[p, side]
            most = max(most, word_doc[d + 1] - word_doc[d], view_doc[d + 1] - view_doc[d])
            longest_set = max(longest_set, set_doc[d + 1] - set_doc[d])
    view = (key, weight, kind, sentence, token)
    common, marks = np.empty(longest_set + 1, np.uint32), np.zeros(MARKS, np.bool_)
    room = (
        np.empty(2 * most, np.uint32), np.empty(2 * most, np.float32), np.empty(2 * most, np.uint8),
        np.empty(2 * most, np.int32), np.empty(2 * most, np.int32),
    )  # fmt: skip
    run_x = np.zeros(most + size, np.bool_)
    run_y = np.zeros(most + size, np.bool_)
    place_x, place_y = np.empty(most + 1, np.int32), np.empty(most + 1, np.int32)
    is_fact = np.empty(most + 1, np.bool_)
    scratch = np.empty((5, most + 1), np.int32)
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
        shared = shared_keys(
            shingle_set, set_doc[x], set_doc[x + 1], set_doc[y], set_doc[y + 1], common, marks
        )
        row[33] = shared
        if shared >= MIN_RUN:
            words, own, longest_x = mark_runs(
                shingles,
                shingle_doc[x],
                shingle_doc[x + 1],
                common,
                shared,
                marks,
                size,
                flags,
                word_doc[x],
                run_x,
            )
            row[34] = words / words_x
            row[36] = own / (unquoted_x + 1.0)
            words, own, longest_y = mark_runs(
                shingles,
                shingle_doc[y],
                shingle_doc[y + 1],
                common,
                shared,
                marks,
                size,
                flags,
                word_doc[y],
                run_y,
            )
            row[35] = words / words_y
            row[37] = own / (unquoted_y + 1.0)
            row[38] = min(longest_x, longest_y)
        unmark(common, shared, marks)
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
                in_all, kept, room,
            )  # fmt: skip
            n = _add_pair(
                room, 0, middle, middle, end, run_x, run_y, row, rows_x, rows_y, matrix, place_x,
                place_y, is_fact,
            )  # fmt: skip
        else:
            n = _add_pair(
                view, view_doc[x], view_doc[x + 1], view_doc[y], view_doc[y + 1], run_x, run_y, row,
                rows_x, rows_y, matrix, place_x, place_y, is_fact,
            )  # fmt: skip
        for only_facts in range(2):
            at = 54 + 4 * only_facts
            row[at], row[at + 1], row[at + 2], row[at + 3] = company(
                place_x, place_y, is_fact, n, only_facts == 1, words_x, words_y, scratch
            )
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
