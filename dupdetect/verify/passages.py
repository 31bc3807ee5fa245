"""Passages: the spans of two texts that say the same, for a person to read side by side."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

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
#: Characters of texts that are read together: some 100 MB of tokens and anchors.
_TOGETHER = 2_000_000


def passages(text_a: str, text_b: str, *, across: bool, config: Config) -> tuple[Passage, ...]:
    """Aligned passages of two texts in a's order, at most ``config.verify.max_passages``.

    ``across``: the texts are in different languages. A verbatim block has similarity 1.0; a pair
    of sentences the weighted share of anchors they have in common. Passages do not overlap in a.
    """
    return passages_many([text_a, text_b], [(0, 1)], across=[across], config=config)[0]


def passages_many(
    texts: Sequence[str],
    pairs: Sequence[Sequence[int]],
    *,
    across: Sequence[bool],
    config: Config,
) -> list[tuple[Passage, ...]]:
    """:func:`passages` of pairs of ``texts`` by their numbers; neighbours share what is read."""
    found = []
    for part in _parts(texts, pairs):
        rows = {row: n for n, row in enumerate(dict.fromkeys(chain.from_iterable(pairs[part])))}
        read = _Texts.of([texts[row] for row in rows], across[part], config)
        found += [
            _aligned(read, rows[a], rows[b], across=other, config=config)
            for (a, b), other in zip(pairs[part], across[part], strict=True)
        ]
    return found


def _parts(texts: Sequence[str], pairs: Sequence[Sequence[int]]) -> Iterator[slice]:
    """Runs of pairs whose texts are not too long together; at least one pair."""
    start = size = 0
    seen: set[int] = set()
    for at, pair in enumerate(pairs):
        more = sum(len(texts[row]) for row in set(pair) - seen)
        if seen and size + more > _TOGETHER:
            yield slice(start, at)
            start, size, seen = at, 0, set()
            more = sum(len(texts[row]) for row in set(pair))
        seen.update(pair)
        size += more
    if seen:
        yield slice(start, len(pairs))


def _aligned(read: _Texts, a: int, b: int, *, across: bool, config: Config) -> tuple[Passage, ...]:
    blocks = np.empty((0, 4), np.int32)
    if not across:
        blocks = verbatim_blocks(read.shingles(a), read.shingles(b), config.shingle.size)
    spans = [read.span(a, b, i, j, k, m, 1.0) for i, j, k, m in blocks.tolist()]
    spans += _sentence_spans(read, a, b, blocks, across=across)
    return _disjoint(spans)[: config.verify.max_passages]


@dataclass(frozen=True, slots=True)
class _Texts:
    """Texts read together; ``views`` of their anchors, within a language and across."""

    tokens: TokenArrays
    shingle: NDArray[np.uint32]
    shingle_doc: NDArray[np.int64]
    views: dict[bool, View]

    @classmethod
    def of(cls, texts: Sequence[str], across: Sequence[bool], config: Config) -> _Texts:
        tokens = tokenize_texts(texts)
        anchors = anchors_of(tokens, config)
        views = {other: view_of(anchors, across=other) for other in sorted(set(across))}
        return cls(tokens, *shingles_of(tokens, config), views)

    def shingles(self, d: int) -> NDArray[np.uint32]:
        """The shingles of a text in their order."""
        return self.shingle[self.shingle_doc[d] : self.shingle_doc[d + 1]]

    def view(
        self, d: int, *, across: bool
    ) -> tuple[NDArray[np.uint32], NDArray[np.float32], NDArray[np.int32]]:
        """Keys, weights and sentences of a text's anchors."""
        view = self.views[across]
        rows = slice(int(view.doc[d]), int(view.doc[d + 1]))
        return view.key[rows], view.weight[rows], view.sentence[rows]

    def sentence_bounds(self, d: int) -> NDArray[np.int64]:
        """Word numbers at which the sentences of a text begin, and its number of words."""
        first, last = int(self.tokens.doc[d]), int(self.tokens.doc[d + 1])
        starts = np.flatnonzero(self.tokens.flags[first:last] & SENTENCE_START)
        return np.append(starts, last - first)

    def span(
        self, a: int, b: int, a_from: int, a_to: int, b_from: int, b_to: int, similarity: float
    ) -> Passage:
        """The passage of words of two texts; ends excluded."""
        start, end = self.tokens.start, self.tokens.end
        in_a, in_b = int(self.tokens.doc[a]), int(self.tokens.doc[b])
        return Passage(
            a_start=int(start[in_a + a_from]),
            a_end=int(end[in_a + a_to - 1]),
            b_start=int(start[in_b + b_from]),
            b_end=int(end[in_b + b_to - 1]),
            similarity=similarity,
        )


def _sentence_spans(
    read: _Texts, a: int, b: int, blocks: NDArray[np.int32], *, across: bool
) -> list[Passage]:
    bounds_a, bounds_b = read.sentence_bounds(a), read.sentence_bounds(b)
    if len(bounds_a) < 2 or len(bounds_b) < 2:
        return []
    best, similarity = sentence_pairs(
        *read.view(a, across=across), len(bounds_a) - 1,
        *read.view(b, across=across), len(bounds_b) - 1,
    )  # fmt: skip
    covered = np.zeros(int(bounds_a[-1]) + 1, np.int64)
    for first, last in blocks[:, :2].tolist():
        covered[first + 1 : last + 1] = 1
    covered = np.cumsum(covered)[bounds_a]  # words in blocks before each sentence
    apart = np.diff(covered) / np.diff(bounds_a) < BLOCK_SHARE
    found = []
    for s in np.flatnonzero((best >= 0) & apart).tolist():
        t = int(best[s])
        words = (int(bounds_a[s]), int(bounds_a[s + 1]), int(bounds_b[t]), int(bounds_b[t + 1]))
        found.append(read.span(a, b, *words, min(_MOST, float(similarity[s]))))
    return found


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
