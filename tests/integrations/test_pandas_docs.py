"""The examples of docs/python.md, run one after the other as a reader would."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

_BLOCK = re.compile(r"^```python ?(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def page(repository: Path) -> str:
    return (repository / "docs" / "python.md").read_text(encoding="utf-8")


def test_examples_run(page: str, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repository)
    names: dict[str, Any] = {}
    blocks = [code for needs, code in _BLOCK.findall(page) if not needs]
    assert len(blocks) >= 5
    for code in blocks:
        exec(compile(code, "docs/python.md", "exec"), names)
    assert len(names["pairs"]) > 10
    assert 0 < len(names["farms"]) < len(names["df"])
    assert len(names["unique"]) < len(names["copies"]) < len(names["df"])
    assert names["labels"].max() > 0 > names["labels"].min()
    assert len(names["sources"]) == len(names["df"])
    assert 0 < names["called"].sum() < len(names["df"])
    assert names["taken"] > 10 and names["alike"][0] == ("row fr-port", 1.0)
    assert "a" in names["table"].keys
    assert names["place"][0, 0] == 0 and names["distance"][0, 0] == 0


def test_the_example_with_redis_runs(page: str, repository: Path, redis_server: Any) -> None:
    code = next(code for needs, code in _BLOCK.findall(page) if needs == "redis")
    assert "redis://localhost:6379/0" in code
    code = code.replace("redis://localhost:6379/0", redis_server.url)
    import pandas as pd

    articles = pd.read_json(repository / "corpora" / "sample" / "articles.jsonl", lines=True)
    names: dict[str, Any] = {"df": articles}
    exec(compile(code, "docs/python.md", "exec"), names)
    assert [(match.b, match.kind) for match in names["matches"]] == [("a", "exact")]
