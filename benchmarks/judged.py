"""Verdicts on labelled pairs by models that have not seen them.

Pairs of the train split are judged by models fitted without their fold (family, component and
disguises included), pairs of the dev split by the shipped models, which never see that split.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dupdetect.config import Config
from dupdetect.records import DIRECTIONS, MATCH_KINDS
from dupdetect.training.verifier import FOLDS, fit_all, materials, sketch_pairs
from dupdetect.training.verifier_data import Pair, labelled_pairs, read_pairs
from dupdetect.verify import verify_pairs
from dupdetect.verify.model import Model


@dataclass(frozen=True, slots=True)
class Judged:
    """Pairs and the verdicts on them, row by row."""

    pairs: list[Pair]
    score: NDArray[np.float64]
    kind: list[str]
    direction: list[str]

    def rows(self, wanted: Callable[[Pair], bool]) -> NDArray[np.int64]:
        """Rows of the pairs for which ``wanted`` holds."""
        return np.flatnonzero([wanted(pair) for pair in self.pairs])

    def reported(self, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which of the rows have a kind other than none."""
        return np.array([self.kind[row] != "none" for row in rows], bool)


def shared() -> Path | None:
    """The folder of reference data, or None where it is absent."""
    root = Path(__file__).resolve().parent.parent
    path = Path(os.environ.get("DUPDETECT_SHARED", root.parent / "shared"))
    return path if (path / "corpora" / "rewrites_fr.parquet").exists() else None


def judge(pairs: list[Pair], weights: dict[str, Model] | None) -> Judged:
    """Verdicts of the verifier, with the languages that the data state and without dates."""
    config = Config()
    batch, rows = sketch_pairs(pairs, config)
    languages = [p.lang_a for p in pairs] + [p.lang_b for p in pairs]
    found = verify_pairs(batch, rows, languages=languages, config=config, weights=weights)
    return Judged(
        pairs,
        found.score.astype(np.float64),
        [MATCH_KINDS[kind] for kind in found.kind],
        [DIRECTIONS[direction] for direction in found.direction],
    )


def held_out(data: Path, *, say: Callable[[str], None] = print) -> Judged:
    """All labelled pairs and those that were read, each judged by models that have not seen it."""
    pairs = labelled_pairs(data) + read_pairs(data)
    of = materials(data)
    parts = [judge([p for p in pairs if p.split == "dev"], None)]
    for fold in range(FOLDS):
        say(f"fold {fold + 1} of {FOLDS}")
        own = [p for p in pairs if p.split == "train" and p.bucket % FOLDS == fold]
        parts.append(judge(own, fit_all(of, leave_out=fold)))
    return Judged(
        [pair for part in parts for pair in part.pairs],
        np.concatenate([part.score for part in parts]),
        [kind for part in parts for kind in part.kind],
        [direction for part in parts for direction in part.direction],
    )


def pairs_per_second(pairs: list[Pair], repeats: int = 5) -> float:
    """Pairs verified per second on one core, sketches at hand (the best of some repeats)."""
    config = Config()
    batch, rows = sketch_pairs(pairs, config)
    languages = [p.lang_a for p in pairs] + [p.lang_b for p in pairs]
    verify_pairs(batch, rows[:2], languages=languages, config=config)
    best = float("inf")
    for _ in range(repeats):
        start = time.perf_counter()
        verify_pairs(batch, rows, languages=languages, config=config)
        best = min(best, time.perf_counter() - start)
    return len(pairs) / best
