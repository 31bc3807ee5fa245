"""Geometry of the charts: plain numbers in, coordinates out; the templates draw them as SVG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

BINS = 20
#: A score from here on counts as high in captions and colours.
HIGH = 0.5
MAX_NODES = 22
MAX_EDGES = 60
_ROW = 30
_LEFT, _RIGHT = 330.0, 670.0


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a histogram: box in the drawing's units, what it counts, whether it is high."""

    x: float
    y: float
    width: float
    height: float
    count: int
    label: str
    high: bool


@dataclass(frozen=True, slots=True)
class Histogram:
    """Twenty bars over 0..1 in a 240 x 72 drawing; heights follow the square root of the counts."""

    bars: tuple[Bar, ...]
    n: int
    n_high: int
    largest: int


@dataclass(frozen=True, slots=True)
class Ribbon:
    """One pair of aligned spans as a band between two bars, in a 1000 x 72 drawing."""

    key: int
    level: int
    points: str


@dataclass(frozen=True, slots=True)
class Node:
    """A domain in the flow: the middle of its row, its bar's height, what it counts."""

    key: str
    label: str
    count: int
    x: float
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Edge:
    """Text that went from one domain to another: ``count`` documents, drawn as a curve."""

    source: str
    target: str
    count: int
    path: str
    width: float
    tip: str


@dataclass(frozen=True, slots=True)
class Flow:
    """Who copies whom: sources left, copies right; ``hidden`` counts the edges left out."""

    sources: tuple[Node, ...]
    targets: tuple[Node, ...]
    edges: tuple[Edge, ...]
    height: int
    hidden: int


def histogram(values: np.ndarray[Any, np.dtype[np.float64]]) -> Histogram:
    """Counts of float64[n] scores in 0..1, NaN left out."""
    known = values[~np.isnan(values)]
    counts, _ = np.histogram(np.clip(known, 0.0, 1.0), bins=BINS, range=(0.0, 1.0))
    largest = int(counts.max(initial=0))
    bars = []
    for i, count in enumerate(counts.tolist()):
        height = 72.0 * (count / largest) ** 0.5 if largest else 0.0
        height = max(height, 1.5) if count else 0.0
        bars.append(
            Bar(
                x=i * 12.0, y=round(72.0 - height, 1), width=11.0, height=round(height, 1),
                count=count, label=f"{i / BINS:.2f} to {(i + 1) / BINS:.2f}", high=i / BINS >= HIGH,
            )
        )  # fmt: skip
    n_high = int(np.count_nonzero(known >= HIGH))
    return Histogram(bars=tuple(bars), n=len(known), n_high=n_high, largest=largest)


def level(similarity: float) -> int:
    """Step 1..5 of the colour scale; 5 is word for word."""
    return 1 + sum(similarity >= edge for edge in (0.4, 0.6, 0.8, 0.97))


def ribbons(
    passages: Sequence[Mapping[str, Any]], top: str, bottom: str, lengths: Mapping[str, int]
) -> tuple[Ribbon, ...]:
    """Bands for ``passages`` (mappings with the names of Passage), numbered from 1.

    ``top`` and ``bottom`` are the letters of the texts, ``lengths`` their characters.
    """
    result = []
    for key, passage in enumerate(passages, start=1):
        x1, x2, x3, x4 = (
            _position(passage[f"{letter}_{end}"], lengths[letter])
            for letter, end in ((top, "start"), (top, "end"), (bottom, "end"), (bottom, "start"))
        )
        points = f"{x1},10 {x2},10 {x3},62 {x4},62"
        result.append(Ribbon(key=key, level=level(passage["similarity"]), points=points))
    return tuple(result)


def _position(offset: int, length: int) -> float:
    return round(1000.0 * min(max(offset / length, 0.0), 1.0), 1) if length > 0 else 0.0


