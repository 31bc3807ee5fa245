# ruff: noqa: E501
"""Registrable domains, and links in running text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dupdetect.text.urls import domain, find_links


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://www.bbc.co.uk/news", "bbc.co.uk"),
        ("bbc.co.uk", "bbc.co.uk"),
        ("http://user:secret@www.Example.FR:8080/a?b#c", "example.fr"),
        ("//cdn.static.fr/x", "static.fr"),
        ("https://127.0.0.1:8000/a", "127.0.0.1"),
        ("http://localhost/", "localhost"),
        ("deco-maison.example", "deco-maison.example"),
        ("", ""),
        ("not a url", ""),
    ],
)
def test_domain(url: str, expected: str) -> None:
    assert domain(url) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rendez-vous sur actu-infos.fr qui résume", ["actu-infos.fr"]),
        ("selon 20minutes.fr et leparisien.fr.", ["20minutes.fr", "leparisien.fr"]),
        ("voir https://a.fr/b_(c), puis", ["https://a.fr/b_(c)"]),
        ("(www.theatre.fr)", ["www.theatre.fr"]),
        ("Booking.com et AMAZON.COM", ["Booking.com", "AMAZON.COM"]),
        ("chez Deco-Sud.example.", ["Deco-Sud.example"]),
        ("auf spiegel.de, elpais.es, repubblica.it", ["spiegel.de", "elpais.es", "repubblica.it"]),
        ("voir bbc.co.uk/news?x=1.", ["bbc.co.uk/news?x=1"]),
    ],
)
def test_addresses_in_text_are_found(text: str, expected: list[str]) -> None:
    assert [text[link.start : link.end] for link in find_links(text)] == expected


@pytest.mark.parametrize(
    "text",
    [
        "M.Dupont est là.", "3.fr", "15.14h11", "10.000 euros", "la fin.Le début", "c'est fini.la suite",
        "e.g. this, i.e. that", "z.B. heute", "U.S. Army", "Node.js", "index.html", "main.rs", "setup.py",
        "etc.et", "contact@mairie.fr", "prenom.nom@mairie.fr", "a...b", "...", "il était.il est",
    ],
)  # fmt: skip
def test_what_only_looks_like_an_address_is_not_found(text: str) -> None:
    assert find_links(text) == []


def test_markup_is_one_link_with_its_anchor() -> None:
    text = "Lire [le guide](https://a.fr/x) et <a rel='x' href=\"http://b.fr\">le <b>site</b></a>."
    first, second = find_links(text)
    assert (first.form, first.href, first.anchor) == ("markdown", "https://a.fr/x", "le guide")
    assert (second.form, second.href, second.anchor) == ("html", "http://b.fr", "le site")
    assert text[second.start : second.end].startswith("<a ")


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=120) | st.text('abz.AB-/:@w()[]<>"= 1', max_size=80))
def test_links_are_spans_in_order_that_do_not_overlap(text: str) -> None:
    at = 0
    for link in find_links(text):
        assert at <= link.start < link.end <= len(text)
        at = link.end


def test_a_long_run_of_dots_and_brackets_is_read_in_good_time() -> None:
    assert find_links("a." * 50_000) == []
    assert find_links("[" * 50_000) == []
    assert find_links("<a " * 20_000) == []
