"""Servers that misbehave: each misdeed has its reason, and none costs more than allowed."""

from __future__ import annotations

import gzip
import shutil
import socket
import ssl
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dupdetect.config import FetchConfig
from dupdetect.fetch import fetch

Reason = Callable[..., str]
#: Of the answers that are known before the server runs.
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


@pytest.mark.parametrize("status", [204, 206, 304, 401, 403, 404, 410, 429, 500, 503])
def test_other_statuses_are_errors(server: Any, reason: Reason, status: int) -> None:
    body = b"" if status in (204, 304) else server.PAGE
    server.behaviours["/s"] = lambda h: h.answer(status, body)
    assert reason(server.url("/s")) == "http_status"


@pytest.mark.parametrize("kind", ["application/pdf", "image/png", "application/json", "text/css"])
def test_other_content_types_are_errors(server: Any, reason: Reason, kind: str) -> None:
    server.behaviours["/s"] = lambda h: h.answer(200, server.PAGE, kind)
    assert reason(server.url("/s")) == "content_type"


def test_a_redirect_to_itself_and_in_a_circle(server: Any, reason: Reason) -> None:
    server.behaviours["/self"] = server.redirect("/self")
    server.behaviours["/a"], server.behaviours["/b"] = server.redirect("/b"), server.redirect("/a")
    assert reason(server.url("/self")) == "redirect_loop"
    assert reason(server.url("/a")) == "redirect_loop"


def test_the_number_of_redirects_is_limited(
    server: Any, local: FetchConfig, reason: Reason
) -> None:
    for number in range(9):
        server.behaviours[f"/{number}"] = server.redirect(f"/{number + 1}")
    server.behaviours["/9"] = lambda h: h.answer(200, server.PAGE)
    assert reason(server.url("/0")) == "too_many_redirects"
    assert fetch(server.url("/4"), config=local).content == server.PAGE
    assert reason(server.url("/3")) == "too_many_redirects"


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("ftp://example.org/", "scheme"),
        ("file:///etc/passwd", "scheme"),
        ("http://user:secret@example.org/", "bad_url"),
        ("http://[::1", "bad_redirect"),
        ("", "bad_redirect"),
    ],
)
def test_redirects_to_what_is_not_fetched(
    server: Any, reason: Reason, target: str, expected: str
) -> None:
    server.behaviours["/r"] = server.redirect(target)
    assert reason(server.url("/r")) == expected


def test_a_body_larger_than_allowed_is_refused_before_it_is_read(
    server: Any, reason: Reason
) -> None:
    server.behaviours["/big"] = lambda h: h.answer(200, b"x", Content_Length="200000000")
    assert reason(server.url("/big")) == "too_large"


def test_an_endless_body_is_stopped_by_its_size(server: Any, reason: Reason) -> None:
    server.behaviours["/e"] = server.endless(server.HEAD + b"\r\n", b"<p>more</p>" * 1000)
    assert reason(server.url("/e")) == "too_large"


def test_an_endless_chunked_body_is_stopped_by_its_size(server: Any, reason: Reason) -> None:
    chunk = b"1000\r\n" + b"x" * 0x1000 + b"\r\n"
    server.behaviours["/e"] = server.endless(
        server.HEAD + b"Transfer-Encoding: chunked\r\n\r\n", chunk
    )
    assert reason(server.url("/e")) == "too_large"


def test_a_gzip_bomb_is_stopped_by_its_decompressed_size(
    server: Any, local: FetchConfig, reason: Reason
) -> None:
    bomb = gzip.compress(bytes(50_000_000))
    assert len(bomb) < local.max_bytes
    server.behaviours["/bomb"] = lambda h: h.answer(200, bomb, Content_Encoding="gzip")
    assert reason(server.url("/bomb")) == "too_large"


