"""A worker process of :class:`dupdetect.engines.pool.Pool`.

Started as ``python -P -m dupdetect.engines.worker FD ENTRY``: takes tasks from the socket with the
inherited descriptor FD until it closes. ENTRY is ``module:name`` of a callable that takes the setup
and gives a handler, ``handler(head, body) -> result``. Not for direct use.
"""

from __future__ import annotations

import json
import resource
import signal
import sys
import traceback
from multiprocessing.connection import Connection
from typing import Any

from dupdetect.engines.pool import FATAL, load_handler


def main(arguments: list[str]) -> None:
    """Serves until the parent closes the socket."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    channel = Connection(int(arguments[0]))
    handler: Any = None
    try:
        handler = load_handler(arguments[1], json.loads(channel.recv_bytes()))
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
    answer["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    channel.send_bytes(json.dumps(answer).encode())


if __name__ == "__main__":
    main(sys.argv[1:])
