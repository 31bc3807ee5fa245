"""The candidate index: which known documents share keys with this one. Never a verdict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from dupdetect.config import Config
from dupdetect.errors import IndexCorruptError, IndexError_
from dupdetect.index import header as headers
from dupdetect.index.records import pack, unpack
from dupdetect.index.stores.base import Entry, Store
from dupdetect.index.stores.memory import MemoryStore
from dupdetect.records import Document


class Sketches(Protocol):
    """What the index reads of a SketchBatch of n documents.

    ``bands`` uint64[n, bands], ``has_signature`` bool[n], ``key_doc`` int64[n + 1] and ``keys``
    uint64 (the anchor view's index keys of document i are ``keys[key_doc[i]:key_doc[i + 1]]``).
    """

    @property
    def bands(self) -> NDArray[np.uint64]: ...
    @property
    def has_signature(self) -> NDArray[np.bool_]: ...
    @property
    def key_doc(self) -> NDArray[np.int64]: ...
    @property
    def keys(self) -> NDArray[np.uint64]: ...


class Candidate(NamedTuple):
    """A document worth verifying, and the keys of each view that it shares with the query."""

    id: str
    shared_bands: int
    shared_keys: int


class CandidateIndex:
    """Documents by id, found again by the keys of their sketches.

    Use :meth:`open`, or pass a store. ``config`` None takes the settings of an existing store.
    Raises IndexMismatchError when the store was built with other settings.
    """

    def __init__(
        self, store: Store, *, config: Config | None = None, keep_text: bool = True
    ) -> None:
        self._store = store
        self._keep_text = keep_text
        path = str(store.info()["path"] or "memory")
        stored = store.header()
        if stored is None:
            if len(store):
                raise IndexCorruptError(f"{path}: documents but no header")
            self.config = config or Config()
            store.set_header(headers.encode(headers.settings(self.config)))
            return
        found = headers.decode(stored, path=path)
        self.config = headers.adopt(found, Config()) if config is None else config
        headers.check(found, self.config, path=path)

    @classmethod
    def open(
        cls,
        path: str | Path | None,
        *,
        config: Config | None = None,
        create: bool = True,
        readonly: bool = False,
        keep_text: bool = True,
    ) -> CandidateIndex:
        """The index in the folder ``path`` (LMDB) or at a ``redis://`` address (see
        ``stores.redis_server``), or a new one in memory for None.

        Raises IndexError_ when there is none and ``create`` is false, or it cannot be opened;
        IndexCorruptError when something else lies there; IndexMismatchError.
        """
        store = _store(path, create=create, readonly=readonly)
        try:
            return cls(store, config=config, keep_text=keep_text)
        except BaseException:
            store.close()
            raise

    def add(self, document: Document, sketches: Sketches, row: int = 0) -> None:
        """Adds ``document`` with row ``row`` of ``sketches``; the same id again replaces."""
        self._store.put([self._entry(document, sketches, row)])

    def add_many(self, documents: Sequence[Document], sketches: Sketches) -> None:
        """Adds documents, one per row of ``sketches``, in one transaction."""
        self._store.put([self._entry(doc, sketches, row) for row, doc in enumerate(documents)])

    def remove(self, id: str) -> bool:
        """Forgets a document; whether it was there."""
        return self._store.delete([_key(id)]) == 1

    def candidates(
        self, sketches: Sketches, row: int = 0, *, exclude: str | None = None
    ) -> list[Candidate]:
        """Documents that share a band, or ``anchor.min_shared`` keys, with a row; best first.

        Ranked by the share of the row's bands plus the share of its keys that they have, then by
        id; at most ``anchor.max_candidates``. Of a band's bucket only ``shingle.max_bucket``
        documents are looked at, keys with more than ``anchor.max_bucket`` documents are ignored.
        ``exclude`` leaves out one id, that of the document itself.
        """
        shingle, anchor = self.config.shingle, self.config.anchor
        bands, keys = _row(sketches, row)
        if not len(bands):
            return []
        buckets = self._store.lookup("bands", bands, cap=shingle.max_bucket)
        lists = self._store.lookup("anchors", keys, cap=anchor.max_bucket)
        short = np.repeat(lists.sizes <= anchor.max_bucket, np.diff(lists.start))
        by_band, shared_bands = np.unique(buckets.numbers, return_counts=True)
        by_key, shared_keys = np.unique(lists.numbers[short], return_counts=True)
        enough = shared_keys >= anchor.min_shared
        numbers = np.union1d(by_band, by_key[enough])
        n_bands = _counts(numbers, by_band, shared_bands)
        n_keys = _counts(numbers, by_key, shared_keys)
        rank = n_bands / len(bands) + n_keys / max(len(keys), 1)
        names = self._store.names(numbers.tolist())
        found = [
            (-strength, Candidate(name.decode(), int(in_bands), int(in_keys)))
            for strength, name, in_bands, in_keys in zip(rank, names, n_bands, n_keys, strict=True)
            if name is not None
        ]
        ranked = [candidate for _, candidate in sorted(found) if candidate.id != exclude]
        return ranked[: anchor.max_candidates]

    def get(self, id: str) -> Document | None:
        """The stored document, without its text if texts are not kept; None if unknown."""
        return self.get_many([id])[0]

    def get_many(self, ids: Sequence[str]) -> list[Document | None]:
        """Stored documents in the order of ``ids``."""
        records = self._store.get([_key(id) for id in ids])
        return [None if record is None else unpack(record) for record in records]

    def __contains__(self, id: str) -> bool:
        return self._store.contains(_key(id))

    def __len__(self) -> int:
        return len(self._store)

    def ids(self) -> Iterator[str]:
        """Ids of all documents, oldest first."""
        return (key.decode() for key in self._store)

    def batch(self) -> AbstractContextManager[None]:
        """Groups the thread's writes into one transaction: all durable at its end, or none."""
        return self._store.batch()

    def info(self) -> dict[str, Any]:
        """The store's kind, path, documents, bytes, postings, and the ``settings`` of sketches."""
        stored = self._store.header() or b"{}"
        return {**self._store.info(), "settings": headers.decode(stored, path="index")}

    def verify(self) -> list[str]:
        """Reads the whole index; what is wrong with it, empty when nothing is."""
        problems = self._store.check()
        for key in self._store:
            record = self._store.get([key])[0]
            if record is None:
                continue
            try:
                if _key(unpack(record).id) != key:
                    problems.append(f"document {key.decode()}: the record is another's")
            except IndexCorruptError as error:
                problems.append(f"document {key.decode()}: {error}")
        return problems

    def close(self) -> None:
        """Frees the store."""
        self._store.close()

    def __enter__(self) -> CandidateIndex:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _entry(self, document: Document, sketches: Sketches, row: int) -> Entry:
        bands, keys = _row(sketches, row)
        record = pack(document, keep_text=self._keep_text)
        return Entry(_key(document.id), record, np.unique(bands), np.unique(keys))


def _store(path: str | Path | None, *, create: bool, readonly: bool) -> Store:
    if path is None:
        return MemoryStore()
    if str(path).startswith(("redis://", "rediss://")):
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


def _key(id: str) -> bytes:
    if not id:
        raise IndexError_("a document in an index needs an id")
    return id.encode("utf-8", "surrogatepass")


def _row(sketches: Sketches, row: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Posting keys of a row; none for documents too short for a signature, which never match."""
    if not sketches.has_signature[row]:
        return np.empty(0, np.uint64), np.empty(0, np.uint64)
    keys = sketches.keys[sketches.key_doc[row] : sketches.key_doc[row + 1]]
    return sketches.bands[row], keys


def _counts(
    wanted: NDArray[np.int64], numbers: NDArray[np.int64], counts: NDArray[np.int64]
) -> NDArray[np.int64]:
    """``counts`` of the sorted ``numbers`` for the ``wanted`` ones, 0 where absent."""
    if not len(numbers):
        return np.zeros(len(wanted), np.int64)
    place = np.minimum(np.searchsorted(numbers, wanted), len(numbers) - 1)
    return np.where(numbers[place] == wanted, counts[place], 0)
