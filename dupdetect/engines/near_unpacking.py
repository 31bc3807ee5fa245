"""Pages of texts unpacked: the bytes as they lie in the page, and where each text is."""

from __future__ import annotations

from threading import local
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from dupdetect.engines.near_pages import Dictionary, Packed, PackedTexts
from dupdetect.kernels.pages import hybrid, plain_strings
from dupdetect.kernels.snappy import SLACK, decompress

U8 = NDArray[np.uint8]
I64 = NDArray[np.int64]
#: Bytes, and the ranges int64[n] that texts have in them.
Texts = tuple[U8, I64, I64]


class Rooms:
    """Arrays to work in, of each thread its own, that are made once."""

    def __init__(self) -> None:
        self._own = local()

    def room(self, name: str, size: int, kind: Any) -> NDArray[Any]:
        """The array of that name: this thread's, with room for at least so many of a kind."""
        room: NDArray[Any] | None = getattr(self._own, name, None)
        if room is None or len(room) < size:
            room = np.empty(size + size // 4, kind)
            setattr(self._own, name, room)
        return room


class Unpacker:
    """Unpacks pages in any thread, each in the same memory again and again."""

    def __init__(self) -> None:
        self._rooms = Rooms()

    def texts(self, page: PackedTexts) -> Texts | None:
        """The texts of a page, a null as an empty one, until this thread unpacks the next.

        None if it is damaged.
        """
        names = None
        if page.dictionary is not None and (names := self._names(page.dictionary)) is None:
            return None
        octets = self._unpacked(page.packed)
        if octets is None:
            return None
        size, at, n = page.packed.size, 0, page.packed.values
        present = None
        if page.nullable:
            levels = np.empty(n, np.int32)
            at = 4 + int.from_bytes(octets[:4].tobytes(), "little")
            if at > size or not hybrid(octets, 4, at, 1, levels):
                return None
            present = None if levels.all() else levels.astype(np.bool_)
        count = n if present is None else int(np.count_nonzero(present))
        if names is None:
            found = _plain(octets, at, size, count)
        else:
            found = _named(octets, at, size, count, names)
        if found is None or present is None:
            return found
        begin, end = np.zeros(n, np.int64), np.zeros(n, np.int64)
        begin[present], end[present] = found[1], found[2]
        return found[0], begin, end

    def _names(self, dictionary: Dictionary) -> Texts | None:
        """The texts of a dictionary, which the first thread that asks unpacks for all."""
        page = dictionary.packed
        with dictionary.lock:
            if not dictionary.unpacked:
                octets = self._unpacked(page, kept=True)
                known = None if octets is None else _plain(octets, 0, page.size, page.values)
                dictionary.unpacked.append(known)
        found: Texts | None = dictionary.unpacked[0]
        return found

    def _unpacked(self, page: Packed, *, kept: bool = False) -> U8 | None:
        """A page as it was before it was packed; ``kept``: for longer than until the next one."""
        packed = self._rooms.room("packed", page.length + SLACK, np.uint8)
        try:
            with page.path.open("rb", buffering=0) as file:
                file.seek(page.place)
                if file.readinto(packed[: page.length].data) != page.length:
                    return None
            if page.codec == "uncompressed":
                whole = packed if page.size == page.length else None
                return whole.copy() if kept and whole is not None else whole
            if page.codec != "snappy":
                codec = pa.Codec(page.codec)
                return np.frombuffer(codec.decompress(packed[: page.length], page.size), np.uint8)
        except (OSError, pa.ArrowException):
            return None
        size = page.size + SLACK
        out = np.empty(size, np.uint8) if kept else self._rooms.room("out", size, np.uint8)
        return out if decompress(packed, 0, page.length, out, page.size) else None


def _named(octets: U8, at: int, size: int, n: int, names: Texts) -> Texts | None:
    data, begin, end = names
    rows = np.zeros(n, np.int32)
    if n and (at >= size or not hybrid(octets, at + 1, size, int(octets[at]), rows)):
        return None
    if n and rows.max() >= len(begin):
        return None
    return data, begin[rows], end[rows]


def _plain(octets: U8, at: int, size: int, n: int) -> Texts | None:
    if n > size:  # each takes four bytes at least
        return None
    begin, end = np.empty(n, np.int64), np.empty(n, np.int64)
    return (octets, begin, end) if plain_strings(octets, at, size, begin, end) else None
