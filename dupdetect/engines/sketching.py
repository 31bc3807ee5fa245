"""What a worker does with a batch of items: extract, identify, sketch, assess, write a shard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from time import perf_counter
from typing import Any

import pyarrow as pa

from dupdetect.config import Config
from dupdetect.engines.messages import Item, decode_items
from dupdetect.engines.pool import FATAL
from dupdetect.engines.spool import DOCUMENTS, FINDINGS, ShardName, write_shard
from dupdetect.errors import ExtractError, TextError
from dupdetect.extract import Sandbox
from dupdetect.quality import Assessment, assess
from dupdetect.records import Document, Page, Skip
from dupdetect.sketch.batch import SketchBatch, sketch_texts
from dupdetect.text.language import detect
from dupdetect.text.urls import domain


class Sketching:
    """Turns batches of items into shards.

    A document that cannot be done is a skip: ``internal_error`` when a step failed unexpectedly.
    """

    def __init__(self, config: Config, folder: Path) -> None:
        self._config = config
        self._folder = folder
        self._sandbox = Sandbox(config.extract)
        self._skips: list[Skip] = []
        self._seconds: dict[str, float] = {}

    def __call__(self, head: dict[str, Any], body: bytes) -> dict[str, Any]:
        """Does the batch ``head["source"], head["start"]``; what the shard holds."""
        self._skips, self._seconds = [], {}
        items = decode_items(body)
        name = ShardName(head["source"], head["start"], head["start"] + len(items))
        documents = self._timed("extract", self._extract, items, head["where"])
        assessed = self._timed("quality", self._assess, documents, head["where"])
        kept, batches = self._timed("sketch", self._sketch, assessed, head["where"])
        sketches = SketchBatch.concat(batches or [sketch_texts([], self._config)])
        write_shard(
            self._folder,
            name,
            documents=_documents_table(kept, sketches),
            findings=_findings_table(kept),
            sketches=sketches,
            meta={"skips": [asdict(skip) for skip in self._skips]},
        )
        return {
            "documents": len(kept),
            "skips": len(self._skips),
            "items": len(items),
            "seconds": self._seconds,
        }

    def close(self) -> None:
        """Ends the extraction process."""
        self._sandbox.close()

    def _timed(self, stage: str, step: Any, *arguments: Any) -> Any:
        begin = perf_counter()
        try:
            return step(*arguments)
        finally:
            self._seconds[stage] = perf_counter() - begin

    def _extract(self, items: Sequence[Item], where: str) -> list[Document]:
        documents = []
        for item in items:
            if isinstance(item, Document):
                documents.append(item)
                continue
            try:
                documents.append(self._sandbox.extract(item))
            except ExtractError as error:
                self._skip(item, where, error.reason, error.message)
            except Exception as error:
                self._skip(item, where, "internal_error", _said(error))
        return documents

    def _assess(self, documents: Sequence[Document], where: str) -> list[_Assessed]:
        found: list[_Assessed] = []
        for document in documents:
            try:
                language = spoken(document)
                known = replace(document, language=language)
                found.append((known, assess(known, config=self._config, language=language)))
            except FATAL:
                raise
            except Exception as error:
                self._skip(document, where, "internal_error", _said(error))
        return found

    def _sketch(
        self, assessed: list[_Assessed], where: str
    ) -> tuple[list[_Assessed], list[SketchBatch]]:
        """Sketches all at once; where that fails, halves, down to the document at fault."""
        if not assessed:
            return [], []
        try:
            texts = [document.text for document, _ in assessed]
            return assessed, [sketch_texts(texts, self._config)]
        except FATAL:
            raise
        except Exception as error:
            if len(assessed) == 1:
                reason = "bad_unicode" if isinstance(error, TextError) else "internal_error"
                self._skip(assessed[0][0], where, reason, _said(error))
                return [], []
        middle = len(assessed) // 2
        first, left = self._sketch(assessed[:middle], where)
        second, right = self._sketch(assessed[middle:], where)
        return first + second, left + right

    def _skip(self, item: Item, where: str, reason: str, message: str) -> None:
        if isinstance(item, Page):
            skip = Skip(item.source or where, item.record or item.id, reason, message)
        else:
            skip = Skip(where, item.id, reason, message)
        self._skips.append(skip)


_Assessed = tuple[Document, Assessment]


def spoken(document: Document) -> str:
    """The document's own language as an ISO 639-1 code, else the one that its text is in."""
    declared = (document.language or "").strip().lower().replace("_", "-").partition("-")[0]
    if len(declared) == 2 and declared.isalpha():
        return declared
    return detect(document.text)


def _documents_table(assessed: Sequence[_Assessed], sketches: SketchBatch) -> pa.Table:
    columns: dict[str, Any] = {
        name: [getattr(document, name) for document, _ in assessed]
        for name in ("id", "url", "language", "published", "title", "text")
    }
    for name in ("boilerplate", "machine_translation", "seo_link", "content_farm"):
        columns[name] = [getattr(assessment.scores, name) for _, assessment in assessed]
    columns["domain"] = [domain(document.url or "") or None for document, _ in assessed]
    columns["n_words"] = sketches.n_words
    return pa.table({name: columns[name] for name in DOCUMENTS.names}, schema=DOCUMENTS)


def _findings_table(assessed: Sequence[_Assessed]) -> pa.Table:
    rows = [(row, finding) for row, (_, found) in enumerate(assessed) for finding in found.findings]
    columns: dict[str, Any] = {"row": [row for row, _ in rows]}
    for name in FINDINGS.names[1:]:
        columns[name] = [getattr(finding, name) for _, finding in rows]
    return pa.table(columns, schema=FINDINGS)


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
