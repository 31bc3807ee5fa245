"""What stands around a line: the features that the line model sees, as one numba loop."""

from __future__ import annotations

from typing import Any

import numpy as np

from dupdetect.kernels._jit import kernel
from dupdetect.kernels.order import stable_order
from dupdetect.quality.boilerplate.kernel import (
    ADDRESS,
    ALLCAPS,
    BRACKETS,
    CAPITAL_WORDS,
    CHARS,
    COMMAS,
    DIGITS,
    F32,
    F64,
    FIRST,
    I64,
    LAST,
    LONGEST,
    MONEYS,
    NUMBERS,
    PROSE,
    QUOTES,
    SEPARATORS,
    SHORT,
    STOPS,
    U8,
    U32,
    WORDS,
)
from dupdetect.quality.characters import (
    CAPITAL,
    COLON,
    COMMA,
    DIGIT,
    LETTER,
    QUOTE,
    SEPARATOR,
    SMALL,
    STOP,
)

#: Bits of the lexicon column: the whole line, its beginning, or a part of it is a known phrase.
LONE, START, ANY = 1, 2, 4
#: Bit of a line that announces a block of furniture: related articles, comments, most read.
OPENER = 8
#: Number of columns of :func:`features`.
N_FEATURES = 92
#: Distances are counted up to here.
_FAR = 40


@kernel
def _own(row: F32, shape: F32, lexicon: int) -> int:
    words = max(shape[WORDS], np.float32(1.0))
    chars = max(shape[CHARS], np.float32(1.0))
    row[0] = np.log1p(shape[WORDS]) / 3
    row[1] = shape[CAPITAL_WORDS] / words
    row[2] = shape[ALLCAPS] / words
    row[3] = shape[DIGITS] / chars
    row[4] = shape[SHORT] / words
    row[5] = shape[NUMBERS] / words
    row[6] = shape[STOPS] > 0
    row[7] = min(shape[COMMAS] / words * 4, np.float32(2.0))
    row[8] = min(shape[SEPARATORS], np.float32(5.0)) / 5
    row[9] = min(shape[SEPARATORS] / words * 2, np.float32(2.0))
    last = shape[LAST]
    row[10] = last == STOP
    row[11] = last == COMMA
    row[12] = last == COLON
    row[13] = SMALL <= last <= LETTER
    row[14] = last == DIGIT
    row[15] = last == QUOTE
    first = shape[FIRST]
    row[16] = first == SMALL
    row[17] = first == DIGIT
    row[18] = first == SEPARATOR
    row[19] = first == QUOTE
    row[20] = first == CAPITAL
    row[21] = shape[QUOTES] > 0
    row[22] = shape[ADDRESS]
    row[23] = min(shape[MONEYS], np.float32(3.0)) / 3
    row[24] = min(shape[BRACKETS], np.float32(4.0)) / 4
    row[25] = shape[LONGEST] / 20
    row[26] = shape[PROSE]
    row[27] = shape[WORDS] <= 1
    row[28] = shape[WORDS] <= 3
    row[29] = shape[WORDS] <= 6
    row[30] = (lexicon & LONE) > 0
    row[31] = (lexicon & START) > 0
    row[32] = (lexicon & ANY) > 0
    row[33] = (lexicon & START) > 0 and shape[WORDS] <= 8
    row[34] = (lexicon & ANY) > 0 and shape[WORDS] <= 25
    return 35


@kernel
def _neighbour(row: F32, at: int, shape: F32, lexicon: U8, line_scores: F32, j: int) -> int:
    if 0 <= j < shape.shape[0]:
        words = max(shape[j, WORDS], np.float32(1.0))
        row[at] = np.log1p(words) / 3
        row[at + 1] = shape[j, LAST] == STOP
        row[at + 2] = lexicon[j] > 0
        row[at + 3] = line_scores[j]
    else:
        row[at] = -1
    return at + 4


