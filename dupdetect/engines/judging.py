"""Verification of candidate pairs by workers, a block of pairs at a time.

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
from dupdetect.config import Config
from dupdetect.engines.container import read_arrays, write_arrays
from dupdetect.engines.gathering import CANDIDATES_ONLY
from dupdetect.engines.memory import give_back
from dupdetect.engines.spool import Spool
from dupdetect.kernels.group import decode_pairs, sorted_unique
from dupdetect.records import MATCH_KINDS, Passage
from dupdetect.schemas import PASSAGE
from dupdetect.verify import PairVerdicts, passages, verify_pairs

U64 = NDArray[np.uint64]
I64 = NDArray[np.int64]

_NONE, _TRANSLATION = MATCH_KINDS.index("none"), MATCH_KINDS.index("translation")
_MEASURES = ("kind", "score", "jaccard", "containment_a", "containment_b", "direction")
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


class Judging:
    """What a worker does with blocks: verdicts, then passages of the matches."""

    def __init__(self, config: Config, folder: Path) -> None:
        self._config = config
        self._folder = folder
        self._spool = Spool(folder)
        known = self._spool.documents(["language", "published"])
        self._languages = _objects(known["language"])
        self._dates = _objects(known["published"])

    def __call__(self, head: dict[str, Any], body: bytes) -> dict[str, Any]:
        """Verifies the pairs of ``body`` and writes the block's file."""
        path = self._folder / head["file"]
        codes = np.frombuffer(body, np.uint64)
        if not path.exists():
            self._write(path, codes)
            self._spool.release()
            give_back()
        return {"file": head["file"], "pairs": len(codes)}

    def _write(self, path: Path, codes: U64) -> None:
        pairs = decode_pairs(codes)
        rows = sorted_unique(pairs)
        verdicts = self._verdicts(pairs, rows)
        found = np.flatnonzero(verdicts.kind != _NONE)
        arrays: dict[str, NDArray[Any]] = {"codes": codes[found]}
        arrays |= {name: getattr(verdicts, name)[found] for name in _MEASURES}
        arrays |= _flat(self._passages(pairs[found], verdicts.kind[found] == _TRANSLATION))
        write_arrays(path, arrays, {})

    def _verdicts(self, pairs: I64, rows: I64) -> PairVerdicts:
        return verify_pairs(
            self._spool.sketches(rows, without=CANDIDATES_ONLY),
            np.searchsorted(rows, pairs),
            languages=self._languages[rows].tolist(),
            dates=self._dates[rows].tolist(),
            config=self._config,
        )

    def _passages(self, pairs: I64, across: NDArray[np.bool_]) -> list[tuple[Passage, ...]]:
        rows = sorted_unique(pairs)
        texts = dict(zip(rows.tolist(), self._spool.texts(rows), strict=True))
        return [
            passages(texts[a], texts[b], across=other, config=self._config)
            for (a, b), other in zip(pairs.tolist(), across.tolist(), strict=True)
        ]


def _objects(column: pa.ChunkedArray) -> NDArray[np.object_]:
    """Strings, or None, of which equal ones are one object: a million languages are few."""
    encoded = column.combine_chunks().dictionary_encode()
    values = np.array([*encoded.dictionary.to_pylist(), None], object)
    return np.asarray(values[encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)])


def _flat(found: Sequence[tuple[Passage, ...]]) -> dict[str, NDArray[Any]]:
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
    values = {name: np.concatenate([p[name] for p in parts])[order] for name in _MEASURES}
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
    arrays: dict[str, NDArray[Any]] = {"codes": np.empty(0, np.uint64), **_flat([])}
    arrays |= {name: np.empty(0, types.get(name, np.float32)) for name in _MEASURES}
    return arrays
