"""Pieces → text and link spans."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dupdetect.errors import ExtractError
from dupdetect.extract.assemble import Assembler, absolute, clean, normalise

BASE = "https://a.example/dir/page"


def assembler(max_chars: int = 10_000) -> Assembler:
    return Assembler(base=BASE, max_chars=max_chars, rels={"/x": "nofollow"})


def test_white_space_and_separators() -> None:
    out = assembler()
    for piece in ("  One ", "\n two", "\tthree"):
        out.text(piece)
    out.separate("\n")
    out.separate(" ")
    out.text(" four")
    out.separate("\n\n")
    out.separate("\n")
    out.text("five ")
    assert out.finish() == ("One two three\nfour\n\nfive", ())


def test_preformatted_lines_stay() -> None:
    out = assembler()
    out.text("a\n  b", keep_lines=True)
    assert out.finish()[0] == "a\nb"


def test_spaces_that_mean_something_stay() -> None:
    out = assembler()
    out.text("Prix\u00a0: 5\u202f000 €")
    assert out.finish()[0] == "Prix\u00a0: 5\u202f000 €"


def test_links_have_exact_spans_and_absolute_targets() -> None:
    out = assembler()
    out.text("See ")
    out.open_link("/x")
    out.text(" this ")
    out.text("page ")
    out.close_link()
    out.text(" now")
    out.open_link("mailto:a@b.example")
    out.text(" mail")
    out.close_link()
    out.open_link("other?q=1")
    out.separate("\n\n")
    out.text("last")
    text, links = out.finish()
    assert text == "See this page now mail\n\nlast"
    assert [(text[link.start : link.end], link.href, link.rel) for link in links] == [
        ("this page", "https://a.example/x", "nofollow"),
        ("last", "https://a.example/dir/other?q=1", ""),
    ]


def test_links_without_text_are_left_out() -> None:
    out = assembler()
    out.open_link("/a")
    out.text(" ")
    out.open_link("/b")
    out.text("b")
    assert [link.href for link in out.finish()[1]] == ["https://a.example/b"]


@pytest.mark.parametrize(
    ("href", "base", "expected"),
    [
        ("/a", BASE, "https://a.example/a"), ("//b.example/c", BASE, "https://b.example/c"),
        ("http://b.example", None, "http://b.example"), (" http://b.example/ ", None, "http://b.example/"),
        ("/a", None, None), ("#top", BASE, None), ("javascript:x()", BASE, None),
        ("data:text/html,x", BASE, None), ("http://[bad", BASE, None), ("", BASE, None),
        ("https:", None, None), ("/" + "x" * 5000, BASE, None),
    ],
)  # fmt: skip
def test_absolute(href: str, base: str | None, expected: str | None) -> None:
    assert absolute(href, base) == expected


def test_the_length_is_limited() -> None:
    out = assembler(max_chars=10)
    out.text("1234567890")
    with pytest.raises(ExtractError) as caught:
        out.text("1")
    assert caught.value.reason == "too_large"


@given(st.lists(st.tuples(st.sampled_from(["text", "open", "close", "sep"]), st.text(max_size=8))))
def test_any_pieces_give_clean_text_and_spans_inside_it(pieces: list[tuple[str, str]]) -> None:
    out = assembler()
    for action, piece in pieces:
        if action == "text":
            out.text(piece)
        elif action == "open":
            out.open_link("/" + piece)
        elif action == "close":
            out.close_link()
        else:
            out.separate("\n\n")
    text, links = out.finish()
    assert unicodedata.is_normalized("NFC", text)
    assert "\n\n\n" not in text
    assert text == text.strip(" \n")
    end = 0
    for link in links:
        assert end <= link.start < link.end <= len(text)
        assert not text[link.start].isspace() or ord(text[link.start]) > 127
        end = link.end


@given(st.text())
def test_normalised_text_is_regular(text: str) -> None:
    result = normalise(text)
    assert normalise(result) == result
    assert "\r" not in result
    assert "\n\n\n" not in result
    result.encode("utf-8")


def test_plain_text_is_normalised() -> None:
    text = "\r\ne\u0301te\u0301 \x00\x07\t\r\n\r\n \r\n\r\nzwei\rdrei\ud800\n"
    assert normalise(text) == "été\n\nzwei\ndrei"
    assert clean("a\x85b\x00c\td\ne") == "abc\td\ne"
