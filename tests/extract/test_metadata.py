"""Titles, dates and addresses from the head of pages."""

from __future__ import annotations

import json

import pytest

from dupdetect.extract.bulk import parse
from dupdetect.extract.metadata import Metadata, read_metadata

URL = "https://a.example/dir/page"


def metadata(head: str, body: str = "<p>text</p>", url: str | None = URL) -> Metadata:
    page = f"<!doctype html><html><head>{head}</head><body>{body}</body></html>"
    return read_metadata(parse(page), url=url)


def json_ld(value: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(value)}</script>'


@pytest.mark.parametrize(
    "head",
    [
        '<meta property="article:published_time" content="2019-11-19T07:03:25Z">',
        '<meta name="DC.date.issued" content="2019-11-19T07:03:25Z">',
        '<meta itemprop="datePublished" content="2019-11-19T07:03:25Z">',
        '<meta name="date" content="0001-01-01">'
        '<meta name="pubdate" content="2019-11-19T07:03:25Z">',
        json_ld({"@type": "NewsArticle", "datePublished": "2019-11-19T07:03:25Z"}),
        json_ld({"@graph": [{"@type": "WebSite"}, {"datePublished": "2019-11-19T07:03:25Z"}]}),
        json_ld([{"a": {"b": {"datePublished": "2019-11-19T07:03:25Z"}}}]),
        '<script type="application/ld+json">{"datePublished": "2019-11-19T07:03:25Z",}</script>',
        '<script type="application/ld+json">' + "[" * 9999 + '</script><meta name="date" '
        'content="2019-11-19T07:03:25Z">',
    ],
)
def test_dates_of_the_head(head: str) -> None:
    assert metadata(head).published == "2019-11-19T07:03:25+00:00"


@pytest.mark.parametrize(
    "body",
    [
        '<time datetime="2019-11-19">yesterday</time>',
        '<div itemprop="datePublished" content="2019-11-19">x</div>',
        '<time>x</time><article><time datetime="2019-11-19"></time></article>',
    ],
)
def test_dates_of_the_body(body: str) -> None:
    assert metadata("", body).published == "2019-11-19"


def test_the_date_of_the_page_itself_wins_over_nested_ones() -> None:
    related = {"about": {"datePublished": "2001-01-01"}, "datePublished": "2019-11-19"}
    assert metadata(json_ld(related)).published == "2019-11-19"


def test_the_date_in_the_url_comes_last() -> None:
    url = "https://a.example/2019/11/18/x"
    assert metadata("", url=url).published == "2019-11-18"
    assert metadata('<meta name="date" content="2019-11-19">', url=url).published == "2019-11-19"
    assert metadata("").published is None


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ('<title>T - Site</title><meta property="og:title" content=" The  title &amp; more ">',
         "The title & more"),
        ("<title>\n Only\tthis \n</title>", "Only this"),
        ('<title></title><meta property="og:title" content=" ">', "Heading"),
    ],
)  # fmt: skip
def test_titles(head: str, title: str) -> None:
    assert metadata(head, "<h1>Heading</h1>").title == title


def test_addresses_and_bases() -> None:
    canonical = '<link rel="canonical" href="https://c.example/page">'
    assert metadata(canonical, url=None).url == "https://c.example/page"
    assert metadata(canonical).url == URL, "the transport knows better"
    assert metadata('<meta property="og:url" content="javascript:x">', url=None).url is None
    assert metadata('<base href="/other/">').base == "https://a.example/other/"
    assert metadata('<base href="mailto:x">').base == URL
    assert metadata("").base == URL


def test_rels_of_links() -> None:
    found = metadata("", '<a rel="NoFollow  sponsored" href="/x">x</a><a href="/y">y</a>')
    assert found.rels == {"/x": "nofollow sponsored"}
