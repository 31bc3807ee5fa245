"""Records copied as they stand, into a file or folder of the same format."""

from __future__ import annotations

import csv
import gzip
import io
import os
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import IO, Any, cast

import pyarrow as pa
from fastwarc.warc import WarcRecordType

from dupdetect.errors import RecordError, ScanError
from dupdetect.readers import SourceFile
from dupdetect.readers.archive import raw_records
from dupdetect.readers.csvfile import open_rows
from dupdetect.readers.lines import read_lines
from dupdetect.readers.parquetfile import open_parquet
from dupdetect.readers.sources import split_suffixes
from dupdetect.readers.streams import open_source
from dupdetect.writers import replacing, write_batches
from dupdetect.writers.cells import inert

#: Rows that are held before they are written as a row group.
_ROWS = 1 << 14
_BOM = b"\xef\xbb\xbf"

Places = Sequence[Collection[int]]
_Copy = Callable[[Sequence[SourceFile], Places, IO[bytes]], None]


def copy_into_folder(files: Sequence[SourceFile], places: Places, folder: Path) -> int:
    """Copies of the files in ``folder``, in the same folders below what they have in common, each
    with the records ``places`` only; files of which none is left are left out. How many there are.

    Raises ScanError when the folder exists and holds something, or cannot be written.
    """
    if folder.exists() and any(folder.iterdir()):
        raise ScanError(f"{folder}: is not empty")
    roots = [str(Path(file.path).resolve().parent) for file in files]
    root = os.path.commonpath(roots) if roots else ""
    written = 0
    for file, kept in zip(files, places, strict=True):
        if kept:
            target = folder / Path(file.path).resolve().relative_to(root)
            target.parent.mkdir(parents=True, exist_ok=True)
            copy_into_file([replace(file, partition=())], [kept], target)
            written += 1
    return written


def copy_into_file(files: Sequence[SourceFile], places: Places, path: Path) -> None:
    """One file with the records ``places`` of ``files``, which all have the format of its name.

    Lines, rows and records stay as they are, but for cells of CSV files that a spreadsheet would
    run as formulas, which get an apostrophe (:mod:`dupdetect.writers.cells`); archives also keep
    their ``warcinfo``. Columns that folders give (``key=value``) become columns of a Parquet file.
    Compressed as the name says, archives record by record. Raises ScanError, also for CSV files
    with different columns.
    """
    _, kind, compression = split_suffixes(path.name)
    if kind == "parquet":
        _copy_parquet(files, places, path)
        return
    records = partial(_copy_records, packed=compression == "gz")
    copies: dict[str, _Copy] = {
        "jsonl": _copy_lines, "csv": _copy_rows, "warc": records, "wet": records,
        "txt": _copy_whole, "html": _copy_whole,
    }  # fmt: skip
    with _written(path, whole=kind not in ("warc", "wet")) as out:
        copies[kind](files, places, out)


def _copy_lines(files: Sequence[SourceFile], places: Places, out: IO[bytes]) -> None:
    for file, kept in zip(files, places, strict=True):
        with open_source(file) as (stream, _):
            for number, line in enumerate(read_lines(stream, max_bytes=1 << 62), start=1):
                if number in kept and line is not None:
                    out.write(line.removeprefix(_BOM).rstrip(b"\r\n") + b"\n")


def _copy_rows(files: Sequence[SourceFile], places: Places, out: IO[bytes]) -> None:
    text = io.TextIOWrapper(out, "utf-8", "surrogateescape", newline="", write_through=True)
    writer: Any = None
    first: list[str] = []
    for file, kept in zip(files, places, strict=True):
        with open_source(file) as (stream, _):
            header, delimiter, rows = open_rows(stream, max_bytes=1 << 30)
            if writer is None:
                # Lines end as RFC 4180 has it: Python 3.11 leaves a cell with a return unquoted
                # where lines end with a line feed only.
                writer, first = csv.writer(text, delimiter=delimiter), header
                writer.writerow([inert(name) for name in header])
            if header != first:
                raise ScanError(
                    f"{file.path}: has other columns than the first file; name a folder"
                )
            for number, row in rows:
                if number in kept and not isinstance(row, RecordError):
                    writer.writerow([inert(cell) for cell in row])
    text.detach()


def _copy_records(
    files: Sequence[SourceFile], places: Places, out: IO[bytes], *, packed: bool
) -> None:
    for file, kept in zip(files, places, strict=True):
        with open_source(file) as (stream, _):
            for number, raw in raw_records(stream, file=file):
                if number in kept or raw.record_type == WarcRecordType.warcinfo:
                    record = io.BytesIO()
                    raw.write(record)
                    data = record.getvalue()
                    out.write(gzip.compress(data, 6, mtime=0) if packed else data)


def _copy_whole(files: Sequence[SourceFile], places: Places, out: IO[bytes]) -> None:
    for file in files:
        with open_source(file) as (stream, _):
            while data := stream.read(1 << 20):
                out.write(data)


def _copy_parquet(files: Sequence[SourceFile], places: Places, path: Path) -> None:
    schemas = []
    for file in files:
        with open_source(file) as (stream, _):
            schemas.append(_with_partition(open_parquet(stream, file).schema_arrow, file))
    try:
        schema = pa.unify_schemas(schemas, promote_options="permissive")
    except pa.ArrowException as error:
        raise ScanError(f"the files have different columns; name a folder ({error})") from None
    write_batches(path, _row_groups(files, places, schema), schema=schema)


def _row_groups(files: Sequence[SourceFile], places: Places, schema: pa.Schema) -> Iterator[Any]:
    waiting: list[pa.Table] = []
    for table in _kept_rows(files, places, schema):
        waiting.append(table)
        if sum(map(len, waiting)) >= _ROWS:
            yield pa.concat_tables(waiting).combine_chunks()
            waiting = []
    yield pa.concat_tables([schema.empty_table(), *waiting]).combine_chunks()


def _kept_rows(files: Sequence[SourceFile], places: Places, schema: pa.Schema) -> Iterator[Any]:
    for file, kept in zip(files, places, strict=True):
        with open_source(file) as (stream, _):
            number = 1
            for batch in open_parquet(stream, file).iter_batches(1024, use_threads=False):
                rows = [row for row in range(batch.num_rows) if number + row in kept]
                number += batch.num_rows
                if rows:
                    yield _fitted(pa.table(batch.take(pa.array(rows))), file, schema)


def _fitted(table: pa.Table, file: SourceFile, schema: pa.Schema) -> pa.Table:
    """The columns of ``schema``: those of the file, of its folders, else nulls."""
    folders = dict(file.partition)
    columns = []
    for item in schema:
        if item.name in table.schema.names:
            columns.append(table[item.name].cast(item.type))
        else:
            columns.append(pa.array([folders.get(item.name)] * len(table), item.type))
    return pa.table(columns, schema=schema)


def _with_partition(schema: pa.Schema, file: SourceFile) -> pa.Schema:
    for name, _ in file.partition:
        if name not in schema.names:
            schema = schema.append(pa.field(name, pa.string()))
    return schema


@contextmanager
def _written(path: Path, *, whole: bool) -> Iterator[IO[bytes]]:
    """The file to write to, compressed as its name says; ``whole``: gzip as one member."""
    with replacing(path) as raw:
        if path.suffix.lower() == ".zst":
            with pa.CompressedOutputStream(pa.PythonFile(raw, "w"), "zstd") as packed:
                yield packed
        elif path.suffix.lower() == ".gz" and whole:
            with gzip.GzipFile("", "wb", 6, raw, mtime=0) as member:
                yield cast(IO[bytes], member)
        else:
            yield raw
