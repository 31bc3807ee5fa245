"""What the latest documents of a site leave there: short traces, of which a store keeps a few.

A ring is one value of a site: ``<H number of traces>``, then of each document, oldest first, ``<I
number> <H bytes> trace``. The number of the document says whether it is still there: traces of
documents that were removed or replaced are not seen, and go when the ring is next written.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from dupdetect.errors import IndexCorruptError

#: Traces of a ring, and its bytes. Articles of the press with a dozen short lines make a ring of
#: 1.8 KB, of which LMDB puts two on a page of its own; raw pages with hundreds fill a page each.
MOST_TRACES, MOST_BYTES = 24, 4000
#: A ring without traces.
EMPTY = b"\0\0"
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


def appended(ring: bytes, fresh: Sequence[Held]) -> bytes:
    """A ring with more traces, the oldest left out that are too many; as little is taken apart as
    needs to be, for it is done with every document."""
    fresh = fresh[-MOST_TRACES:]
    (n,), at = HEAD.unpack_from(ring), HEAD.size
    n, more = n + len(fresh), encode(fresh)[HEAD.size :]
    size = len(ring) + len(more)
    joined = ring + more
    while n > MOST_TRACES or size > MOST_BYTES:
        _, length = ENTRY.unpack_from(joined, at)
        n, size, at = n - 1, size - ENTRY.size - length, at + ENTRY.size + length
    return HEAD.pack(n) + joined[at:]


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
