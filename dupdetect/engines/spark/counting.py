"""What tasks counted, in an accumulator that counts nothing twice.

Spark adds up what tasks send with their results, and again what is done again: a plain sum would be
too large after a lost executor. Here every partition sends its own counts under its number, and the
last that comes replaces the one before: they are equal, since a partition is the same every time.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from pyspark import AccumulatorParam, SparkContext, TaskContext

Parts = dict[int, dict[str, int]]

#: Stands for what is no skip; reasons have no space.
_DOCUMENTS = "good documents"


class _Replacing(AccumulatorParam[Parts]):
    """Counts by partition; later ones of a partition replace earlier ones."""

    def zero(self, value: Parts) -> Parts:
        return {}

    def addInPlace(self, value1: Parts, value2: Parts) -> Parts:
        value1.update(value2)
        return value1


class Counts:
    """Documents and bad records by reason, as tasks of the first pass count them: on the driver."""

    def __init__(self, context: SparkContext) -> None:
        self._accumulator = context.accumulator({}, _Replacing())

    @property
    def told(self) -> Any:
        """What tasks take along."""
        return self._accumulator

    def summary(self) -> dict[str, Any]:
        """``documents`` and ``skipped`` by reason; zeros when earlier sessions did the work."""
        total: Counter[str] = Counter()
        for counts in self._accumulator.value.values():
            total.update(counts)
        documents = total.pop(_DOCUMENTS, 0)
        return {"documents": documents, "skipped": dict(sorted(total.items()))}


@dataclass(frozen=True)
class Counting:
    """The first pass, counting what it gives: for ``mapInArrow``, a partition at a time."""

    step: Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]
    told: Any

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Rows of ``sources.document_schema``; tells the accumulator at the end."""
        counts: Counter[str] = Counter()
        for batch in self.step(batches):
            skips = batch.column("skip").drop_null().to_pylist()
            counts[_DOCUMENTS] += batch.num_rows - len(skips)
            counts.update(json.loads(skip)["reason"] for skip in skips)
            yield batch
        context = TaskContext.get()
        if context is not None:
            self.told.add({context.partitionId(): dict(+counts)})
