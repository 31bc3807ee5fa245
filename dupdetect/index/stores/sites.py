"""The rings of an embedded index: a table of LMDB, site → checksum and ring."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from dupdetect.errors import IndexCorruptError
from dupdetect.index.stores.environment import Environment
from dupdetect.index.stores.rings import EMPTY, Held, appended, decode, encode

NAME = "sites"
_CHECKSUM = struct.Struct("<I")
#: Rings that are read in one transaction.
_CHUNK = 1024


class Sites:
    """The rings of an index.

    One that was made before there were rings has none until it is opened for writing.
    """

    def __init__(self, environment: Environment, tables: Iterable[str]) -> None:
        self._env = environment
        absent = environment.readonly and NAME not in tables
        self._table = None if absent else environment.table(NAME)

    def read(self, txn: Any, site: bytes) -> list[Held]:
        """The ring of a site, empty where there is none; raises IndexCorruptError."""
        value = None if self._table is None else txn.get(site, db=self._table)
        return [] if value is None else self._parsed(site, bytes(value))

    def leave(
        self, txn: Any, left: Sequence[tuple[bytes, Held]],
        *, living: Callable[[int], bool] | None = None,
    ) -> None:  # fmt: skip
        """Writes traces into the rings of their sites; ``living`` where documents were removed."""
        fresh: dict[bytes, list[Held]] = {}
        for site, held in left:
            fresh.setdefault(site, []).append(held)
        for site, mine in sorted(fresh.items()):
            value = txn.get(site, db=self._table)
            ring = EMPTY if value is None else self._checked(site, bytes(value))
            if living is not None:
                ring = encode([one for one in decode(ring) if living(one.number)])
            self._write(txn, site, appended(ring, mine))

    def purge(self, txn: Any, *, living: Callable[[int], bool]) -> None:
        """Forgets the traces of the dead."""
        after = b""
        while chunk := self._chunk(txn, after):
            for site, value in chunk:
                held = self._parsed(site, value)
                kept = [one for one in held if living(one.number)]
                if len(kept) < len(held):
                    self._write(txn, site, encode(kept))
            after = chunk[-1][0]

    def rings(self) -> Iterator[tuple[bytes, bytes]]:
        """All sites with their rings as they are stored; writes meanwhile are allowed."""
        after = b""
        while True:
            with self._env.reading() as txn:
                chunk = self._chunk(txn, after)
            if not chunk:
                return
            yield from chunk
            after = chunk[-1][0]

    def problems(self, last: Callable[[], int]) -> list[str]:
        """What is wrong with the rings of an index whose documents' numbers are below ``last()``,
        which is asked after a ring was read."""
        problems, known = list[str](), 0
        for site, value in self.rings():
            try:
                numbers = [one.number for one in self._parsed(site, value)]
                known = last() if max(numbers, default=0) >= known else known
                if any(not 0 < number < known for number in numbers):
                    problems.append(f"site {site.hex()}: a trace of no document")
            except IndexCorruptError as error:
                problems.append(str(error))
        return problems

    def _chunk(self, txn: Any, after: bytes) -> list[tuple[bytes, bytes]]:
        """The next rings after a site."""
        if self._table is None:
            return []
        found: list[tuple[bytes, bytes]] = []
        with txn.cursor(self._table) as cursor:
            more = cursor.set_range(after + b"\0") if after else cursor.first()
            while more and len(found) < _CHUNK:
                found.append((bytes(cursor.key()), bytes(cursor.value())))
                more = cursor.next()
        return found

    def _write(self, txn: Any, site: bytes, ring: bytes) -> None:
        if ring == EMPTY:
            txn.delete(site, db=self._table)
        else:
            txn.put(site, _CHECKSUM.pack(_checksum(site, ring)) + ring, db=self._table)

    def _parsed(self, site: bytes, value: bytes) -> list[Held]:
        return decode(self._checked(site, value))

    def _checked(self, site: bytes, value: bytes) -> bytes:
        ring = value[_CHECKSUM.size :]
        if value[: _CHECKSUM.size] != _CHECKSUM.pack(_checksum(site, ring)):
            raise IndexCorruptError(
                f"{self._env.path}: the traces of site {site.hex()} are damaged"
            )
        return ring


def _checksum(site: bytes, ring: bytes) -> int:
    return zlib.crc32(ring, zlib.crc32(site))
