"""A scan's tables as Parquet: sorted, compressed, the same bytes for the same rows.

A table appears under its name only when it is whole.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pyarrow as pa
import pyarrow.parquet as pq

from dupdetect.errors import ScanError

#: Rows of one row group: tens of megabytes of text at most.
ROW_GROUP = 1 << 16


def write_table(path: str | Path, table: pa.Table, *, sort: Iterable[str] = ()) -> None:
    """Writes ``table`` in its own schema, sorted by the columns ``sort`` (ascending, bytewise).

    Raises ScanError when the file cannot be written; what was there before stays then.
    """
    keys = [(name, "ascending") for name in sort]
    if keys and table.num_rows:
        import pyarrow.compute as pc  # takes 40 ms

        table = table.take(pc.sort_indices(table, sort_keys=keys))
    write_batches(path, [table], schema=table.schema)


def write_batches(path: str | Path, tables: Iterable[pa.Table], *, schema: pa.Schema) -> int:
    """Writes tables one after the other into one file, as they come; returns the rows."""
    rows = 0
    with (
        replacing(Path(path)) as file,
        pq.ParquetWriter(file, schema, compression="zstd", compression_level=3) as writer,
    ):
        for table in tables:
            # A cast imports pyarrow.compute.
            given = table if table.schema.equals(schema) else table.cast(schema)
            writer.write_table(given, row_group_size=ROW_GROUP)
            rows += table.num_rows
    return rows


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """A file that takes the name ``path`` when the block ends well, else leaves no trace.

    Raises ScanError when it cannot be written.
    """
    part = path.with_name(f".{path.name}.part-{os.getpid()}")
    try:
        try:
            with part.open("wb") as file:
                yield file
            # Opened again: writers of compressed streams close what they write to.
            with part.open("rb") as file:
                os.fsync(file.fileno())
            os.replace(part, path)
        except OSError as error:
            raise ScanError(f"{path}: cannot be written: {error.strerror or error}") from error
    except BaseException:
        part.unlink(missing_ok=True)
        raise
