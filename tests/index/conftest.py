"""Sketches with keys made by hand, and documents as a store sees them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from dupdetect.index.stores.base import Entry, Store


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


@pytest.fixture(scope="session")
def entry():
    """``entry(key, keys=(), size=10)``: a document under the same keys in both views."""

    def make(key: str, keys: Any = (), size: int = 10) -> Entry:
        numbers = np.unique(np.array(list(keys), np.uint64))
        return Entry(key.encode(), bytes(size), numbers, numbers)

    return make


@pytest.fixture(scope="session")
def found():
    """``found(store, key, cap=100)``: sorted keys of the documents in the list of one band."""

    def look(store: Store, key: int, cap: int = 100) -> list[str]:
        postings = store.lookup("bands", np.array([key], np.uint64), cap=cap)
        return sorted(name.decode() for name in store.names(postings.numbers.tolist()) if name)

    return look
