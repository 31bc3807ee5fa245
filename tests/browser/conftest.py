"""Fixtures of the tests in a real browser: Chromium, and pages made from the sample corpus."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow.parquet as pq
import pytest


def _load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


chrome = _load(Path(__file__).with_name("chrome.py"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A window of Chromium; skips where none is installed."""
    if reason := chrome.missing():
        pytest.skip(reason)
    window = chrome.Browser()
    yield window
    window.close()


@pytest.fixture(scope="session")
def axe() -> Path:
    """axe-core; skips where it is absent."""
    if not chrome.AXE.exists():
        pytest.skip(f"{chrome.AXE} is absent: run .ci/browser.sh")
    path: Path = chrome.AXE
    return path


@pytest.fixture(scope="session")
def scans() -> ModuleType:
    """The builder of scan folders of the report's tests."""
    return _load(Path(__file__).resolve().parent.parent / "report" / "scan_folder.py")


@dataclass(frozen=True)
class Pages:
    """The pages of the sample corpus: a scan's report, a comparison, two scored documents."""

    report: Path
    compare: Path
    score: Path
    texts: dict[str, str]

    def table(self, name: str) -> list[dict[str, Any]]:
        """The rows of a table of the scan."""
        rows: list[dict[str, Any]] = pq.read_table(
            self.report.parent / f"{name}.parquet"
        ).to_pylist()
        return rows


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory, sample: Path) -> Pages:
    """The three pages of the sample corpus, without a browser."""
    import dupdetect
    from dupdetect.config import Config
    from dupdetect.readers import read
    from dupdetect.report import render_comparison, render_scores

    folder = tmp_path_factory.mktemp("sample")
    out = folder / "scan"
    dupdetect.scan([str(sample)], out=str(out))
    source = [str(sample / "articles.jsonl")]
    documents = {
        item.id: item
        for item in read(source, config=Config(), on_skip=lambda skip: None)
        if isinstance(item, dupdetect.Document)
    }
    a, b = documents["fr-tempete"], documents["fr-tempete-bref"]
    match = dupdetect.compare(a, b)
    compare = render_comparison(match, a, b, folder / "compare.html")
    verdicts = [dupdetect.score(documents[name]) for name in ("fr-traghetto-mt", "fr-sante-llm")]
    score = render_scores(verdicts, folder / "score.html")
    texts = {row["id"]: row["text"] for row in pq.read_table(out / "texts.parquet").to_pylist()}
    return Pages(out / "report.html", compare, score, texts)
