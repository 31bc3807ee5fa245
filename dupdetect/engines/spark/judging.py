"""Verdicts on pairs: sketches go where their pairs are, each once per cell; then texts of matches.

A cell is a few thousand pairs whose lower documents stand close together in the input, so that a
sketch serves many pairs, and pages of one day or one site meet.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from dupdetect.config import Config
from dupdetect.engines.spark.arrays import SketchColumns
from dupdetect.engines.spark.functions import cogrouped, grouped
from dupdetect.engines.spark.pairing import COLUMNS, Shape, cells
from dupdetect.quality import Assessment, refine
from dupdetect.records import DIRECTIONS, MATCH_KINDS, Match, Scores
from dupdetect.schemas import PASSAGE
from dupdetect.verify import passages_many, verify_pairs

#: Matches: pairs of any kind but none, with codes of kind and direction, and what the match says of
#: either document's content-farm score.
MATCHES = (
    "a int, b int, cell long, kind short, direction short, score float, jaccard float, "
    "containment_a float, containment_b float, copy_a double, copy_b double"
)
_MATCHES = pa.schema(
    [
        ("a", pa.int32()),
        ("b", pa.int32()),
        ("cell", pa.int64()),
        ("kind", pa.int16()),
        ("direction", pa.int16()),
        *((name, pa.float32()) for name in ("score", "jaccard", "containment_a", "containment_b")),
        *((name, pa.float64()) for name in ("copy_a", "copy_b")),
    ]
)
PASSAGES = (
    "a int, b int, passages array<struct<"
    "a_start:int, a_end:int, b_start:int, b_end:int, similarity:float>>"
)
_PASSAGES = pa.schema([("a", pa.int32()), ("b", pa.int32()), ("passages", pa.list_(PASSAGE))])

_NONE, _TRANSLATION = MATCH_KINDS.index("none"), MATCH_KINDS.index("translation")
_NOTHING = Assessment(Scores())

#: Parts of a cell whose matches are aligned by themselves.
_PARTS = 16

Work = Callable[[Any, Any], Any]


def verdicts(documents: DataFrame, pairs: DataFrame, config: Config) -> DataFrame:
    """The matches (MATCHES) among pairs ``a``, ``b``, ``cell``.

    ``documents`` have ``number``, ``language``, ``published`` and the sketches.
    """
    names = ["number", "language", "published", *SketchColumns(config).names_for_verdicts]
    sketches = _brought(documents.select(*names), pairs)
    given = pairs.select("a", "b", "cell")
    return _together(sketches, given, Verify(config), MATCHES)


def aligned(documents: DataFrame, matches: DataFrame, config: Config) -> DataFrame:
    """The passages (PASSAGES) of matches ``a``, ``b``, ``kind``, ``cell``.

    ``documents`` have ``number`` and ``text``.
    """
    # Where a document has thousands of copies, most pairs of a cell match, and aligning them is ten
    # times the work of verifying them.
    part = (F.col("cell") * _PARTS + F.col("b") % _PARTS).alias("cell")
    given = matches.select("a", "b", "kind", part)
    texts = _brought(documents.select("number", "text"), given)
    return _together(texts, given, Align(config), PASSAGES)


def celled(pairs: DataFrame, shape: Shape) -> DataFrame:
    """Pairs ``a``, ``b`` with a ``cell`` as :func:`candidate_pairs` gives it."""
    row, column = F.floor(F.col("a") / shape.block), F.floor(F.col("b") / shape.column)
    place = (row * COLUMNS + column).cast("long").alias("place")
    return pairs.select("a", "b", place).groupBy("place").applyInArrow(
        grouped(Celled(shape)), "a int, b int, cell long"
    )  # fmt: skip


@dataclass(frozen=True)
class Celled:
    """A block's pairs with their cells: for ``applyInArrow``."""

    shape: Shape

    def __call__(self, table: pa.Table) -> pa.Table:
        """Rows ``a``, ``b``, ``cell``."""
        table = table.sort_by([("a", "ascending"), ("b", "ascending")])
        ends = np.column_stack([table["a"].to_numpy(), table["b"].to_numpy()]).astype(np.int64)
        cell = cells(ends, table["place"][0].as_py(), self.shape)
        return pa.table({"a": table["a"], "b": table["b"], "cell": pa.array(cell, pa.int64())})