@kernel
def _window(
    row: F32, at: int, shape: F32, lexicon: U8, line_scores: F32, i: int, reach: int
) -> int:
    low = max(0, i - reach)
    high = min(shape.shape[0], i + reach + 1)
    count = 0
    for j in range(low, high):
        if j == i:
            continue
        count += 1
        row[at] += np.log1p(shape[j, WORDS]) / 3
        row[at + 1] += shape[j, PROSE]
        row[at + 2] += lexicon[j] > 0
        row[at + 3] += line_scores[j]
    if count > 0:
        for k in range(4):
            row[at + k] /= count
    return at + 4


@kernel
def _distances(flags: U8) -> tuple[I64, I64]:
    """Lines since the last flagged line and until the next one, ``1000`` where there is none."""
    n = flags.shape[0]
    since = np.full(n, 1000, np.int64)
    until = np.full(n, 1000, np.int64)
    for i in range(1, n):
        since[i] = 1 if flags[i - 1] else since[i - 1] + 1
    for i in range(n - 2, -1, -1):
        until[i] = 1 if flags[i + 1] else until[i + 1] + 1
    return since, until


@kernel
def _near(distance: int) -> Any:
    return np.log1p(min(distance, _FAR)) / 3.7


@kernel
def _surroundings(row: F32, at: int, shape: F32, line_scores: F32, i: int) -> int:
    low = max(0, i - 3)
    high = min(shape.shape[0], i + 4)
    smallest = np.float32(9)
    largest = np.float32(-9)
    for j in range(low, high):
        row[at] += shape[j, LAST] == STOP
        row[at + 1] += shape[j, CAPITAL_WORDS] / max(shape[j, WORDS], np.float32(1))
        smallest = min(smallest, line_scores[j])
        largest = max(largest, line_scores[j])
    row[at] /= high - low
    row[at + 1] /= high - low
    row[at + 2] = smallest
    row[at + 3] = largest
    return at + 4


@kernel
def _copies(hashes: U32) -> F32:
    """How many lines say the same as each, as a feature: 0 where no other does."""
    n = hashes.shape[0]
    out = np.zeros(n, np.float32)
    order = stable_order(hashes)
    low = 0
    while low < n:
        high = low + 1
        while high < n and hashes[order[high]] == hashes[order[low]]:
            high += 1
        if high - low > 1:
            for k in range(low, high):
                out[order[k]] = np.log1p(high - low) / 2
        low = high
    return out


#: Of all lines of a text: how many are running text; lines since and until running text, known
#: phrases, openers; words, and words of running text, before each line.
Around = tuple[int, I64, I64, I64, I64, I64, I64, F64, F64]


@kernel
def around(shape: F32, lexicon: U8) -> Around:
    """What the lines of a text have in common."""
    n = shape.shape[0]
    is_prose = (shape[:, PROSE] > 0).astype(np.uint8)
    since_prose, until_prose = _distances(is_prose)
    since_known, until_known = _distances((lexicon > 0).astype(np.uint8))
    since_opener, until_opener = _distances(((lexicon & OPENER) > 0).astype(np.uint8))
    words = np.zeros(n + 1, np.float64)
    prose = np.zeros(n + 1, np.float64)
    count = 0
    for i in range(n):
        words[i + 1] = words[i] + shape[i, WORDS]
        prose[i + 1] = prose[i] + (shape[i, WORDS] if is_prose[i] else 0.0)
        count += is_prose[i]
    return (
        count, since_prose, until_prose, since_known, until_known, since_opener, until_opener,
        words, prose,
    )  # fmt: skip


