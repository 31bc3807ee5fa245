"""A scan's folder, read column by column, so that memory does not grow with the texts.

Row numbers are the only handle: pick rows by their numbers (numpy), then fetch these rows alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from dupdetect.errors import ScanError
from dupdetect.schemas import TABLES

#: Name of the file with the texts of the documents that the report shows (columns id, text).
TEXTS_FILE = "texts.parquet"


class ScanTables:
    """The tables and the run record of one scan's folder.

    Raises ScanError when the folder is not that of a finished scan or a table lacks a column.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._files: dict[str, pq.ParquetFile] = {}
        for name, schema in TABLES.items():
            self._files[name] = _open(directory / f"{name}.parquet", schema)

    def run(self) -> dict[str, Any]:
        """The contents of ``run.json``."""
        path = self.directory / "run.json"
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise ScanError(f"{path}: not readable; has the scan finished? ({error})") from error
        except ValueError as error:
            raise ScanError(f"{path}: not valid JSON ({error})") from error
        if not isinstance(record, dict):
            raise ScanError(f"{path}: not a run record")
        return record

    def n_rows(self, table: str) -> int:
        """How many rows a table has."""
        return int(self._files[table].metadata.num_rows)

    def column(self, table: str, column: str) -> pa.ChunkedArray:
        """One column whole."""
        return self._files[table].read(columns=[column]).column(0)

    def numbers(self, table: str, column: str) -> np.ndarray[Any, np.dtype[np.float64]]:
        """One numeric column as float64[rows], null as NaN."""
        values = pc.cast(self.column(table, column), pa.float64())
        return np.asarray(values.to_numpy(), dtype=np.float64)

    def codes(
        self, table: str, column: str, values: Sequence[str]
    ) -> np.ndarray[Any, np.dtype[np.int64]]:
        """One string column as int64[rows]: the position in ``values``, -1 where absent."""
        found = pc.index_in(self.column(table, column), value_set=pa.array(values, pa.string()))
        return np.asarray(pc.fill_null(found, -1).to_numpy(), dtype=np.int64)

    def find(
        self, table: str, column: str, values: Iterable[str]
    ) -> np.ndarray[Any, np.dtype[np.int64]]:
        """Row numbers, ascending, whose string is one of ``values``."""
        wanted = pa.array(sorted(set(values)), pa.string())
        hits, offset = [np.empty(0, np.int64)], 0
        for batch in self._files[table].iter_batches(columns=[column]):
            mask = pc.is_in(batch.column(0), value_set=wanted).to_numpy(zero_copy_only=False)
            hits.append(np.flatnonzero(mask) + offset)
            offset += batch.num_rows
        return np.concatenate(hits)

    def rows(
        self, table: str, numbers: Iterable[int], columns: Sequence[str] | None = None
    ) -> list[dict[str, Any]]:
        """The rows with these numbers, in the order asked for; ``columns`` None means all."""
        asked = np.fromiter((int(number) for number in numbers), dtype=np.int64)
        wanted = np.unique(asked)
        got: dict[int, dict[str, Any]] = {}
        offset = 0
        names = list(columns) if columns is not None else None
        for batch in self._files[table].iter_batches(columns=names):
            first, last = np.searchsorted(wanted, (offset, offset + batch.num_rows))
            if first < last:
                here = batch.take(pa.array(wanted[first:last] - offset))
                got |= dict(zip(wanted[first:last].tolist(), here.to_pylist(), strict=True))
            offset += batch.num_rows
        return [got[number] for number in asked.tolist()]

    def texts(self, ids: Iterable[str]) -> dict[str, str]:
        """Texts by id of those documents whose text the scan kept; empty where it kept none."""
        return self._kept(ids, "text")

    def parts(self, ids: Iterable[str]) -> dict[str, dict[str, float]]:
        """What ``content_farm`` is made of before matches, by id, of those documents."""
        return {id: json.loads(parts) for id, parts in self._kept(ids, "parts").items()}

    def _kept(self, ids: Iterable[str], column: str) -> dict[str, str]:
        path = self.directory / TEXTS_FILE
        if not path.exists():
            return {}
        file = _open(path, pa.schema([("id", pa.string()), ("text", pa.string())]))
        if column not in file.schema_arrow.names:
            return {}
        table = file.read(["id", column])
        wanted = pa.array(sorted(set(ids)), pa.string())
        table = table.filter(pc.is_in(table["id"], value_set=wanted))
        pairs = zip(table["id"].to_pylist(), table[column].to_pylist(), strict=True)
        return {key: value for key, value in pairs if value is not None}


def _open(path: Path, schema: pa.Schema) -> pq.ParquetFile:
    try:
        file = pq.ParquetFile(path)
    except (OSError, pa.ArrowInvalid) as error:
        raise ScanError(f"{path}: not a table of a scan ({error})") from error
    missing = [name for name in schema.names if name not in file.schema_arrow.names]
    if missing:
        raise ScanError(f"{path}: lacks the columns {', '.join(missing)}")
    return file
