"""Lines that a domain's documents share, as :mod:`dupdetect.engines.templating` finds them.

Lines travel as keys, never as texts; only documents that have a template line are read again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from dupdetect.engines.spark.sources import ddl
from dupdetect.engines.spool import FINDINGS
from dupdetect.quality.boilerplate import templates

_LINES = pa.schema(
    [
        ("number", pa.int32()),
        ("domain", pa.string()),
        ("head", pa.int32()),
        ("key", pa.int64()),
        ("start", pa.int32()),
        ("end", pa.int32()),
        ("words", pa.int32()),
        ("found", pa.bool_()),
    ]
)
_FINDING = pa.struct([item for item in FINDINGS if item.name != "row"])
_ADDED = pa.schema([("number", pa.int32()), ("share", pa.float32()), ("added", pa.list_(_FINDING))])

Save = Callable[[str, Callable[[], DataFrame]], DataFrame]


def with_templates(documents: DataFrame, heads: DataFrame, save: Save) -> DataFrame:
    """The documents with the templates of their domains counted in: share and findings.

    ``heads``: ``number``, ``head`` of the documents that have matches.
    """
    added = save("templates", lambda: _added(documents, heads))
    given = documents.join(added, "number", "left")
    nothing = F.array().cast(given.schema["findings"].dataType)
    return (
        given.withColumn("boilerplate", F.coalesce("share", "boilerplate"))
        .withColumn("findings", F.concat("findings", F.coalesce("added", nothing)))
        .drop("share", "added")
    )


def _added(documents: DataFrame, heads: DataFrame) -> DataFrame:
    """Rows _ADDED of the documents that have template lines which they did not show alone."""
    own = documents.where("domain is not null").select("number", "domain", "lines")
    own = own.join(heads.select("number", "head"), "number", "left")
    own = own.withColumn("head", F.coalesce("head", "number"))
    lines = own.select("number", "domain", "head", "lines").mapInArrow(_lines, ddl(_LINES))
    sizes = own.select("domain", "head").distinct().groupBy("domain")
    counts = lines.select("domain", "key", "head").distinct().groupBy("domain", "key")
    least = F.greatest(F.lit(float(templates.LEAST)), F.col("size") * templates.LEAST_SHARE)
    shared = counts.agg(F.count("*").alias("n")).join(
        sizes.agg(F.count("*").alias("size")), "domain"
    )
    shared = shared.where(F.col("n") >= least).select("domain", "key")
    wanted = lines.where("not found").join(shared, ["domain", "key"]).groupBy("number")
    spans = wanted.agg(F.sort_array(F.collect_list(F.struct("start", "end", "words"))).alias("at"))
    known = documents.select("number", "boilerplate", "line_words", "text")
    return spans.join(known, "number").mapInArrow(_made, ddl(_ADDED))


def _lines(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Documents with their packed lines → a row per line."""
    for batch in batches:
        parts = [np.frombuffer(own.as_buffer(), templates.LINE) for own in batch["lines"]]
        lines = np.concatenate([np.empty(0, templates.LINE), *parts])
        of = pa.array(np.repeat(np.arange(len(parts)), [len(part) for part in parts]))
        columns: dict[str, Any] = {
            name: batch[name].take(of) for name in ("number", "domain", "head")
        }
        columns["key"] = np.ascontiguousarray(lines["key"]).view(np.int64)
        columns |= {name: lines[name].astype(np.int32) for name in ("start", "end", "words")}
        columns["found"] = lines["found"] > 0
        yield pa.record_batch(
            [pa.array(columns[item.name]).cast(item.type) for item in _LINES], schema=_LINES
        )


def _made(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Documents with the places of their template lines → rows _ADDED."""
    for batch in batches:
        rows = batch.to_pylist()
        made = [
            {
                "number": row["number"],
                "share": templates.raised(
                    float(np.float32(row["boilerplate"])),
                    sum(max(1, at["words"]) for at in row["at"]),
                    row["line_words"],
                ),
                "added": [
                    templates.finding(row["text"], at["start"], at["end"]).to_dict()
                    for at in row["at"]
                ],
            }
            for row in rows
        ]
        yield pa.RecordBatch.from_pylist(made, schema=_ADDED)
