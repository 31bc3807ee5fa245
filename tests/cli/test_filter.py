"""``dupdetect filter``."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import Result

from dupdetect.config import Config
from dupdetect.readers import expand, read

Run = Callable[..., Result]
Scanned = Callable[..., Path]


@pytest.fixture
def scanned(tmp_path: Path, scans: ModuleType) -> Scanned:
    """The folder of a pretended scan of ``inputs``: ``scanned(inputs, documents, **run)``."""

    def pretend(inputs: Sequence[Path], documents: Sequence[Any], **run: Any) -> Path:
        files = [
            {"path": str(file.path), "size": Path(file.path).stat().st_size,
             "mtime": Path(file.path).stat().st_mtime_ns}
            for file in expand(inputs, pytest.fail)
        ]  # fmt: skip
        run = {"inputs": [str(path) for path in inputs], "files": files, **run}
        folder: Path = scans.write_scan(tmp_path / "out", {"documents": documents}, run=run)
        return folder

    return pretend


@pytest.fixture
def four(scans: ModuleType) -> list[Any]:
    """Rows of a, its copy b, c with an inserted link, and d, a farm's."""
    return [
        scans.document("a", cluster="k"),
        scans.document("b", cluster="k", is_representative=False),
        scans.document("c", seo_link=0.5),
        scans.document("d", content_farm=0.9),
    ]


def lines(*ids: str) -> str:
    rows = [{"id": i, "text": f"Texte de {i}.", "tags": [i, None]} for i in ids]
    return "".join(json.dumps(row) + "\n" for row in rows)