def test_endless_compressed_data_that_decode_to_nothing(server: Any, reason: Reason) -> None:
    empty_block = b"\x00\x00\x00\xff\xff" * 1000
    start = gzip.compress(b"")[:10]
    server.behaviours["/e"] = server.endless(
        server.HEAD + b"Content-Encoding: gzip\r\n\r\n" + start, empty_block
    )
    assert reason(server.url("/e")) == "too_large"


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "secret"])
def test_encodings_that_were_not_asked_for(server: Any, reason: Reason, encoding: str) -> None:
    server.behaviours["/s"] = lambda h: h.answer(200, b"x", Content_Encoding=encoding)
    assert reason(server.url("/s")) == "content_encoding"


def test_a_body_that_is_not_compressed_as_declared(server: Any, reason: Reason) -> None:
    server.behaviours["/s"] = lambda h: h.answer(200, server.PAGE, Content_Encoding="gzip")
    assert reason(server.url("/s")) == "content_encoding"


def test_a_slow_drip_of_the_body_ends_at_the_total_time(
    server: Any, local: FetchConfig, reason: Reason
) -> None:
    server.behaviours["/drip"] = server.endless(server.HEAD + b"\r\n", b"x", pause=0.02)
    assert reason(server.url("/drip"), replace(local, total_timeout=0.3)) == "total_timeout"


def test_a_slow_drip_of_the_header_ends_at_the_total_time(
    server: Any, local: FetchConfig, reason: Reason
) -> None:
    server.behaviours["/drip"] = server.endless(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"x", pause=0.02)
    assert reason(server.url("/drip"), replace(local, total_timeout=0.3)) == "total_timeout"


def test_a_server_that_falls_silent(server: Any, local: FetchConfig, reason: Reason) -> None:
    server.behaviours["/silent"] = lambda h: h.server.stopped.wait(5) and None
    assert reason(server.url("/silent"), replace(local, read_timeout=0.2)) == "timeout"


def test_a_truncated_chunked_body(server: Any, reason: Reason) -> None:
    server.behaviours["/c"] = server.raw(
        server.HEAD + b"Transfer-Encoding: chunked\r\n\r\n100\r\nshort"
    )
    assert reason(server.url("/c")) == "bad_http"


def test_a_body_shorter_than_its_length(server: Any, reason: Reason) -> None:
    server.behaviours["/c"] = server.raw(server.HEAD + b"Content-Length: 500\r\n\r\nshort")
    assert reason(server.url("/c")) == "bad_http"


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"hello, I am no web server\r\n\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        HEAD + b"Content-Length: minus one\r\n\r\n",
        HEAD + b"Content-Length: 5\r\nContent-Length: 7\r\n\r\nhello",
        HEAD + b"no colon in this line\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX-Giant: " + b"x" * 300_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X-Many: x\r\n" * 30_000 + b"\r\n",
    ],
    ids=["nothing", "chat", "status", "length", "two lengths", "header", "giant", "many"],
)
def test_answers_that_are_not_http(server: Any, reason: Reason, answer: bytes) -> None:
    server.behaviours["/bad"] = server.raw(answer)
    assert reason(server.url("/bad")) in {"bad_http", "connection_lost"}


@pytest.mark.parametrize("body", [b"", b" \n\t "])
def test_an_empty_page(server: Any, reason: Reason, body: bytes) -> None:
    server.behaviours["/e"] = lambda h: h.answer(200, body)
    assert reason(server.url("/e")) == "empty"


def test_nobody_listens(reason: Reason) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        assert reason(f"http://127.0.0.1:{port}/") == "connect"


def test_https_to_a_server_that_does_not_speak_it(server: Any, reason: Reason) -> None:
    url = server.url("/ok").replace("http:", "https:")
    assert reason(url) == "tls"


def test_a_certificate_that_nobody_vouches_for(server: Any, reason: Reason, tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is needed to make a certificate")
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    command += ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    command += ["-keyout", str(tmp_path / "key"), "-out", str(tmp_path / "cert")]
    subprocess.run(command, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert", tmp_path / "key")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    assert reason(server.url("/ok").replace("http:", "https:")) == "tls"
