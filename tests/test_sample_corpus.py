"""The sample corpus is consistent with what ``expected.json`` says of it."""

from __future__ import annotations

import gzip
import html
import importlib.util
import json
import re
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from fastwarc.warc import ArchiveIterator, WarcRecordType

KINDS = {
    "exact", "near_duplicate", "partial", "rewrite", "translation",
    "same_event", "template", "related_rewrite",
}  # fmt: skip
COPIES = ("exact", "near_duplicate", "partial", "rewrite", "translation")
FIELDS = {"id", "url", "title", "language", "published", "text"}
CHARSET = re.compile(rb'charset="?([\w-]+)')
BODY = re.compile(r'<div class="(?:article-body|entry-content)">(.*?)\n\s*</div>', re.S)
NEWSLETTER = re.compile(r"<aside.*?</aside>", re.S)
PUBLISHED = re.compile(r'article:published_time" content="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Sample:
    """A document of the corpus: its text without the page around it."""

    text: str
    published: str
    url: str


def from_page(content: bytes, charset: str | None = None) -> Sample:
    declared = CHARSET.search(content)
    page = content.decode(charset or (declared.group(1).decode() if declared else "utf-8"))
    body, published = BODY.search(page), PUBLISHED.search(page)
    assert body is not None and published is not None
    text = re.sub(r"<[^>]+>", "", NEWSLETTER.sub("", body.group(1)))
    url = re.search(r'rel="canonical" href="([^"]+)"', page)
    assert url is not None
    return Sample(html.unescape(text), published.group(1), url.group(1))


def responses(path: Path) -> Iterator[tuple[str, int, str | None, str | None, bytes]]:
    with path.open("rb") as stream:
        for record in ArchiveIterator(stream, record_types=WarcRecordType.response):
            url = record.headers["WARC-Target-URI"]
            head = record.http_headers
            yield (
                url, head.status_code, record.http_content_type, record.http_charset,
                record.reader.read(),
            )  # fmt: skip


@pytest.fixture(scope="module")
def rows(sample: Path) -> list[dict[str, str]]:
    lines = (sample / "articles.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.fixture(scope="module")
def documents(sample: Path, rows: list[dict[str, str]]) -> dict[str, Sample]:
    found = {row["id"]: Sample(row["text"], row["published"], row["url"]) for row in rows}
    for path in sorted((sample / "pages").glob("*.html")):
        found[f"pages/{path.stem}"] = from_page(path.read_bytes())
    for url, status, media, charset, content in responses(sample / "pages.warc.gz"):
        if status == 200 and media == "text/html":
            found[url] = from_page(content, charset)
    return found


@pytest.fixture(scope="module")
def expected(sample: Path) -> Any:
    return json.loads((sample / "expected.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def builder(repository: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "build_warc", repository / "corpora" / "build_warc.py"
    )
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "build_warc", module)  # dataclass looks it up
        spec.loader.exec_module(module)
    return module


def plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).replace("’", "'")
    return " ".join(folded.split())


def runs(text: str, size: int) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", plain(text).casefold())
    return {tuple(words[i : i + size]) for i in range(len(words) - size + 1)}


def contained(source: str, copy: str) -> float:
    """Share of the shorter text's 3-word runs that stand in the other."""
    a, b = runs(source, 3), runs(copy, 3)
    return len(a & b) / min(len(a), len(b))


def test_counts_and_languages(documents: dict[str, Sample], rows: list[dict[str, str]]) -> None:
    assert len(documents) >= 44
    assert {row["language"] for row in rows} >= {"fr", "en", "de", "it", "es"}
    assert sum(key.startswith("pages/") for key in documents) == 6
    assert sum(key.startswith("https://") for key in documents) == 5


def test_rows_are_complete_and_unique(rows: list[dict[str, str]]) -> None:
    assert all(set(row) == FIELDS and all(row.values()) for row in rows)
    assert len({row["id"] for row in rows}) == len({row["url"] for row in rows}) == len(rows)


def test_addresses_are_reserved_ones(documents: dict[str, Sample]) -> None:
    for key, document in documents.items():
        assert re.match(r"https://[a-z0-9-]+\.example/", document.url), key


def test_expected_ids_exist(documents: dict[str, Sample], expected: Any) -> None:
    assert set(expected["pairs"]) == KINDS
    named = {key for pairs in expected["pairs"].values() for pair in pairs for key in pair}
    named |= set(expected["findings"])
    for bounds in expected["scores"].values():
        above, below = set(bounds["above_0.5"]), set(bounds["below_0.5"])
        assert above and below and not above & below
        named |= above | below
    assert named <= set(documents)


def test_a_pair_stands_under_one_kind(expected: Any) -> None:
    pairs = [frozenset(pair) for found in expected["pairs"].values() for pair in found]
    assert len(set(pairs)) == len(pairs)
    assert all(len(pair) == 2 for pair in pairs)


def test_quotes_stand_in_the_texts(documents: dict[str, Sample], expected: Any) -> None:
    for key, findings in expected["findings"].items():
        text = plain(documents[key].text)
        for finding in findings:
            assert plain(finding["quote"]) in text, (key, finding["quote"])


def test_sources_are_older_than_copies(documents: dict[str, Sample], expected: Any) -> None:
    for kind in COPIES:
        for source, copy in expected["pairs"][kind]:
            assert documents[source].published[:19] < documents[copy].published[:19], copy


def test_kinds_hold_by_their_definition(documents: dict[str, Sample], expected: Any) -> None:
    def share(pair: list[str]) -> float:
        return contained(documents[pair[0]].text, documents[pair[1]].text)

    pairs = expected["pairs"]
    assert all(share(pair) == 1.0 for pair in pairs["exact"])
    assert all(0.7 < share(pair) < 1.0 for pair in pairs["near_duplicate"])
    assert all(0.2 < share(pair) < 0.7 for pair in pairs["partial"])
    assert all(share(pair) < 0.2 for pair in pairs["rewrite"])
    assert all(share(pair) < 0.05 for pair in pairs["same_event"])
    assert all(share(pair) > 0.2 for pair in pairs["template"])  # hard: alike without being a copy


def test_independent_reports_share_names_and_numbers(
    documents: dict[str, Sample], expected: Any
) -> None:
    for pair in expected["pairs"]["same_event"]:
        a, b = (
            set(re.findall(r"\b(?:[A-Z]\w{3,}|\d+(?:[ ,]\d+)*)", plain(documents[key].text)))
            for key in pair
        )
        assert len(a & b) >= 4, pair


def test_warc_records(sample: Path) -> None:
    found = list(responses(sample / "pages.warc.gz"))
    assert [status for _, status, *_ in found].count(404) == 1
    assert [media for _, _, media, *_ in found].count("image/png") == 1
    with (sample / "pages.warc.gz").open("rb") as stream:
        records = list(ArchiveIterator(stream, parse_http=False, func_filter=digest_holds))
    assert len(records) == 2 * len(found) + 1


def digest_holds(record: Any) -> bool:
    return bool(record.verify_block_digest())


def test_warc_is_what_the_script_builds(sample: Path, builder: ModuleType) -> None:
    # Compressed bytes may differ between versions of zlib.
    assert gzip.decompress(builder.build()) == gzip.decompress(
        (sample / "pages.warc.gz").read_bytes()
    )


def test_one_page_declares_a_legacy_charset(sample: Path) -> None:
    content = (sample / "pages" / "infos-flash-musee-vaucelin.html").read_bytes()
    assert b"charset=iso-8859-15" in content
    assert "œuvres" in from_page(content).text
    with pytest.raises(UnicodeDecodeError):
        content.decode("utf-8")


@pytest.mark.shared
def test_nothing_comes_from_the_reference_data(documents: dict[str, Sample], shared: Path) -> None:
    seeds = [runs(path.read_text("utf-8"), 8) for path in (shared / "seeds").glob("*.txt")]
    for key, document in documents.items():
        assert not any(runs(document.text, 8) & seed for seed in seeds), key
