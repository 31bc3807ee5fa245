"""Which store a path or an address means, and that one process at a time makes it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from dupdetect.errors import IndexError_
from dupdetect.index.stores.base import Store
from dupdetect.index.stores.memory import MemoryStore


def open_store(path: str | Path | None, *, create: bool, readonly: bool) -> Store:
    """The store in the folder ``path`` (LMDB) or at an address of Redis, or a new one in memory
    for None; raises IndexError_ and IndexCorruptError as ``CandidateIndex.open`` says."""
    if path is None:
        return MemoryStore()
    if str(path).startswith(("redis://", "rediss://", "unix://")):
        return _redis(str(path), create=create, readonly=readonly)
    if "://" in str(path):
        raise IndexError_(f"{path}: no store for this kind of address")
    # Imported here: a process that keeps its index in memory needs no LMDB.
    from dupdetect.index.stores.lmdb import LmdbStore

    return LmdbStore(path, create=create, readonly=readonly)


def _redis(address: str, *, create: bool, readonly: bool) -> Store:
    try:
        from dupdetect.index.stores.redis import RedisStore
    except ModuleNotFoundError as error:
        if error.name != "redis":
            raise
        raise IndexError_("an index on Redis needs: pip install 'dupdetect[redis]'") from None
    return RedisStore(address, create=create, readonly=readonly)


@contextmanager
def alone(path: str | Path | None, *, create: bool) -> Iterator[None]:
    """For as long as an index is being made: who opens it meanwhile waits for the whole of it.

    Nothing is done where nobody may ``create``, nor beside a folder that cannot be locked.
    """
    if path is None or "://" in str(path) or not create:
        yield
        return
    folder = None
    with suppress(OSError):  # opening the store says better what is wrong with the path
        Path(path).mkdir(parents=True, exist_ok=True)
        folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        fcntl.flock(folder, fcntl.LOCK_EX)
    try:
        yield
    finally:
        if folder is not None:
            os.close(folder)
