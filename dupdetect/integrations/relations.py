"""Texts that are already in memory, scanned as files are: what pandas and scikit-learn stand on.

The texts go through :func:`dupdetect.scan` by way of a temporary Parquet file, so that the answers
are those of a scan, in its bounded memory, with its worker processes and its care for bad texts.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from dupdetect import cluster, schemas
from dupdetect.config import ColumnsConfig, Config
from dupdetect.engines import scan
from dupdetect.errors import ConfigError, TextError
from dupdetect.records import DIRECTIONS, MATCH_KINDS

I64 = NDArray[np.int64]

SCORES = ("boilerplate", "machine_translation", "seo_link", "content_farm")
#: What may be known of a text beside itself.
ABOUT = ("url", "title", "language", "published")
#: Rows are written as numbers of this many digits, so that they sort as they count.
_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Related:
    """What a scan of n texts found; rows are places in the sequence of texts, 0..n-1.

    ``documents``: schemas.DOCUMENTS with an int64 ``id``, the row, ascending; rows whose text is
    missing or blank (counted by reason in ``skipped``) are not in it. ``matches``: schemas.MATCHES
    with int64 ``a`` and ``b``, a before b, ascending.
    """

    n: int
    documents: pa.Table
    matches: pa.Table
    skipped: dict[str, int] = field(default_factory=dict)

    @property
    def rows(self) -> I64:
        """The rows that have a text, int64."""
        return np.asarray(self.documents["id"].to_numpy())

    def heads(self, kinds: Collection[str] | None = None) -> I64:
        """The row that represents each row, int64[n]: itself, or one that it matches directly.

        ``kinds`` restricts the matches that are followed, by default all are, as in a scan. Raises
        ConfigError for an unknown kind.
        """
        rows, known = self.rows, self._matches(_checked(kinds))
        found = cluster.heads(
            known,
            published=self.documents["published"].to_pylist(),
            artefacts=np.max([self.documents[name].to_numpy() for name in SCORES[:3]], axis=0),
            n_words=self.documents["n_words"].to_numpy(),
        )
        heads = np.arange(self.n)
        heads[rows] = rows[found]
        return heads

    def _matches(self, kinds: Collection[str]) -> cluster.Matches:
        table = self.matches.filter(pc.is_in(self.matches["kind"], pa.array(kinds, pa.string())))
        pairs = np.stack([table["a"].to_numpy(), table["b"].to_numpy()], axis=1)
        return cluster.Matches(
            pairs=np.searchsorted(self.rows, pairs).astype(np.int64).reshape(-1, 2),
            kind=_codes(table["kind"], MATCH_KINDS),
            score=table["score"].to_numpy(),
            jaccard=table["jaccard"].to_numpy(),
            direction=_codes(table["direction"], DIRECTIONS),
        )


def labels(heads: I64) -> I64:
    """Cluster numbers int64[n] from 0 in the order of their first rows, -1 for rows alone."""
    sizes = np.bincount(heads, minlength=len(heads))
    found = np.full(len(heads), -1, np.int64)
    inside = np.flatnonzero(sizes[heads] > 1)
    _, first, number = np.unique(heads[inside], return_index=True, return_inverse=True)
    found[inside] = np.argsort(np.argsort(first))[number]
    return found


def relate(
    columns: Mapping[str, pa.ChunkedArray], *, config: Config | None, workers: int | None
) -> Related:
    """Scans the texts of ``columns["text"]``; the other columns are those of ABOUT, if known.

    ``config.columns`` is not used. Raises what :func:`dupdetect.scan` raises.
    """
    known = [name for name in ABOUT if name in columns]
    n = len(columns["text"])
    names = ColumnsConfig(text=("text",), id="id", **{name: name for name in known})
    rows = pc.utf8_lpad(pc.cast(pa.array(np.arange(n)), pa.string()), _DIGITS, "0")
    table = pa.table({"id": rows, **{name: columns[name] for name in ("text", *known)}})
    with TemporaryDirectory(prefix="dupdetect-") as folder:
        source, out = Path(folder) / "texts.parquet", Path(folder) / "out"
        pq.write_table(table, source, compression="lz4")
        result = scan(
            [source], out=out, config=replace(config or Config(), columns=names), workers=workers,
            report=False,
        )  # fmt: skip
        return Related(
            n,
            _numbered(out, "documents", ("id",)),
            _numbered(out, "matches", ("a", "b")),
            result.skipped,
        )


def text_column(values: Any) -> pa.ChunkedArray:
    """Texts as Arrow ``large_string``: from a sequence, a numpy array, a Series or Arrow data.

    None and NaN are null. Raises TypeError where there is something else than texts, TextError for
    lone surrogates.
    """
    try:
        column = values
        if not isinstance(values, (pa.Array, pa.ChunkedArray)):
            column = pa.array(values, from_pandas=True)
    except UnicodeEncodeError as error:
        raise TextError(f"a text holds a lone surrogate ({error})") from None
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise TypeError(f"the texts are not all text: {error}") from None
    if column.null_count == len(column):
        column = pa.nulls(len(column), pa.large_string())
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if not (
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    ):
        raise TypeError(f"the texts are no text but {kind}")
    column = column.cast(pa.large_string())
    return column if isinstance(column, pa.ChunkedArray) else pa.chunked_array([column])


def _numbered(out: Path, name: str, ids: tuple[str, ...]) -> pa.Table:
    """A table of the scan with rows for ids."""
    table = pq.read_table(out / f"{name}.parquet", schema=schemas.TABLES[name])
    for column in ids:
        place = table.schema.get_field_index(column)
        table = table.set_column(place, column, pc.cast(table[column], pa.int64()))
    return table


def _codes(names: pa.ChunkedArray, known: tuple[str, ...]) -> NDArray[np.uint8]:
    places = pc.index_in(names, pa.array(known, pa.string()))
    return np.asarray(places.to_numpy()).astype(np.uint8)


def _checked(kinds: Collection[str] | None) -> list[str]:
    related: list[str] = [kind for kind in MATCH_KINDS if kind != "none"]
    if kinds is None:
        return related
    wanted = {kinds} if isinstance(kinds, str) else set(kinds)
    if not wanted <= set(related):
        unknown = ", ".join(sorted(wanted - set(related)))
        raise ConfigError(f"kinds must be some of {', '.join(related)}, not {unknown}")
    return sorted(wanted)
