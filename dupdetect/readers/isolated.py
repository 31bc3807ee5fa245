"""Reading in a child process, for formats whose parser may crash: Parquet.

Arrow's Parquet reader is C++ that a forged file can end with a signal (pyarrow 26 does so for some
damaged footers). In a child with a limit of memory that costs the rest of one file, counted and
named, and nothing else. The child stays for the next file; documents come over a socket as JSON and
UTF-8, never as pickle.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any, BinaryIO

from dupdetect.config import Config
from dupdetect.errors import UnreadableError
from dupdetect.extract import wire
from dupdetect.readers.base import Report, SourceFile
from dupdetect.records import Document

#: Bytes of address space that a child gets at least: Arrow itself takes 0.3 GB.
LEAST_MEMORY = 1_000_000_000
#: Seconds that the next documents of a file may take, and the start of a child (0.4 s when idle).
_STALL, _START = 120.0, 60.0
#: Children that wait for a file. Holds no state that an answer depends on; without it every file of
#: a folder would cost the start of a process.
_IDLE: SimpleQueue[_Child] = SimpleQueue()
_MEMORY_WORDS = (b"memory allocation", b"bad_alloc", b"MemoryError", b"malloc of size")


class _Lost(Exception):
    """The child is gone, or talks nonsense; the message says how."""


class _Child:
    """One child process and the socket to it."""

    def __init__(self, memory: int) -> None:
        self.memory, self.parent = memory, os.getpid()
        self._channel, theirs = socket.socketpair()
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close()
        paths = os.pathsep.join(path for path in sys.path if path)
        arenas = {"ARROW_DEFAULT_MEMORY_POOL": "system", "MALLOC_ARENA_MAX": "2"}
        command = [sys.executable, "-P", "-m", "dupdetect.readers.isolated_worker"]
        with theirs:
            self._process = subprocess.Popen(
                [*command, str(theirs.fileno()), str(memory)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._log,
                pass_fds=[theirs.fileno()],
                env={**os.environ, **arenas, "PYTHONPATH": paths},
                start_new_session=True,
            )
        self.answer(_START)

    def ask(self, descriptor: int, head: dict[str, Any]) -> None:
        """Hands over an open file and what to do with it; raises _Lost."""
        try:
            self._channel.settimeout(_START)
            socket.send_fds(self._channel, [b"f"], [descriptor])
            wire.send(self._channel, head)
        except OSError:
            raise self._lost() from None

    def answer(self, seconds: float = _STALL) -> tuple[dict[str, Any], bytes]:
        """The next frame; raises _Lost."""
        try:
            frame = wire.receive(self._channel, monotonic() + seconds)
        except TimeoutError:
            raise _Lost(f"said nothing for {seconds:g} s") from None
        except (OSError, ValueError):
            frame = None
        if frame is None:
            raise self._lost()
        return frame

    def close(self) -> None:
        """Ends the child."""
        self._channel.close()
        if self.parent == os.getpid():
            self._process.kill()
            self._process.wait()
        self._log.close()

    def _lost(self) -> _Lost:
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=2.0)
        self._log.seek(max(0, self._log.seek(0, os.SEEK_END) - 4096))
        if any(word in self._log.read() for word in _MEMORY_WORDS):
            return _Lost(f"needed more than {self.memory} bytes of memory")
        status = self._process.poll()
        if status is not None and status < 0:
            with suppress(ValueError):
                return _Lost(f"died of {signal.Signals(-status).name}")
        return _Lost("died" if status is None else f"died with exit status {status}")


def read_isolated(
    stream: BinaryIO, *, file: SourceFile, config: Config, report: Report
) -> Iterator[Document]:
    """A Reader: what the reader of ``file.format`` gives in a child process.

    Raises UnreadableError (``bad_parquet``) when the child dies, needs more memory than
    ``config.extract.memory`` (at least 1 GB) or hangs: what came before it has been given.
    """
    child: _Child | None = None
    given, finished = 0, False
    try:
        child = _take(max(config.extract.memory, LEAST_MEMORY))
        child.ask(stream.fileno(), {"file": asdict(file), "config": json.dumps(config.to_dict())})
        while not finished:
            head, body = child.answer()
            at = 0
            for place, fields, size in head["items"]:
                if place is None:
                    report.skip(*fields)
                    continue
                report.place(place)
                given = place
                text = body[at : at + size].decode("utf-8")
                at += size
                yield Document(fields[0], text, *fields[1:])
            finished = head["end"]
        _raise(head.get("error"), file)
    except _Lost as lost:
        after = f" after row {given}" if given else ""
        message = f"the process that reads it {lost}{after}; the rest is lost"
        raise UnreadableError(message, source=file.path, reason="bad_parquet") from None
    finally:
        if child is not None:
            if finished:
                _IDLE.put(child)
            else:
                child.close()


def _raise(error: dict[str, Any] | None, file: SourceFile) -> None:
    if error is not None:
        raise UnreadableError(
            error["message"], source=file.path, record=error["record"], reason=error["reason"]
        )


def _take(memory: int) -> _Child:
    while True:
        try:
            child = _IDLE.get_nowait()
        except Empty:
            return _Child(memory)
        # A child of the process that this one was forked from is not ours to talk to.
        if child.memory == memory and child.parent == os.getpid():
            return child
        child.close()


@atexit.register
def _end_all() -> None:
    with suppress(Empty):
        while True:
            _IDLE.get_nowait().close()
