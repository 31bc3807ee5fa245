"""SECURITY.md names the test of each promise: these tests exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest


def _rows(repository: Path) -> list[tuple[str, str]]:
    text = (repository / "SECURITY.md").read_text(encoding="utf-8")
    table = re.findall(r"^\| (.+?) \| (.+?) \|$", text, re.MULTILINE)
    return [row for row in table if row[0] != "promise"]


def test_every_promise_names_tests_that_exist(repository: Path) -> None:
    rows = _rows(repository)
    assert len(rows) > 12
    missing = []
    for promise, cell in rows:
        named = re.findall(r"`(tests/[^`]+)`", cell)
        assert named, promise
        for name in named:
            file, _, function = name.partition("::")
            path = repository / file
            if not path.is_file() or (function and function not in _functions(path)):
                missing.append(name)
    assert missing == []


@pytest.mark.parametrize(
    "heading", ["## Who attacks", "## What is promised", "## What is not promised"]
)
def test_the_threat_model_is_whole(heading: str, repository: Path) -> None:
    assert heading in (repository / "SECURITY.md").read_text(encoding="utf-8")


def _functions(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
