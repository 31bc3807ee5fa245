"""Work of several threads done at once by one of them: a group commit (DeWitt et al. 1984)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")


class _Waiting(Generic[T]):
    """A piece of work, and what became of it."""

    def __init__(self, piece: T) -> None:
        self.piece = piece
        self.done = False
        self.error: Exception | None = None


class Together(Generic[T]):
    """Hands pieces of work to ``work``, as many at a time as there are, of one thread at a time.

    While one thread is at it, the pieces of others wait; whichever of them comes next takes all
    that wait. ``work`` does all of its pieces or none; if it fails, each is done by itself. Safe
    for threads.
    """

    def __init__(self, work: Callable[[Sequence[T]], None]) -> None:
        self._work = work
        self._turn, self._lock = threading.Lock(), threading.Lock()
        self._waiting: list[_Waiting[T]] = []

    def do(self, piece: T) -> None:
        """Returns when the piece is done; raises what doing it by itself has raised."""
        mine = _Waiting(piece)
        with self._lock:
            self._waiting.append(mine)
        try:
            with self._turn:
                if not mine.done:
                    self._lead()
        finally:
            with self._lock:
                if mine in self._waiting:  # interrupted: nobody is told, so nobody does it
                    self._waiting.remove(mine)
        if mine.error is not None:
            raise mine.error

    def _lead(self) -> None:
        with self._lock:
            taken, self._waiting = self._waiting, []
        try:
            self._all(taken)
        finally:  # interrupted: whoever comes next does what others wait for
            left = [one for one in taken if not one.done]
            with self._lock:
                self._waiting = left + self._waiting

    def _all(self, taken: Sequence[_Waiting[T]]) -> None:
        try:
            self._work([one.piece for one in taken])
        except Exception as error:
            if len(taken) > 1:
                for one in taken:
                    self._all([one])
                return
            taken[0].error = error
        for one in taken:
            one.done = True
