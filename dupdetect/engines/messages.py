"""Items of a batch as Arrow bytes, for the way to a worker process; no pickle."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from dupdetect.records import Document, Link, Page

Item = Page | Document

_TEXTS = ("id", "url", "title", "language", "published", "content_type", "charset", "record")
_SCHEMA = pa.schema(
    [
        *((name, pa.large_string()) for name in _TEXTS),
        ("source", pa.large_string()),
        ("text", pa.large_string()),
        ("content", pa.large_binary()),
        ("links", pa.large_string()),
    ]
)


def encode_items(items: Sequence[Item], sources: Sequence[str]) -> bytes:
    """Items, each with its source, as an Arrow stream; UnicodeEncodeError on lone surrogates.

    The source is the item's own if it has one.
    """
    columns: dict[str, list[Any]] = {name: [] for name in _SCHEMA.names}
    for item, source in zip(items, sources, strict=True):
        for name, values in columns.items():
            values.append(getattr(item, name, None))
        if isinstance(item, Document) and item.links:
            columns["links"][-1] = json.dumps([[k.start, k.end, k.href, k.rel] for k in item.links])
        else:
            columns["links"][-1] = None
        columns["source"][-1] = columns["source"][-1] or source
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, _SCHEMA) as writer:
        writer.write_batch(pa.record_batch(columns, schema=_SCHEMA))
    data: bytes = sink.getvalue().to_pybytes()
    return data


def decode_items(data: bytes) -> tuple[list[Item], list[str]]:
    """The items and sources of :func:`encode_items`."""
    items: list[Item] = []
    sources: list[str] = []
    for row in pa.ipc.open_stream(data).read_all().to_pylist():
        sources.append(row["source"])
        if row["content"] is None:
            links = tuple(Link(*link) for link in json.loads(row["links"] or "[]"))
            items.append(
                Document(
                    id=row["id"], text=row["text"], url=row["url"], title=row["title"],
                    language=row["language"], published=row["published"], links=links,
                )
            )  # fmt: skip
        else:
            items.append(
                Page(
                    id=row["id"], content=row["content"], url=row["url"],
                    content_type=row["content_type"], charset=row["charset"],
                    published=row["published"], source=row["source"], record=row["record"],
                )
            )  # fmt: skip
    return items, sources
