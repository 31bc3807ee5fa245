"""The pages of a Parquet column of texts, found without reading them.

Whoever sketches a page unpacks it (:mod:`dupdetect.engines.near_unpacking`), so that all threads
do, and no text is copied from there to the kernels. Only what writers make by default is known
here: data pages of version 1, plain or by a dictionary, not compressed or by Snappy, zstd, gzip or
Brotli. For a row group of any other kind there is no answer, and Arrow reads it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

#: Bytes that the header of a page may have: statistics hold two strings of up to 4096 bytes.
_HEADER = 1 << 14
#: Sizes of pages that are read in one piece by a thread; small ones cost more than they save.
_LEAST, _MOST = 1 << 16, 1 << 25
_PLAIN, _RLE, _DICTIONARY = 0, 3, (2, 8)  # encodings; 2 is the old name of 8
_CODECS = ("UNCOMPRESSED", "SNAPPY", "ZSTD", "GZIP", "BROTLI")
_DATA_PAGE, _DICTIONARY_PAGE = 0, 2
_MISFITS = (OSError, IndexError, ValueError, KeyError, TypeError)


@dataclass(frozen=True, slots=True)
class Packed:
    """Where a page is in a file: ``length`` bytes, which are ``size`` when unpacked by ``codec``.

    ``codec`` is a name that Arrow knows, "uncompressed" for none.
    """

    path: Path
    place: int
    length: int
    size: int
    codec: str
    values: int


@dataclass(frozen=True, slots=True)
class Dictionary:
    """The texts that pages of a row group name by number; ``unpacked`` holds them once read."""

    packed: Packed
    lock: Any
    unpacked: list[Any]


@dataclass(frozen=True, slots=True)
class PackedTexts:
    """A data page: as many ids as texts.

    ``dictionary`` is None where the texts stand in the page; ``nullable``: it begins with levels.
    Whoever finds it damaged calls ``damaged``.
    """

    ids: pa.Array
    packed: Packed
    nullable: bool
    dictionary: Dictionary | None
    damaged: Callable[[], None]

    @property
    def held(self) -> int:
        """Bytes of text that wait with it: none."""
        return 0


def find_pages(
    path: Path,
    metadata: pq.FileMetaData,
    number: int,
    column: str,
    ids: pa.Array,
    damaged: Callable[[int, int], None],
) -> list[PackedTexts] | None:
    """The pages of one column in row group ``number``, which has as many rows as ``ids``.

    None where a page is of a kind that is not known here, or the headers do not fit together.
    ``damaged`` is told the rows of a page that turns out to be, from 0, the last exclusive.
    """
    index = _flat(metadata, column)
    if index is None:
        return None
    chunk = metadata.row_group(number).column(index)
    if chunk.compression not in _CODECS:
        return None
    nullable = metadata.schema.column(index).max_definition_level == 1
    at = chunk.data_page_offset
    if chunk.has_dictionary_page and chunk.dictionary_page_offset:
        at = min(at, chunk.dictionary_page_offset)
    found: list[PackedTexts] = []
    dictionary, row = None, 0
    try:
        with path.open("rb", buffering=0) as file:
            end = min(at + chunk.total_compressed_size, os.fstat(file.fileno()).st_size)
            while row < len(ids):
                header, size = _structure(os.pread(file.fileno(), min(_HEADER, end - at), at), 0)
                at += size
                kind = header[1]
                own = header[7 if kind == _DICTIONARY_PAGE else 5]
                page = Packed(path, at, header[3], header[2], chunk.compression.lower(), own[1])
                at += page.length
                if at > end or page.length < 0 or not 0 <= page.size <= _MOST:
                    return None
                if kind == _DICTIONARY_PAGE and own[2] in (_PLAIN, 2) and not found:
                    dictionary = Dictionary(page, Lock(), [])
                    continue
                coded = own[2] in _DICTIONARY and dictionary is not None
                if kind != _DATA_PAGE or not (coded or own[2] == _PLAIN) or own[3] != _RLE:
                    return None
                if not 0 < page.values <= len(ids) - row:
                    return None
                own_ids, names = ids.slice(row, page.values), dictionary if coded else None
                lost = partial(damaged, row, row + page.values)
                found.append(PackedTexts(own_ids, page, nullable, names, lost))
                row += page.values
    except _MISFITS:
        return None
    large = len(found) < 2 or chunk.total_uncompressed_size // len(found) >= _LEAST
    return found if large else None


def _flat(metadata: pq.FileMetaData, name: str) -> int | None:
    """The number of a column of strings that is neither nested nor repeated."""
    schema = metadata.schema
    places = [i for i in range(len(schema)) if schema.column(i).path == name]
    if len(places) != 1:
        return None
    column = schema.column(places[0])
    plain = column.max_repetition_level == 0 and column.max_definition_level <= 1
    return places[0] if plain and column.physical_type == "BYTE_ARRAY" else None


def _structure(octets: bytes, at: int) -> tuple[dict[int, Any], int]:
    """A structure of Thrift's compact protocol: its fields by number, and where it ends."""
    fields: dict[int, Any] = {}
    number = 0
    while octets[at]:
        kind, step = octets[at] & 15, octets[at] >> 4
        at += 1
        if step:
            number += step
        else:
            value, at = _varint(octets, at)
            number = (value >> 1) ^ -(value & 1)
        if kind in (1, 2):
            fields[number] = kind == 1
        elif kind in (4, 5, 6):
            value, at = _varint(octets, at)
            fields[number] = (value >> 1) ^ -(value & 1)
        elif kind == 8:
            value, at = _varint(octets, at)
            at += value
        elif kind == 12:
            fields[number], at = _structure(octets, at)
        else:
            raise ValueError("not in the header of a page")
    return fields, at + 1


def _varint(octets: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while octets[at] & 128:
        value |= (octets[at] & 127) << shift
        shift += 7
        at += 1
    return value | octets[at] << shift, at + 1
