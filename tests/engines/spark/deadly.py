"""What executors import in the tests of failures."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from dupdetect.engines.handler import Handler


class Faulty(Handler):
    """A handler that dies or fails when it meets a word in a text."""

    def __call__(self, head, body):
        if b"DIEHERE" in body:
            os.kill(os.getpid(), signal.SIGKILL)
        if b"FAILHERE" in body:
            raise RuntimeError("unforeseen")
        return super().__call__(head, body)


class Kill:
    """For ``mapInArrow``: passes rows on, but the first task that has any kills processes above it.

    This process's parent is Spark's daemon, the next the executor, the next its worker; ``levels``
    are those killed. ``marker`` is a file that says that it has happened.
    """

    def __init__(self, marker, levels):
        self._marker = str(marker)
        self._levels = tuple(levels)

    def __call__(self, batches):
        for batch in batches:
            if batch.num_rows and self._first():
                above = _above(os.getpid())
                for level in self._levels:
                    os.kill(above[level], signal.SIGKILL)
            yield batch

    def _first(self):
        try:
            Path(self._marker).open("x").close()
        except FileExistsError:
            return False
        return True


def _above(process):
    found = [process]
    while found[-1] > 1:
        status = Path(f"/proc/{found[-1]}/stat").read_text()
        found.append(int(status.rpartition(")")[2].split()[1]))
    return found
