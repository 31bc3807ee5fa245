"""``dupdetect filter``."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow.parquet as pq
import pytest
from click.testing import Result

Run = Callable[..., Result]


@pytest.fixture
def scanned(tmp_path: Path, scans: ModuleType) -> Path:
    """A scan of a corpus of four, whose b copies a; d is a farm."""
    rows = [{"id": i, "text": f"Texte de {i}."} for i in "abcd"]
    rows.append({"id": "a", "text": "Un autre texte sous le même nom."})
    corpus = tmp_path / "corpus.jsonl"
    corpus.write_text("\n".join(json.dumps(row) for row in rows))
    documents = [
        scans.document("a", cluster="k"),
        scans.document("b", cluster="k", is_representative=False),
        scans.document("c", seo_link=0.5),
        scans.document("d", content_farm=0.9),
    ]
    run = {"inputs": [str(corpus)], "config": {"columns": {"text": ["text"]}}}
    folder: Path = scans.write_scan(tmp_path / "out", {"documents": documents}, run=run)
    return folder


def written(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_one_document_for_each_cluster(
    run: Run, library: Any, scanned: Path, tmp_path: Path
) -> None:
    out = tmp_path / "kept.jsonl"
    result = run("filter", scanned, "-o", out)
    assert result.exit_code == 0
    rows = written(out)
    assert [(row["id"], row["text"]) for row in rows] == [
        ("a", "Texte de a."), ("c", "Texte de c."), ("d", "Texte de d."),
    ]  # fmt: skip
    assert rows[2]["content_farm"] == 0.9
    assert "3 of 4 documents kept" in result.stderr
    assert library.configs[-1].columns.text == ("text",)


def test_thresholds_are_inclusive_and_copies_may_stay(
    run: Run, library: Any, scanned: Path, tmp_path: Path
) -> None:
    out = tmp_path / "kept.parquet"
    run(
        "filter", scanned, "-o", out, "--all-members", "--max-content-farm", "0.8",
        "--max-seo-link", "0.5",
    )  # fmt: skip
    assert pq.read_table(out)["id"].to_pylist() == ["a", "b", "c"]
    run("filter", scanned, "-o", out, "--max-seo-link", "0.49", "--max-boilerplate", "1",
        "--max-machine-translation", "0.1")  # fmt: skip
    assert pq.read_table(out)["id"].to_pylist() == ["a", "d"]
    run("filter", scanned, "-o", out, "--max-content-farm", "0.9")
    assert "d" in pq.read_table(out)["id"].to_pylist()


def test_documents_that_are_gone_are_said(
    run: Run, library: Any, scanned: Path, tmp_path: Path
) -> None:
    (tmp_path / "corpus.jsonl").write_text('{"id": "a", "text": "x"}')
    result = run("filter", scanned, "-o", tmp_path / "kept.jsonl")
    assert result.exit_code == 1
    assert "2 documents were not found again in the inputs, c first" in result.stderr
    assert [row["id"] for row in written(tmp_path / "kept.jsonl")] == ["a"]


def test_wrong_names_and_folders(run: Run, library: Any, scanned: Path, tmp_path: Path) -> None:
    assert run("filter", scanned, "-o", tmp_path / "kept.csv").exit_code == 1
    assert run("filter", tmp_path / "absent", "-o", tmp_path / "kept.jsonl").exit_code == 2
    assert (
        run("filter", scanned, "-o", tmp_path / "k.jsonl", "--max-boilerplate", "2").exit_code == 2
    )
    (tmp_path / "empty").mkdir()
    assert run("filter", tmp_path / "empty", "-o", tmp_path / "kept.jsonl").exit_code == 1
