"""The whole path over the sample corpus, as ``make demo`` runs it: what must be found, and not."""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

import dupdetect


@pytest.fixture(scope="module")
def expected(sample: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((sample / "expected.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def scanned(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("scan") / "out"
    dupdetect.scan([sample], out=out)
    return out


@pytest.fixture(scope="module")
def kinds(scanned: Path) -> dict[frozenset[str], str]:
    rows = pq.read_table(scanned / "matches.parquet").to_pylist()
    return {frozenset((row["a"], row["b"])): row["kind"] for row in rows}


@pytest.mark.parametrize("kind", ["exact", "near_duplicate", "partial", "rewrite", "translation"])
def test_related_pairs_are_reported_by_their_kind(
    kind: str, expected: dict[str, Any], kinds: dict[frozenset[str], str]
) -> None:
    wanted = [frozenset(pair) for pair in expected["pairs"][kind]]
    assert wanted
    assert {tuple(sorted(pair)): kinds.get(pair, "none") for pair in wanted} == {
        tuple(sorted(pair)): kind for pair in wanted
    }


def test_nothing_else_is_reported(
    expected: dict[str, Any], kinds: dict[frozenset[str], str]
) -> None:
    allowed = {
        frozenset(pair)
        for name, pairs in expected["pairs"].items()
        if name not in ("same_event", "template")
        for pair in pairs
    }
    assert set(kinds) <= allowed


def test_sources_are_told_from_copies_by_date(scanned: Path) -> None:
    documents = pq.read_table(scanned / "documents.parquet").to_pylist()
    dates = {row["id"]: row["published"] for row in documents}
    for row in pq.read_table(scanned / "matches.parquet").to_pylist():
        first, second = dates[row["a"]], dates[row["b"]]
        if first and second and first[:10] != second[:10]:
            wanted = "b_from_a" if first < second else "a_from_b"
            assert row["direction"] == wanted, row


def test_most_findings_are_found_and_quoted(scanned: Path, expected: dict[str, Any]) -> None:
    rows = pq.read_table(scanned / "findings.parquet").to_pylist()
    hits, total = 0, 0
    for id, findings in expected["findings"].items():
        for finding in findings:
            total += 1
            hits += any(
                row["id"] == id
                and row["kind"] == finding["kind"]
                and _overlap(row["quote"], finding["quote"])
                for row in rows
            )
    assert hits >= 0.75 * total


def test_scores_lie_within_their_bounds(scanned: Path, expected: dict[str, Any]) -> None:
    documents = {row["id"]: row for row in pq.read_table(scanned / "documents.parquet").to_pylist()}
    checked = 0
    for score, bounds in expected["scores"].items():
        for bound, ids in bounds.items():
            side, limit = bound.split("_")
            for id in ids:
                value = documents[id][score]
                assert (value > float(limit)) == (side == "above"), (score, bound, id, value)
                checked += 1
    assert checked > 10


def test_every_table_and_the_report_are_there(scanned: Path) -> None:
    names = {path.name for path in scanned.iterdir()}
    tables = {f"{name}.parquet" for name in ("documents", "matches", "findings", "clusters")}
    assert tables | {"domains.parquet", "run.json", "report.html"} <= names
    run = json.loads((scanned / "run.json").read_text(encoding="utf-8"))
    assert run["skipped"] == {"content_type": 1, "http_status": 1, "ignored_suffix": 1}


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).replace("’", "'")


def _overlap(one: str, other: str) -> bool:
    one, other = _plain(one), _plain(other)
    return one in other or other in one