def flow(edges: Sequence[tuple[str, str, int]]) -> Flow | None:
    """Lay out (source, target, count) triples, those of equal ends summed; None without any.

    The strongest edges are kept while each side has at most MAX_NODES domains. Rows on the left
    are ordered by weight, rows on the right by the mean row of their sources, which keeps crossings
    few (the barycentre rule of Sugiyama, Tagawa and Toda 1981).
    """
    merged: dict[tuple[str, str], int] = {}
    for source, target, count in edges:
        merged[(source, target)] = merged.get((source, target), 0) + count
    triples = [(source, target, count) for (source, target), count in merged.items()]
    ranked = sorted(triples, key=lambda edge: (-edge[2], edge[0], edge[1]))
    kept = _within_limits(ranked)
    if not kept:
        return None
    out, into = _sums(kept, 0), _sums(kept, 1)
    left = sorted(out, key=lambda name: (-out[name], name))
    row = {name: i for i, name in enumerate(left)}
    pull = {name: sum(row[s] * n for s, t, n in kept if t == name) / into[name] for name in into}
    right = sorted(into, key=lambda name: (pull[name], -into[name], name))
    rows = max(len(left), len(right))
    scale = 20.0 / max(max(out.values()), max(into.values()))
    sources = _nodes("s", left, out, _LEFT, rows, scale)
    targets = _nodes("t", right, into, _RIGHT, rows, scale)
    drawn = _curves(kept, dict(zip(left, sources, strict=True)),
                    dict(zip(right, targets, strict=True)), scale)  # fmt: skip
    return Flow(
        sources=sources, targets=targets, edges=drawn,
        height=rows * _ROW + 16, hidden=len(ranked) - len(kept),
    )  # fmt: skip


def _within_limits(ranked: Sequence[tuple[str, str, int]]) -> list[tuple[str, str, int]]:
    left: set[str] = set()
    right: set[str] = set()
    kept: list[tuple[str, str, int]] = []
    for source, target, count in ranked:
        fits = len(left | {source}) <= MAX_NODES and len(right | {target}) <= MAX_NODES
        if fits and count > 0 and len(kept) < MAX_EDGES:
            left.add(source)
            right.add(target)
            kept.append((source, target, count))
    return kept


def _sums(edges: Sequence[tuple[str, str, int]], end: int) -> dict[str, int]:
    sums: dict[str, int] = {}
    for edge in edges:
        name = (edge[0], edge[1])[end]
        sums[name] = sums.get(name, 0) + edge[2]
    return sums


def _nodes(
    side: str, names: Sequence[str], sums: dict[str, int], x: float, rows: int, scale: float
) -> tuple[Node, ...]:
    step = rows * _ROW / len(names)
    return tuple(
        Node(
            key=f"{side}{i}", label=name, count=sums[name], x=x,
            y=round(8 + (i + 0.5) * step, 1), height=round(max(sums[name] * scale, 3.0), 1),
        )
        for i, name in enumerate(names)
    )  # fmt: skip


def _curves(
    edges: Sequence[tuple[str, str, int]],
    sources: dict[str, Node],
    targets: dict[str, Node],
    scale: float,
) -> tuple[Edge, ...]:
    """Curves stacked inside their nodes' bars, in the order of the other side's rows."""
    middle: dict[tuple[str, str], list[float]] = {}
    for side, nodes, others in ((0, sources, targets), (1, targets, sources)):
        for name, node in nodes.items():
            mine = [edge for edge in edges if edge[side] == name]
            mine.sort(key=lambda edge, others=others, side=side: others[edge[1 - side]].y)  # type: ignore[misc]
            y = node.y - sum(edge[2] for edge in mine) * scale / 2
            for source, target, count in mine:
                middle.setdefault((source, target), []).append(y + count * scale / 2)
                y += count * scale
    result = []
    for source, target, count in edges:
        y1, y2 = middle[(source, target)]
        x1, x2 = _LEFT + 8, _RIGHT - 18
        bend = (x1 + x2) / 2
        path = f"M{x1:.0f},{y1:.1f} C{bend:.0f},{y1:.1f} {bend:.0f},{y2:.1f} {x2:.0f},{y2:.1f}"
        width = round(max(count * scale, 1.5), 1)
        half = width / 2 + 2.5
        tip = f"{x2:.0f},{y2 - half:.1f} {x2 + 9:.0f},{y2:.1f} {x2:.0f},{y2 + half:.1f}"
        keys = sources[source].key, targets[target].key
        result.append(Edge(*keys, count=count, path=path, width=width, tip=tip))
    return tuple(result)
