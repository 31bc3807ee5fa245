"""Messages on standard error: what was skipped and why, once and not too often."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Mapping

import click

from dupdetect.cli.terminal import plain
from dupdetect.records import Skip

#: Lines printed for one reason; the others are counted.
MAX_LINES = 20


def say(text: object) -> None:
    """One neutralised line on standard error, above a progress bar if there is one."""
    tqdm = sys.modules.get("tqdm")
    if tqdm is not None:
        tqdm.tqdm.write(plain(text), file=sys.stderr)
    else:
        click.echo(plain(text), err=True)


class Skips:
    """Prints skipped inputs as they come, and knows whether one of them is a failure.

    ``benign`` are the reasons that do not count as failures; these are not printed when ``quiet``.
    """

    def __init__(self, benign: Iterable[str] = (), *, quiet: bool = False) -> None:
        self._benign = frozenset(benign)
        self._quiet = quiet
        self._counts: Counter[str] = Counter()
        self._printed: Counter[str] = Counter()

    def __call__(self, skip: Skip) -> None:
        """Count a skip, and print it while its reason has lines left."""
        self._counts[skip.reason] += 1
        self.print(skip)

    def print(self, skip: Skip) -> None:
        """Print a skip that is counted elsewhere."""
        if self._printed[skip.reason] >= MAX_LINES or self._silent(skip.reason):
            return
        self._printed[skip.reason] += 1
        place = skip.source if skip.record is None else f"{skip.source} ({skip.record})"
        say(f"skipped {place}: {skip.message}")

    def add_counts(self, counts: Mapping[str, int]) -> None:
        """Take over counts that were made elsewhere."""
        self._counts.update(counts)

    def finish(self) -> None:
        """Say how many were not printed, by reason."""
        for reason, count in sorted(self._counts.items()):
            if count > self._printed[reason] and not self._silent(reason):
                more = "and" if self._printed[reason] else "skipped"
                say(f"... {more} {count - self._printed[reason]} more ({reason.replace('_', ' ')})")

    @property
    def failed(self) -> bool:
        """Whether an input failed for a reason that is not benign."""
        return any(count and reason not in self._benign for reason, count in self._counts.items())

    def _silent(self, reason: str) -> bool:
        return self._quiet and reason in self._benign
