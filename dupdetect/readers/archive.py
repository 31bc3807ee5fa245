"""WARC and WET archives: responses and resources as pages, conversions as documents.

fastwarc finds the records; the bytes come from our own stream, because fastwarc takes a gzip file
that is cut short for a complete one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

from fastwarc.warc import ArchiveIterator, WarcRecordType

from dupdetect.config import Config
from dupdetect.errors import InputError, RecordError, UnreadableError
from dupdetect.readers.base import Report, SourceFile
from dupdetect.readers.columns import checked_text
from dupdetect.readers.payload import decode_body
from dupdetect.readers.textfile import decode_strictly
from dupdetect.records import Document, Page

_HTML = frozenset({"text/html", "application/xhtml+xml"})
_WANTED = _HTML | {"text/plain"}
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)
#: The end of a stream that stops inside a record's header.
_CUT_HEADER = re.compile(rb"(?:\A|\n\r?\n)WARC(?:/(?:(?!\n\r?\n).)*)?\Z", re.DOTALL)
_TAIL = 1 << 15


@dataclass(frozen=True, slots=True)
class _Record:
    """What is needed of one WARC record: its place, its address and the bytes of its block."""

    label: str
    id: str
    url: str | None
    raw: Any


def read_warc(
    stream: BinaryIO, *, file: SourceFile, config: Config, report: Report
) -> Iterator[Page | Document]:
    """Pages of ``response`` and ``resource`` records, documents of ``conversion`` records.

    Only HTTP status 200 with HTML or plain text; the id is the target URI. The crawl's date is not
    taken for the publication's. Reasons: ``http_status``, ``content_type``, ``revisit`` (benign),
    ``too_large``, ``bad_http``, ``content_encoding``, ``bad_encoding``, ``empty_text``,
    ``bad_warc`` and ``cut``.
    """
    source = _Positioned(stream)
    for number, raw in enumerate(_records(source, file), start=1):
        record = _describe(raw, file, number)
        try:
            found = _read(record, file, config)
            if found is not None:
                report.place(number)
                yield found
        except RecordError as error:
            report.skip(record.label, error.reason, error.message)
            if error.reason == "cut":
                return
    if _CUT_HEADER.search(source.tail):
        message = f"the archive is cut short inside a header at byte {source.position}"
        raise UnreadableError(message, source=file.path, reason="cut")


def raw_records(stream: BinaryIO, *, file: SourceFile) -> Iterator[tuple[int, Any]]:
    """fastwarc's records, numbered as :func:`read_warc` does. Raises UnreadableError."""
    yield from enumerate(_records(_Positioned(stream), file), start=1)


def _records(source: _Positioned, file: SourceFile) -> Iterator[Any]:
    """fastwarc's records; its failures as UnreadableError."""
    try:
        # Quirks mode finds the next record behind garbage instead of giving up.
        yield from ArchiveIterator(
            source, parse_http=False, stream_detect=False, quirks_mode=True, fsspec_args=False
        )
    except (InputError, GeneratorExit):
        raise
    except (OSError, ValueError) as error:
        message = f"not readable as WARC before byte {source.position} ({error})"
        raise UnreadableError(message, source=file.path, reason="bad_warc") from None
    except BaseException as error:
        # A Rust panic comes as pyo3's PanicException, which is no Exception.
        if type(error).__name__ != "PanicException":
            raise
        message = f"not readable as WARC before byte {source.position}"
        raise UnreadableError(message, source=file.path, reason="bad_warc") from None


def _describe(raw: Any, file: SourceFile, number: int) -> _Record:
    headers = raw.headers
    uri = (headers.get("WARC-Target-URI") or "").strip().removeprefix("<").removesuffix(">")
    place = f"byte {raw.stream_pos}"
    name = uri or headers.get("WARC-Record-ID") or f"{file.name}:{number}"
    url = uri if uri.startswith(("http://", "https://")) else None
    return _Record(f"{place}, {uri}" if uri else place, name, url, raw)


def _read(record: _Record, file: SourceFile, config: Config) -> Page | Document | None:
    raw = record.raw
    kind = raw.record_type
    if raw.headers.get("Content-Length") is None:
        # The header itself is damaged; when it was cut, the end of the stream tells.
        return None
    if kind == WarcRecordType.revisit:
        raise RecordError("an unchanged page", reason="revisit")
    if kind == WarcRecordType.response and raw.is_http:
        return _response(record, file, config.extract.max_bytes)
    if kind == WarcRecordType.resource:
        return _resource(record, file, config.extract.max_bytes)
    if kind == WarcRecordType.conversion:
        return _conversion(record, config)
    _pass_over(raw)
    return None


