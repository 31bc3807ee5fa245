"""Targets that take bytes from outside: files of every format, pages, settings."""

from __future__ import annotations

import gzip
import io
import tempfile
import tomllib
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from dupdetect.config import Config, ExtractConfig
from dupdetect.errors import ConfigError, ExtractError
from dupdetect.extract import extract
from dupdetect.readers import BENIGN, FAILURES, read
from dupdetect.records import Document, Page, Skip
from tests.fuzz.target import Target
from tests.fuzz.texts import sample_texts

_SAMPLE = Path(__file__).parents[2] / "corpora" / "sample"
#: The first byte of an input says what the rest is the content of.
SUFFIXES = (
    ".txt", ".html", ".jsonl", ".csv", ".parquet", ".warc", ".wet",
    ".txt.gz", ".jsonl.zst", ".warc.gz", ".csv.gz", ".parquet.zst",
)  # fmt: skip
#: Little enough that the fuzzer finds the limits, too.
LIMITS = ExtractConfig(max_bytes=50_000, max_chars=20_000)
_CONFIG = Config(extract=LIMITS)


def file(data: bytes) -> None:
    """A file of any format: documents and pages that are whole, skips with a known reason."""
    if not data:
        return
    suffix = SUFFIXES[data[0] % len(SUFFIXES)]
    skips: list[Skip] = []
    with tempfile.NamedTemporaryFile(suffix=suffix) as stored:
        stored.write(data[1:])
        stored.flush()
        for item in read([stored.name], config=_CONFIG, on_skip=skips.append):
            item.id.encode()
            if isinstance(item, Document):
                item.text.encode()
                assert item.text.strip() and len(item.text) <= LIMITS.max_chars
            else:
                assert len(item.content) <= LIMITS.max_bytes
    for skip in skips:
        assert skip.reason in BENIGN | FAILURES, skip
        f"{skip.source} {skip.record} {skip.message}".encode()


def page(data: bytes) -> None:
    """A page with any charset and type: a whole document or an ExtractError."""
    if not data:
        return
    kinds, charsets = ("text/html", "text/plain"), (None, "utf-8", "latin-1", "utf-16", "gb18030")
    given = Page(
        id="page",
        content=data[1:],
        url="https://news.example/2024/05/story.html",
        content_type=kinds[data[0] >> 6 & 1],
        charset=charsets[data[0] % len(charsets)],
    )
    try:
        document = extract(given, config=LIMITS, mode="accurate" if data[0] & 128 else "bulk")
    except ExtractError:
        return
    document.text.encode()
    assert document.text.strip() and len(document.text) <= LIMITS.max_chars
    for link in document.links:
        assert 0 <= link.start <= link.end <= len(document.text)
        link.href.encode()
    for value in (document.title, document.url, document.published):
        (value or "").encode()


def settings(data: bytes) -> None:
    """A settings file: ConfigError, or settings that are written and read back the same."""
    try:
        config = Config.from_toml(data.decode("utf-8", "surrogateescape"))
    except ConfigError:
        return
    assert Config.from_toml(config.to_toml()).digest() == config.digest()


def _file_seeds() -> list[bytes]:
    lines = (_SAMPLE / "articles.jsonl").read_bytes().splitlines(keepends=True)[:3]
    texts = sample_texts()[:3]
    html = next((_SAMPLE / "pages").glob("*.html")).read_bytes()
    csv = b'id,text\n1,"a text, quoted"\n2,another text\n'
    contents: dict[str, bytes] = {
        ".txt": texts[0].encode(), ".html": html, ".jsonl": b"".join(lines), ".csv": csv,
        ".parquet": _parquet(texts), ".warc": _warc(html, b"WARC/1.0"), ".wet": _wet(texts[1]),
    }  # fmt: skip
    packed: dict[str, Callable[[bytes], bytes]] = {"gz": gzip.compress, "zst": _zstd}
    seeds = []
    for number, suffix in enumerate(SUFFIXES):
        _, kind, *packing = suffix.split(".")
        content = contents[f".{kind}"]
        for name in packing:
            content = packed[name](content)
        seeds.append(bytes([number]) + content)
    return seeds


def _parquet(texts: list[str]) -> bytes:
    table = pa.table({
        "id": ["a", "b", "c"], "text": texts, "url": [None, "https://a.example/", ""],
        "date": pa.array([0, 1, None], pa.date32()),
        "lang": pa.array(["fr"] * 3).dictionary_encode(),
    })  # fmt: skip
    out = io.BytesIO()
    pq.write_table(table, out, row_group_size=2)
    return out.getvalue()


def _warc(html: bytes, version: bytes) -> bytes:
    body = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + html
    head = version + b"\r\nWARC-Type: response\r\nWARC-Target-URI: https://a.example/\r\n"
    head += b"Content-Type: application/http; msgtype=response\r\nContent-Length: %d\r\n\r\n"
    return (head % len(body) + body + b"\r\n\r\n") * 2


def _wet(text: str) -> bytes:
    body = text.encode()
    head = b"WARC/1.0\r\nWARC-Type: conversion\r\nWARC-Target-URI: https://a.example/\r\n"
    return head + b"Content-Type: text/plain\r\nContent-Length: %d\r\n\r\n" % len(body) + body


def _zstd(content: bytes) -> bytes:
    return bytes(pa.Codec("zstd").compress(content, asbytes=True))


def _page_seeds() -> list[bytes]:
    pages = [path.read_bytes() for path in sorted((_SAMPLE / "pages").glob("*.html"))]
    pages.append(b"<p>" + "Des mots accentués, en français. ".encode("latin-1") * 9)
    return [bytes([kind]) + content for content in pages for kind in (0, 129)] + [b"\x40plain"]


def _settings_seeds() -> list[bytes]:
    whole = Config().to_toml()
    assert tomllib.loads(whole)
    sections = [f"[{part}" for part in whole.split("[") if part]
    return [text.encode() for text in [whole, *sections, 'columns.text = ["a", "b"]']]


FILE = Target("readers", file, _file_seeds, ("dupdetect.readers", "dupdetect.extract.dates"))
PAGE = Target("extract", page, _page_seeds, ("dupdetect.extract", "trafilatura", "htmldate"))
SETTINGS = Target("config", settings, _settings_seeds, ("dupdetect.config", "tomllib"))
