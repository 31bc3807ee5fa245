"""An LMDB environment that opens with clear errors, grows by itself and groups writes.

LMDB needs a size for its memory map; when a write meets its end, the write is undone, the map
doubled and the write done again. While the map is replaced no transaction may be under way in this
process, which is what :class:`_Gate` is for.
"""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar, cast

import lmdb

from dupdetect.errors import IndexCorruptError, IndexError_

T = TypeVar("T")
Operation = Callable[[Any], T]

#: First size of the map, in bytes: virtual addresses, not disk. Doubled when full.
MAP_SIZE = 1 << 30
#: Processes and threads that may read at once.
MAX_READERS = 512
MAX_TABLES = 16

_MAGIC = 0xBEEFC0DE
#: Offsets in an LMDB 0.9 meta page: magic, page size, last page used, transaction number.
_AT_MAGIC, _AT_PAGE_SIZE, _AT_LAST_PAGE, _AT_TRANSACTION = 16, 40, 136, 144

#: What LMDB says of a use that is wrong, and what there is to do.
_SAID = {
    "already open in this process": "the index is already open in this process, or was when that "
    "was forked: use that one (threads may share it), or close it before the fork",
    "closed/deleted/dropped": "the index is closed",
}

#: Reads a whole environment; run in a process of its own, which a missing page may kill (SIGBUS).
_READ_ALL = """
import lmdb, sys
env = lmdb.open(sys.argv[1], readonly=True, lock=False, max_dbs=64)
with env.begin() as txn:
    for name in list(txn.cursor().iternext(values=False)):
        for key, value in txn.cursor(env.open_db(name, txn=txn, create=False)):
            pass
"""


