"""Named arrays in one file, mapped back without a copy; no pickle.

Layout: 8 bytes magic, the header's length (uint64, little endian), the header (JSON: ``meta``,
``size`` of the whole file, and name, dtype, shape, offset of each array), then the arrays, each on
a 64-byte boundary. The file appears under its name only when it is whole.
"""

from __future__ import annotations

import json
import mmap
import os
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dupdetect.errors import ScanError

_MAGIC = b"DDARRAY1"
_ALIGN = 64


def write_arrays(path: Path, arrays: Mapping[str, NDArray[Any]], meta: Mapping[str, Any]) -> None:
    """Writes the file; raises ScanError when it cannot be written, and leaves nothing then."""
    entries: list[dict[str, Any]] = []
    offset = 0
    for name, array in arrays.items():
        offset = _aligned(offset)
        entries.append(
            {"name": name, "dtype": array.dtype.str, "shape": array.shape, "offset": offset}
        )
        offset += array.nbytes
    header, begin = _header(entries, meta, offset)
    part = path.with_name(f"{path.name}.part-{os.getpid()}")
    try:
        with part.open("wb") as file:
            file.write(_MAGIC + struct.pack("<Q", len(header)) + header)
            for entry, array in zip(entries, arrays.values(), strict=True):
                file.seek(begin + entry["offset"])
                file.write(np.ascontiguousarray(array).data)
            file.truncate(begin + offset)
        os.replace(part, path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise ScanError(f"{path}: cannot be written: {error.strerror or error}") from error


def read_arrays(path: Path) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """Arrays by name, mapped from the file (read-only), and ``meta``; raises ScanError."""
    arrays, meta, _ = map_arrays(path)
    return arrays, meta


def map_arrays(path: Path) -> tuple[dict[str, NDArray[Any]], dict[str, Any], mmap.mmap]:
    """:func:`read_arrays`, and the mapping, whose pages its ``madvise`` can give back."""
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            head = file.read(16)
            if len(head) < 16 or not head.startswith(_MAGIC):
                raise ValueError("not a file of arrays")
            length = struct.unpack("<Q", head[8:])[0]
            header = json.loads(file.read(length))
            if header["size"] != size - _aligned(16 + length):
                raise ValueError("cut short")
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError, KeyError) as error:
        raise ScanError(f"{path}: cannot be read: {error}") from error
    begin = _aligned(16 + length)
    arrays = {
        entry["name"]: np.ndarray(
            entry["shape"], entry["dtype"], buffer=mapped, offset=begin + entry["offset"]
        )
        for entry in header["arrays"]
    }
    return arrays, header["meta"], mapped


def _header(entries: list[dict[str, Any]], meta: Mapping[str, Any], size: int) -> tuple[bytes, int]:
    header = json.dumps({"meta": dict(meta), "size": size, "arrays": entries}).encode()
    return header, _aligned(16 + len(header))


def _aligned(offset: int) -> int:
    return -(-offset // _ALIGN) * _ALIGN
