"""One GET after the other: redirects, robots.txt, limits, and one clear error per cause."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from urllib.parse import urljoin

import httpcore2
import httpx2
from protego import Protego

from dupdetect.config import FetchConfig
from dupdetect.errors import FetchError
from dupdetect.fetch.addresses import Allowed, Resolve, is_public, resolve
from dupdetect.fetch.network import Deadline, GuardedBackend, GuardedTransport
from dupdetect.records import Page

_TYPES = frozenset({"text/html", "application/xhtml+xml", "text/plain"})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_FOUND = frozenset({200, 203})
#: Codings that httpx2 decodes with what is always installed; others are not asked for.
_ENCODINGS = "gzip, deflate"
#: RFC 9309 asks crawlers to read at least 500 KiB of robots.txt; the rest is not read.
_ROBOTS_BYTES = 512_000
#: Browsers and servers stop far below.
_MAX_URL = 8192
_ODD_HOST = re.compile(rb"[^A-Za-z0-9._:-]")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Answer:
    """A response whose header has arrived; the body is still to be read."""

    url: httpx2.URL
    response: httpx2.Response


class Fetcher:
    """Fetches pages under one configuration and remembers each origin's robots.txt.

    ``resolve`` and ``allowed`` stand in for the system's resolver and the rule that addresses must
    be public. Not thread-safe.
    """

    def __init__(
        self,
        config: FetchConfig,
        *,
        resolve: Resolve = resolve,
        allowed: Allowed | None = None,
    ) -> None:
        self._config = config
        self._resolve = resolve
        self._allowed = allowed or ((lambda _: True) if config.allow_private else is_public)
        self._robots: dict[str, Protego | None] = {}
        self._tls: ssl.SSLContext | None = None

    def fetch(self, url: str) -> Page:
        """The page at ``url``: its id is ``url``, its ``url`` where redirects led.

        Raises FetchError; see :mod:`dupdetect.fetch` for the reasons.
        """
        try:
            return self._page(url, Deadline(self._config.total_timeout))
        except FetchError as error:
            raise FetchError(error.message, source=url, reason=error.reason) from error.__cause__

    def close(self) -> None:
        """Nothing stays open between fetches; here for symmetry with other resources."""

    def __enter__(self) -> Fetcher:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _page(self, url: str, deadline: Deadline) -> Page:
        with self._follow(url, deadline, robots=self._config.respect_robots) as answer:
            response = answer.response
            if response.status_code not in _FOUND:
                raise FetchError(
                    f"the server answered with status {response.status_code}", reason="http_status"
                )
            declared = response.headers.get("content-type", "")
            content_type = declared.split(";")[0].strip().lower()
            if content_type and content_type not in _TYPES:
                raise FetchError(
                    f"content type {content_type[:80]}, not HTML or plain text",
                    reason="content_type",
                )
            content = self._body(response)
        if not content.strip():
            raise FetchError("the page is empty", reason="empty")
        if not content_type and not content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
            raise FetchError("no content type, and it is not HTML", reason="content_type")
        charset = _CHARSET.search(declared)
        return Page(
            id=url, content=content, url=str(answer.url), source=url,
            content_type=content_type or "text/html",
            charset=charset.group(1) if charset else None,
        )  # fmt: skip

    @contextmanager
    def _follow(self, url: str, deadline: Deadline, *, robots: bool) -> Iterator[_Answer]:
        """The first answer that is no redirect."""
        target = _parse(url)
        seen: set[str] = set()
        while True:
            if robots:
                self._ask_robots(target, deadline)
            with self._send(target, deadline) as response:
                if response.status_code not in _REDIRECTS:
                    yield _Answer(target, response)
                    return
                location = response.headers.get("location")
            seen.add(str(target))
            target = _redirected(target, location)
            if str(target) in seen:
                raise FetchError(f"redirects lead in a circle at {target}", reason="redirect_loop")
            if len(seen) > self._config.max_redirects:
                raise FetchError(
                    f"more than {self._config.max_redirects} redirects", reason="too_many_redirects"
                )

    @contextmanager
    def _send(self, url: httpx2.URL, deadline: Deadline) -> Iterator[httpx2.Response]:
        config = self._config
        backend = GuardedBackend(deadline=deadline, resolve=self._resolve, allowed=self._allowed)
        timeouts = {
            "connect": config.connect_timeout,
            "read": config.read_timeout,
            "write": config.read_timeout,
            "pool": config.connect_timeout,
        }
        headers = {
            "User-Agent": config.user_agent,
            "Accept": "text/html, application/xhtml+xml, text/plain;q=0.8",
            "Accept-Encoding": _ENCODINGS,
            "Connection": "close",
        }
        request = httpx2.Request("GET", url, headers=headers, extensions={"timeout": timeouts})
        if url.scheme == "https" and self._tls is None:
            self._tls = httpx2.create_ssl_context(trust_env=False)
        transport = GuardedTransport(backend, tls=self._tls, max_bytes=config.max_bytes)
        try:
            response = transport.handle_request(request)
            try:
                yield response
            finally:
                response.close()
        except (
            httpcore2.TimeoutException,
            httpcore2.NetworkError,
            httpcore2.ProtocolError,
        ) as error:
            raise _told(error, url) from error
        except (httpx2.DecodingError, httpx2.HTTPError) as error:
            message = f"the body cannot be decoded ({error})"
            raise FetchError(message, reason="content_encoding") from error
        finally:
            transport.close()

    def _body(self, response: httpx2.Response, limit: int | None = None) -> bytes:
        """The decoded body; beyond ``limit`` it is left out, beyond the configured size refused."""
        encoding = response.headers.get("content-encoding", "identity").strip().lower()
        if encoding not in ("", "identity", "gzip", "deflate"):
            raise FetchError(
                f"content encoding {encoding[:40]!r} was not asked for", reason="content_encoding"
            )
        allowed = self._config.max_bytes
        declared = response.headers.get("content-length", "")
        if limit is None and declared.isdigit() and int(declared[:20]) > allowed:
            raise FetchError(
                f"the page has {declared[:20]} bytes, more than {allowed}", reason="too_large"
            )
        parts: list[bytes] = []
        size = 0
        for part in response.iter_bytes():
            parts.append(part)
            size += len(part)
            if limit is not None and size >= limit:
                break
            if size > allowed:
                raise FetchError(f"the page has more than {allowed} bytes", reason="too_large")
        return b"".join(parts)[:limit]

    def _ask_robots(self, url: httpx2.URL, deadline: Deadline) -> None:
        origin = f"{url.scheme}://{url.netloc.decode('ascii')}"
        if origin not in self._robots:
            self._robots[origin] = self._read_robots(origin, deadline)
        rules = self._robots[origin]
        product = self._config.user_agent.split("/", 1)[0].strip()
        if rules is not None and not rules.can_fetch(str(url), product):
            raise FetchError(f"robots.txt of {origin} forbids it to {product}", reason="robots")

    def _read_robots(self, origin: str, deadline: Deadline) -> Protego | None:
        """The rules of an origin (RFC 9309): none when there is no such file, an error when the
        server fails to say."""
        with self._follow(f"{origin}/robots.txt", deadline, robots=False) as answer:
            status = answer.response.status_code
            if status >= 500 or status == 429:
                raise FetchError(
                    f"robots.txt of {origin} cannot be had (status {status})",
                    reason="robots_unreachable",
                )
            if status not in _FOUND:
                return None
            content = self._body(answer.response, _ROBOTS_BYTES)
        rules: Protego = Protego.parse(content.decode("utf-8", "replace"))
        return rules


def _parse(url: str) -> httpx2.URL:
    """A URL that may be fetched; raises FetchError (``bad_url``, ``scheme``)."""
    if len(url) > _MAX_URL:
        raise FetchError("the URL is too long", reason="bad_url")
    try:
        parsed = httpx2.URL(url).copy_with(fragment=None)
        # The host is checked and encoded only when it is asked for.
        host, port = parsed.raw_host, parsed.port
    except (httpx2.InvalidURL, ValueError, TypeError) as error:
        raise FetchError(f"not a valid URL ({error})", reason="bad_url") from error
    if parsed.scheme not in ("http", "https"):
        scheme = parsed.scheme or "none"
        raise FetchError(f"only http and https are fetched, not {scheme!r}", reason="scheme")
    if not host or _ODD_HOST.search(host) or (port is not None and not 0 < port < 65536):
        raise FetchError("the URL names no valid host and port", reason="bad_url")
    if parsed.userinfo:
        raise FetchError("URLs with a user name are not fetched", reason="bad_url")
    return parsed


def _redirected(url: httpx2.URL, location: str | None) -> httpx2.URL:
    if not location:
        raise FetchError("a redirect without a target", reason="bad_redirect")
    try:
        target = urljoin(str(url), location)
    except ValueError as error:
        raise FetchError("a redirect to no valid URL", reason="bad_redirect") from error
    return _parse(target)


def _told(error: Exception, url: httpx2.URL) -> FetchError:
    """An exception of httpcore2 in our words."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            detail = getattr(cause, "verify_message", "") or cause.reason or "TLS failed"
            return FetchError(f"no secure connection to {url.host} ({detail})", reason="tls")
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpcore2.ConnectTimeout):
        return FetchError(f"{url.host} did not accept a connection in time", reason="timeout")
    if isinstance(error, httpcore2.TimeoutException):
        return FetchError(f"{url.host} stopped answering", reason="timeout")
    if isinstance(error, httpcore2.ConnectError):
        return FetchError(f"no connection to {url.host} ({error})", reason="connect")
    if isinstance(error, httpcore2.ProtocolError):
        return FetchError(f"{url.host} does not keep to HTTP ({error})", reason="bad_http")
    return FetchError(f"the connection to {url.host} broke ({error})", reason="connection_lost")
