"""What a good server gets, and what robots.txt forbids."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from dupdetect.config import FetchConfig
from dupdetect.fetch import Fetcher, fetch

Reason = Callable[..., str]

# What works


def test_a_page_comes_with_its_type_charset_and_address(server: Any, local: FetchConfig) -> None:
    server.behaviours["/p"] = lambda h: h.answer(200, server.PAGE, "Text/HTML; charset=ISO-8859-15")
    page = fetch(server.url("/p#part"), config=local)
    assert page.content == server.PAGE
    assert (page.content_type, page.charset) == ("text/html", "ISO-8859-15")
    assert (page.id, page.url) == (server.url("/p#part"), server.url("/p"))
    assert page.record is None


def test_the_user_agent_is_honest_and_no_cookie_is_sent_back(
    server: Any, local: FetchConfig
) -> None:
    server.behaviours["/a"] = server.redirect("/ok")
    fetch(server.url("/a"), config=local)
    path, headers = server.requests[-1]
    assert path == "/ok"
    assert headers["User-Agent"].startswith("dupdetect/")
    assert "Cookie" not in headers
    assert "br" not in headers["Accept-Encoding"]


def test_relative_redirects_are_followed_and_the_final_address_is_told(
    server: Any, local: FetchConfig
) -> None:
    server.behaviours["/one"] = server.redirect("two", 301)
    server.behaviours["/two"] = server.redirect(f"//127.0.0.1:{server.server_port}/ok", 308)
    page = fetch(server.url("/one"), config=local)
    assert page.url == server.url("/ok")
    assert page.id == server.url("/one")


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_compressed_bodies_are_decoded(server: Any, local: FetchConfig, encoding: str) -> None:
    body = gzip.compress(server.PAGE) if encoding == "gzip" else zlib.compress(server.PAGE)
    server.behaviours["/z"] = lambda h: h.answer(200, body, Content_Encoding=encoding)
    assert fetch(server.url("/z"), config=local).content == server.PAGE


def test_a_page_without_a_content_type_is_taken_when_it_is_html(
    server: Any, local: FetchConfig, reason: Reason
) -> None:
    server.behaviours["/html"] = lambda h: h.answer(200, server.PAGE, None)
    server.behaviours["/other"] = lambda h: h.answer(200, b"\x00\x01\x02", None)
    assert fetch(server.url("/html"), config=local).content_type == "text/html"
    assert reason(server.url("/other")) == "content_type"


def test_a_body_without_length_ends_with_the_connection(server: Any, local: FetchConfig) -> None:
    server.behaviours["/p"] = server.raw(server.HEAD + b"\r\n" + server.PAGE)
    assert fetch(server.url("/p"), config=local).content == server.PAGE


# robots.txt


def test_robots_txt_is_honoured_by_default(server: Any, local: FetchConfig, reason: Reason) -> None:
    server.behaviours["/robots.txt"] = server.robots("User-agent: *\nDisallow: /private\n")
    server.behaviours["/private/a"] = lambda h: h.answer(200, server.PAGE)
    assert reason(server.url("/private/a")) == "robots"
    assert fetch(server.url("/ok"), config=local).content == server.PAGE
    assert (
        fetch(server.url("/private/a"), config=replace(local, respect_robots=False)).content
        == server.PAGE
    )


def test_robots_txt_may_name_us(server: Any, reason: Reason) -> None:
    server.behaviours["/robots.txt"] = server.robots("User-agent: dupdetect\nDisallow: /\n")
    assert reason(server.url("/ok")) == "robots"


def test_robots_txt_holds_for_the_target_of_a_redirect(server: Any, reason: Reason) -> None:
    server.behaviours["/robots.txt"] = server.robots("User-agent: *\nDisallow: /ok\n")
    server.behaviours["/r"] = server.redirect("/ok")
    assert reason(server.url("/r")) == "robots"
    assert "/ok" not in [path for path, _ in server.requests]


def test_a_server_that_fails_to_give_robots_txt_is_left_alone(server: Any, reason: Reason) -> None:
    server.behaviours["/robots.txt"] = server.robots("", 503)
    assert reason(server.url("/ok")) == "robots_unreachable"


def test_robots_txt_is_asked_for_once_per_origin(server: Any, local: FetchConfig) -> None:
    server.behaviours["/robots.txt"] = server.robots("")
    with Fetcher(local) as fetcher:
        fetcher.fetch(server.url("/ok"))
        fetcher.fetch(server.url("/ok"))
    assert [path for path, _ in server.requests].count("/robots.txt") == 1


def test_only_the_beginning_of_an_endless_robots_txt_is_read(
    server: Any, local: FetchConfig, reason: Reason
) -> None:
    config = replace(local, max_bytes=1_000_000)
    server.behaviours["/robots.txt"] = server.endless(
        server.HEAD + b"\r\nUser-agent: *\nDisallow: /private\n", b"# more\n" * 1000
    )
    assert fetch(server.url("/ok"), config=config).content == server.PAGE
    assert reason(server.url("/private"), config) == "robots"
