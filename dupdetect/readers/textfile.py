"""One text file is one document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from dupdetect.config import Config
from dupdetect.errors import RecordError
from dupdetect.readers.base import Report, SourceFile
from dupdetect.readers.columns import checked_text
from dupdetect.records import Document

_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


def read_text(
    stream: BinaryIO, *, file: SourceFile, config: Config, report: Report
) -> Iterator[Document]:
    """The file as a document with its stem as id.

    UTF-8, with or without a byte order mark, or UTF-16 with one. The text stays as it is but for
    line ends, which become ``\\n`` as in Python's own text files, so that offsets agree with
    ``open(path).read()``. Reasons: ``too_large``, ``bad_encoding``, ``empty_text``.
    """
    limit = config.extract.max_bytes
    content = stream.read(limit + 1)
    try:
        if len(content) > limit:
            raise RecordError(f"the file has more than {limit} bytes", reason="too_large")
        text = decode_strictly(content).replace("\r\n", "\n").replace("\r", "\n")
        report.place(0)
        yield Document(id=file.name, text=checked_text(text, config.extract.max_chars))
    except RecordError as error:
        report.skip(None, error.reason, error.message)


def decode_strictly(content: bytes) -> str:
    """``content`` as text by its byte order mark, else as UTF-8; raises RecordError
    (``bad_encoding``) naming the first byte that does not fit."""
    mark, name = next(((m, n) for m, n in _BOMS if content.startswith(m)), (b"", "utf-8"))
    try:
        return content[len(mark) :].decode(name)
    except UnicodeDecodeError as error:
        raise RecordError(
            f"not valid {name.upper()} at byte {error.start + len(mark)} ({error.reason})",
            reason="bad_encoding",
        ) from None
