"""Named arrays in one file, mapped back without a copy; no pickle.

Layout: 8 bytes magic, the header's length (uint64, little endian), the header (JSON: ``meta``,
``size`` of the whole file, and name, dtype, shape, offset of each array), then the arrays, each on
a 64-byte boundary. The file appears under its name only when it is whole.
"""

from __future__ import annotations

import ctypes
import json
import mmap
import os
import struct
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
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


def map_arrays(path: Path) -> tuple[dict[str, NDArray[Any]], dict[str, Any], Mapped]:
    """:func:`read_arrays`, and the mapping, to give back the memory of its pages."""
    try:
        mapped = Mapped(path)
        if len(mapped.data) < 16 or mapped.data[:8].tobytes() != _MAGIC:
            raise ValueError("not a file of arrays")
        length = struct.unpack("<Q", mapped.data[8:16].tobytes())[0]
        header = json.loads(mapped.data[16 : 16 + length].tobytes())
        if header["size"] != len(mapped.data) - _aligned(16 + length):
            raise ValueError("cut short")
    except (OSError, ValueError, KeyError) as error:
        raise ScanError(f"{path}: cannot be read: {error}") from error
    begin = _aligned(16 + length)
    arrays = {
        entry["name"]: np.ndarray(
            entry["shape"], entry["dtype"], buffer=mapped.data, offset=begin + entry["offset"]
        )
        for entry in header["arrays"]
    }
    return arrays, header["meta"], mapped


class Mapped:
    """A file in memory, read-only, that is not open: files may be more than a process may open.

    Python's own ``mmap`` keeps a descriptor for each. ``data`` uint8[size]; raises OSError.
    """

    def __init__(self, path: Path) -> None:
        if not path.stat().st_size:
            raise OSError("empty")  # nothing that could be mapped
        with pa.memory_map(str(path)) as file:
            self._buffer = file.read_buffer()
        self.data: NDArray[np.uint8] = np.frombuffer(self._buffer, np.uint8)

    def release(self) -> None:
        """Gives back the memory of pages that were read; they are read again when needed."""
        _madvise()(self._buffer.address, self._buffer.size, mmap.MADV_DONTNEED)


@cache
def _madvise() -> Any:
    function = ctypes.CDLL(None).madvise
    function.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    return function


def _header(entries: list[dict[str, Any]], meta: Mapping[str, Any], size: int) -> tuple[bytes, int]:
    header = json.dumps({"meta": dict(meta), "size": size, "arrays": entries}).encode()
    return header, _aligned(16 + len(header))


def _aligned(offset: int) -> int:
    return -(-offset // _ALIGN) * _ALIGN
