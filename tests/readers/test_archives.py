"""WARC and WET."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from dupdetect.config import Config, ExtractConfig
from dupdetect.readers import BENIGN
from dupdetect.records import Document, Page

Put = Callable[[str, bytes | str], Path]
Record = Callable[..., bytes]
HTML = "<html><body><p>Ein schöner Tag</p></body></html>".encode()


def chunked(body: bytes) -> bytes:
    half = len(body) // 2
    parts = [body[:half], body[half:]]
    return b"".join(b"%x;ext=1\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def test_a_page_of_an_archive(put: Put, run: Any, record: Record) -> None:
    path = put("a.warc", record(3, HTML, content_type='text/html; charset="ISO-8859-1"'))
    (page,), skips = run(path)
    assert skips == []
    assert isinstance(page, Page)
    assert (page.id, page.url, page.content) == ("http://news.example/3",) * 2 + (HTML,)
    assert (page.content_type, page.charset) == ("text/html", "ISO-8859-1")
    assert page.published is None, "the date of the crawl is not that of publication"
    assert page.source == str(path)
    assert page.record == "byte 0, http://news.example/3"


def test_only_found_pages_of_text_are_taken_and_the_others_counted(
    put: Put, run: Any, record: Record
) -> None:
    records = [
        record(0, b"software: x", kind="warcinfo", content_type="application/warc-fields"),
        record(1, b"", kind="request", content_type=""),
        record(2, HTML),
        record(3, HTML, status="404 Not Found"),
        record(4, b"", status="301 Moved"),
        record(5, b"\x89PNG", content_type="image/png"),
        record(6, b"{}", content_type="application/json; charset=utf-8"),
        record(7, b"text", content_type="text/plain"),
        record(8, HTML, content_type="application/xhtml+xml"),
        record(9, b"x", kind="metadata", content_type="application/warc-fields"),
        record(10, b"", kind="revisit", content_type="application/http; msgtype=response"),
        record(11, HTML, kind="resource", content_type="text/html;charset=utf-8"),
        record(12, b"\x00", kind="resource", content_type="image/gif"),
    ]
    items, skips = run(put("a.warc.gz", b"".join(map(gzip.compress, records))))
    assert [item.id[-2:].strip("/") for item in items] == ["2", "7", "8", "11"]
    assert [skip.reason for skip in skips] == [
        "http_status", "http_status", "content_type", "content_type", "revisit", "content_type",
    ]  # fmt: skip
    assert {skip.reason for skip in skips} <= BENIGN
    assert all(skip.record and "news.example" in skip.record for skip in skips)


@pytest.mark.parametrize(
    ("body", "header"),
    [
        (gzip.compress(HTML), ["Content-Encoding: gzip"]),
        (zlib.compress(HTML), ["Content-Encoding: deflate"]),
        (zlib.compress(HTML, wbits=-15), ["Content-Encoding: deflate"]),
        (bytes(pa.compress(HTML, "brotli", asbytes=True)), ["Content-Encoding: br"]),
        (bytes(pa.compress(HTML, "zstd", asbytes=True)), ["Content-Encoding: zstd"]),
        (chunked(HTML), ["Transfer-Encoding: chunked"]),
        (chunked(gzip.compress(HTML)), ["Transfer-Encoding: chunked", "Content-Encoding: gzip"]),
        (HTML, ["Content-Encoding: identity"]),
        # What crawlers that store decoded bodies leave in the header:
        (HTML, ["Content-Encoding: gzip"]),
        (HTML, ["Content-Encoding: br"]),
        (HTML, ["Transfer-Encoding: chunked"]),
        (HTML, ["Transfer-Encoding: chunked", "Content-Encoding: gzip", "Content-Length: 7"]),
    ],
)
def test_bodies_are_decoded(
    body: bytes, header: list[str], put: Put, run: Any, record: Record
) -> None:
    items, skips = run(put("a.warc", record(1, body, http=header) + record(2, HTML)))
    assert skips == []
    assert [item.content for item in items] == [HTML, HTML]


@pytest.mark.parametrize(
    ("body", "header", "reason"),
    [
        (b"\x1f\x8b\x08\x00rubbish", "Content-Encoding: gzip", "content_encoding"),
        (b"\x78\x9c\x07rubbish", "Content-Encoding: deflate", "content_encoding"),
        (HTML, "Content-Encoding: secret", "content_encoding"),
        (HTML, "Content-Encoding: gzip, gzip, gzip, gzip", "content_encoding"),
        (gzip.compress(bytes(9_000_000)), "Content-Encoding: gzip", "too_large"),
        (zlib.compress(bytes(9_000_000)), "Content-Encoding: deflate", "too_large"),
        (
            bytes(pa.compress(bytes(9_000_000), "brotli", asbytes=True)),
            "Content-Encoding: br",
            "too_large",
        ),
        (b" \n", "X-Nothing: 1", "empty_text"),
    ],
)
def test_bodies_that_cannot_be_used_do_not_cost_the_next(
    body: bytes, header: str, reason: str, put: Put, run: Any, record: Record
) -> None:
    config = Config(extract=ExtractConfig(max_bytes=1_000_000))
    path = put("a.warc", record(1, body, http=[header]) + record(2, HTML))
    items, skips = run(path, config=config)
    assert [item.id for item in items] == ["http://news.example/2"]
    assert [(skip.reason, skip.record) for skip in skips] == [
        (reason, "byte 0, http://news.example/1")
    ]


def test_pages_without_a_content_type_are_taken_when_they_look_like_html(
    put: Put, run: Any, record: Record
) -> None:
    data = record(1, HTML, content_type="") + record(2, b"GIF89a", content_type="")
    items, skips = run(put("a.warc", data))
    assert [(item.id[-1], item.content_type) for item in items] == [("1", "text/html")]
    assert [skip.reason for skip in skips] == ["content_type"]


def test_ids_of_records_without_an_address(put: Put, run: Any, record: Record) -> None:
    data = record(1, HTML, uri=None) + record(2, HTML, uri="<http://old.example/>")
    items, _ = run(put("a.warc", data))
    assert [(item.id, item.url) for item in items] == [
        (f"<urn:uuid:{1:032x}>", None), ("http://old.example/",) * 2,
    ]  # fmt: skip


def test_a_wet_archive_gives_documents(put: Put, run: Any, record: Record) -> None:
    texts = ["Erster Text.\r\nMit zwei Zeilen é.".encode(), b"caf\xe9", b"  ", b"Dritter Text."]
    data = b"".join(
        record(n, text, kind="conversion", content_type="text/plain")
        for n, text in enumerate(texts)
    )
    items, skips = run(put("a.warc.wet", data))
    assert all(isinstance(item, Document) for item in items)
    assert [item.text for item in items] == [
        "Erster Text.\nMit zwei Zeilen é.", "Dritter Text.",
    ]  # fmt: skip
    assert items[0].url == items[0].id == "http://news.example/0"
    assert [skip.reason for skip in skips] == ["bad_encoding", "empty_text"]


@pytest.mark.parametrize("into", ["body", "http", "header", "first line"])
def test_an_archive_that_is_cut_keeps_the_records_before_and_names_the_place(
    into: str, put: Put, run: Any, record: Record
) -> None:
    whole = [record(n, HTML) for n in range(3)]
    start = len(whole[0]) + len(whole[1])
    within = {"body": len(whole[2]) - 20, "http": 310, "header": 60, "first line": 6}[into]
    items, skips = run(put("a.warc", b"".join(whole)[: start + within]))
    assert [item.id[-1] for item in items] == ["0", "1"]
    assert [skip.reason for skip in skips] == ["cut"]
    place = f"{skips[0].record} {skips[0].message}"
    assert f"byte {start}" in place or f"byte {start + within}" in place


@pytest.mark.parametrize("cut", [5, 20, 60, 100, 200, 230, 250, 300, 400])
def test_a_gzip_archive_that_is_cut(cut: int, put: Put, run: Any, record: Record) -> None:
    members = [gzip.compress(record(n, HTML * 3)) for n in range(3)]
    data = b"".join(members)[:-cut]
    kept = sum(len(b"".join(members[: n + 1])) <= len(data) for n in range(3))
    items, skips = run(put("a.warc.gz", data))
    assert [item.id[-1] for item in items][:kept] == [str(n) for n in range(kept)]
    if len(data) in (len(members[0]), len(members[0] + members[1])):
        assert skips == []
    else:
        assert [skip.reason for skip in skips] == ["cut"]
        assert f"byte {len(data)}" in skips[0].message


def test_lengths_that_lie(put: Put, run: Any, record: Record) -> None:
    short = record(1, HTML, length=90)
    items, _ = run(put("short.warc", record(0, HTML) + short + record(2, HTML)))
    assert [item.id[-1] for item in items if item.id[-1] != "1"] == ["0", "2"]
    for length in (10**4, 10**13):
        long = record(1, HTML, length=length)
        items, skips = run(put("long.warc", record(0, HTML) + long + record(2, HTML)))
        assert [item.id[-1] for item in items] == ["0"]
        assert [skip.reason for skip in skips] == ["cut"] if length < 10**7 else ["too_large"]


def test_garbage_between_records_is_passed_over(put: Put, run: Any, record: Record) -> None:
    data = record(0, HTML) + b"rubbish\r\n\r\n" * 50 + record(1, HTML)
    items, _ = run(put("a.warc", data))
    assert [item.id[-1] for item in items] == ["0", "1"]


def test_http_that_is_none(put: Put, run: Any, record: Record) -> None:
    broken = record(0, HTML).replace(b"HTTP/1.1 200 OK", b"ICY 200 OK, yes")
    items, skips = run(put("a.warc", broken + record(1, HTML)))
    assert [item.id[-1] for item in items] == ["1"]
    assert [skip.reason for skip in skips] == ["bad_http"]
