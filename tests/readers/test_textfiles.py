"""Text and HTML files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Put = Callable[[str, bytes | str], Path]


@pytest.mark.parametrize(
    "data",
    [
        "Où est l’été ?".encode(),
        b"\xef\xbb\xbf" + "Où est l’été ?".encode(),
        b"\xff\xfe" + "Où est l’été ?".encode("utf-16-le"),
        b"\xfe\xff" + "Où est l’été ?".encode("utf-16-be"),
    ],
)
def test_utf8_and_utf16_with_a_mark(data: bytes, put: Put, run: Any) -> None:
    (document,), skips = run(put("a.txt", data))
    assert (document.id, document.text, skips) == ("a", "Où est l’été ?", [])


def test_the_text_is_what_python_reads(put: Put, run: Any) -> None:
    path = put("a.txt", b"one\r\ntwo\rthree\n\n\n  four \n")
    (document,), _ = run(path)
    assert document.text == path.read_text(encoding="utf-8")


def test_nuls_are_kept(put: Put, run: Any) -> None:
    (document,), skips = run(put("a.txt", b"be\0fore and after"))
    assert (document.text, skips) == ("be\0fore and after", [])


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b"caf\xe9 au lait", "byte 3"),
        (b"\xef\xbb\xbfcaf\xe9 au lait", "byte 6"),
        (b"\xff\xfeab\x00\xd8", "byte 4"),
    ],
)
def test_broken_encodings_name_the_byte(data: bytes, place: str, put: Put, run: Any) -> None:
    items, skips = run(put("a.txt", data))
    assert items == []
    assert [skip.reason for skip in skips] == ["bad_encoding"]
    assert place in skips[0].message


def test_white_space_is_no_text(put: Put, run: Any) -> None:
    items, skips = run(put("a.txt", " \n\t\n"))
    assert (items, [skip.reason for skip in skips]) == ([], ["empty_text"])


def test_a_web_page_under_a_text_files_name(put: Put, run: Any) -> None:
    items, skips = run(put("a.txt", "<!-- saved -->\n<!DOCTYPE html>\n<html><p>hello"))
    assert (items, [skip.reason for skip in skips]) == ([], ["wrong_format"])
    items, skips = run(put("b.txt", "<b> is how HTML marks bold text"))
    assert (len(items), skips) == (1, [])


def test_short_texts_are_kept(put: Put, run: Any) -> None:
    items, skips = run(put("a.txt", "x"))
    assert (len(items), skips) == (1, [])


def test_an_html_file_is_a_page_of_no_archive(put: Put, run: Any) -> None:
    data = '<meta charset="latin1"><p>caf\xe9'.encode("latin1")
    path = put("sub/page.htm", data)
    (page,), _ = run(path)
    assert (page.id, page.content, page.content_type) == ("page", data, "text/html")
    assert (page.url, page.charset, page.record, page.source) == (None, None, None, str(path))


def test_a_bad_file_does_not_cost_the_others(put: Put, run: Any, tmp_path: Path) -> None:
    put("a.txt", "eins")
    put("b.txt", b"\xff")
    put("c.txt", "drei")
    items, skips = run(tmp_path)
    assert [item.id for item in items] == ["a", "c"]
    assert [Path(skip.source).name for skip in skips] == ["b.txt"]


def test_a_folder_under_a_files_name(tmp_path: Path, run: Any) -> None:
    from dupdetect.config import Config
    from dupdetect.readers import SourceFile, read_file

    (tmp_path / "a.txt").mkdir()
    skips: list[Any] = []
    file = SourceFile(str(tmp_path / "a.txt"), "txt", "", "a")
    assert list(read_file(file, config=Config(), on_skip=skips.append)) == []
    assert [skip.reason for skip in skips] == ["is_folder"]
