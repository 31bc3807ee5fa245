"""From files to rows of documents: read by one task each, shared out in batches, worked on by all.

The same readers and the same first pass as the local engine's, a batch at a time. A batch that
kills a Python worker is tried again by Spark; then it is done in a process of its own, as the local
engine does it, and only the document at fault is given up.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from dupdetect import readers
from dupdetect.config import Config
from dupdetect.engines import handler
from dupdetect.engines.batches import BATCH, BATCH_BYTES, Batch, Collected
from dupdetect.engines.messages import decode_items, encode_items
from dupdetect.engines.pool import Inline, Pool
from dupdetect.engines.spark.arrays import SketchColumns
from dupdetect.engines.spool import DOCUMENTS, Shard, ShardName, shard_names
from dupdetect.quality.resources import unpacked
from dupdetect.readers import SourceFile
from dupdetect.readers.base import printable
from dupdetect.records import Page, Skip
from dupdetect.schemas import FINDINGS

#: What reading gives: items ``start``... of source ``file``, encoded; or a skip in place of them.
BATCHES = pa.schema(
    [
        ("file", pa.int32()),
        ("start", pa.int64()),
        ("body", pa.binary()),
        ("phase", pa.int32()),
        ("skip", pa.string()),
    ]
)
#: Skips by readers come first in a run's list, then those of the first pass.
READING, WORKING = 0, 1

_FINDING = pa.struct([item for item in FINDINGS if item.name != "id"])


def document_schema(config: Config) -> pa.Schema:
    """A row per document (``phase`` and ``skip`` null) or skip (all after ``skip`` null).

    Rows are in the order of the input by ``file``, ``start`` and ``row``.
    """
    own = [pa.field(item.name, _plain(item.type)) for item in DOCUMENTS]
    sketches = [pa.field(name, pa.binary()) for name in SketchColumns(config).names]
    head = [BATCHES.field("file"), BATCHES.field("start"), pa.field("row", pa.int32())]
    findings = pa.field("findings", pa.list_(_FINDING))
    return pa.schema(
        [*head, BATCHES.field("phase"), BATCHES.field("skip"), *own, findings, *sketches]
    )


@dataclass(frozen=True)
class Reading:
    """Reads files of this machine by their numbers: for ``mapInArrow`` over rows with ``id``."""

    files: Sequence[SourceFile]
    config: Config
    numbers: Sequence[int] = ()

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Rows BATCHES of the files ``numbers[id]``, a record batch each."""
        for batch in batches:
            for place in batch.column("id").to_pylist():
                number = self.numbers[place]
                yield from self.file(number, self.files[number])

    def file(self, number: int, copy: SourceFile) -> Iterator[pa.RecordBatch]:
        """Rows of file ``number``, whose content lies in ``copy``."""
        source = self.files[number].path
        skips: list[Skip] = []
        collected = Collected(BATCH, BATCH_BYTES, self.config.extract.timeout)
        told = 0

        def skipped() -> pa.RecordBatch:
            nonlocal told
            rows = _skipped(
                number, told, READING, [asdict(skip) | {"source": shown} for skip in skips]
            )
            told += len(skips)
            skips.clear()
            return rows

        shown = printable(source)
        items = readers.read_file(copy, config=self.config, on_skip=skips.append)
        for at, item in enumerate(items):
            if isinstance(item, Page):
                item = replace(item, source=source)
            for full in collected.add(at, item, source):
                yield from encoded(number, full)
                yield skipped()
        for last in collected.rest():
            yield from encoded(number, last)
        yield skipped()


def encoded(file: int, batch: Batch) -> Iterator[pa.RecordBatch]:
    """The rows of a batch; an item that cannot be encoded becomes a skip."""
    try:
        body = encode_items(batch.items, batch.sources)
    except UnicodeEncodeError as error:
        parts = batch.split()
        for part in parts:
            yield from encoded(file, part)
        if not parts:
            message = f"{type(error).__name__}: {error}"
            yield _skipped(file, batch.start, WORKING, [batch.given_up(message)])
        return
    yield _rows(BATCHES, {"file": [file], "start": [batch.start], "body": [body]})


def _skipped(file: int, start: int, phase: int, skips: Sequence[dict[str, Any]]) -> pa.RecordBatch:
    n = len(skips)
    stated = [json.dumps(skip) for skip in skips]
    columns = {"file": [file] * n, "start": list(range(start, start + n)), "phase": [phase] * n}
    return _rows(BATCHES, {**columns, "skip": stated})