def written(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def folder(tmp_path: Path, scanned: Scanned, four: list[Any]) -> Path:
    """A scan of four lines."""
    path = tmp_path / "corpus.jsonl"
    path.write_text(lines(*"abcd"))
    return scanned([path], four)


def test_lines_stay_as_they_are(run: Run, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "kept.jsonl.gz"
    result = run("filter", folder, "-o", out)
    assert result.exit_code == 0
    assert gzip.decompress(out.read_bytes()).decode() == lines(*"acd")
    assert "3 of 4 documents kept" in result.stderr


def test_a_table_has_scores_and_texts(run: Run, folder: Path, tmp_path: Path) -> None:
    assert run("filter", folder, "-o", tmp_path / "kept.jsonl", "--table").exit_code == 0
    rows = written(tmp_path / "kept.jsonl")
    assert [(row["id"], row["text"]) for row in rows] == [
        ("a", "Texte de a."), ("c", "Texte de c."), ("d", "Texte de d."),
    ]  # fmt: skip
    assert rows[2]["content_farm"] == 0.9
    assert run("filter", folder, "-o", tmp_path / "kept.parquet").exit_code == 0
    assert pq.read_table(tmp_path / "kept.parquet")["text"].to_pylist()[1] == "Texte de c."


def test_thresholds_are_inclusive_and_copies_may_stay(
    run: Run, folder: Path, tmp_path: Path
) -> None:
    def kept(*options: str) -> str:
        out = tmp_path / "kept.jsonl"
        assert run("filter", folder, "-o", out, *options).exit_code == 0
        return "".join(row["id"] for row in written(out))

    assert kept("--all-members", "--max-content-farm", "0.8", "--max-seo-link", "0.5") == "abc"
    assert kept("--max-seo-link", "0.49", "--max-boilerplate", "1") == "ad"
    assert kept("--max-machine-translation", "0.1", "--max-content-farm", "0.9") == "acd"


def test_rows_of_csv_keep_their_columns(
    run: Run, scanned: Scanned, four: list[Any], tmp_path: Path
) -> None:
    path = tmp_path / "c.csv"
    rows = [["id", "text", "x"], *([i, f"Texte\nde {i}.", "1;2"] for i in "abcd")]
    with path.open("w", newline="") as file:
        csv.writer(file, delimiter=";").writerows(rows)
    assert run("filter", scanned([path], four), "-o", tmp_path / "kept.csv").exit_code == 0
    with (tmp_path / "kept.csv").open(newline="") as file:
        assert list(csv.reader(file, delimiter=";")) == [rows[0], rows[1], rows[3], rows[4]]


def test_rows_of_a_partitioned_data_set_keep_all_columns(
    run: Run, scanned: Scanned, four: list[Any], tmp_path: Path
) -> None:
    for lang, ids in (("de", "ab"), ("fr", "cd")):
        table = {"text": [f"Texte de {i}." for i in ids], "id": list(ids), "n": [[1], None]}
        if lang == "fr":
            table["extra"] = [1, 2]
        (tmp_path / f"set/lang={lang}").mkdir(parents=True)
        pq.write_table(pa.table(table), tmp_path / f"set/lang={lang}/part-0.parquet")
    scan = scanned([tmp_path / "set"], four)
    assert run("filter", scan, "-o", tmp_path / "kept.parquet").exit_code == 0
    found = pq.read_table(tmp_path / "kept.parquet").to_pylist()
    assert [row["id"] for row in found] == list("acd")
    assert found[0] == {"text": "Texte de a.", "id": "a", "n": [1], "extra": None, "lang": "de"}
    assert found[2]["extra"] == 2
    # In a folder each file stays where it was.
    assert run("filter", scan, "-o", tmp_path / "kept").exit_code == 0
    part = pq.read_table(tmp_path / "kept" / "lang=fr" / "part-0.parquet", partitioning=None)
    assert part.column_names == ["text", "id", "n", "extra"]
    assert run("filter", scan, "-o", tmp_path / "kept").exit_code == 1


def archive(*pages: tuple[str, str]) -> bytes:
    """A WARC archive of (URL, HTML)."""
    found = b"WARC/1.0\r\nWARC-Type: warcinfo\r\nContent-Length: 4\r\n\r\nme: \r\n\r\n"
    for url, markup in pages:
        body = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n{markup}".encode()
        head = f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\n"
        head += "Content-Type: application/http; msgtype=response\r\nX-Own: é\r\n"
        found += head.encode() + b"Content-Length: %d\r\n\r\n" % len(body) + body + b"\r\n\r\n"
    return found


def test_records_of_an_archive_stay_as_they_are(
    run: Run, scanned: Scanned, scans: ModuleType, tmp_path: Path
) -> None:
    page = "<html><body><article><p>" + "Un texte assez long. " * 20 + "%s</p></body></html>"
    urls = [f"http://a.example/{n}" for n in (1, 2, 2, 3, 2)]
    # The third page gives no document, so that the last one is the second of its address.
    pages = [(url, page % n if n != 2 else "<p></p>") for n, url in enumerate(urls)]
    path = tmp_path / "crawl.warc.gz"
    path.write_bytes(gzip.compress(archive(*pages)))
    documents = [scans.document(id) for id in sorted({*urls, f"{urls[1]}~2"})]
    documents[1] = scans.document(urls[1], is_representative=False)
    scan = scanned([path], documents, counts={"duplicate_id": 1})
    result = run("filter", scan, "-o", tmp_path / "kept.warc")
    assert (result.exit_code, result.stderr.count("not found again")) == (0, 0)
    kept = (tmp_path / "kept.warc").read_bytes()
    assert kept == archive(pages[0], pages[3], pages[4])
    assert run("filter", scan, "-o", tmp_path / "kept.warc.gz").exit_code == 0
    packed = tmp_path / "kept.warc.gz"
    assert gzip.decompress(packed.read_bytes()) == kept
    found = read([packed], config=Config(), on_skip=pytest.fail)
    assert [page.id for page in found] == [urls[0], urls[3], urls[4]]
    assert run("filter", scan, "-o", tmp_path / "kept.jsonl").exit_code == 0
    assert [row["id"] for row in written(tmp_path / "kept.jsonl")] == [
        urls[0], urls[3], f"{urls[1]}~2",
    ]  # fmt: skip


def test_a_folder_of_texts_and_pages_becomes_one(
    run: Run, scanned: Scanned, four: list[Any], tmp_path: Path
) -> None:
    for name, content in {
        "in/a.txt": "A",
        "in/b.txt": "B",
        "in/sub/more.jsonl": lines("c"),
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    (tmp_path / "in/d.html").write_text("<html><body><p>D</p></body></html>")
    scan = scanned([tmp_path / "in"], four)
    assert run("filter", scan, "-o", tmp_path / "kept", "--max-content-farm", "0.5").exit_code == 0
    kept = {str(p.relative_to(tmp_path / "kept")) for p in (tmp_path / "kept").rglob("*.*")}
    assert kept == {"a.txt", "sub/more.jsonl"}
    assert (tmp_path / "kept" / "sub" / "more.jsonl").read_text() == lines("c")


def test_changed_inputs_are_refused(run: Run, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "corpus.jsonl").write_text(lines("a"))
    result = run("filter", folder, "-o", tmp_path / "kept.jsonl")
    assert result.exit_code == 1
    assert "not those of the scan any more" in result.stderr
    assert "corpus.jsonl has changed" in result.stderr
    (tmp_path / "corpus.jsonl").unlink()
    assert "no longer an input" in run("filter", folder, "-o", tmp_path / "kept.jsonl").stderr
    assert not (tmp_path / "kept.jsonl").exists()


def test_documents_that_are_not_found_are_said(
    run: Run, scanned: Scanned, four: list[Any], tmp_path: Path
) -> None:
    path = tmp_path / "corpus.jsonl"
    path.write_text(lines("a", "b"))
    result = run("filter", scanned([path], four), "-o", tmp_path / "kept.jsonl")
    assert result.exit_code == 1
    assert "2 documents were not found again in the inputs, c first" in result.stderr
    assert [row["id"] for row in written(tmp_path / "kept.jsonl")] == ["a"]


def test_wrong_names_and_folders(run: Run, folder: Path, tmp_path: Path) -> None:
    assert run("filter", folder, "-o", tmp_path / "kept.csv").exit_code == 1
    assert run("filter", folder, "-o", tmp_path / "kept.txt").exit_code == 1
    assert run("filter", tmp_path / "absent", "-o", tmp_path / "kept.jsonl").exit_code == 2
    assert (
        run("filter", folder, "-o", tmp_path / "k.jsonl", "--max-boilerplate", "2").exit_code == 2
    )
    (tmp_path / "empty").mkdir()
    assert run("filter", tmp_path / "empty", "-o", tmp_path / "kept.jsonl").exit_code == 1
