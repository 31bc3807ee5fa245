"""A segment: the records and posting lists of a range of documents in one file that never changes.

The file is a header of 64-bit words (layout, document range, then place, size and checksum of each
section), the *rows* (where each record begins), the records, and for each view the bucket offsets
and the encoded lists of :mod:`dupdetect.kernels.postings`. It is written under another name, synced
and renamed, so that a file with a segment's name is whole.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from dupdetect.errors import IndexCorruptError, IndexMismatchError
from dupdetect.kernels.postings import COLUMNS, HASH_BITS, LONGEST_BYTES, SIZE, decode, encode

U64 = NDArray[np.uint64]
U32 = NDArray[np.uint32]
I64 = NDArray[np.int64]
U8 = NDArray[np.uint8]

#: Views in the order of their sections; ``ids`` holds the hashes of the documents' keys.
SECTIONS = ("ids", "bands", "anchors")
#: Documents' numbers in a segment (23 bits, less the one that ends a cut list).
MAX_DOCUMENTS = (1 << 23) - 2
#: Bytes of one view's lists in a segment: offsets have 32 bits, and a merge may add a little.
MAX_LISTS = 3_200_000_000

_MAGIC = int.from_bytes(b"ddsegmnt", "little")
_VERSION = 2
_N_PARTS = 2 + 2 * len(SECTIONS)
#: magic, version, first, count, documents, bits of each view, (place, size, checksum) of each part.
_WORDS = 5 + len(SECTIONS) + 3 * _N_PARTS + 1
#: Bytes of the header.
HEADER = 8 * _WORDS
#: Postings of a bucket when there is a choice: a lookup reads one or two cache lines.
_PER_BUCKET = 12
#: Postings that are sorted and encoded at a time.
CHUNK = 1 << 21
#: Bytes that are written at once, at multiples of it. Linux keeps what was written so in pages of
#: this size (ext4, XFS), and a lookup that reads five hundred places of a file in random order
#: takes 10 to 15 % less: the addresses of fewer pages have to be found.
_BLOCK = 1 << 21


def bucket_bits(postings: int) -> int:
    """Bits of the hash that name a bucket, for about so many postings in a view.

    From 64 million postings on 24, which leaves two bytes of the hash to be written with a key.
    """
    bits = max(0, int(postings // _PER_BUCKET).bit_length())
    return 24 if postings > 1 << 26 else min(bits, 24)


def chunk_bits(postings: int, bits: int) -> int:
    """Bits of the hash that name a chunk of at most about :data:`CHUNK` postings."""
    return min(bits, max(0, (postings // CHUNK).bit_length()))


@dataclass(frozen=True, slots=True)
class ViewSource:
    """Postings of a view: sorted chunks, one for each value of the highest ``chunks`` bits."""

    bits: int
    chunks: int
    parts: Iterable[U64]


class _Writer:
    """Sections one after the other, with their checksums, written in whole blocks.

    ``file`` is not buffered.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.parts: list[tuple[int, int, int]] = []
        self._at = HEADER
        self._waiting = bytearray(HEADER)

    def section(self, pieces: Iterable[Any]) -> None:
        """One section, aligned to eight bytes."""
        self._put(memoryview(bytes(-self._at % 8)))
        begin, checksum = self._at, 0
        for piece in pieces:
            if not len(piece):
                continue
            view = memoryview(piece).cast("B")
            self._put(view)
            checksum = zlib.crc32(view, checksum)
        self.parts.append((begin, self._at - begin, checksum))

    def _put(self, view: memoryview) -> None:
        self._at += len(view)
        while len(self._waiting) + len(view) >= _BLOCK:
            taken = _BLOCK - len(self._waiting)
            self._waiting += view[:taken]
            view = view[taken:]
            self._flush()
        self._waiting += view

    def _flush(self) -> None:
        whole = memoryview(self._waiting)
        while len(whole):  # the system may take less than it is given
            whole = whole[self._file.write(whole) :]
        self._waiting = bytearray()

    def postings(self, source: ViewSource) -> None:
        """Lists, then the bucket offsets that were found while writing them."""
        per_chunk = 1 << (source.bits - source.chunks)
        width = width_of(source.bits)
        offsets = np.zeros((1 << source.bits) + 1, np.uint32)

        def pieces() -> Iterator[U8]:
            base = 0
            for number, postings in enumerate(source.parts):
                data = np.empty(len(postings) * (width + 4) + width + LONGEST_BYTES, np.uint8)
                first = number * per_chunk
                mine = offsets[first : first + per_chunk + 1]
                size = encode(postings, source.bits, first, width, data, mine, base)
                if size < 0:
                    raise IndexCorruptError("postings out of order, or too many")
                base += size
                yield data[:size]

        self.section(pieces())
        self.section([offsets])

    def finish(self, words: Sequence[int]) -> None:
        """What is left, and the header, when all sections are known."""
        self._flush()
        head = np.array([*words, *(value for part in self.parts for value in part), 0], np.uint64)
        head[-1] = zlib.crc32(head[:-1].tobytes())
        self._file.seek(0)
        self._file.write(head.tobytes())


