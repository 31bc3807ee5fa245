"""Files that appear whole or not at all: tables and corpora."""

from __future__ import annotations

from dupdetect.writers.documents import write_documents
from dupdetect.writers.tables import replacing, write_batches, write_table

__all__ = ["replacing", "write_batches", "write_documents", "write_table"]
