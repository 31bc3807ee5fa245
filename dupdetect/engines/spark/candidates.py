"""Candidate pairs of documents in a cluster: the rules of :mod:`dupdetect.engines.candidates`.

In terms of groups and counts, whatever the partitions:

- *bands*: documents with equal keys in one band are a bucket; up to ``shingle.max_bucket`` of them
  give all pairs, more give a chain and a star (:func:`dupdetect.kernels.group.band_pairs`).
- *anchor keys*: documents with an equal key are a list; those of 2 to ``anchor.max_bucket`` give
  all their pairs, longer ones are dropped and counted. How often a pair comes is what its documents
  share. Of the pairs that share ``min_shared``, each document holds on to its ``max_candidates``
  best, by shared keys and then by the lower number of the other one; a pair stays if either does.

Keys travel as blobs: a group is one range of hashes of one band or of the anchor view, so a row is
thousands of keys, and groups are of a size whatever the keys are. Pairs travel likewise, by blocks
of their lower document. Work on a bucket of s documents is linear in s.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyspark.sql import DataFrame

from dupdetect.engines.spark.arrays import joined, runs, values
from dupdetect.engines.spark.functions import grouped
from dupdetect.engines.spark.pairing import (
    BLOBS,
    PAIRS,
    VIEW_BANDS,
    VIEW_KEYS,
    Best,
    Choose,
    Count,
    Gather,
    Shape,
    Turn,
    key_blobs,
)  # fmt: skip

U64 = NDArray[np.uint64]
I32 = NDArray[np.int32]

#: Postings that a task collects before it hands them out: rows of a few kilobytes at 10^9 keys.
_COLLECT = 1 << 22


def candidate_pairs(documents: DataFrame, shape: Shape) -> DataFrame:
    """From the columns ``number`` and ``sketch_*`` to PAIRS.

    ``a`` < ``b`` are numbers; ``cell`` says which pairs are verified together; ``bands`` and
    ``keys`` say by which view a pair was found. Rows with a ``stat`` are no pairs: they count what
    caps dropped, by the names that ``run.json`` has for it.
    """
    given = documents.select("number", "sketch_has_signature", "sketch_bands", "sketch_keys")
    groups = given.mapInArrow(Scatter(shape), BLOBS)
    found = groups.groupBy("place").applyInArrow(grouped(Gather(shape)), BLOBS)
    return _chosen(found.groupBy("place").applyInArrow(grouped(Count(shape)), BLOBS), shape)


def _chosen(counted: DataFrame, shape: Shape) -> DataFrame:
    """Pairs of counted blobs, less those that neither document holds on to."""
    turned = counted.where(f"view = {VIEW_KEYS}").mapInArrow(Turn(shape), BLOBS)
    drops = turned.groupBy("place").applyInArrow(grouped(Best(shape)), BLOBS)
    return counted.unionByName(drops).groupBy("place").applyInArrow(grouped(Choose(shape)), PAIRS)


@dataclass(frozen=True)
class Scatter:
    """Keys of documents → blobs by group: for ``mapInArrow``."""

    shape: Shape

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Blobs BLOBS of keys and their documents."""
        bands = self.shape.config.shingle.bands
        waiting: list[tuple[I32, U64, I32, U64]] = []
        size = 0
        for batch in batches:
            signed = values(batch.column("sketch_has_signature"), np.bool_)
            docs = batch.column("number").to_numpy()
            table = values(batch.column("sketch_bands"), np.uint64).reshape(-1, bands)
            keys, offsets = joined(batch.column("sketch_keys"), np.dtype(np.uint64))
            # Documents too short for a signature never match, whatever names they hold.
            wanted = np.repeat(signed, np.diff(offsets))
            owners = np.repeat(docs, np.diff(offsets))[wanted]
            waiting.append((docs[signed], table[signed], owners, keys[wanted]))
            size += waiting[-1][1].size + len(owners)
            if size >= _COLLECT:
                yield self._blobs(waiting)
                waiting, size = [], 0
        if waiting:
            yield self._blobs(waiting)

    def _blobs(self, parts: list[tuple[I32, U64, I32, U64]]) -> pa.RecordBatch:
        docs, table, owners, keys = (np.concatenate(column) for column in zip(*parts, strict=True))
        found: list[tuple[int, int, U64, I32]] = []
        bits = self.shape.band_bits
        for band in range(table.shape[1]):
            column = np.ascontiguousarray(table[:, band])
            found += _ranges(column, docs, bits, VIEW_BANDS, band << bits)
        found += _ranges(keys, owners, self.shape.key_bits, VIEW_KEYS, table.shape[1] << bits)
        return key_blobs(found)


def _ranges(
    keys: U64, docs: I32, bits: int, view: int, base: int
) -> list[tuple[int, int, U64, I32]]:
    if not bits:
        return [(base, view, keys, docs)] if len(keys) else []
    place = (keys >> np.uint64(64 - bits)).astype(np.int64)
    order = np.argsort(place, kind="stable")
    return [
        (base + int(place[order[at]]), view, keys[order[at:end]], docs[order[at:end]])
        for at, end in runs(place[order])
    ]
