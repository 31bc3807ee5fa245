"""Columns in, columns out: for ``datasets.map(batched=True)``, polars, Ray Data and their like.

    dataset.map(score_columns, batched=True)                                  # datasets
    dataset.map(partial(match_columns, index="known.index"), batched=True)
    ray_dataset.map_batches(lambda batch: {**batch, **score_columns(batch)})  # Ray Data
    frame.hstack(pl.DataFrame(score_columns(frame)))                          # polars

A batch is anything that gives a column for a name: a dictionary of lists or arrays, a polars or
pandas frame, an Arrow table. Only the new columns come back, as numpy arrays when the texts came as
one (or as an empty column of a frame), else as lists. A column has the same type in every batch,
with no None, so that batches can be written to one table. None of these libraries is imported here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from math import nan
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from dupdetect.config import Config
from dupdetect.detector import Detector, Index
from dupdetect.records import Document, Match, Verdict

#: Columns that score_columns gives, and the value of a row without a text.
SCORE_COLUMNS: dict[str, Any] = {
    "boilerplate": nan, "machine_translation": nan, "seo_link": nan, "content_farm": nan,
    "n_words": 0, "n_findings": 0,
}  # fmt: skip
#: Columns that match_columns gives, and the value of a row without a match.
MATCH_COLUMNS: dict[str, Any] = {
    "match": "", "match_kind": "none", "match_score": 0.0, "match_jaccard": 0.0,
    "match_direction": "unknown", "n_matches": 0,
}  # fmt: skip
#: numpy types of the columns; the others hold objects.
_DTYPES: dict[str, Any] = {
    "boilerplate": np.float32, "machine_translation": np.float32, "seo_link": np.float32,
    "content_farm": np.float32, "n_words": np.int32, "n_findings": np.int32,
    "match_score": np.float32, "match_jaccard": np.float32, "n_matches": np.int32,
}  # fmt: skip


class Batch(Protocol):
    """A batch of rows: a column, which is a sequence, for each name."""

    def __getitem__(self, name: Any, /) -> Any: ...


def score_columns(
    batch: Batch,
    *,
    text: str = "text",
    url: str | None = None,
    title: str | None = None,
    language: str | None = None,
    published: str | None = None,
    prefix: str = "",
    config: Config | None = None,
) -> dict[str, Any]:
    """The scores of a batch of n texts: the columns of ``SCORE_COLUMNS``, n values each.

    ``text`` to ``published`` name the batch's columns, None those it lacks; ``prefix`` is put
    before the names of the new ones. The four scores are in 0..1; a row whose text is None or NaN
    has NaN for them. Raises KeyError (or what the batch raises) for a column that is not there,
    ValueError for columns of different lengths, TypeError for a text that is no string, TextError
    for lone surrogates.
    """
    names = {"url": url, "title": title, "language": language, "published": published}
    texts, rows = _documents(batch, text, names)
    detector = Detector(config=config)
    found = [SCORE_COLUMNS if row is None else _scored(detector.score(row)) for row in rows]
    return _columns(found, SCORE_COLUMNS, prefix=prefix, like=texts)


def match_columns(
    batch: Batch,
    *,
    index: Index | str | Path,
    text: str = "text",
    id: str | None = "id",
    url: str | None = None,
    title: str | None = None,
    language: str | None = None,
    published: str | None = None,
    add: bool = False,
    prefix: str = "",
    config: Config | None = None,
) -> dict[str, Any]:
    """The best match of each of n texts among the documents of an index: ``MATCH_COLUMNS``.

    ``match`` is the id of the known document, empty where there is none (``match_kind`` is ``none``
    then); a row never matches the known document of its own id. ``id`` None: rows have no id.

    ``index`` may be a path: it is opened for the batch, so that the call can be sent to other
    processes; it must exist unless ``add``. With ``add`` each row is added after it was asked for,
    so that rows of a batch find those before them; all are durable when the call returns.
    ``config`` is for a path only.

    Raises what :func:`score_columns` raises, and ValueError for a row to be added without an id.
    """
    names = {"id": id, "url": url, "title": title, "language": language, "published": published}
    texts, rows = _documents(batch, text, names)
    if add and any(row is not None and not row.id for row in rows):
        raise ValueError(f"rows without an id (column {id!r}) cannot be added to an index")
    with (
        _opened(index, config=config, add=add) as known,
        known.batch() if add else nullcontext(),
    ):
        found = [MATCH_COLUMNS if row is None else _best(known, row, add) for row in rows]
    return _columns(found, MATCH_COLUMNS, prefix=prefix, like=texts)


def _opened(
    index: Index | str | Path, *, config: Config | None, add: bool
) -> AbstractContextManager[Index]:
    if isinstance(index, Index):
        return nullcontext(index)
    return Index.open(index, config=config, create=add, readonly=not add)


def _scored(verdict: Verdict) -> dict[str, Any]:
    scores = verdict.scores
    return {
        "boilerplate": scores.boilerplate, "machine_translation": scores.machine_translation,
        "seo_link": scores.seo_link, "content_farm": scores.content_farm,
        "n_words": verdict.n_words, "n_findings": len(verdict.findings),
    }  # fmt: skip


def _best(known: Index, row: Document, add: bool) -> dict[str, Any]:
    matches = known.query(row if row.id else row.text)
    if add:
        known.add(row)
    return MATCH_COLUMNS if not matches else _matched(matches[0], len(matches))


def _matched(best: Match, count: int) -> dict[str, Any]:
    return {
        "match": best.b, "match_kind": best.kind, "match_score": best.score,
        "match_jaccard": best.jaccard, "match_direction": best.direction, "n_matches": count,
    }  # fmt: skip


def _documents(
    batch: Batch, text: str, names: dict[str, str | None]
) -> tuple[Any, list[Document | None]]:
    """The column of texts as it came, and a document for each row, None where no text is."""
    texts = batch[text]
    columns = {key: _values(batch[name]) for key, name in names.items() if name is not None}
    columns["text"] = _values(texts)
    lengths = {len(values) for values in columns.values()}
    if len(lengths) > 1:
        raise ValueError(f"columns of different lengths: {sorted(lengths)}")
    return texts, list(_rows(columns))


def _rows(columns: dict[str, Sequence[Any]]) -> Iterator[Document | None]:
    for values in zip(*columns.values(), strict=True):
        row = dict(zip(columns, values, strict=True))
        text = row.pop("text")
        if _missing(text):
            yield None
            continue
        if not isinstance(text, str):
            raise TypeError(f"a text must be a string, not {type(text).__name__}")
        about: dict[str, Any] = {
            key: _word(value) for key, value in row.items() if not _missing(value)
        }
        yield Document(**{"id": "", **about, "text": text})


def _values(column: Any) -> Sequence[Any]:
    """A column's values as Python objects: an Arrow or numpy array, a Series, a sequence."""
    for method in ("to_pylist", "to_list", "tolist"):
        if hasattr(column, method):
            values: list[Any] = getattr(column, method)()
            return values
    return list(column)


def _missing(value: Any) -> bool:
    """None, or what pandas and numpy write for it: a NaN, NaT, NA (which is neither true nor
    false)."""
    return value is None or type(value).__name__ == "NAType" or value != value


def _word(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _columns(
    rows: list[dict[str, Any]], names: dict[str, Any], *, prefix: str, like: Any
) -> dict[str, Any]:
    columns: dict[str, Any] = {name: [row[name] for row in rows] for name in names}
    if isinstance(like, np.ndarray):
        columns = {
            name: np.array(values, dtype=_DTYPES.get(name, object))
            for name, values in columns.items()
        }
    elif not rows and not isinstance(like, list):
        # An empty list has no type, and a frame or table refuses a part whose columns have another.
        columns = {name: np.empty(0, type(names[name])) for name in names}
    return {f"{prefix}{name}": values for name, values in columns.items()}
