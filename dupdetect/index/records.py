"""A document as bytes in an index: no pickle, a checksum, its packed sketch, its text if wanted.

Layout: ``<B version> <2s language> <I checksum> <I bytes of metadata> <I bytes of sketch> <I bytes
of text>``, then the metadata as a JSON list (UTF-8), the sketch (see
:mod:`dupdetect.index.sketches`; :mod:`dupdetect.kernels.likely` reads it in its place) and the text
as zstd. A text of 0xFFFFFFFF bytes means: not kept; without a sketch too a signature may be in its
place (:mod:`dupdetect.index.foreign`). The id is the store's key; the checksum
covers it and everything but itself.
"""

from __future__ import annotations

import json
import struct
import zlib
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from dupdetect.errors import IndexCorruptError, TextError
from dupdetect.records import Document, Link

VERSION = 2
_HEAD = struct.Struct("<B2sIIII")
_SIZES = struct.Struct("<B2sIII")
_NO_TEXT = 0xFFFFFFFF
#: zstd packs at best a block of 128 KiB into 4 bytes: a record that claims more asks for memory.
_MAX_RATIO = 1 << 15
#: Made once: ``json.dumps`` with separators makes an encoder for every call.
_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class Record:
    """The parts of a record; the document's text is empty when it is not kept."""

    id: str
    meta: bytes
    sketch: bytes
    text: bytes
    size: int
    code: bytes = b"\0\0"

    @property
    def language(self) -> str:
        """The document's language, ``und`` if unknown, without reading the metadata for it."""
        if self.code != b"\0\0":
            return self.code.decode("utf-8", "replace")
        return self.known().language or "und"

    @property
    def has_text(self) -> bool:
        """Whether the text is kept."""
        return self.size != _NO_TEXT

    @property
    def signature(self) -> NDArray[np.uint32]:
        """The signature of a document of which nothing else is known, else empty."""
        alone = not self.sketch and not self.has_text and len(self.text) % 4 == 0
        return np.frombuffer(self.text if alone else b"", "<u4").astype(np.uint32)

    def known(self) -> Document:
        """The document without its text; raises IndexCorruptError."""
        try:
            url, title, language, published, links = json.loads(self.meta)
            if not all(v is None or isinstance(v, str) for v in (url, title, language, published)):
                raise TypeError("metadata that are no text")
            return Document(
                id=self.id, text="", url=url, title=title, language=language,
                published=published, links=tuple(_link(*link) for link in links),
            )  # fmt: skip
        except (ValueError, TypeError, RecursionError) as error:
            raise IndexCorruptError(f"a record cannot be read: {error}") from error

    def document(self) -> Document:
        """The document; raises IndexCorruptError."""
        if self.size in (0, _NO_TEXT):
            return self.known()
        if self.size > _MAX_RATIO * len(self.text):
            raise IndexCorruptError(f"a record claims a text of {self.size} bytes")
        try:
            text = pa.decompress(self.text, decompressed_size=self.size, codec="zstd", asbytes=True)
            return replace(self.known(), text=text.decode())
        except (ValueError, OSError, pa.ArrowException) as error:
            raise IndexCorruptError(f"a record cannot be read: {error}") from error


def pack(
    document: Document, *, sketch: bytes = b"", keep_text: bool = True, signature: bytes = b""
) -> bytes:
    """The record of a document; raises TextError on lone surrogates, TypeError for a link that
    could not be read again.

    ``signature``: little-endian uint32, of a document that has neither sketch nor text.
    """
    links = document.links if keep_text else ()
    meta: list[Any] = [document.url, document.title, document.language, document.published]
    parts = [(link.start, link.end, link.href, link.rel) for link in links]
    for part in parts:
        _link(*part)
    meta.append(parts)
    try:
        text = document.text.encode()
        head = _ENCODE(meta).encode()
        key = document.id.encode()
    except UnicodeEncodeError as error:
        raise TextError(f"document {document.id!r}: not valid Unicode: {error}") from error
    body = head + sketch
    if keep_text and text:
        body += pa.Codec("zstd", compression_level=3).compress(text, asbytes=True)
    elif not keep_text:
        body += signature
    size = len(text) if keep_text else _NO_TEXT
    language = language_bytes(document.language)
    checksum = zlib.crc32(body, _seed(key, language, len(head), len(sketch), size))
    return _HEAD.pack(VERSION, language, checksum, len(head), len(sketch), size) + body


def language_bytes(language: str | None) -> bytes:
    """Two bytes of an ISO 639-1 code, zeros for anything else."""
    code = (language or "").encode("utf-8", "replace")
    return code if len(code) == 2 else b"\0\0"


def parse(key: bytes, record: bytes) -> Record:
    """The parts of the record of the document ``key``; raises IndexCorruptError."""
    try:
        version, language, checksum, head, sketch, size = _HEAD.unpack_from(record)
        if version != VERSION:
            raise IndexCorruptError(f"a record of version {version}, this is version {VERSION}")
        if (
            zlib.crc32(memoryview(record)[_HEAD.size :], _seed(key, language, head, sketch, size))
            != checksum
        ):
            raise IndexCorruptError("a record is damaged or another document's (wrong checksum)")
        a, b = _HEAD.size + head, _HEAD.size + head + sketch
        parts = record[_HEAD.size : a], record[a:b], record[b:]
        return Record(key.decode("utf-8", "surrogatepass"), *parts, size, language)
    except (struct.error, ValueError) as error:
        raise IndexCorruptError(f"a record cannot be read: {error}") from error


def unpack(key: bytes, record: bytes) -> Document:
    """The document of a record, its text empty if not kept; raises IndexCorruptError."""
    return parse(key, record).document()


def _link(start: int, end: int, href: str, rel: str) -> Link:
    if [type(value) for value in (start, end, href, rel)] != [int, int, str, str]:
        raise TypeError("a link has two whole numbers (start, end) and two strings (href, rel)")
    return Link(start, end, href, rel)


def _seed(key: bytes, language: bytes, head: int, sketch: int, size: int) -> int:
    """Checksum of all that is not in the body."""
    return zlib.crc32(_SIZES.pack(VERSION, language, head, sketch, size) + key)
