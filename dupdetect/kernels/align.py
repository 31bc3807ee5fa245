"""Measures of a pair: what is shared, sentence by sentence, in order, and what each adds.

One pass over two sorted anchor views gives coverage both ways (all anchors, numbers, names, words,
and a text's own words: outside quotation marks and shared runs), a sentence-by-sentence matrix of shared weight, and from it
alignment, mutual best matches and order. Shingles give exact resemblance and containment and the
share of each text that stands in verbatim runs. Cost: linear in anchors and shingles plus the
product of the sentence counts.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import kernel

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
)  # fmt: skip

#: Sentences beyond this many are counted as one last sentence.
MAX_SENTENCES = 256
#: A sentence counts as aligned when one sentence of the other text holds this share of its weight
#: and at least this weight (about two rare anchors).
ALIGNED_SHARE, ALIGNED_WEIGHT = 0.25, 1.0
#: A verbatim run is at least this many shared shingles in a row (five words for 3-word shingles).
MIN_RUN = 3
#: A key that stands more often than this in both texts together is left out of the matrix.
MAX_REPEATS = 64

_IN_QUOTE = 64


@kernel
def _increasing(values: NDArray[np.int32], n: int) -> int:
    """Length of the longest non-decreasing subsequence (patience sorting)."""
    tails = np.empty(n + 1, np.int32)
    size = 0
    for i in range(n):
        low, high = 0, size
        while low < high:
            middle = (low + high) // 2
            if tails[middle] <= values[i]:
                low = middle + 1
            else:
                high = middle
        tails[low] = values[i]
        if low == size:
            size += 1
    return size


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
    keys: NDArray[np.uint32], weight: NDArray[np.float32], kind: NDArray[np.uint8],
    sentence: NDArray[np.int32], token: NDArray[np.int32], first: int, last: int,
    in_run: NDArray[np.bool_], out: NDArray[np.float64], side: int,
    sentence_weight: NDArray[np.float64],
) -> None:
    """Totals of one document: by kind, of its own words, per sentence."""
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
            sentence_weight[min(sentence[t], MAX_SENTENCES - 1)] += w / (j - i)
        unique += 1
        i = j
    out[39 + side] = unique


@kernel
def _add_shared(
    key: NDArray[np.uint32], weight: NDArray[np.float32], kind: NDArray[np.uint8],
    sentence: NDArray[np.int32], token: NDArray[np.int32],
    first_x: int, last_x: int, first_y: int, last_y: int,
    in_run_x: NDArray[np.bool_], in_run_y: NDArray[np.bool_],
    out: NDArray[np.float64], matrix: NDArray[np.float64],
) -> None:
    """Merge-join of two sorted views: shared weights and the sentence matrix."""
    i, j = first_x, first_y
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
        count = max(i2 - i, j2 - j)
        if (i2 - i) * (j2 - j) <= MAX_REPEATS:
            for t in range(i, i2):
                row = min(sentence[t], MAX_SENTENCES - 1)
                for u in range(j, j2):
                    column = min(sentence[u], MAX_SENTENCES - 1)
                    matrix[row, column] += w / count
        i, j = i2, j2


@kernel
def _align(
    matrix: NDArray[np.float64],
    rows: int,
    columns: int,
    transpose: bool,
    weight_rows: NDArray[np.float64],
    best: NDArray[np.int32],
) -> tuple[float, float, float]:
    """Best partner of each row: weighted coverage, order, share of weight in aligned rows."""
    total, covered, aligned = 0.0, 0.0, 0.0
    sequence = np.empty(rows, np.int32)
    n = 0
    for r in range(rows):
        best[r] = -1
        top = 0.0
        for c in range(columns):
            value = matrix[c, r] if transpose else matrix[r, c]
            if value > top:
                top, best[r] = value, c
        w = weight_rows[r]
        total += w
        covered += min(top, w)
        if top >= ALIGNED_WEIGHT and top >= ALIGNED_SHARE * w:
            aligned += w
            sequence[n] = best[r]
            n += 1
    if total <= 0.0:
        return 0.0, 0.0, 0.0, 0, 0
    chain = _increasing(sequence, n)
    order = chain / n if n > 0 else 0.0
    return covered / total, order, aligned / total, chain, n


@kernel
def _density(
    matrix: NDArray[np.float64], rows: int, columns: int, transpose: bool,
    weight_rows: NDArray[np.float64], weight_columns: NDArray[np.float64],
    best: NDArray[np.int32],
) -> float:
    """How fully the aligned rows take up their partners: covered share of the partners' weight.

    A copy that keeps half of a text's paragraphs takes those up whole; an independent report
    touches many sentences lightly.
    """
    taken = np.zeros(columns, np.float64)
    for r in range(rows):
        c = best[r]
        if c < 0:
            continue
        value = matrix[c, r] if transpose else matrix[r, c]
        if value >= ALIGNED_WEIGHT and value >= ALIGNED_SHARE * weight_rows[r]:
            taken[c] += value
    covered, total = 0.0, 0.0
    for c in range(columns):
        if taken[c] > 0.0:
            covered += min(taken[c], weight_columns[c])
            total += weight_columns[c]
    return covered / total if total > 0.0 else 0.0


@kernel
def _mutual(
    matrix: NDArray[np.float64], rows: int, columns: int,
    rows_x: NDArray[np.float64], rows_y: NDArray[np.float64],
    best_x: NDArray[np.int32], best_y: NDArray[np.int32],
) -> tuple[float, float]:
    """Weighted Dice of sentences that are each other's best match, seen from either text."""
    total_x, total_y, mutual_x, mutual_y = 0.0, 0.0, 0.0, 0.0
    for r in range(rows):
        total_x += rows_x[r]
        c = best_x[r]
        if c >= 0 and best_y[c] == r:
            dice = 2.0 * matrix[r, c] / (rows_x[r] + rows_y[c])
            mutual_x += rows_x[r] * dice
            mutual_y += rows_y[c] * dice
    for c in range(columns):
        total_y += rows_y[c]
    return (
        mutual_x / total_x if total_x > 0.0 else 0.0,
        mutual_y / total_y if total_y > 0.0 else 0.0,
    )


