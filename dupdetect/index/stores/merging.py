"""Segments made: from recent documents, and from smaller segments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dupdetect.index.stores.segment import (
    MAX_DOCUMENTS,
    MAX_LISTS,
    SECTIONS,
    Segment,
    ViewSource,
    bucket_bits,
    chunk_bits,
    write_segment,
)
from dupdetect.index.stores.state import Part
from dupdetect.kernels.postings import HASH_BITS, NUMBER_BITS, SIZE, new_postings

U64 = NDArray[np.uint64]
U8 = NDArray[np.uint8]

#: When segments behind one hold a share of its documents, they are merged with it: all of them
#: (1) while documents come, a quarter when no more do. A lookup asks every segment for every key,
#: which takes 15 microseconds each. With 1 there are as many segments as the number of documents
#: has binary digits above :data:`~dupdetect.index.stores.versions.RECENT`'s, half of it on average,
#: and a document is written as often; when merging cannot keep up, more are merged at once and each
#: is written less often. With 4 there are one to three.
IN_PASSING, AT_REST = 1, 4
#: Bytes of records that are copied at a time.
_COPY = 1 << 23


def write_recent(
    path: Path, *, first: int, records: Sequence[bytes], hashes: Sequence[Sequence[U64]]
) -> int:
    """A segment of documents ``first`` onwards; its size in bytes.

    ``hashes``: for each view the documents' hashed keys, in the order of the documents. A document
    that is gone has an empty record and no hashes.
    """
    rows = np.zeros(len(records) + 1, np.int64)
    np.cumsum([len(record) for record in records], out=rows[1:])
    documents = sum(1 for record in records if record)
    views = []
    for lists in hashes:
        joined = np.concatenate([np.empty(0, np.uint64), *lists])
        postings = new_postings(joined, np.array([len(keys) for keys in lists], np.int64))
        views.append(ViewSource(bucket_bits(len(postings)), 0, [postings]))
    return write_segment(
        path, first=first, rows=rows, documents=documents, records=[b"".join(records)], views=views
    )


def merge_segments(path: Path, segments: Sequence[Segment], *, dead: U8) -> tuple[int, int]:
    """One segment of several that follow each other, without the dead; bytes and documents.

    Memory stays bounded: postings are decoded, sorted and encoded one range of hashes at a time.
    """
    first = segments[0].first
    rows, alive = _rows(segments, dead)
    views = [_merged_view(segments, view, dead) for view in range(len(SECTIONS))]
    size = write_segment(
        path, first=first, rows=rows, documents=int(alive.sum()),
        records=_records(segments, alive), views=views,
    )  # fmt: skip
    return size, int(alive.sum())


def bits_of(dead: U8, first: int, last: int) -> NDArray[np.bool_]:
    """Which of documents ``first`` to ``last`` are in the bitmap."""
    low, high = first // 8, -(-last // 8)
    padded = np.zeros(high - low, np.uint8)
    held = dead[low:high]
    padded[: len(held)] = held
    bits = np.unpackbits(padded, bitorder="little")
    return bits[first - 8 * low : last - 8 * low].astype(bool)


def plan(parts: Sequence[Part], *, ratio: int = IN_PASSING) -> int:
    """From which segment on all should be merged into one; ``len(parts)`` for: none.

    The first with at most ``ratio`` times as many documents as those behind it, with which it fits
    into one.
    """
    behind = sum(part.documents for part in parts)
    for i, part in enumerate(parts[:-1]):
        behind -= part.documents
        if part.documents <= ratio * behind and fits(parts[i:]):
            return i
    return len(parts)


def fits(parts: Sequence[Part]) -> bool:
    """Whether these segments can be one."""
    count, lists = sum(part.count for part in parts), sum(part.lists for part in parts)
    return count <= MAX_DOCUMENTS and lists <= MAX_LISTS


def _rows(segments: Sequence[Segment], dead: U8) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    first, last = segments[0].first, segments[-1].first + segments[-1].count
    lengths = np.zeros(last - first, np.int64)
    for segment in segments:
        at = segment.first - first
        lengths[at : at + segment.count] = np.diff(segment.rows.astype(np.int64))
    if lengths.min(initial=0) < 0:
        raise segments[0].broken("its records are out of place")
    alive = (lengths > 0) & ~bits_of(dead, first, last)
    rows = np.zeros(last - first + 1, np.int64)
    np.cumsum(np.where(alive, lengths, 0), out=rows[1:])
    return rows, alive


def _records(segments: Sequence[Segment], alive: NDArray[np.bool_]) -> Iterator[Any]:
    """Records of the living, in runs of neighbours."""
    for segment in segments:
        at = segment.first - segments[0].first
        mine = alive[at : at + segment.count] | (np.diff(segment.rows) == 0)
        edges = np.flatnonzero(np.diff(np.concatenate(([0], mine.view(np.int8), [0]))))
        for begin, end in edges.reshape(-1, 2).tolist():
            yield from segment.record_bytes(begin, end, step=_COPY)


def _merged_view(segments: Sequence[Segment], view: int, dead: U8) -> ViewSource:
    total = sum(segment.row(view)[SIZE] for segment in segments) // 4
    bits = bucket_bits(total)
    chunks = chunk_bits(total, bits)
    return ViewSource(bits, chunks, _chunks(segments, view, chunks, dead))


def _chunks(segments: Sequence[Segment], view: int, chunks: int, dead: U8) -> Iterator[U64]:
    """Sorted postings of all segments, one range of hashes (their ``chunks`` bits) at a time."""
    for number in range(1 << chunks):
        parts = []
        for segment in segments:
            bits, shift = segment.bits[view], segment.first - segments[0].first
            if bits >= chunks:
                first, last = number << (bits - chunks), (number + 1) << (bits - chunks)
                part = segment.postings(view, first, last, shift=shift, dead=dead)
            else:
                bucket = number >> (chunks - bits)
                part = segment.postings(view, bucket, bucket + 1, shift=shift, dead=dead)
                part = part[part >> np.uint64(HASH_BITS + NUMBER_BITS - chunks) == number]
            parts.append(part)
        # Runs in order: merging them takes a seventh of sorting anew.
        yield np.sort(np.concatenate(parts), kind="stable")
