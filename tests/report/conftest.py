"""Fixtures of the report's tests."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def scans() -> ModuleType:
    """The builder of scan folders that stands beside this file."""
    path = Path(__file__).with_name("scan_folder.py")
    spec = importlib.util.spec_from_file_location("scan_folder", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
