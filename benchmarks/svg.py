"""Charts as SVG text: horizontal bars, and lines over a linear or logarithmic scale.

Readable in light and dark pages: a white ground of their own, and no colour carries what a label
does not say.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

COLOURS = ("#0b5fa5", "#c2410c", "#15803d", "#7e22ce", "#a16207", "#be185d", "#475569")
_FONT = 'font-family="system-ui, sans-serif" font-size="13"'
_WIDTH = 720


@dataclass(frozen=True, slots=True)
class Series:
    """A line: ``points`` are (x, y); the first series is drawn boldest."""

    name: str
    points: Sequence[tuple[float, float]]


def bars(title: str, rows: Sequence[tuple[str, float, str]], *, note: str = "") -> str:
    """A bar for each (name, value, label); the first row is ours."""
    most = max((value for _, value, _ in rows), default=1.0) or 1.0
    left, step = 150, 30
    parts = []
    for number, (name, value, label) in enumerate(rows):
        y = 50 + number * step
        width = max(1.0, (_WIDTH - left - 150) * value / most)
        colour = COLOURS[0] if number == 0 else "#94a3b8"
        parts.append(_text(left - 10, y + 15, name, anchor="end", bold=number == 0))
        parts.append(f'<rect x="{left}" y="{y}" width="{width:.1f}" height="20" fill="{colour}"/>')
        parts.append(_text(left + width + 8, y + 15, label))
    return _page(title, parts, 60 + len(rows) * step + 20, note)


def lines(
    title: str,
    series: Sequence[Series],
    *,
    x_label: str,
    y_label: str,
    logarithmic: bool = False,
    y_range: tuple[float, float] | None = None,
    note: str = "",
) -> str:
    """Lines with points; both axes logarithmic, or neither."""
    points = [point for item in series for point in item.points]
    if not points:
        return _page(title, [_text(40, 80, "nothing measured yet")], 120, note)
    scale = math.log10 if logarithmic else float
    xs, ys = [scale(x) for x, _ in points], [scale(y) for _, y in points]
    low_y, high_y = (scale(y) for y in y_range) if y_range else (min(ys), max(ys))
    low_x, high_x = min(xs), max(xs)
    left, top, width, height = 80, 50, _WIDTH - 250, 300

    def place(x: float, y: float) -> tuple[float, float]:
        across = (scale(x) - low_x) / ((high_x - low_x) or 1.0)
        up = (scale(y) - low_y) / ((high_y - low_y) or 1.0)
        return left + across * width, top + (1.0 - up) * height

    parts = [f'<path d="M{left} {top}v{height}h{width}" fill="none" stroke="#334155"/>']
    for x in sorted({x for x, _ in points}):
        parts.append(
            _text(place(x, points[0][1])[0], top + height + 20, _number(x), anchor="middle")
        )
    for y in _ticks(low_y, high_y, logarithmic):
        at = place(points[0][0], y)[1]
        parts.append(f'<path d="M{left} {at:.1f}h{width}" stroke="#e2e8f0"/>')
        parts.append(_text(left - 8, at + 4, _number(y), anchor="end"))
    ends: list[float] = []
    for number, item in enumerate(series):
        colour = COLOURS[number % len(COLOURS)]
        places = [place(x, y) for x, y in sorted(item.points)]
        path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
        stroke = 3 if number == 0 else 1.5
        parts.append(f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{stroke}"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>' for x, y in places]
        # Names stand at the ends of their lines, moved apart.
        y = places[-1][1] + 4
        while any(abs(y - other) < 15 for other in ends):
            y += 3
        ends.append(y)
        parts.append(_text(places[-1][0] + 10, y, item.name, colour=colour, bold=number == 0))
    parts.append(_text(left + width / 2, top + height + 42, x_label, anchor="middle"))
    parts.append(_text(left, top - 12, y_label))
    return _page(title, parts, top + height + 60, note)


def _ticks(low: float, high: float, logarithmic: bool) -> list[float]:
    if logarithmic:
        return [10.0**power for power in range(math.ceil(low), math.floor(high) + 1)]
    return [low + (high - low) * step / 5 for step in range(6)]


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"


def _text(
    x: float, y: float, text: str, *, anchor: str = "start", colour: str = "#0f172a",
    bold: bool = False,
) -> str:  # fmt: skip
    weight = ' font-weight="700"' if bold else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}"{weight}>'
        f"{escape(text)}</text>"
    )


def _page(title: str, parts: Sequence[str], height: int, note: str) -> str:
    if note:
        parts = [*parts, _text(20, height + 8, note, colour="#475569")]
        height += 24
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" {_FONT}'
        f' role="img" aria-label="{escape(title, quote=True)}">\n'
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>\n'
        + _text(20, 26, title, bold=True)
        + "\n"
        + "\n".join(parts)
        + "\n</svg>\n"
    )
