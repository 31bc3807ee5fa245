"""``dupdetect compare``."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import Result

from dupdetect.schemas import PAIR_RESULTS

Run = Callable[..., Result]


@pytest.fixture
def two(tmp_path: Path) -> tuple[Path, Path]:
    a, b = tmp_path / "a.txt", tmp_path / "b.txt"
    a.write_text("Le pont rouvre.", encoding="utf-8")
    b.write_text("Le pont va rouvrir.", encoding="utf-8")
    return a, b


def test_one_match_as_json(run: Run, library: Any, two: tuple[Path, Path]) -> None:
    result = run("compare", *two)
    assert result.exit_code == 0
    match = json.loads(result.stdout)
    assert (match["a"], match["b"], match["kind"]) == ("a.txt", "b.txt", "rewrite")
    assert match["passages"][0]["similarity"] == 0.75


def test_a_table_quotes_the_passages(run: Run, library: Any, two: tuple[Path, Path]) -> None:
    shown = run("compare", *two, "--no-json").stdout
    assert "rewrite, probability 0.88" in shown
    assert "B derives from A" in shown
    assert "0.75  A  Le p" in shown


def test_the_page_has_both_texts(
    run: Run, library: Any, two: tuple[Path, Path], tmp_path: Path
) -> None:
    assert run("compare", *two, "--html", tmp_path / "c.html").exit_code == 0
    html = (tmp_path / "c.html").read_text(encoding="utf-8")
    assert "va rouvrir." in html and "rouvre." in html


def test_each_side_must_be_one_document(
    run: Run, library: Any, two: tuple[Path, Path], corpus: Path
) -> None:
    result = run("compare", two[0], corpus)
    assert result.exit_code == 1
    assert "several documents" in result.stderr
    result = run("compare", two[0], "absent.txt")
    assert result.exit_code == 1
    assert "absent.txt: no such file" in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        [], ["a"], ["-", "-"], ["a", "b", "-o", "x.jsonl"], ["--pairs", "p.jsonl"],
        ["a", "b", "--pairs", "p.jsonl", "-o", "x.jsonl"],
        ["--pairs", "p.jsonl", "-o", "x.jsonl", "--html", "c.html"],
    ],
)  # fmt: skip
def test_arguments_that_do_not_go_together_are_wrong_usage(
    run: Run, library: Any, arguments: list[str]
) -> None:
    assert run("compare", *arguments).exit_code == 2


def test_many_pairs_from_parquet_to_parquet(run: Run, library: Any, tmp_path: Path) -> None:
    rows = [{"id": i, "a": f"texte {i}", "b": f"texte {i % 3}"} for i in range(1200)]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "p.parquet")
    out = tmp_path / "out.parquet"
    result = run("compare", "--pairs", tmp_path / "p.parquet", "-o", out)
    assert result.exit_code == 0
    table = pq.read_table(out)
    assert table.schema.equals(PAIR_RESULTS)
    assert table["id"].to_pylist() == [str(i) for i in range(1200)]
    assert table["kind"].to_pylist().count("exact") == 3
    assert library.batches == [512, 512, 176]
    assert [path.name for path in tmp_path.iterdir() if ".part." in path.name] == []


def test_bad_pairs_are_named_and_the_rest_is_done(run: Run, library: Any, tmp_path: Path) -> None:
    lines = [
        '{"id": "1", "a": "x", "b": "x"}', "", "{broken", '{"id": "2", "a": "x"}',
        '{"id": "3", "a": "x", "b": 7}', '{"id": "4", "a": "x", "b": "\\ud800"}', "[1]",
        '{"id": "5", "a": "x", "b": "y"}',
    ]  # fmt: skip
    with gzip.open(tmp_path / "p.jsonl.gz", "wt") as file:
        file.write("\n".join(lines))
    out = tmp_path / "out.jsonl"
    result = run("compare", "--pairs", tmp_path / "p.jsonl.gz", "-o", out)
    assert result.exit_code == 1
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert [(row["id"], row["kind"], row["score"]) for row in rows] == [
        ("1", "exact", 0.9),
        ("5", "none", 0.9),
    ]
    for place in ("line 3", "line 4", "line 5", "line 6", "line 7"):
        assert f"({place})" in result.stderr


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("p.parquet", b"PAR1 not really", "not a readable Parquet file"),
        ("p.parquet", None, "no such file"),
        ("p.jsonl", None, "no such file"),
        ("p.csv", b"id,a,b", "must end in .parquet or .jsonl"),
        ("p.jsonl.gz", b"not gzip at all", "cannot be read"),
    ],
)
def test_a_file_that_is_no_pairs_file_is_one_message(
    run: Run, library: Any, tmp_path: Path, name: str, content: bytes | None, message: str
) -> None:
    path, out = tmp_path / name, tmp_path / "out.parquet"
    if content is not None:
        path.write_bytes(content)
    result = run("compare", "--pairs", path, "-o", out)
    assert result.exit_code == 1
    assert message in result.stderr and name in result.stderr
    assert not out.exists()


def test_a_parquet_file_without_the_columns_is_refused(
    run: Run, library: Any, tmp_path: Path
) -> None:
    pq.write_table(pa.table({"id": ["1"], "text": ["x"]}), tmp_path / "p.parquet")
    result = run("compare", "--pairs", tmp_path / "p.parquet", "-o", tmp_path / "o.parquet")
    assert result.exit_code == 1
    assert "lacks the columns a, b" in result.stderr
