"""Candidates of a spool against brute force over all pairs."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import combinations
from types import SimpleNamespace

import numpy as np
import pytest

from dupdetect.config import AnchorConfig, Config, ShingleConfig
from dupdetect.engines import candidates
from dupdetect.engines.candidates import find_candidates, steps
from dupdetect.kernels.group import decode_pairs

CONFIG = Config(
    shingle=ShingleConfig(bands=4, rows=1, max_bucket=1000),
    anchor=AnchorConfig(min_shared=2, max_bucket=4, max_candidates=1000),
)


def batch(rng, n):
    lengths = rng.integers(0, 12, n)
    keys = [np.unique(rng.integers(0, 150, length)) for length in lengths]
    hashed = [np.sort(part.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) for part in keys]
    return SimpleNamespace(
        bands=rng.integers(0, 60, (n, 4)).astype(np.uint64) << np.uint64(50),
        has_signature=rng.random(n) < 0.9,
        key_doc=np.cumsum([0, *map(len, hashed)]),
        keys=np.concatenate([np.empty(0, np.uint64), *hashed]),
    )


class FakeShard(SimpleNamespace):
    def __len__(self):
        return len(self.sketches.has_signature)

    def release(self):
        pass


class FakeSpool(SimpleNamespace):
    def __len__(self):
        return int(self.start[-1])


@pytest.fixture
def spool():
    rng = np.random.default_rng(5)
    shards = [FakeShard(sketches=batch(rng, n)) for n in (30, 1, 45)]
    return FakeSpool(shards=shards, start=np.cumsum([0, *map(len, shards)]))


def expected(spool, config):
    bands, keys = [], []
    for shard in spool.shards:
        sketches = shard.sketches
        for i in range(len(shard)):
            mine = sketches.keys[sketches.key_doc[i] : sketches.key_doc[i + 1]].tolist()
            signed = sketches.has_signature[i]
            bands.append(list(enumerate(sketches.bands[i].tolist())) if signed else [])
            keys.append(set(mine) if signed else set())
    counts = Counter(key for mine in keys for key in mine)
    usable = [{key for key in mine if counts[key] <= config.anchor.max_bucket} for mine in keys]
    pairs = list(combinations(range(len(spool)), 2))
    by_band = {(i, j) for i, j in pairs if set(bands[i]) & set(bands[j])}
    least = config.anchor.min_shared
    by_key = {(i, j) for i, j in pairs if len(usable[i] & usable[j]) >= least}
    return by_band, by_key


def found(spool, config=CONFIG, *, memory=10**9, threads=1):
    told = []
    result = find_candidates(
        spool, config, memory=memory, threads=threads, advance=lambda n: told.append(n)
    )
    assert sum(told) == steps(spool, config)
    return result


def test_pairs_of_both_views(spool):
    by_band, by_key = expected(spool, CONFIG)
    assert by_band and by_key and by_key - by_band
    result = found(spool)
    assert {tuple(pair) for pair in decode_pairs(result.pairs).tolist()} == by_band | by_key
    assert result.counts["candidates_shingle"] == len(by_band)
    assert result.counts["candidates_anchor"] == len(by_key)
    assert result.counts["dropped_anchor_lists"] > 0
    assert np.all(np.diff(result.pairs.astype(np.int64)) > 0)


@pytest.mark.parametrize("memory", [1, 2_000, 20_000])
def test_little_memory_changes_nothing(spool, memory):
    whole, small = found(spool), found(spool, memory=memory, threads=3)
    assert small.pairs.tolist() == whole.pairs.tolist()
    assert small.counts == whole.counts


def test_capped_buckets_are_counted(spool):
    config = replace(CONFIG, shingle=replace(CONFIG.shingle, max_bucket=2))
    result = found(spool, config)
    assert result.counts["capped_buckets"] > 0
    # A bucket of 3 loses nothing: its chain and star are all its pairs.
    assert result.counts["dropped_bucket_pairs"] < found(spool).counts["candidates_shingle"]


def test_no_documents_no_pairs():
    result = found(FakeSpool(shards=[], start=np.array([0])))
    assert len(result.pairs) == 0


def test_the_work_space_stays_within_the_memory(spool, monkeypatch):
    """Keys inverted at a time, and lists held at a time, fit; by counting."""
    memory, largest, held = 3_000, [], []
    inverted, block = candidates.postings, candidates.lists_of_block
    monkeypatch.setattr(
        candidates,
        "postings",
        lambda keys, *a, **k: largest.append(len(keys)) or inverted(keys, *a, **k),
    )

    def lists(*arguments):
        result = block(*arguments)
        held.append(result[1].nbytes)
        return result

    monkeypatch.setattr(candidates, "lists_of_block", lists)
    whole = found(spool)
    largest.clear(), held.clear()
    small = found(spool, memory=memory)
    assert small.pairs.tolist() == whole.pairs.tolist()
    total = sum(len(shard.sketches.keys) for shard in spool.shards)
    # Ranges of hashes are not exactly even.
    assert max(largest) * 32 <= 2 * memory < total * 32
    assert max(held) <= 2 * memory and len(largest) > 1
    held.clear()
    found(spool, memory=400)
    assert len(held) > 1 and max(held) <= 2 * 400


def test_pairs_come_back_mapped_from_the_work_folder(spool, tmp_path):
    result = find_candidates(
        spool, CONFIG, memory=1000, threads=2, advance=lambda n: None, folder=tmp_path / "work"
    )
    assert isinstance(result.pairs, np.memmap)
    assert result.pairs.tolist() == found(spool).pairs.tolist()
    assert [item.name for item in (tmp_path / "work").iterdir()] == ["pairs"]


@pytest.mark.parametrize("size", [200, 20_000])
def test_a_bucket_costs_linear_work(size):
    """One text copied: equal bands and keys everywhere; candidates are counted."""
    sketches = SimpleNamespace(
        bands=np.zeros((size, 4), np.uint64),
        has_signature=np.ones(size, bool),
        key_doc=np.arange(size + 1) * 3,
        keys=np.tile(np.array([1, 2, 3], np.uint64) << np.uint64(60), size),
    )
    spool = FakeSpool(shards=[FakeShard(sketches=sketches)], start=np.array([0, size]))
    config = replace(CONFIG, shingle=replace(CONFIG.shingle, max_bucket=64))
    result = found(spool, config)
    assert len(result.pairs) == 2 * size - 3
    assert result.counts["dropped_anchor_lists"] == 3
    left_out = size * (size - 1) // 2 - (2 * size - 3)
    assert result.counts["dropped_bucket_pairs"] == 4 * left_out
