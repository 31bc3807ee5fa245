"""Items of a batch as bytes, for the way to a worker process; no pickle.

The length of an Arrow stream (64 bits, little-endian), the stream with a row for each item, and the
contents of the pages one after the other: these are most of it, and copied once.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from dupdetect.records import Document, Link, Page

Item = Page | Document

_LENGTH = struct.Struct("<Q")

_TEXTS = ("id", "url", "title", "language", "published", "content_type", "charset", "record")
_SCHEMA = pa.schema(
    [
        *((name, pa.large_string()) for name in _TEXTS),
        ("source", pa.large_string()),
        ("text", pa.large_string()),
        ("size", pa.int64()),
        ("links", pa.large_string()),
    ]
)


def encode_items(items: Sequence[Item], sources: Sequence[str]) -> bytes:
    """Items, each with its source; UnicodeEncodeError on lone surrogates.

    The source is the item's own if it has one.
    """
    columns: dict[str, list[Any]] = {name: [] for name in _SCHEMA.names}
    contents: list[bytes] = []
    for item, source in zip(items, sources, strict=True):
        for name, values in columns.items():
            values.append(getattr(item, name, None))
        if isinstance(item, Document) and item.links:
            columns["links"][-1] = json.dumps([[k.start, k.end, k.href, k.rel] for k in item.links])
        else:
            columns["links"][-1] = None
        columns["source"][-1] = columns["source"][-1] or source
        if isinstance(item, Page):
            columns["size"][-1] = len(item.content)
            contents.append(item.content)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, _SCHEMA) as writer:
        writer.write_batch(pa.record_batch(columns, schema=_SCHEMA))
    rows = sink.getvalue()
    return b"".join([_LENGTH.pack(rows.size), memoryview(rows), *contents])


def decode_items(data: bytes) -> tuple[list[Item], list[str]]:
    """The items and sources of :func:`encode_items`."""
    items: list[Item] = []
    sources: list[str] = []
    view = memoryview(data)
    at = _LENGTH.size + _LENGTH.unpack_from(data)[0]
    for row in pa.ipc.open_stream(view[_LENGTH.size : at]).read_all().to_pylist():
        sources.append(row["source"])
        if row["size"] is None:
            links = tuple(Link(*link) for link in json.loads(row["links"] or "[]"))
            items.append(
                Document(
                    id=row["id"], text=row["text"], url=row["url"], title=row["title"],
                    language=row["language"], published=row["published"], links=links,
                )
            )  # fmt: skip
        else:
            content, at = bytes(view[at : at + row["size"]]), at + row["size"]
            items.append(
                Page(
                    id=row["id"], content=content, url=row["url"],
                    content_type=row["content_type"], charset=row["charset"],
                    published=row["published"], source=row["source"], record=row["record"],
                )
            )  # fmt: skip
    return items, sources
