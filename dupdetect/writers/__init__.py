"""Tables that appear whole or not at all."""

from __future__ import annotations

from dupdetect.writers.tables import replacing, write_batches, write_table

__all__ = ["replacing", "write_batches", "write_table"]
