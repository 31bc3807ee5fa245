"""The child process of :mod:`dupdetect.readers.isolated`.

Started as ``python -m dupdetect.readers.isolated_worker FD MEMORY``; reads the files whose
descriptors come over the socket FD until it closes. Not for direct use.
"""

from __future__ import annotations

import json
import os
import resource
import socket
import sys
from typing import Any

from dupdetect.config import Config
from dupdetect.errors import InputError
from dupdetect.extract import wire
from dupdetect.readers.base import Report, SourceFile
from dupdetect.readers.parquetfile import parse_parquet
from dupdetect.records import Skip

#: Bytes of text, and items, of one answer at most (one item more may follow).
_BYTES, _ITEMS = 1_000_000, 1000
_FIELDS = ("id", "url", "title", "language", "published")


class _Answers:
    """Documents and skips in their order, sent when there are enough."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self._items: list[tuple[int | None, list[Any], int]] = []
        self._texts: list[bytes] = []
        self._bytes = self._place = 0

    def at(self, place: int) -> None:
        """The place of the next document."""
        self._place = place

    def skip(self, skip: Skip) -> None:
        """A record that was not used."""
        self._add(None, [skip.record, skip.reason, skip.message], b"")

    def document(self, document: Any) -> None:
        """A document."""
        fields = [getattr(document, name) for name in _FIELDS]
        self._add(self._place, fields, document.text.encode())

    def end(self, error: dict[str, Any] | None = None) -> None:
        """Sends what is left, and how reading ended."""
        self._send(end=True, error=error)

    def _add(self, place: int | None, fields: list[Any], text: bytes) -> None:
        self._items.append((place, fields, len(text)))
        self._texts.append(text)
        self._bytes += len(text)
        if self._bytes > _BYTES or len(self._items) >= _ITEMS:
            self._send(end=False, error=None)

    def _send(self, *, end: bool, error: dict[str, Any] | None) -> None:
        head = {"items": self._items, "end": end, "error": error}
        wire.send(self._channel, head, b"".join(self._texts))
        self._items, self._texts, self._bytes = [], [], 0


def main(arguments: list[str]) -> None:
    """Serve until the parent closes the socket."""
    descriptor, memory = int(arguments[0]), int(arguments[1])
    channel = socket.socket(fileno=descriptor)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    wire.send(channel, {"ready": True})
    while True:
        _, given, _, _ = socket.recv_fds(channel, 1, 1)
        if not given:
            return
        frame = wire.receive(channel)
        if frame is None:
            return
        _serve(channel, given[0], frame[0])


def _serve(channel: socket.socket, descriptor: int, head: dict[str, Any]) -> None:
    values = head["file"]
    values["partition"] = tuple(tuple(part) for part in values["partition"])
    file, config = SourceFile(**values), Config.from_dict(json.loads(head["config"]))
    answers = _Answers(channel)
    report = Report(file.path, answers.skip, answers.at)
    with os.fdopen(descriptor, "rb") as stream:
        try:
            for document in parse_parquet(stream, file=file, config=config, report=report):
                answers.document(document)
        except InputError as error:
            answers.end({"reason": error.reason, "message": error.message, "record": error.record})
        else:
            answers.end()


if __name__ == "__main__":
    main(sys.argv[1:])
