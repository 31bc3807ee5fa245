"""What a process of ours does not load."""

from __future__ import annotations

import subprocess
import sys

import pytest

UNUSED = {"pandas", "scipy", "cffi", "sklearn", "trafilatura", "requests"}


def loaded(code: str) -> set[str]:
    """Top modules of a fresh process that ran some code."""
    code += "\nimport sys; print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_near_duplicates_load_no_scores_and_no_unused_library(corpus, tmp_path):
    source = corpus.write(tmp_path / "c.jsonl")
    code = f"""
from dupdetect.cli import main
try:
    main(["copies", "-q", {str(source)!r}, "-o", {str(tmp_path / "pairs.parquet")!r}])
except SystemExit as end:
    assert not end.code
import sys
assert not any(name.startswith("dupdetect.quality") for name in sys.modules)
"""
    assert not loaded(code) & UNUSED
    assert (tmp_path / "pairs.parquet").exists()


@pytest.mark.parametrize("name", ["pandas", "scipy", "cffi"])
def test_only_what_is_unused_is_refused(name):
    code = f"""
from dupdetect.engines.lean import without_unused
without_unused()
without_unused()
import json, email
try:
    import {name}
except ModuleNotFoundError:
    pass
else:
    raise AssertionError
"""
    assert name not in loaded(code)


def test_loading_the_package_refuses_nothing():
    assert "pandas" in loaded("import dupdetect.engines.near, dupdetect.engines.lean, pandas")


def test_frugal_changes_no_array():
    code = """
from dupdetect.engines.lean import frugal
frugal()
import pyarrow as pa
assert pa.array([1, 2, 3] * 10_000).to_pylist() == [1, 2, 3] * 10_000
"""
    assert "pyarrow" in loaded(code)
