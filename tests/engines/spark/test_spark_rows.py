"""Steps over DataFrames against the functions of the local engine that they stand for."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from dupdetect import cluster
from dupdetect.engines.tables import unique_ids


@pytest.mark.parametrize("seed", range(3))
def test_ids_are_numbered_as_locally(spark, seed):
    from dupdetect.engines.spark import numbering

    rng = np.random.default_rng(seed)
    names = ["a", "b\n", "a~2", "a~3", "b\n~2", "a~2~2", "c~02", "c", "é~", "d~99999999999"]
    ids = [names[i] for i in rng.integers(0, len(names), 40)]
    if seed == 0:
        ids = ["a", "a~2", "a", "a", "b", "a~4", "a~2", "a~2~3", "c", "c~1", "c~02", "c", "c"]
    order = rng.permutation(len(ids)).tolist()
    frame = spark.createDataFrame([(i, ids[i]) for i in order], "number int, id string")
    found = {row["number"]: row["id"] for row in numbering.unique_ids(frame).collect()}
    assert [found[number] for number in range(len(ids))] == unique_ids(ids)[0]


def test_documents_are_numbered_in_the_order_of_the_input(spark):
    from dupdetect.engines.spark import numbering

    rows = [(1, 0, 0), (0, 512, 1), (0, 0, 0), (0, 512, 0), (3, 7, 0), (1, 0, 2), (1, 0, 1)]
    frame = spark.createDataFrame(rows, "file int, start long, row int")
    frame = frame.selectExpr("*", "concat(file, '/', start, '/', row) as id")
    found = numbering.numbered(frame, numbering.bases(frame)).orderBy("number").collect()
    assert [row["number"] for row in found] == list(range(len(rows)))
    assert [row["id"] for row in found] == ["/".join(map(str, row)) for row in sorted(rows)]


def graph(seed, n, edges):
    """Matches among n documents with many equal ranks and scores, and two of everything."""
    rng = np.random.default_rng(seed)
    pairs = np.sort(rng.integers(0, n, (edges, 2)), axis=1)
    pairs = np.unique(pairs[pairs[:, 0] < pairs[:, 1]], axis=0)
    k = len(pairs)
    matches = cluster.Matches(
        pairs=pairs,
        kind=np.ones(k, np.uint8),
        score=(rng.integers(5, 9, k) / 10).astype(np.float32),
        jaccard=(rng.integers(0, 9, k) / 10).astype(np.float32),
        direction=rng.integers(0, 3, k).astype(np.uint8),
    )
    days = [None, "", "2020-01-02", "2020-01-02T10:00", "2019-12-31"]
    published = [days[i] for i in rng.integers(0, len(days), n)]
    artefacts = (rng.integers(0, 4, n) / 10).astype(np.float32)
    return matches, published, artefacts, rng.integers(10, 14, n).astype(np.int32)


@pytest.mark.parametrize(("seed", "one_task"), [(1, 10**6), (2, 0), (3, 60)])
def test_representatives_are_those_of_one_machine(spark, seed, one_task):
    from dupdetect.engines.spark import grouping

    n = 120
    matches, published, artefacts, n_words = graph(seed, n, 200)
    expected = cluster.heads(matches, published=published, artefacts=artefacts, n_words=n_words)
    assert cluster.bridges(matches, published=published).sum() > 9
    columns = {"a": matches.pairs[:, 0], "b": matches.pairs[:, 1]}
    columns |= {"score": matches.score, "jaccard": matches.jaccard}
    columns["direction"] = matches.direction.astype(np.int16)
    edges = spark.createDataFrame(pa.table(columns)).selectExpr(
        "int(a) a", "int(b) b", "score", "jaccard", "direction"
    )
    known = spark.createDataFrame(
        pa.table({"number": np.arange(n, dtype=np.int32), "published": published,
                  "artefacts": artefacts, "n_words": n_words})
    )  # fmt: skip
    steps = []

    def save(name, make):
        steps.append(name)
        return make().localCheckpoint()

    found = grouping.heads(edges, known, save=save, one_task=one_task).collect()
    heads = {row["number"]: row["head"] for row in found}
    assert heads == {int(i): int(expected[i]) for i in np.unique(matches.pairs)}
    rounds = [name for name in steps if name.startswith("left-")]
    assert bool(rounds) == (one_task < 100)


@pytest.mark.parametrize("seed", range(5))
def test_what_is_left_is_decided_in_any_order(seed):
    pytest.importorskip("pyspark")
    from dupdetect.engines.spark.grouping import covered

    rng = np.random.default_rng(seed)
    edges = np.sort(rng.integers(0, 60, (150, 2)), axis=1)
    edges = edges[edges[:, 0] < edges[:, 1]]
    expected = np.zeros(60, bool)
    for node in range(60):
        if not expected[node]:
            expected[edges[edges[:, 0] == node, 1]] = True
    names = rng.permutation(60)
    assert covered(names[edges], 60)[names].tolist() == expected.tolist()
