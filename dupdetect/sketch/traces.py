"""The traces that pages leave at their sites, and what they say of the lines of a page.

A trace holds keys of the short lines of a page, so that a line which a site repeats is seen without
reading its other pages again; and the keys of the page's longest lines, by which copies of one
article are told: they repeat their short lines too, and count as one page.

Layout: 5 bytes of the id's hash, :data:`LONGEST` values of ``longest`` (4 bytes) and the keys (3
bytes), little-endian. With 24 bits one of 20 lines of a page is taken for one of 30 template lines
of its site in one page of 28,000.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from dupdetect.errors import IndexCorruptError
from dupdetect.records import Document
from dupdetect.text.urls import domain

U32 = NDArray[np.uint32]

#: Lines of a page that leave their keys, and those that tell copies.
MOST_LINES, LONGEST = 64, 6
#: Pages are copies when lines of so much of the words of the shorter one's longest lines are the
#: same: half of a page that somebody else wrote is no chance, and an edited copy keeps it.
COPY = 0.5
_ID, _KEY = 5, 3
#: Where the keys of a trace begin.
_KEYS = _ID + 4 * LONGEST
#: Bits of a value of ``longest`` that count words.
WORD_BITS = 8


@dataclass(frozen=True, slots=True)
class PageLines:
    """Of a page: ``keys uint32[n]`` of short lines (24 bits), each once, at most
    :data:`MOST_LINES`, and ``longest uint32[LONGEST]``: key (24 bits) and number of words (8 bits)
    of its longest lines, 0 where it has fewer."""

    keys: U32
    longest: U32


#: The lines of some documents, by their numbers.
Lines = Mapping[int, PageLines]
NO_LINES: Lines = {}


@dataclass(frozen=True, slots=True)
class Repeated:
    """What a site says of lines: ``pages int64[n]``, the different pages that hold each of them,
    out of ``known``."""

    pages: NDArray[np.int64]
    known: int


def site_of(url: str | None) -> bytes:
    """A short key of the registered domain of a URL, as scans count domains; empty without one."""
    return _site(domain(url)) if url else b""


@lru_cache(maxsize=65536)
def _site(name: str) -> bytes:
    return blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest() if name else b""


def latest(documents: Sequence[Document], most: int) -> list[int]:
    """Numbers of the documents that are among the last ``most`` of their site, ascending."""
    if len(documents) == 1 or not any(document.url for document in documents):
        return [0] if documents and documents[0].url else []
    seen: Counter[bytes] = Counter()
    kept = []
    for number in range(len(documents) - 1, -1, -1):
        if site := site_of(documents[number].url):
            seen[site] += 1
            if seen[site] <= most:
                kept.append(number)
    return kept[::-1]


def left_by(document: Document, lines: PageLines | None) -> tuple[bytes, bytes]:
    """The site of a document and the trace that it leaves there; both empty where it leaves none,
    since it has no URL or no lines to know it by."""
    if lines is None or not len(lines.keys) or not (site := site_of(document.url)):
        return b"", b""
    return site, pack(document.id, lines)


def pack(id: str, lines: PageLines) -> bytes:
    """The trace of the document ``id``."""
    keys = lines.keys.astype("<u4").view(np.uint8).reshape(-1, 4)[:, :_KEY]
    return id_hash(id) + lines.longest.astype("<u4").tobytes() + keys.tobytes()


def id_hash(id: str) -> bytes:
    """What stands for a document in its trace."""
    return blake2b(id.encode("utf-8", "surrogatepass"), digest_size=_ID).digest()


def whose(trace: bytes) -> bytes:
    """The hash of the id of the document that left a trace; raises IndexCorruptError."""
    if len(trace) < _KEYS or (len(trace) - _KEYS) % _KEY:
        raise IndexCorruptError("a trace of a page has a wrong length")
    return trace[:_ID]


def repeated(
    traces: Sequence[bytes], keys: U32, *, longest: U32,
    without: Iterable[str] = (), related: Iterable[str] = (),
) -> Repeated:  # fmt: skip
    """How many different pages of a site hold each of the lines ``keys`` of a page.

    Pages of the ids ``without`` do not count, nor those that are copies of the page by ``longest``,
    and of the ids ``related`` none that has one of these lines; of pages that are copies of each
    other one counts. Raises IndexCorruptError.
    """
    left_out, partial = ({id_hash(id) for id in ids} for ids in (without, related))
    kept = [trace for trace in traces if whose(trace) not in left_out]
    if not kept:
        return Repeated(np.zeros(len(keys), np.int64), 0)
    tops, held, sizes = _parts(kept)
    tops = np.concatenate([longest.reshape(1, -1), tops])
    doubted = [number for number, trace in enumerate(kept, 1) if whose(trace) in partial]
    groups = _groups(tops, doubted)
    known = len(set(groups[1:].tolist()) - {0})
    group = np.repeat(groups[1:], sizes)
    asked, which = np.unique(keys, return_inverse=True)
    if not len(asked):
        return Repeated(np.zeros(0, np.int64), known)
    at = np.minimum(np.searchsorted(asked, held), len(asked) - 1)
    same = (asked[at] == held) & (group != 0)
    pairs = np.unique(at[same] * len(tops) + group[same])
    return Repeated(np.bincount(pairs // len(tops), minlength=len(asked))[which], known)


def _parts(traces: Sequence[bytes]) -> tuple[U32, U32, NDArray[np.int64]]:
    """The longest lines of traces, ``uint32[n, LONGEST]``, all their keys, and how many of each."""
    data = np.frombuffer(b"".join(traces), np.uint8)
    sizes = np.array([len(trace) for trace in traces])
    place = np.arange(len(data)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    tops = data[(place >= _ID) & (place < _KEYS)].view("<u4").reshape(-1, LONGEST)
    keys = np.zeros((int((sizes - _KEYS).sum()) // _KEY, 4), np.uint8)
    keys[:, :_KEY] = data[place >= _KEYS].reshape(-1, _KEY)
    held = keys.view("<u4").reshape(-1).astype(np.uint32)
    return tops.astype(np.uint32), held, (sizes - _KEYS) // _KEY


def _groups(tops: U32, doubted: Sequence[int]) -> NDArray[np.int64]:
    """For each page the first one that it is a copy of, itself if of none; of the first page one
    that is ``doubted`` is a copy if they have a line in common."""
    groups = np.arange(len(tops))
    lines = np.sort(tops[tops > 0])
    if not (lines[1:] == lines[:-1]).any():
        return groups
    words = (tops & np.uint32((1 << WORD_BITS) - 1)).astype(np.int64)
    same = (tops[:, None, :, None] == tops[None, :, None, :]).any(3)
    shared = (same * words[:, None, :]).sum(2)
    total = words.sum(1)
    alike = shared >= COPY * np.minimum(total[:, None], total[None, :])
    alike[doubted, 0] = True
    alike &= shared > 0
    for page in range(1, len(tops)):
        earlier = np.flatnonzero(alike[page, :page] & (groups[:page] == np.arange(page)))
        if len(earlier):
            groups[page] = earlier[0]
    return groups
