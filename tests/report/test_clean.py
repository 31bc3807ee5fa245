"""Crawled strings: characters that would act are made visible, links are http or nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dupdetect.report.clean import safe_language, safe_url, shorten, visible

ACTING = (
    "\x00\x07\x1b\x7f\x85\x9b\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ud800\uffff"
)


@given(st.text(alphabet=st.characters() | st.sampled_from(ACTING)))
def test_the_length_is_kept_and_nothing_acts(text: str) -> None:
    shown = visible(text)
    assert len(shown) == len(text)
    assert not set(shown) & set(ACTING)
    shown.encode("utf-8")


def test_words_in_any_script_stay_as_they_are() -> None:
    text = "Élan, naïve\tcafé\nسلام\u200f 中文 שלום\u200e"
    assert visible(text) == text


@pytest.mark.parametrize("url", ["http://a.example/x?y=1#z", "https://[2001:db8::1]:8080/"])
def test_plain_web_addresses_become_links(url: str) -> None:
    assert safe_url(url) == url


@pytest.mark.parametrize(
    "url",
    [
        None, "", "javascript:alert(1)", "JaVaScRiPt:alert(1)", " https://a.example", "//a.example",
        "data:text/html,x", "vbscript:x", "https://", "http:a.example", "file:///etc/passwd",
        "https://user@a.example/", "https://a.example/\u202egnp.exe", "https://a.example/a b",
        "java\nscript:alert(1)", "https://[::1", "https://a.example/" + "x" * 3000,
    ],
)  # fmt: skip
def test_everything_else_does_not(url: str | None) -> None:
    assert safe_url(url) is None


def test_languages_are_codes_or_nothing() -> None:
    assert safe_language("fr") == "fr"
    assert [safe_language(bad) for bad in (None, "", "und", 'fr" onload="x', "FR")] == [None] * 5


def test_a_shortened_line_keeps_to_its_limit() -> None:
    assert shorten("un  deux\n trois", 40) == "un deux trois"
    assert shorten("x" * 100, 10) == "x" * 9 + "…"
    assert shorten(None, 10) == ""
