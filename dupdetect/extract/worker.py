"""The child process of :class:`dupdetect.extract.sandbox.Sandbox`.

Started as ``python -m dupdetect.extract.worker FD MEMORY TIMEOUT CONFIG``; serves pages from the
socket with the inherited descriptor FD until it closes. Not for direct use.
"""

from __future__ import annotations

import json
import math
import resource
import signal
import socket
import sys
from typing import Any

from dupdetect.config import ExtractConfig
from dupdetect.errors import ExtractError
from dupdetect.extract import wire
from dupdetect.extract.page import extract
from dupdetect.records import Page

#: The parent kills a worker that is late; when the parent is gone itself, the alarm does, after
#: this many more seconds.
_GRACE = 5
#: Share of the memory limit from which on a failure is put down to memory: arrays that double need
#: half of it at once.
_NEAR = 0.6


def main(arguments: list[str]) -> None:
    """Serve until the parent closes the socket."""
    descriptor, memory, timeout = int(arguments[0]), int(arguments[1]), float(arguments[2])
    config = ExtractConfig(**json.loads(arguments[3]))
    channel = socket.socket(fileno=descriptor)
    _warm_up()
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    wire.send(channel, {"ready": True})
    while (frame := wire.receive(channel)) is not None:
        signal.alarm(math.ceil(timeout) + _GRACE)
        head, body = _serve(frame[0], frame[1], config, memory)
        signal.alarm(0)
        wire.send(channel, head, body)
        if head.get("reason") == "extract_memory":
            return


def _warm_up() -> None:
    """Import the extractors before the memory limit and the first page's clock."""
    from dupdetect.extract import accurate, bulk  # noqa: F401


def _serve(
    head: dict[str, Any], content: bytes, config: ExtractConfig, memory: int
) -> tuple[dict[str, Any], bytes]:
    mode = head.pop("mode")
    try:
        document = extract(Page(content=content, **head), config=config, mode=mode)
        return wire.document_head(document), document.text.encode("utf-8")
    except ExtractError as error:
        return {"reason": error.reason, "message": error.message}, b""
    except MemoryError:
        return {"reason": "extract_memory", "message": ""}, b""
    except BaseException as error:
        # Whatever a parser raises (also pyo3's PanicException, no Exception) is the page's fault.
        if isinstance(error, (KeyboardInterrupt, SystemExit)):
            raise
        if _near_limit(memory):
            return {"reason": "extract_memory", "message": ""}, b""
        kind = type(error).__name__
        return {"reason": "extract_error", "message": f"the extractor failed: {kind}"}, b""


def _near_limit(memory: int) -> bool:
    """Whether this process has come near its limit: resiliparse reports a failed allocation as a
    parse error."""
    try:
        with open("/proc/self/status", encoding="ascii") as status:
            peaks = [int(line.split()[1]) for line in status if line.startswith("VmPeak")]
    except (OSError, ValueError, IndexError):
        return False
    return bool(peaks) and peaks[0] * 1024 > _NEAR * memory


if __name__ == "__main__":
    main(sys.argv[1:])
