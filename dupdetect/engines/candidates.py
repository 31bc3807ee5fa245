"""Candidate pairs of all documents of a spool: both views, in bounded memory.

Bands are grouped one at a time; the anchor view's keys are inverted one range of hashes at a time,
and what documents share is counted for a block of documents at a time. Results depend neither on
the sizes of ranges and blocks nor on the number of threads.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from dupdetect.config import Config
from dupdetect.engines.spool import Spool
from dupdetect.kernels.group import (
    PairSet,
    Postings,
    band_pairs,
    lists_of_documents,
    merge_postings,
    postings,
    shared_pairs,
)

U64 = NDArray[np.uint64]
Advance = Callable[[int], None]

#: Bytes per key while a range of keys is inverted: key and document, twice each (sorting), and the
#: lists that come out.
_BYTES_PER_KEY = 32
#: Documents whose candidates are counted at a time.
_BLOCK = 1 << 14


@dataclass(slots=True)
class Candidates:
    """Pair codes (sorted, unique) and how many each view found and its caps dropped."""

    pairs: U64
    counts: dict[str, int] = field(default_factory=dict)


def find_candidates(
    spool: Spool, config: Config, *, memory: int, threads: int, advance: Advance
) -> Candidates:
    """Pairs that share a band or enough anchor keys.

    ``memory`` bounds the work space in bytes, beside the pairs themselves. ``advance`` is told
    steps: one per band, and one per 1000 documents for the anchor view.
    """
    shingle_pairs, counts = _by_bands(spool, config, advance)
    anchor_pairs, more = _by_anchors(spool, config, memory, threads, advance)
    found = PairSet()
    found.add(shingle_pairs)
    found.add(anchor_pairs)
    return Candidates(found.codes(), counts | more)


def steps(spool: Spool, config: Config) -> int:
    """How many steps :func:`find_candidates` tells."""
    return config.shingle.bands + -(-len(spool) // 1000)


def _by_bands(spool: Spool, config: Config, advance: Advance) -> tuple[U64, dict[str, int]]:
    signed = [np.flatnonzero(shard.sketches.has_signature) for shard in spool.shards]
    docs = _joined([rows + start for rows, start in zip(signed, spool.start, strict=False)])
    pairs = PairSet()
    capped = dropped = 0
    for band in range(config.shingle.bands):
        keys = [
            shard.sketches.bands[rows, band]
            for shard, rows in zip(spool.shards, signed, strict=True)
        ]
        found = band_pairs(
            np.concatenate([np.empty(0, np.uint64), *keys]),
            docs,
            max_bucket=config.shingle.max_bucket,
        )
        pairs.add(found.pairs)
        capped += found.capped
        dropped += found.dropped
        advance(1)
    codes = pairs.codes()
    counts = {
        "candidates_shingle": len(codes),
        "capped_buckets": capped,
        "dropped_bucket_pairs": dropped,
    }
    return codes, counts


def _by_anchors(
    spool: Spool, config: Config, memory: int, threads: int, advance: Advance
) -> tuple[U64, dict[str, int]]:
    n_docs, anchor = len(spool), config.anchor
    inverted = _inverted(spool, config, memory)
    lists = lists_of_documents(inverted, n_docs)

    def probe(start: int) -> tuple[U64, int, int]:
        stop = min(start + _BLOCK, n_docs)
        found = shared_pairs(
            inverted,
            lists,
            (start, stop),
            min_shared=anchor.min_shared,
            max_candidates=anchor.max_candidates,
        )
        return found.pairs, found.dropped, stop - start

    pairs = PairSet()
    dropped = told = done = 0
    with ThreadPoolExecutor(max(1, threads)) as executor:
        for codes, over, size in executor.map(probe, range(0, n_docs, _BLOCK)):
            pairs.add(codes)
            dropped += over
            done += size
            advance(-(-done // 1000) - told)
            told = -(-done // 1000)
    codes = pairs.codes()
    counts = {
        "candidates_anchor": len(codes),
        "dropped_anchor_lists": inverted.dropped_lists,
        "dropped_anchor_postings": inverted.dropped_postings,
        "dropped_anchor_pairs": dropped,
    }
    return codes, counts


def _inverted(spool: Spool, config: Config, memory: int) -> Postings:
    """The inverted file of all keys, built over ranges of the keys' high bits."""
    total = sum(len(shard.sketches.keys) for shard in spool.shards)
    ranges = max(1, -(-total * _BYTES_PER_KEY // max(memory, 1)))
    bits = int(ranges - 1).bit_length()
    parts = []
    for number in range(1 << bits):
        keys, docs = _keys_in_range(spool, number, bits)
        parts.append(postings(keys, docs, max_bucket=config.anchor.max_bucket))
    return merge_postings(parts)


def _keys_in_range(spool: Spool, number: int, bits: int) -> tuple[U64, NDArray[np.int32]]:
    keys: list[U64] = [np.empty(0, np.uint64)]
    docs: list[NDArray[np.int32]] = [np.empty(0, np.int32)]
    for shard, start in zip(spool.shards, spool.start.tolist(), strict=False):
        sketches = shard.sketches
        lengths = np.diff(sketches.key_doc)
        owner = np.repeat(np.arange(start, start + len(shard), dtype=np.int32), lengths)
        # Documents too short for a signature never match, whatever names they hold.
        wanted = np.repeat(sketches.has_signature, lengths)
        if bits:
            wanted &= sketches.keys >> np.uint64(64 - bits) == number
        keys.append(sketches.keys[wanted])
        docs.append(owner[wanted])
    return np.concatenate(keys), np.concatenate(docs)


def _joined(parts: list[NDArray[np.int64]]) -> NDArray[np.int64]:
    return np.concatenate([np.empty(0, np.int64), *parts])
