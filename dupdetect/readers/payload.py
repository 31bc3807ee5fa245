"""Bodies of HTTP messages as archives keep them: chunked, compressed, or said to be but not.

Crawlers often store the decoded body under the original headers, so a body that does not begin as
its header says is taken as it stands.
"""

from __future__ import annotations

import io
import zlib

from dupdetect.errors import RecordError

_GZIP = b"\x1f\x8b"
_MAX_ENCODINGS = 3


def decode_body(body: bytes, *, transfer: str, content: str, limit: int) -> bytes:
    """The body without its ``Transfer-Encoding`` and ``Content-Encoding``.

    Raises RecordError: ``too_large`` when it grows beyond ``limit`` bytes, ``content_encoding``
    when an encoding is unknown or the data are damaged.
    """
    if "chunked" in transfer.lower():
        body = _unchunk(body)
    encodings = [name.strip().lower() for name in content.split(",") if name.strip()]
    if len(encodings) > _MAX_ENCODINGS:
        raise RecordError("too many content encodings", reason="content_encoding")
    for encoding in reversed(encodings):
        body = _decode(body, encoding, limit)
    return body


def _unchunk(body: bytes) -> bytes:
    """The chunks joined; what is not chunked is returned as it is, a cut end is left out."""
    parts: list[bytes] = []
    position = 0
    while position < len(body):
        end = body.find(b"\r\n", position, position + 100)
        size_text = body[position:end].split(b";")[0].strip() if end >= 0 else b""
        try:
            size = int(size_text, 16)
        except ValueError:
            return b"".join(parts) if parts else body
        if size == 0:
            break
        parts.append(body[end + 2 : end + 2 + size])
        position = end + 2 + size + 2
    return b"".join(parts)


def _decode(body: bytes, encoding: str, limit: int) -> bytes:
    if encoding in ("", "identity", "none", "utf-8"):
        return body
    if encoding in ("gzip", "x-gzip"):
        return _inflate(body, 31, limit) if body.startswith(_GZIP) else body
    if encoding in ("deflate", "br", "zstd") and body.lstrip()[:1] == b"<":
        return body
    if encoding == "deflate":
        # Meant is zlib's format; many servers send the bare one.
        return _inflate(body, 15 if _has_zlib_header(body) else -15, limit)
    if encoding in ("br", "zstd"):
        return _stream(body, encoding, limit)
    raise RecordError(f"unknown content encoding {encoding[:40]!r}", reason="content_encoding")


def _has_zlib_header(body: bytes) -> bool:
    return len(body) > 1 and body[0] & 15 == 8 and (body[0] << 8 | body[1]) % 31 == 0


def _inflate(body: bytes, window: int, limit: int) -> bytes:
    member = zlib.decompressobj(wbits=window)
    try:
        # A body that is cut short gives what there is, as in a browser.
        data = member.decompress(body, limit + 1)
    except zlib.error as error:
        raise RecordError(f"damaged compressed body ({error})", reason="content_encoding") from None
    if body and not data and not member.eof:
        raise RecordError("damaged compressed body", reason="content_encoding")
    return _within(data, limit)


def _stream(body: bytes, encoding: str, limit: int) -> bytes:
    from fastwarc.stream_io import BrotliReader, ZstdReader

    reader = (BrotliReader if encoding == "br" else ZstdReader)(io.BytesIO(body))
    parts: list[bytes] = []
    size = 0
    try:
        while size <= limit and (part := reader.read(1 << 16)):
            parts.append(part)
            size += len(part)
    except OSError as error:
        raise RecordError(f"damaged compressed body ({error})", reason="content_encoding") from None
    return _within(b"".join(parts), limit)


def _within(data: bytes, limit: int) -> bytes:
    if len(data) > limit:
        raise RecordError(f"the decoded body has more than {limit} bytes", reason="too_large")
    return data
