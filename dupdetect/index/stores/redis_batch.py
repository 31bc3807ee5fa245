"""Writes of a batch that the Redis server does not know yet, laid over what it knows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from dupdetect.index.stores.base import Entry, Postings, View
from dupdetect.index.stores.memory import MemoryStore
from dupdetect.index.stores.rings import MOST_TRACES, Held

I64 = NDArray[np.int64]

#: Numbers of documents that wait begin here, beyond those of any server.
FIRST = 1 << 40


class Pending:
    """Documents that were put or deleted since a batch began.

    ``entries``: those put, by key. ``hidden``: every key put or deleted, with the number of its
    document on the server, None where it has none.
    """

    def __init__(self) -> None:
        self.entries: dict[bytes, Entry] = {}
        self.hidden: dict[bytes, int | None] = {}
        self._store = MemoryStore()

    @property
    def masked(self) -> list[int]:
        """Numbers on the server that no longer count."""
        return [number for number in self.hidden.values() if number is not None]

    def put(self, entries: Sequence[Entry], known: Mapping[bytes, int | None]) -> None:
        """Adds documents; ``known`` are their numbers on the server."""
        self._hide(known)
        for entry in entries:
            self.entries[entry.key] = entry
        self._store.put(entries)

    def delete(self, known: Mapping[bytes, int | None]) -> int:
        """Removes the documents with the keys of ``known``; how many were there."""
        waiting = self._store.delete(list(known))
        there = [k for k, number in known.items() if number is not None and k not in self.hidden]
        self._hide(known)
        for key in known:
            self.entries.pop(key, None)
        return waiting + len(there)

    def get(self, keys: Sequence[bytes]) -> dict[bytes, bytes | None]:
        """Records of those keys that the batch has touched, None for deleted ones."""
        touched = [key for key in keys if key in self.hidden]
        return dict(zip(touched, self._store.get(touched), strict=True))

    def names(self, numbers: Sequence[int]) -> dict[int, bytes | None]:
        """Keys of those numbers that the batch has touched."""
        return self._touched(numbers, self._store.names([n - FIRST for n in numbers]))

    def records(self, numbers: Sequence[int]) -> dict[int, bytes | None]:
        """Records of those numbers that the batch has touched."""
        return self._touched(numbers, self._store.records([n - FIRST for n in numbers]))

    def traces(self, site: bytes, known: Sequence[Held]) -> list[Held]:
        """``known`` of the server, less those of documents that the batch has touched, and what
        waits."""
        own = [Held(one.number + FIRST, one.trace) for one in self._store.traces(site)]
        masked = set(self.masked)
        return [*(one for one in known if one.number not in masked), *own][-MOST_TRACES:]

    def sites(self) -> Iterator[bytes]:
        """Sites where documents that wait leave traces."""
        return self._store.sites()

    def lookup(
        self, view: View, keys: NDArray[np.uint64], known: Postings, *, cap: int
    ) -> Postings:
        """``known``, asked for with as many more as there are ``masked``, and what waits."""
        own = self._store.lookup(view, keys, cap=cap)
        numbers = np.concatenate([known.numbers, own.numbers + FIRST])
        owner = np.concatenate([owners(known.start), owners(own.start)])
        kept = ~np.isin(known.numbers, np.array(self.masked, np.int64))
        kept = np.concatenate([kept, np.ones(len(own.numbers), bool)])
        more = (known.sizes > np.diff(known.start)) | (own.sizes > cap)
        return assemble(owner[kept], numbers[kept], more, cap=cap)

    def _hide(self, known: Mapping[bytes, int | None]) -> None:
        for key, number in known.items():
            self.hidden.setdefault(key, number)

    def _touched(
        self, numbers: Sequence[int], found: Sequence[bytes | None]
    ) -> dict[int, bytes | None]:
        masked = set(self.masked)
        return {
            number: value
            for number, value in zip(numbers, found, strict=True)
            if number >= FIRST or number in masked
        }


def owners(start: I64) -> I64:
    """For each posting the list it is in."""
    return np.repeat(np.arange(len(start) - 1), np.diff(start))


def assemble(owner: I64, numbers: I64, more: NDArray[np.bool_], *, cap: int) -> Postings:
    """Postings in any order, some perhaps twice, as lists; ``more`` says which were cut before."""
    order = np.lexsort((numbers, owner))
    owner, numbers = owner[order], numbers[order]
    first = np.ones(len(owner), bool)
    first[1:] = (np.diff(owner) != 0) | (np.diff(numbers) != 0)
    owner, numbers = owner[first], numbers[first]
    counts = np.bincount(owner, minlength=len(more))
    begin = np.cumsum(counts) - counts
    kept = np.arange(len(owner)) - begin[owner] < cap
    start = np.zeros(len(more) + 1, np.int64)
    np.cumsum(np.minimum(counts, cap), out=start[1:])
    sizes = np.where(more, np.maximum(counts, cap + 1), counts).astype(np.int64)
    return Postings(numbers[kept], start, sizes)
