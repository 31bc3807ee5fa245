"""Writes small sources of every format."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dupdetect.config import Config
from dupdetect.readers import read
from dupdetect.records import Document, Page, Skip

Result = tuple[list[Page | Document], list[Skip]]
#: Formats that hold many records, and those that hold one.
TABLES = ("jsonl", "csv", "parquet", "warc", "wet")
SINGLE = ("txt", "html")


def warc_record(
    number: int,
    body: bytes,
    *,
    kind: str = "response",
    uri: str | None = "",
    status: str = "200 OK",
    content_type: str = "text/html; charset=utf-8",
    http: Sequence[str] = (),
    length: int | None = None,
) -> bytes:
    """One WARC record; ``uri`` empty: made of the number, None: no target."""
    if kind in ("response", "request"):
        head = f"HTTP/1.1 {status}\r\n" + (f"Content-Type: {content_type}\r\n" * bool(content_type))
        head += "".join(f"{line}\r\n" for line in http)
        body = head.encode() + b"\r\n" + body
        content_type = f"application/http; msgtype={kind}"
    if uri == "":
        uri = f"http://news.example/{number}"
    header = [
        "WARC/1.0", f"WARC-Type: {kind}", f"WARC-Record-ID: <urn:uuid:{number:032x}>",
        "WARC-Date: 2024-01-02T03:04:05Z", f"Content-Type: {content_type}",
        f"Content-Length: {len(body) if length is None else length}",
    ]  # fmt: skip
    if uri is not None:
        header.append(f"WARC-Target-URI: {uri}")
    return "\r\n".join(header).encode() + b"\r\n\r\n" + body + b"\r\n\r\n"


def content(kind: str, texts: Sequence[str]) -> bytes:
    """A valid source of format ``kind`` whose records have ids ``id0``, ``id1`` … or URLs."""
    if kind == "txt":
        return texts[0].encode()
    if kind == "html":
        return f"<!doctype html><html><body><p>{texts[0]}</p></body></html>".encode()
    if kind == "jsonl":
        rows = [json.dumps({"id": f"id{n}", "text": text}) for n, text in enumerate(texts)]
        return "\n".join(rows).encode() + b"\n"
    if kind == "csv":
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerows([["id", "text"], *([f"id{n}", text] for n, text in enumerate(texts))])
        return out.getvalue().encode()
    if kind == "parquet":
        sink = io.BytesIO()
        ids = [f"id{n}" for n in range(len(texts))]
        pq.write_table(pa.table({"id": ids, "text": list(texts)}), sink, row_group_size=7)
        return sink.getvalue()
    if kind == "warc":
        pages = [content("html", [text]) for text in texts]
        return b"".join(warc_record(n, page) for n, page in enumerate(pages))
    if kind == "wet":
        return b"".join(
            warc_record(n, text.encode(), kind="conversion", content_type="text/plain")
            for n, text in enumerate(texts)
        )
    raise AssertionError(kind)


def compress(data: bytes, compression: str) -> bytes:
    if compression == "gz":
        return gzip.compress(data, mtime=0)
    return bytes(pa.compress(data, "zstd", asbytes=True)) if compression == "zst" else data


@pytest.fixture
def make() -> Callable[[str, Sequence[str]], bytes]:
    """Bytes of a source: ``make(format, texts)``."""
    return content


@pytest.fixture
def record() -> Callable[..., bytes]:
    """Bytes of one WARC record; see :func:`warc_record`."""
    return warc_record


@pytest.fixture
def pack() -> Callable[[bytes, str], bytes]:
    """Compressed bytes: ``pack(data, "gz" | "zst" | "")``."""
    return compress


@pytest.fixture
def run() -> Callable[..., Result]:
    """Items and skips of sources: ``run(path, ..., config=...)``."""

    def read_all(*sources: str | Path, config: Config | None = None) -> Result:
        skips: list[Skip] = []
        items = list(read(sources, config=config or Config(), on_skip=skips.append))
        return items, skips

    return read_all


@pytest.fixture
def put(tmp_path: Path) -> Callable[[str, bytes | str], Path]:
    """Write a file: ``put(name, content)`` gives its path."""

    def write(name: str, data: bytes | str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return path

    return write
