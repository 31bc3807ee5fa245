"""Work that can wait, done by a thread while more work is coming."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType


class Meanwhile:
    """Does work at once; inside a ``with`` a thread does it, one piece at a time.

    What is asked for while a piece is waiting or being done is left out: the last piece has to see
    to it. Leaving waits for the thread and raises what a piece has raised, unless the body has
    raised something itself. Safe for threads; uses that overlap are one.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users = 0
        self._thread: ThreadPoolExecutor | None = None
        self._piece: Future[None] | None = None

    def do(self, work: Callable[[], None]) -> None:
        """Does ``work``, or leaves it to the thread."""
        with self._lock:
            if self._thread is not None:
                if self._piece is not None and self._piece.done():
                    self._piece.result()
                    self._piece = None
                if self._piece is None:
                    self._piece = self._thread.submit(work)
                return
        work()

    def __enter__(self) -> None:
        with self._lock:
            self._users += 1
            if self._thread is None:
                self._thread = ThreadPoolExecutor(1, thread_name_prefix="dupdetect-merge")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._lock:
            self._users -= 1
            if self._users:
                return
            thread, piece = self._thread, self._piece
            self._thread = self._piece = None
        if thread is not None:
            thread.shutdown()
        if piece is not None and error is None:
            piece.result()
