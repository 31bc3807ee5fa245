"""Where the two corridors meet: score a document, compare two, query and fill an index.

Detector ── quality.assess ──┐
    └───── Index ── candidates ── verify ──┴─→ Verdict
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from functools import cached_property
from itertools import chain, islice
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from dupdetect.config import Config
from dupdetect.index import CandidateIndex
from dupdetect.index.exchange import to_lsh, write_documents
from dupdetect.index.foreign import signatures_of
from dupdetect.index.likely import Likely
from dupdetect.index.stores.rings import MOST_TRACES
from dupdetect.kernels._jit import settle
from dupdetect.quality import assess_many, refine, with_templates
from dupdetect.quality.resources import pin
from dupdetect.quality.sketching import (
    BATCH,
    OneText,
    mask_page,
    sketch_ahead,
    sketch_articles,
    with_language,
)
from dupdetect.records import Document, Match, Verdict, checked
from dupdetect.schemas import PAIR_RESULTS
from dupdetect.sketch.batch import SketchBatch
from dupdetect.sketch.one import words_in
from dupdetect.sketch.traces import PageLines
from dupdetect.text.tokens import tokenize_texts
from dupdetect.verify import verify_known
from dupdetect.verify.known import matches_known, models_of, verify_one
from dupdetect.verify.matching import matches_of

if TYPE_CHECKING:
    from datasketch import LeanMinHash, MinHash, MinHashLSH

#: Questions or single additions after which numba is worth its start: 0.1 ms each from then on.
_OFTEN = 16
#: An index at most so many times as large as what was added at once is tidied up then.
_LARGE = 2


def score(document: Document | str, *, config: Config | None = None) -> Verdict:
    """Scores and findings of one document (or plain text), without an index."""
    return Detector(config=config).score(document)


def compare(a: Document | str, b: Document | str, *, config: Config | None = None) -> Match:
    """How two documents (or plain texts) relate, with passages when they do."""
    config = config or Config()
    pair = [with_language(_document(a, "a")), with_language(_document(b, "b"))]
    batch = sketch_articles([document.text for document in pair], config)
    return matches_of(batch, np.array([[0, 1]]), pair, config)[0]


def compare_pairs(
    ids: Sequence[str],
    a: Sequence[str],
    b: Sequence[str],
    *,
    config: Config | None = None,
    progress: Callable[[int], None] | None = None,
) -> pa.Table:
    """Many pairs of texts at once: a table in ``schemas.PAIR_RESULTS``, in the order given.

    ``progress`` is called with the number of pairs done after each batch. Raises ValueError when
    the three sequences differ in length, TextError for lone surrogates.
    """
    if not len(ids) == len(a) == len(b):
        raise ValueError(f"{len(ids)} ids, {len(a)} texts a and {len(b)} texts b are no pairs")
    config = config or Config()
    rows: list[dict[str, Any]] = []
    for at in range(0, len(ids), BATCH):
        part = slice(at, at + BATCH)
        documents = [with_language(Document(id="a", text=text)) for text in a[part]]
        documents += [with_language(Document(id="b", text=text)) for text in b[part]]
        batch = sketch_articles([document.text for document in documents], config)
        numbers = np.arange(len(documents) // 2)
        pairs = np.stack([numbers, numbers + len(numbers)], axis=1)
        found = matches_of(batch, pairs, documents, config)
        rows += [{**match.to_dict(), "id": id} for id, match in zip(ids[part], found, strict=True)]
        if progress is not None:
            progress(len(found))
    return pa.Table.from_pylist(rows, schema=PAIR_RESULTS)


class Index:
    """Known documents, found again when a copy, rewrite or translation of one comes by.

    Open with :meth:`open`; use as a context manager. The same id again replaces. Documents of fewer
    than ``config.shingle.min_tokens`` words are stored but never match.
    """

    def __init__(self, candidates: CandidateIndex) -> None:
        self._candidates = candidates
        self.config = candidates.config
        self._questions = 0
        self._upkeep, self._adding = ExitStack(), False
        self._one = OneText(self.config)

    @classmethod
    def open(
        cls,
        path: str | Path | None = None,
        *,
        config: Config | None = None,
        create: bool = True,
        readonly: bool = False,
        keep_text: bool | None = None,
    ) -> Index:
        """The index at a folder or ``redis://`` address, created if absent and ``create``; in
        memory for None.

        Without ``config`` an existing index keeps its settings, without ``keep_text`` what it was
        created with (by default texts are kept: they give matches their passages; scores are the
        same without). Raises IndexError_, IndexCorruptError, or IndexMismatchError saying which
        settings differ.
        """
        return cls(
            CandidateIndex.open(
                path, config=config, create=create, readonly=readonly, keep_text=keep_text
            )
        )

    @cached_property
    def _models(self) -> NDArray[np.uint8]:
        return models_of(self.config)

    def add(self, document: Document) -> None:
        """Adds one document; it is durable when this returns (inside :meth:`batch`, at its end).

        Threads may add at once: what waits while the disk is waited for becomes durable together.
        """
        own = with_language(checked(document))
        spans, lines = mask_page(own.text) if own.url else (None, None)
        self._add_one(own, self._one.sketch(own.text, spans), lines)

    def _add_one(
        self, document: Document, sketch: NDArray[np.uint8], lines: PageLines | None
    ) -> None:
        self._settle()
        self._begin()
        self._candidates.add_one(document, sketch, lines)

    def add_many(self, documents: Iterable[Document]) -> None:
        """Adds documents in transactions of some hundreds or thousands; the next ones are sketched
        while those before them are written. A generator is read as it is needed. What makes up
        half of the index leaves it as :meth:`tidy` does."""
        parts, known = sketch_ahead(documents, self.config, most=MOST_TRACES), len(self)
        bulk = self._candidates.bulk
        for first in parts:
            self._begin()
            self._candidates.add_parts(chain([first], islice(parts, -(-bulk // BATCH) - 1)))
        if len(self) - known >= max(bulk, len(self) // _LARGE):
            self.tidy()

    def _begin(self) -> None:
        if not self._adding:
            self._upkeep.enter_context(self._candidates.adding())
            self._adding = True

    def tidy(self) -> None:
        """Waits until what adding has left to be done is done, as :meth:`close` does: segments are
        merged by a thread, and the fewer there are the quicker is a query. Raises what it has met.
        """
        self._adding = False
        self._upkeep.close()

    def query(self, document: Document | str) -> list[Match]:
        """Matches among the known documents, best first; ``a`` is the document asked for.

        A document never matches the known one of its own id; a plain text has no id.
        """
        own = with_language(_document(document, "query"))
        exclude = None if isinstance(document, str) else document.id
        return self._matches(own, self._one.sketch(own.text), exclude)

    def _matches(
        self, own: Document, sketch: NDArray[np.uint8], exclude: str | None
    ) -> list[Match]:
        """Matches of a document with a language, by its packed sketch."""
        self._settle()
        known = self._candidates.likely_one(sketch, language=own.language, exclude=exclude)
        if not len(known):
            return []
        verdicts = verify_one(sketch, own, known, self._models)
        if verdicts is None:
            return []
        rows = np.zeros(len(known), np.int64)
        return matches_known(verdicts, rows, [own], known, self.config)[0]

    def query_many(self, documents: Iterable[Document | str]) -> list[list[Match]]:
        """Matches of each document, as :meth:`query` gives them; cheaper than one by one."""
        if isinstance(documents, str):
            raise TypeError("query_many needs several documents, not one text")
        found, waiting = list[list[Match]](), iter(documents)
        while part := list(islice(waiting, BATCH)):
            found += self._related_many(part)
        return found

    def _sketched(self, documents: Sequence[Document]) -> tuple[list[Document], SketchBatch]:
        spoken = [with_language(document) for document in documents]
        return spoken, sketch_articles([document.text for document in spoken], self.config)

    def _related_many(self, documents: Sequence[Document | str]) -> list[list[Match]]:
        """Matches of documents, or of plain texts."""
        own, batch = self._sketched([_document(asked, "query") for asked in documents])
        self._settle()
        found = [
            self._candidates.likely(
                batch, row, language=own[row].language,
                exclude=given.id if isinstance(given, Document) else None,
            )
            for row, given in enumerate(documents)
        ]  # fmt: skip
        known = Likely.joined(found)
        if not len(known):
            return [[] for _ in own]
        rows = np.repeat(np.arange(len(found)), [len(mine) for mine in found])
        verdicts = verify_known(batch, rows, own, known, self.config)
        return matches_known(verdicts, rows, own, known, self.config)

    def _settle(self) -> None:
        self._questions += 1
        if self._questions == _OFTEN:
            settle()

    def remove(self, id: str) -> bool:
        """Forgets a document; whether it was there."""
        return self._candidates.remove(id)

    def get(self, id: str) -> Document | None:
        """The stored document, or None."""
        return self._candidates.get(id)

    def contains(self, id: str) -> bool:
        """Whether a document of this id is known; ``id in index`` asks the same."""
        return id in self._candidates

    def __contains__(self, id: str) -> bool:
        return id in self._candidates

    def __len__(self) -> int:
        return len(self._candidates)

    def __iter__(self) -> Iterator[str]:
        return self._candidates.ids()

    def batch(self) -> AbstractContextManager[None]:
        """Groups writes into one transaction: all durable at its end, or none."""
        return self._candidates.batch()

    def merge(self, other: Index) -> int:
        """Adds all documents of another index, which replace those of the same id; how many.

        Raises IndexMismatchError when the two were built with different settings.
        """
        return self._candidates.merge(other._candidates)

    def export(self, folder: str | Path) -> int:
        """Writes ``documents.parquet`` as a scan does, without scores; how many documents."""
        return write_documents(self._candidates, Path(folder))

    def to_datasketch(self, *, threshold: float = 0.5) -> MinHashLSH:
        """All documents as datasketch's MinHashLSH in memory, with ids as its keys."""
        return to_lsh(self._candidates, threshold=threshold)

    def import_datasketch(
        self, source: MinHashLSH | Iterable[tuple[str, MinHash | LeanMinHash]]
    ) -> int:
        """Adds the ids and signatures of a MinHashLSH, or of pairs ``(id, MinHash)``; how many.

        Nothing but the signature is known of them: they are found by :meth:`resembling`, never by
        :meth:`query`. Raises ConfigError when seed, scheme or permutations differ from ours; that
        the shingles are ours (3 words, ``sketch.to_datasketch``) is for the caller to know.
        """
        return self._candidates.add_signatures(signatures_of(source, self.config))

    def resembling(
        self, document: Document | str, *, threshold: float = 0.5
    ) -> list[tuple[str, float]]:
        """Imported signatures that are like a document's: ids and estimated Jaccard similarity."""
        _, batch = self._sketched([_document(document, "query")])
        return self._candidates.resembling(batch, threshold=threshold)

    def compact(self) -> None:
        """Gives back the room of what was removed or replaced."""
        self._candidates.compact()

    def info(self) -> dict[str, Any]:
        """Kind, path, documents, bytes and settings."""
        return self._candidates.info()

    def verify(self) -> list[str]:
        """Reads everything; what is wrong, empty when nothing is."""
        return self._candidates.verify()

    def close(self) -> None:
        """Frees the store; may be called again. Nothing else may: IndexError_."""
        try:
            self.tidy()
        finally:
            self._candidates.close()

    def __reduce__(self) -> NoReturn:
        raise TypeError("an Index stays in its process: let each process open it by its path")

    def __enter__(self) -> Index:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class Detector:
    """Scores documents and, with an index, finds what they derive from.

    Raises ModelError or ConfigError when ``config.quality`` names a model or list that is unusable.
    """

    def __init__(self, *, index: Index | None = None, config: Config | None = None) -> None:
        self.index = index
        self.config = pin(config or (index.config if index is not None else Config()))

    def score(self, document: Document | str) -> Verdict:
        """Scores and findings; matches too when there is an index. Nothing is added."""
        return self._examined(document)[0]

    def _examined(
        self, document: Document | str
    ) -> tuple[Verdict, NDArray[np.uint8] | None, PageLines | None]:
        """The verdict, and the document's packed sketch and lines if there is an index: made once
        for all uses."""
        own = with_language(_document(document, "text"))
        language, index = own.language or "und", self.index
        assessment = assess_many(
            [own], config=self.config, languages=[language], masked=index is not None,
            pages=index is not None,
        )[0]  # fmt: skip
        matches: tuple[Match, ...] = ()
        sketch = None
        if index is not None:
            sketch = index._one.without(own.text, assessment.masked)
            exclude = document.id if isinstance(document, Document) else None
            matches = tuple(index._matches(own, sketch, exclude))
            if assessment.page is not None:
                traces = index._candidates.traces(own.url)
                assessment = with_templates(assessment, own, traces, matches)
        if matches:
            assessment = refine(assessment, matches, document=own.id)
        verdict = Verdict(
            document=own,
            language=language,
            n_words=int(tokenize_texts([own.text]).doc[1]) if sketch is None else words_in(sketch),
            scores=assessment.scores,
            findings=assessment.findings,
            matches=matches,
            parts=assessment.parts,
        )
        return verdict, sketch, assessment.page

    def process(
        self, document: Document, *, keep: Callable[[Verdict], bool] | None = None
    ) -> Verdict:
        """Scores, queries, then adds the document to the index: one call per crawled page.

        ``keep`` says of a verdict whether its document is added (by default all are). Raises
        TypeError for a plain text, which has no id to be known by.
        """
        if not isinstance(document, Document):
            raise TypeError(f"process needs a Document, not {type(document).__name__}")
        verdict, sketch, page = self._examined(document)
        if self.index is not None and sketch is not None and (keep is None or keep(verdict)):
            self.index._add_one(verdict.document, sketch, page)
        return verdict


def _document(value: Document | str, id: str) -> Document:
    return Document(id=id, text=value) if isinstance(value, str) else checked(value)
