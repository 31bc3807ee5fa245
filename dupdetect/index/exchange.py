"""An index in the formats of others: a scan's table of documents, datasketch's MinHashLSH."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from dupdetect.errors import IndexError_
from dupdetect.index import sketches
from dupdetect.index.candidates import CandidateIndex
from dupdetect.index.records import Record
from dupdetect.schemas import DOCUMENTS
from dupdetect.sketch.batch import SketchBatch
from dupdetect.sketch.signatures import to_datasketch
from dupdetect.text.urls import domain

if TYPE_CHECKING:
    import datasketch

_CHUNK = 1024
#: Columns of a scan's documents that an index knows; the others stay empty.
_KNOWN = ("id", "url", "language", "published", "title")


def write_documents(index: CandidateIndex, folder: Path) -> int:
    """Writes ``documents.parquet`` as a scan does, without scores and clusters; how many rows.

    Raises IndexError_ when the folder has one already or cannot be written.
    """
    path, rows = folder / "documents.parquet", 0
    if path.exists():
        raise IndexError_(f"{path}: exists already")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with pq.ParquetWriter(path, DOCUMENTS) as writer:
            for records, batch in _sketched(index):
                known = [record.known() for record in records]
                columns: dict[str, Any] = {
                    name: [getattr(document, name) for document in known] for name in _KNOWN
                }
                columns["domain"] = [domain(document.url or "") or None for document in known]
                columns["n_words"] = batch.n_words
                empty = [None] * len(known)
                table = {name: columns.get(name, empty) for name in DOCUMENTS.names}
                writer.write_table(pa.table(table, schema=DOCUMENTS))
                rows += len(known)
    except OSError as error:
        raise IndexError_(f"{path}: {error.strerror or error}") from error
    return rows


def to_lsh(index: CandidateIndex, *, threshold: float = 0.5) -> datasketch.MinHashLSH:
    """All documents that have a whole signature as a MinHashLSH in memory, ids as its keys.

    Signatures are those that datasketch makes of the same shingles: what it answers to a MinHash of
    ``sketch.to_datasketch`` is what it would answer had it made them itself.
    """
    import datasketch

    lsh = datasketch.MinHashLSH(threshold=threshold, num_perm=index.config.shingle.permutations)
    for records, batch in _sketched(index):
        for row, record in enumerate(records):
            known = batch.signatures[row] if batch.has_signature[row] else record.signature
            if len(known) == index.config.shingle.permutations:
                lsh.insert(record.id, to_datasketch(known, index.config))
    return lsh


def _sketched(index: CandidateIndex) -> Iterator[tuple[list[Record], SketchBatch]]:
    records = index.records()
    while chunk := list(islice(records, _CHUNK)):
        packed = [record.sketch or sketches.NOTHING for record in chunk]
        yield chunk, sketches.unpack(packed, index.config)
