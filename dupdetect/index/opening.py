"""Which store a path or an address means."""

from __future__ import annotations

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
