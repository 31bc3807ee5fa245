"""What the latest documents of a site leave there: short traces, of which a store keeps a few.

A ring is one value of a site: ``<H number of traces>``, then of each document, oldest first, ``<I
number> <H bytes> trace``. The number of the document says whether it is still there: traces of
documents that were removed or replaced are not seen, and go when the ring is next written.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from dupdetect.errors import IndexCorruptError

#: Traces of a ring, and its bytes: with the 20 short lines that an extracted article has 32 of them
#: take 3.6 KB, and a value of LMDB up to this size one page.
MOST_TRACES, MOST_BYTES = 32, 4000
HEAD, ENTRY = struct.Struct("<H"), struct.Struct("<IH")
#: Longer traces are refused: a ring has to hold a few of any.
MAX_TRACE = 1000


class Held(NamedTuple):
    """A trace, and the number of the document that left it."""

    number: int
    trace: bytes


def encode(held: Sequence[Held]) -> bytes:
    """The ring of these traces."""
    parts = [HEAD.pack(len(held))]
    for number, trace in held:
        parts += [ENTRY.pack(number, len(trace)), trace]
    return b"".join(parts)


def decode(ring: bytes) -> list[Held]:
    """The traces of a ring, oldest first; raises IndexCorruptError."""
    try:
        (n,), at = HEAD.unpack_from(ring), HEAD.size
        held = []
        for _ in range(n):
            number, size = ENTRY.unpack_from(ring, at)
            at += ENTRY.size + size
            held.append(Held(number, ring[at - size : at]))
    except struct.error as error:
        raise IndexCorruptError(f"the traces of a site cannot be read: {error}") from error
    if at != len(ring):
        raise IndexCorruptError("the traces of a site have a wrong length")
    return held


def extended(
    held: Iterable[Held], fresh: Iterable[Held], *, living: Callable[[int], bool]
) -> list[Held]:
    """The traces of the living and the fresh ones, the oldest left out that are too many."""
    kept = [*(one for one in held if living(one.number)), *fresh][-MOST_TRACES:]
    size = HEAD.size + sum(ENTRY.size + len(trace) for _, trace in kept)
    first = 0
    while size > MOST_BYTES:
        size -= ENTRY.size + len(kept[first].trace)
        first += 1
    return kept[first:]


def problems(rings: Mapping[bytes, bytes]) -> list[str]:
    """What is wrong with the rings of sites."""
    found = []
    for site, ring in rings.items():
        try:
            decode(ring)
        except IndexCorruptError as error:
            found.append(f"site {site.hex()}: {error}")
    return found


def checked(trace: bytes) -> bytes:
    """The trace; raises ValueError if it is too long for a ring."""
    if len(trace) > MAX_TRACE:
        raise ValueError(f"a trace of {len(trace)} bytes, {MAX_TRACE} at most")
    return trace