class Environment:
    """One LMDB folder, opened by one process; safe for threads.

    Raises IndexCorruptError when the folder is not LMDB or is damaged, IndexError_ when it is
    absent (unless ``create``), cannot be opened or written, was closed, or opened before a fork.
    """

    def __init__(
        self, path: Path, *, create: bool, readonly: bool = False, map_size: int = MAP_SIZE
    ) -> None:
        self.path = path
        self.readonly = readonly
        self._gate = _Gate()
        self._local = threading.local()
        self._process = os.getpid()
        existing = _preflight(path, create=create and not readonly, readonly=readonly)
        with translated(path):
            self._env = lmdb.open(
                str(path),
                map_size=max(map_size, 2 * existing),
                max_dbs=MAX_TABLES,
                max_readers=MAX_READERS,
                readonly=readonly,
                lock=not readonly or os.access(path, os.W_OK),
                readahead=False,
            )
            if not readonly:
                self._env.reader_check()

    def table(self, name: str, *, postings: bool = False, numbered: bool = False) -> Any:
        """Handle of a table, made if absent: postings hold many uint32 under a uint64 key."""
        options: dict[str, Any] = {"integerkey": postings or numbered}
        if postings:
            options |= {"dupsort": True, "dupfixed": True, "integerdup": True}
        with translated(self.path):
            return self._env.open_db(name.encode(), create=not self.readonly, **options)

    def tables(self) -> list[str]:
        """Names of the tables that exist."""
        with self.reading() as txn:
            return [bytes(key).decode(errors="replace") for key, _ in txn.cursor()]

    @contextmanager
    def reading(self) -> Iterator[Any]:
        """A transaction for reading; inside a batch of this thread, the batch's own."""
        batch = self._batch()
        if batch is not None:
            with translated(self.path):
                yield batch.txn
            return
        with translated(self.path):
            txn = self._begin(write=False)
            try:
                yield txn
            finally:
                txn.abort()
                self._gate.leave()

    def write(self, operation: Operation[T]) -> T:
        """Runs ``operation(txn)`` and commits, or, in a batch, leaves that to the batch.

        The operation may run more than once, each time on a fresh transaction.
        """
        batch = self._batch()
        with translated(self.path):
            if batch is None:
                return cast("T", self._attempt([operation]))
            try:
                result = operation(batch.txn)
            except lmdb.MapFullError:
                batch.log.append(operation)
                self._close(batch)
                self._grow()
                self._open(batch)
                return cast("T", batch.last)
            except BaseException:
                batch.failed = True
                raise
            batch.log.append(operation)
            return result

    @contextmanager
    def batch(self) -> Iterator[None]:
        """All writes of this thread until the end, in one transaction."""
        if self._batch() is not None:
            raise IndexError_("a batch is already open on this index")
        batch = _Batch()
        with translated(self.path):
            self._open(batch)
        self._local.batch = batch
        try:
            yield
        except BaseException:
            self._local.batch = None
            self._close(batch)
            raise
        self._local.batch = None
        with translated(self.path):
            try:
                if batch.failed:
                    raise IndexError_(f"{self.path}: a write failed, so the batch was undone")
                batch.txn.commit()
            except lmdb.MapFullError:
                self._close(batch)
                self._grow()
                self._attempt(batch.log)
            finally:
                self._close(batch)

    def batching(self) -> bool:
        """Whether a batch of this thread is open."""
        return self._batch() is not None

    def last_transaction(self) -> int:
        """Number of the last transaction that any process has committed."""
        self._check_process()
        try:  # without translated(), which takes as long as the question
            return int(self._env.info()["last_txnid"])
        except (lmdb.Error, OSError) as error:
            with translated(self.path):
                raise error

    def info(self) -> dict[str, Any]:
        """Bytes in use and readers."""
        with translated(self.path):
            page = self._env.stat()["psize"]
            info = self._env.info()
        return {"bytes": (info["last_pgno"] + 1) * page, "readers": info["num_readers"]}

    def close(self) -> None:
        """Closes the environment; may be called again."""
        # A copy that a fork has made is left alone: to close it would free the readers of the
        # process that opened it.
        if self._process == os.getpid():
            self._env.close()

    def _check_process(self) -> None:
        """A fork and its parent would share a place in LMDB's table of readers, so that what one
        of them still reads could be written over."""
        if self._process != os.getpid():
            raise IndexError_(
                f"{self.path}: the index was opened before this process was forked; open it after "
                "the fork, in each process that uses it"
            )

    def _batch(self) -> _Batch | None:
        return getattr(self._local, "batch", None)

    def _begin(self, *, write: bool) -> Any:
        self._check_process()
        if write and self.readonly:
            raise IndexError_(f"{self.path}: the index is open for reading only")
        while True:
            self._gate.enter()
            try:
                return self._env.begin(write=write)
            except lmdb.MapResizedError:
                self._gate.leave()
                with self._gate.alone():
                    self._env.set_mapsize(0)
            except BaseException:
                self._gate.leave()
                raise

    def _attempt(self, operations: list[Operation[Any]]) -> Any:
        while True:
            txn = self._begin(write=True)
            try:
                result = None
                for operation in operations:
                    result = operation(txn)
                txn.commit()
                return result
            except lmdb.MapFullError:
                txn.abort()
            except BaseException:
                txn.abort()
                raise
            finally:
                self._gate.leave()
            self._grow()

    def _open(self, batch: _Batch) -> None:
        """Begins (again) the batch's transaction and does its writes so far."""
        while True:
            batch.txn = self._begin(write=True)
            try:
                for operation in batch.log:
                    batch.last = operation(batch.txn)
                return
            except lmdb.MapFullError:
                self._close(batch)
                self._grow()
            except BaseException:
                self._close(batch)
                batch.failed = True
                raise

    def _close(self, batch: _Batch) -> None:
        if batch.txn is not None:
            batch.txn.abort()
            batch.txn = None
            self._gate.leave()

    def _grow(self) -> None:
        with self._gate.alone():
            self._env.set_mapsize(2 * self._env.info()["map_size"])


