"""How the sandbox and its worker talk: frames of JSON and raw bytes over one socket.

A frame is two lengths (unsigned 64 bit, little endian), a JSON head and a body. No pickle: the
worker has parsed hostile input, and what comes from it must not be able to run code.
"""

from __future__ import annotations

import json
import socket
import struct
from time import monotonic
from typing import Any

from dupdetect.records import Document, Link, Page

_LENGTHS = struct.Struct("<QQ")
#: A text of ``max_chars`` with its links is far below this; more is a worker gone wrong.
_MAX_FRAME = 1 << 30


def send(channel: socket.socket, head: dict[str, Any], body: bytes = b"") -> None:
    """Write one frame; raises OSError (TimeoutError when the socket's timeout is over)."""
    encoded = json.dumps(head, ensure_ascii=True).encode("ascii")
    channel.sendall(_LENGTHS.pack(len(encoded), len(body)) + encoded)
    if body:
        channel.sendall(body)


def receive(
    channel: socket.socket, deadline: float | None = None
) -> tuple[dict[str, Any], bytes] | None:
    """Read one frame before ``deadline`` (monotonic seconds); None at the end of the stream.

    Raises TimeoutError, OSError, or ValueError when the frame is malformed.
    """
    lengths = _read(channel, _LENGTHS.size, deadline)
    if lengths is None:
        return None
    head_size, body_size = _LENGTHS.unpack(lengths)
    if head_size + body_size > _MAX_FRAME:
        raise ValueError("frame too large")
    head = _read(channel, head_size, deadline)
    body = _read(channel, body_size, deadline)
    if head is None or body is None:
        return None
    return json.loads(head), bytes(body)


def _read(channel: socket.socket, size: int, deadline: float | None) -> bytearray | None:
    buffer = bytearray(size)
    view, filled = memoryview(buffer), 0
    while filled < size:
        if deadline is not None:
            left = deadline - monotonic()
            if left <= 0:
                raise TimeoutError
            channel.settimeout(left)
        count = channel.recv_into(view[filled:])
        if not count:
            return None
        filled += count
    return buffer


def page_head(page: Page) -> dict[str, Any]:
    """The fields of a page without its content."""
    return {
        "id": page.id, "url": page.url, "content_type": page.content_type,
        "charset": page.charset, "published": page.published, "source": page.source,
        "record": page.record,
    }  # fmt: skip


def document_head(document: Document) -> dict[str, Any]:
    """A document without its text."""
    links = [[link.start, link.end, link.href, link.rel] for link in document.links]
    return {
        "url": document.url, "title": document.title, "published": document.published,
        "language": document.language, "links": links,
    }  # fmt: skip


def document(page: Page, head: dict[str, Any], body: bytes) -> Document:
    """The document of a worker's answer; raises ValueError, TypeError or KeyError when malformed.

    The id is the page's own, never the worker's.
    """
    text = body.decode("utf-8")
    links = tuple(Link(*link) for link in head["links"])
    if any(not 0 <= link.start <= link.end <= len(text) for link in links):
        raise ValueError("link outside the text")
    return Document(
        id=page.id, text=text, url=head["url"], title=head["title"],
        language=head["language"], published=head["published"], links=links,
    )  # fmt: skip
