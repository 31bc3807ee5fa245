"""From documents, matches and heads to the five tables, sorted as the local engine sorts them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from dupdetect import cluster, schemas
from dupdetect.engines.tables import SCORES
from dupdetect.quality.content_farm import combine
from dupdetect.records import DIRECTIONS, MATCH_KINDS

_A_FROM_B, _B_FROM_A = DIRECTIONS.index("a_from_b"), DIRECTIONS.index("b_from_a")
_FINDING = ("kind", "rule", "start", "end", "quote", "score")
_NUMBERS = ("boilerplate", "machine_translation", "seo_link", "content_farm")


def refined(documents: DataFrame, matches: DataFrame) -> DataFrame:
    """``number``, ``content_farm`` of the documents that have matches, counting these in."""
    ends = matches.select(F.col("a").alias("number"), F.col("copy_a").alias("copy")).union(
        matches.select("b", "copy_b")
    )
    strongest = ends.groupBy("number").agg(F.max("copy").alias("copy"))
    known = documents.select("number", "parts").join(strongest, "number")
    return known.mapInArrow(_combined, "number int, content_farm float")


def _combined(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        rows = zip(batch["parts"].to_pylist(), batch["copy"].to_pylist(), strict=True)
        scores = [combine({**json.loads(parts), "copy": copy}) for parts, copy in rows]
        yield pa.record_batch(
            {"number": batch["number"], "content_farm": pa.array(scores, pa.float32())}
        )


def members(heads: DataFrame, ids: DataFrame) -> DataFrame:
    """``number``, ``head``, ``cluster`` of documents in clusters of two and more."""
    large = heads.groupBy("head").agg(F.count("*").alias("n")).where("n > 1").select("head")
    named = large.join(ids.withColumnRenamed("number", "head"), "head")
    clusters = named.mapInArrow(_cluster_ids, "head int, cluster string")
    return heads.join(clusters, "head").select("number", "head", "cluster")


def _cluster_ids(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        names = [cluster.cluster_id(id) for id in batch["id"].to_pylist()]
        yield pa.record_batch({"head": batch["head"], "cluster": pa.array(names, pa.string())})


def documents_table(
    documents: DataFrame, ids: DataFrame, refined: DataFrame, members: DataFrame
) -> DataFrame:
    """The table schemas.DOCUMENTS; documents outside any cluster represent themselves."""
    farm = refined.withColumnRenamed("content_farm", "refined")
    alone = F.coalesce(F.col("head") == F.col("number"), F.lit(True))
    given = documents.drop("id").join(ids, "number").join(farm, "number", "left")
    given = given.join(members, "number", "left")
    columns = {name: F.col(name) for name in schemas.DOCUMENTS.names if name in given.columns}
    columns["content_farm"] = F.coalesce("refined", "content_farm")
    columns["is_representative"] = alone
    return _select(given, columns, schemas.DOCUMENTS).orderBy("id")


def matches_table(matches: DataFrame, passages: DataFrame, ids: DataFrame) -> DataFrame:
    """The table schemas.MATCHES; a is the one that comes first in the input."""
    a = ids.select(F.col("number").alias("a"), F.col("id").alias("id_a"))
    b = ids.select(F.col("number").alias("b"), F.col("id").alias("id_b"))
    given = matches.join(passages, ["a", "b"]).join(a, "a").join(b, "b")
    columns = {name: F.col(name) for name in schemas.MATCHES.names}
    columns |= {"a": F.col("id_a"), "b": F.col("id_b")}
    columns["kind"] = _named("kind", MATCH_KINDS)
    columns["direction"] = _named("direction", DIRECTIONS)
    return _select(given, columns, schemas.MATCHES).orderBy("a", "b")


def findings_table(documents: DataFrame, ids: DataFrame) -> DataFrame:
    """The table schemas.FINDINGS."""
    each = documents.select("number", F.explode("findings").alias("finding")).join(ids, "number")
    columns = {name: F.col(f"finding.{name}") for name in _FINDING} | {"id": F.col("id")}
    order = [F.asc_nulls_last(name) for name in ("id", "start", "end", "kind", "rule", "score")]
    return _select(each, columns, schemas.FINDINGS).orderBy(*order)


def clusters_table(
    members: DataFrame, matches: DataFrame, heads: DataFrame, ids: DataFrame
) -> DataFrame:
    """The table schemas.CLUSTERS: members in the order of the input, kinds in that of codes."""
    listed = F.sort_array(F.collect_list(F.struct("number", "id")))
    groups = members.join(ids, "number").groupBy("head", "cluster").agg(listed.alias("listed"))
    own = heads.select(F.col("number").alias("b"), F.col("head").alias("a"))
    other = heads.select(F.col("number").alias("a"), F.col("head").alias("b"))
    inside = matches.join(own, ["a", "b"]).select(F.col("a").alias("head"), "kind")
    inside = inside.union(matches.join(other, ["a", "b"]).select("b", "kind"))
    kinds = inside.groupBy("head").agg(F.sort_array(F.collect_set("kind")).alias("codes"))
    given = groups.join(kinds, "head").join(ids.withColumnRenamed("number", "head"), "head")
    columns = {
        "cluster": F.col("cluster"),
        "size": F.size("listed"),
        "representative": F.col("id"),
        "members": F.col("listed.id"),
        "kinds": F.transform("codes", _kind),
    }
    return _select(given, columns, schemas.CLUSTERS).orderBy("cluster", "representative")


def domains_table(
    documents: DataFrame, refined: DataFrame, matches: DataFrame, heads: DataFrame
) -> DataFrame:
    """The table schemas.DOMAINS; see :func:`dupdetect.cluster.domains_table`."""
    farm = refined.withColumnRenamed("content_farm", "refined")
    given = documents.select("number", "domain", *_NUMBERS).join(farm, "number", "left")
    given = given.withColumn("content_farm", F.coalesce("refined", "content_farm"))
    given = given.join(_sources(matches, heads), "number", "left").where("domain is not null")
    # Sums of floats depend on their order: that of the input, as in the local engine.
    ordered = given.select("domain", "number", "source", *_NUMBERS)
    ordered = ordered.repartition("domain").sortWithinPartitions("domain", "number")
    means = ", ".join(f"{name} float" for name in _NUMBERS)
    table = ordered.mapInArrow(_Means(), f"domain string, documents int, copies float, {means}")
    table = table.join(_origins(given), "domain", "left")
    columns = {name: F.col(name) for name in schemas.DOMAINS.names}
    columns["sources"] = F.coalesce(
        "sources", F.array().cast("array<struct<domain:string,documents:int>>")
    )
    return _select(table, columns, schemas.DOMAINS).orderBy("domain")


def _sources(matches: DataFrame, heads: DataFrame) -> DataFrame:
    """``number``, ``source`` of copies: the representative, else the other end of the best match
    that calls it the copy: by score, then in the order of matches."""
    represented = heads.where("head != number").select("number", F.col("head").alias("of"))
    copies = [
        matches.where(F.col("direction") == code).select(
            F.col(copy).alias("number"),
            F.struct((-F.col("score")).alias("s"), "a", "b", F.col(source).alias("of")).alias("m"),
        )
        for code, copy, source in ((_A_FROM_B, "a", "b"), (_B_FROM_A, "b", "a"))
    ]
    best = copies[0].union(copies[1]).groupBy("number").agg(F.min("m").getField("of").alias("by"))
    both = represented.join(best, "number", "full")
    return both.select("number", F.coalesce("of", "by").alias("source"))


def _origins(given: DataFrame) -> DataFrame:
    """``domain``, ``sources``: where a domain's copies come from, most first."""
    origin = given.select(F.col("number").alias("source"), F.col("domain").alias("origin"))
    flows = given.where("source is not null").select("domain", "source").join(origin, "source")
    counts = flows.where("origin != domain").groupBy("domain", "origin")
    counted = counts.agg(F.count("*").cast("int").alias("n"))
    order = Window.partitionBy("domain").orderBy(F.desc("n"), "origin")
    ranked = counted.withColumn("rank", F.row_number().over(order))
    first = ranked.where(F.col("rank") <= cluster.MAX_SOURCES)
    listed = F.sort_array(F.collect_list(F.struct("rank", "origin", "n")))
    return first.groupBy("domain").agg(listed.alias("listed")).select(
        "domain",
        F.transform("listed", lambda flow: F.struct(
            flow["origin"].alias("domain"), flow["n"].alias("documents")
        )).alias("sources"),
    )  # fmt: skip


