"""Documents of a user's own DataFrame, as the readers would have read them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from dupdetect.config import Config
from dupdetect.engines.batches import BATCH, BATCH_BYTES, Collected
from dupdetect.engines.spark.sources import BATCHES, READING, ddl, encoded
from dupdetect.errors import RecordError
from dupdetect.readers import columns
from dupdetect.records import Skip


def from_frame(documents: DataFrame, *, config: Config | None = None) -> DataFrame:
    """Rows for :class:`Stages` of a DataFrame with a text column, and perhaps ``id``, ``url``,
    ``title``, ``language``, ``published`` (or as ``config.columns`` names them), all strings.

    A DataFrame has no order, so documents are numbered by ``id`` (then by the other columns): the
    tables are those of a scan of the same rows sorted by id. Raises ``RecordError`` when there is
    no text column.
    """
    config = config or Config()
    chosen = columns.choose(documents.columns, config.columns)
    names = list(dict.fromkeys(chosen.names()))
    given = documents.select(*[F.col(name).cast("string").alias(name) for name in names])
    order = [chosen.id, *names] if chosen.id else names
    ordered = given.repartitionByRange(*order).sortWithinPartitions(*order)
    return ordered.mapInArrow(_Batches(chosen, config), ddl(BATCHES))


@dataclass(frozen=True)
class _Batches:
    """Rows of one partition after the other → rows BATCHES; a partition stands for a file."""

    columns: columns.Columns
    config: Config

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        from pyspark import TaskContext

        context = TaskContext.get()
        file = context.partitionId() if context is not None else 0
        collected = Collected(BATCH, BATCH_BYTES, self.config.extract.timeout)
        at = 0
        for row in (row for batch in batches for row in batch.to_pylist()):
            at += 1
            try:
                item = columns.document(
                    row, self.columns, fallback_id=f"{file}:{at}",
                    max_chars=self.config.extract.max_chars,
                )  # fmt: skip
            except RecordError as error:
                name = str(row.get(self.columns.id) or f"row {at}")
                skip = Skip("DataFrame", name, error.reason, error.message)
                yield _skipped(file, at, skip)
                continue
            for full in collected.add(at, item, "DataFrame"):
                yield from encoded(file, full)
        for last in collected.rest():
            yield from encoded(file, last)


def _skipped(file: int, start: int, skip: Skip) -> pa.RecordBatch:
    row = {"file": file, "start": start, "phase": READING, "skip": json.dumps(asdict(skip))}
    return pa.RecordBatch.from_pylist([row], schema=BATCHES)
