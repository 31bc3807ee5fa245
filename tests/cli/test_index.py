"""``dupdetect index``."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from click.testing import Result

from dupdetect.records import Document

Run = Callable[..., Result]


def test_add_in_batches_then_query(run: Run, library: Any, tmp_path: Path, corpus: Path) -> None:
    rows = [json.dumps({"id": str(i), "text": "x"}) for i in range(300)]
    (tmp_path / "many.jsonl").write_text("\n".join(rows))
    result = run("index", "add", tmp_path / "i", tmp_path / "many.jsonl")
    assert result.exit_code == 0
    assert "300 documents added, 300 in all" in result.stderr
    assert library.batches == [256, 44]
    library.known = {"7": Document(id="7", text="x")}
    result = run("index", "query", tmp_path / "i", corpus)
    records = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(r["id"], r["matches"][0]["b"]) for r in records] == [
        ("d0", "7"),
        ("d1", "7"),
        ("d2", "7"),
    ]
    assert "derives from  7" in run("index", "query", tmp_path / "i", corpus, "--no-json").stdout


def test_failures_while_adding_are_code_1(run: Run, library: Any, corpus: Path) -> None:
    result = run("index", "add", "i", corpus, "absent.txt")
    assert result.exit_code == 1
    assert "absent.txt: no such file" in result.stderr
    assert "3 documents added" in result.stderr


def test_create_refuses_a_folder_with_something_in_it(
    run: Run, library: Any, tmp_path: Path
) -> None:
    assert run("index", "create", tmp_path / "new").exit_code == 0
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    assert run("index", "create", tmp_path / "full").exit_code == 2


def test_remove_names_what_it_does_not_hold(run: Run, library: Any) -> None:
    library.known = {"a": Document(id="a", text="x"), "b": Document(id="b", text="x")}
    assert run("index", "remove", "i", "a").exit_code == 0
    result = run("index", "remove", "i", "a", "b")
    assert result.exit_code == 1
    assert "holds no document a" in result.stderr
    assert "1 documents removed" in result.stderr
    assert library.known == {}


def test_info_and_verify(run: Run, library: Any) -> None:
    assert json.loads(run("index", "info", "i").stdout) == {"documents": 0, "shingle.size": 3}
    assert run("index", "verify", "i").exit_code == 0
    library.known = {"a": Document(id="a", text="x")}
    result = run("index", "verify", "i")
    assert result.exit_code == 1
    assert result.stdout == "a: record is \\x1b[31mbroken\n"


def test_a_mismatch_is_a_message(run: Run, library: Any) -> None:
    result = run("index", "info", "other.index")
    assert result.exit_code == 1
    assert "shingle.size is 5 in the index" in result.stderr
