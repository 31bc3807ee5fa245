"""Fixtures shared by all tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the source tree."""
    return ROOT


@pytest.fixture(scope="session")
def sample() -> Path:
    """The sample corpus written for this project."""
    return ROOT / "corpora" / "sample"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The reference data: DUPDETECT_SHARED, else ../shared; skips where it is absent."""
    path = Path(os.environ.get("DUPDETECT_SHARED", ROOT.parent / "shared"))
    if not (path / "seeds" / "expected.json").exists():
        pytest.skip("reference data absent: set DUPDETECT_SHARED to its folder")
    return path
