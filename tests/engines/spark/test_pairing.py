"""Candidate pairs by groups and blocks against the local engine's, without a cluster.

The steps are those that executors run; only the shuffles between them are done here.
"""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest

from dupdetect.config import AnchorConfig, Config, ShingleConfig
from dupdetect.engines.candidates import find_candidates
from dupdetect.kernels.group import decode_pairs, encode_pairs

if importlib.util.find_spec("pyspark") is None:
    pytest.skip("PySpark is absent: pip install 'dupdetect[spark]'", allow_module_level=True)

from dupdetect.engines.spark import pairing
from dupdetect.engines.spark.arrays import packed, packed_steps, steps
from dupdetect.engines.spark.candidates import Scatter

CONFIG = Config(
    shingle=ShingleConfig(bands=4, rows=1, max_bucket=5),
    anchor=AnchorConfig(min_shared=2, max_bucket=12, max_candidates=3),
)


def documents(seed, n):
    """Documents whose keys are skewed: the lower a key, the more have it."""
    rng = np.random.default_rng(seed)
    keys = [
        np.unique((rng.pareto(0.6, rng.integers(0, 40)) * 25).astype(np.int64)) for _ in range(n)
    ]
    keys = [np.sort(part.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) for part in keys]
    bands = (rng.pareto(0.5, (n, 4)) * 2).astype(np.uint64) * np.uint64(0xBF58476D1CE4E5B9)
    return SimpleNamespace(
        bands=bands,
        has_signature=rng.random(n) < 0.9,
        key_doc=np.cumsum([0, *map(len, keys)]),
        keys=np.concatenate([np.empty(0, np.uint64), *keys]),
    )


class Shard(SimpleNamespace):
    def __len__(self):
        return len(self.sketches.has_signature)

    def release(self):
        pass


class Spool(SimpleNamespace):
    def __len__(self):
        return int(self.start[-1])


def local(sketches, config):
    shard = Shard(sketches=sketches)
    spool = Spool(shards=[shard], start=np.array([0, len(shard)]))
    found = find_candidates(spool, config, memory=10**9, threads=1, advance=lambda n: None)
    return found.pairs.tolist(), found.counts


def batches(sketches, rng, size):
    """Record batches of some documents each, in any order."""
    n = len(sketches.has_signature)
    order = rng.permutation(n)
    for at in range(0, n, size):
        rows = order[at : at + size]
        yield pa.record_batch(
            {
                "number": pa.array(rows, pa.int32()),
                "sketch_has_signature": packed([sketches.has_signature[row] for row in rows]),
                "sketch_bands": packed([sketches.bands[row] for row in rows]),
                "sketch_keys": packed(
                    [sketches.keys[slice(*sketches.key_doc[row : row + 2])] for row in rows]
                ),
            }
        )


def grouped(tables, step, rng):
    """What Spark does between steps: rows of one place together, in any order."""
    tables = [table for table in tables if table.num_rows]
    if not tables:
        return []
    rows = pa.concat_tables(tables)
    rows = rows.take(pa.array(rng.permutation(len(rows))))
    places = np.asarray(rows["place"].to_numpy())
    return [step(rows.take(pa.array(np.flatnonzero(places == p)))) for p in np.unique(places)]


def distributed(sketches, shape, seed=1, size=7):
    rng = np.random.default_rng(seed)
    parts = list(batches(sketches, rng, size))
    scattered = []
    for task in range(3):
        found = list(Scatter(shape)(iter(parts[task::3])))
        scattered += [pa.Table.from_batches([batch]) for batch in found]
    counted = grouped(grouped(scattered, pairing.Gather(shape), rng), pairing.Count(shape), rng)
    keyed = [t.filter(pa.compute.equal(t["view"], pairing.VIEW_KEYS)) for t in counted]
    turned = [
        pa.Table.from_batches([batch])
        for table in keyed
        for batch in pairing.Turn(shape)(table.to_batches())
    ]
    drops = grouped(turned, pairing.Best(shape), rng)
    chosen = grouped([*counted, *drops], pairing.Choose(shape), rng)
    names = ("a", "b", "bands", "keys", "stat", "value")
    return pa.concat_tables(chosen) if chosen else pa.table({name: [] for name in names})


