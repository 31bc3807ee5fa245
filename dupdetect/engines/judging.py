"""Blocks of candidate pairs for workers to verify, and what comes back of them.

Each block leaves a file with its matches (pairs of any kind but none) and their passages, so that
later stages map what they need.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from dupdetect.cluster import Matches
from dupdetect.engines.container import read_arrays
from dupdetect.kernels.group import decode_pairs
from dupdetect.records import MATCH_KINDS, Passage
from dupdetect.schemas import PASSAGE

U64 = NDArray[np.uint64]
I64 = NDArray[np.int64]

_NONE, _TRANSLATION = MATCH_KINDS.index("none"), MATCH_KINDS.index("translation")
MEASURES = ("kind", "score", "jaccard", "containment_a", "containment_b", "direction")
_SPANS = ("a_start", "a_end", "b_start", "b_end")

#: Pairs of a block: enough to share the cost of gathering sketches, few enough to share the work.
MIN_BLOCK, MAX_BLOCK = 1 << 9, 1 << 15
#: Seconds that a worker may take for a block, and for each of its pairs.
_SECONDS, _SECONDS_PER_PAIR = 120.0, 1.0


@dataclass(frozen=True, slots=True)
class Block:
    """A task: pair codes to verify."""

    codes: U64

    @property
    def filename(self) -> str:
        """The name of its file, the same for the same pairs."""
        return f"pairs-{blake2b(self.codes.tobytes(), digest_size=12).hexdigest()}.bin"

    @property
    def seconds(self) -> float:
        """See Task."""
        return _SECONDS + _SECONDS_PER_PAIR * len(self.codes)

    def encode(self) -> tuple[dict[str, Any], bytes]:
        """See Task."""
        return {"do": "verify", "file": self.filename}, self.codes.tobytes()

    def split(self) -> Sequence[Block]:
        """See Task."""
        if len(self.codes) < 2:
            return ()
        middle = len(self.codes) // 2
        return Block(self.codes[:middle]), Block(self.codes[middle:])


def blocks(codes: U64, *, workers: int, memory: int, bytes_per_document: int) -> Iterator[Block]:
    """Cuts sorted pair codes into blocks; ``memory`` is for the sketches of one block's documents.

    Neighbours in the order share documents, so a block of k pairs has at most 2 k documents.
    """
    fitting = memory // max(1, 2 * bytes_per_document)
    share = -(-len(codes) // max(1, 4 * workers))
    size = max(MIN_BLOCK, min(share, fitting, MAX_BLOCK))
    for at in range(0, len(codes), size):
        yield Block(codes[at : at + size])


def flat(found: Sequence[tuple[Passage, ...]]) -> dict[str, NDArray[Any]]:
    """Passages of several matches as the arrays of a block's file."""
    start = np.cumsum([0, *map(len, found)], dtype=np.int64)
    every = [passage for several in found for passage in several]
    arrays: dict[str, NDArray[Any]] = {"passage_start": start}
    for name in _SPANS:
        arrays[name] = np.array([getattr(passage, name) for passage in every], np.int32)
    arrays["similarity"] = np.array([passage.similarity for passage in every], np.float32)
    return arrays


@dataclass(frozen=True, slots=True)
class Judged:
    """All matches of a scan, in the order of their pairs."""

    matches: Matches
    containment_a: NDArray[np.float32]
    containment_b: NDArray[np.float32]
    passages: pa.ListArray

    def __len__(self) -> int:
        return len(self.matches)


def read_blocks(folder: Path, files: Sequence[str]) -> Judged:
    """Joins the files of blocks, in whatever order they were done."""
    parts = [read_arrays(folder / name)[0] for name in sorted(files)]
    if not parts:
        return _joined([_empty()])
    return _joined(parts)


def _joined(parts: list[dict[str, NDArray[Any]]]) -> Judged:
    codes = np.concatenate([part["codes"] for part in parts])
    order = np.argsort(codes)
    values = {name: np.concatenate([p[name] for p in parts])[order] for name in MEASURES}
    lists = [
        pa.ListArray.from_arrays(
            pa.array(part["passage_start"], pa.int32()),
            pa.StructArray.from_arrays(
                [pa.array(part[item.name], item.type) for item in PASSAGE], fields=list(PASSAGE)
            ),
        )
        for part in parts
    ]
    return Judged(
        matches=Matches(
            pairs=decode_pairs(codes[order]),
            kind=values["kind"],
            score=values["score"],
            jaccard=values["jaccard"],
            direction=values["direction"],
        ),
        containment_a=values["containment_a"],
        containment_b=values["containment_b"],
        passages=pa.concat_arrays(lists).take(pa.array(order)),
    )


def _empty() -> dict[str, NDArray[Any]]:
    types = {"kind": np.uint8, "direction": np.uint8}
    arrays: dict[str, NDArray[Any]] = {"codes": np.empty(0, np.uint64), **flat([])}
    arrays |= {name: np.empty(0, types.get(name, np.float32)) for name in MEASURES}
    return arrays
