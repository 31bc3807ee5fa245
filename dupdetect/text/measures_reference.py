"""The measures of a pair in plain Python: shared anchors, aligned sentences, verbatim runs.

The second half of the anchor kernels' twin (see :mod:`dupdetect.text.anchors_reference`): what
:mod:`dupdetect.kernels.measures` must compute, for one pair of texts, from words and dictionaries.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

from dupdetect.kernels import tokens as flag
from dupdetect.text import anchors_reference as anchors
from dupdetect.text import reference
from dupdetect.text.anchors_reference import NAME, NUMBER, QUOTED, WORD, Entry
from dupdetect.text.reference import Token

#: The settled constants of the kernels, stated again: a change there has to be meant.
MIN_RUN, MAX_SENTENCES, MAX_REPEATS = 3, 256, 64
ALIGNED_SHARE, ALIGNED_WEIGHT = 0.25, 1.0
MIN_BLOCK, PLACES = 6, 32
MAX_TIMES, BESIDE, NEAR = 3, 2, 25
LEAST, CHANGE = 0.18, 0.6

_KINDS = {NUMBER: "number", NAME: "name", WORD: "word"}

Matrix = list[list[float]]


class Text(NamedTuple):
    """One text as both halves see it; ``groups`` are the view's entries by key, keys ascending."""

    tokens: list[Token]
    shingles: list[bytes]
    groups: dict[int, list[Entry]]
    n_sentences: int


def read(text: str, *, max_zipf: int, across: bool, size: int) -> Text:
    """A text with its anchors (``max_zipf`` is times 20) and shingles of ``size`` words."""
    tokens = reference.tokenize(text)
    found = anchors.anchors(tokens, anchors.background(), max_zipf)
    entries = anchors.view(found, across=across)
    groups = {key: list(group) for key, group in groupby(entries, lambda entry: entry.key)}
    n_sentences = max((sentence + 1 for sentence in anchors.sentences(tokens)), default=1)
    return Text(tokens, reference.shingles(tokens, size), groups, n_sentences)


def runs(x: Text, y: Text, size: int) -> list[tuple[int, int]]:
    """Word ranges of x that stand in y: three or more shingles in a row that y holds.

    None when the texts share fewer than three different shingles. Ranges may touch or overlap.
    """
    theirs = set(y.shingles)
    if len(theirs & set(x.shingles)) < MIN_RUN:
        return []
    out = []
    at = 0
    for shared, group in groupby(shingle in theirs for shingle in x.shingles):
        length = len(list(group))
        if shared and length >= MIN_RUN:
            out.append((at, at + length + size - 1))
        at += length
    return out


def _run_measures(x: Text, found: Iterable[tuple[int, int]]) -> tuple[set[int], float, float, int]:
    """The words in runs, their share of all words and of the unquoted ones, the longest run."""
    ranges = list(found)
    words = {at for first, last in ranges for at in range(first, last)}
    own = [at for at, token in enumerate(x.tokens) if not token.flags & flag.IN_QUOTE]
    share = len(words) / len(x.tokens) if x.tokens else 0.0
    own_share = len(words.intersection(own)) / (len(own) + 1.0)
    return words, share, own_share, max((last - first for first, last in ranges), default=0)


def _is_own(group: Iterable[Entry], in_run: set[int]) -> bool:
    return any(not entry.kind & QUOTED and entry.token not in in_run for entry in group)


def _least(*groups: Iterable[Entry]) -> float:
    return min(entry.weight for group in groups for entry in group)


def _totals(x: Text, in_run: set[int], side: str) -> dict[str, float]:
    """Weight of all different anchors, by kind, and of those among a text's own words."""
    out = {f"{name}_{side}": 0.0 for name in ("weight", "own", "fact", *_KINDS.values())}
    for group in x.groups.values():
        weight, kind = _least(group), group[0].kind & 7
        names = ["weight", _KINDS[kind]]
        if _is_own(group, in_run):
            names += ["own"] if kind == WORD else ["own", "fact"]
        for name in names:
            out[f"{name}_{side}"] += weight
    out[f"anchors_{side}"] = len(x.groups)
    return out


def _sentence(entry: Entry) -> int:
    return min(entry.sentence, MAX_SENTENCES - 1)