def told(table):
    pairs = table.filter(pa.compute.is_null(table["stat"]))
    codes = np.sort(encode_pairs(pairs["a"].to_numpy(), pairs["b"].to_numpy())).tolist()
    counts = {
        "candidates_shingle": sum(pairs["bands"].to_pylist()),
        "candidates_anchor": sum(pairs["keys"].to_pylist()),
    }
    stated = table.filter(pa.compute.is_valid(table["stat"]))
    for name, value in zip(stated["stat"].to_pylist(), stated["value"].to_pylist(), strict=True):
        counts[name] = counts.get(name, 0) + value
    return codes, counts


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("group", "tasks"), [(1 << 20, 1), (40, 5)])
def test_pairs_and_counts_are_the_local_engines(seed, group, tasks):
    sketches = documents(seed, 90)
    shape = pairing.Shape(90, CONFIG, tasks, group)
    pairs, counts = local(sketches, CONFIG)
    assert pairs
    assert all(counts[name] for name in counts), counts
    found, own = told(distributed(sketches, shape, seed))
    assert found == pairs
    assert own == counts


def test_many_documents_in_one_bucket_and_blocks_of_any_size(monkeypatch):
    sketches = documents(3, 700)
    sketches.bands[100:600] = sketches.bands[100]
    sketches.has_signature[:] = True
    shape = pairing.Shape(700, CONFIG, 4, 100, cell=30)
    monkeypatch.setattr(pairing, "_SLICE", 50)
    pairs, counts = local(sketches, CONFIG)
    table = distributed(sketches, shape, size=64)
    found, own = told(table)
    assert found == pairs
    assert own == {name: value for name, value in counts.items() if value}
    sizes = np.unique(table["cell"].drop_null().to_numpy(), return_counts=True)[1]
    assert sizes.max() <= 30
    # No block is the work of one task: 500 documents in one bucket make a line, no square.
    assert len(sizes) > 20


def test_all_pairs_where_nothing_is_capped():
    config = replace(CONFIG, shingle=replace(CONFIG.shingle, max_bucket=1000))
    config = replace(
        config, anchor=AnchorConfig(min_shared=1, max_bucket=1000, max_candidates=1000)
    )
    sketches = documents(9, 60)
    pairs, counts = local(sketches, config)
    found, own = told(distributed(sketches, pairing.Shape(60, config, 2, 30)))
    assert found == pairs
    assert own == {name: value for name, value in counts.items() if value}


def test_no_document_and_no_key():
    nothing = documents(1, 5)
    nothing.has_signature[:] = False
    assert told(distributed(nothing, pairing.Shape(5, CONFIG, 2)))[0] == []
    assert len(distributed(documents(1, 0), pairing.Shape(0, CONFIG, 2))) == 0


@pytest.mark.parametrize(("cell", "words"), [(10**6, 1.0), (90, 1.0), (10**6, 1e9), (7, 1e9)])
def test_a_cell_has_few_pairs_and_few_documents(cell, words):
    rng = np.random.default_rng(4)
    codes = np.unique(encode_pairs(*np.sort(rng.integers(0, 4000, (2, 20000)), axis=0)))
    ends = decode_pairs(codes)
    shape = pairing.Shape(4000, CONFIG, 1, cell=cell, words=words)
    found = pairing.cells(ends, 3, shape)
    assert np.all(np.diff(found) >= 0)
    assert set(found >> 32) == {3}
    sizes = np.unique(found, return_counts=True)[1]
    together = [len(np.unique(ends[found == name])) for name in np.unique(found)]
    assert sizes.max() <= cell
    assert max(together) <= shape.sketches
    if words > 1 and cell > 90:
        # As many as fit: none could take in the next pair's documents too.
        assert min(together[:-1]) >= shape.sketches - 1
    if words == 1 and cell > 90:
        assert len(sizes) == 1


def test_steps_are_undone_row_by_row():
    rng = np.random.default_rng(2)
    parts = [np.sort(rng.integers(0, 2**63, n).astype(np.uint64)) for n in (0, 3, 1, 0, 50)]
    column = packed_steps(parts)
    assert steps(column).tolist() == np.concatenate(parts).tolist()
    assert steps(column.slice(2)).tolist() == np.concatenate(parts[2:]).tolist()
    assert steps(pa.chunked_array([column, column])).tolist() == 2 * np.concatenate(parts).tolist()
    assert len(steps(column.slice(0, 0))) == 0


