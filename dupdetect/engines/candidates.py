"""Candidate pairs of all documents of a spool: both views, out of core.

Bands are grouped one at a time; the anchor view's keys are inverted one range of hashes at a time
into a file of posting lists, and what documents share is counted for a block of documents at a
time. Pairs go to files as they are found and come back as one sorted array mapped from disk. In
memory stay 12 bytes a document for a band, one range of keys, the lists of one pass of documents.
Results depend neither on the sizes of ranges, passes and blocks nor on the number of threads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from dupdetect.config import AnchorConfig, Config
from dupdetect.engines.runs import GrowingArray, PairRuns
from dupdetect.engines.spool import Shard, Spool
from dupdetect.kernels.group import (
    Postings,
    SharedPairs,
    band_pairs,
    lists_of_block,
    postings,
    shared_pairs,
    sorted_unique,
)

U64 = NDArray[np.uint64]
Advance = Callable[[int], None]

#: Bytes per key while a range of keys is inverted: key and document, three times each (sorting),
#: and the lists that come out; measured.
_BYTES_PER_KEY = 52
#: Bytes of a list's number while lists are told by document.
_BYTES_PER_LIST = 4
#: Documents whose candidates are counted at a time.
_BLOCK = 1 << 14


@dataclass(slots=True)
class Candidates:
    """Pair codes (sorted, unique) and how many each view found and its caps dropped."""

    pairs: U64
    counts: dict[str, int] = field(default_factory=dict)


def find_candidates(
    spool: Spool,
    config: Config,
    *,
    memory: int,
    threads: int,
    advance: Advance,
    folder: Path | None = None,
) -> Candidates:
    """Pairs that share a band or enough anchor keys.

    ``memory`` bounds the work space in bytes, beside 12 bytes a document. ``advance`` is told
    steps: one per band, and one per 1000 documents for the anchor view. ``folder`` is for work
    files and the pairs, which are mapped from it; without one they are held in memory.
    """
    if folder is None:
        with TemporaryDirectory() as own:
            found = find_candidates(
                spool, config, memory=memory, threads=threads, advance=advance, folder=Path(own)
            )
            return Candidates(np.array(found.pairs), found.counts)
    folder.mkdir(exist_ok=True)
    by_band, by_anchor = PairRuns(folder, "shingle"), PairRuns(folder, "anchor")
    counts = _by_bands(spool, config, advance, by_band)
    counts |= _by_anchors(spool, config.anchor, memory, threads, advance, by_anchor, folder)
    pairs = _joined(by_band, by_anchor, counts, folder)
    return Candidates(pairs, counts)


def steps(spool: Spool, config: Config) -> int:
    """How many steps :func:`find_candidates` tells."""
    return config.shingle.bands + -(-len(spool) // 1000)


def _joined(by_band: PairRuns, by_anchor: PairRuns, counts: dict[str, int], folder: Path) -> U64:
    pairs = GrowingArray(folder / "pairs", np.uint64)
    counts |= {"candidates_shingle": 0, "candidates_anchor": 0}
    for span in sorted(by_band.spans() | by_anchor.spans()):
        shingle, anchor = by_band.of_span(span), by_anchor.of_span(span)
        counts["candidates_shingle"] += len(shingle)
        counts["candidates_anchor"] += len(anchor)
        pairs.append(sorted_unique(np.concatenate([shingle, anchor])))
    by_band.remove()
    by_anchor.remove()
    return pairs.mapped()


def _by_bands(spool: Spool, config: Config, advance: Advance, pairs: PairRuns) -> dict[str, int]:
    docs = np.concatenate([np.empty(0, np.int32), *_signed(spool)])
    capped = dropped = 0
    for band in range(config.shingle.bands):
        keys = np.empty(len(docs), np.uint64)
        at = 0
        for shard in spool.shards:
            part = shard.sketches.bands[shard.sketches.has_signature, band]
            keys[at : at + len(part)] = part
            at += len(part)
            shard.release()
        found = band_pairs(keys, docs, max_bucket=config.shingle.max_bucket)
        pairs.add(found.pairs)
        capped += found.capped
        dropped += found.dropped
        advance(1)
    return {"capped_buckets": capped, "dropped_bucket_pairs": dropped}


def _signed(spool: Spool) -> Iterator[NDArray[np.int32]]:
    """Numbers of each shard's documents that have a signature."""
    for shard, start in zip(spool.shards, spool.start.tolist(), strict=False):
        yield (np.flatnonzero(shard.sketches.has_signature) + start).astype(np.int32)