def width_of(bits: int) -> int:
    """Bytes that hold the rest of a hash beside the bits of its bucket."""
    return -(-(HASH_BITS - bits) // 8)


def write_segment(
    path: Path, *, first: int, rows: I64, documents: int, records: Iterable[Any],
    views: Sequence[ViewSource],
) -> int:  # fmt: skip
    """Writes a segment; its size in bytes.

    ``rows`` int64[count + 1]: where the record of document ``first + i`` begins in the joined
    ``records`` (empty for documents that are gone). Raises OSError; then nothing is left behind.
    """
    draft = path.with_suffix(".tmp")
    try:
        with draft.open("wb", buffering=0) as file:
            writer = _Writer(file)
            writer.section([rows])
            writer.section(records)
            for view in views:
                writer.postings(view)
            bits = [view.bits for view in views]
            writer.finish([_MAGIC, _VERSION, first, len(rows) - 1, documents, *bits])
            os.fsync(file.fileno())
            size = os.fstat(file.fileno()).st_size
        draft.rename(path)
        sync_folder(path.parent)
    except BaseException:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
        raise
    return size


def sync_folder(path: Path) -> None:
    """Makes a new name in a folder durable."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class Segment:
    """A segment that is mapped for reading; frees the map when it is no longer used.

    ``size``, ``first`` and ``count`` are what the index says of it. Raises IndexCorruptError when
    the file says otherwise or is cut short, IndexMismatchError when it was written in another
    layout, FileNotFoundError when it is gone.
    """

    def __init__(
        self, path: Path, *, size: int, first: int, count: int, sequential: bool = False
    ) -> None:
        self.path, self.size, self.first, self.count = path, size, first, count
        with path.open("rb") as file:
            found = os.fstat(file.fileno()).st_size
            if found != size or size < HEADER:
                raise IndexCorruptError(
                    f"{path}: {found} bytes instead of {size}: cut short or not this index's; "
                    "restore it or build the index again"
                )
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._map.madvise(mmap.MADV_SEQUENTIAL if sequential else mmap.MADV_RANDOM)
        self._bytes: U8 = np.frombuffer(self._map, np.uint8)
        words = self._bytes[:HEADER].view(np.uint64)
        if int(words[-1]) != zlib.crc32(words[:-1].tobytes()):
            raise self.broken("its header is damaged")
        values = [int(word) for word in words]
        if values[0] == _MAGIC and values[1] != _VERSION:
            raise IndexMismatchError(
                f"{path}: a segment of layout {values[1]}, and this dupdetect reads {_VERSION}: "
                "create a new index and add the documents to it"
            )
        if values[0] != _MAGIC or values[2:4] != [first, count]:
            raise self.broken("another segment")
        self.documents = values[4]
        self.bits = values[5 : 5 + len(SECTIONS)]
        self._parts = [
            (values[at], values[at + 1], values[at + 2])
            for at in range(5 + len(SECTIONS), _WORDS - 1, 3)
        ]
        if any(begin < HEADER or begin % 8 or begin + n > size for begin, n, _ in self._parts):
            raise self.broken("its sections do not fit")
        if any(not 0 <= bits <= 24 for bits in self.bits) or count > MAX_DOCUMENTS:
            raise self.broken("its header makes no sense")
        tables = [(0, 8 * (count + 1))]
        tables += [(3 + 2 * view, 4 * ((1 << bits) + 1)) for view, bits in enumerate(self.bits)]
        if any(self._parts[part][1] != length for part, length in tables):
            raise self.broken("its sections have wrong sizes")
        self.rows: U64 = self._part(0).view(np.uint64)
        self.records: U8 = self._part(1)

    @property
    def lists(self) -> int:
        """Bytes of the largest view's lists."""
        return max(self.row(view)[SIZE] for view in range(len(SECTIONS)))

    def row(self, view: int) -> list[int]:
        """What :func:`dupdetect.kernels.postings.lookup` needs to know of a view."""
        offsets, data = self._offsets(view), self._part(2 + 2 * view)
        bits = self.bits[view]
        place = [offsets.ctypes.data, data.ctypes.data if len(data) else offsets.ctypes.data]
        described = [*place, len(data), bits, width_of(bits), self.first, self.count]
        assert len(described) == COLUMNS
        return described

    def records_row(self) -> list[int]:
        """What :func:`dupdetect.kernels.postings.locate` needs to know."""
        data = self.records.ctypes.data if len(self.records) else self.rows.ctypes.data
        return [self.rows.ctypes.data, data, len(self.records), 0, 0, self.first, self.count]

    def record(self, number: int) -> bytes:
        """The record of a document, empty when it is gone; raises IndexCorruptError."""
        begin, end = int(self.rows[number - self.first]), int(self.rows[number - self.first + 1])
        if not 0 <= begin <= end <= len(self.records):
            raise self.broken(f"the record of document {number} is out of place")
        return self.records[begin:end].tobytes()

    def record_bytes(self, begin: int, end: int, *, step: int) -> Iterator[U8]:
        """The records of rows ``begin`` to ``end``, joined, in pieces of at most ``step`` bytes."""
        low, high = int(self.rows[begin]), int(self.rows[end])
        if not 0 <= low <= high <= len(self.records):
            raise self.broken("its records are out of place")
        for at in range(low, high, step):
            yield self.records[at : min(at + step, high)]

    def postings(self, view: int, first: int, last: int, *, shift: int, dead: U8) -> U64:
        """Decoded postings of buckets ``first`` to ``last``, of documents that are not dead."""
        offsets, data = self._offsets(view), self._part(2 + 2 * view)
        begin, end = int(offsets[first]), int(offsets[last])
        if not 0 <= begin <= end <= len(data):
            raise self.broken("its posting lists are out of place")
        out = np.empty((end - begin) // 3, np.uint64)
        bits = self.bits[view]
        size = decode(
            offsets, data, bits, width_of(bits), self.count, first, last, shift, self.first, dead,
            out,
        )  # fmt: skip
        if size < 0:
            raise self.broken("its posting lists are malformed")
        return out[:size]

    def check(self) -> list[str]:
        """Reads everything; what is wrong."""
        problems = [
            f"{self.path.name}: section {number} is damaged (wrong checksum)"
            for number, (begin, size, checksum) in enumerate(self._parts)
            if zlib.crc32(memoryview(self._map)[begin : begin + size]) != checksum
        ]
        nobody = np.empty(0, np.uint8)
        for view, bits in enumerate(self.bits):
            step = 1 << max(0, bits - 8)
            try:
                for first in range(0, 1 << bits, step):
                    self.postings(view, first, first + step, shift=0, dead=nobody)
            except IndexCorruptError as error:
                problems.append(str(error))
        return problems

    def _part(self, number: int) -> U8:
        begin, size, _ = self._parts[number]
        return self._bytes[begin : begin + size]

    def _offsets(self, view: int) -> U32:
        return self._part(3 + 2 * view).view(np.uint32)

    def broken(self, what: str) -> IndexCorruptError:
        """The error that says what is wrong with this file and what to do."""
        return IndexCorruptError(f"{self.path}: {what}; restore it or build the index again")
