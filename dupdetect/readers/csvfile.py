"""CSV and TSV with a header line."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from dupdetect.config import ColumnsConfig, Config
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

    The ``key=value`` folders of a partitioned data set count as columns. The delimiter (comma,
    semicolon, tab, bar) is the one that divides the header most often.
    Reasons: ``bad_csv``, ``bad_encoding``, ``no_text_column``, ``no_column`` and those of
    :func:`dupdetect.readers.columns.document`.
    """
    header, _, rows = open_rows(stream, max_bytes=config.extract.max_bytes)
    constants = {key: value for key, value in file.partition if key not in header}
    chosen = columns.choose(header, config.columns, list(constants))
    for number, row in rows:
        try:
            if isinstance(row, RecordError):
                raise row
            document = columns.document(
                _values(row, header, chosen) | constants, chosen,
                fallback_id=f"{file.name}:{number}", max_chars=config.extract.max_chars,
            )  # fmt: skip
        except RecordError as error:
            report.skip(f"row {number}", error.reason, error.message)
            continue
        report.place(number)
        yield document


def open_rows(
    stream: BinaryIO, *, max_bytes: int
) -> tuple[list[str], str, Iterator[tuple[int, list[str] | RecordError]]]:
    """Header, delimiter, and the rows with their numbers; RecordError (also raised, for the header)
    in place of a row that cannot be used. Bytes that are not UTF-8 become surrogates."""
    # A process-wide setting of the csv module whose default (131,072) is less than a long article.
    csv.field_size_limit(max(csv.field_size_limit(), max_bytes))
    lines = _Lines(stream, max_bytes)
    first = next(lines, "")
    delimiter = max(_DELIMITERS, key=first.count)
    return _header(first, delimiter), delimiter, _rows(csv.reader(lines, delimiter=delimiter))


def is_table(head: bytes, config: ColumnsConfig) -> bool:
    """Whether a text that begins so is CSV: its first line names the text column and others, each
    in a word or two."""
    line, end, _ = head.removeprefix(_BOM).partition(b"\n")
    first = line.decode("utf-8", "replace").strip()
    try:
        header = _header(first, max(_DELIMITERS, key=first.count)) if end else []
        columns.choose(header, config)
    except RecordError:
        return False
    return len(header) > 1 and all(0 < len(name.split()) < 3 for name in header)


def _rows(reader: Iterator[list[str]]) -> Iterator[tuple[int, list[str] | RecordError]]:
    number = 0
    while True:
        number += 1
        try:
            row = next(reader)
            if row:
                yield number, row
        except StopIteration:
            return
        except csv.Error as error:
            yield number, RecordError(f"not valid CSV ({error})", reason="bad_csv")
        except RecordError as error:
            yield number, error


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


def _values(
    row: Sequence[str], header: Sequence[str], chosen: columns.Columns
) -> dict[str, str | None]:
    if len(row) != len(header):
        raise RecordError(
            f"the row has {len(row)} fields, the header {len(header)}", reason="bad_csv"
        )
    values: dict[str, str | None] = dict(zip(header, row, strict=True))
    for name in chosen.names():
        try:
            (values.get(name) or "").encode("utf-8")
        except UnicodeEncodeError:
            # Only bytes that did not decode become surrogates here.
            message = f"column {name!r} is not valid UTF-8"
            raise RecordError(message, reason="bad_encoding") from None
    return values
