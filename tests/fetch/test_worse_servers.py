"""Servers and addresses of people who mean harm: bombs, floods, disguised hosts."""

from __future__ import annotations

import gzip
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest

from dupdetect.config import Config, FetchConfig
from dupdetect.errors import ExtractError, FetchError
from dupdetect.extract import extract
from dupdetect.fetch import Fetcher, fetch

Reason = Callable[..., str]
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
#: A brotli stream of 8 MiB of zeros in 14 bytes (made with brotli 1.2, quality 11).
BROTLI_BOMB = bytes.fromhex("cbffff3ff82700e2b14020f7fe6f")

# Bombs and floods


def test_a_page_of_200_mb_is_left_when_it_is_too_large(server: Any, reason: Reason) -> None:
    sent = 0
    hung_up = threading.Event()

    def send(handler: Any) -> None:
        nonlocal sent
        handler.wfile.write(HEAD + b"\r\n")
        try:
            for _ in range(200):
                handler.wfile.write(b"<p>" + b"x" * 999_997)
                sent += 1_000_000
        finally:
            hung_up.set()

    server.behaviours["/page"] = send
    config = FetchConfig(allow_private=True)
    assert reason(server.url("/page"), config) == "too_large"
    assert hung_up.wait(20)
    # Beyond the limit nothing is read but what the system's buffers hold (at most 6 MB each way).
    assert sent < config.max_bytes + 20_000_000


@pytest.mark.parametrize("encoding", ["br", "zstd"])
def test_bombs_in_encodings_that_were_not_asked_for_are_not_opened(
    server: Any, reason: Reason, encoding: str
) -> None:
    zeros = bytes(100_000_000)
    bomb = BROTLI_BOMB if encoding == "br" else pa.Codec("zstd").compress(zeros, asbytes=True)
    server.behaviours["/bomb"] = lambda h: h.answer(200, bomb, Content_Encoding=encoding)
    assert reason(server.url("/bomb")) == "content_encoding"


def test_a_bomb_of_many_gzip_members(server: Any, local: FetchConfig, reason: Reason) -> None:
    bomb = gzip.compress(bytes(100_000)) * 500
    server.behaviours["/bomb"] = lambda h: h.answer(200, bomb, Content_Encoding="gzip")
    try:
        # What follows the first member may be left out, but never makes more than is allowed.
        assert len(fetch(server.url("/bomb"), config=local).content) <= local.max_bytes
    except FetchError as error:
        assert error.reason in ("too_large", "content_encoding")


def test_a_gzip_body_that_is_cut_short(server: Any, local: FetchConfig) -> None:
    cut = gzip.compress(server.PAGE * 50)[:-20]
    server.behaviours["/cut"] = lambda h: h.answer(200, cut, Content_Encoding="gzip")
    try:
        content = fetch(server.url("/cut"), config=local).content
    except FetchError as error:
        assert error.reason == "content_encoding"
    else:
        assert (server.PAGE * 50).startswith(content)


def test_an_endless_flood_of_interim_answers(
    server: Any, local: FetchConfig, reason: Reason
) -> None:
    flood = b"HTTP/1.1 103 Early Hints\r\nLink: </x.css>\r\n\r\n" * 50
    server.behaviours["/f"] = server.endless(b"", flood, pause=0.01)
    found = reason(server.url("/f"), replace(local, total_timeout=0.5))
    assert found in ("total_timeout", "bad_http")


def test_an_endless_header(server: Any, local: FetchConfig, reason: Reason) -> None:
    server.behaviours["/h"] = server.endless(b"HTTP/1.1 200 OK\r\n", b"X-More: x\r\n" * 1000)
    assert reason(server.url("/h")) == "bad_http"


def test_endless_trailers(server: Any, local: FetchConfig, reason: Reason) -> None:
    start = CHUNKED + b"5\r\nhello\r\n0\r\n"
    server.behaviours["/t"] = server.endless(start, b"X-More: x\r\n" * 1000)
    assert reason(server.url("/t"), replace(local, total_timeout=2.0)) in (
        "bad_http", "total_timeout",
    )  # fmt: skip


@pytest.mark.parametrize(
    "chunks",
    [
        b"ffffffffffffffff\r\nx",
        b"-5\r\nhello\r\n0\r\n\r\n",
        b"zz\r\nhello\r\n0\r\n\r\n",
        b"5;" + b"x" * 300_000 + b"\r\nhello\r\n0\r\n\r\n",
        b"5\r\nhelloworld\r\n0\r\n\r\n",
        b"5\r\nhello\r\n",
    ],
    ids=["giant", "negative", "no number", "giant extension", "wrong length", "no end"],
)
def test_lying_chunks(server: Any, reason: Reason, chunks: bytes) -> None:
    server.behaviours["/c"] = server.raw(CHUNKED + chunks)
    assert reason(server.url("/c")) in ("bad_http", "connection_lost")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (HEAD + b"Content-Length: " + b"9" * 400 + b"\r\n\r\nx", {"too_large", "bad_http"}),
        (HEAD + b"X: a\x00b\r\n\r\nhello", {"bad_http"}),
        (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", {"http_status", "bad_http"}),
        (b"HTTP/0.9\r\n<html>", {"bad_http", "connection_lost"}),
        (b"HTTP/1.1 302 Found\r\nLocation: /a\r\n b\r\n\r\n", {"bad_redirect", "http_status"}),
        (
            b"HTTP/1.1 302 Found\r\nLocation: /ok\x01\r\nContent-Length: 0\r\n\r\n",
            {"bad_http", "bad_url"},
        ),
        (b"HTTP/1.1 302 Found\r\nLocation: http://a b/\r\nContent-Length: 0\r\n\r\n", {"bad_url"}),
    ],
    ids=["length", "NUL", "upgrade", "0.9", "folded", "control", "space in host"],
)
def test_malformed_headers(server: Any, reason: Reason, answer: bytes, expected: set[str]) -> None:
    server.behaviours["/h"] = server.raw(answer)
    assert reason(server.url("/h")) in expected


