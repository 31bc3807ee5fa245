"""The worker processes of :class:`dupdetect.engines.pool.Pool`, and the process that forks them.

Started as ``python -P -m dupdetect.engines.worker FD ENTRY``: gets a socket for each worker over
the one with the inherited descriptor FD, until that closes. ENTRY is ``module:name`` of a callable
that takes the setup, which comes first on the worker's socket, and gives a handler,
``handler(head, body) -> result``. The module's ``prepare()``, if it has one, is called before any
worker is forked. Not for direct use.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import socket
import sys
import traceback
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any

from dupdetect.engines.memory import peak_memory
from dupdetect.engines.nursery import FORK, MESSAGE
from dupdetect.engines.pool import FATAL, load_handler


def main(arguments: list[str]) -> None:
    """Forks workers until the parent closes the socket."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    control = socket.socket(fileno=int(arguments[0]))
    entry = arguments[1]
    prepare = getattr(importlib.import_module(entry.partition(":")[0]), "prepare", None)
    if prepare is not None:
        prepare()
    # What is there already is not to be looked at, so that its pages stay shared.
    gc.collect()
    gc.freeze()
    with suppress(ConnectionError):  # the parent is gone: nobody is left to tell
        _fork_on_demand(control, entry)


def _fork_on_demand(control: socket.socket, entry: str) -> None:
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, MESSAGE.size, 1)
        if not message:
            return
        asked = MESSAGE.unpack(message)[0]
        if asked == FORK:
            pid = os.fork()
            if pid == 0:
                control.close()
                _live(Connection(descriptors[0]), entry)
            os.close(descriptors[0])
            control.sendall(MESSAGE.pack(pid))
        else:
            status = os.waitstatus_to_exitcode(os.waitpid(asked, 0)[1])
            control.sendall(MESSAGE.pack(status))


def _live(channel: Connection, entry: str) -> None:
    """The life of a forked worker."""
    status = 1
    try:
        _serve(channel, entry)
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


def _serve(channel: Connection, entry: str) -> None:
    handler: Any = None
    try:
        handler = load_handler(entry, json.loads(channel.recv_bytes()))
        _answer(channel, {"ready": True})
        while True:
            head, body = json.loads(channel.recv_bytes()), channel.recv_bytes()
            _answer(channel, _handle(handler, head, body))
    except (EOFError, ConnectionError):
        if hasattr(handler, "close"):
            handler.close()


def _handle(handler: Any, head: dict[str, Any], body: bytes) -> dict[str, Any]:
    try:
        return {"result": handler(head, body)}
    except FATAL as error:
        return {"fatal": str(error)}
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{where.filename.rpartition('/')[2]}:{where.lineno}"
        return {"error": f"{type(error).__name__}: {error} ({place})"}


def _answer(channel: Connection, answer: dict[str, Any]) -> None:
    answer["memory"] = peak_memory()
    channel.send_bytes(json.dumps(answer).encode())


if __name__ == "__main__":
    main(sys.argv[1:])
