"""What an embedded index consists of at one moment: the value that every write replaces."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, fields, replace
from typing import Any

from dupdetect.errors import IndexCorruptError
from dupdetect.index.stores.segment import MAX_DOCUMENTS

_NAME = re.compile(r"[0-9a-f]{1,24}\.segment")


@dataclass(frozen=True, slots=True)
class Part:
    """A segment: its file, the numbers of its documents, how many live in it, its bytes, and those
    of its longest section of lists."""

    file: str
    first: int
    count: int
    documents: int
    size: int
    lists: int

    def row(self) -> tuple[str, int, int, int, int, int]:
        """All fields in their order."""
        return self.file, self.first, self.count, self.documents, self.size, self.lists


@dataclass(frozen=True, slots=True)
class State:
    """Which documents there are and where.

    ``version`` rises by one with every write. Documents ``tail`` to ``next - 1`` lie in LMDB, those
    before in ``parts``, oldest first, without gaps between them. Lists of the dead are numbered
    ``dead_first`` to ``dead_next - 1``. ``documents``, ``bands`` and ``anchors`` count living
    documents and their postings.
    """

    version: int = 0
    next: int = 1
    tail: int = 1
    dead_first: int = 0
    dead_next: int = 0
    documents: int = 0
    bands: int = 0
    anchors: int = 0
    parts: tuple[Part, ...] = ()

    def encode(self) -> bytes:
        """The state as JSON."""
        values = {name: getattr(self, name) for name in _FIELDS}
        values["parts"] = [dict(zip(_PART, part.row(), strict=True)) for part in self.parts]
        return _ENCODE(values).encode()

    @classmethod
    def decode(cls, data: bytes | None) -> State:
        """The state from JSON, the empty one from None; raises IndexCorruptError."""
        if data is None:
            return cls()
        try:
            values: dict[str, Any] = json.loads(data)
            parts = tuple(Part(**part) for part in values.pop("parts"))
            state = cls(**values, parts=parts)
            state._check()
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise IndexCorruptError(f"the index's state cannot be read: {error}") from error
        return state

    def advanced(self, **changes: Any) -> State:
        """The next state."""
        return replace(self, version=self.version + 1, **changes)

    def _check(self) -> None:
        plain = [getattr(self, name) for name in _FIELDS]
        numbers = [value for part in self.parts for value in part.row()[1:]]
        if not all(isinstance(value, int) and value >= 0 for value in [*plain, *numbers]):
            raise ValueError("a number is none")
        at = 1
        for part in self.parts:
            if part.first != at or not 0 < part.count <= MAX_DOCUMENTS:
                raise ValueError("segments out of order")
            if not _NAME.fullmatch(part.file):
                raise ValueError(f"no name of a segment: {part.file!r}")
            at += part.count
        if at != self.tail or self.next < self.tail:
            raise ValueError("documents are missing between the segments and the tail")


#: Made once: ``json.dumps`` with separators makes an encoder for every call.
_ENCODE = json.JSONEncoder(separators=(",", ":")).encode
#: Names of the fields, for JSON: ``dataclasses.asdict`` copies deeply, at a tenth of an add.
_FIELDS = tuple(item.name for item in fields(State) if item.name != "parts")
_PART = tuple(item.name for item in fields(Part))