def test_a_tls_handshake_that_never_ends(local: FetchConfig, reason: Reason) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        config = replace(local, total_timeout=0.4, connect_timeout=0.3, read_timeout=0.3)
        assert reason(f"https://127.0.0.1:{port}/", config) in ("timeout", "total_timeout")


# Content that is not what it says


@pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n" + bytes(500), bytes(range(1, 32)) * 40])
def test_binary_data_served_as_html_give_no_document(
    server: Any, local: FetchConfig, content: bytes
) -> None:
    server.behaviours["/b"] = lambda h: h.answer(200, content, "text/html")
    page = fetch(server.url("/b"), config=local)
    with pytest.raises(ExtractError) as caught:
        extract(page, config=Config().extract)
    assert caught.value.reason == "not_text"


@pytest.mark.parametrize("charset", ["utf-99", "utf-16", "../../etc/passwd", "ascii", "rot13"])
def test_a_wrong_charset_does_not_spoil_the_text(
    server: Any, local: FetchConfig, charset: str
) -> None:
    kind = f"text/html; charset={charset}"
    server.behaviours["/c"] = lambda h: h.answer(200, server.PAGE, kind)
    page = fetch(server.url("/c"), config=local)
    assert "schöner Tag" in extract(page, config=Config().extract, mode="bulk").text


# Hosts in disguise


@pytest.mark.parametrize(
    "host",
    [
        "LOCALHOST", "localhost.", "127.0.0.1.", "0", "127.0.1", "0x7f000001", "017700000001",
        "0x7f.0x0.0x0.0x1", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:127.0.0.1]", "[::127.0.0.1]",
        "[64:ff9b::127.0.0.1]", "[2002:7f00:1::]", "[2001:0:1::80ff:fffe]", "[::]", "[fc00::1]",
        "①②⑦.⓪.⓪.①", "127。0。0。1", "example.org@127.0.0.1", "127.0.0.1\\@example.org",
        "ip6-localhost", "broadcasthost", "169.254.169.254", "[fd00:ec2::254]",
    ],
)  # fmt: skip
def test_hosts_that_lead_home_in_disguise_are_refused(reason: Reason, host: str) -> None:
    found = reason(f"http://{host}/", FetchConfig(total_timeout=20.0))
    assert found in {"private_address", "bad_url", "dns"}


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "localhost"])
def test_redirects_to_hosts_in_disguise_are_refused(
    server: Any, silent_server: Any, host: str
) -> None:
    """The name of the first server is allowed, the numbers of the second are not."""
    server.behaviours["/r"] = server.redirect(f"http://{host}:{silent_server.server_port}/ok")
    places = {"news.example": ["127.0.0.1"]}

    def resolve(name: str, port: int, timeout: float | None) -> list[str]:
        found = socket.getaddrinfo(name.strip("[]"), port) if name not in places else []
        return places.get(name) or [str(answer[4][0]) for answer in found]

    asked: list[str] = []

    def once(address: str) -> bool:
        asked.append(address)
        return len(asked) <= 2  # checked before and after connecting

    config = FetchConfig(respect_robots=False)
    with pytest.raises(FetchError) as caught:
        Fetcher(config, resolve=resolve, allowed=once).fetch(
            f"http://news.example:{server.server_port}/r"
        )
    assert caught.value.reason in {"private_address", "dns"}
    assert silent_server.requests == []


def test_robots_txt_that_redirects_home_is_not_followed(server: Any, silent_server: Any) -> None:
    secret = f"http://127.0.0.2:{silent_server.server_port}/ok"
    server.behaviours["/robots.txt"] = server.redirect(secret)
    fetcher = Fetcher(FetchConfig(), allowed=lambda address: address == "127.0.0.1")
    with pytest.raises(FetchError) as caught:
        fetcher.fetch(server.url("/ok"))
    assert caught.value.reason == "private_address"
    assert silent_server.requests == []


@pytest.fixture
def proxies(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An environment that names a proxy where nobody listens."""
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    yield


@pytest.mark.usefixtures("proxies")
def test_proxies_of_the_environment_are_not_used(server: Any, local: FetchConfig) -> None:
    """Behind a proxy, the address that is connected to could not be checked."""
    assert fetch(server.url("/ok"), config=local).content == server.PAGE
