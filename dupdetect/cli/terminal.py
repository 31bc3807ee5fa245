"""What a person sees on a terminal: neutralised text, colours, tables that fit the width."""

from __future__ import annotations

import os
import shutil
import sys
import unicodedata
from collections.abc import Sequence
from typing import TextIO

import click

_BIDI = (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
#: Controls, line separators, bidirectional controls, byte order marks, surrogates and tags: what
#: could move the cursor, recolour, reorder or hide other output (Unicode TR 36).
_ACTING = (
    *range(0x20), *range(0x7F, 0xA0), *_BIDI, 0x2028, 0x2029, 0xFEFF, *range(0xD800, 0xE000),
    *range(0xE0000, 0xE0080),
)  # fmt: skip

#: Where no terminal sets the width, lines are not cut for it, only bounded.
PIPE_WIDTH = 400


def _escape(code: int) -> str:
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


_PLAIN = {code: _escape(code) for code in _ACTING} | {0x09: " ", 0x0A: " ", 0x0D: " "}
#: The same for JSON, where such characters stand inside strings only and have an escape.
_JSON = {
    code: f"\\u{code:04x}"
    if code < 0x10000
    else f"\\u{0xD800 + ((code - 0x10000) >> 10):04x}\\u{0xDC00 + ((code - 0x10000) & 0x3FF):04x}"
    for code in _ACTING
    if code not in (0x09, 0x0A, 0x0D)
}


def plain(value: object) -> str:
    """``str(value)`` as one line that cannot act on a terminal: escapes are shown, not sent."""
    return " ".join(str(value).translate(_PLAIN).split())


def safe_json(text: str) -> str:
    """JSON text, the same value, without characters that could act on a terminal."""
    return text.translate(_JSON)


def display_width(text: str) -> int:
    """Columns that ``text`` takes: wide and full-width characters two, combining marks none."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def clip(value: object, columns: int) -> str:
    """:func:`plain`, cut with an ellipsis to at most ``columns`` columns."""
    text = plain(str(value)[: 8 * max(columns, 1)])
    if display_width(text) <= columns:
        return text
    kept, used = [], 0
    for character in text:
        used += display_width(character)
        if used > columns - 1:
            break
        kept.append(character)
    return "".join(kept).rstrip() + "…"


def wrap(value: object, columns: int, *, lines: int = 0) -> list[str]:
    """:func:`plain`, broken between words into lines of at most ``columns`` columns.

    After ``lines`` of them (0: any number) the rest is cut with an ellipsis.
    """
    kept: list[str] = []
    line = ""
    words = plain(value).split(" ")
    for at, word in enumerate(words):
        longer = f"{line} {word}" if line else word
        if display_width(longer) <= columns:
            line = longer
            continue
        if lines and len(kept) + 1 == lines:
            line = clip(" ".join([line, *words[at : at + columns]]).strip(), columns)
            break
        if line:
            kept.append(line)
        line = clip(word, columns)
    return [*kept, line]


def wants_colour(stream: TextIO) -> bool:
    """Whether to colour: a terminal, no NO_COLOR (https://no-color.org), not a dumb one."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


class Terminal:
    """Prints lines and tables for people to a text stream (standard output by default).

    Everything given to it is neutralised; colours are left out unless ``colour``.
    """

    def __init__(
        self,
        stream: TextIO | None = None,
        *,
        colour: bool | None = None,
        width: int | None = None,
    ) -> None:
        self._stream = stream if stream is not None else sys.stdout
        self._colour = wants_colour(self._stream) if colour is None else colour
        columns = (
            shutil.get_terminal_size((100, 24)).columns if self._stream.isatty() else PIPE_WIDTH
        )
        self.width = width or max(columns, 40)

    def line(self, text: object = "", *, indent: int = 0) -> None:
        """One line, neutralised, never cut."""
        self._put(" " * indent + plain(text))

    def entry(
        self,
        label: str,
        text: object,
        *,
        indent: int = 2,
        column: int = 12,
        mark: str = "",
        lines: int = 0,
        fg: str | None = None,
    ) -> None:
        """A label and a text that is wrapped beside it, at most ``lines`` lines (0: all).

        The text begins ``column`` columns after the label does, behind a ``mark`` if there is one.
        """
        head = clip(label, column - 1) if label else ""
        first = self.paint(head, fg=fg, bold=fg is not None)
        first += " " * (column - display_width(head)) + (f"{plain(mark)}  " if mark else "")
        before = column + (len(plain(mark)) + 2 if mark else 0)
        room = max(self.width - indent - before, 20)
        for number, line in enumerate(wrap(text, room, lines=lines)):
            self._put(" " * indent + (first if number == 0 else " " * before) + line)

    def heading(self, text: object, *, fg: str | None = None) -> None:
        """An empty line and a bold one."""
        self._put("")
        self._put(self.paint(plain(text), fg=fg, bold=True))

    def paint(self, text: str, *, fg: str | None = None, bold: bool = False) -> str:
        """``text`` (already neutralised) in a colour, where colours are wanted."""
        wanted = self._colour and bool(fg or bold)
        return click.style(text, fg=fg, bold=bold) if wanted else text

    def table(
        self,
        rows: Sequence[Sequence[object]],
        *,
        head: Sequence[str] | None = None,
        right: Sequence[int] = (),
        colours: Sequence[str | None] | None = None,
        indent: int = 2,
    ) -> None:
        """Aligned columns, the last one cut to the width; ``colours`` has one for each row.

        ``right``: columns that are aligned to the right. The colour is that of the first column.
        """
        if not rows:
            return
        cells = [[plain(cell) for cell in row] for row in rows]
        lines = [*([list(head)] if head else []), *cells]
        room = max(12, (self.width - indent) // 2)
        widths = [
            min(max(display_width(line[column]) for line in lines), room)
            for column in range(len(lines[0]))
        ]
        widths[-1] = max(self.width - indent - sum(widths[:-1]) - 2 * (len(widths) - 1), 12)
        for number, line in enumerate(lines):
            is_head = bool(head) and number == 0
            colour = colours[number - bool(head)] if colours and not is_head else None
            self._put(" " * indent + self._row(line, widths, right, colour, is_head))

    def _row(
        self,
        line: Sequence[str],
        widths: Sequence[int],
        right: Sequence[int],
        colour: str | None,
        is_head: bool,
    ) -> str:
        parts = []
        last = len(line) - 1
        for column, (cell, width) in enumerate(zip(line, widths, strict=True)):
            text = clip(cell, width)
            padding = " " * (width - display_width(text))
            if column in right and column != last:
                text = padding + text
            elif column != last:
                text += padding
            if is_head:
                text = self.paint(text, bold=True)
            elif column == 0 and colour:
                text = self.paint(text, fg=colour, bold=True)
            parts.append(text)
        return "  ".join(parts).rstrip()

    def bar(self, value: float, width: int = 20) -> str:
        """A bar for a value in 0..1."""
        full = "█" if (self._stream.encoding or "").lower().startswith("utf") else "#"
        return full * round(min(max(value, 0.0), 1.0) * width)

    def _put(self, text: str) -> None:
        click.echo(text, file=self._stream, color=self._colour)


def score_colour(value: float) -> str | None:
    """Red from 0.7 on, yellow from 0.4 on."""
    return "red" if value >= 0.7 else "yellow" if value >= 0.4 else None
