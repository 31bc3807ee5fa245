"""The corpus that ``dupdetect filter`` writes: rows of a scan with their texts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from dupdetect.cli.tablefile import TableFile
from dupdetect.records import Document
from dupdetect.report.tables import ScanTables
from dupdetect.schemas import DOCUMENTS

#: What is written of a document: the columns of ``documents`` but its role, and the text.
CORPUS = DOCUMENTS.remove(DOCUMENTS.get_field_index("is_representative")).append(
    pa.field("text", pa.string())
)
#: Documents and characters that are held before they are written.
_ROWS, _CHARS = 1024, 16_000_000


def kept_rows(
    tables: ScanTables, limits: Mapping[str, float], *, all_members: bool
) -> dict[str, int]:
    """Row numbers in ``documents`` to keep, by id: representatives (or all) within the limits.

    ``limits`` are the highest scores allowed, by name; a score that is missing is within them.
    """
    keep = np.ones(tables.n_rows("documents"), dtype=bool)
    if not all_members:
        # Nullable booleans as 1.0, 0.0 or NaN: only a certain copy is left out.
        keep &= tables.numbers("documents", "is_representative") != 0.0
    for name, limit in limits.items():
        keep &= ~(tables.numbers("documents", name) > np.float32(limit))
    rows = np.flatnonzero(keep)
    ids = tables.column("documents", "id").take(pa.array(rows)).to_pylist()
    return dict(zip(ids, rows.tolist(), strict=True))


class CorpusWriter:
    """Collects documents and writes them with their rows, a batch at a time."""

    def __init__(self, file: TableFile, tables: ScanTables) -> None:
        self._file = file
        self._tables = tables
        self._waiting: list[tuple[int, Document]] = []
        self._chars = 0

    def write(self, document: Document, row: int) -> None:
        """Append one document, which stands in that row of ``documents``."""
        self._waiting.append((row, document))
        self._chars += len(document.text)
        if len(self._waiting) >= _ROWS or self._chars >= _CHARS:
            self.flush()

    def flush(self) -> None:
        """Write what is waiting; call it at the end."""
        rows: list[dict[str, Any]] = self._tables.rows(
            "documents", [row for row, _ in self._waiting]
        )
        for row, (_, document) in zip(rows, self._waiting, strict=True):
            row["text"] = document.text
        self._file.write(pa.Table.from_pylist(rows, schema=CORPUS))
        self._waiting, self._chars = [], 0