@kernel
def count_shared(a: NDArray[np.uint32], i: int, last_i: int, j: int, last_j: int) -> int:
    """Number of keys that two sorted ranges of unique keys share."""
    shared = 0
    while i < last_i and j < last_j:
        if a[i] < a[j]:
            i += 1
        elif a[i] > a[j]:
            j += 1
        else:
            shared += 1
            i += 1
            j += 1
    return shared


@kernel
def _contains(a: NDArray[np.uint32], first: int, last: int, key: np.uint32) -> bool:
    low, high = first, last
    while low < high:
        middle = (low + high) // 2
        if a[middle] < key:
            low = middle + 1
        else:
            high = middle
    return low < last and a[low] == key


@kernel
def mark_runs(
    shingles: NDArray[np.uint32], first: int, last: int,
    others: NDArray[np.uint32], other_first: int, other_last: int, size: int,
    flags: NDArray[np.uint8], first_word: int, in_run: NDArray[np.bool_],
) -> tuple[int, int, int]:
    """Marks the words of a text that stand in runs of shared shingles.

    ``shingles[first:last]`` are in text order, ``others[other_first:other_last]`` sorted. Returns
    the number of marked words, of those outside quotation marks, and the longest run in words;
    ``in_run`` (all False before) holds the marks by word, ``flags[first_word:]`` the words' flags.
    """
    n = last - first
    words, own, longest, run, done = 0, 0, 0, 0, 0
    for i in range(n + 1):
        if i < n and _contains(others, other_first, other_last, shingles[first + i]):
            run += 1
            continue
        if run >= MIN_RUN:
            for t in range(max(i - run, done), i + size - 1):
                in_run[t] = True
                words += 1
                own += 1 if flags[first_word + t] & _IN_QUOTE == 0 else 0
            done = i + size - 1
            longest = max(longest, run + size - 1)
        run = 0
    return words, own, longest


@kernel
def _unquoted(flags: NDArray[np.uint8], first: int, last: int) -> int:
    count = 0
    for t in range(first, last):
        count += 1 if flags[t] & _IN_QUOTE == 0 else 0
    return count


@kernel
def _same_sequence(
    values: NDArray[np.uint32], i: int, last_i: int, j: int, last_j: int
) -> bool:
    if last_i - i != last_j - j or last_i == i:
        return False
    for t in range(last_i - i):
        if values[i + t] != values[j + t]:
            return False
    return True


