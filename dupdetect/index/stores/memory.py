"""The store that lives and dies with the process: plain dictionaries under one lock."""

from __future__ import annotations

import threading
from bisect import insort
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dupdetect.errors import IndexError_
from dupdetect.index.stores import rings
from dupdetect.index.stores.base import (
    VIEWS,
    Entry,
    Postings,
    View,
)
from dupdetect.index.stores.by_lists import (
    likely_by_others,
    places_by_number,
    shared_by_lists,
    strongest_by_lists,
)
from dupdetect.index.stores.rings import Held


class MemoryStore:
    """A :class:`~dupdetect.index.stores.base.Store` in memory."""

    bulk = 256

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._header: bytes | None = None
        self._next = 1
        self._numbers: dict[bytes, int] = {}
        self._entries: dict[int, Entry] = {}
        self._lists: dict[View, dict[int, list[int]]] = {view: {} for view in VIEWS}
        self._rings: dict[bytes, bytes] = {}
        self._undo: list[tuple[bytes, int | None, Entry | None]] | None = None
        self._rings_before: dict[bytes, bytes] = {}

    def header(self) -> bytes | None:
        """See Store."""
        return self._header

    def set_header(self, header: bytes) -> None:
        """See Store."""
        self._header = header

    def put(self, entries: Sequence[Entry]) -> None:
        """See Store."""
        for entry in entries:
            rings.checked(entry.trace)
        with self._lock:
            for entry in entries:
                self._remember(entry.key)
                self._insert(entry)

    def delete(self, keys: Sequence[bytes]) -> int:
        """See Store."""
        with self._lock:
            found = 0
            for key in keys:
                if key in self._numbers:
                    self._remember(key)
                    self._erase(key)
                    found += 1
            return found

    def get(self, keys: Sequence[bytes]) -> list[bytes | None]:
        """See Store."""
        with self._lock:
            numbers = [self._numbers.get(key) for key in keys]
            return [None if n is None else self._entries[n].record for n in numbers]

    def contains(self, key: bytes) -> bool:
        """See Store."""
        return key in self._numbers

    def lookup(self, view: View, keys: NDArray[np.uint64], *, cap: int) -> Postings:
        """See Store."""
        lists = self._lists[view]
        numbers: list[int] = []
        start = np.zeros(len(keys) + 1, np.int64)
        sizes = np.zeros(len(keys), np.int64)
        with self._lock:
            for i, key in enumerate(keys.tolist()):
                found = lists.get(key, ())
                numbers.extend(found[:cap])
                sizes[i] = len(found)
                start[i + 1] = len(numbers)
        return Postings(np.array(numbers, np.int64), start, sizes)

    def names(self, numbers: Sequence[int]) -> list[bytes | None]:
        """See Store."""
        with self._lock:
            entries = [self._entries.get(number) for number in numbers]
            return [None if entry is None else entry.key for entry in entries]

    def records(self, numbers: Sequence[int]) -> list[bytes | None]:
        """See Store."""
        with self._lock:
            entries = [self._entries.get(number) for number in numbers]
            return [None if entry is None else entry.record for entry in entries]

    shared, strongest, places = shared_by_lists, strongest_by_lists, places_by_number
    likely = likely_by_others

    def traces(self, site: bytes) -> list[Held]:
        """See Store."""
        with self._lock:
            return rings.decode(self._rings.get(site, rings.EMPTY))

    def sites(self) -> Iterator[bytes]:
        """See Store."""
        with self._lock:
            sites = list(self._rings)
        yield from sites

    def __iter__(self) -> Iterator[bytes]:
        """See Store."""
        with self._lock:
            keys = [self._entries[number].key for number in sorted(self._entries)]
        yield from keys

    def __len__(self) -> int:
        return len(self._numbers)

    @contextmanager
    def batch(self) -> Iterator[None]:
        """See Store. Other threads wait until the batch ends."""
        with self._lock:
            if self._undo is not None:
                raise IndexError_("a batch is already open on this index")
            self._undo, self._rings_before = [], {}
            try:
                yield
            except BaseException:
                self._roll_back()
                raise
            finally:
                self._undo = None

    def adding(self) -> AbstractContextManager[None]:
        """See Store: nothing takes long."""
        return nullcontext()

    def compact(self) -> None:
        """See Store: nothing is ever left behind here."""

    def check(self) -> list[str]:
        """See Store. Nothing can be out of step in memory but by a mistake in this file."""
        with self._lock:
            expected = sum(len(e.bands) + len(e.anchors) for e in self._entries.values())
            held = sum(len(numbers) for view in VIEWS for numbers in self._lists[view].values())
            held_of = map(rings.decode, self._rings.values())
            strays = sum(one.number not in self._entries for ring in held_of for one in ring)
        problems = [] if held == expected else [f"{held} postings instead of {expected}"]
        return problems + ([f"{strays} traces of no document"] if strays else [])

    def info(self) -> dict[str, Any]:
        """See Store; ``bytes`` counts records and posting keys."""
        with self._lock:
            entries = list(self._entries.values())
        size = sum(len(e.record) + 8 * (len(e.bands) + len(e.anchors)) for e in entries)
        return {
            "kind": "memory",
            "path": None,
            "documents": len(entries),
            "bytes": size,
            "postings": {
                "bands": sum(len(entry.bands) for entry in entries),
                "anchors": sum(len(entry.anchors) for entry in entries),
            },
        }

    def close(self) -> None:
        """See Store. The documents are gone."""
        with self._lock:
            self._header = None
            self._numbers.clear()
            self._entries.clear()
            self._rings.clear()
            for view in VIEWS:
                self._lists[view].clear()

    def _remember(self, key: bytes) -> None:
        if self._undo is not None:
            number = self._numbers.get(key)
            self._undo.append((key, number, None if number is None else self._entries[number]))

    def _roll_back(self) -> None:
        undo, self._undo = self._undo or [], None
        for key, number, entry in reversed(undo):
            if key in self._numbers:
                self._erase(key)
            if entry is not None:
                self._insert(entry, number)
        for site, ring in self._rings_before.items():
            self._set_ring(site, ring)

    def _insert(self, entry: Entry, number: int | None = None) -> None:
        if entry.key in self._numbers:
            self._erase(entry.key)
        if number is None:
            number = self._next
            self._next += 1
        self._numbers[entry.key] = number
        self._entries[number] = entry
        if entry.trace:
            ring = self._rings.get(entry.site, rings.EMPTY)
            self._set_ring(entry.site, rings.appended(ring, [Held(number, entry.trace)]))
        for view, keys in zip(VIEWS, (entry.bands, entry.anchors), strict=True):
            for key in keys.tolist():
                insort(self._lists[view].setdefault(key, []), number)

    def _erase(self, key: bytes) -> None:
        number = self._numbers.pop(key)
        self._unlist(number)
        del self._entries[number]

    def _set_ring(self, site: bytes, ring: bytes) -> None:
        if self._undo is not None:
            self._rings_before.setdefault(site, self._rings.get(site, rings.EMPTY))
        if ring == rings.EMPTY:
            self._rings.pop(site, None)
        else:
            self._rings[site] = ring

    def _unlist(self, number: int) -> None:
        entry = self._entries[number]
        if entry.trace:
            held = rings.decode(self._rings.get(entry.site, rings.EMPTY))
            self._set_ring(entry.site, rings.encode([one for one in held if one.number != number]))
        for view, keys in zip(VIEWS, (entry.bands, entry.anchors), strict=True):
            lists = self._lists[view]
            for key in keys.tolist():
                lists[key].remove(number)
                if not lists[key]:
                    del lists[key]