@dataclass(slots=True)
class _Sums:
    """What is known of a domain while its documents pass."""

    domain: str
    documents: int = 0
    copies: int = 0
    scores: NDArray[np.float64] = field(default_factory=lambda: np.zeros(len(SCORES)))


@dataclass(frozen=True)
class _Means:
    """Documents, those of a domain together and in order → a row per domain."""

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        current: _Sums | None = None
        for batch in batches:
            names = batch["domain"].to_pylist()
            copied = batch["source"].is_valid().to_numpy(zero_copy_only=False)
            scores = [batch[name].to_numpy() for name in _NUMBERS]
            done: list[_Sums] = []
            at = 0
            while at < len(names):
                end = at + 1
                while end < len(names) and names[end] == names[at]:
                    end += 1
                if current is None or current.domain != names[at]:
                    done += [current] if current is not None else []
                    current = _Sums(names[at])
                current.documents += end - at
                current.copies += int(copied[at:end].sum())
                for place, column in enumerate(scores):
                    current.scores[place] = _added(current.scores[place], column[at:end])
                at = end
            yield _rows(done)
        yield _rows([current] if current is not None else [])


def _added(start: float, weights: NDArray[np.float32]) -> float:
    """One after the other, as numpy.bincount adds in the local engine (numpy.sum does not)."""
    values = np.concatenate([[start], weights])
    return float(np.bincount(np.zeros(len(values), np.int64), weights=values)[0])


def _rows(done: list[_Sums]) -> pa.RecordBatch:
    documents = np.array([sums.documents for sums in done], np.int32)
    copies = np.array([sums.copies for sums in done], np.int64)
    columns = {
        "domain": pa.array([sums.domain for sums in done], pa.string()),
        "documents": pa.array(documents),
        "copies": pa.array((copies / documents).astype(np.float32)),
    }
    for place, name in enumerate(_NUMBERS):
        sums = np.array([known.scores[place] for known in done], np.float64)
        columns[name] = pa.array((sums / documents).astype(np.float32))
    return pa.record_batch(columns)


def _names(names: tuple[str, ...]) -> Column:
    return F.array(*[F.lit(name) for name in names])


def _kind(code: Column) -> Column:
    return F.element_at(_names(MATCH_KINDS), code.cast("int") + 1)


def _named(column: str, names: tuple[str, ...]) -> Column:
    return F.element_at(_names(names), F.col(column).cast("int") + 1)


def _select(frame: DataFrame, columns: dict[str, Column], schema: pa.Schema) -> DataFrame:
    return frame.select(*[columns[name].alias(name) for name in schema.names])
