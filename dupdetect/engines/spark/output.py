"""Tables leave the cluster: as single files by way of the driver, or as folders of parts.

Single files are what the local engine writes. Rows pass through the driver a partition at a time,
as Arrow bytes; it never holds a table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyspark.sql import DataFrame

from dupdetect import schemas
from dupdetect.engines.spark.work import described
from dupdetect.writers import write_batches
from dupdetect.writers.tables import ROW_GROUP


def write_files(folder: Path, tables: Mapping[str, DataFrame]) -> dict[str, int]:
    """Writes each table into ``folder`` as the local engine does; the rows of each.

    Raises ScanError when a file cannot be written.
    """
    rows = {}
    for name, frame in tables.items():
        schema = schemas.TABLES[name]
        path = folder / f"{name}.parquet"
        with described(frame.sparkSession, name):
            rows[name] = write_batches(path, row_groups(frame, schema), schema=schema)
    return rows


def write_parts(folder: str, tables: Mapping[str, DataFrame]) -> None:
    """Writes each table as a folder of sorted parts, by the executors, on any file system."""
    for name, frame in tables.items():
        path = f"{folder.rstrip('/')}/{name}.parquet"
        with described(frame.sparkSession, name):
            frame.write.mode("overwrite").option("compression", "zstd").parquet(path)


def row_groups(frame: DataFrame, schema: pa.Schema) -> Iterator[pa.Table]:
    """The rows in order, ROW_GROUP at a time: the same bytes for the same rows."""
    waiting: list[pa.Table] = []
    size = 0
    some = False
    for table in _streamed(frame, schema):
        waiting.append(table)
        size += len(table)
        while size >= ROW_GROUP:
            whole = pa.concat_tables(waiting)
            yield whole.slice(0, ROW_GROUP).combine_chunks()
            waiting, size, some = [whole.slice(ROW_GROUP)], size - ROW_GROUP, True
    if size or not some:
        yield pa.concat_tables([schema.empty_table(), *waiting]).combine_chunks()


def rows_of(frame: DataFrame, schema: pa.Schema) -> pa.Table:
    """All rows: for what is bounded."""
    return pa.concat_tables([schema.empty_table(), *row_groups(frame, schema)])


def _streamed(frame: DataFrame, schema: pa.Schema) -> Iterator[pa.Table]:
    rows = frame.mapInArrow(_Encode(), "data binary").toLocalIterator(prefetchPartitions=True)
    for row in rows:
        table = pa.ipc.open_stream(bytes(row["data"])).read_all()
        yield table.select(schema.names).cast(schema)


@dataclass(frozen=True)
class _Encode:
    """Rows → a binary value per record batch."""

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            sink = pa.BufferOutputStream()
            with pa.ipc.new_stream(sink, batch.schema) as writer:
                writer.write_batch(batch)
            data: Any = sink.getvalue().to_pybytes()
            yield pa.record_batch({"data": pa.array([data], pa.binary())})
