"""The same input gives the same answers: as committed, whatever the workers, threads and settings
of the process."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "golden_answers", Path(__file__).parent / "__main__.py"
    )
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


golden = _load()
_PROGRAM = """
import json, runpy, sys
module = runpy.run_path(sys.argv[1], run_name="golden_answers")
print(json.dumps(module["answers"](workers=int(sys.argv[2]))))
"""


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    answers: dict[str, Any] = golden.answers()
    return answers


def test_answers_are_those_that_were_committed(found: dict[str, Any]) -> None:
    told = golden.differences(golden.load(), found)
    assert not told, f"{golden.REMEDY}\n" + "\n".join(told)


def test_the_golden_file_is_of_this_version(found: dict[str, Any]) -> None:
    assert golden.load()["version"] == found["version"], "run: python -m tests.golden"


@pytest.mark.parametrize(
    ("workers", "environment"),
    [
        (3, {"NUMBA_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "7"}),
        (1, {"NUMBA_NUM_THREADS": "2", "TZ": "Pacific/Kiritimati", "LC_ALL": "C"}),
    ],
)
def test_workers_threads_and_surroundings_change_nothing(
    workers: int, environment: dict[str, str], found: dict[str, Any], repository: Path
) -> None:
    command = [sys.executable, "-c", _PROGRAM, str(Path(golden.__file__)), str(workers)]
    done = subprocess.run(
        command, env={**os.environ, **environment, "PYTHONPATH": str(repository)},
        capture_output=True, text=True, check=False, cwd=repository,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    assert golden.differences(found, json.loads(done.stdout.splitlines()[-1])) == []


def test_a_changed_value_is_noticed_and_named(found: dict[str, Any]) -> None:
    changed = json.loads(json.dumps(found))
    changed["tables"]["matches"]["columns"]["score"] = "0" * 16
    changed["tables"]["findings"]["rows"] += 1
    told = golden.differences(found, changed)
    rows = found["tables"]["findings"]["rows"]
    assert told == ["matches.score", f"findings: {rows + 1} rows, was {rows}"]
    assert golden._digest([0.12344]) == golden._digest([0.12336])
    assert golden._digest([0.1234]) != golden._digest([0.1235])
