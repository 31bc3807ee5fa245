"""Sketches with keys made by hand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest


@dataclass(frozen=True)
class FakeSketches:
    """What the index reads of a SketchBatch."""

    bands: np.ndarray
    has_signature: np.ndarray
    key_doc: np.ndarray
    keys: np.ndarray


@pytest.fixture(scope="session")
def sketches():
    """``sketches(([bands], [keys]), ...)``: one row each; None for a document too short."""

    def make(*rows):
        width = max((len(row[0]) for row in rows if row), default=1)
        bands = np.zeros((len(rows), width), np.uint64)
        for i, row in enumerate(rows):
            if row:
                bands[i] = row[0]
        keys = [sorted(set(row[1])) if row else [1, 2, 3] for row in rows]
        return FakeSketches(
            bands,
            np.array([row is not None for row in rows]),
            np.cumsum([0, *map(len, keys)]),
            np.array([key for row in keys for key in row], np.uint64),
        )

    return make