def _response(record: _Record, file: SourceFile, limit: int) -> Page:
    raw = record.raw
    try:
        raw.parse_http()
    except (OSError, ValueError) as error:
        raise RecordError(f"the HTTP header cannot be read ({error})", reason="bad_http") from None
    headers = raw.http_headers
    status = headers.status_code if headers is not None else None
    content_type = (raw.http_content_type or "").strip().lower()
    # Filters first: most of a crawl's other records never need their body.
    problem = _unwanted(status, content_type)
    if problem is not None:
        _pass_over(raw)
        raise problem
    body = _block(raw, limit)
    body = decode_body(
        body,
        transfer=headers.get("Transfer-Encoding") or "",
        content=headers.get("Content-Encoding") or "",
        limit=limit,
    )
    return _page(record, file, body, content_type, _charset(headers.get("Content-Type")))


def _unwanted(status: int | None, content_type: str) -> RecordError | None:
    if status is None:
        return RecordError("no HTTP status line", reason="bad_http")
    if status != 200:
        return RecordError(f"HTTP status {status}", reason="http_status")
    if content_type and content_type not in _WANTED:
        return RecordError(f"content type {content_type[:80]}", reason="content_type")
    return None


def _resource(record: _Record, file: SourceFile, limit: int) -> Page:
    declared = record.raw.headers.get("Content-Type") or ""
    content_type = declared.split(";")[0].strip().lower()
    if content_type and content_type not in _WANTED:
        _pass_over(record.raw)
        raise RecordError(f"content type {content_type[:80]}", reason="content_type")
    return _page(record, file, _block(record.raw, limit), content_type, _charset(declared))


def _charset(content_type: str | None) -> str | None:
    found = _CHARSET.search(content_type or "")
    return found.group(1) if found else None


def _page(
    record: _Record, file: SourceFile, body: bytes, content_type: str, charset: str | None
) -> Page:
    if not body.strip():
        raise RecordError("the page is empty", reason="empty_text")
    if not content_type and not body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise RecordError("no content type, and it is not HTML", reason="content_type")
    return Page(
        id=record.id, content=body, url=record.url, content_type=content_type or "text/html",
        charset=charset, source=file.path, record=record.label,
    )  # fmt: skip


def _conversion(record: _Record, config: Config) -> Document:
    content_type = (record.raw.headers.get("Content-Type") or "text/plain").split(";")[0].strip()
    if content_type.lower() != "text/plain":
        _pass_over(record.raw)
        raise RecordError(f"content type {content_type[:80]}", reason="content_type")
    text = decode_strictly(_block(record.raw, config.extract.max_bytes))
    text = checked_text(text.replace("\r\n", "\n"), config.extract.max_chars)
    return Document(id=record.id, text=text, url=record.url)


def _block(raw: Any, limit: int) -> bytes:
    """The (rest of the) record's block; raises RecordError when it is too large or cut."""
    size = raw.content_length
    if size > limit:
        _pass_over(raw)
        raise RecordError(f"the record has {size} bytes, more than {limit}", reason="too_large")
    block = cast(bytes, raw.reader.read(size)) if size else b""
    _complete(len(block), size)
    return block


def _pass_over(raw: Any) -> None:
    size = raw.content_length
    _complete(raw.reader.consume(), size)


def _complete(found: int, size: int) -> None:
    if found < size:
        raise RecordError(
            f"the record is cut short: {found} of {size} bytes (or its length is wrong)",
            reason="cut",
        )


class _Positioned:
    """The stream as fastwarc wants it: short reads allowed, the position known, the end kept."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.position = 0
        self.tail = b""

    def read(self, size: int = -1) -> bytes:
        # One read at a time: an error in a second one would lose the data of the first.
        data: bytes = self._stream.read1(size)  # type: ignore[attr-defined]
        self.position += len(data)
        if data:
            self.tail = data[-_TAIL:] if len(data) >= _TAIL else (self.tail + data)[-_TAIL:]
        return data

    def tell(self) -> int:
        return self.position

    def seek(self, offset: int, whence: int = 0) -> int:
        if whence == 1 and offset == 0:
            return self.position
        raise OSError("not seekable")

    def close(self) -> None:
        """The stream belongs to who opened it."""