def sentence_weights(x: Text, in_run: set[int]) -> list[float]:
    """The weight of each sentence; an anchor's weight is shared out among its places.

    Places inside verbatim runs count for nothing.
    """
    out = [0.0] * min(x.n_sentences, MAX_SENTENCES)
    for group in x.groups.values():
        for entry in group:
            if entry.token not in in_run:
                out[_sentence(entry)] += _least(group) / len(group)
    return out


def _shared(
    x: Text, y: Text, in_run_x: set[int], in_run_y: set[int]
) -> tuple[dict[str, float], Matrix]:
    """Weight of the shared anchors, in all and by what they are in either text; the matrix."""
    kinds = [f"{name}_shared_{side}" for name in _KINDS.values() for side in "xy"]
    own = [f"{name}_shared_{side}" for name in ("own", "fact") for side in "xy"]
    out = dict.fromkeys(["shared", *kinds, *own], 0.0)
    size_x, size_y = (min(text.n_sentences, MAX_SENTENCES) for text in (x, y))
    matrix = [[0.0] * size_y for _ in range(size_x)]
    for key, group_x in x.groups.items():
        group_y = y.groups.get(key)
        if group_y is None:
            continue
        weight = _least(group_x, group_y)
        out["shared"] += weight
        for side, group, in_run in (("x", group_x, in_run_x), ("y", group_y, in_run_y)):
            kind = group[0].kind & 7
            out[f"{_KINDS[kind]}_shared_{side}"] += weight
            if _is_own(group, in_run):
                out[f"own_shared_{side}"] += weight
                out[f"fact_shared_{side}"] += weight if kind != WORD else 0.0
        if len(group_x) * len(group_y) <= MAX_REPEATS:
            part = weight / max(len(group_x), len(group_y))
            for one in group_x:
                for other in group_y:
                    if one.token not in in_run_x and other.token not in in_run_y:
                        matrix[_sentence(one)][_sentence(other)] += part
    return out, matrix


def longest_chain(values: Sequence[int]) -> int:
    """Length of the longest non-decreasing subsequence."""
    best: list[int] = []
    for at, value in enumerate(values):
        before = [length for length, earlier in zip(best, values[:at], strict=True)
                  if earlier <= value]  # fmt: skip
        best.append(max(before, default=0) + 1)
    return max(best, default=0)


class Alignment(NamedTuple):
    """How the rows of a matrix find partners among its columns."""

    covered: float
    order: float
    aligned: float
    chain: int
    partners: list[tuple[int, int]]
    best: list[int | None]


def align(matrix: Matrix, weights: Sequence[float]) -> Alignment:
    """Each row's best column (the first of equals), and the rows that are aligned with theirs."""
    best: list[int | None] = []
    covered = aligned = 0.0
    partners: list[tuple[int, int]] = []
    for at, (row, weight) in enumerate(zip(matrix, weights, strict=True)):
        top = max(row)
        best.append(row.index(top) if top > 0.0 else None)
        covered += min(top, weight)
        if top >= ALIGNED_WEIGHT and top >= ALIGNED_SHARE * weight:
            aligned += weight
            partners.append((at, row.index(top)))
    total = _sum(weights)
    if total <= 0.0:
        return Alignment(0.0, 0.0, 0.0, 0, [], best)
    chain = longest_chain([column for _, column in partners])
    order = chain / len(partners) if partners else 0.0
    return Alignment(covered / total, order, aligned / total, chain, partners, best)


def density(matrix: Matrix, found: Alignment, weights: Sequence[float]) -> float:
    """Share of the partners' weight that the aligned rows take up; ``weights`` of the columns."""
    taken: dict[int, float] = {}
    for row, column in found.partners:
        taken[column] = taken.get(column, 0.0) + matrix[row][column]
    total = _sum(weights[column] for column in sorted(taken))
    covered = _sum(min(taken[column], weights[column]) for column in sorted(taken))
    return covered / total if taken else 0.0


def _mutual(
    matrix: Matrix, x: Alignment, y: Alignment, rows: Sequence[float], columns: Sequence[float]
) -> tuple[float, float]:
    mutual_x = mutual_y = 0.0
    for row, column in enumerate(x.best):
        if column is not None and y.best[column] == row:
            dice = 2.0 * matrix[row][column] / (rows[row] + columns[column])
            mutual_x += rows[row] * dice
            mutual_y += columns[column] * dice
    total_x, total_y = _sum(rows), _sum(columns)
    return mutual_x / total_x if total_x else 0.0, mutual_y / total_y if total_y else 0.0


