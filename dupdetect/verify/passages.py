"""Passages: the spans of two texts that say the same, for a person to read side by side."""

from __future__ import annotations

from bisect import bisect_left

import numpy as np
from numpy.typing import NDArray

from dupdetect.config import Config
from dupdetect.kernels.passages import BLOCK_SHARE, sentence_pairs, verbatim_blocks
from dupdetect.kernels.tokens import SENTENCE_START, TokenArrays
from dupdetect.records import Passage
from dupdetect.sketch.batch import View, anchors_of, shingles_of, view_of
from dupdetect.text.tokens import tokenize_texts

#: Sentences that are aligned but not word for word never count as the same.
_MOST = 0.99


def passages(text_a: str, text_b: str, *, across: bool, config: Config) -> tuple[Passage, ...]:
    """Aligned passages of two texts in a's order, at most ``config.verify.max_passages``.

    ``across``: the texts are in different languages. A verbatim block has similarity 1.0; a pair
    of sentences the weighted share of anchors they have in common. Passages do not overlap in a.
    """
    tokens = tokenize_texts([text_a, text_b])
    blocks = np.empty((0, 4), np.int32)
    if not across:
        shingles, doc = shingles_of(tokens, config)
        blocks = verbatim_blocks(shingles[: doc[1]], shingles[doc[1] :], config.shingle.size)
    spans = [_span(tokens, a, b, c, d, 1.0) for a, b, c, d in blocks.tolist()]
    spans += _sentence_spans(tokens, view_of(anchors_of(tokens, config), across=across), blocks)
    return _disjoint(spans)[: config.verify.max_passages]


def _span(
    tokens: TokenArrays, a_from: int, a_to: int, b_from: int, b_to: int, similarity: float
) -> Passage:
    shift = int(tokens.doc[1])
    return Passage(
        a_start=int(tokens.start[a_from]),
        a_end=int(tokens.end[a_to - 1]),
        b_start=int(tokens.start[shift + b_from]),
        b_end=int(tokens.end[shift + b_to - 1]),
        similarity=similarity,
    )


def _sentence_spans(tokens: TokenArrays, view: View, blocks: NDArray[np.int32]) -> list[Passage]:
    bounds = [_sentence_bounds(tokens, document) for document in (0, 1)]
    if any(len(bound) < 2 for bound in bounds):
        return []
    best, similarity = sentence_pairs(
        *_part(view, 0), len(bounds[0]) - 1, *_part(view, 1), len(bounds[1]) - 1
    )
    covered = np.zeros(int(tokens.doc[1]) + 1, np.int64)
    for first, last in blocks[:, :2].tolist():
        covered[first + 1 : last + 1] = 1
    covered = np.cumsum(covered)[bounds[0]]  # words in blocks before each sentence
    apart = np.diff(covered) / np.diff(bounds[0]) < BLOCK_SHARE
    found = []
    for s in np.flatnonzero((best >= 0) & apart).tolist():
        t = int(best[s])
        a, b = bounds[0][s : s + 2].tolist(), bounds[1][t : t + 2].tolist()
        found.append(_span(tokens, a[0], a[1], b[0], b[1], min(_MOST, float(similarity[s]))))
    return found


def _part(view: View, d: int) -> tuple[NDArray[np.uint32], NDArray[np.float32], NDArray[np.int32]]:
    rows = slice(int(view.doc[d]), int(view.doc[d + 1]))
    return view.key[rows], view.weight[rows], view.sentence[rows]


def _sentence_bounds(tokens: TokenArrays, document: int) -> NDArray[np.int64]:
    """Word numbers at which the sentences of a document begin, and its number of words."""
    first, last = int(tokens.doc[document]), int(tokens.doc[document + 1])
    starts = np.flatnonzero(tokens.flags[first:last] & SENTENCE_START)
    return np.append(starts, last - first)


def _disjoint(spans: list[Passage]) -> tuple[Passage, ...]:
    """In a's order; where two overlap in a, the verbatim one or else the longer one stays."""
    ranked = sorted(spans, key=lambda p: (-p.similarity, p.a_start - p.a_end, p.a_start))
    kept: list[Passage] = []  # in a's order, disjoint: only the two neighbours can overlap
    starts: list[int] = []
    for span in ranked:
        at = bisect_left(starts, span.a_start)
        before = at == 0 or kept[at - 1].a_end <= span.a_start
        if before and (at == len(kept) or kept[at].a_start >= span.a_end):
            starts.insert(at, span.a_start)
            kept.insert(at, span)
    return tuple(kept)
