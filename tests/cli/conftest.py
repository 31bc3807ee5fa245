"""Fixtures of the command line's tests: a library of fakes that answers at once."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any

import pyarrow as pa
import pytest
from click.testing import CliRunner, Result

from dupdetect.cli import main
from dupdetect.config import Config
from dupdetect.errors import FetchError, IndexMismatchError
from dupdetect.records import (
    Document,
    Finding,
    Match,
    Page,
    Passage,
    Scores,
    Skip,
    Verdict,
)
from dupdetect.schemas import PAIR_RESULTS


@pytest.fixture(scope="session")
def scans() -> ModuleType:
    """The builder of scan folders of the report's tests."""
    path = Path(__file__).resolve().parent.parent / "report" / "scan_folder.py"
    spec = importlib.util.spec_from_file_location("scan_folder", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def run() -> Callable[..., Result]:
    """Runs ``dupdetect`` with arguments in this process."""

    def invoke(*arguments: object, **options: Any) -> Result:
        result = CliRunner().invoke(main, [str(item) for item in arguments], **options)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return invoke


@dataclass
class Library:
    """What the fakes saw, and the answers that a test may set."""

    configs: list[Config] = field(default_factory=list)
    scanned: dict[str, Any] = field(default_factory=dict)
    scores: Scores = field(default_factory=lambda: Scores(0.1, 0.2, 0.3, 0.4))
    fetched: list[str] = field(default_factory=list)
    index_config: Config | None = None
    known: dict[str, Document] = field(default_factory=dict)
    batches: list[int] = field(default_factory=list)
    skipped: dict[str, int] = field(default_factory=dict)
    skips: list[Skip] = field(default_factory=list)

    def read(
        self, sources: Sequence[str], *, config: Config, on_skip: Callable[[Skip], None]
    ) -> Iterator[Page | Document]:
        self.configs.append(config)
        for source in sources:
            path = Path(source)
            if source == "-":
                yield Document(id="-", text=sys.stdin.read())
            elif not path.exists():
                on_skip(Skip(source, None, "no_file", "no such file"))
            elif path.suffix == ".jsonl":
                for number, line in enumerate(path.read_text().splitlines(), start=1):
                    try:
                        yield Document(**json.loads(line))
                    except ValueError:
                        on_skip(Skip(source, f"line {number}", "bad_json", "not JSON"))
                    except TypeError:
                        on_skip(Skip(source, f"line {number}", "not_html", "nothing to read"))
            else:
                yield Document(id=path.name, text=path.read_text(encoding="utf-8"))

    def fetch(self, url: str, *, config: Any) -> Page:
        if "127.0.0.1" in url and not config.allow_private:
            raise FetchError("a private address", source=url, reason="private_address")
        self.fetched.append(url)
        return Page(id=url, content=b"Une page toute simple.", url=url, content_type="text/plain")

    def score(self, document: Document, *, config: Config | None = None) -> Verdict:
        end = min(5, len(document.text))
        finding = Finding("seo_link", "unrelated_site", 0, end, document.text[:end], 0.9)
        parts = {"bias": -1.5, "seo_link": 0.75}
        return Verdict(document, "fr", 7, self.scores, (finding,), (), parts)

    def compare(self, a: Document, b: Document, *, config: Config | None = None) -> Match:
        passage = Passage(0, min(4, len(a.text)), 0, min(4, len(b.text)), 0.75)
        return Match(a.id, b.id, "rewrite", 0.875, 0.1, 0.2, 0.3, "b_from_a", (passage,))

    def compare_pairs(
        self, ids: list[str], a: list[str], b: list[str], *, config: Config | None = None
    ) -> pa.Table:
        self.batches.append(len(ids))
        rows = [
            {"id": i, "kind": "exact" if x == y else "none", "score": 0.9, "jaccard": 0.3,
             "containment_a": 0.1, "containment_b": 0.2, "direction": "unknown", "passages": []}
            for i, x, y in zip(ids, a, b, strict=True)
        ]  # fmt: skip
        return pa.Table.from_pylist(rows, schema=PAIR_RESULTS)

    def scan(self, sources: Sequence[str], **arguments: Any) -> Any:
        self.scanned = {"sources": sources, **arguments}
        progress = arguments["progress"]
        progress.stage("reading", 2)
        progress.advance(2)
        return _ScanResult(arguments["out"], self.skipped, self.skips)


class _Detector:
    """A detector whose scores are the library's; matches come from the index."""

    library: Library

    def __init__(self, *, index: Any = None, config: Config | None = None) -> None:
        self.index, self.config = index, config

    def score(self, document: Document) -> Verdict:
        verdict = self.library.score(document, config=self.config)
        matches = () if self.index is None else tuple(self.index.query(document))
        return replace(verdict, matches=matches)


@dataclass
class _ScanResult:
    out: Path
    skipped: dict[str, int]
    skips: list[Skip]
    counts: dict[str, int] = field(default_factory=lambda: {"files": 3, "documents": 9})
    matches_by_kind: dict[str, int] = field(default_factory=dict)
    timings: dict[str, float] = field(default_factory=lambda: {"read": 1.25})
    peak_memory_bytes: int = 1_250_000_000
    files: Sequence[dict[str, Any]] = ({"path": "a.csv", "size": 12}, {"path": "-", "size": None})


class _Index:
    """An index in a dictionary, shared by all that open it."""

    library: Library

    @classmethod
    def open(
        cls, path: str, *, config: Config | None = None, create: bool = True,
        readonly: bool = False, keep_text: bool | None = None,
    ) -> _Index:  # fmt: skip
        if "other" in path:
            raise IndexMismatchError(f"{path}: shingle.size is 5 in the index, 3 now")
        cls.library.index_config = config
        return cls()

    def add_many(self, documents: Sequence[Document]) -> None:
        self.library.batches.append(len(documents))
        self.library.known |= {document.id: document for document in documents}

    def query(self, document: Document) -> list[Match]:
        known = [name for name in self.library.known if name != document.id]
        return [Match(document.id, name, "rewrite", 0.8, direction="a_from_b") for name in known]

    def remove(self, id: str) -> bool:
        return self.library.known.pop(id, None) is not None

    def info(self) -> dict[str, Any]:
        return {"documents": len(self.library.known), "shingle.size": 3}

    def verify(self) -> list[str]:
        return [f"{name}: record is \x1b[31mbroken" for name in self.library.known]

    def __contains__(self, id: str) -> bool:
        return id in self.library.known

    def __len__(self) -> int:
        return len(self.library.known)

    def __enter__(self) -> _Index:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        pass


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Library:
    """Replaces readers, fetch, detector and engines by fakes for one test."""
    fake = Library()
    index = type("Index", (_Index,), {"library": fake})
    modules: dict[str, dict[str, Any]] = {
        "readers": {"read": fake.read, "BENIGN": frozenset({"not_html"})},
        "fetch": {"fetch": fake.fetch},
        "engines": {"scan": fake.scan},
        "detector": {
            "score": fake.score, "compare": fake.compare, "compare_pairs": fake.compare_pairs,
            "Index": index, "Detector": type("Detector", (_Detector,), {"library": fake}),
        },
    }  # fmt: skip
    for name, values in modules.items():
        module = ModuleType(f"dupdetect.{name}")
        vars(module).update(values)
        monkeypatch.setitem(sys.modules, f"dupdetect.{name}", module)
    return fake


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Three documents as JSON Lines."""
    path = tmp_path / "corpus.jsonl"
    rows = [
        {"id": f"d{i}", "text": f"Texte numéro {i}, assez court.", "title": f"T{i}"}
        for i in range(3)
    ]
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return path
