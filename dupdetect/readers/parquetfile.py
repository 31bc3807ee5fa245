"""Parquet: batches of rows, only the columns that are used."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from dupdetect.config import Config
from dupdetect.errors import RecordError, UnreadableError
from dupdetect.readers import columns
from dupdetect.readers.base import Report, SourceFile
from dupdetect.readers.streams import BOMB_SIZE, MAX_RATIO
from dupdetect.records import Document

#: Decoded bytes of text aimed at per batch, and rows at most.
_BATCH_BYTES = 8_000_000
_MAX_ROWS = 4096
#: Bounds on what the footer may claim, so that a forged one cannot ask for all memory.
_MAX_FOOTER_STRING = 100_000_000
_MAX_FOOTER_ITEMS = 1_000_000
#: What a row counts as beside its text, so that a file of a billion empty rows is a bomb, too.
_ROW_BYTES = 1024
#: What Arrow raises for damaged files; UnicodeDecodeError for names that are not UTF-8.
_DAMAGE = (pa.ArrowException, UnicodeDecodeError)


def parse_parquet(
    stream: BinaryIO, *, file: SourceFile, config: Config, report: Report
) -> Iterator[Document]:
    """Documents of the rows in order; records are named by row number, from 1.

    Files of strangers are read in a child process (:mod:`dupdetect.readers.isolated`), since Arrow
    may crash over them.

    The ``key=value`` folders of a partitioned data set count as columns. Reasons:
    ``no_text_column``, ``no_column``, ``text_column_type``, ``cut``, ``bad_parquet``,
    ``bad_encoding``, ``decompression_limit`` and those of
    :func:`dupdetect.readers.columns.document`.
    """
    number = size = 0
    most = max(BOMB_SIZE, MAX_RATIO * stream.seek(0, 2))
    try:
        table = open_parquet(stream, file)
        wanted, chosen, constants = _choose(table.schema_arrow, file, config)
        for batch in table.iter_batches(_batch_rows(table), columns=wanted, use_threads=False):
            # By position: names may occur twice, then the first one counts.
            names = batch.schema.names
            values = {name: _values(batch.column(names.index(name))) for name in wanted}
            for row in range(batch.num_rows):
                number += 1
                report.place(number)
                size += _ROW_BYTES + sum(_length(values[name][row]) for name in chosen.text)
                if size > most:
                    raise _bomb(file, number)
                record = {name: values[name][row] for name in wanted} | constants
                try:
                    yield _document(record, chosen, f"{file.name}:{number}", config)
                except RecordError as error:
                    report.skip(f"row {number}", error.reason, error.message)
    except (*_DAMAGE, OSError) as error:
        place = f"the data are damaged after row {number}" if number else "it cannot be read"
        raise UnreadableError(
            f"{place} ({_first_line(error)})", source=file.path, reason="bad_parquet"
        ) from None


def _length(value: Any) -> int:
    return len(value) if isinstance(value, (str, bytes)) else 0


def _bomb(file: SourceFile, number: int) -> UnreadableError:
    message = f"the first {number} rows are more than {MAX_RATIO} times the file: a bomb"
    return UnreadableError(message, source=file.path, reason="decompression_limit")


def _choose(
    schema: pa.Schema, file: SourceFile, config: Config
) -> tuple[list[str], columns.Columns, dict[str, str | None]]:
    """The columns to read, what they are used for, and the values that folders give."""
    constants = {key: value for key, value in file.partition if key not in schema.names}
    chosen = columns.choose(schema.names, config.columns, list(constants))
    for name in chosen.text:
        kind = pa.string() if name in constants else schema.types[schema.names.index(name)]
        if not _textual(kind):
            message = f"the text column {name!r} holds {kind}, not text"
            raise UnreadableError(message, source=file.path, reason="text_column_type")
    return [name for name in chosen.names() if name not in constants], chosen, constants


def open_parquet(stream: BinaryIO, file: SourceFile) -> pq.ParquetFile:
    """The opened file; raises UnreadableError (``cut``) when it has no footer."""
    stream.seek(-min(4, stream.seek(0, 2)), 2)
    if stream.read(4) != b"PAR1":
        message = "the Parquet file is cut short: its footer is missing"
        raise UnreadableError(message, source=file.path, reason="cut")
    stream.seek(0)
    return pq.ParquetFile(
        stream,
        # Streams pages instead of holding a whole row group, which may be the whole file.
        pre_buffer=False,
        buffer_size=1 << 20,
        thrift_string_size_limit=_MAX_FOOTER_STRING,
        thrift_container_size_limit=_MAX_FOOTER_ITEMS,
    )


def _batch_rows(table: pq.ParquetFile) -> int:
    """Rows per batch, so that a batch of average rows has about _BATCH_BYTES.

    By row groups, not by column chunks: asking pyarrow 26 for a damaged chunk's metadata ends the
    process.
    """
    metadata = table.metadata
    groups = [metadata.row_group(group) for group in range(min(metadata.num_row_groups, 16))]
    size = sum(group.total_byte_size for group in groups)
    rows = sum(group.num_rows for group in groups)
    if rows <= 0 or size <= 0:
        return 1024
    return int(max(16, min(_MAX_ROWS, _BATCH_BYTES * rows // size)))


def _textual(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        return _textual(kind.value_type)
    return any(
        test(kind)
        for test in (
            pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view,
            pa.types.is_binary, pa.types.is_large_binary, pa.types.is_null,
        )
    )  # fmt: skip


def _values(column: pa.Array) -> list[Any]:
    """Python values of a column; a text that is not UTF-8 stays bytes."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    kind = column.type
    if pa.types.is_nested(kind) or pa.types.is_duration(kind) or pa.types.is_interval(kind):
        return [None] * len(column)
    if pa.types.is_temporal(kind) or pa.types.is_decimal(kind):
        column = column.cast(pa.string())
    try:
        return list(column.to_pylist())
    except UnicodeDecodeError:
        large = pa.large_binary() if pa.types.is_large_string(kind) else pa.binary()
        return [_decoded(value) for value in column.cast(large).to_pylist()]


def _decoded(value: bytes | None) -> str | bytes | None:
    if value is None:
        return None
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value


def _document(
    record: dict[str, Any], chosen: columns.Columns, fallback: str, config: Config
) -> Document:
    for name, value in record.items():
        if isinstance(value, bytes):
            record[name] = _decoded(value)
            if isinstance(record[name], bytes):
                raise RecordError(f"column {name!r} is not valid UTF-8", reason="bad_encoding")
    return columns.document(
        record, chosen, fallback_id=fallback, max_chars=config.extract.max_chars
    )


def _first_line(error: Exception) -> str:
    return str(error).split("\n", 1)[0][:200]
