"""A process that has loaded what workers need, and forks them.

Imports, kernels and models take two seconds and 300 MB: once for all workers, which share that
memory, and not once for each. The child is a plain subprocess, not ``multiprocessing``'s: a user's
script needs no ``__main__`` guard, nothing is pickled, and this process, which has threads, is not
forked itself.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import struct
import subprocess
import sys
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any

#: What goes both ways: a number.
MESSAGE = struct.Struct("<q")
#: Sent with a worker's end of a socket; other numbers are processes to wait for.
FORK = 0
#: Seconds that a worker gets to end by itself.
_PATIENCE = 10.0


class Nursery:
    """Workers by number, in the order they were asked for; see :mod:`dupdetect.engines.worker`."""

    def __init__(self, entry: str) -> None:
        self._control, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", __package__ + ".worker", str(theirs.fileno()), entry],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                env=_environment(),
                # Ctrl-C on the terminal is for this process, which ends its workers in order.
                start_new_session=True,
            )
        self._asked = 0
        self._pids: list[int] = []

    @property
    def process(self) -> int:
        """The number of the process that forks."""
        return self._process.pid

    def worker(self, setup: dict[str, Any]) -> tuple[int, Connection]:
        """Asks for a worker: its number, and the channel on which it will answer."""
        ours, theirs = socket.socketpair()
        with theirs, suppress(OSError):  # one that is not there never answers
            socket.send_fds(self._control, [MESSAGE.pack(FORK)], [theirs.fileno()])
        self._asked += 1
        channel = Connection(ours.detach())
        with suppress(OSError):
            channel.send_bytes(json.dumps(setup).encode())
        return self._asked - 1, channel

    def kill(self, number: int) -> None:
        """Kills a worker, which is a zombie at least: its number is not another's by now."""
        pid = self._pid(number)
        if pid:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def end(self, number: int) -> str:
        """Waits for a worker whose channel is closed; how it ended, in words."""
        pid = self._pid(number)
        status = None
        if pid:
            with suppress(OSError):
                self._control.sendall(MESSAGE.pack(pid))
            self._control.settimeout(_PATIENCE)
            try:
                status = self._answer()
            except TimeoutError:
                self.kill(number)
                self._control.settimeout(None)
                status = self._answer()
            self._control.settimeout(None)
        if status is None:
            status = self._process.wait()
        return f"signal {-status}" if status < 0 else f"exit status {status}"

    def close(self, *, at_once: bool) -> None:
        """Ends the process when its workers have been waited for; or ``at_once``."""
        self._control.close()
        if at_once:
            self._process.kill()
        try:
            self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _pid(self, number: int) -> int:
        """The process of a worker, once all that were asked for have been forked; 0 for none."""
        while len(self._pids) < self._asked:
            self._pids.append(self._answer() or 0)
        return self._pids[number]

    def _answer(self) -> int | None:
        """The next number; None when the process is gone."""
        data = b""
        while len(data) < MESSAGE.size:
            try:
                more = self._control.recv(MESSAGE.size - len(data))
            except ConnectionError:
                return None
            if not more:
                return None
            data += more
        return int(MESSAGE.unpack(data)[0])


def _environment() -> dict[str, str]:
    """The child sees the modules that this process sees, wherever those were found."""
    paths = [path for path in sys.path if path]
    # One thread each: there is a worker for every core.
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    own = {"PYTHONPATH": os.pathsep.join(paths), "PYTHONHASHSEED": "0"}
    return {**threads, **os.environ, **own}
