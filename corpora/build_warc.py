"""Build ``corpora/sample/pages.warc.gz`` from the pages in ``corpora/warc_pages``.

Run ``python corpora/build_warc.py``. The result does not depend on the clock or on chance: dates
stand in the table below and record ids are UUIDs (version 5) of the URLs. Standard library only.
Format: WARC 1.0 (ISO 28500:2009), one gzip member per record, digests as SHA-1 in base32, as
Common Crawl writes them.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import struct
import uuid
import zlib
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
PAGES = HERE / "warc_pages"
TARGET = HERE / "sample" / "pages.warc.gz"
CRAWL_DATE = "2025-06-10T04:00:00Z"
HTML = "text/html; charset=UTF-8"


@dataclass(frozen=True, slots=True)
class Visit:
    """One fetched URL: when, with which status and media type, and its body."""

    url: str
    date: str
    body: bytes
    content_type: str = HTML
    status: str = "200 OK"


def visits() -> list[Visit]:
    """The fetched URLs in the order of the file."""

    def page(name: str, url: str, date: str, content_type: str = HTML) -> Visit:
        return Visit(url, date, (PAGES / name).read_bytes(), content_type)

    return [
        page(
            "harbour-skerrowick.html",
            "https://harbour-times.example/features/skerrowick-week-without-a-bridge",
            "2025-06-10T04:12:07Z",
        ),
        Visit(
            "https://harbour-times.example/img/logo.png",
            "2025-06-10T04:12:09Z",
            _png(),
            "image/png",
        ),
        page(
            "rheinblatt-stellwerk.html",
            "https://rheinblatt.example/region/2025/03/29/stellwerk-altenrode-buecherei",
            "2025-06-10T04:13:31Z",
            "text/html",
        ),
        page(
            "actu-minute-lormeau.html",
            "https://actu-minute.example/fil/accident-train-lormeau",
            "2025-06-10T04:15:02Z",
        ),
        Visit(
            "https://actu-minute.example/fil/page-retiree",
            "2025-06-10T04:15:04Z",
            "<!DOCTYPE html><html><head><title>Page introuvable</title></head><body><h1>404</h1>"
            "<p>La page demandée n'existe plus.</p></body></html>".encode(),
            HTML,
            "404 Not Found",
        ),
        # The page names no charset of its own: only this header does.
        page(
            "diario-campana.html",
            "https://diario-de-la-sierra.example/cultura/2025/03/08/campana-robada-torrelobeira",
            "2025-06-10T04:16:45Z",
            "text/html; charset=ISO-8859-1",
        ),
        page(
            "buzz-tempete-hedda.html",
            "https://le-buzz-du-jour.example/2024/11/tempete-hedda-drame-cote",
            "2025-06-10T04:18:20Z",
        ),
    ]


def _png() -> bytes:
    """A grey PNG image of one pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        checksum = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    data = chunk(b"IDAT", zlib.compress(b"\x00\x80"))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + data + chunk(b"IEND", b"")


def _digest(data: bytes) -> str:
    return "sha1:" + base64.b32encode(hashlib.sha1(data).digest()).decode()


def _record_id(kind: str, url: str) -> str:
    return f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{kind} {url}')}>"


def _record(kind: str, date: str, name: str, fields: dict[str, str], block: bytes) -> bytes:
    """One gzip member holding one record."""
    head = {
        "WARC-Type": kind,
        "WARC-Date": date,
        "WARC-Record-ID": _record_id(kind, name),
        **fields,
        "WARC-Block-Digest": _digest(block),
        "Content-Length": str(len(block)),
    }
    lines = "WARC/1.0\r\n" + "".join(f"{key}: {value}\r\n" for key, value in head.items())
    return gzip.compress(lines.encode() + b"\r\n" + block + b"\r\n\r\n", mtime=0)


def _warcinfo() -> bytes:
    block = (
        b"software: dupdetect sample builder\r\nformat: WARC File Format 1.0\r\n"
        b"description: pages written for the sample corpus of dupdetect\r\n"
    )
    fields = {"WARC-Filename": TARGET.name, "Content-Type": "application/warc-fields"}
    return _record("warcinfo", CRAWL_DATE, TARGET.name, fields, block)


def _request(visit: Visit) -> bytes:
    host, _, path = visit.url.removeprefix("https://").partition("/")
    block = (
        f"GET /{path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: sample-builder/1.0\r\n"
        "Accept: text/html,*/*;q=0.5\r\nConnection: close\r\n\r\n"
    ).encode()
    fields = {
        "WARC-Target-URI": visit.url,
        "WARC-Concurrent-To": _record_id("response", visit.url),
        "Content-Type": "application/http; msgtype=request",
    }
    return _record("request", visit.date, visit.url, fields, block)


def _response(visit: Visit) -> bytes:
    head = (
        f"HTTP/1.1 {visit.status}\r\nServer: nginx\r\nContent-Type: {visit.content_type}\r\n"
        f"Content-Length: {len(visit.body)}\r\nConnection: close\r\n\r\n"
    ).encode()
    fields = {
        "WARC-Target-URI": visit.url,
        "WARC-IP-Address": "192.0.2.17",
        "WARC-Payload-Digest": _digest(visit.body),
        "Content-Type": "application/http; msgtype=response",
    }
    return _record("response", visit.date, visit.url, fields, head + visit.body)


def build() -> bytes:
    """The whole file."""
    parts = [_warcinfo()]
    for visit in visits():
        parts += [_request(visit), _response(visit)]
    return b"".join(parts)


def main() -> None:
    """Write the file."""
    TARGET.write_bytes(build())


if __name__ == "__main__":
    main()
