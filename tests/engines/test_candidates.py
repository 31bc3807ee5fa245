"""Candidates of a spool against brute force over all pairs."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import combinations
from types import SimpleNamespace

import numpy as np
import pytest

from dupdetect.config import AnchorConfig, Config, ShingleConfig
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
