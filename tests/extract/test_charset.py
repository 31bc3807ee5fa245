"""Bytes of pages → text."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dupdetect.extract.charset import decode

FRENCH = "L’été à Besançon coûte 5 €, dit-elle."
META = '<meta charset="{}"><p>'


@pytest.mark.parametrize(
    ("text", "charset", "label"),
    [
        (FRENCH, "utf-8", "utf-8"), (FRENCH, "cp1252", "ISO-8859-1"), (FRENCH, "cp1252", "latin1"),
        ("L'été", "iso8859-15", "iso-8859-15"), ("Привет, мир", "koi8-r", "KOI8-R"),
        ("Привет, мир", "cp1251", "windows-1251"), ("今日は", "cp932", "Shift_JIS"),
        ("今日は", "euc_jp", "EUC-JP"), ("今日は", "iso2022_jp", "iso-2022-jp"),
        ("你好，世界", "gb18030", "gb2312"), ("안녕하세요", "cp949", "euc-kr"),
        ("你好", "big5", "Big5"), ("สวัสดี", "cp874", "tis-620"),
    ],
)  # fmt: skip
def test_a_declared_charset_is_used(text: str, charset: str, label: str) -> None:
    assert decode(text.encode(charset), label) == text
    page = META.format(label) + text
    assert decode(page.encode(charset)) == page


def test_the_meta_element_in_both_forms_and_the_xml_declaration() -> None:
    for head in (
        "<meta charset=windows-1251>",
        "<META HTTP-EQUIV='Content-Type' CONTENT='text/html; charset=windows-1251'>",
        '<?xml version="1.0" encoding="windows-1251"?>',
        "<script>" + "x" * 5000 + "</script><meta charset=windows-1251>",
    ):
        page = head + "Привет"
        assert decode(page.encode("cp1251")) == page


@pytest.mark.parametrize(
    ("mark", "charset"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ],
)
def test_a_byte_order_mark_wins(mark: bytes, charset: str) -> None:
    assert decode(mark + FRENCH.encode(charset), "koi8-r") == FRENCH


def test_utf8_under_a_single_byte_label_is_utf8() -> None:
    page = META.format("iso-8859-1") + FRENCH
    assert decode(page.encode()) == page
    assert decode(FRENCH.encode(), "windows-1252") == FRENCH


def test_the_transport_wins_over_the_page() -> None:
    page = META.format("koi8-r") + "Привет"
    assert decode(page.encode("cp1251"), "windows-1251") == page


def test_utf16_of_the_transport_without_a_mark() -> None:
    page = "<p>plain ascii"
    assert decode(page.encode("utf-16-le"), "utf-16le") == page
    assert decode(page.encode(), "utf-16le") == page


def test_a_wrong_label_gives_way_to_detection() -> None:
    text = "Съешь ещё этих мягких французских булок, да выпей же чаю. " * 20
    assert decode(text.encode("cp1251"), "utf-8") == text


@pytest.mark.parametrize(
    "label", ["", "nonsense", "x-user-defined", "base64", "zlib", "idna", None]
)
def test_unknown_labels_are_passed_over(label: str | None) -> None:
    assert decode(FRENCH.encode(), label) == FRENCH


def test_one_broken_byte_does_not_change_the_charset() -> None:
    page = (META.format("utf-8") + FRENCH * 40).encode() + b"\xc3"
    assert decode(page) == META.format("utf-8") + FRENCH * 40 + "\ufffd"


@given(st.binary(max_size=300), st.sampled_from([None, "utf-8", "latin1", "gbk", "utf-16", "hz"]))
def test_decoding_never_fails(content: bytes, declared: str | None) -> None:
    decode(content, declared).encode("utf-8", "strict")


@given(st.text())
def test_utf8_is_always_understood(text: str) -> None:
    expected = text.removeprefix("\ufeff")
    assert decode(text.encode(), "utf-8") == expected
