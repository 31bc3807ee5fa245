"""The candidate index: which known documents share keys with this one. Never a verdict.

The anchor view's keys are pairs of anchors that stand close together, 256 sampled a document by
weighted bottom-k; a candidate shares three. Measured against inverted lists of the rarest anchors
and weighted MinHash bands (``benchmarks/results/candidates.jsonl``; 240 planted rewrites and
translations, haystacks of 5,000 to 200,000 documents): lists of the 24 or 64 rarest anchors need a
tenth of the bytes but lose their sources as the corpus grows (at 200,000 half and more, since
single anchors become common and their lists are cut off); bands of weighted MinHash either miss
(32 bands of 3: .4 to .7) or bring candidates in proportion to the corpus (64 bands of 2, not
capped: 382 a document at 35,000, 1,500 at 200,000). Pairs keep 0.98 to 1.0 of spun, LLM-written and
condensed texts and 0.93 of translations at 200,000, and their lists stay short, because two anchors
are rarely near each other by chance. Of more than ``anchor.max_candidates`` those that share most
keys are kept: the true source is far ahead, so 48 lose none that 200 find, and candidates per
document stay flat whatever the event. What caps cut off is counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from functools import cached_property
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from dupdetect.config import Config
from dupdetect.errors import IndexCorruptError
from dupdetect.index import foreign, likely, upkeep
from dupdetect.index import header as headers
from dupdetect.index.entries import entries, entry_of_one, entry_of_signature, key_of
from dupdetect.index.likely import Likely, code_of, most_alike
from dupdetect.index.opening import alone, open_store
from dupdetect.index.records import Record, parse
from dupdetect.index.sketches import Sketches
from dupdetect.index.stores.base import Caps, Places, Shared, Store, placed
from dupdetect.index.stores.closed import Closed
from dupdetect.records import Document
from dupdetect.sketch.batch import SketchBatch
from dupdetect.sketch.one import unpacked
from dupdetect.sketch.traces import NO_LINES, Lines, PageLines, site_of

#: Candidates of one document that are verified, the most alike first: of a template's thousand
#: copies a few are enough, and all would take 10 ms.
MOST_VERIFIED = 64
_NOBODY = Likely(placed([], []))


class Candidate(NamedTuple):
    """A document worth verifying, and the keys of each view that it shares with the query."""

    id: str
    shared_bands: int
    shared_keys: int


class CandidateIndex:
    """Documents by id, found again by the keys of their sketches.

    Use :meth:`open`, or pass a store. ``config`` None takes the settings of an existing store, and
    ``keep_text`` None what it was created with (by default texts are kept). ``unverified`` counts
    candidates that :meth:`likely` left out since there were more than :data:`MOST_VERIFIED`,
    ``cut`` lists of hot keys that were read in part or not at all (as ``max_bucket`` says). Raises
    IndexMismatchError when the store was built with other settings.
    """

    def __init__(
        self, store: Store, *, config: Config | None = None, keep_text: bool | None = None
    ) -> None:
        self._store = store
        self.unverified = self.cut = 0
        # Asked again where there are documents: another process may have begun meanwhile.
        stored = store.header() or (store.header() if len(store) else None)
        if stored is None:
            if len(store):
                raise IndexCorruptError(f"{_path(store)}: documents but no header")
            self.config = config or Config()
            self.keep_text = keep_text is not False
            said = {"keep_text": self.keep_text}
            store.set_header(headers.encode(headers.settings(self.config) | said))
            return
        found = headers.decode(stored, path=_path(store))
        self.config = headers.adopt(found, Config()) if config is None else config
        headers.check(found, self.config, path=_path(store))
        self.keep_text = bool(found.get("keep_text", True)) if keep_text is None else keep_text

    @classmethod
    def open(
        cls,
        path: str | Path | None,
        *,
        config: Config | None = None,
        create: bool = True,
        readonly: bool = False,
        keep_text: bool | None = None,
    ) -> CandidateIndex:
        """The index in the folder ``path`` (LMDB) or at a ``redis://`` address (see
        ``stores.redis_server``), or a new one in memory for None.

        Raises IndexError_ when there is none and ``create`` is false, or it cannot be opened;
        IndexCorruptError when something else lies there; IndexMismatchError.
        """
        with alone(path, create=create and not readonly):
            store = open_store(path, create=create, readonly=readonly)
            try:
                return cls(store, config=config, keep_text=keep_text)
            except BaseException:
                store.close()
                raise

    def add(self, document: Document, sketches: Sketches, row: int = 0) -> None:
        """Adds ``document`` with row ``row`` of ``sketches``; the same id again replaces."""
        rows = range(row, row + 1)
        self._store.put(entries([document], sketches, rows, NO_LINES, keep_text=self.keep_text))

    def add_one(
        self, document: Document, sketch: NDArray[np.uint8], lines: PageLines | None = None
    ) -> None:
        """Adds a document with the packed sketch of its text (``sketch.one``), and the lines by
        which its site may know it."""
        self._store.put([entry_of_one(document, sketch, lines, keep_text=self.keep_text)])

    def add_many(
        self, documents: Sequence[Document], sketches: Sketches, lines: Lines = NO_LINES
    ) -> None:
        """Adds documents, one per row of ``sketches``, in one transaction; ``lines`` of those that
        leave a trace at their site."""
        self.add_parts([(documents, sketches, lines)])

    def add_parts(self, parts: Iterable[tuple[Sequence[Document], Sketches, Lines]]) -> None:
        """Adds documents that were sketched in several parts, in one transaction."""
        made = [
            entry
            for documents, sketches, lines in parts
            for entry in entries(
                documents,
                sketches,
                range(len(sketches.has_signature)),
                lines,
                keep_text=self.keep_text,
            )
        ]
        if made:
            self._store.put(made)

    def add_signatures(self, signatures: Iterable[tuple[str, NDArray[np.uint32]]]) -> int:
        """Adds ids of which the signature is all that is known (see ``index.foreign``); how many.

        The same id again replaces. Transactions are of ``bulk`` documents.
        """
        total = 0
        waiting = iter(signatures)
        while part := list(islice(waiting, self.bulk)):
            self._store.put([entry_of_signature(id, values, self.config) for id, values in part])
            total += len(part)
        return total

    def resembling(
        self, sketches: SketchBatch, row: int = 0, *, threshold: float = 0.5
    ) -> list[tuple[str, float]]:
        """Documents of which only the signature is known, and their estimated Jaccard similarity
        with a row, if at least ``threshold``; highest first."""
        bands, _ = _row(sketches, row)
        if not len(bands):
            return []
        numbers = self._shared(bands, np.empty(0, np.uint64)).numbers
        places = self._store.places(numbers)
        found = []
        for i in range(len(numbers)):
            if name := places.name(i):
                record = parse(name, places.content(i))
                alike = foreign.resemblance(sketches.signatures[row], record.signature)
                if alike >= threshold and len(record.signature):
                    found.append((record.id, alike))
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))

    @property
    def bulk(self) -> int:
        """Documents that are best added in one transaction when there are many."""
        return self._store.bulk

    def remove(self, id: str) -> bool:
        """Forgets a document; whether it was there."""
        return self._store.delete([key_of(id)]) == 1

    def candidates(
        self, sketches: Sketches, row: int = 0, *, exclude: str | None = None
    ) -> list[Candidate]:
        """Documents that share a band, or ``anchor.min_shared`` keys, with a row; best first.

        Ranked by the share of the row's bands plus the share of its keys that they have, then by
        id; at most ``anchor.max_candidates``. Of a band's bucket only ``shingle.max_bucket``
        documents are looked at, keys with more than ``anchor.max_bucket`` documents are ignored.
        ``exclude`` leaves out one id, that of the document itself.
        """
        own_bands, own_keys = _row(sketches, row)
        if not len(own_bands):
            return []
        found = self._shared(own_bands, own_keys)
        strengths = found.bands / len(own_bands) + found.keys / max(len(own_keys), 1)
        names = self._store.names(found.numbers.tolist())
        ranked = sorted(
            (-strength, Candidate(name.decode("utf-8", "surrogatepass"), int(bands), int(keys)))
            for strength, name, bands, keys in zip(
                strengths, names, found.bands, found.keys, strict=True
            )
            if name is not None
        )
        most = self.config.anchor.max_candidates
        return [candidate for _, candidate in ranked if candidate.id != exclude][:most]

    def likely(
        self, batch: SketchBatch, row: int = 0, *, language: str | None = None,
        exclude: str | None = None,
    ) -> Likely:  # fmt: skip
        """Candidates that verification may call related, most likely first.

        Candidates are those of :meth:`candidates` (of equal rank the oldest); of these, the packed
        sketches must show enough in common (:data:`~dupdetect.index.likely.LEAST`).
        """
        bands, keys = _row(batch, row)
        if not len(bands):
            return _NOBODY
        places, cut = self._store.strongest(bands, keys, self._caps, self._most)
        self.cut += cut
        if not len(places.key):
            return _NOBODY
        return self._chosen(places, most_alike(batch, row, language, places), exclude)

    def likely_one(
        self, sketch: NDArray[np.uint8], *, language: str | None = None, exclude: str | None = None
    ) -> Likely:
        """:meth:`likely` for the sketch of one text (``sketch.one``), in one step where the store
        has such."""
        found = self._store.likely(sketch, self._caps, self._most, code_of(language), likely.LEAST)
        if found is None:
            return self.likely(unpacked(sketch), language=language, exclude=exclude)
        places, cut = found
        self.cut += cut
        return self._chosen(places, None, exclude) if len(places.key) else _NOBODY

    @cached_property
    def _most(self) -> int:
        return self.config.anchor.max_candidates + 1

    def _chosen(
        self, places: Places, chosen: NDArray[np.int64] | None, exclude: str | None
    ) -> Likely:
        """Of what is likely (None: all, in their order) the first that are not ``exclude``."""
        rows = range(len(places.key)) if chosen is None else chosen.tolist()
        if exclude is not None:
            own = key_of(exclude)
            sizes = (places.record - places.key).tolist()
            rows = [i for i in rows if sizes[i] != len(own) or places.name(i) != own]
        if len(rows) > MOST_VERIFIED:
            self.unverified += len(rows) - MOST_VERIFIED
            rows = rows[:MOST_VERIFIED]
        if chosen is None and len(rows) == len(places.key):
            return Likely(places)
        key, record, end, held = places
        return Likely(Places(key[rows], record[rows], end[rows], held))

    @cached_property
    def _caps(self) -> Caps:
        shingle, anchor = self.config.shingle, self.config.anchor
        return Caps(shingle.max_bucket, anchor.max_bucket, anchor.min_shared)

    def _shared(self, bands: NDArray[np.uint64], keys: NDArray[np.uint64]) -> Shared:
        """All candidates with what they share, in the order of their numbers."""
        found = self._store.shared(bands, keys, self._caps)
        self.cut += found.cut
        return found

    def traces(self, url: str | None) -> list[bytes]:
        """The traces of the latest pages of a URL's site (see :mod:`dupdetect.sketch.traces`)."""
        site = site_of(url)
        return [held.trace for held in self._store.traces(site)] if site else []

    def get(self, id: str) -> Document | None:
        """The stored document, without its text if texts are not kept; None if unknown."""
        return self.get_many([id])[0]

    def get_many(self, ids: Sequence[str]) -> list[Document | None]:
        """Stored documents in the order of ``ids``."""
        keys = [key_of(id) for id in ids]
        records = self._store.get(keys)
        return [
            None if record is None else parse(key, record).document()
            for key, record in zip(keys, records, strict=True)
        ]

    def __contains__(self, id: str) -> bool:
        return self._store.contains(key_of(id))

    def __len__(self) -> int:
        return len(self._store)

    def ids(self) -> Iterator[str]:
        """Ids of all documents, oldest first."""
        return (key.decode("utf-8", "surrogatepass") for key in self._store)

    def batch(self) -> AbstractContextManager[None]:
        """Groups the thread's writes into one transaction: all durable at its end, or none."""
        return self._store.batch()

    def adding(self) -> AbstractContextManager[None]:
        """For many calls of :meth:`add_parts`: the store's upkeep is done beside them."""
        return self._store.adding()

    def info(self) -> dict[str, Any]:
        """The store's kind, path, documents, bytes, postings, and the ``settings`` of sketches."""
        settings = headers.decode(self._store.header() or b"{}", path=_path(self._store))
        counted = {"unverified": self.unverified, "cut": self.cut}
        return {**self._store.info(), **counted, "settings": settings}

    def verify(self) -> list[str]:
        """Reads the whole index; what is wrong with it, empty when nothing is."""
        return upkeep.problems_of(self._store, self.config)

    def merge(self, other: CandidateIndex) -> int:
        """Adds all documents of another index, which replace those of the same id; how many.

        Raises IndexMismatchError when the two were built with different settings.
        """
        stored = other._store.header() or b"{}"
        path = _path(other._store)
        headers.check(headers.decode(stored, path=path), self.config, path=path)
        return upkeep.copy_into(self._store, other._store, self.config)

    def compact(self) -> None:
        """Gives back the room of what was removed or replaced."""
        self._store.compact()

    def records(self) -> Iterator[Record]:
        """All documents as they are stored, oldest first; raises IndexCorruptError."""
        for chunk in upkeep.records_of(self._store):
            yield from (parse(key, record) for key, record in chunk)

    def close(self) -> None:
        """Frees the store; what is asked of it later raises IndexError_."""
        self._store.close()
        self._store = cast("Store", Closed(_path(self._store)))

    def __enter__(self) -> CandidateIndex:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _path(store: Store) -> str:
    """Where a store is, for messages."""
    return str(getattr(store, "path", "") or "memory")


def _row(sketches: Sketches, row: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Posting keys of a row; none for documents too short for a signature, which never match."""
    if not sketches.has_signature[row]:
        return np.empty(0, np.uint64), np.empty(0, np.uint64)
    keys = sketches.keys[sketches.key_doc[row] : sketches.key_doc[row + 1]]
    return sketches.bands[row], keys
