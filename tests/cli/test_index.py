"""``dupdetect index``."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from dupdetect import Index
from dupdetect.cli import main
from dupdetect.integrations.columns import match_columns
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


def test_who_may_only_read_an_index_can_ask_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, text = tmp_path / "i", " ".join(f"mot{i}" for i in range(40))
    with Index.open(path) as index:
        index.add(Document(id="a", text=text))
    (tmp_path / "b.txt").write_text(text)
    # Root may write everywhere: what others are told stands in for a folder of somebody else.
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)
    asked = tmp_path / "b.txt"
    for command in (["info", path], ["verify", path], ["query", path, asked],
                    ["export", path, tmp_path / "out"], ["add", path, asked]):  # fmt: skip
        done = CliRunner().invoke(main, ["index", *map(str, command)])
        assert (done.exit_code, "cannot be written" in done.stderr) == (
            (1, True) if command[0] == "add" else (0, False)
        ), command
    done = CliRunner().invoke(main, ["score", str(asked), "--json", "--index", str(path)])
    assert [match["b"] for match in json.loads(done.stdout)["matches"]] == ["a"]
    assert match_columns({"text": [text]}, index=path, id=None)["match"] == ["a"]


def test_an_index_is_not_merged_into_itself(run: Run, library: Any) -> None:
    result = run("index", "merge", "i", "other", "i")
    assert result.exit_code == 2
    assert "not merged into itself" in result.stderr