def _by_anchors(
    spool: Spool,
    anchor: AnchorConfig,
    memory: int,
    threads: int,
    advance: Advance,
    pairs: PairRuns,
    folder: Path,
) -> dict[str, int]:
    n_docs = len(spool)
    inverted = _inverted(spool, anchor, memory, folder)
    # As many documents in a pass as have lists that fit, beside the inverted file itself: it is
    # mapped, and what is looked at of it counts as memory.
    fitting = memory // 2 * n_docs // max(1, _BYTES_PER_LIST * len(inverted.doc))
    span = max(1, min(n_docs, fitting))
    dropped = told = done = 0
    with ThreadPoolExecutor(max(1, threads)) as executor:
        for low in range(0, n_docs, span):
            high = min(low + span, n_docs)
            lists = lists_of_block(inverted, low, high)

            def probe(
                start: int,
                low: int = low,
                high: int = high,
                lists: tuple[NDArray[np.int64], NDArray[np.int32]] = lists,
            ) -> tuple[SharedPairs, int]:
                stop = min(start + _BLOCK, high)
                found = shared_pairs(
                    inverted,
                    lists,
                    (start, stop),
                    min_shared=anchor.min_shared,
                    max_candidates=anchor.max_candidates,
                    n_docs=n_docs,
                    first=low,
                )
                return found, stop - start

            for found, size in executor.map(probe, range(low, high, _BLOCK)):
                pairs.add(found.pairs)
                dropped += found.dropped
                done += size
                advance(-(-done // 1000) - told)
                told = -(-done // 1000)
    for name in _LISTS:
        (folder / name).unlink()
    return {
        "dropped_anchor_lists": inverted.dropped_lists,
        "dropped_anchor_postings": inverted.dropped_postings,
        "dropped_anchor_pairs": dropped,
    }


_LISTS = ("list-start", "list-doc")


def _inverted(spool: Spool, anchor: AnchorConfig, memory: int, folder: Path) -> Postings:
    """The inverted file of all keys, built over ranges of the keys' high bits, on disk."""
    total = sum(len(shard.sketches.keys) for shard in spool.shards)
    ranges = max(1, -(-total * _BYTES_PER_KEY // max(memory, 1)))
    bits = min(int(ranges - 1).bit_length(), 16)
    start = GrowingArray(folder / _LISTS[0], np.int64)
    doc = GrowingArray(folder / _LISTS[1], np.int32)
    start.append(np.zeros(1, np.int64))
    base = dropped_lists = dropped = 0
    for number in range(1 << bits):
        part = postings(*_keys_in_range(spool, number, bits), max_bucket=anchor.max_bucket)
        start.append(part.start[1:] + base)
        doc.append(part.doc)
        base += len(part.doc)
        dropped_lists += part.dropped_lists
        dropped += part.dropped_postings
    return Postings(start.mapped(), doc.mapped(), dropped_lists, dropped)


def _keys_in_range(spool: Spool, number: int, bits: int) -> tuple[U64, NDArray[np.int32]]:
    """Keys with the high ``bits`` bits ``number``, and the document of each."""
    # Counted first: pieces that are joined stand in memory twice.
    size = sum(np.count_nonzero(_wanted(shard, number, bits)) for shard in spool.shards)
    keys, docs = np.empty(size, np.uint64), np.empty(size, np.int32)
    at = 0
    for shard, start in zip(spool.shards, spool.start.tolist(), strict=False):
        wanted = _wanted(shard, number, bits)
        part = shard.sketches.keys[wanted]
        owner = np.arange(start, start + len(shard), dtype=np.int32)
        keys[at : at + len(part)] = part
        docs[at : at + len(part)] = np.repeat(owner, np.diff(shard.sketches.key_doc))[wanted]
        at += len(part)
        shard.release()
    return keys, docs


def _wanted(shard: Shard, number: int, bits: int) -> NDArray[np.bool_]:
    """Which keys of a shard are in a range."""
    sketches = shard.sketches
    # Documents too short for a signature never match, whatever names they hold.
    wanted = np.repeat(sketches.has_signature, np.diff(sketches.key_doc))
    if bits:
        wanted &= sketches.keys >> np.uint64(64 - bits) == number
    shard.release()
    return wanted