def _brought(documents: DataFrame, pairs: DataFrame) -> DataFrame:
    """Each document once in every cell that has a pair of it."""
    ends = [pairs.select("cell", F.col(name).alias("number")) for name in ("a", "b")]
    wanted = ends[0].unionByName(ends[1]).distinct()
    return wanted.join(documents, "number")


def _together(documents: DataFrame, pairs: DataFrame, work: Work, schema: str) -> DataFrame:
    # Both stem from the same pairs: without a new name Spark cannot tell the one cell's from the
    # other's.
    fresh = pairs.withColumnRenamed("cell", "of_cell").withColumnRenamed("of_cell", "cell")
    both = documents.groupBy("cell").cogroup(fresh.groupBy("cell"))
    return both.applyInArrow(cogrouped(work), schema)


@dataclass(frozen=True)
class Verify:
    """A cell's sketches and pairs → matches: for ``cogroup``."""

    config: Config

    def __call__(self, documents: pa.Table, pairs: pa.Table) -> pa.Table:
        """Rows MATCHES."""
        # Rows stay where they are: sketches are the bulk of what this task holds.
        numbers = documents["number"].to_numpy()
        order = np.argsort(numbers)
        ends = np.column_stack([pairs["a"].to_numpy(), pairs["b"].to_numpy()])
        found = verify_pairs(
            SketchColumns(self.config).unpack({n: documents[n] for n in documents.column_names}),
            order[np.searchsorted(numbers, ends, sorter=order)],
            languages=documents["language"].to_pylist(),
            dates=documents["published"].to_pylist(),
            config=self.config,
        )
        kept = np.flatnonzero(found.kind != _NONE)
        columns = {name: pa.array(getattr(found, name)[kept]) for name in _MATCHES.names[3:9]}
        copies = [
            _copy_parts(*row)
            for row in zip(*(columns[key].to_pylist() for key in ("kind", "direction", "score")),
                           strict=True)
        ]  # fmt: skip
        columns["copy_a"] = pa.array([copy for copy, _ in copies], pa.float64())
        columns["copy_b"] = pa.array([copy for _, copy in copies], pa.float64())
        columns |= {name: pairs[name].take(pa.array(kept)) for name in ("a", "b", "cell")}
        return pa.table({name: columns[name] for name in _MATCHES.names}).cast(_MATCHES)


def _copy_parts(kind: int, direction: int, score: float) -> tuple[float, float]:
    """What one match says of either document; of several the largest counts (quality.refine)."""
    match = Match("a", "b", MATCH_KINDS[kind], score, direction=DIRECTIONS[direction])
    one, other = (refine(_NOTHING, [match], document=name).parts["copy"] for name in "ab")
    return one, other


@dataclass(frozen=True)
class Align:
    """A cell's texts and matches → passages: for ``cogroup``."""

    config: Config

    def __call__(self, documents: pa.Table, matches: pa.Table) -> pa.Table:
        """Rows PASSAGES."""
        row_of = {number: row for row, number in enumerate(documents["number"].to_pylist())}
        pairs = [
            (row_of[a], row_of[b])
            for a, b in zip(matches["a"].to_pylist(), matches["b"].to_pylist(), strict=True)
        ]
        across = [kind == _TRANSLATION for kind in matches["kind"].to_pylist()]
        found = passages_many(
            documents["text"].to_pylist(), pairs, across=across, config=self.config
        )
        names = [item.name for item in PASSAGE]
        listed = [[{name: getattr(p, name) for name in names} for p in ps] for ps in found]
        return pa.table(
            {"a": matches["a"], "b": matches["b"], "passages": pa.array(listed, pa.list_(PASSAGE))},
            schema=_PASSAGES,
        )
