"""What an index needs of a store: documents by key, and capped posting lists of 64-bit keys.

A store knows neither sketches nor records: a document is a key (its id as bytes), an opaque record
and the posting keys under which it can be found in each view. All operations take many items at
once, so that a store behind a network needs few round trips. Documents have internal numbers,
which posting lists hold; a number is never shared and stays while its document does (one that is
added again may get a new number). A store may keep as little as 40 bits of a posting key's hash: a
lookup may then, once in many thousand queries, name a document that has not the key. A document may
leave a trace at a site: a few bytes, of which a store keeps those of the site's latest documents,
written and gone with the document.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from dupdetect.index.stores.rings import Held
from dupdetect.kernels.likely import Least

View = Literal["bands", "anchors"]
VIEWS: tuple[View, View] = ("bands", "anchors")


@dataclass(frozen=True, slots=True)
class Entry:
    """A document as a store sees it, with its posting keys (uint64, sorted, each once).

    One that is of a site (any short key) may leave a ``trace`` there, of at most
    ``rings.MAX_TRACE`` bytes; empty: none.
    """

    key: bytes
    record: bytes
    bands: NDArray[np.uint64]
    anchors: NDArray[np.uint64]
    site: bytes = b""
    trace: bytes = b""


class Postings(NamedTuple):
    """Documents under k posting keys.

    Those of key i are ``numbers[start[i]:start[i + 1]]``, ascending, the lowest ``cap`` only;
    ``sizes[i]`` is the length of the list, or where that is more than ``cap``, any larger number
    than ``cap``: nobody needs to count a template's thousand copies.
    """

    numbers: NDArray[np.int64]
    start: NDArray[np.int64]
    sizes: NDArray[np.int64]


class Places(NamedTuple):
    """Where documents lie in this process's memory, so that kernels can look at them there.

    Addresses int64[n] of the key, of the record behind it, and of its end; all 0 where there is no
    document. They hold as long as ``held`` does.
    """

    key: NDArray[np.int64]
    record: NDArray[np.int64]
    end: NDArray[np.int64]
    held: object

    def name(self, i: int) -> bytes:
        """A document's key."""
        key = self.key.item(i)
        return ctypes.string_at(key, self.record.item(i) - key)

    def content(self, i: int) -> bytes:
        """A document's record."""
        begin = self.record.item(i)
        return ctypes.string_at(begin, self.end.item(i) - begin)


def placed(names: Sequence[bytes | None], records: Sequence[bytes | None]) -> Places:
    """Places of documents that are at hand as bytes."""
    pairs = list(zip(names, records, strict=True))
    joined = b"".join([a + b for a, b in pairs if a is not None and b is not None])
    data = np.frombuffer(joined, np.uint8)
    at = int(data.ctypes.data)
    where = np.zeros((3, len(pairs)), np.int64)
    for i, (name, record) in enumerate(pairs):
        if name is not None and record is not None:
            begin, end = at + len(name), at + len(name) + len(record)
            where[:, i] = at, begin, end
            at = end
    return Places(where[0], where[1], where[2], data)


class Shared(NamedTuple):
    """Documents that share posting keys with another one: their numbers, ascending, and how many
    bands and anchor keys each of them shares, all int64[n]; and how many lists were too long."""

    numbers: NDArray[np.int64]
    bands: NDArray[np.int64]
    keys: NDArray[np.int64]
    cut: int = 0


class Caps(NamedTuple):
    """Of a band's list ``bands`` documents are looked at; keys with more documents than ``keys``
    are ignored; ``min_shared`` keys are enough without a band."""

    bands: int
    keys: int
    min_shared: int


class Store(Protocol):
    """Where an index keeps its documents and postings. Errors are IndexError_ and its kinds.

    ``put`` and ``delete`` are atomic and durable when they return, unless inside ``batch()``, which
    makes all of its writes durable at once when it ends, or none if it ends with an exception.
    Reads inside a batch (on its thread) see its writes. ``bulk``: documents that are best given to
    ``put`` at a time when there are many.
    """

    @property
    def bulk(self) -> int:
        """See above."""

    def header(self) -> bytes | None:
        """The header, or None in a new store."""

    def set_header(self, header: bytes) -> None:
        """Writes the header."""

    def put(self, entries: Sequence[Entry]) -> None:
        """Adds documents; one with a known key replaces the old, postings included."""

    def delete(self, keys: Sequence[bytes]) -> int:
        """Removes documents with their postings; how many were there."""

    def get(self, keys: Sequence[bytes]) -> list[bytes | None]:
        """Records by key, None where there is none."""

    def contains(self, key: bytes) -> bool:
        """Whether a document has this key."""

    def lookup(self, view: View, keys: NDArray[np.uint64], *, cap: int) -> Postings:
        """Documents under each posting key, at most ``cap`` a key."""

    def names(self, numbers: Sequence[int]) -> list[bytes | None]:
        """Keys of documents by internal number, None where there is none."""

    def records(self, numbers: Sequence[int]) -> list[bytes | None]:
        """Records by internal number, None where there is none."""

    def shared(self, bands: NDArray[np.uint64], keys: NDArray[np.uint64], caps: Caps) -> Shared:
        """Documents that share a band or enough anchor keys."""

    def places(self, numbers: NDArray[np.int64]) -> Places:
        """Where documents lie, by internal number."""

    def strongest(
        self, bands: NDArray[np.uint64], keys: NDArray[np.uint64], caps: Caps, most: int
    ) -> tuple[Places, int]:
        """Where the ``most`` documents of :meth:`shared` lie that share most (of the bands and of
        the keys together, of equal ones the oldest), and how many lists were too long."""

    def likely(
        self, sketch: NDArray[np.uint8], caps: Caps, most: int, language: int, least: Least
    ) -> tuple[Places, int] | None:
        """Those of :meth:`strongest` for a packed sketch (``sketch.one``) that are worth verifying,
        the most alike first; None by a store that has no shorter way to that than others have."""

    def traces(self, site: bytes) -> list[Held]:
        """Traces that the latest documents of a site have left, oldest first: a few at most, and of
        those that are there as they were put."""

    def sites(self) -> Iterator[bytes]:
        """All sites where documents left traces; those of some may be gone meanwhile."""

    def __iter__(self) -> Iterator[bytes]:
        """Keys of all documents in the order of their numbers; writes meanwhile are allowed."""

    def __len__(self) -> int:
        """Number of documents."""

    def batch(self) -> AbstractContextManager[None]:
        """Groups writes into one transaction; does not nest."""

    def adding(self) -> AbstractContextManager[None]:
        """Many calls of ``put`` follow: upkeep that takes long may be done beside them, and is done
        at the end."""

    def compact(self) -> None:
        """Gives back the room of what was removed or replaced; may do nothing."""

    def check(self) -> list[str]:
        """Reads everything; what is inconsistent, empty when all is well."""

    def info(self) -> dict[str, Any]:
        """``kind``, ``path``, ``documents``, ``bytes`` and the number of ``postings`` by view."""

    def close(self) -> None:
        """Frees what the store holds; may be called again."""
