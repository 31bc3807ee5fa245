"""The fuzz targets for some seconds each: all inputs that ever broke something, and a few new ones.

The same inputs in every run. ``python -m tests.fuzz`` looks for others, for as long as one likes,
and with the bounds of arrays checked, which takes minutes to compile
(``tests/kernels/test_bounds.py`` does that for some kernels).
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from itertools import islice
from pathlib import Path
from types import ModuleType

import pytest

RUNS = {"tokens": 150, "pairs": 40, "readers": 200, "extract": 60, "index": 300, "config": 2000}


def module(name: str) -> ModuleType:
    """A module of this folder, which is no package for pytest."""
    spec = importlib.util.spec_from_file_location(
        f"fuzz_{name}", Path(__file__).parent / f"{name}.py"
    )
    assert spec is not None and spec.loader is not None
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


@pytest.mark.parametrize("name", RUNS)
def test_no_input_breaks_a_promise(name: str, repository: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.fuzz.child", name, str(tmp_path), "--runs"]
    environment = {**os.environ, "PYTHONPATH": str(repository), "PYTHONHASHSEED": "0"}
    done = subprocess.run(
        [*command, str(RUNS[name])], cwd=repository, env=environment, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"status {done.returncode}: {done.stderr[-2000:]}"
    result = json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))
    assert result["findings"] == {}
    assert result["executions"] > RUNS[name]


def test_mutations_are_the_same_for_the_same_seed() -> None:
    mutations = module("mutation").mutations
    first, again, other = (
        list(islice(mutations([b"some text", b"x" * 99], seed=seed), 50)) for seed in (1, 1, 2)
    )
    assert first == again
    assert first != other
    assert len(set(first)) > 30
