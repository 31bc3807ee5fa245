"""Sources as batches of ids and texts in Arrow columns: what near-duplicates need of them."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from threading import Condition, Lock, Thread

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from dupdetect import readers
from dupdetect.config import Config
from dupdetect.engines.near_pages import PackedTexts, find_pages
from dupdetect.errors import ExtractError, InputError
from dupdetect.readers import SourceFile
from dupdetect.readers.columns import choose
from dupdetect.records import Document, Page, Skip

OnSkip = Callable[[Skip], None]

#: Rows and bytes of a batch: enough for the kernels, few enough to stay near the cache.
_ROWS, _BYTES = 512, 2_000_000
#: Bytes of text that are read before they are asked for. Four times as much, what is decoded while
#: the kernels load, takes as much more memory and is no faster.
_AHEAD = 16 << 20
#: Ids that are gathered at a time: each byte of them takes 16 meanwhile.
_TAKEN = 1 << 16


@dataclass(frozen=True, slots=True)
class Texts:
    """A batch: ids (large_string) and texts (string or large_string, null for none)."""

    ids: pa.Array
    texts: pa.Array

    @property
    def held(self) -> int:
        """Bytes of text that wait with it."""
        return int(self.texts.nbytes)

    @property
    def utf8(self) -> tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.int64]]:
        """The texts in one buffer, and where each begins and ends, int64[n]; without a copy.

        Not validated: what is no UTF-8 separates words.
        """
        _, places, data = self.texts.buffers()
        kind = np.int64 if pa.types.is_large_string(self.texts.type) else np.int32
        at = self.texts.offset
        offsets = np.frombuffer(places, kind)[at : at + len(self.texts) + 1].astype(np.int64)
        octets = np.empty(0, np.uint8) if data is None else np.frombuffer(data, np.uint8)
        return octets, offsets[:-1], offsets[1:]


def read_texts(
    sources: Sequence[str | Path], *, config: Config, on_skip: OnSkip
) -> Generator[Texts | PackedTexts]:
    """Everything in ``sources``, in order; Parquet without a Python object per document.

    ``on_skip`` is told from any thread, one at a time.
    """
    lock = Lock()

    def tell(skip: Skip) -> None:
        with lock:
            on_skip(skip)

    for file in readers.expand(sources, tell):
        plain = _columns(file, config)
        if plain is None:
            yield from _documents(file, config, tell)
        else:
            yield from _row_groups(file, plain, tell)


@contextmanager
def ahead(
    batches: Generator[Texts | PackedTexts], most: int = _AHEAD
) -> Iterator[Iterator[Texts | PackedTexts]]:
    """The same batches, read by a thread of its own that goes on until it holds ``most`` bytes.

    What reading raises is raised where the batch is taken; at the end of the block reading stops.
    """
    ready: SimpleQueue[Texts | PackedTexts | BaseException | None] = SimpleQueue()
    room = Condition()
    held, stopped = 0, False

    def hold(size: int) -> bool:
        nonlocal held
        with room:
            held += size
            room.notify()
            room.wait_for(lambda: held < most or stopped)
            return not stopped

    def work() -> None:
        try:
            with closing(batches):
                for batch in batches:
                    ready.put(batch)
                    if not hold(batch.held):
                        return
            ready.put(None)
        except BaseException as error:  # not for this thread: whoever takes the batches has it
            ready.put(error)

    def taken() -> Iterator[Texts | PackedTexts]:
        nonlocal held
        while (batch := ready.get()) is not None:
            if isinstance(batch, BaseException):
                raise batch
            with room:
                held -= batch.held
                room.notify()
            yield batch

    thread = Thread(target=work, name="reading ahead", daemon=True)
    thread.start()
    try:
        yield taken()
    finally:
        with room:
            stopped = True
            room.notify()
        thread.join()


def _columns(file: SourceFile, config: Config) -> tuple[str, str] | None:
    """Names of the id and text column of a Parquet file with one text column, else None."""
    if file.format != "parquet" or file.compression or file.partition:
        return None
    try:
        schema = pq.read_schema(file.path)
        chosen = choose(schema.names, config.columns)
    except (pa.ArrowException, OSError, UnicodeDecodeError, InputError):
        return None  # the reader says what is wrong
    names = (chosen.id or chosen.url, *chosen.text)
    usual = all(name in schema.names and _textual(schema.field(name).type) for name in names)
    once = len(set(schema.names)) == len(schema.names)
    return (names[0], names[1]) if usual and once and len(names) == 2 else None


def _textual(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _row_groups(
    file: SourceFile, columns: tuple[str, str], on_skip: OnSkip
) -> Iterator[Texts | PackedTexts]:
    """The pages of each row group or, where they are not such as we unpack, its texts."""
    first = 0

    def damaged(first: int, begin: int, end: int, error: object = "") -> None:
        why = f" ({error})" if error else ""
        message = f"the data are damaged in rows {first + begin + 1} to {first + end}{why}"
        on_skip(Skip(file.path, None, "bad_parquet", message))

    try:
        metadata = pq.read_metadata(file.path)
    except (pa.ArrowException, OSError) as error:
        damaged(0, 0, 0, error)
        return
    for number in range(metadata.num_row_groups):
        rows = metadata.row_group(number).num_rows
        at = 0
        try:
            with pq.ParquetFile(
                file.path, metadata=metadata, pre_buffer=False, buffer_size=1 << 16
            ) as table:
                ids = _ids(file, table, number, columns[0], first)
                found = find_pages(
                    Path(file.path), metadata, number, columns[1], ids, partial(damaged, first)
                )
                if found is not None:
                    yield from found
                else:
                    for batch in table.iter_batches(
                        _ROWS, row_groups=[number], columns=[columns[1]], use_threads=False
                    ):
                        yield Texts(ids.slice(at, len(batch)), batch.column(0))
                        at += len(batch)
        except (pa.ArrowException, OSError) as error:
            damaged(first, at, rows, error)
        first += rows


def _ids(file: SourceFile, table: pq.ParquetFile, number: int, column: str, first: int) -> pa.Array:
    """Ids of a row group; a row without one has its number."""
    batches = table.iter_batches(1 << 16, row_groups=[number], columns=[column], use_threads=False)
    columns = [_large(batch.column(0)) for batch in batches]
    ids = pa.concat_arrays([pa.nulls(0, pa.large_string()), *columns])
    if ids.null_count:
        import pyarrow.compute as pc  # takes 40 ms

        names = [f"{file.name}:{first + row + 1}" for row in range(len(ids))]
        ids = pc.coalesce(ids, pa.array(names, pa.large_string()))
    return ids


def _large(ids: pa.Array) -> pa.Array:
    """The same as large_string; by ``cast`` only with nulls, since that imports pyarrow.compute."""
    if pa.types.is_large_string(ids.type):
        return ids
    if ids.null_count:
        return ids.cast(pa.large_string())
    _, places, data = ids.buffers()
    begin = ids.offset
    offsets = np.frombuffer(places, np.int32)[begin : begin + len(ids) + 1].astype(np.int64)
    buffers = [None, pa.py_buffer(offsets), data]
    return pa.Array.from_buffers(pa.large_string(), len(ids), buffers, 0)


def taken(ids: pa.Array, rows: NDArray[np.int64]) -> pa.Array:
    """The ids (large_string without nulls) of these rows, as string.

    As ``take`` and ``cast`` would, which import pyarrow.compute: that takes 40 ms.
    """
    _, places, data = ids.buffers()
    offsets = np.frombuffer(places, np.int64)[ids.offset :]
    octets = np.empty(0, np.uint8) if data is None else np.frombuffer(data, np.uint8)
    lengths = offsets[rows + 1] - offsets[rows]
    stops = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
    if stops[-1] > np.iinfo(np.int32).max:
        return ids.take(pa.array(rows)).cast(pa.string())
    found = np.empty(stops[-1], np.uint8)
    for at in range(0, len(rows), _TAKEN):
        begin, part = stops[at], slice(at, at + _TAKEN)
        shifts = np.repeat(offsets[rows[part]] - stops[part][: len(rows[part])], lengths[part])
        end = begin + len(shifts)
        found[begin:end] = octets[shifts + np.arange(begin, end)]
    buffers = [None, pa.py_buffer(stops.astype(np.int32)), pa.py_buffer(found)]
    return pa.Array.from_buffers(pa.string(), len(rows), buffers, 0)


def _documents(file: SourceFile, config: Config, on_skip: OnSkip) -> Iterator[Texts]:
    items = readers.read_file(file, config=config, on_skip=on_skip)
    ids: list[str] = []
    texts: list[str] = []
    size = 0
    for document in _extracted(items, file, config, on_skip):
        ids.append(document.id)
        texts.append(document.text)
        size += len(document.text)
        if len(ids) >= _ROWS or size >= _BYTES:
            yield Texts(pa.array(ids, pa.large_string()), pa.array(texts, pa.large_string()))
            ids, texts, size = [], [], 0
    if ids:
        yield Texts(pa.array(ids, pa.large_string()), pa.array(texts, pa.large_string()))


def _extracted(
    items: Iterable[Page | Document], file: SourceFile, config: Config, on_skip: OnSkip
) -> Iterator[Document]:
    sandbox = None
    try:
        for item in items:
            if isinstance(item, Document):
                yield item
                continue
            if sandbox is None:
                from dupdetect.engines.batches import skip_of
                from dupdetect.extract import Sandbox

                sandbox = Sandbox(config.extract)
            try:
                yield sandbox.extract(item)
            except ExtractError as error:
                on_skip(skip_of(item, file.path, error.reason, error.message))
    finally:
        if sandbox is not None:
            sandbox.close()
