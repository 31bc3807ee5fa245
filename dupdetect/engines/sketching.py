"""What a worker does with a batch of items: extract, identify, sketch, assess, write a shard."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import Any, TypeVar

import pyarrow as pa

from dupdetect.config import Config
from dupdetect.engines.batches import skip_of
from dupdetect.engines.messages import Item, decode_items
from dupdetect.engines.pool import FATAL
from dupdetect.engines.spool import DOCUMENTS, FINDINGS, ShardName, write_shard
from dupdetect.errors import ExtractError, TextError
from dupdetect.extract import Sandbox
from dupdetect.quality import Assessment, assess_many
from dupdetect.quality.resources import pin
from dupdetect.quality.sketching import sketch_articles
from dupdetect.records import Document, Skip
from dupdetect.sketch.batch import SketchBatch, sketch_texts
from dupdetect.text.language import spoken
from dupdetect.text.urls import domain

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class _Assessed:
    document: Document
    source: str
    assessment: Assessment


class Sketching:
    """Turns batches of items into shards.

    A document that cannot be done is a skip: ``internal_error`` when a step failed unexpectedly.
    """

    def __init__(self, config: Config, folder: Path) -> None:
        self._config = pin(config)
        self._folder = folder
        self._sandbox = Sandbox(config.extract)
        self._skips: list[Skip] = []
        self._seconds: dict[str, float] = {}

    def __call__(self, head: dict[str, Any], body: bytes) -> dict[str, Any]:
        """Does the batch that begins with item ``head["start"]``; what the shard holds."""
        self._skips, self._seconds = [], {}
        items, sources = decode_items(body)
        documents = self._timed("extract", self._extract, items, sources)
        identified = self._timed("language", self._identify, documents)
        assessed = self._timed("quality", self._assess, identified)
        kept, batches = self._timed("sketch", self._sketch, assessed)
        sketches = SketchBatch.concat(batches or [sketch_texts([], self._config)])
        write_shard(
            self._folder,
            ShardName(head["start"], head["start"] + len(items)),
            documents=_documents_table(kept, sketches),
            findings=_findings_table(kept),
            sketches=sketches,
            meta={"skips": [asdict(skip) for skip in self._skips]},
        )
        return {"documents": len(kept), "items": len(items), "seconds": self._seconds}

    def close(self) -> None:
        """Ends the extraction process."""
        self._sandbox.close()

    def _timed(self, stage: str, step: Any, *arguments: Any) -> Any:
        begin = perf_counter()
        try:
            return step(*arguments)
        finally:
            self._seconds[stage] = perf_counter() - begin

    def _extract(self, items: Sequence[Item], sources: Sequence[str]) -> list[tuple[Document, str]]:
        documents = []
        for item, source in zip(items, sources, strict=True):
            if isinstance(item, Document):
                documents.append((item, source))
                continue
            try:
                documents.append((self._sandbox.extract(item), source))
            except ExtractError as error:
                self._skips.append(skip_of(item, source, error.reason, error.message))
            except Exception as error:
                self._fail(item, source, error)
        return documents

    def _identify(self, documents: Sequence[tuple[Document, str]]) -> list[tuple[Document, str]]:
        found = []
        for document, source in documents:
            try:
                language = spoken(document.text, document.language)
                found.append((replace(document, language=language), source))
            except Exception as error:
                self._fail(document, source, error)
        return found

    def _assess(self, documents: Sequence[tuple[Document, str]]) -> list[_Assessed]:
        def together(some: Sequence[tuple[Document, str]]) -> list[_Assessed]:
            own = [document for document, _ in some]
            languages = [document.language or "und" for document in own]
            found = assess_many(own, config=self._config, languages=languages, masked=True)
            return [_Assessed(*pair, one) for pair, one in zip(some, found, strict=True)]

        return self._by_halves(together, documents, lambda pair: pair)

    def _sketch(self, assessed: list[_Assessed]) -> tuple[list[_Assessed], list[SketchBatch]]:
        def together(some: Sequence[_Assessed]) -> list[tuple[Sequence[_Assessed], SketchBatch]]:
            texts = [item.document.text for item in some]
            masked = [item.assessment.masked for item in some]
            return [(some, sketch_articles(texts, self._config, masked))]

        parts = self._by_halves(together, assessed, lambda item: (item.document, item.source))
        return [item for some, _ in parts for item in some], [batch for _, batch in parts]

    def _by_halves(
        self,
        work: Callable[[Sequence[T]], list[R]],
        items: Sequence[T],
        whose: Callable[[T], tuple[Document, str]],
    ) -> list[R]:
        """Does all items at once; where that fails, halves, down to the document at fault."""
        if not items:
            return []
        try:
            return work(items)
        except FATAL:
            raise
        except Exception as error:
            if len(items) == 1:
                self._fail(*whose(items[0]), error)
                return []
        middle = len(items) // 2
        return self._by_halves(work, items[:middle], whose) + self._by_halves(
            work, items[middle:], whose
        )

    def _fail(self, item: Item, source: str, error: Exception) -> None:
        reason = "bad_unicode" if isinstance(error, TextError) else "internal_error"
        self._skips.append(skip_of(item, source, reason, f"{type(error).__name__}: {error}"))


def _documents_table(assessed: Sequence[_Assessed], sketches: SketchBatch) -> pa.Table:
    columns: dict[str, Any] = {
        name: [getattr(item.document, name) for item in assessed]
        for name in ("id", "url", "language", "published", "title", "text")
    }
    for name in ("boilerplate", "machine_translation", "seo_link", "content_farm"):
        columns[name] = [getattr(item.assessment.scores, name) for item in assessed]
    columns["parts"] = [json.dumps(item.assessment.parts) for item in assessed]
    columns["domain"] = [domain(item.document.url or "") or None for item in assessed]
    lines = [item.assessment.lines for item in assessed]
    columns["lines"] = [own.records.tobytes() if own is not None else b"" for own in lines]
    columns["line_words"] = [own.words if own is not None else 0 for own in lines]
    columns["n_words"] = sketches.n_words
    return pa.table({name: columns[name] for name in DOCUMENTS.names}, schema=DOCUMENTS)


def _findings_table(assessed: Sequence[_Assessed]) -> pa.Table:
    rows = [
        (row, finding) for row, item in enumerate(assessed) for finding in item.assessment.findings
    ]
    columns: dict[str, Any] = {"row": [row for row, _ in rows]}
    for name in FINDINGS.names[1:]:
        columns[name] = [getattr(finding, name) for _, finding in rows]
    return pa.table(columns, schema=FINDINGS)
