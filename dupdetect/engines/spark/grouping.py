"""Representatives in a cluster of machines: the rule of :mod:`dupdetect.cluster`, in rounds.

Taking documents in order of rank, each a representative unless it matches an earlier one, is the
lexicographically first maximal independent set. Its parallel form (Blelloch, Fineman, Shun 2012)
takes all documents at once that match no undecided document of a lower rank, passes over all that
match those, and goes on with the rest: the same set whatever the order of work. Few rounds leave
little (the number of rounds is at most logarithmic for random ranks); what is left, or a graph that
is small from the start, one task finishes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from dupdetect import cluster
from dupdetect.engines.spark.functions import cogrouped, grouped
from dupdetect.records import DIRECTIONS

#: Makes and saves the rows of a step.
Save = Callable[[str, Callable[[], DataFrame]], DataFrame]

#: Matches that one task takes: about 200 MB.
ONE_TASK = 2_000_000
HEADS = "number int, head int"
_HEADS = pa.schema([("number", pa.int32()), ("head", pa.int32())])
_A_FROM_B, _B_FROM_A = DIRECTIONS.index("a_from_b"), DIRECTIONS.index("b_from_a")
_RANK = ("bridge", "day", "votes", "steps", "words", "number")


def attributes(documents: DataFrame) -> DataFrame:
    """What ranks a document as a likely source: ``number``, ``published``, ``artefacts``,
    ``n_words``."""
    scores = [F.col(name) for name in ("boilerplate", "machine_translation", "seo_link")]
    worst = F.greatest(*scores, F.lit(0.0).cast("float")).alias("artefacts")
    return documents.select("number", "published", worst, "n_words")


def heads(
    matches: DataFrame, known: DataFrame, *, save: Save, one_task: int = ONE_TASK
) -> DataFrame:
    """``number``, ``head`` of every document that has a match: its representative, or itself.

    ``matches`` have ``a``, ``b``, ``score``, ``jaccard``, ``direction``; ``known`` is from
    :func:`attributes`.
    """
    edges = matches.select("a", "b", "score", "jaccard", "direction")
    ends = edges.select(F.col("a").alias("number")).union(edges.select("b")).distinct()
    nodes = known.join(ends, "number", "left_semi")
    if edges.count() <= one_task:
        one = F.lit(0).alias("one")
        both = edges.withColumn("one", one).groupBy("one")
        return both.cogroup(nodes.withColumn("one", one).groupBy("one")).applyInArrow(
            cogrouped(Represent()), HEADS
        )
    bridges = save("bridges", lambda: _bridges(edges, nodes))
    ranked = save("ranked", lambda: _ranked(edges, nodes, bridges))
    oriented = save("oriented", lambda: _oriented(edges, ranked))
    covered = save("covered", lambda: _covered(oriented, save, one_task))
    return _best(edges, ranked, covered)


@dataclass(frozen=True)
class Represent:
    """All matches and their documents → heads, by :func:`dupdetect.cluster.representatives`."""

    def __call__(self, edges: pa.Table, nodes: pa.Table) -> pa.Table:
        """Rows HEADS, for ``cogroup``."""
        nodes = nodes.sort_by("number")
        edges = edges.sort_by([("a", "ascending"), ("b", "ascending")])
        numbers = nodes["number"].to_numpy()
        ends = np.column_stack([edges["a"].to_numpy(), edges["b"].to_numpy()])
        matches = cluster.Matches(
            pairs=np.searchsorted(numbers, ends).astype(np.int64),
            kind=np.zeros(len(edges), np.uint8),
            score=edges["score"].to_numpy(),
            jaccard=edges["jaccard"].to_numpy(),
            direction=edges["direction"].to_numpy().astype(np.uint8),
        )
        heads = cluster.heads(
            matches,
            published=nodes["published"].to_pylist(),
            artefacts=nodes["artefacts"].to_numpy(),
            n_words=nodes["n_words"].to_numpy(),
        )
        found = numbers[heads]
        return pa.table({"number": numbers, "head": found}, schema=_HEADS)


def _bridges(edges: DataFrame, nodes: DataFrame) -> DataFrame:
    """``number`` of the documents that :func:`dupdetect.cluster.bridges` names.

    A document is told by its neighbours and the matches between them: the triangles of the graph,
    which are few where candidates are capped.
    """
    both = _both(edges, "number", "other").select("number", "other", "jaccard")
    degree = both.groupBy("number").agg(F.count("*").alias("degree"))
    days = nodes.select("number", "published")
    known = degree.join(days, "number")
    several = degree.where("degree > 1").select("number")
    own = both.join(several, "number", "left_semi").join(
        known.select(
            F.col("number").alias("other"), "degree", F.col("published").alias("other_published")
        ),
        "other",
    ).join(days, "number")  # fmt: skip
    ends = both.select("number", "other")
    links = (
        edges.select("a", "b")
        .join(ends.withColumnRenamed("other", "a"), "a")
        .join(ends.withColumnRenamed("other", "b"), ["number", "b"])
        # A column of its own: Spark takes the keys of two frames of one origin for the same.
        .select(F.col("number").alias("number"), "a", "b")
    )
    return (
        own.groupBy("number")
        .cogroup(links.groupBy("number"))
        .applyInArrow(cogrouped(Bridge()), "number int")
    )


@dataclass(frozen=True)
class Bridge:
    """The neighbours of a document and the matches between them → the document, if a bridge."""

    def __call__(self, own: pa.Table, links: pa.Table) -> pa.Table:
        """``number``, for ``cogroup``."""
        own = own.sort_by("other")
        others = own["other"].to_numpy()
        ends = np.column_stack([links["a"].to_numpy(), links["b"].to_numpy()])
        between = np.searchsorted(others, ends).astype(np.int64) + 1
        star = np.column_stack([np.zeros(len(own), np.int64), np.arange(1, len(own) + 1)])
        pairs = np.concatenate([star, between])
        jaccard = np.zeros(len(pairs), np.float32)
        jaccard[: len(own)] = own["jaccard"].to_numpy()
        codes = np.zeros(len(pairs), np.uint8)
        found = cluster.bridges(
            cluster.Matches(pairs=pairs, kind=codes, score=jaccard, jaccard=jaccard,
                            direction=codes),
            published=[*own["published"].to_pylist()[:1], *own["other_published"].to_pylist()],
            degree=np.concatenate([[len(own)], own["degree"].to_numpy()]).astype(np.int64),
            wanted=np.zeros(min(1, len(own)), np.int64),
        )  # fmt: skip
        number = own["number"].to_numpy()[:1][found]
        return pa.table({"number": pa.array(number, pa.int32())})


def _both(edges: DataFrame, one: str, other: str) -> DataFrame:
    """Each edge in both directions."""
    there = edges.withColumnsRenamed({"a": one, "b": other})
    return there.unionByName(edges.withColumnsRenamed({"b": one, "a": other}))


def _ranked(edges: DataFrame, nodes: DataFrame, bridges: DataFrame) -> DataFrame:
    """``number`` and ``rank``, a struct that orders as :func:`dupdetect.cluster.strength` does."""
    votes = F.when(F.col("direction") == _A_FROM_B, 1).when(
        F.col("direction") == _B_FROM_A, -1
    ).otherwise(0)  # fmt: skip
    given = edges.select(F.col("b").alias("number"), votes.alias("vote")).union(
        edges.select("a", -votes)
    )
    # The earliest and the best come first, so votes and words count down.
    total = given.groupBy("number").agg((-F.sum("vote")).alias("votes"))
    date = F.when(F.coalesce(F.length("published"), F.lit(0)) == 0, "9999-99-99")
    held = bridges.select("number", F.lit(True).alias("is_bridge"))
    fields = (
        nodes.join(total, "number")
        .join(held, "number", "left")
        .select(
            "number",
            F.coalesce("is_bridge", F.lit(False)).alias("bridge"),
            F.substring(date.otherwise(F.col("published")), 1, 10).alias("day"),
            "votes",
            F.floor(F.col("artefacts").cast("double") * 10).alias("steps"),
            (-F.col("n_words")).alias("words"),
        )
    )
    return fields.select("number", F.struct(*_RANK).alias("rank"))


def _oriented(edges: DataFrame, ranked: DataFrame) -> DataFrame:
    """``low``, ``high``: the document of the lower rank and the other one."""
    ra = ranked.select(F.col("number").alias("a"), F.col("rank").alias("rank_a"))
    rb = ranked.select(F.col("number").alias("b"), F.col("rank").alias("rank_b"))
    first = F.col("rank_a") < F.col("rank_b")
    return edges.join(ra, "a").join(rb, "b").select(
        F.when(first, F.col("a")).otherwise(F.col("b")).alias("low"),
        F.when(first, F.col("b")).otherwise(F.col("a")).alias("high"),
    )  # fmt: skip


def _covered(oriented: DataFrame, save: Save, one_task: int) -> DataFrame:
    """``number`` of all documents that match a representative of a lower rank.

    ``oriented``: edges ``low``, ``high`` by rank.
    """
    number = 0
    parts: list[DataFrame] = []
    left = oriented
    while left.count() > one_task:
        found = save(f"covered-{number}", partial(_next_covered, left))
        left = save(f"left-{number}", partial(_left, left, found))
        parts.append(found)
        number += 1
    last = left.groupBy(F.lit(0).alias("one")).applyInArrow(grouped(Cover()), "number int")
    for part in parts:
        last = last.union(part)
    return last


def _next_covered(edges: DataFrame) -> DataFrame:
    """Documents that match one that no edge leads to."""
    held = edges.select(F.col("high").alias("low")).distinct()
    chosen = edges.join(held, "low", "left_anti")
    return chosen.select(F.col("high").alias("number")).distinct()


def _left(edges: DataFrame, covered: DataFrame) -> DataFrame:
    """Edges between documents that are not covered."""
    for end in ("low", "high"):
        edges = edges.join(covered.select(F.col("number").alias(end)), end, "left_anti")
    return edges.select("low", "high")


@dataclass(frozen=True)
class Cover:
    """What is left of the oriented edges → the covered documents."""

    def __call__(self, edges: pa.Table) -> pa.Table:
        """``number``, for ``applyInArrow``."""
        ends = np.column_stack([edges["low"].to_numpy(), edges["high"].to_numpy()])
        numbers, index = np.unique(ends, return_inverse=True)
        found = numbers[covered(index.reshape(-1, 2), len(numbers))]
        return pa.table({"number": pa.array(found, pa.int32())})


def covered(edges: NDArray[np.int64], n: int) -> NDArray[np.bool_]:
    """Of nodes 0..n-1, those with an edge (from, to) from a node that is not covered.

    The edges have no cycle; each is looked at once, when its first node is decided.
    """
    order = np.argsort(edges[:, 0], kind="stable")
    start = np.searchsorted(edges[order, 0], np.arange(n + 1)).tolist()
    targets = edges[order, 1].tolist()
    waiting = np.bincount(edges[:, 1], minlength=n)
    ready = np.flatnonzero(waiting == 0).tolist()
    left = waiting.tolist()
    out = [False] * n
    while ready:
        node = ready.pop()
        for target in targets[start[node] : start[node + 1]]:
            out[target] = out[target] or not out[node]
            left[target] -= 1
            if not left[target]:
                ready.append(target)
    return np.array(out, bool)


def _best(edges: DataFrame, ranked: DataFrame, covered: DataFrame) -> DataFrame:
    """Covered documents go to their best representative: no bridge, score, Jaccard and rank."""
    both = _both(edges, "number", "head").select("number", "head", "score", "jaccard")
    heads = ranked.join(covered, "number", "left_anti")
    usable = both.join(covered, "number", "left_semi").join(
        heads.withColumnRenamed("number", "head"), "head"
    )
    worth = F.struct("rank.bridge", -F.col("score"), -F.col("jaccard"), "rank", "head")
    best = F.min(worth).getField("head")
    members = usable.groupBy("number").agg(best.alias("head"))
    return members.union(heads.select("number", F.col("number").alias("head")))
