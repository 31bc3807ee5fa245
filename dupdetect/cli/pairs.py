"""The file of ``compare --pairs``: pairs of texts, read in batches of bounded size."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from dupdetect.cli.tablefile import table_format
from dupdetect.errors import UnreadableError
from dupdetect.records import Skip
from dupdetect.schemas import PAIRS

#: A batch ends at this many pairs or characters, whichever comes first.
MAX_PAIRS = 512
MAX_CHARS = 8_000_000


@dataclass(slots=True)
class Batch:
    """Pairs of texts under their ids."""

    ids: list[str] = field(default_factory=list)
    texts_a: list[str] = field(default_factory=list)
    texts_b: list[str] = field(default_factory=list)
    chars: int = 0

    @property
    def full(self) -> bool:
        """Whether it should be worked off."""
        return len(self.ids) >= MAX_PAIRS or self.chars >= MAX_CHARS


def read_pairs(path: Path, *, on_skip: Callable[[Skip], None]) -> Iterator[Batch]:
    """Batches of the pairs of a ``.parquet`` or ``.jsonl`` file (also ``.jsonl.gz``, ``.zst``).

    A pair without a text, or with one that is not Unicode, is told to ``on_skip`` and left out.
    Raises UnreadableError when the file is absent or not what its name says.
    """
    batch = Batch()
    rows = _parquet(path) if table_format(path) == "parquet" else _jsonl(path, on_skip)
    for place, row in rows:
        reason = _fault(row)
        if reason is not None:
            on_skip(Skip(str(path), place, *reason))
            continue
        batch.ids.append(str(row["id"]))
        batch.texts_a.append(row["a"])
        batch.texts_b.append(row["b"])
        batch.chars += len(row["a"]) + len(row["b"])
        if batch.full:
            yield batch
            batch = Batch()
    if batch.ids:
        yield batch


def _parquet(path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    try:
        file = pq.ParquetFile(path)
        missing = [name for name in PAIRS.names if name not in file.schema_arrow.names]
        if missing:
            raise UnreadableError(
                f"lacks the columns {', '.join(missing)}", source=str(path), reason="no_column"
            )
        number = 0
        for batch in file.iter_batches(batch_size=MAX_PAIRS, columns=PAIRS.names):
            for row in batch.to_pylist():
                number += 1
                yield f"row {number}", row
    except FileNotFoundError as error:
        raise UnreadableError("no such file", source=str(path), reason="no_file") from error
    except (pa.ArrowException, UnicodeDecodeError) as error:
        raise UnreadableError(
            f"not a readable Parquet file ({error})", source=str(path), reason="bad_parquet"
        ) from error


def _jsonl(path: Path, on_skip: Callable[[Skip], None]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    try:
        with io.BufferedReader(pa.input_stream(path, compression="detect")) as lines:
            for number, line in enumerate(lines, start=1):
                if not line.strip():
                    continue
                place = f"line {number}"
                try:
                    row = json.loads(line)
                except ValueError as error:
                    on_skip(Skip(str(path), place, "bad_json", f"not JSON: {error}"))
                    continue
                if isinstance(row, dict):
                    yield place, row
                else:
                    on_skip(Skip(str(path), place, "bad_json", "not a JSON object"))
    except FileNotFoundError as error:
        raise UnreadableError("no such file", source=str(path), reason="no_file") from error
    except OSError as error:
        raise UnreadableError(
            f"cannot be read ({error})", source=str(path), reason="unreadable"
        ) from error


def _fault(row: Mapping[str, Any]) -> tuple[str, str] | None:
    """Reason and message when a row is no pair of texts."""
    for name in PAIRS.names:
        if row.get(name) is None:
            return "no_column", f"has no {name}"
    for name in ("a", "b"):
        if not isinstance(row[name], str):
            return "bad_text", f"{name} is not a text"
        try:
            row[name].encode()
        except UnicodeEncodeError:
            return "bad_text", f"{name} holds lone surrogates"
    return None
