"""From entries and numbers to the packed bytes that the Redis scripts take, and back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dupdetect.index.stores.base import VIEWS, Entry, View
from dupdetect.index.stores.redis_scripts import PLACE
from dupdetect.index.stores.rings import checked

U64 = NDArray[np.uint64]

#: Postings and bytes of records that one step stages: some milliseconds of the server's time.
STEP_POSTINGS, STEP_BYTES = 8192, 1 << 22
#: Tell the posting keys of the views apart: they share the buckets.
_SALT = {"bands": np.uint64(0x62), "anchors": np.uint64(0x61) << np.uint64(32)}


def steps_of(entries: Sequence[Entry], bits: int) -> Iterator[list[bytes]]:
    """Arguments of STAGE for a few documents at a time: five of each."""
    step: list[bytes] = []
    postings = size = 0
    for entry in entries:
        places = [places_of(view, getattr(entry, view), bits) for view in VIEWS]
        packed = len(entry.bands).to_bytes(4, "little") + b"".join(places)
        postings += len(packed) // PLACE
        size += len(entry.record)
        if step and (postings > STEP_POSTINGS or size > STEP_BYTES):
            yield step
            step, postings, size = [], len(packed) // PLACE, len(entry.record)
        step += [entry.key, entry.record, packed, entry.site, checked(entry.trace)]
    if step:
        yield step


def places_of(view: View, keys: U64, bits: int) -> bytes:
    """Places of posting keys: 3 bytes of a bucket's number and 5 more of the mixed key.

    There are 2^``bits`` buckets, at most 2^24.
    """
    mixed = _mixed(np.asarray(keys, np.uint64) ^ _SALT[view])
    bucket = (mixed >> np.uint64(64 - bits)).astype(">u4")
    own = (mixed & np.uint64((1 << 40) - 1)).astype(">u8")
    bytes_of = [bucket.view(np.uint8).reshape(-1, 4)[:, 1:], own.view(np.uint8).reshape(-1, 8)]
    return np.concatenate([bytes_of[0], bytes_of[1][:, 3:]], axis=1).tobytes()


def fields_of(numbers: Sequence[int]) -> list[bytes]:
    """Numbers as fields; those beyond any document's as one that no document has."""
    return [(n if 0 < n < 1 << 32 else 0).to_bytes(4, "little") for n in numbers]


def split(fields: bytes) -> list[bytes]:
    """Fields that were joined."""
    return [fields[at : at + 4] for at in range(0, len(fields), 4)]


def parts(items: Any, size: int) -> Iterator[Any]:
    """Slices of ``size`` items."""
    return (items[at : at + size] for at in range(0, len(items), size))


def _mixed(keys: U64) -> U64:
    """SplitMix64's finalizer (Steele, Lea, Flood 2014): the anchors' keys are the smallest of many
    hashes, so their high bits are nearly all zero."""
    keys = (keys ^ (keys >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    keys = (keys ^ (keys >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: U64 = keys ^ (keys >> np.uint64(31))
    return mixed
