"""A document as bytes in an index: no pickle, a checksum, and the text compressed.

Layout: ``<B version> <I checksum of the rest> <I bytes of metadata> <I bytes of text>``, then the
metadata as JSON (UTF-8), then the text as zstd. A text of 0xFFFFFFFF bytes means: not kept.
"""

from __future__ import annotations

import json
import struct
import zlib
from typing import Any

import pyarrow as pa

from dupdetect.errors import IndexCorruptError, TextError
from dupdetect.records import Document, Link

VERSION = 1
_HEAD = struct.Struct("<BIII")
_NO_TEXT = 0xFFFFFFFF
_FIELDS = ("id", "url", "title", "language", "published")


def pack(document: Document, *, keep_text: bool = True) -> bytes:
    """The record of a document; raises TextError on lone surrogates."""
    meta: dict[str, Any] = {name: getattr(document, name) for name in _FIELDS}
    meta = {name: value for name, value in meta.items() if value is not None}
    if document.links and keep_text:
        meta["links"] = [[li.start, li.end, li.href, li.rel] for li in document.links]
    try:
        text = document.text.encode()
        head = json.dumps(meta, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError as error:
        raise TextError(f"document {document.id!r}: not valid Unicode: {error}") from error
    body = head
    if keep_text and text:
        body += pa.Codec("zstd", compression_level=3).compress(text, asbytes=True)
    size = len(text) if keep_text else _NO_TEXT
    checksum = zlib.crc32(struct.pack("<II", len(head), size) + body)
    return _HEAD.pack(VERSION, checksum, len(head), size) + body


def unpack(record: bytes) -> Document:
    """The document of a record, its text empty if not kept; raises IndexCorruptError."""
    try:
        version, checksum, head, size = _HEAD.unpack_from(record)
        body = record[_HEAD.size :]
        if version != VERSION:
            raise IndexCorruptError(f"a record of version {version}, this is version {VERSION}")
        if zlib.crc32(struct.pack("<II", head, size) + body) != checksum:
            raise IndexCorruptError("a record is damaged (wrong checksum)")
        meta = json.loads(body[:head])
        text = b""
        if size not in (0, _NO_TEXT):
            text = pa.decompress(body[head:], decompressed_size=size, codec="zstd", asbytes=True)
        links = tuple(Link(*link) for link in meta.pop("links", ()))
        return Document(text=text.decode(), links=links, **meta)
    except (struct.error, ValueError, TypeError, pa.ArrowException) as error:
        raise IndexCorruptError(f"a record cannot be read: {error}") from error


def has_text(record: bytes) -> bool:
    """Whether the record keeps its text."""
    return bool(_HEAD.unpack_from(record)[3] != _NO_TEXT)