@kernel
def describe_line(
    row: F32, i: int, shape: F32, lexicon: U8, line_scores: F32, link_density: F32, text: Around
) -> None:
    """Adds the features of line i, but for the last (its copies), to a row of zeros."""
    count, since_prose, until_prose, since_known, until_known = text[:5]
    since_opener, until_opener, words, prose = text[5:]
    n = shape.shape[0]
    all_prose = max(float(prose[n]), 1.0)
    at = _own(row, shape[i], lexicon[i])
    row[at] = np.log1p(n) / 5
    row[at + 1] = count / n
    row[at + 2] = np.log1p(prose[n]) / 7
    row[at + 3] = i / max(n - 1, 1)
    row[at + 4] = np.log1p(i) / 4
    row[at + 5] = np.log1p(n - 1 - i) / 4
    row[at + 6] = prose[i] / all_prose
    row[at + 7] = _near(since_prose[i])
    row[at + 8] = _near(until_prose[i])
    row[at + 9] = since_prose[i] <= 2 and until_prose[i] <= 2
    row[at + 10] = since_prose[i] < 900 and until_prose[i] < 900
    row[at + 11] = prose[n] / max(float(words[n]), 1.0)
    row[at + 12] = _near(since_known[i])
    row[at + 13] = _near(until_known[i])
    row[at + 14] = _near(since_opener[i])
    row[at + 15] = _near(until_opener[i])
    back = min(since_opener[i], i)
    row[at + 16] = (prose[i] - prose[i - back]) / all_prose
    row[at + 17] = (prose[min(n, i + 11)] - prose[max(0, i - 10)]) / all_prose
    row[at + 18] = np.log1p(words[i] - words[max(0, i - since_prose[i] + 1)]) / 5
    row[at + 19] = np.log1p(words[min(n, i + until_prose[i])] - words[i]) / 5
    at += 20
    for offset in (-2, -1, 1, 2):
        at = _neighbour(row, at, shape, lexicon, line_scores, i + offset)
    at = _window(row, at, shape, lexicon, line_scores, i, 3)
    at = _window(row, at, shape, lexicon, line_scores, i, 10)
    at = _surroundings(row, at, shape, line_scores, i)
    row[at] = line_scores[i]
    row[at + 1] = link_density[i] >= 0
    row[at + 2] = max(link_density[i], np.float32(0))
    total = np.float32(0)
    seen = 0
    for j in range(max(0, i - 2), min(n, i + 3)):
        if link_density[j] >= 0:
            total += link_density[j]
            seen += 1
    row[at + 3] = total / seen if seen else 0
    row[at + 4] = shape[i, WORDS]
    row[at + 5] = shape[i, CHARS]
    row[at + 6] = min(shape[i, STOPS], np.float32(6)) / 6
    row[at + 7] = shape[i, NUMBERS]


@kernel
def features(shape: F32, lexicon: U8, line_scores: F32, hashes: U32, link_density: F32) -> F32:
    """One row of features per line, ``float32[n, N_FEATURES]``.

    ``lexicon`` holds bits LONE, START, ANY, OPENER; ``line_scores`` what the line's own n-grams
    say (0: nothing); ``link_density`` the share of the line's characters inside links, -1 where
    nothing is known.
    """
    n = shape.shape[0]
    out = np.zeros((n, N_FEATURES), np.float32)
    text = around(shape, lexicon)
    copies = _copies(hashes)
    for i in range(n):
        describe_line(out[i], i, shape, lexicon, line_scores, link_density, text)
        out[i, N_FEATURES - 1] = copies[i]
    return out


@kernel
def features_of_some(shape: F32, lexicon: U8, hashes: U32, lines: I64) -> F32:
    """:func:`features` of some lines of a text of which neither n-grams nor links are known."""
    n = shape.shape[0]
    out = np.zeros((lines.shape[0], N_FEATURES), np.float32)
    line_scores, link_density = np.zeros(n, np.float32), np.full(n, np.float32(-1))
    text = around(shape, lexicon)
    copies = _copies(hashes)
    for k in range(lines.shape[0]):
        describe_line(out[k], lines[k], shape, lexicon, line_scores, link_density, text)
        out[k, N_FEATURES - 1] = copies[lines[k]]
    return out


@kernel
def features_many(
    shape: F32, lexicon: U8, line_scores: F32, hashes: U32, link_density: F32, texts: I64
) -> F32:
    """:func:`features` of the lines of many texts; text d has lines ``texts[d]:texts[d + 1]``."""
    out = np.zeros((shape.shape[0], N_FEATURES), np.float32)
    for d in range(texts.shape[0] - 1):
        low = texts[d]
        high = texts[d + 1]
        if high > low:
            out[low:high] = features(
                shape[low:high], lexicon[low:high], line_scores[low:high], hashes[low:high],
                link_density[low:high],
            )  # fmt: skip
    return out
