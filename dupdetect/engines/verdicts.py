"""Verdicts on a block of candidate pairs, in a worker."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from dupdetect.config import Config
from dupdetect.engines.container import write_arrays
from dupdetect.engines.gathering import CANDIDATES_ONLY
from dupdetect.engines.judging import MEASURES, flat
from dupdetect.engines.memory import give_back
from dupdetect.engines.spool import Spool
from dupdetect.kernels.group import decode_pairs, sorted_unique
from dupdetect.records import MATCH_KINDS, Passage
from dupdetect.verify import PairVerdicts, passages_many, verify_pairs

U64 = NDArray[np.uint64]
I64 = NDArray[np.int64]

_NONE, _TRANSLATION = MATCH_KINDS.index("none"), MATCH_KINDS.index("translation")


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
        arrays |= {name: getattr(verdicts, name)[found] for name in MEASURES}
        arrays |= flat(self._passages(pairs[found], verdicts.kind[found] == _TRANSLATION))
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
        return passages_many(
            self._spool.texts(rows), np.searchsorted(rows, pairs).tolist(),
            across=across.tolist(), config=self._config,
        )  # fmt: skip


def _objects(column: pa.ChunkedArray) -> NDArray[np.object_]:
    """Strings, or None, of which equal ones are one object: a million languages are few."""
    encoded = column.combine_chunks().dictionary_encode()
    values = np.array([*encoded.dictionary.to_pylist(), None], object)
    return np.asarray(values[encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)])
