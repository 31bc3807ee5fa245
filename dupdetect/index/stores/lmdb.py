"""The embedded store: an LMDB folder and segments beside it, for many processes at once.

LMDB alone, with a table entry per posting, took 23.6 KB a document, added 600 documents a second
and answered in 1.85 ms at 35,000 documents: 270 random keys a document are what a B+tree does
worst. So LMDB keeps what must change atomically (the state, the recent documents, lists of the
removed) and everything else lies in immutable segments that are sorted once and mapped: a
log-structured merge-tree (O'Neil et al. 1996).

- ``put`` writes one value of packed keys and records per call: one write, one sync; what several
  threads put while one of them waits for the disk is written and synced at once.
- 4,096 recent documents become a segment, in the same transaction; as many at once become one by
  themselves, which spares the value and the table of the next point. Segments that together hold
  as many documents as the one before them are merged with it, outside of any transaction, by
  whichever process comes first (the others go on), and there by a thread if more is to be added
  (``adding``); at the end of that those that hold a quarter as many are.
- A process keeps the recent documents' lists in a small table of its own, which follows other
  processes' writes; a read begins by comparing the last transaction's number with the one it knows.
- Removed and replaced documents are a bitmap over numbers until a merge leaves them out.

What a document of 400 words takes (``news_fr``): 1.6 KB shingles and 0.8 KB anchors (the packed
sketch, from which scores are exact), 0.2 KB metadata, and 266 postings at 4 to 6 bytes: keys are
cut to the 40 bits of a hash, of which the bucket in a table of offsets says 20 to 24, and each
document takes 3 bytes. Keys that documents share are written once, which saves 0.4 KB, the more the
larger the index; signatures are not stored, as they follow from the shingles (0.5 KB).

Figures (``python -m benchmarks index``, two cores): 4,194 bytes a document at 100,000, 3,776 at
1,000,000 in one segment; 5,300 to 7,300 documents added a second, of which merging takes a third of
the processor time; a single one takes 0.2 ms and a commit, which syncs twice. Opened in 2 ms. A
process's own memory after 1,000 queries is the same at 10,000 documents as at 1,000,000 (155 and
160 MB, most of it compiled kernels and tables of words; with 4,000 recent documents, the most there
are, 187); the maps are the system's to give and take. A segment keeps one file open.

Tables: ``meta`` (header, state), ``tail`` (number of the first → block of documents), ``dead``
(count → numbers), ``sites`` (site → traces of its latest documents). A crash can leave a file that
no state names; it is deleted after the next merge.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dupdetect.errors import IndexError_
from dupdetect.index.stores.base import Caps, Entry, Places, Postings, Shared, View
from dupdetect.index.stores.environment import translated
from dupdetect.index.stores.merging import AT_REST, bits_of, fits
from dupdetect.index.stores.recent import Added
from dupdetect.index.stores.rings import Held, checked
from dupdetect.index.stores.snapshot import ANCHORS, BANDS, Snapshot, Stored, digests_of, wrap
from dupdetect.index.stores.together import Together
from dupdetect.index.stores.versions import HEADER, Versions
from dupdetect.kernels.likely import Least
from dupdetect.kernels.postings import hash_keys

U64 = NDArray[np.uint64]

_VIEWS: dict[View, int] = {"bands": BANDS, "anchors": ANCHORS}


class LmdbStore(Versions):
    """A :class:`~dupdetect.index.stores.base.Store` in a folder.

    An environment can be open once in a process, and not across a fork. ``recent``: documents that
    make a segment.
    """

    @property
    def bulk(self) -> int:
        """See Store: as many as make a segment."""
        return self._unit

    def header(self) -> bytes | None:
        """See Store."""
        with self._env.reading() as txn:
            value: bytes | None = txn.get(HEADER, db=self._meta)
            return value

    def set_header(self, header: bytes) -> None:
        """See Store."""
        self._env.write(lambda txn: txn.put(HEADER, header, db=self._meta))

    def put(self, entries: Sequence[Entry]) -> None:
        """See Store."""
        if self._env.batching():
            self._put_all([entries])
        elif entries:
            tail = self._known.state.tail
            self._together.do(entries)
            self._maintain_after(tail)

    @cached_property
    def _together(self) -> Together[Sequence[Entry]]:
        return Together(self._put_all)

    def _put_all(self, parts: Sequence[Sequence[Entry]]) -> None:
        """Documents of several calls in one transaction; the last of an id stays."""
        kept = list({entry.key: entry for entries in parts for entry in entries}.values())
        if kept:
            fresh = _added(kept)
            keys = [entry.key for entry in kept]
            left = [(i, e.site, checked(e.trace)) for i, e in enumerate(kept) if e.trace]
            self._written_by(lambda txn: self._change(txn, keys, fresh, left))

    def delete(self, keys: Sequence[bytes]) -> int:
        """See Store."""
        kept = list(dict.fromkeys(keys))
        return int(self._write(lambda txn: self._change(txn, kept, [])))

    def get(self, keys: Sequence[bytes]) -> list[bytes | None]:
        """See Store."""
        snapshot = self._snapshot()
        found = [snapshot.stored(number) for number in snapshot.find(keys)]
        return [None if stored is None else stored.record for stored in found]

    def contains(self, key: bytes) -> bool:
        """See Store."""
        return self._snapshot().find([key])[0] > 0

    def lookup(self, view: View, keys: U64, *, cap: int) -> Postings:
        """See Store."""
        return self._snapshot().lookup(_VIEWS[view], hash_keys(keys), cap=cap)

    def names(self, numbers: Sequence[int]) -> list[bytes | None]:
        """See Store."""
        found = map(self._snapshot().stored, numbers)
        return [None if stored is None else stored.key for stored in found]

    def records(self, numbers: Sequence[int]) -> list[bytes | None]:
        """See Store."""
        return self._snapshot().records(numbers)

    def shared(self, bands: U64, keys: U64, caps: Caps) -> Shared:
        """See Store."""
        return self._snapshot().shared(bands, keys, caps)

    def places(self, numbers: NDArray[np.int64]) -> Places:
        """See Store."""
        return self._snapshot().places(numbers)

    def strongest(self, bands: U64, keys: U64, caps: Caps, most: int) -> tuple[Places, int]:
        """See Store."""
        return self._snapshot().strongest(bands, keys, caps, most)

    def likely(
        self, sketch: NDArray[np.uint8], caps: Caps, most: int, language: int, least: Least
    ) -> tuple[Places, int]:
        """See Store."""
        return self._snapshot().likely(sketch, caps, most, language, least)

    def __iter__(self) -> Iterator[bytes]:
        """See Store."""
        return (stored.key for _, stored in self._snapshot())

    def traces(self, site: bytes) -> list[Held]:
        """See Store."""

        def read(txn: Any) -> tuple[list[Held], Snapshot]:
            return self._sites.read(txn, site), self._current(txn)

        held, snapshot = self._attempt(read)
        return [one for one in held if snapshot.lives(one.number)]

    def sites(self) -> Iterator[bytes]:
        """See Store."""
        return (site for site, _ in self._sites.rings())

    def __len__(self) -> int:
        return self._snapshot().state.documents

    @contextmanager
    def batch(self) -> Iterator[None]:
        """See Store. Writes are kept in memory until the end, to be done again on a larger map."""
        if self._env.batching():
            raise IndexError_("a batch is already open on this index")
        with self._writing:
            try:
                with self._env.batch():
                    yield
            except BaseException:
                self._staged = None
                raise
            self._publish()
        self._meanwhile.do(self._maintain)

    @contextmanager
    def adding(self) -> Iterator[None]:
        """See Store: segments are merged by a thread, of which two cores have time for one."""
        with self._meanwhile:
            yield
        if not self._env.batching():  # a transaction is not the place for it
            self._maintain(AT_REST)

    def compact(self) -> None:
        """See Store: one segment (for every 8 million numbers), nothing of the dead."""
        if self._env.batching():
            raise IndexError_("an index cannot be compacted inside a batch")
        self._write(self._flush_all)
        self._write(lambda txn: self._sites.purge(txn, living=self._latest(txn).lives))
        with translated(self.path), self._merge_lock(wait=True):
            begin = 0
            while begin < len(parts := self._snapshot().state.parts):
                end = begin + 1
                while end < len(parts) and fits(parts[begin : end + 1]):
                    end += 1
                last = parts[end - 1].first + parts[end - 1].count
                dead = bits_of(self._snapshot().dead, parts[begin].first, last)
                if end > begin + 1 or dead.any():
                    self._merge(begin, end)
                begin += 1

    def check(self) -> list[str]:
        """See Store: files whole, every document under its id, counts as stated."""
        from dupdetect.index.stores.checking import problems_of

        problems = problems_of(self._snapshot())
        return problems + self._sites.problems(lambda: self._snapshot().state.next)

    def info(self) -> dict[str, Any]:
        """See Store; ``bytes`` are those in use in all files."""
        snapshot = self._snapshot()
        state, used = snapshot.state, self._env.info()
        used["bytes"] += sum(part.size for part in state.parts)
        return {
            "kind": "lmdb",
            "path": str(self.path),
            "documents": state.documents,
            "postings": {"bands": state.bands, "anchors": state.anchors},
            "segments": len(state.parts),
            "recent": state.next - state.tail,
            **used,
        }

    def close(self) -> None:
        """See Store."""
        self._env.close()


def _added(entries: Sequence[Entry]) -> list[Added]:
    """Documents as they are stored: all keys are hashed at once."""
    ids = digests_of([entry.key for entry in entries])
    parts = [part for i, e in enumerate(entries) for part in (ids[i : i + 1], e.bands, e.anchors)]
    hashes = hash_keys(np.concatenate(parts))
    added, at = [], 0
    for entry in entries:
        lengths = 1, len(entry.bands), len(entry.anchors)
        end = at + sum(lengths)
        stored = Stored(entry.key, entry.record, lengths[BANDS], lengths[ANCHORS])
        added.append(Added(wrap(stored), hashes[at:end], lengths))
        at = end
    return added