@kernel
def measure_pairs(
    pairs: NDArray[np.int64],
    view_doc: NDArray[np.int64], key: NDArray[np.uint32], weight: NDArray[np.float32],
    kind: NDArray[np.uint8], sentence: NDArray[np.int32], token: NDArray[np.int32],
    n_sentences: NDArray[np.int32], word_doc: NDArray[np.int64], flags: NDArray[np.uint8],
    shingle_doc: NDArray[np.int64], shingles: NDArray[np.uint32],
    set_doc: NDArray[np.int64], shingle_set: NDArray[np.uint32], size: int,
) -> NDArray[np.float64]:
    """Measures (k, len(MEASURES)) of k pairs of document numbers."""
    out = np.zeros((pairs.shape[0], 54), np.float64)
    matrix = np.zeros((MAX_SENTENCES, MAX_SENTENCES), np.float64)
    rows_x = np.zeros(MAX_SENTENCES, np.float64)
    rows_y = np.zeros(MAX_SENTENCES, np.float64)
    best_x = np.empty(MAX_SENTENCES, np.int32)
    best_y = np.empty(MAX_SENTENCES, np.int32)
    most = 0
    for p in range(pairs.shape[0]):
        for side in range(2):
            d = pairs[p, side]
            most = max(most, word_doc[d + 1] - word_doc[d])
    run_x = np.zeros(most + size, np.bool_)
    run_y = np.zeros(most + size, np.bool_)
    for p in range(pairs.shape[0]):
        x, y = pairs[p, 0], pairs[p, 1]
        row = out[p]
        words_x, words_y = word_doc[x + 1] - word_doc[x], word_doc[y + 1] - word_doc[y]
        run_x[:words_x] = False
        run_y[:words_y] = False
        unquoted_x = _unquoted(flags, word_doc[x], word_doc[x + 1])
        unquoted_y = _unquoted(flags, word_doc[y], word_doc[y + 1])
        row[46], row[47] = words_x - unquoted_x, words_y - unquoted_y
        row[31] = set_doc[x + 1] - set_doc[x]
        row[32] = set_doc[y + 1] - set_doc[y]
        shared = count_shared(shingle_set, set_doc[x], set_doc[x + 1], set_doc[y], set_doc[y + 1])
        row[33] = shared
        if shared >= MIN_RUN:
            words, own, longest_x = mark_runs(
                shingles, shingle_doc[x], shingle_doc[x + 1], shingle_set, set_doc[y],
                set_doc[y + 1], size, flags, word_doc[x], run_x,
            )
            row[34] = words / words_x
            row[36] = own / (unquoted_x + 1.0)
            words, own, longest_y = mark_runs(
                shingles, shingle_doc[y], shingle_doc[y + 1], shingle_set, set_doc[x],
                set_doc[x + 1], size, flags, word_doc[y], run_y,
            )
            row[35] = words / words_y
            row[37] = own / (unquoted_y + 1.0)
            row[38] = min(longest_x, longest_y)
            if _same_sequence(
                shingles, shingle_doc[x], shingle_doc[x + 1], shingle_doc[y], shingle_doc[y + 1]
            ):
                row[45] = 1.0
        sx, sy = min(n_sentences[x], MAX_SENTENCES), min(n_sentences[y], MAX_SENTENCES)
        matrix[:sx, :sy] = 0.0
        rows_x[:sx] = 0.0
        rows_y[:sy] = 0.0
        x1, x2, y1, y2 = view_doc[x], view_doc[x + 1], view_doc[y], view_doc[y + 1]
        _add_document(key, weight, kind, sentence, token, x1, x2, run_x, row, 0, rows_x)
        _add_document(key, weight, kind, sentence, token, y1, y2, run_y, row, 1, rows_y)
        _add_shared(
            key, weight, kind, sentence, token, x1, x2, y1, y2, run_x, run_y, row, matrix
        )
        row[23], row[25], row[27], row[50], row[52] = _align(
            matrix, sx, sy, False, rows_x, best_x
        )
        row[24], row[26], row[28], row[51], row[53] = _align(
            matrix, sy, sx, True, rows_y, best_y
        )
        row[29], row[30] = _mutual(matrix, sx, sy, rows_x, rows_y, best_x, best_y)
        row[48] = _density(matrix, sy, sx, True, rows_y, rows_x, best_y)
        row[49] = _density(matrix, sx, sy, False, rows_x, rows_y, best_x)
        row[41], row[42] = n_sentences[x], n_sentences[y]
        row[43], row[44] = words_x, words_y
    return out
