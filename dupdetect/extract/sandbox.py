"""Extraction in a child process with a limit of time and memory per page.

A page that hangs, exhausts memory or crashes the parser costs one worker and one ExtractError; the
next page gets a fresh worker. The child is a plain subprocess, not ``multiprocessing``: user
scripts need no ``__main__`` guard, and nothing is pickled.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from dataclasses import asdict
from time import monotonic
from types import TracebackType
from typing import IO

from dupdetect.config import ExtractConfig
from dupdetect.errors import ExtractError
from dupdetect.extract import wire
from dupdetect.extract.page import TEXT_TYPES, Mode, choose_mode, extract
from dupdetect.records import Document, Page

#: Seconds for a worker to start and import the extractors (0.8 s on the machine of development).
_START_TIMEOUT = 60.0
#: What allocators write before they abort: Rust, C++, CPython, libxml2.
_MEMORY_WORDS = (b"memory allocation", b"bad_alloc", b"MemoryError", b"out of memory")


class Sandbox:
    """Extracts pages in a child process that is kept, and replaced after a failure.

    Not thread-safe: one sandbox per thread (:func:`dupdetect.extract.extract_all` does that). Plain
    text is handled in this process, since no parser is involved. Use as a context manager, or call
    :meth:`close`.
    """

    def __init__(self, config: ExtractConfig) -> None:
        self._config = config
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: socket.socket | None = None
        self._log: IO[bytes] | None = None

    def extract(self, page: Page, *, mode: Mode | None = None) -> Document:
        """The clean text of ``page``, as :func:`dupdetect.extract.extract` gives it.

        Raises ExtractError, with ``reason`` also ``extract_timeout``, ``extract_memory``,
        ``extract_crash`` (the worker died) or ``extract_error`` (the parser raised).
        """
        if page.content_type in TEXT_TYPES or len(page.content) > self._config.max_bytes:
            return extract(page, config=self._config)
        try:
            return self._ask(page, mode or choose_mode(page, self._config))
        except ExtractError as error:
            raise ExtractError(
                error.message,
                source=page.source or page.id,
                record=page.record,
                reason=error.reason,
            ) from None

    def close(self) -> None:
        """End the worker. The sandbox may be used again: a new one starts."""
        self._discard()

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _ask(self, page: Page, mode: Mode) -> Document:
        channel = self._ready_channel()
        deadline = monotonic() + self._config.timeout
        try:
            channel.settimeout(self._config.timeout)
            wire.send(channel, {**wire.page_head(page), "mode": mode}, page.content)
            frame = wire.receive(channel, deadline)
            if frame is None:
                raise self._death()
            head, body = frame
            if "reason" not in head:
                return wire.document(page, head, body)
        except TimeoutError:
            self._discard()
            raise ExtractError(
                f"extraction took more than {self._config.timeout:g} s", reason="extract_timeout"
            ) from None
        except (OSError, ValueError, TypeError, KeyError):
            raise self._death() from None
        except BaseException:
            # Interrupted half-way: the answer to this page must not be taken for the next one's.
            self._discard()
            raise
        if head["reason"] == "extract_memory":
            self._discard()
            raise self._memory_error()
        raise ExtractError(str(head["message"]), reason=str(head["reason"]))

    def _ready_channel(self) -> socket.socket:
        if self._channel is None or self._process is None or self._process.poll() is not None:
            self._discard()
            self._start()
        assert self._channel is not None
        return self._channel

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed by _discard
        config = self._config
        command = [
            sys.executable, "-P", "-m", "dupdetect.extract.worker", str(theirs.fileno()),
            str(config.memory), str(config.timeout), json.dumps(asdict(config)),
        ]  # fmt: skip
        with theirs:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._log,
                pass_fds=[theirs.fileno()],
                env=_environment(),
                # Ctrl-C on the terminal is for the parent, which ends its workers in order.
                start_new_session=True,
            )
        self._channel = ours
        try:
            started = wire.receive(ours, monotonic() + _START_TIMEOUT)
        except (OSError, ValueError):
            started = None
        if started is None:
            raise self._death("could not start")

    def _death(self, what: str = "died") -> ExtractError:
        """The error for a worker that is gone (or talks nonsense): crash or lack of memory."""
        process, log = self._process, self._log
        status: int | None = None
        if process is not None:
            try:
                status = process.wait(timeout=1.0)
            except subprocess.TimeoutExpired:
                status = None
        last = _tail(log)
        self._discard()
        if any(word in last for word in _MEMORY_WORDS):
            return self._memory_error()
        how = _describe(status)
        return ExtractError(f"the extraction process {what} ({how})", reason="extract_crash")

    def _memory_error(self) -> ExtractError:
        limit = self._config.memory
        return ExtractError(f"extraction needed more than {limit} bytes", reason="extract_memory")

    def _discard(self) -> None:
        process, channel, log = self._process, self._channel, self._log
        self._process = self._channel = self._log = None
        if channel is not None:
            channel.close()
        if process is not None:
            process.kill()
            process.wait()
        if log is not None:
            log.close()


def _environment() -> dict[str, str]:
    """The child sees the modules that this process sees, wherever those were found."""
    paths = [path for path in sys.path if path]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONHASHSEED": "0"}


def _tail(log: IO[bytes] | None) -> bytes:
    if log is None:
        return b""
    size = log.seek(0, os.SEEK_END)
    log.seek(max(0, size - 4096))
    return log.read()


def _describe(status: int | None) -> str:
    if status is None:
        return "no answer"
    if status < 0:
        try:
            return signal.Signals(-status).name
        except ValueError:
            return f"signal {-status}"
    return f"exit status {status}"
