"""CSV and TSV with a header line."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from dupdetect.config import Config
from dupdetect.errors import RecordError
from dupdetect.readers import columns
from dupdetect.readers.base import Report, SourceFile
from dupdetect.readers.lines import read_lines
from dupdetect.records import Document

_BOM = b"\xef\xbb\xbf"
_DELIMITERS = ",;\t|"


def read_csv(
    stream: BinaryIO, *, file: SourceFile, config: Config, report: Report
) -> Iterator[Document]:
    """Documents of the rows; records are named by row number, the header not counted.

    The delimiter (comma, semicolon, tab, bar) is the one that divides the header most often.
    Reasons: ``bad_csv``, ``bad_encoding``, ``no_text_column``, ``no_column`` and those of
    :func:`dupdetect.readers.columns.document`.
    """
    limit = config.extract.max_bytes
    # A process-wide setting of the csv module whose default (131,072) is less than a long article.
    csv.field_size_limit(max(csv.field_size_limit(), limit))
    lines = _Lines(stream, limit)
    first = next(lines, "")
    delimiter = max(_DELIMITERS, key=first.count)
    header = _header(first, delimiter)
    chosen = columns.choose(header, config.columns)
    reader = csv.reader(lines, delimiter=delimiter)
    number = 0
    while True:
        number += 1
        try:
            row = next(reader)
            if row:
                yield _document(row, header, chosen, f"{file.name}:{number}", config)
        except StopIteration:
            return
        except csv.Error as error:
            report.skip(f"row {number}", "bad_csv", f"not valid CSV ({error})")
        except RecordError as error:
            report.skip(f"row {number}", error.reason, error.message)


def _header(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error as error:
        raise RecordError(f"the header is not valid CSV ({error})", reason="bad_csv") from None


class _Lines:
    """Decoded lines for the csv module. A class, since a generator would end with the error that
    an overlong line raises."""

    def __init__(self, stream: BinaryIO, limit: int) -> None:
        self._lines = read_lines(stream, max_bytes=limit)
        self._limit = limit
        self._mark = _BOM

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        if line is None:
            raise RecordError(f"a line has more than {self._limit} bytes", reason="too_large")
        mark, self._mark = self._mark, b""
        return line.removeprefix(mark).decode("utf-8", "surrogateescape")


def _document(
    row: Sequence[str],
    header: Sequence[str],
    chosen: columns.Columns,
    fallback: str,
    config: Config,
) -> Document:
    if len(row) != len(header):
        raise RecordError(
            f"the row has {len(row)} fields, the header {len(header)}", reason="bad_csv"
        )
    values = dict(zip(header, row, strict=True))
    for name in chosen.names():
        try:
            values[name].encode("utf-8")
        except UnicodeEncodeError:
            # Only bytes that did not decode become surrogates here.
            message = f"column {name!r} is not valid UTF-8"
            raise RecordError(message, reason="bad_encoding") from None
    return columns.document(
        values, chosen, fallback_id=fallback, max_chars=config.extract.max_chars
    )
