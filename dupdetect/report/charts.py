"""Geometry of the charts: plain numbers in, coordinates out; the templates draw them as SVG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

BINS = 20
#: A score from here on counts as high in captions and colours.
HIGH = 0.5
#: The step of the colour scale that means word for word.
VERBATIM = 5


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
