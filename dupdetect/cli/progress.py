"""Progress on standard error: bars on a terminal, a line for each stage elsewhere, or nothing.

Each class here is a :class:`dupdetect.engines.Progress`.
"""

from __future__ import annotations

import sys
from typing import Any

from dupdetect.cli.messages import say


class Silent:
    """Says nothing."""

    def stage(self, name: str, total: int | None) -> None:
        """Nothing."""

    def advance(self, n: int) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""


class Lines:
    """One line when a stage begins."""

    def stage(self, name: str, total: int | None) -> None:
        """Print the stage."""
        say(name.replace("_", " ") + (f": {total}" if total is not None else ""))

    def advance(self, n: int) -> None:
        """Nothing: logs need no steps."""

    def close(self) -> None:
        """Nothing."""


class Bars:
    """A tqdm bar for each stage, with its rate and the remaining time."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._guessed = False

    def stage(self, name: str, total: int | None) -> None:
        """Close the bar of the last stage and open one."""
        from tqdm import tqdm

        self.close()
        self._guessed = False
        self._bar = tqdm(
            total=total, desc=name.replace("_", " "), file=sys.stderr, dynamic_ncols=True,
            unit="", unit_scale=True, mininterval=0.2,
        )  # fmt: skip

    def expect(self, total: int) -> None:
        """Take a guess at the stage's length, so that the bar can tell the remaining time."""
        if self._bar is not None:
            self._bar.total = max(total, self._bar.n)
            self._guessed = True

    def advance(self, n: int) -> None:
        """Move the bar."""
        if self._bar is not None:
            self._bar.update(n)

    def close(self) -> None:
        """Leave the last bar as it is."""
        if self._bar is not None:
            if self._guessed:
                self._bar.total = self._bar.n
                self._bar.refresh()
            self._bar.close()
            self._bar = None


def for_terminal(*, quiet: bool) -> Silent | Lines | Bars:
    """The way that fits standard error."""
    if quiet:
        return Silent()
    return Bars() if sys.stderr.isatty() else Lines()
