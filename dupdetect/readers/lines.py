"""Lines of a binary stream in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO


def read_lines(stream: BinaryIO, *, max_bytes: int) -> Iterator[bytes | None]:
    """The lines with their ends; None stands for a line of more than ``max_bytes``, which is read
    past without being held."""
    while line := stream.readline(max_bytes + 1):
        if len(line) <= max_bytes or line.endswith(b"\n"):
            yield line
            continue
        while line and not line.endswith(b"\n"):
            line = stream.readline(max_bytes)
        yield None
