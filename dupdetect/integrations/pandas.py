"""pandas: ``df.dupdetect`` scores, compares and deduplicates the texts of a DataFrame.

    import dupdetect.integrations.pandas  # registers the accessor
    scores = df.dupdetect.score(text="body")
    unique = df.dupdetect.deduplicate(text="body")

Every call scans the whole frame; :meth:`DupdetectAccessor.scan` scans once and keeps all answers.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from dupdetect.config import Config
from dupdetect.errors import TextError
from dupdetect.integrations.relations import (
    ABOUT,
    SCORES,
    Related,
    labels,
    relate,
    text_column,
)


@dataclass(frozen=True, slots=True)
class FrameScan:
    """All answers of one scan of a frame. The frame is the one that was scanned, not a copy."""

    frame: pd.DataFrame = field(repr=False)
    related: Related = field(repr=False)

    @property
    def skipped(self) -> dict[str, int]:
        """Rows without an answer by reason: ``null_text``, ``empty_text``, ``too_large``, ..."""
        return dict(self.related.skipped)

    def score(self) -> pd.DataFrame:
        """The four scores, float32 in 0..1, one row for each row of the frame and with its index.

        Rows without a text, or with a blank one, have NaN.
        """
        found = np.full((len(self.frame), len(SCORES)), np.nan, np.float32)
        for place, name in enumerate(SCORES):
            found[self.related.rows, place] = self.related.documents[name].to_numpy()
        return pd.DataFrame(found, index=self.frame.index, columns=list(SCORES))

    def matches(self) -> pd.DataFrame:
        """Related pairs with the columns of ``matches.parquet``; ``a`` and ``b`` are index labels.

        ``a`` stands before ``b`` in the frame. Raises ValueError when labels repeat: a pair could
        not be told from another.
        """
        index = self.frame.index
        if not index.is_unique:
            raise ValueError(
                f"the index repeats labels (first: {index[index.duplicated()][0]!r}), so pairs"
                " cannot be named by them; use df.reset_index(drop=True)"
            )
        table = self.related.matches
        found = table.to_pandas()
        for name in ("a", "b"):
            taken = index.take(table[name].to_numpy())
            found[name] = taken.to_flat_index() if isinstance(index, pd.MultiIndex) else taken
        return found

    def clusters(self, kinds: Collection[str] | None = None) -> pd.Series:
        """Cluster numbers int64 from 0, -1 for rows related to no other; with the frame's index."""
        found = labels(self.related.heads(kinds))
        return pd.Series(found, index=self.frame.index, name="cluster")

    def deduplicate(self, kinds: Collection[str] | None = None) -> pd.DataFrame:
        """The frame with one row of each cluster, its representative, in the frame's order.

        ``kinds``: of matches that make a cluster, by default all. Rows without a text stay.
        """
        heads = self.related.heads(kinds)
        return self.frame[heads == np.arange(len(heads))]


@pd.api.extensions.register_dataframe_accessor("dupdetect")
class DupdetectAccessor:
    """``df.dupdetect``: copies, rewrites and scores of the texts in a column.

    Options of all methods. ``text``: the column of texts (None and NaN: no text). ``url``,
    ``title``, ``language``, ``published``: columns of what else is known of them; by default the
    columns of these names, where there are any. ``config``: a Config. ``workers``: processes, by
    default one a core; frames of some hundred rows use none. Scores and matches are those of
    :func:`dupdetect.scan` on the same documents.

    Raises KeyError for a column that is not there, TypeError for texts that are none, TextError for
    lone surrogates.
    """

    def __init__(self, frame: pd.DataFrame) -> None:
        self._frame = frame

    def scan(
        self,
        text: Hashable = "text",
        *,
        url: Hashable = None,
        title: Hashable = None,
        language: Hashable = None,
        published: Hashable = None,
        config: Config | None = None,
        workers: int | None = None,
    ) -> FrameScan:
        """Scans the frame once, for several answers."""
        named = {"url": url, "title": title, "language": language, "published": published}
        columns = {"text": _texts(self._frame, text)}
        for name in ABOUT:
            chosen = named[name]
            if chosen is not None or name in self._frame.columns:
                columns[name] = _about(self._frame, name if chosen is None else chosen)
        return FrameScan(self._frame, relate(columns, config=config, workers=workers))

    def score(self, text: Hashable = "text", **options: Any) -> pd.DataFrame:
        """See :meth:`FrameScan.score`; ``options`` are those of :meth:`scan`."""
        return self.scan(text, **options).score()

    def matches(self, text: Hashable = "text", **options: Any) -> pd.DataFrame:
        """See :meth:`FrameScan.matches`; ``options`` are those of :meth:`scan`."""
        return self.scan(text, **options).matches()

    def deduplicate(
        self, text: Hashable = "text", *, kinds: Collection[str] | None = None, **options: Any
    ) -> pd.DataFrame:
        """See :meth:`FrameScan.deduplicate`; other ``options`` are those of :meth:`scan`."""
        return self.scan(text, **options).deduplicate(kinds)


def _column(frame: pd.DataFrame, name: Hashable) -> pd.Series:
    column = frame[name]
    if not isinstance(column, pd.Series):
        raise ValueError(f"{name!r} names several columns")
    return column


def _texts(frame: pd.DataFrame, name: Hashable) -> pa.ChunkedArray:
    try:
        return text_column(_column(frame, name))
    except (TypeError, TextError) as error:
        raise type(error)(f"column {name!r}: {error}") from None


def _about(frame: pd.DataFrame, name: Hashable) -> pa.ChunkedArray:
    """A column of strings, dates or numbers; the readers of Parquet know what to make of it."""
    column = _column(frame, name)
    try:
        try:
            found = pa.array(column, from_pandas=True)
        except (pa.ArrowInvalid, pa.ArrowTypeError):
            found = pa.array(column.astype(str).where(column.notna(), None), pa.large_string())
    except UnicodeEncodeError as error:
        raise TextError(f"column {name!r}: a value holds a lone surrogate ({error})") from None
    return found if isinstance(found, pa.ChunkedArray) else pa.chunked_array([found])
