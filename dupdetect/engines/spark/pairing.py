"""From blobs of keys to pairs, and from pairs to those that are verified: a group at a time.

What each step is for, :mod:`dupdetect.engines.spark.candidates` says. All steps are functions from
Arrow tables to Arrow tables, so that they can be tried without a cluster.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from dupdetect.config import Config
from dupdetect.engines.spark.arrays import packed, packed_steps, runs, steps, values
from dupdetect.kernels.group import band_pairs, decode_pairs, encode_pairs, postings

U64 = NDArray[np.uint64]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
Blob = tuple[int, int, U64, I32]

#: Postings of a group, on average: 6 MB. At the longest lists that are followed (100) they give 26
#: million pairs, 300 MB.
GROUP = 1 << 19
#: Pairs that are counted at once.
_SLICE = 1 << 22
#: Lower documents of a block of pairs, and how many blocks share these: by their upper ones.
MAX_BLOCK, COLUMNS = 1 << 14, 8
#: Pairs to be verified together, a few seconds of work.
CELL = 1 << 16
#: Bytes of sketches to be held together, and those of a word, without what only candidates need:
#: 15.1 in French news (half of it shingles, in two orders; two anchor views; a flag).
_CELL_BYTES, _BYTES_PER_WORD = 96 << 20, 15

VIEW_BANDS, VIEW_KEYS, _DROPS = 0, 1, 2
#: The block of rows that only count.
_COUNTS = -1

#: ``place``: the group or block; ``view``; ``codes`` uint64, keys or the steps between codes of
#: pairs; ``docs`` or ``shared`` int32.
BLOBS = "place long, view int, codes binary, docs binary, stat string, value long"
PAIRS = "a int, b int, cell long, bands boolean, keys boolean, stat string, value long"
_PAIRS = pa.schema(
    [
        ("a", pa.int32()),
        ("b", pa.int32()),
        ("cell", pa.int64()),
        ("bands", pa.bool_()),
        ("keys", pa.bool_()),
        ("stat", pa.string()),
        ("value", pa.int64()),
    ]
)
_BLOBS = pa.schema(
    [
        ("place", pa.int64()),
        ("view", pa.int32()),
        ("codes", pa.binary()),
        ("docs", pa.binary()),
        ("stat", pa.string()),
        ("value", pa.int64()),
    ]
)


@dataclass(frozen=True)
class Shape:
    """How the work on ``documents`` is cut; it changes nothing but who does what.

    ``words``: how many a document has in the mean; ``tasks`` run at a time.
    """

    documents: int
    config: Config
    tasks: int
    group: int = GROUP
    cell: int = CELL
    words: float = 400.0

    @property
    def band_bits(self) -> int:
        """High bits of a band's key that name its range."""
        return _bits(self.documents, self.group)

    @property
    def key_bits(self) -> int:
        """High bits of an anchor key that name its range: at least one range for each task."""
        total = self.documents * self.config.anchor.keys
        return max(_bits(total, self.group), _bits(self.tasks, 1))

    @property
    def block(self) -> int:
        """Lower documents of a block of pairs: some eight blocks for each task."""
        return max(64, min(MAX_BLOCK, self.documents // (2 * max(1, self.tasks))))

    @property
    def column(self) -> int:
        """Upper documents of a block of pairs. In a large bucket all are paired with the first one,
        so that the lower ones alone would put them all into one block."""
        return max(1, -(-self.documents // COLUMNS))

    @property
    def sketches(self) -> int:
        """Documents whose sketches may meet in a cell."""
        each = _BYTES_PER_WORD * max(1.0, self.words)
        return max(64, min(self.cell, int(_CELL_BYTES / each)))


def _bits(total: int, each: int) -> int:
    return max(0, -(-total // each) - 1).bit_length()


_NONE: I32 = np.empty(0, np.int32)


@dataclass(frozen=True)
class Gather:
    """A group's blobs of keys → blobs of pairs, with how many keys each shares."""

    shape: Shape

    def __call__(self, table: pa.Table) -> pa.Table:
        """For ``applyInArrow`` by ``place``."""
        keys, docs = values(table["codes"], np.uint64), values(table["docs"], np.int32)
        order = np.argsort(docs, kind="stable")
        keys, docs = keys[order], docs[order]
        if table["view"][0].as_py() == VIEW_BANDS:
            return self._bands(keys, docs)
        return self._keys(keys, docs)

    def _bands(self, keys: U64, docs: I32) -> pa.Table:
        found = band_pairs(keys, docs, max_bucket=self.shape.config.shingle.max_bucket)
        rows = by_block(np.unique(found.pairs), None, self.shape, VIEW_BANDS)
        return _table(rows, {"capped_buckets": found.capped, "dropped_bucket_pairs": found.dropped})

    def _keys(self, keys: U64, docs: I32) -> pa.Table:
        lists = postings(keys, docs, max_bucket=self.shape.config.anchor.max_bucket)
        rows: list[Blob] = []
        for codes in _pairs_of_lists(lists.start, lists.doc):
            unique, counts = np.unique(codes, return_counts=True)
            rows += by_block(unique, counts.astype(np.int32), self.shape, VIEW_KEYS)
        dropped = {
            "dropped_anchor_lists": lists.dropped_lists,
            "dropped_anchor_postings": lists.dropped_postings,
        }
        return _table(rows, dropped)


def _pairs_of_lists(start: I64, doc: I32) -> Iterator[U64]:
    """All pairs of all lists, about _SLICE at a time."""
    sizes = np.diff(start)
    slice_of = np.cumsum(sizes * (sizes - 1) // 2) // _SLICE
    for low, high in runs(slice_of):
        # Lists by number instead of by key: each is a bucket within the limit, so none is capped.
        number = np.repeat(np.arange(low, high, dtype=np.uint64), sizes[low:high])
        part = doc[start[low] : start[high]]
        yield band_pairs(number, part, max_bucket=int(sizes[low:high].max(initial=2))).pairs


@dataclass(frozen=True)
class Count:
    """A block's blobs of pairs → each pair once: those of bands, those that share enough keys."""

    shape: Shape

    def __call__(self, table: pa.Table) -> pa.Table:
        """For ``applyInArrow`` by ``place``."""
        if table["place"][0].as_py() == _COUNTS:
            return _summed(table)
        banded, _ = _view(table, VIEW_BANDS)
        codes, shared = _view(table, VIEW_KEYS)
        order = np.argsort(codes, kind="stable")
        codes, shared = codes[order], shared[order]
        first = np.flatnonzero(np.diff(codes.astype(np.int64), prepend=-1))
        total = np.add.reduceat(shared, first) if len(first) else shared
        enough = total >= self.shape.config.anchor.min_shared
        place = table["place"][0].as_py()
        rows = [(place, VIEW_BANDS, np.unique(banded), _NONE)]
        rows.append((place, VIEW_KEYS, codes[first][enough], total[enough]))
        return _table(rows, {})


@dataclass(frozen=True)
class Turn:
    """Counted pairs → each pair twice, by the range of either document: for ``mapInArrow``.

    A code is ``owner << 32 | other`` here.
    """

    shape: Shape

    def __call__(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Blobs of the view of keys."""
        for batch in batches:
            codes = steps(batch.column("codes"))
            shared = values(batch.column("docs"), np.int32)
            back = (codes << np.uint64(32)) | (codes >> np.uint64(32))
            both, counts = np.concatenate([codes, back]), np.concatenate([shared, shared])
            order = np.argsort(both)
            yield pair_blobs(by_owner(both[order], counts[order], self.shape))


@dataclass(frozen=True)
class Best:
    """Documents of a range with all their pairs → the pairs beyond the best of a document."""

    shape: Shape

    def __call__(self, table: pa.Table) -> pa.Table:
        """For ``applyInArrow`` by ``place``; a pair comes twice when both documents drop it."""
        codes, shared = steps(table["codes"]), values(table["docs"], np.int32)
        ends = decode_pairs(codes)
        order = np.lexsort((ends[:, 1], -shared, ends[:, 0]))
        owner = ends[order, 0]
        first = np.flatnonzero(np.diff(owner, prepend=-1))
        rank = np.arange(len(owner)) - np.repeat(first, np.diff([*first, len(owner)]))
        over = ends[order][rank >= self.shape.config.anchor.max_candidates]
        dropped = np.sort(encode_pairs(over[:, 0], over[:, 1]))
        rows = by_block(dropped, None, self.shape, _DROPS)
        return _table(rows, {"dropped_anchor_pairs": len(dropped)})


@dataclass(frozen=True)
class Choose:
    """A block's counted pairs and drops → rows PAIRS."""

    shape: Shape

    def __call__(self, table: pa.Table) -> pa.Table:
        """For ``applyInArrow`` by ``place``."""
        place = table["place"][0].as_py()
        if place == _COUNTS:
            total = _summed(table)
            return _pairs(_NONE, _NONE, stats=total.select(["stat", "value"]))
        banded, keyed = _view(table, VIEW_BANDS)[0], _view(table, VIEW_KEYS)[0]
        dropped, times = np.unique(_view(table, _DROPS)[0], return_counts=True)
        keyed = np.setdiff1d(keyed, dropped[times == 2], assume_unique=True)
        codes = np.union1d(banded, keyed)
        cell = cells(decode_pairs(codes), place, self.shape)
        return _pairs(codes, cell, bands=np.isin(codes, banded), keys=np.isin(codes, keyed))


def cells(ends: I64, place: int, shape: Shape) -> I64:
    """Names of the cells of a block's pairs int64[n, 2], sorted: never those of another block.

    A cell ends before it has more than ``shape.cell`` pairs or ``shape.sketches`` documents.
    """
    found = np.empty(len(ends), np.int64)
    most = min(shape.cell, 32 * shape.sketches)
    at = number = 0
    while at < len(ends):
        # Places of each document's first pair: as many as fit, and none of the next.
        ahead = ends[at : at + most].ravel()
        first = np.sort(np.unique(ahead, return_index=True)[1]) // 2
        size = len(ahead) // 2
        if len(first) > shape.sketches:
            size = max(1, int(first[shape.sketches]))
        found[at : at + size] = (place << 32) + number
        at, number = at + size, number + 1
    return found


def _pairs(codes: Any, cell: Any, *, stats: pa.Table | None = None, **views: Any) -> pa.Table:
    ends = decode_pairs(np.asarray(codes, np.uint64))
    n = len(ends) if stats is None else stats.num_rows
    columns = {
        "a": pa.array(ends[:, 0], pa.int32()),
        "b": pa.array(ends[:, 1], pa.int32()),
        "cell": pa.array(cell, pa.int64()),
        "bands": views.get("bands"),
        "keys": views.get("keys"),
        "stat": stats["stat"] if stats is not None else None,
        "value": stats["value"] if stats is not None else None,
    }
    found = {}
    for item in _PAIRS:
        column = columns[item.name]
        empty = column is None or len(column) != n
        found[item.name] = pa.nulls(n, item.type) if empty else column
    return pa.table(found, schema=_PAIRS)


def by_block(codes: U64, shared: I32 | None, shape: Shape, view: int) -> list[Blob]:
    """Blobs of ascending codes by the block of their two halves."""
    low = (codes >> np.uint64(32)).astype(np.int64) // shape.block
    high = (codes & np.uint64(0xFFFFFFFF)).astype(np.int64) // shape.column
    found: list[Blob] = []
    for column in range(COLUMNS):
        chosen = np.flatnonzero(high == column)
        part, count = codes[chosen], _NONE if shared is None else shared[chosen]
        found += [
            (int(low[chosen[at]]) * COLUMNS + column, view, part[at:end], count[at:end])
            for at, end in runs(low[chosen])
        ]
    return found


def by_owner(codes: U64, shared: I32, shape: Shape) -> list[Blob]:
    """Blobs of ascending codes by the range of their high half."""
    owner = (codes >> np.uint64(32)).astype(np.int64) // shape.block
    return [
        (int(owner[at]), VIEW_KEYS, codes[at:end], shared[at:end]) for at, end in runs(owner)
    ]  # fmt: skip


def _view(table: pa.Table, view: int) -> tuple[U64, I32]:
    rows = table.filter(pc.equal(table["view"], view))
    return steps(rows["codes"]), values(rows["docs"], np.int32)


def _summed(table: pa.Table) -> pa.Table:
    sums = table.group_by("stat").aggregate([("value", "sum")])
    return stats(dict(zip(sums["stat"].to_pylist(), sums["value_sum"].to_pylist(), strict=True)))


def _table(rows: list[Blob], counts: dict[str, int]) -> pa.Table:
    counted = {name: int(value) for name, value in counts.items() if value}
    return pa.concat_tables([pa.Table.from_batches([pair_blobs(rows)]), stats(counted)])


def key_blobs(rows: list[Blob]) -> pa.RecordBatch:
    """Rows BLOBS of (place, view, keys in any order, docs)."""
    return _blobs(rows, packed([np.asarray(row[2], np.uint64) for row in rows]))


def pair_blobs(rows: list[Blob]) -> pa.RecordBatch:
    """Rows BLOBS of (place, view, ascending codes of pairs, what they share)."""
    return _blobs(rows, packed_steps([np.asarray(row[2], np.uint64) for row in rows]))


def _blobs(rows: list[Blob], codes: pa.Array) -> pa.RecordBatch:
    n = len(rows)
    return pa.RecordBatch.from_arrays(
        [
            pa.array([row[0] for row in rows], pa.int64()),
            pa.array([row[1] for row in rows], pa.int32()),
            codes,
            packed([np.asarray(row[3], np.int32) for row in rows]),
            pa.nulls(n, pa.string()),
            pa.nulls(n, pa.int64()),
        ],
        schema=_BLOBS,
    )


def stats(counts: dict[str, int]) -> pa.Table:
    """Rows BLOBS that count."""
    n = len(counts)
    columns = {"place": [_COUNTS] * n, "stat": list(counts), "value": list(counts.values())}
    empty = {name: [None] * n for name in ("view", "codes", "docs")}
    return pa.table({**columns, **empty}).select(_BLOBS.names).cast(_BLOBS)