def test_sketches_come_back_as_they_were_sent():
    from dupdetect.engines.spark.arrays import SketchColumns
    from dupdetect.sketch.batch import sketch_texts

    texts = ["Le maire de Lille a inauguré le 3 mai la halle rénovée. " * 4, "", "Un mot, deux."]
    batch = sketch_texts(texts, Config())
    columns = SketchColumns(Config())
    packed = columns.pack(batch)
    assert list(packed) == columns.names
    whole = columns.unpack(packed).to_arrays()
    expected = batch.to_arrays()
    for name in expected:
        assert np.array_equal(whole[name], expected[name]), name
    part = columns.unpack({name: packed[name] for name in columns.names_for_verdicts}).to_arrays()
    absent = {name for name in expected if not np.array_equal(part[name], expected[name])}
    assert absent == {"signatures", "has_signature", "bands", "keys", "key_doc"}
    assert not any(part[name].any() for name in absent)


class Units:
    """A step, and the bytes of blobs that each of its calls got: what no two tasks can share."""

    def __init__(self, step):
        self._step = step
        self.bytes = []

    def __call__(self, table):
        self.bytes.append(sum(len(code) for code in table["codes"].to_pylist() if code))
        return self._step(table)


@pytest.fixture(scope="module")
def crowded():
    """20,000 pages of one template, an article copied 5,000 times, and 3,000 documents besides.

    The template has 60 of 90 anchor keys and most bands in common; copies have all in common.
    """
    rng = np.random.default_rng(8)
    config = Config(shingle=ShingleConfig(bands=8, rows=2))
    n, kinds = 28_000, np.repeat([0, 1, 2], [20_000, 5_000, 3_000])
    kinds = kinds[rng.permutation(n)]
    bands = rng.integers(0, 2**63, (n, 8)).astype(np.uint64)
    mould = rng.random((n, 8)) < 0.75
    bands[(kinds == 0)[:, None] & mould] = np.uint64(11)
    bands[kinds == 1] = np.uint64(12)
    keys = rng.integers(0, 2**63, (n, 90)).astype(np.uint64)
    spread = rng.integers(0, 2**63, 90).astype(np.uint64)
    keys[kinds == 0, :60] = spread[:60]
    keys[kinds == 1] = spread[::-1] + np.uint64(1)
    # The rest share keys as documents of one subject do.
    keys[kinds == 2, :30] = rng.integers(0, 2**63, 4000).astype(np.uint64)[
        rng.integers(0, 4000, ((kinds == 2).sum(), 30))
    ]
    sets = [np.unique(row) for row in keys]
    sketches = SimpleNamespace(
        bands=bands,
        has_signature=np.ones(n, bool),
        key_doc=np.cumsum([0, *map(len, sets)]),
        keys=np.concatenate(sets),
    )
    return sketches, config


def test_crowds_are_cut_like_everything_else(crowded, monkeypatch):
    sketches, config = crowded
    n, tasks = len(sketches.has_signature), 16
    shape = pairing.Shape(n, config, tasks, group=1 << 16, cell=1 << 13)
    units = {}

    def counted(name):
        made = getattr(pairing, name)

        def make(shape):
            units[name] = Units(made(shape))
            return units[name]

        monkeypatch.setattr(pairing, name, make)

    for name in ("Gather", "Count", "Best", "Choose"):
        counted(name)
    pairs, counts = local(sketches, config)
    table = distributed(sketches, shape, size=1024)
    found, own = told(table)
    assert found == pairs
    assert own == {name: value for name, value in counts.items() if value}
    assert counts["capped_buckets"] == 16
    # All pairs of the template's documents alone would be 200 million.
    assert counts["candidates_shingle"] < 2 * 8 * n
    for name, unit in units.items():
        share = max(unit.bytes) / sum(unit.bytes)
        assert share < 0.12, (name, share)
    sizes = np.unique(table["cell"].drop_null().to_numpy(), return_counts=True)[1]
    assert sizes.max() <= 1 << 13
    assert sizes.max() < 0.1 * sizes.sum()
