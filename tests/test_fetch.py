"""Fetching from a loopback server that misbehaves in many ways."""

from __future__ import annotations

import gzip
import shutil
import socket
import ssl
import subprocess
import threading
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from dupdetect.config import FetchConfig
from dupdetect.errors import FetchError
from dupdetect.fetch import Fetcher, fetch
from dupdetect.fetch.addresses import is_public, resolve

PAGE = "<html><body><p>Ein schöner Tag</p></body></html>".encode()
LOCAL = FetchConfig(
    allow_private=True,
    connect_timeout=5.0,
    read_timeout=5.0,
    total_timeout=10.0,
    max_bytes=200_000,
)
Behaviour = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Answers each path by the behaviour registered for it."""

    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        self.close_connection = True
        self.server.requests.append((self.path, dict(self.headers.items())))
        behaviour = self.server.behaviours.get(self.path)
        try:
            if behaviour is None:
                self.answer(404, b"nothing here")
            else:
                behaviour(self)
        except OSError:
            pass  # the client hung up, as it should

    def answer(
        self, status: int, body: bytes, content_type: str | None = "text/html", **headers: str
    ) -> None:
        self.send_response(status)
        if content_type is not None:
            self.send_header("Content-Type", content_type)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if "Transfer_Encoding" not in headers and "Content_Length" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.send_header("Set-Cookie", "track=me")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int] = ("127.0.0.1", 0)) -> None:
        super().__init__(address, Handler)
        self.behaviours: dict[str, Behaviour] = {"/ok": lambda h: h.answer(200, PAGE)}
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.stopped = threading.Event()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_port}{path}"

    def handle_error(self, request: object, client_address: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield running
        running.stopped.set()
        running.shutdown()


def reason(url: str, config: FetchConfig = LOCAL) -> str:
    with pytest.raises(FetchError) as caught:
        fetch(url, config=config)
    assert caught.value.source == url
    assert caught.value.message
    return caught.value.reason


def redirect(target: str, status: int = 302) -> Behaviour:
    return lambda h: h.answer(status, b"", Location=target)


def raw(data: bytes) -> Behaviour:
    """Send bytes as they are instead of an HTTP answer."""

    def send(handler: Handler) -> None:
        handler.wfile.write(data)

    return send


def endless(header: bytes, chunk: bytes, pause: float = 0.0) -> Behaviour:
    def send(handler: Handler) -> None:
        handler.wfile.write(header)
        while not handler.server.stopped.wait(pause):
            handler.wfile.write(chunk)

    return send


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


# What works


def test_a_page_comes_with_its_type_charset_and_address(server: Server) -> None:
    server.behaviours["/p"] = lambda h: h.answer(200, PAGE, "Text/HTML; charset=ISO-8859-15")
    page = fetch(server.url("/p#part"), config=LOCAL)
    assert page.content == PAGE
    assert (page.content_type, page.charset) == ("text/html", "ISO-8859-15")
    assert (page.id, page.url) == (server.url("/p#part"), server.url("/p"))
    assert page.record is None


def test_the_user_agent_is_honest_and_no_cookie_is_sent_back(server: Server) -> None:
    server.behaviours["/a"] = redirect("/ok")
    fetch(server.url("/a"), config=LOCAL)
    path, headers = server.requests[-1]
    assert path == "/ok"
    assert headers["User-Agent"].startswith("dupdetect/")
    assert "Cookie" not in headers
    assert "br" not in headers["Accept-Encoding"]


def test_relative_redirects_are_followed_and_the_final_address_is_told(server: Server) -> None:
    server.behaviours["/one"] = redirect("two", 301)
    server.behaviours["/two"] = redirect(f"//127.0.0.1:{server.server_port}/ok", 308)
    page = fetch(server.url("/one"), config=LOCAL)
    assert page.url == server.url("/ok")
    assert page.id == server.url("/one")


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_compressed_bodies_are_decoded(server: Server, encoding: str) -> None:
    body = gzip.compress(PAGE) if encoding == "gzip" else zlib.compress(PAGE)
    server.behaviours["/z"] = lambda h: h.answer(200, body, Content_Encoding=encoding)
    assert fetch(server.url("/z"), config=LOCAL).content == PAGE


def test_a_page_without_a_content_type_is_taken_when_it_is_html(server: Server) -> None:
    server.behaviours["/html"] = lambda h: h.answer(200, PAGE, None)
    server.behaviours["/other"] = lambda h: h.answer(200, b"\x00\x01\x02", None)
    assert fetch(server.url("/html"), config=LOCAL).content_type == "text/html"
    assert reason(server.url("/other")) == "content_type"


def test_a_body_without_length_ends_with_the_connection(server: Server) -> None:
    server.behaviours["/p"] = raw(HEAD + b"\r\n" + PAGE)
    assert fetch(server.url("/p"), config=LOCAL).content == PAGE


# What a server may do wrong


@pytest.mark.parametrize("status", [204, 206, 304, 401, 403, 404, 410, 429, 500, 503])
def test_other_statuses_are_errors(server: Server, status: int) -> None:
    body = b"" if status in (204, 304) else PAGE
    server.behaviours["/s"] = lambda h: h.answer(status, body)
    assert reason(server.url("/s")) == "http_status"


@pytest.mark.parametrize("kind", ["application/pdf", "image/png", "application/json", "text/css"])
def test_other_content_types_are_errors(server: Server, kind: str) -> None:
    server.behaviours["/s"] = lambda h: h.answer(200, PAGE, kind)
    assert reason(server.url("/s")) == "content_type"


def test_a_redirect_to_itself_and_in_a_circle(server: Server) -> None:
    server.behaviours["/self"] = redirect("/self")
    server.behaviours["/a"], server.behaviours["/b"] = redirect("/b"), redirect("/a")
    assert reason(server.url("/self")) == "redirect_loop"
    assert reason(server.url("/a")) == "redirect_loop"


def test_the_number_of_redirects_is_limited(server: Server) -> None:
    for number in range(9):
        server.behaviours[f"/{number}"] = redirect(f"/{number + 1}")
    server.behaviours["/9"] = lambda h: h.answer(200, PAGE)
    assert reason(server.url("/0")) == "too_many_redirects"
    assert fetch(server.url("/4"), config=LOCAL).content == PAGE
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
def test_redirects_to_what_is_not_fetched(server: Server, target: str, expected: str) -> None:
    server.behaviours["/r"] = redirect(target)
    assert reason(server.url("/r")) == expected


def test_a_body_larger_than_allowed_is_refused_before_it_is_read(server: Server) -> None:
    server.behaviours["/big"] = lambda h: h.answer(200, b"x", Content_Length="200000000")
    assert reason(server.url("/big")) == "too_large"


def test_an_endless_body_is_stopped_by_its_size(server: Server) -> None:
    server.behaviours["/e"] = endless(HEAD + b"\r\n", b"<p>more</p>" * 1000)
    assert reason(server.url("/e")) == "too_large"


def test_an_endless_chunked_body_is_stopped_by_its_size(server: Server) -> None:
    chunk = b"1000\r\n" + b"x" * 0x1000 + b"\r\n"
    server.behaviours["/e"] = endless(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", chunk)
    assert reason(server.url("/e")) == "too_large"


def test_a_gzip_bomb_is_stopped_by_its_decompressed_size(server: Server) -> None:
    bomb = gzip.compress(bytes(50_000_000))
    assert len(bomb) < LOCAL.max_bytes
    server.behaviours["/bomb"] = lambda h: h.answer(200, bomb, Content_Encoding="gzip")
    assert reason(server.url("/bomb")) == "too_large"


def test_endless_compressed_data_that_decode_to_nothing(server: Server) -> None:
    empty_block = b"\x00\x00\x00\xff\xff" * 1000
    start = gzip.compress(b"")[:10]
    server.behaviours["/e"] = endless(HEAD + b"Content-Encoding: gzip\r\n\r\n" + start, empty_block)
    assert reason(server.url("/e")) == "too_large"


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "secret"])
def test_encodings_that_were_not_asked_for(server: Server, encoding: str) -> None:
    server.behaviours["/s"] = lambda h: h.answer(200, b"x", Content_Encoding=encoding)
    assert reason(server.url("/s")) == "content_encoding"


def test_a_body_that_is_not_compressed_as_declared(server: Server) -> None:
    server.behaviours["/s"] = lambda h: h.answer(200, PAGE, Content_Encoding="gzip")
    assert reason(server.url("/s")) == "content_encoding"


def test_a_slow_drip_of_the_body_ends_at_the_total_time(server: Server) -> None:
    server.behaviours["/drip"] = endless(HEAD + b"\r\n", b"x", pause=0.02)
    assert reason(server.url("/drip"), replace(LOCAL, total_timeout=0.3)) == "total_timeout"


def test_a_slow_drip_of_the_header_ends_at_the_total_time(server: Server) -> None:
    server.behaviours["/drip"] = endless(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"x", pause=0.02)
    assert reason(server.url("/drip"), replace(LOCAL, total_timeout=0.3)) == "total_timeout"


def test_a_server_that_falls_silent(server: Server) -> None:
    server.behaviours["/silent"] = lambda h: h.server.stopped.wait(5) and None
    assert reason(server.url("/silent"), replace(LOCAL, read_timeout=0.2)) == "timeout"


def test_a_truncated_chunked_body(server: Server) -> None:
    server.behaviours["/c"] = raw(HEAD + b"Transfer-Encoding: chunked\r\n\r\n100\r\nshort")
    assert reason(server.url("/c")) == "bad_http"


def test_a_body_shorter_than_its_length(server: Server) -> None:
    server.behaviours["/c"] = raw(HEAD + b"Content-Length: 500\r\n\r\nshort")
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
def test_answers_that_are_not_http(server: Server, answer: bytes) -> None:
    server.behaviours["/bad"] = raw(answer)
    assert reason(server.url("/bad")) in {"bad_http", "connection_lost"}


@pytest.mark.parametrize("body", [b"", b" \n\t "])
def test_an_empty_page(server: Server, body: bytes) -> None:
    server.behaviours["/e"] = lambda h: h.answer(200, body)
    assert reason(server.url("/e")) == "empty"


def test_nobody_listens() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        assert reason(f"http://127.0.0.1:{port}/") == "connect"


def test_https_to_a_server_that_does_not_speak_it(server: Server) -> None:
    url = server.url("/ok").replace("http:", "https:")
    assert reason(url) == "tls"


def test_a_certificate_that_nobody_vouches_for(server: Server, tmp_path: Path) -> None:
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


# Where it may lead


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://localhost/", "http://2130706433/", "http://0x7f.1/",
        "http://0177.0.0.1/", "http://127.1/", "http://[::1]/", "http://[::ffff:127.0.0.1]/",
        "http://0.0.0.0/", "http://169.254.169.254/latest/meta-data/", "http://10.0.0.1/",
        "http://192.168.1.1/", "http://[64:ff9b::7f00:1]/", "http://[fe80::1]/",
    ],
)  # fmt: skip
def test_private_addresses_are_refused_in_every_spelling(url: str) -> None:
    assert reason(url, FetchConfig()) in {"private_address", "bad_url"}


def test_a_redirect_to_a_private_address_is_refused(server: Server) -> None:
    with Server(("127.0.0.2", 0)) as inner:
        secret = f"http://127.0.0.2:{inner.server_port}/ok"
        server.behaviours["/r"] = redirect(secret)
        fetcher = Fetcher(FetchConfig(), allowed=lambda address: address == "127.0.0.1")
        with pytest.raises(FetchError) as caught:
            fetcher.fetch(server.url("/r"))
    assert caught.value.reason == "private_address"
    assert "127.0.0.2" in caught.value.message
    assert inner.requests == []


def test_the_connection_goes_to_the_address_that_was_checked(server: Server) -> None:
    """DNS rebinding: the first answer is allowed, any later one would be private."""
    asked: list[str] = []

    def rebinding(host: str, port: int, timeout: float | None) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.9"]

    config = replace(LOCAL, allow_private=False, respect_robots=False)
    fetcher = Fetcher(config, resolve=rebinding, allowed=lambda address: address == "127.0.0.1")
    page = fetcher.fetch(f"http://news.example:{server.server_port}/ok")
    assert page.content == PAGE
    assert asked == ["news.example"]
    assert server.requests[-1][1]["Host"] == f"news.example:{server.server_port}"


def test_private_addresses_among_others_are_passed_over(server: Server) -> None:
    def mixed(host: str, port: int, timeout: float | None) -> list[str]:
        return ["10.0.0.1", "127.0.0.1"]

    config = replace(LOCAL, allow_private=False, connect_timeout=1.0)
    fetcher = Fetcher(config, resolve=mixed, allowed=lambda address: address == "127.0.0.1")
    assert fetcher.fetch(f"http://news.example:{server.server_port}/ok").content == PAGE


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True), ("2606:2800:220:1::1", True), ("::ffff:8.8.8.8", True),
        ("64:ff9b::808:808", True), ("100.64.0.1", False), ("192.0.2.7", False),
        ("198.18.0.1", False), ("224.0.0.251", False), ("255.255.255.255", False),
        ("fd00::1", False), ("ff02::1", False), ("2002:7f00:1::", False),
        ("::127.0.0.1", False), ("fec0::1", False), ("fe80::1%eth0", False), ("nonsense", False),
    ],
)  # fmt: skip
def test_public_addresses(address: str, public: bool) -> None:
    assert is_public(address) is public


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("ftp://example.org/", "scheme"),
        ("example.org/page", "scheme"),
        ("file:///etc/passwd", "scheme"),
        ("javascript:alert(1)", "scheme"),
        ("http://", "bad_url"),
        ("http:///path", "bad_url"),
        ("http://exa mple.org/", "bad_url"),
        ("http://example.org:99999/", "bad_url"),
        ("http://user@example.org/", "bad_url"),
        ("http://example.org/" + "x" * 9000, "bad_url"),
        ("http://exa\x00mple.org/", "bad_url"),
    ],
)
def test_urls_that_are_not_fetched(url: str, expected: str) -> None:
    assert reason(url) == expected


def test_names_that_do_not_resolve() -> None:
    with pytest.raises(FetchError) as caught:
        resolve("no-such-name.invalid", 80, 10.0)
    assert caught.value.reason == "dns"


def test_names_that_take_too_long_to_resolve(monkeypatch: pytest.MonkeyPatch) -> None:
    answered = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **more: answered.wait(5) and [])
    with pytest.raises(FetchError) as caught:
        resolve("slow.example", 80, 0.05)
    answered.set()
    assert caught.value.reason == "dns"


# robots.txt


def robots(text: str, status: int = 200) -> Behaviour:
    return lambda h: h.answer(status, text.encode(), "text/plain")


def test_robots_txt_is_honoured_by_default(server: Server) -> None:
    server.behaviours["/robots.txt"] = robots("User-agent: *\nDisallow: /private\n")
    server.behaviours["/private/a"] = lambda h: h.answer(200, PAGE)
    assert reason(server.url("/private/a")) == "robots"
    assert fetch(server.url("/ok"), config=LOCAL).content == PAGE
    assert (
        fetch(server.url("/private/a"), config=replace(LOCAL, respect_robots=False)).content == PAGE
    )


def test_robots_txt_may_name_us(server: Server) -> None:
    server.behaviours["/robots.txt"] = robots("User-agent: dupdetect\nDisallow: /\n")
    assert reason(server.url("/ok")) == "robots"


def test_robots_txt_holds_for_the_target_of_a_redirect(server: Server) -> None:
    server.behaviours["/robots.txt"] = robots("User-agent: *\nDisallow: /ok\n")
    server.behaviours["/r"] = redirect("/ok")
    assert reason(server.url("/r")) == "robots"
    assert "/ok" not in [path for path, _ in server.requests]


def test_a_server_that_fails_to_give_robots_txt_is_left_alone(server: Server) -> None:
    server.behaviours["/robots.txt"] = robots("", 503)
    assert reason(server.url("/ok")) == "robots_unreachable"


def test_robots_txt_is_asked_for_once_per_origin(server: Server) -> None:
    server.behaviours["/robots.txt"] = robots("")
    with Fetcher(LOCAL) as fetcher:
        fetcher.fetch(server.url("/ok"))
        fetcher.fetch(server.url("/ok"))
    assert [path for path, _ in server.requests].count("/robots.txt") == 1


def test_only_the_beginning_of_an_endless_robots_txt_is_read(server: Server) -> None:
    config = replace(LOCAL, max_bytes=1_000_000)
    server.behaviours["/robots.txt"] = endless(
        HEAD + b"\r\nUser-agent: *\nDisallow: /private\n", b"# more\n" * 1000
    )
    assert fetch(server.url("/ok"), config=config).content == PAGE
    assert reason(server.url("/private"), config) == "robots"
