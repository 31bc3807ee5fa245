"""A corpus of documents as a file: ``.jsonl`` (also ``.gz``, ``.zst``) or ``.parquet``."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pyarrow as pa

from dupdetect.errors import ScanError
from dupdetect.records import Document
from dupdetect.writers.tables import replacing, write_batches

#: Columns of a written corpus; unknown values are null in Parquet and left out in JSON Lines.
COLUMNS = ("id", "text", "url", "title", "language", "published")
SCHEMA = pa.schema([(name, pa.large_string()) for name in COLUMNS])

#: Documents that are turned into one Arrow batch.
_BATCH = 1024


def write_documents(path: str | Path, documents: Iterable[Document]) -> int:
    """Writes documents as they come, in the format that the name ends in; returns their number.

    Raises ScanError for an unknown ending or a file that cannot be written; nothing is left then.
    """
    path = Path(path)
    return _writer(path)(path, documents)


def _writer(path: Path) -> Callable[[Path, Iterable[Document]], int]:
    name = path.name.lower()
    if name.endswith(".parquet"):
        return _write_parquet
    if name.endswith((".jsonl", ".jsonl.gz", ".jsonl.zst")):
        return _write_lines
    raise ScanError(f"{path}: write to .parquet, .jsonl, .jsonl.gz or .jsonl.zst")


def _write_parquet(path: Path, documents: Iterable[Document]) -> int:
    return write_batches(path, _tables(documents), schema=SCHEMA)


def _tables(documents: Iterable[Document]) -> Iterator[pa.Table]:
    rows: list[Document] = []
    for document in documents:
        rows.append(document)
        if len(rows) == _BATCH:
            yield _table(rows)
            rows = []
    if rows:
        yield _table(rows)


def _table(rows: list[Document]) -> pa.Table:
    columns = {name: [getattr(row, name) for row in rows] for name in COLUMNS}
    return pa.table(columns, schema=SCHEMA)


def _write_lines(path: Path, documents: Iterable[Document]) -> int:
    count = 0
    with replacing(path) as file, _compressed(file, path) as target:
        for document in documents:
            target.write(_line(document))
            count += 1
    return count


def _line(document: Document) -> bytes:
    values = {name: getattr(document, name) for name in COLUMNS}
    known = {name: value for name, value in values.items() if value is not None}
    return json.dumps(known, ensure_ascii=False).encode() + b"\n"


@contextmanager
def _compressed(file: IO[bytes], path: Path) -> Iterator[Any]:
    if path.suffix == ".gz":
        # No name and no time in the header: the same documents give the same bytes.
        with gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as target:
            yield target
    elif path.suffix == ".zst":
        with pa.CompressedOutputStream(pa.PythonFile(file, mode="w"), "zstd") as target:
            yield target
    else:
        yield file
