"""The project's reference cases: five real articles on one event (skipped where they are absent).

``expected.json`` says which pairs are rewrites, which findings must be found and which scores must
be high or low.
"""

from __future__ import annotations

import json
import unicodedata
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from dupdetect.detector import Index, compare, score
from dupdetect.records import Document, Match, Verdict

pytestmark = pytest.mark.shared

LEAST_FINDINGS = 17


@pytest.fixture(scope="module")
def seeds(shared: Path) -> dict[str, Document]:
    files = sorted((shared / "seeds").glob("*.txt"))
    found = [Document(id=path.name[:3], text=path.read_text(encoding="utf-8")) for path in files]
    assert [document.id for document in found] == ["000", "001", "002", "003", "004"]
    return {document.id: document for document in found}


@pytest.fixture(scope="module")
def expected(shared: Path) -> dict[str, Any]:
    content = json.loads((shared / "seeds" / "expected.json").read_text(encoding="utf-8"))
    assert isinstance(content, dict)
    return content


@pytest.fixture(scope="module")
def verdicts(seeds: dict[str, Document]) -> dict[str, Verdict]:
    return {id: score(document) for id, document in seeds.items()}


@pytest.fixture(scope="module")
def matches(seeds: dict[str, Document]) -> dict[tuple[str, str], Match]:
    return {(a, b): compare(seeds[a], seeds[b]) for a, b in combinations(sorted(seeds), 2)}


def squeezed(text: str) -> tuple[str, list[int]]:
    """NFKC with every run of white space as one space, and where each character came from."""
    characters: list[str] = []
    origin: list[int] = []
    for at, char in enumerate(text):
        for folded in unicodedata.normalize("NFKC", char):
            if folded.isspace():
                if characters and characters[-1] == " ":
                    continue
                folded = " "
            characters.append(folded)
            origin.append(at)
    return "".join(characters), origin


def places(text: str, quote: str) -> list[tuple[int, int]]:
    """The spans of a text in which a quote stands."""
    within, origin = squeezed(text)
    wanted = squeezed(quote)[0]
    spans, at = [], within.find(wanted)
    while at >= 0:
        spans.append((origin[at], origin[at + len(wanted) - 1] + 1))
        at = within.find(wanted, at + 1)
    return spans


def is_found(wanted: dict[str, Any], verdict: Verdict) -> bool:
    spans = places(verdict.document.text, wanted["quote"])
    assert spans, f"{wanted['quote']!r} does not stand in {verdict.document.id}"
    return any(
        finding.kind == wanted["kind"]
        and wanted["rule"] in (None, finding.rule)
        and any(finding.start < end and finding.end > start for start, end in spans)
        for finding in verdict.findings
    )


def test_rewrites_are_reported_as_rewrites(
    matches: dict[tuple[str, str], Match], expected: dict[str, Any]
) -> None:
    pairs = [tuple(pair) for pair in expected["pairs"]["rewrite"]]
    assert {pair: matches[pair].kind for pair in pairs} == dict.fromkeys(pairs, "rewrite")
    assert all(matches[pair].passages for pair in pairs)


def test_independent_coverage_is_not_reported(
    matches: dict[tuple[str, str], Match], expected: dict[str, Any]
) -> None:
    pairs = [tuple(pair) for pair in expected["pairs"]["same_event"]]
    assert {pair: matches[pair].kind for pair in pairs} == dict.fromkeys(pairs, "none")


def test_the_index_finds_the_same_rewrites(
    seeds: dict[str, Document], matches: dict[tuple[str, str], Match]
) -> None:
    with Index.open(None) as index:
        index.add_many(list(seeds.values()))
        found = {
            tuple(sorted((id, match.b)))
            for id, document in seeds.items()
            for match in index.query(document)
        }
    assert found == {pair for pair, match in matches.items() if match.kind != "none"}


def test_findings(verdicts: dict[str, Verdict], expected: dict[str, Any]) -> None:
    wanted = [(id, item) for id, items in expected["findings"].items() for item in items]
    assert len(wanted) == 20
    missing = [(id, item["quote"]) for id, item in wanted if not is_found(item, verdicts[id])]
    assert len(wanted) - len(missing) >= LEAST_FINDINGS, missing


def test_findings_quote_the_text(verdicts: dict[str, Verdict]) -> None:
    for verdict in verdicts.values():
        for finding in verdict.findings:
            assert verdict.document.text[finding.start : finding.end] == finding.quote


def test_scores(verdicts: dict[str, Verdict], expected: dict[str, Any]) -> None:
    wrong = []
    for name, bounds in expected["scores"].items():
        for bound, ids in bounds.items():
            side, limit = bound.split("_")
            for id in ids:
                value = getattr(verdicts[id].scores, name)
                holds = value > float(limit) if side == "above" else value < float(limit)
                if not holds:
                    wrong.append((name, bound, id, value))
    assert wrong == []
