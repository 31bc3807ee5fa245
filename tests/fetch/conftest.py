"""A loopback server that answers as each test tells it to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from dupdetect.config import FetchConfig
from dupdetect.errors import FetchError
from dupdetect.fetch import fetch

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
    """Holds the behaviour of each path, and the requests that came in."""

    daemon_threads = True
    PAGE = "<html><body><p>Ein schöner Tag</p></body></html>".encode()
    HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"

    def __init__(self, address: tuple[str, int] = ("127.0.0.1", 0)) -> None:
        super().__init__(address, Handler)
        self.behaviours: dict[str, Behaviour] = {"/ok": lambda h: h.answer(200, self.PAGE)}
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.stopped = threading.Event()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_port}{path}"

    def handle_error(self, request: object, client_address: object) -> None:
        pass

    @staticmethod
    def redirect(target: str, status: int = 302) -> Behaviour:
        return lambda h: h.answer(status, b"", Location=target)

    @staticmethod
    def robots(text: str, status: int = 200) -> Behaviour:
        return lambda h: h.answer(status, text.encode(), "text/plain")

    @staticmethod
    def raw(data: bytes) -> Behaviour:
        """Send bytes as they are instead of an HTTP answer."""

        def send(handler: Handler) -> None:
            handler.wfile.write(data)

        return send

    @staticmethod
    def endless(header: bytes, chunk: bytes, pause: float = 0.0) -> Behaviour:
        """Send a header, then the chunk again and again until the test is over."""

        def send(handler: Handler) -> None:
            handler.wfile.write(header)
            while not handler.server.stopped.wait(pause):
                handler.wfile.write(chunk)

        return send


@pytest.fixture
def server() -> Iterator[Server]:
    """A running server on 127.0.0.1."""
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield running
        running.stopped.set()
        running.shutdown()


@pytest.fixture
def silent_server() -> Iterator[Server]:
    """A server on 127.0.0.2 that listens and answers nobody."""
    with Server(("127.0.0.2", 0)) as waiting:
        yield waiting


@pytest.fixture
def local() -> FetchConfig:
    """Private addresses allowed, little time and few bytes."""
    return FetchConfig(
        allow_private=True,
        connect_timeout=5.0,
        read_timeout=5.0,
        total_timeout=10.0,
        max_bytes=200_000,
    )


@pytest.fixture
def reason(local: FetchConfig) -> Callable[..., str]:
    """``reason(url, config=local)``: why the URL cannot be fetched."""

    def failed(url: str, config: FetchConfig = local) -> str:
        with pytest.raises(FetchError) as caught:
            fetch(url, config=config)
        assert caught.value.source == url
        assert caught.value.message
        return caught.value.reason

    return failed