def company(x: Text, y: Text, in_run_x: set[int], in_run_y: set[int]) -> dict[str, float]:
    """How many shared anchors keep their neighbours; of all anchors and of facts alone."""
    places: list[tuple[int, int, bool]] = []
    for key, group_x in x.groups.items():
        group_y = y.groups.get(key, [])
        if not group_y or max(len(group_x), len(group_y)) > MAX_TIMES:
            continue
        free_x = [entry.token for entry in group_x if entry.token not in in_run_x]
        free_y = [entry.token for entry in group_y if entry.token not in in_run_y]
        if free_x and free_y:
            fact = any(group[0].kind & 7 != WORD for group in (group_x, group_y))
            places.append((free_x[0], free_y[0], fact))
    out: dict[str, float] = {}
    for prefix, chosen in (("", places), ("fact_", [place for place in places if place[2]])):
        there = {one: other for one, other, _ in chosen}
        back = {other: one for one, other, _ in chosen}
        ways = [_one_way(there, back), _one_way(back, there)]
        out[f"{prefix}places"] = float(len(chosen))
        out[f"{prefix}beside"] = (ways[0][0] + ways[1][0]) / 2.0
        out[f"{prefix}near"] = (ways[0][1] + ways[1][1]) / 2.0
        out[f"{prefix}rise"] = (ways[0][2] + ways[1][2]) / 2.0
    return out


def _one_way(there: dict[int, int], back: dict[int, int]) -> tuple[int, int, int]:
    rank = {word: number for number, word in enumerate(sorted(back))}
    order = sorted(there)
    beside = near = 0
    for before, word in pairwise(order):
        beside += abs(rank[there[word]] - rank[there[before]]) <= BESIDE
        near += word - before <= NEAR and abs(there[word] - there[before]) <= NEAR
    return beside, near, longest_chain([there[word] for word in order])


def _sum(values: Iterable[float]) -> float:
    """From left to right, as the kernels add (``sum`` of Python 3.12 and later compensates)."""
    total = 0.0
    for value in values:
        total += value
    return total


def parts(x: Text, y: Text) -> tuple[Text, float]:
    """x with the anchors of its best parts only; the share of weight in them."""
    n = min(x.n_sentences, MAX_SENTENCES)
    total, shared = [0.0] * n, [0.0] * n
    for key, group in x.groups.items():
        for entry in group:
            total[_sentence(entry)] += entry.weight
            shared[_sentence(entry)] += entry.weight if key in y.groups else 0.0
    kept = best_parts([one - LEAST * all for one, all in zip(shared, total, strict=True)])
    every = _sum(reversed(total))
    inside = _sum(total[at] for at in reversed(range(n)) if kept[at])
    groups = {
        key: [entry for entry in group if kept[_sentence(entry)]] for key, group in x.groups.items()
    }
    left = x._replace(groups={key: group for key, group in groups.items() if group})
    return left, inside / every if every > 0.0 else 1.0


def best_parts(gains: Sequence[float]) -> list[bool]:
    """Which sentences are in the parts with the largest sum of gains, each less ``CHANGE``.

    Of equals that which ends outside of a part, and goes on rather than begins.
    """
    ways: tuple[tuple[float, list[bool]], ...] = ((-math.inf, []), (0.0, []))
    for gain in gains:
        inside, outside = ways
        begun = (outside[0] - CHANGE, outside[1])
        before = inside if inside[0] >= begun[0] else begun
        after = inside if inside[0] > outside[0] else outside
        ways = (before[0] + gain, [*before[1], True]), (after[0], [*after[1], False])
    return ways[0][1] if ways[0][0] > ways[1][0] else ways[1][1]


