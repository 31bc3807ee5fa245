"""Connections that check where they lead and keep a deadline.

The check stands where the socket is opened: the name is resolved once, each address is checked, and
the connection goes to that very address (so a second, different DNS answer has no effect). Every
redirect opens its connection here, too.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Iterator
from time import monotonic
from typing import Any

import httpcore2
import httpx2

from dupdetect.errors import FetchError
from dupdetect.fetch.addresses import Allowed, Resolve


class Deadline:
    """A point in time that all waiting of one fetch ends at."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._end = monotonic() + seconds

    def left(self, timeout: float | None) -> float:
        """Seconds to wait: ``timeout``, or less near the end. Raises FetchError when it is over."""
        left = self._end - monotonic()
        if left <= 0:
            raise FetchError(
                f"the page did not arrive within {self._seconds:g} s", reason="total_timeout"
            )
        return left if timeout is None else min(timeout, left)


class _Stream(httpcore2.NetworkStream):
    """A network stream none of whose operations waits beyond the deadline."""

    def __init__(self, inner: httpcore2.NetworkStream, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data: bytes = self._wait("read", max_bytes, timeout)
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._wait("write", buffer, timeout)

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        left = self._deadline.left(timeout)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, left), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)

    def _wait(self, operation: str, argument: Any, timeout: float | None) -> Any:
        left = self._deadline.left(timeout)
        try:
            return getattr(self._inner, operation)(argument, timeout=left)
        except httpcore2.TimeoutException:
            # Whichever of the two limits was shorter: the deadline says whether it was its own.
            self._deadline.left(None)
            raise


class GuardedBackend(httpcore2.NetworkBackend):
    """Opens connections to allowed addresses only."""

    def __init__(self, *, deadline: Deadline, resolve: Resolve, allowed: Allowed) -> None:
        self._deadline = deadline
        self._resolve = resolve
        self._allowed = allowed
        self._inner = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        addresses = self._resolve(host, port, self._deadline.left(timeout))
        public = [address for address in addresses if self._allowed(address)]
        if not public:
            shown = ", ".join(addresses[:3])
            raise FetchError(
                f"{host} leads to a private address ({shown}); allow_private permits it",
                reason="private_address",
            )
        failure: Exception | None = None
        for address in public:
            try:
                stream = self._inner.connect_tcp(
                    address, port, self._deadline.left(timeout), local_address, socket_options
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
                continue
            self._verify(stream, address)
            return _Stream(stream, self._deadline)
        assert failure is not None
        raise failure

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore2.NetworkStream:
        raise FetchError("local sockets are not fetched from", reason="private_address")

    def _verify(self, stream: httpcore2.NetworkStream, address: str) -> None:
        """The peer is the address that was checked: a last line of defence, never seen to fail."""
        peer = stream.get_extra_info("server_addr")
        if not peer or not self._allowed(str(peer[0])):
            stream.close()
            raise FetchError(
                f"the connection to {address} went elsewhere", reason="private_address"
            )


class GuardedTransport(httpx2.BaseTransport):
    """httpx2 on top of :class:`GuardedBackend`: HTTP/1.1, no proxies, TLS verified by ``tls``
    (None: the default context)."""

    def __init__(
        self, backend: GuardedBackend, *, tls: ssl.SSLContext | None, max_bytes: int
    ) -> None:
        self._max_bytes = max_bytes
        self._pool = httpcore2.ConnectionPool(
            ssl_context=tls,
            network_backend=backend,
            max_connections=1,
            max_keepalive_connections=0,
        )

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send one request; raises httpcore2's exceptions and FetchError."""
        url = request.url
        response = self._pool.handle_request(
            httpcore2.Request(
                method=request.method,
                url=httpcore2.URL(
                    scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
                ),
                headers=request.headers.raw,
                content=b"",
                extensions=request.extensions,
            )
        )
        return httpx2.Response(
            status_code=response.status,
            headers=response.headers,
            stream=_Body(response, self._max_bytes),
            extensions=response.extensions,
        )

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()


class _Body(httpx2.SyncByteStream):
    """The raw bytes of a body, refused beyond ``limit``: compressed data may yield nothing and
    never end."""

    def __init__(self, response: httpcore2.Response, limit: int) -> None:
        self._response = response
        self._limit = limit

    def __iter__(self) -> Iterator[bytes]:
        size = 0
        for chunk in self._response.iter_stream():
            size += len(chunk)
            if size > self._limit:
                raise FetchError(f"the page has more than {self._limit} bytes", reason="too_large")
            yield chunk

    def close(self) -> None:
        self._response.close()
