"""Pages that hang or kill the extractor during a scan: a counted, named loss each, no more."""

from __future__ import annotations

from dupdetect import scan
from dupdetect.config import Config, ExtractConfig

#: Put where the extraction process finds it: a parser with faults.
_FAULTS = """
import os, sys, time

if "dupdetect.extract.worker" in sys.orig_argv:
    from dupdetect.extract import bulk

    whole = bulk.parse

    def parse(markup):
        if "HANGHERE" in markup:
            time.sleep(600)
        if "DIEHERE" in markup:
            os.kill(os.getpid(), 11)
        if "EATHERE" in markup:
            bytearray(1 << 40)
        return whole(markup)

    bulk.parse = parse
"""


def record(number, word):
    text = f"Un récit assez long sur le pont numéro {number}, qui dure toute la nuit. " * 9
    page = f"<html><body><article><p>{text}{word}</p></article></body></html>".encode()
    body = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + page
    head = f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://a.example/{number}\r\n"
    head += f"Content-Type: application/http\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body + b"\r\n\r\n"


def test_each_costs_itself_and_is_named(tmp_path, monkeypatch):
    (tmp_path / "faults").mkdir()
    (tmp_path / "faults" / "sitecustomize.py").write_text(_FAULTS)
    monkeypatch.syspath_prepend(tmp_path / "faults")
    words = ["", "HANGHERE", "", "DIEHERE", "EATHERE", ""]
    source = tmp_path / "crawl.warc"
    source.write_bytes(b"".join(record(number, word) for number, word in enumerate(words)))
    config = Config(extract=ExtractConfig(timeout=5.0))
    result = scan([source], out=tmp_path / "out", config=config, workers=1)
    assert result.skipped == {"extract_timeout": 1, "extract_crash": 1, "extract_memory": 1}
    assert result.counts["documents"] == 3
    told = {skip.reason: skip for skip in result.skips}
    assert {skip.source for skip in told.values()} == {str(source)}
    assert str(told["extract_timeout"].record).endswith("http://a.example/1")
    assert "more than 5 s" in told["extract_timeout"].message
    assert "SIGSEGV" in told["extract_crash"].message
    assert str(told["extract_memory"].record).endswith("http://a.example/4")
