"""Lists of domains in their formats, and what they do to the scores."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dupdetect.config import Config, QualityConfig
from dupdetect.detector import score
from dupdetect.errors import ConfigError
from dupdetect.quality.listed import host_of, join, normal, parse
from dupdetect.records import Document, Link

BODY = (
    "Le conseil municipal a voté lundi la fermeture de la piscine, vieille de cinquante ans. "
    "Le bassin perd chaque jour trente mètres cubes d'eau, selon les experts de la régie. "
    "Une association de riverains demande un référendum avant la fin de l'année."
)


@pytest.mark.parametrize(
    ("line", "held", "free"),
    [
        ("0.0.0.0 ads.farm.example", "ads.farm.example", "farm.example"),
        ("127.0.0.1 a.example b.example # both", "b.example", "both"),
        ("::1 six.example", "six.example", "one.six.example"),
        ("||farm.example^", "deep.www.farm.example", "notfarm.example"),
        ("||farm.example^$third-party,important", "farm.example", "example"),
        ("*://*.farm.example/*", "www.farm.example", "farm.example.org"),
        ("https://farm.example/*", "www.farm.example", "sub.farm.example"),
        ("farm.example", "a.farm.example", "farm.net"),
        ("farm.example  # seen in March", "farm.example", "march"),
        ("FARM.example.", "farm.EXAMPLE", "arm.example"),
        ("bücher.example", "xn--bcher-kva.example", "bucher.example"),
    ],
)
def test_a_line_of_every_format(line: str, held: str, free: str) -> None:
    found = parse(line)
    assert found.holds(held)
    assert not found.holds(free)
    assert found.skipped == {}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (r"/casino-\d+\./", "regex"),
        ("title/bonus/i", "regex"),
        ("@@||good.example^", "exception"),
        ("@*://*.good.example/*", "exception"),
        ("farm.example##.ad", "cosmetic"),
        ("##.banner", "cosmetic"),
        ("||farm.example/path", "path"),
        ("*://farm.example/path/*", "path"),
        ("||farm.example^$domain=other.example", "conditional"),
        ("com", "no_domain"),
        ("two words", "no_domain"),
    ],
)
def test_what_names_no_whole_domain_is_counted(line: str, reason: str) -> None:
    found = parse(line)
    assert not found
    assert found.skipped == {reason: 1}


def test_comments_and_headers_are_no_lines() -> None:
    text = "[Adblock Plus 2.0]\n! Title: x\n# hosts\n\n127.0.0.1 localhost\n0.0.0.0 a.example\n"
    found = parse(text)
    assert (len(found), found.skipped) == (1, {})


def test_lists_are_joined_with_their_counts() -> None:
    both = join([parse("a.example\n/x/"), parse("b.example\n/y/")])
    assert both.holds("a.example")
    assert both.holds("b.example")
    assert both.skipped == {"regex": 2}


@given(st.text(max_size=60))
def test_no_line_is_too_odd(line: str) -> None:
    found = parse(line)
    assert all(normal(host) == host for host in found.whole | found.hosts)
    found.holds(line)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://u:p@www.a.example:8080/x?y#z", "www.a.example"),
        ("//a.example", "a.example"),
        ("a.example/x", "a.example"),
        ("", ""),
    ],
)
def test_the_host_of_an_address(url: str, host: str) -> None:
    assert host_of(url) == host


def listing(tmp_path: Path, text: str) -> Config:
    path = tmp_path / "list.txt"
    path.write_text(text, encoding="utf-8")
    return Config(quality=QualityConfig(domain_lists=(str(path),)))


def test_a_link_to_a_listed_domain_is_a_finding(tmp_path: Path) -> None:
    at = BODY.index("experts")
    link = Link(at, at + 7, "https://www.farm.example/x")
    document = Document("a", BODY, url="https://gazette.example/1", links=(link,))
    assert score(document).scores.seo_link < 0.5
    verdict = score(document, config=listing(tmp_path, "||farm.example^"))
    (finding,) = [f for f in verdict.findings if f.kind == "seo_link"]
    assert finding.rule == "link_html"
    assert "experts" in finding.quote
    assert verdict.scores.seo_link >= 0.8


def test_a_page_of_a_listed_domain_is_likely_a_farms(tmp_path: Path) -> None:
    config = listing(tmp_path, "0.0.0.0 farm.example")
    own = score(Document("a", BODY, url="https://www.farm.example/1"), config=config)
    other = score(Document("a", BODY, url="https://gazette.example/1"), config=config)
    assert own.scores.content_farm > 0.5
    assert own.parts["listed_domain"] > 0.5
    assert other.scores.content_farm < 0.2


@pytest.mark.parametrize("content", ["", "! only comments\n", "/regex/\n"])
def test_a_list_without_a_domain_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(ConfigError, match="none in it"):
        score(BODY, config=listing(tmp_path, content))


def test_bytes_are_no_list(tmp_path: Path) -> None:
    path = tmp_path / "list.bin"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="UTF-8"):
        score(BODY, config=Config(quality=QualityConfig(domain_lists=(str(path),))))