def measures(x: Text, y: Text, size: int, *, parted: bool = True) -> dict[str, float]:
    """All measures of a pair by name; ``parted``: of their parts."""
    runs_x, runs_y = runs(x, y, size), runs(y, x, size)
    kept_x = kept_y = 1.0
    if parted:
        (x, kept_x), (y, kept_y) = parts(x, y), parts(y, x)
    in_run_x, run_x, own_run_x, longest_x = _run_measures(x, runs_x)
    in_run_y, run_y, own_run_y, longest_y = _run_measures(y, runs_y)
    shared, matrix = _shared(x, y, in_run_x, in_run_y)
    transposed = [list(column) for column in zip(*matrix, strict=True)]
    rows, columns = sentence_weights(x, in_run_x), sentence_weights(y, in_run_y)
    of_x, of_y = align(matrix, rows), align(transposed, columns)
    mutual_x, mutual_y = _mutual(matrix, of_x, of_y, rows, columns)
    out = {
        "kept_x": kept_x,
        "kept_y": kept_y,
        **_totals(x, in_run_x, "x"),
        **_totals(y, in_run_y, "y"),
        **shared,
        **company(x, y, in_run_x, in_run_y),
        "mutual_x": mutual_x,
        "mutual_y": mutual_y,
        "dense_x": density(transposed, of_y, rows),
        "dense_y": density(matrix, of_x, columns),
        "shingles_shared": len(set(x.shingles) & set(y.shingles)),
        "run_x": run_x,
        "run_y": run_y,
        "own_run_x": own_run_x,
        "own_run_y": own_run_y,
        "longest": min(longest_x, longest_y),
        "exact": float(bool(x.shingles) and x.shingles == y.shingles),
    }
    for side, text, found in (("x", x, of_x), ("y", y, of_y)):
        quoted = sum(bool(token.flags & flag.IN_QUOTE) for token in text.tokens)
        own = {
            "align": found.covered, "order": found.order, "aligned": found.aligned,
            "chain": found.chain, "partners": len(found.partners),
            "shingles": len(set(text.shingles)), "sentences": text.n_sentences,
            "words": len(text.tokens), "quoted": quoted,
        }  # fmt: skip
        out.update((f"{name}_{side}", float(value)) for name, value in own.items())
    return out


def verbatim_blocks(a: Sequence[int], b: Sequence[int], size: int) -> list[tuple[int, ...]]:
    """Word ranges (a from, a to, b from, b to) of what stands in both, greedily from the left."""
    out: list[tuple[int, ...]] = []
    at = 0
    while at < len(a):
        places = [place for place, value in enumerate(b) if value == a[at]][:PLACES]
        lengths = [_common(a[at:], b[place:]) for place in places]
        words = max(lengths, default=0) + size - 1
        if lengths and words >= MIN_BLOCK:
            place = places[lengths.index(max(lengths))]
            out.append((at, at + words, place, place + words))
            at += words
        else:
            at += 1
    return out


def _common(a: Sequence[int], b: Sequence[int]) -> int:
    for at, (one, other) in enumerate(zip(a, b, strict=False)):
        if one != other:
            return at
    return min(len(a), len(b))


def best_sentences(
    a: Text, b: Text, *, least: float = 1.0, share: float = 0.3, places: int = 1024
) -> list[tuple[int, float] | None]:
    """For each sentence of a the one of b that shares most: Dice of their weights."""
    totals: list[list[float]] = []
    for text in (a, b):
        total = [0.0] * text.n_sentences
        for group in text.groups.values():
            for entry in group:
                total[entry.sentence] += entry.weight
        totals.append(total)
    shared: dict[tuple[int, int], float] = {}
    for key, group_a in a.groups.items():
        group_b = b.groups.get(key, [])
        if not group_b or len(group_a) * len(group_b) > places:
            continue
        least_often = min(len(group_a), len(group_b))
        weight = min(group_a[0].weight, group_b[0].weight) / max(1.0, math.sqrt(least_often))
        for one in group_a:
            for other in group_b:
                cell = (one.sentence, other.sentence)
                shared[cell] = shared.get(cell, 0.0) + weight
    best: list[tuple[int, float] | None] = [None] * a.n_sentences
    for (s, t), weight in sorted(shared.items()):
        weight_a, weight_b = totals[0][s], totals[1][t]
        if weight < least or weight < share * min(weight_a, weight_b):
            continue
        dice = min(1.0, 2.0 * weight / (weight_a + weight_b))
        before = best[s]
        if before is None or dice > before[1]:
            best[s] = (t, dice)
    return best
