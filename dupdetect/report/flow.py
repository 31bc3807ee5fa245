"""Geometry of the drawing of who copies whom: sources left, copies right, arrows between."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

#: At most this many domains a side and arrows in all, so that the drawing stays readable.
MAX_NODES = 20
MAX_EDGES = 60
#: Sources that have a colour of their own; arrows of the others are grey.
COLOURS = 6
#: Height of the thickest bar.
_THICKEST = 22.0

Triple = tuple[str, str, int]


@dataclass(frozen=True, slots=True)
class Frame:
    """Where things stand: the bars' outer edges, height of a row, and of the room for labels.

    Labels stand outside the bars, or above them where ``above``.
    """

    width: float
    left: float
    right: float
    row: float
    above: bool = False


WIDE = Frame(width=1000, left=330, right=670, row=30)
#: For narrow screens: as wide as a telephone, labels above the bars.
NARROW = Frame(width=400, left=0, right=400, row=44, above=True)


@dataclass(frozen=True, slots=True)
class Node:
    """A domain: the middle of its bar, its height, what it counts, where its label stands.

    ``colour`` is 1..COLOURS for the first sources, else 0.
    """

    key: str
    label: str
    count: int
    x: float
    y: float
    height: float
    text_x: float
    text_y: float
    colour: int


@dataclass(frozen=True, slots=True)
class Edge:
    """Text that went from one domain to another: ``count`` documents, drawn as a curve."""

    source: str
    target: str
    count: int
    path: str
    width: float
    tip: str
    colour: int


@dataclass(frozen=True, slots=True)
class Flow:
    """The drawing; ``hidden`` counts the arrows left out, ``share`` the documents in it, 0..1."""

    sources: tuple[Node, ...]
    targets: tuple[Node, ...]
    edges: tuple[Edge, ...]
    width: float
    height: float
    above: bool
    hidden: int
    share: float


def merged(edges: Sequence[Triple]) -> list[Triple]:
    """(source, target, count) triples, those of equal ends summed, the strongest first."""
    sums: dict[tuple[str, str], int] = {}
    for source, target, count in edges:
        sums[(source, target)] = sums.get((source, target), 0) + count
    triples = [(source, target, count) for (source, target), count in sums.items() if count > 0]
    return sorted(triples, key=lambda edge: (-edge[2], edge[0], edge[1]))


def flow(edges: Sequence[Triple], frame: Frame = WIDE) -> Flow | None:
    """Lay out (source, target, count) triples, those of equal ends summed; None without any.

    The strongest edges are kept while each side has at most MAX_NODES domains. Rows on the left
    are ordered by weight, rows on the right by the mean row of their sources, which keeps crossings
    few (the barycentre rule of Sugiyama, Tagawa and Toda 1981). A node counts all its documents,
    also those of arrows that are not drawn.
    """
    ranked = merged(edges)
    kept = _within_limits(ranked)
    if not kept:
        return None
    out, into = _sums(kept, 0), _sums(kept, 1)
    left = sorted(out, key=lambda name: (-out[name], name))
    row = {name: i for i, name in enumerate(left)}
    pull = {name: sum(row[s] * n for s, t, n in kept if t == name) / into[name] for name in into}
    right = sorted(into, key=lambda name: (pull[name], -into[name], name))
    rows = max(len(left), len(right))
    scale = _THICKEST / max(max(out.values()), max(into.values()))
    sources = _nodes("s", left, out, _sums(ranked, 0), frame, rows, scale)
    targets = _nodes("t", right, into, _sums(ranked, 1), frame, rows, scale)
    by_source, by_target = (
        dict(zip(names, nodes, strict=True)) for names, nodes in ((left, sources), (right, targets))
    )
    drawn, whole = sum(edge[2] for edge in kept), sum(edge[2] for edge in ranked)
    return Flow(
        sources=sources, targets=targets,
        edges=_curves(kept, by_source, by_target, frame, scale),
        width=frame.width, height=rows * frame.row + 16, above=frame.above,
        hidden=len(ranked) - len(kept), share=drawn / whole,
    )  # fmt: skip


def _within_limits(ranked: Sequence[Triple]) -> list[Triple]:
    left: set[str] = set()
    right: set[str] = set()
    kept: list[Triple] = []
    for source, target, count in ranked:
        fits = len(left | {source}) <= MAX_NODES and len(right | {target}) <= MAX_NODES
        if fits and len(kept) < MAX_EDGES:
            left.add(source)
            right.add(target)
            kept.append((source, target, count))
    return kept


def _sums(edges: Sequence[Triple], end: int) -> dict[str, int]:
    sums: dict[str, int] = {}
    for edge in edges:
        name = (edge[0], edge[1])[end]
        sums[name] = sums.get(name, 0) + edge[2]
    return sums


def _nodes(
    side: str,
    names: Sequence[str],
    drawn: Mapping[str, int],
    counts: Mapping[str, int],
    frame: Frame,
    rows: int,
    scale: float,
) -> tuple[Node, ...]:
    step = rows * frame.row / len(names)
    left = side == "s"
    x = frame.left if left else frame.right - 8
    outside = -8.0 if left else 16.0
    nodes = []
    for i, name in enumerate(names):
        y = 8 + (i + 0.5) * step + (9 if frame.above else 0)
        height = max(drawn[name] * scale, 3.0)
        nodes.append(
            Node(
                key=f"{side}{i}", label=name, count=counts[name], x=x,
                y=round(y, 1), height=round(height, 1),
                text_x=(frame.left if left else frame.right) if frame.above else x + outside,
                text_y=round(y - height / 2 - 5 if frame.above else y + 4.5, 1),
                colour=i + 1 if left and i < COLOURS else 0,
            )
        )  # fmt: skip
    return tuple(nodes)


def _curves(
    edges: Sequence[Triple],
    sources: Mapping[str, Node],
    targets: Mapping[str, Node],
    frame: Frame,
    scale: float,
) -> tuple[Edge, ...]:
    starts = _stacked(edges, 0, sources, targets, scale)
    ends = _stacked(edges, 1, targets, sources, scale)
    x1, x2 = frame.left + 8, frame.right - 18
    bend = (x1 + x2) / 2
    result = []
    for source, target, count in edges:
        y1, y2 = starts[(source, target)], ends[(source, target)]
        path = f"M{x1:.0f},{y1:.1f} C{bend:.0f},{y1:.1f} {bend:.0f},{y2:.1f} {x2:.0f},{y2:.1f}"
        width = round(max(count * scale, 1.5), 1)
        half = width / 2 + 2.5
        tip = f"{x2:.0f},{y2 - half:.1f} {x2 + 9:.0f},{y2:.1f} {x2:.0f},{y2 + half:.1f}"
        node = sources[source]
        keys = node.key, targets[target].key
        result.append(Edge(*keys, count=count, path=path, width=width, tip=tip, colour=node.colour))
    return tuple(result)


def _stacked(
    edges: Sequence[Triple],
    side: int,
    nodes: Mapping[str, Node],
    others: Mapping[str, Node],
    scale: float,
) -> dict[tuple[str, str], float]:
    """The height at which each edge meets its node's bar, in the order of the other side's rows."""
    middle: dict[tuple[str, str], float] = {}
    for name, node in nodes.items():
        mine = [(others[(e[0], e[1])[1 - side]].y, e) for e in edges if e[side] == name]
        y = node.y - sum(edge[2] for _, edge in mine) * scale / 2
        for _, (source, target, count) in sorted(mine):
            middle[(source, target)] = y + count * scale / 2
            y += count * scale
    return middle
