"""What the first pass over the documents leaves on disk for the later stages.

One file per batch of items (a shard): the documents' table with their texts, their findings and
their sketches. Shards are named by the range of items, so that their order is the order of the
input, whichever worker wrote them and whenever, and a range that is there need not be done again.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from dupdetect import schemas
from dupdetect.engines.container import map_arrays, write_arrays
from dupdetect.engines.gathering import Rows, gather
from dupdetect.sketch.batch import SketchBatch

I64 = NDArray[np.int64]

#: A document as the first pass leaves it: what the tables need, the parts of its content-farm
#: score as JSON, its short lines (templates.LINE; none where it has no domain) with the words of
#: all its lines, and the text.
DOCUMENTS = pa.schema(
    [item for item in schemas.DOCUMENTS if item.name not in ("cluster", "is_representative")]
    + [
        pa.field("parts", pa.string()),
        pa.field("lines", pa.binary()),
        pa.field("line_words", pa.int32()),
        pa.field("text", pa.large_string()),
    ]
)
#: Findings by the row of their document in the shard.
FINDINGS = pa.schema(
    [pa.field("row", pa.int32()), *(item for item in schemas.FINDINGS if item.name != "id")]
)

_NAME = re.compile(r"shard-(\d{12})-(\d{12})\.bin\Z")


@dataclass(frozen=True, slots=True, order=True)
class ShardName:
    """Items ``start`` to ``stop`` (exclusive), numbered through all sources."""

    start: int
    stop: int

    @property
    def filename(self) -> str:
        """The name of the shard's file."""
        return f"shard-{self.start:012d}-{self.stop:012d}.bin"

    @classmethod
    def parse(cls, filename: str) -> ShardName | None:
        """The name of a shard's file taken apart; None for other files."""
        found = _NAME.match(filename)
        return cls(*map(int, found.groups())) if found else None


def write_shard(
    folder: Path,
    name: ShardName,
    *,
    documents: pa.Table,
    findings: pa.Table,
    sketches: SketchBatch,
    meta: dict[str, Any],
) -> int:
    """Writes a shard, atomically; its size in bytes. Raises ScanError."""
    arrays = {f"sketch.{key}": array for key, array in sketches.to_arrays().items()}
    arrays["documents"] = _packed(documents.cast(DOCUMENTS))
    arrays["findings"] = _packed(findings.cast(FINDINGS))
    path = folder / name.filename
    write_arrays(path, arrays, {**meta, "n": documents.num_rows})
    return path.stat().st_size


def write_empty_shard(folder: Path, name: ShardName, *, skips: list[dict[str, Any]]) -> None:
    """Writes a shard of which no document is left. Raises ScanError."""
    write_arrays(folder / name.filename, {}, {"skips": skips, "n": 0})


def shard_names(folder: Path) -> list[ShardName]:
    """Names of the shards in a folder, in the order of the input."""
    return sorted(name for path in folder.iterdir() if (name := ShardName.parse(path.name)))


class Shard:
    """A shard, mapped from its file. Raises ScanError if the file is damaged."""

    def __init__(self, folder: Path, name: ShardName) -> None:
        self.name = name
        self._arrays, self.meta, self._mapped = map_arrays(folder / name.filename)

    def __len__(self) -> int:
        return int(self.meta["n"])

    def release(self) -> None:
        """Gives back the memory of what was read; reading goes on from the disk's cache.

        Else every page that was ever looked at would count as memory of this process.
        """
        self._mapped.release()

    @property
    def documents(self) -> pa.Table:
        """The table DOCUMENTS, without a copy."""
        return _unpacked(self._arrays["documents"])

    @property
    def findings(self) -> pa.Table:
        """The table FINDINGS."""
        return _unpacked(self._arrays["findings"])

    @cached_property
    def sketch_arrays(self) -> dict[str, NDArray[Any]]:
        """The arrays of the sketches by name, without a copy."""
        return {
            key.removeprefix("sketch."): array
            for key, array in self._arrays.items()
            if key.startswith("sketch.")
        }

    @cached_property
    def sketches(self) -> SketchBatch:
        """The sketches, without a copy."""
        return SketchBatch.from_arrays(self.sketch_arrays)


class Spool:
    """All documents of a scan by number, in the order of the input."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shards = [Shard(folder, name) for name in shard_names(folder)]
        self.skips: list[dict[str, Any]] = [s for shard in shards for s in shard.meta["skips"]]
        self.shards = [shard for shard in shards if len(shard)]
        self.start = np.cumsum([0, *map(len, self.shards)])

    def __len__(self) -> int:
        return int(self.start[-1])

    @property
    def sketch_bytes(self) -> int:
        """Bytes of all sketches."""
        return sum(shard.sketches.nbytes for shard in self.shards)

    def release(self) -> None:
        """Gives back the memory of all shards; see :meth:`Shard.release`."""
        for shard in self.shards:
            shard.release()

    def documents(self, columns: Sequence[str]) -> pa.Table:
        """Columns of all documents."""
        schema = pa.schema([DOCUMENTS.field(name) for name in columns])
        tables = [shard.documents.select(columns) for shard in self.shards]
        return pa.concat_tables([schema.empty_table(), *tables])

    def sketches(self, rows: I64, *, without: Collection[str] = ()) -> SketchBatch:
        """Sketches of the documents ``rows``, ascending and unique, as one batch in memory.

        Arrays named in ``without`` are left empty. The memory of each shard is given back: else all
        that blocks of pairs touch, by and by the whole spool, would count.
        """
        parts = [
            Rows(shard.sketch_arrays, local, shard.release) for shard, local in self._by_shard(rows)
        ]
        return gather(parts, without=without)

    def texts(self, rows: I64) -> list[str]:
        """Texts of the documents ``rows``, ascending."""
        found: list[str] = []
        for shard, local in self._by_shard(rows):
            found += shard.documents["text"].take(pa.array(local)).to_pylist()
            shard.release()
        return found

    def _by_shard(self, rows: I64) -> Iterator[tuple[Shard, I64]]:
        """The shards of documents, with the rows in each."""
        bounds = np.searchsorted(rows, self.start)
        for at in np.flatnonzero(np.diff(bounds)).tolist():
            yield self.shards[at], rows[bounds[at] : bounds[at + 1]] - self.start[at]


def _packed(table: pa.Table) -> NDArray[np.uint8]:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    return np.frombuffer(sink.getvalue(), np.uint8)


def _unpacked(data: NDArray[np.uint8]) -> pa.Table:
    return pa.ipc.open_file(pa.py_buffer(data)).read_all()
