"""Tables written as Parquet or JSON Lines, by the name of the file: whole or not at all."""

from __future__ import annotations

import json
import os
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from dupdetect.cli.terminal import safe_json
from dupdetect.errors import UnreadableError

Format = Literal["parquet", "jsonl"]


def table_format(path: Path) -> Format:
    """By the name: ``.parquet``, ``.jsonl`` (also ``.gz``, ``.zst``), else UnreadableError."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes[-1:] == [".parquet"]:
        return "parquet"
    if suffixes[-1:] in ([".gz"], [".zst"]):
        suffixes.pop()
    if suffixes[-1:] == [".jsonl"]:
        return "jsonl"
    raise UnreadableError(
        "the name must end in .parquet or .jsonl (also .jsonl.gz, .jsonl.zst)",
        source=str(path), reason="unknown_format",
    )  # fmt: skip


class TableFile:
    """A file that tables of one schema are appended to.

    It appears under its name when the ``with`` block ends without an error; nothing is left behind
    otherwise. JSON has floats with four decimals.
    """

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self.rows = 0
        self._schema = schema
        self._path = path
        self._partial = path.with_name(f".{os.getpid()}.part.{path.name}")
        self._lines = table_format(path) == "jsonl"
        self._file: Any
        if self._lines:
            self._file = pa.output_stream(self._partial, compression="detect")
        else:
            self._file = pq.ParquetWriter(self._partial, schema)

    def write(self, table: pa.Table) -> None:
        """Append a table, its columns cast to the schema."""
        table = table.select(self._schema.names).cast(self._schema)
        self.rows += table.num_rows
        if not self._lines:
            self._file.write_table(table)
            return
        for row in table.to_pylist():
            text = safe_json(json.dumps(_rounded(row), ensure_ascii=False))
            self._file.write(f"{text}\n".encode())

    def __enter__(self) -> TableFile:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()
        if kind is None:
            os.replace(self._partial, self._path)
        else:
            self._partial.unlink(missing_ok=True)


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_rounded(item) for item in value]
    return value
