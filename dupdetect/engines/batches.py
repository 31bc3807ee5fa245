"""From sources to batches of items: the tasks of the first pass, and what is left of them to do.

Items are numbered in the order of the input. A batch may hold items of several sources, so that a
folder of small files is no folder of small tasks; a shard is named by the numbers it holds.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from dupdetect import readers
from dupdetect.config import Config
from dupdetect.engines.base import MAX_SKIPS
from dupdetect.engines.messages import Item, encode_items
from dupdetect.engines.spool import ShardName, shard_names, write_empty_shard
from dupdetect.engines.workplace import read_json, write_json
from dupdetect.readers import SourceFile
from dupdetect.records import Page, Skip

#: Documents of a batch: large enough for the kernels, small enough to be shared among workers.
BATCH = 512
#: Bytes of content of a batch, at least one item.
BATCH_BYTES = 16_000_000
#: A page, which still has to be extracted, counts as this many documents.
_PAGE = 4
#: Seconds that a worker may take for a batch, and for each of its items beside extraction.
_SECONDS, _SECONDS_PER_ITEM = 120.0, 2.0


@dataclass(frozen=True, slots=True)
class Batch:
    """A task: items from number ``start`` on; ``sources`` names the source of each."""

    start: int
    items: tuple[Item, ...]
    sources: tuple[str, ...]
    extract_seconds: float = 0.0

    @property
    def name(self) -> ShardName:
        """The shard that it becomes."""
        return ShardName(self.start, self.start + len(self.items))

    @property
    def seconds(self) -> float:
        """See Task."""
        pages = sum(isinstance(item, Page) for item in self.items)
        return _SECONDS + _SECONDS_PER_ITEM * len(self.items) + self.extract_seconds * pages

    def encode(self) -> tuple[dict[str, Any], bytes]:
        """See Task."""
        return {"do": "sketch", "start": self.start}, encode_items(self.items, self.sources)

    def split(self) -> Sequence[Batch]:
        """See Task."""
        if len(self.items) < 2:
            return ()
        at = len(self.items) // 2
        return (
            Batch(self.start, self.items[:at], self.sources[:at], self.extract_seconds),
            Batch(self.start + at, self.items[at:], self.sources[at:], self.extract_seconds),
        )

    def give_up(self, folder: Path, reason: str) -> None:
        """Leaves an empty shard that says why its one item could not be done."""
        write_empty_shard(folder, self.name, skips=[self.given_up(reason)])

    def given_up(self, reason: str) -> dict[str, Any]:
        """The skip that says why its one item could not be done."""
        kind = "bad_unicode" if reason.startswith("UnicodeEncodeError") else "internal_error"
        skip = skip_of(self.items[0], self.sources[0], kind, reason)
        return {name: _plain(value) for name, value in asdict(skip).items()}


def skip_of(item: Item, source: str, reason: str, message: str) -> Skip:
    """The skip of an item: a page by its record, a document by its id."""
    record = item.record if isinstance(item, Page) and item.record else item.id
    return Skip(source, record, reason, message)


class Reading:
    """Reads sources batch by batch, leaving out the items whose shards lie in ``folder`` already.

    ``batch`` and ``batch_bytes`` limit a batch; neither changes what the shards hold together.
    """

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
        self._limits = (batch, batch_bytes)
        self._sizes = [file.size or 0 for file in files]
        self._bytes = sum(self._sizes)
        self._items = self._passed = 0
        self._open: IO[bytes] | None = None
        self._done = _Ranges([(name.start, name.stop) for name in shard_names(folder)])

    def __iter__(self) -> Iterator[Batch]:
        collected = Collected(*self._limits, self._config.extract.timeout)
        at = 0
        for number, file in enumerate(self._files):
            marker = self._marker(number)
            self._passed += self._sizes[number - 1] if number else 0
            if marker.exists():
                size = read_json(marker)["items"]
                if self._done.cover(at, at + size):
                    self._items = at = at + size
                    continue
            skips = _Skips()
            begin = at
            for item in readers.read_file(
                file, config=self._config, on_skip=skips, on_open=self._opened
            ):
                if not self._done.cover(at, at + 1):
                    yield from collected.add(at, item, file.path)
                self._items = at = at + 1
            self._open = None
            told = [asdict(skip) for skip in skips.listed]
            write_json(marker, {"items": at - begin, "skips": told, "more": skips.more})
        yield from collected.rest()

    @property
    def expected(self) -> int | None:
        """About how many items there are, by the share of the bytes that was read so far."""
        place = 0 if self._open is None or self._open.closed else self._open.tell()
        total, read = self._bytes, self._passed + place
        return round(self._items * total / read) if self._items and 0 < read < total else None

    def _opened(self, file: IO[bytes]) -> None:
        self._open = file if file.seekable() else None

    def skips(self) -> Iterator[dict[str, Any]]:
        """What the readers could not use, by source, once all sources have been read."""
        for number in range(len(self._files)):
            yield from read_json(self._marker(number))["skips"]

    def more_skips(self) -> Counter[str]:
        """Those beyond the first of each source, by reason."""
        total: Counter[str] = Counter()
        for number in range(len(self._files)):
            total.update(read_json(self._marker(number)).get("more", {}))
        return total

    def _marker(self, number: int) -> Path:
        """Says that a source was read to its end, and how many items it has."""
        return self._folder / f"source-{number:06d}.json"


class _Skips:
    """The first skips of a source and the number of the others: a file may have a billion."""

    def __init__(self) -> None:
        self.listed: list[Skip] = []
        self.more: Counter[str] = Counter()

    def __call__(self, skip: Skip) -> None:
        if len(self.listed) < MAX_SKIPS:
            self.listed.append(skip)
        else:
            self.more[skip.reason] += 1


class Collected:
    """Items until they are a batch; the items of a batch have consecutive numbers."""

    def __init__(self, batch: int, batch_bytes: int, extract_seconds: float) -> None:
        self._limits = (batch, batch_bytes)
        self._extract_seconds = extract_seconds
        self._items: list[Item] = []
        self._sources: list[str] = []
        self._start = self._weight = self._bytes = 0

    def add(self, number: int, item: Item, source: str) -> Iterator[Batch]:
        """Takes an item; gives the batch before it if that is full or ends elsewhere."""
        page = isinstance(item, Page)
        weight = _PAGE if page else 1
        size = len(item.content) if isinstance(item, Page) else len(item.text)
        full = self._weight + weight > self._limits[0] or self._bytes + size > self._limits[1]
        if full or number != self._start + len(self._items):
            yield from self.rest()
        if not self._items:
            self._start = number
        self._items.append(item)
        self._sources.append(source)
        self._weight += weight
        self._bytes += size

    def rest(self) -> Iterator[Batch]:
        """The batch of what is there."""
        if self._items:
            items, sources = tuple(self._items), tuple(self._sources)
            yield Batch(self._start, items, sources, self._extract_seconds)
        self._items, self._sources = [], []
        self._weight = self._bytes = 0


class _Ranges:
    """Numbers that are done, as joined ranges."""

    def __init__(self, ranges: Sequence[tuple[int, int]]) -> None:
        self._starts: list[int] = []
        self._stops: list[int] = []
        for start, stop in sorted(ranges):
            if self._stops and start <= self._stops[-1]:
                self._stops[-1] = max(self._stops[-1], stop)
            else:
                self._starts.append(start)
                self._stops.append(stop)

    def cover(self, start: int, stop: int) -> bool:
        """Whether all of ``start`` to ``stop`` (exclusive) is done."""
        at = bisect_right(self._starts, start) - 1
        return start >= stop or (at >= 0 and stop <= self._stops[at])


def _plain(text: Any) -> str:
    return str(text).encode("utf-8", "replace").decode("utf-8")
