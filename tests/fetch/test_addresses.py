"""Where a fetch may lead: public addresses only, by checked connections, and plain URLs."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from dupdetect.config import FetchConfig
from dupdetect.errors import FetchError
from dupdetect.fetch import Fetcher
from dupdetect.fetch.addresses import is_public, resolve

Reason = Callable[..., str]


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://localhost/", "http://2130706433/", "http://0x7f.1/",
        "http://0177.0.0.1/", "http://127.1/", "http://[::1]/", "http://[::ffff:127.0.0.1]/",
        "http://0.0.0.0/", "http://169.254.169.254/latest/meta-data/", "http://10.0.0.1/",
        "http://192.168.1.1/", "http://[64:ff9b::7f00:1]/", "http://[fe80::1]/",
    ],
)  # fmt: skip
def test_private_addresses_are_refused_in_every_spelling(reason: Reason, url: str) -> None:
    assert reason(url, FetchConfig()) in {"private_address", "bad_url"}


def test_a_redirect_to_a_private_address_is_refused(server: Any, silent_server: Any) -> None:
    secret = f"http://127.0.0.2:{silent_server.server_port}/ok"
    server.behaviours["/r"] = server.redirect(secret)
    fetcher = Fetcher(FetchConfig(), allowed=lambda address: address == "127.0.0.1")
    with pytest.raises(FetchError) as caught:
        fetcher.fetch(server.url("/r"))
    assert caught.value.reason == "private_address"
    assert "127.0.0.2" in caught.value.message
    assert silent_server.requests == []


def test_the_connection_goes_to_the_address_that_was_checked(
    server: Any, local: FetchConfig
) -> None:
    """DNS rebinding: the first answer is allowed, any later one would be private."""
    asked: list[str] = []

    def rebinding(host: str, port: int, timeout: float | None) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.9"]

    config = replace(local, allow_private=False, respect_robots=False)
    fetcher = Fetcher(config, resolve=rebinding, allowed=lambda address: address == "127.0.0.1")
    page = fetcher.fetch(f"http://news.example:{server.server_port}/ok")
    assert page.content == server.PAGE
    assert asked == ["news.example"]
    assert server.requests[-1][1]["Host"] == f"news.example:{server.server_port}"


def test_private_addresses_among_others_are_passed_over(server: Any, local: FetchConfig) -> None:
    def mixed(host: str, port: int, timeout: float | None) -> list[str]:
        return ["10.0.0.1", "127.0.0.1"]

    config = replace(local, allow_private=False, connect_timeout=1.0)
    fetcher = Fetcher(config, resolve=mixed, allowed=lambda address: address == "127.0.0.1")
    assert fetcher.fetch(f"http://news.example:{server.server_port}/ok").content == server.PAGE


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
def test_urls_that_are_not_fetched(reason: Reason, url: str, expected: str) -> None:
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
