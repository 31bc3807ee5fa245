"""From sources to batches of items: the tasks of the first pass, and what is left of them to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from dupdetect import readers
from dupdetect.config import Config
from dupdetect.engines.messages import Item, encode_items
from dupdetect.engines.spool import ShardName, shard_names, write_empty_shard
from dupdetect.engines.workplace import read_json, write_json
from dupdetect.readers import SourceFile
from dupdetect.records import Page, Skip

#: Documents of a batch: large enough for the kernels, small enough to be shared among workers.
BATCH = 512
#: Bytes of content of a batch, at least one item.
BATCH_BYTES = 16_000_000
#: Seconds that a worker may take for a batch, and for each of its items beside extraction.
_SECONDS, _SECONDS_PER_ITEM = 120.0, 2.0


@dataclass(frozen=True, slots=True)
class Batch:
    """A task: items of source number ``source`` (its name: ``where``) from ``start`` on."""

    source: int
    start: int
    where: str
    items: tuple[Item, ...]
    extract_seconds: float = 0.0

    @property
    def name(self) -> ShardName:
        """The shard that it becomes."""
        return ShardName(self.source, self.start, self.start + len(self.items))

    @property
    def seconds(self) -> float:
        """See Task."""
        pages = sum(isinstance(item, Page) for item in self.items)
        return _SECONDS + _SECONDS_PER_ITEM * len(self.items) + self.extract_seconds * pages

    def encode(self) -> tuple[dict[str, Any], bytes]:
        """See Task."""
        head = {"do": "sketch", "source": self.source, "start": self.start, "where": self.where}
        return head, encode_items(self.items)

    def split(self) -> Sequence[Batch]:
        """See Task."""
        if len(self.items) < 2:
            return ()
        middle = len(self.items) // 2
        return (
            replace(self, items=self.items[:middle]),
            replace(self, start=self.start + middle, items=self.items[middle:]),
        )

    def give_up(self, folder: Path, reason: str) -> None:
        """Leaves an empty shard that says why its one item could not be done."""
        item = self.items[0]
        source = item.source if isinstance(item, Page) and item.source else self.where
        record = item.record if isinstance(item, Page) and item.record else item.id
        kind = "bad_unicode" if reason.startswith("UnicodeEncodeError") else "internal_error"
        skip = Skip(source, _plain(record), kind, _plain(reason))
        write_empty_shard(folder, self.name, skips=[asdict(skip)])


class Reading:
    """Reads the sources of a job batch by batch, leaving out what lies in ``folder`` already."""

    def __init__(
        self,
        files: Sequence[SourceFile],
        folder: Path,
        *,
        config: Config,
        batch: int = BATCH,
        batch_bytes: int = BATCH_BYTES,
    ) -> None:
        self._files = files
        self._folder = folder
        self._config = config
        self._batch = batch
        self._batch_bytes = batch_bytes
        self._done: dict[int, list[ShardName]] = {}
        for name in shard_names(folder):
            self._done.setdefault(name.source, []).append(name)

    def __iter__(self) -> Iterator[Batch]:
        for number, file in enumerate(self._files):
            marker = self._marker(number)
            if marker.exists() and self._covered(number, 0, read_json(marker)["items"]):
                continue
            for batch in self._batches(number, file):
                if not self._covered(number, batch.start, batch.start + len(batch.items)):
                    self._remove(batch)
                    yield batch

    def skips(self) -> Iterator[dict[str, Any]]:
        """What the readers could not use, by source, once all sources have been read."""
        for number in range(len(self._files)):
            yield from read_json(self._marker(number))["skips"]

    def _batches(self, number: int, file: SourceFile) -> Iterator[Batch]:
        skips: list[Skip] = []
        items: list[Item] = []
        start = size = 0
        for item in readers.read_file(file, config=self._config, on_skip=skips.append):
            length = len(item.content) if isinstance(item, Page) else len(item.text)
            if items and (len(items) >= self._batch or size + length > self._batch_bytes):
                yield self._made(number, start, file, items)
                start, size, items = start + len(items), 0, []
            items.append(item)
            size += length
        if items:
            yield self._made(number, start, file, items)
        told = [asdict(skip) for skip in skips]
        write_json(self._marker(number), {"items": start + len(items), "skips": told})

    def _made(self, number: int, start: int, file: SourceFile, items: list[Item]) -> Batch:
        return Batch(number, start, file.path, tuple(items), self._config.extract.timeout)

    def _marker(self, number: int) -> Path:
        """Says that a source was read to its end, and how many items it has."""
        return self._folder / f"source-{number:06d}.json"

    def _covered(self, number: int, start: int, stop: int) -> bool:
        at = start
        for name in sorted(self._done.get(number, ())):
            if name.start == at:
                at = name.stop
        return at >= stop

    def _remove(self, batch: Batch) -> None:
        """Removes shards of parts of a batch that is done again as a whole."""
        name = batch.name
        for part in self._done.get(batch.source, ()):
            if name.start < part.stop and part.start < name.stop:
                (self._folder / part.filename).unlink(missing_ok=True)


def _plain(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")