@dataclass(frozen=True)
class Task:
    """Items that stay encoded unless something is wrong with one of them; see pool.Task."""

    start: int
    body: bytes
    extract_seconds: float

    @property
    def batch(self) -> Batch:
        """The items themselves."""
        items, sources = decode_items(self.body)
        return Batch(self.start, tuple(items), tuple(sources), self.extract_seconds)

    @property
    def seconds(self) -> float:
        """See pool.Task."""
        return self.batch.seconds

    def encode(self) -> tuple[dict[str, Any], bytes]:
        """See pool.Task."""
        return {"do": "sketch", "start": self.start}, self.body

    def split(self) -> Sequence[Batch]:
        """See pool.Task."""
        return self.batch.split()

    def give_up(self, folder: Path, reason: str) -> None:
        """See Batch."""
        self.batch.give_up(folder, reason)


@dataclass(frozen=True)
class Working:
    """The first pass: for ``mapInArrow`` over rows BATCHES. ``entry``: what does it, see Pool.

    ``files``: the models and lists that the settings name, which executors do not have.
    """

    config: Config
    entry: str = handler.ENTRY
    files: tuple[tuple[str, bytes], ...] = ()

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Rows of :func:`document_schema`."""
        schema = document_schema(self.config)
        columns = SketchColumns(self.config)
        with tempfile.TemporaryDirectory(prefix="dupdetect-") as name:
            folder = Path(name)
            runner = self._runner(folder)
            try:
                for row in (row for batch in batches for row in batch.to_pylist()):
                    if row["body"] is None:
                        told = {name: [row[name]] for name in ("file", "start", "phase", "skip")}
                        yield _rows(schema, told)
                        continue
                    task = Task(row["start"], row["body"], self.config.extract.timeout)
                    for _ in runner.run([task], lost=lambda t, why: t.give_up(folder, why)):
                        pass
                    for shard in shard_names(folder):
                        yield from _of_shard(folder, shard, row["file"], schema, columns)
                        (folder / shard.filename).unlink()
            finally:
                runner.close()

    def _runner(self, folder: Path) -> Inline | Pool:
        from pyspark import TaskContext

        setup = handler.setup(unpacked(self.config, self.files, folder), folder)
        context = TaskContext.get()
        if context is None or context.attemptNumber() == 0:
            return Inline(entry=self.entry, setup=setup)
        return Pool(1, entry=self.entry, setup=setup)


def _of_shard(
    folder: Path, name: ShardName, file: int, schema: pa.Schema, columns: SketchColumns
) -> Iterator[pa.RecordBatch]:
    shard = Shard(folder, name)
    skips = shard.meta["skips"]
    if skips:
        found = _skipped(file, name.start, WORKING, skips)
        # The order inside a shard is that of its skips; shards never overlap.
        yield _rows(schema, {key: found.column(key) for key in ("file", "phase", "skip")}
                    | {"start": [name.start] * len(skips), "row": range(len(skips))})  # fmt: skip
    n = len(shard)
    if not n:
        return
    documents = shard.documents
    given: dict[str, Any] = {"file": [file] * n, "start": [name.start] * n, "row": range(n)}
    given |= {key: documents[key].combine_chunks() for key in documents.column_names}
    given["findings"] = _findings(shard)
    yield _rows(schema, given | columns.pack(shard.sketches))


def _findings(shard: Shard) -> pa.Array:
    table = shard.findings
    rows = table["row"].to_numpy()
    start = pa.array(rows.searchsorted(range(len(shard) + 1)), pa.int32())
    parts = [table[item.name].combine_chunks() for item in _FINDING]
    return pa.ListArray.from_arrays(start, pa.StructArray.from_arrays(parts, fields=list(_FINDING)))


def _rows(schema: pa.Schema, columns: dict[str, Any]) -> pa.RecordBatch:
    """A record batch; columns that are not given are null."""
    n = len(next(iter(columns.values())))
    arrays = []
    for item in schema:
        if item.name not in columns:
            arrays.append(pa.nulls(n, item.type))
            continue
        values = columns[item.name]
        if isinstance(values, pa.ChunkedArray):
            values = values.combine_chunks()
        typed = isinstance(values, pa.Array)
        arrays.append(values.cast(item.type) if typed else pa.array(values, item.type))
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _plain(kind: pa.DataType) -> pa.DataType:
    """Spark's strings have 32-bit offsets unless told otherwise."""
    return pa.string() if pa.types.is_large_string(kind) else kind


def ddl(schema: pa.Schema) -> Any:
    """An Arrow schema as Spark's."""
    from pyspark.sql.pandas.types import from_arrow_schema

    return from_arrow_schema(schema)