@dataclass(slots=True)
class _Batch:
    """An open transaction and the writes done in it, to do them again on a larger map."""

    txn: Any = None
    log: list[Operation[Any]] = field(default_factory=list)
    last: Any = None
    failed: bool = False


class _Gate:
    """Lets many in, or one alone."""

    def __init__(self) -> None:
        self._inside = 0
        self._changed = threading.Condition()

    def enter(self) -> None:
        with self._changed:
            self._inside += 1

    def leave(self) -> None:
        with self._changed:
            self._inside -= 1
            self._changed.notify_all()

    @contextmanager
    def alone(self) -> Iterator[None]:
        with self._changed:
            self._changed.wait_for(lambda: self._inside == 0)
            yield


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turns LMDB's and the system's errors into ours."""
    try:
        yield
    except (
        lmdb.CorruptedError, lmdb.InvalidError, lmdb.PageNotFoundError, lmdb.VersionMismatchError,
        lmdb.PanicError, lmdb.IncompatibleError,
    ) as error:  # fmt: skip
        raise IndexCorruptError(f"{path}: cannot be read as an index: {error}") from error
    except lmdb.ReadonlyError as error:
        raise IndexError_(f"{path}: the index is open for reading only") from error
    except lmdb.Error as error:
        said = next((ours for theirs, ours in _SAID.items() if theirs in str(error)), str(error))
        raise IndexError_(f"{path}: {said}") from error
    except OSError as error:
        raise IndexError_(f"{path}: {error.strerror or error}") from error


def _preflight(path: Path, *, create: bool, readonly: bool) -> int:
    """Looks at what lies at the path before LMDB maps it; the size of the data in bytes."""
    data = path / "data.mdb"
    with translated(path):
        if path.exists() and not path.is_dir():
            raise IndexCorruptError(f"{path}: a file, not an index (which is a folder)")
        if not data.exists():
            # LMDB makes its lock first: all there is if who made the index was killed then.
            if path.is_dir() and any(file.name != "lock.mdb" for file in path.iterdir()):
                raise IndexCorruptError(f"{path}: a folder, but not an index")
            if not create:
                raise IndexError_(f"{path}: there is no index here")
            path.mkdir(parents=True, exist_ok=True)
            if not os.access(path, os.W_OK):
                raise IndexError_(f"{path}: the folder cannot be written")
            return 0
        if not readonly and not (os.access(data, os.W_OK) and os.access(path, os.W_OK)):
            raise IndexError_(f"{path}: the index cannot be written (open it for reading only)")
        size = data.stat().st_size
        if size and size < _needed(data, size):
            _read_all(path)
        return size


def _needed(data: Path, size: int) -> int:
    """Bytes that the file should have by its newest meta page."""
    with data.open("rb") as file:
        first = file.read(4096)
        if len(first) < 4096 or struct.unpack_from("<I", first, _AT_MAGIC)[0] != _MAGIC:
            raise IndexCorruptError(f"{data.parent}: data.mdb is not an index or is cut short")
        page = struct.unpack_from("<I", first, _AT_PAGE_SIZE)[0]
        file.seek(page)
        metas = [first, file.read(4096)]
    if len(metas[1]) < 4096 or size < 2 * page:
        raise IndexCorruptError(f"{data.parent}: data.mdb is cut short")
    newest = max(metas, key=lambda meta: struct.unpack_from("<Q", meta, _AT_TRANSACTION)[0])
    return int((struct.unpack_from("<Q", newest, _AT_LAST_PAGE)[0] + 1) * page)


def _read_all(path: Path) -> None:
    """A file may end early because its last pages were never used: reading everything tells."""
    done = subprocess.run(
        [sys.executable, "-c", _READ_ALL, str(path)], capture_output=True, check=False
    )
    if done.returncode:
        raise IndexCorruptError(f"{path}: data.mdb is cut short; restore it or build it again")
