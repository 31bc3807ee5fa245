"""Labelled data of a user: JSON Lines or Parquet, checked, with a digest of what was read.

Columns by score (others are passed over; ``language`` may be called ``lang``):

- ``boilerplate``, a row per line of a page, pages whole and lines in order: ``doc`` (the page),
  ``text``, ``label`` (1 or ``content``, 0 or ``boilerplate``, -1 or ``unsure``); optional ``line``
  (its number), ``link_density`` (share of its characters in links, -1 or null: unknown),
  ``language``.
- ``seo_link``, a row per article: ``text``, ``inserted`` (the inserted sentence, or a list of them,
  as they stand in the text; null: a clean article); optional ``url``, ``links`` (a list of
  ``{start, end, href, rel}``, of HTML), ``language``. Also read as ``seo_sentence``.
- ``machine_translation``, a row per text: ``text``, ``label`` (1 or ``machine``, 0 or ``human``),
  ``language``.

``group`` keeps rows together in cross-validation: whatever makes two rows alike (a site, a source
text with its translations, a family of rewrites). Without one ``family``, ``domain``, ``site``,
``source_id`` or ``doc`` is taken, else every row is its own group.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from dupdetect.errors import InputError, UnreadableError
from dupdetect.text.language import spoken

#: Columns that are asked for in this order where no group is named.
GROUPS = ("group", "family", "domain", "site", "source_id", "doc")
_NEEDED: Mapping[str, tuple[str, ...]] = {
    "boilerplate": ("doc", "text", "label"),
    "seo_link": ("text", "inserted"),
    "machine_translation": ("text", "label"),
}
_OTHER_NAMES = {"lang": "language", "seo_sentence": "inserted"}
_WORDS = {
    "boilerplate": {"content": 1, "boilerplate": 0, "unsure": -1},
    "machine_translation": {"machine": 1, "human": 0},
}
#: Rows of a table, which is held in memory.
MAX_ROWS = 5_000_000


@dataclass(frozen=True, slots=True)
class Labelled:
    """Rows of all files in order, each with ``text``, ``language``, ``group`` and what its score
    needs; ``files`` say what was read; ``grouped_by`` is the column of the groups, ``row`` if none.
    """

    score: str
    rows: list[dict[str, Any]]
    files: tuple[dict[str, Any], ...]
    grouped_by: str

    def digest(self) -> str:
        """SHA-256 of the files' digests in order."""
        joined = " ".join(str(file["sha256"]) for file in self.files)
        return hashlib.sha256(joined.encode()).hexdigest()


def read_labelled(
    score: str, sources: Sequence[str | Path], *, group: str | None = None
) -> Labelled:
    """The labelled rows of files; raises InputError naming the file and row that is not usable."""
    rows: list[dict[str, Any]] = []
    files = []
    for source in sources:
        found = _rows(Path(source))
        for number, row in enumerate(found):
            rows.append(_checked(row, score, str(source), number))
        files.append(_stated(Path(source), len(found)))
        if len(rows) > MAX_ROWS:
            raise InputError(f"more than {MAX_ROWS} rows", source=str(source))
    names = set().union(*(row.keys() for row in rows)) if rows else set()
    if group is not None and group not in names:
        raise InputError(f"no column {group!r} to group by", source=str(sources[0]))
    by = group or next((name for name in GROUPS if name in names), "row")
    for number, row in enumerate(rows):
        row["group"] = f"row {number}" if row.get(by) is None else str(row[by])
    return Labelled(score, rows, tuple(files), by)


def _stated(path: Path, rows: int) -> dict[str, Any]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"file": path.name, "sha256": digest, "rows": rows}


def _rows(path: Path) -> list[dict[str, Any]]:
    try:
        if path.suffix == ".parquet":
            return list(pq.read_table(path).to_pylist())
        if path.suffix in (".jsonl", ".ndjson"):
            return _json_rows(path)
    except (OSError, UnicodeDecodeError, pa.ArrowInvalid) as error:
        raise UnreadableError(str(error), source=str(path)) from error
    raise UnreadableError("not a .jsonl, .ndjson or .parquet file", source=str(path))


def _json_rows(path: Path) -> list[dict[str, Any]]:
    rows = []
    with path.open(encoding="utf-8-sig") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except (ValueError, RecursionError) as error:
                raise InputError(
                    f"not JSON: {error}", source=str(path), record=f"line {number}"
                ) from error
            if not isinstance(row, dict):
                raise InputError("not a JSON object", source=str(path), record=f"line {number}")
            rows.append(row)
    return rows


def _checked(row: dict[str, Any], score: str, source: str, number: int) -> dict[str, Any]:
    def bad(message: str) -> InputError:
        return InputError(message, source=source, record=f"row {number + 1}")

    for name, meant in _OTHER_NAMES.items():
        if name in row and meant not in row:
            row[meant] = row[name]
    missing = [name for name in _NEEDED[score] if name not in row]
    if missing:
        raise bad(f"no column {missing[0]!r}; it has {', '.join(sorted(row))}")
    if not isinstance(row["text"], str):
        raise bad("text is no string")
    if score in _WORDS:
        row["label"] = _label(row["label"], _WORDS[score])
        if row["label"] is None:
            raise bad(f"label must be one of {_accepted(_WORDS[score])}")
    else:
        row["inserted"] = _inserted(row["inserted"])
        if row["inserted"] is None:
            raise bad("inserted must be a sentence, a list of sentences or null")
    if score != "boilerplate":
        row["language"] = spoken(row["text"], row.get("language"))
    elif not isinstance(row.get("language"), str):
        row["language"] = "und"
    return row


def _label(value: Any, words: Mapping[str, int]) -> int | None:
    if isinstance(value, str):
        return words.get(value.strip().lower())
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int | float) and value in words.values():
        return int(value)
    return None


def _accepted(words: Mapping[str, int]) -> str:
    return ", ".join(f"{value} ({word})" for word, value in words.items())


def _inserted(value: Any) -> list[str] | None:
    if value is None or value != value:  # NaN
        return []
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        return None
    return [item.strip() for item in value if item.strip()]
