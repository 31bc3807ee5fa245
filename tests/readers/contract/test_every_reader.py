"""What every reader keeps to, whatever the format."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dupdetect.config import Config, ExtractConfig
from dupdetect.readers import BENIGN, FAILURES, expand, read, read_file
from dupdetect.records import Document, Page, Skip

TABLES = ("jsonl", "csv", "parquet", "warc", "wet")
EVERY = ("txt", "html", *TABLES)
#: Formats that can be read on up to the place where they are cut.
STREAMED = ("jsonl", "csv", "warc", "wet")
TEXTS = [f"Satz Nummer {n} über Äpfel,\n„Birnen“ und 𝒵." for n in range(20)]
Make = Callable[[str, Sequence[str]], bytes]
Put = Callable[[str, bytes | str], Path]
Run = Callable[..., Any]


def text_of(item: Page | Document) -> str:
    return item.text if isinstance(item, Document) else item.content.decode()


@pytest.mark.parametrize("kind", EVERY)
def test_all_records_come_in_order(kind: str, make: Make, put: Put, run: Run) -> None:
    items, skips = run(put(f"file.{kind}", make(kind, TEXTS)))
    assert skips == []
    expected = TEXTS if kind in TABLES else TEXTS[:1]
    assert len(items) == len(expected)
    assert all(text in text_of(item) for item, text in zip(items, expected, strict=True))
    assert len({item.id for item in items}) == len(items)


@pytest.mark.parametrize("kind", EVERY)
@pytest.mark.parametrize("compression", ["gz", "zst"])
def test_compressed_sources_give_the_same(
    kind: str, compression: str, make: Make, put: Put, run: Run, pack: Callable[..., bytes]
) -> None:
    data = make(kind, TEXTS)
    plain, _ = run(put(f"file.{kind}", data))
    items, skips = run(put(f"file.{kind}.{compression}", pack(data, compression)))
    assert skips == []
    if kind == "html":
        plain = [replace(page, source=f"{page.source}.{compression}") for page in plain]
    if kind == "warc":
        plain = [replace(page, source=f"{page.source}.{compression}") for page in plain]
    assert items == plain


@pytest.mark.parametrize("kind", EVERY)
def test_standard_input_tells_its_format_by_its_content(
    kind: str, make: Make, put: Put, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put("input", make(kind, TEXTS))
    with path.open("rb") as stream:
        monkeypatch.setattr("sys.stdin", stream)
        items, skips = run("-")
    assert skips == []
    assert len(items) == (len(TEXTS) if kind in TABLES else 1)


@pytest.mark.parametrize("kind", EVERY)
def test_an_empty_file_is_one_failure(kind: str, put: Put, run: Run) -> None:
    items, skips = run(put(f"file.{kind}", b""))
    assert items == []
    assert [(skip.reason, skip.record) for skip in skips] == [("empty", None)]
    assert skips[0].source.endswith(f"file.{kind}")


@pytest.mark.parametrize("kind", EVERY)
@pytest.mark.parametrize(
    ("other", "told"),
    [
        (b"%PDF-1.7 and so on", "PDF"),
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"PK\x03\x04rest", "ZIP"),
        (b"\x1f\x8b\x08\x00\x00\x00\x00\x00", "gzip"),
        (b"\x28\xb5\x2f\xfd\x00\x00", "zstd"),
    ],
)
def test_a_file_that_is_not_what_its_name_says(
    kind: str, other: bytes, told: str, put: Put, run: Run
) -> None:
    items, skips = run(put(f"file.{kind}", other))
    assert items == []
    assert [skip.reason for skip in skips] == ["wrong_format"]
    assert told in skips[0].message
    assert kind in skips[0].message


@pytest.mark.parametrize(
    ("kind", "other"),
    [(a, b) for a in EVERY for b in EVERY if a != b and {a, b} != {"warc", "wet"}],
)
def test_a_file_under_another_formats_name(
    kind: str, other: str, make: Make, put: Put, run: Run
) -> None:
    """Formats with a mark of their own are never read as another; text formats give errors per
    record at worst."""
    items, skips = run(put(f"file.{kind}", make(other, TEXTS)))
    if {kind, other} & {"parquet", "warc", "wet"} or other == "html":
        assert items == []
        assert [skip.reason for skip in skips] == ["wrong_format"]
    assert {skip.reason for skip in skips} <= FAILURES


@pytest.mark.parametrize("kind", EVERY)
@pytest.mark.parametrize("compression", ["gz", "zst"])
def test_a_cut_compressed_file_is_one_failure_and_keeps_what_came_before(
    kind: str, compression: str, make: Make, put: Put, run: Run, pack: Callable[..., bytes]
) -> None:
    packed = pack(make(kind, TEXTS), compression)
    items, skips = run(put(f"file.{kind}.{compression}", packed[: len(packed) - 12]))
    assert [skip.reason for skip in skips] == ["cut"]
    assert "byte" in skips[0].message
    if kind in STREAMED and compression == "gz":
        # Arrow's zstd gives a block only when it has come whole; zlib gives what there is.
        assert len(items) >= len(TEXTS) // 2
    assert all(text in text_of(item) for item, text in zip(items, TEXTS, strict=False))


@pytest.mark.parametrize("kind", EVERY)
def test_a_damaged_compressed_file(kind: str, make: Make, put: Put, run: Run) -> None:
    _, skips = run(
        put(f"file.{kind}.gz", b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03" + b"\xff" * 99)
    )
    assert [skip.reason for skip in skips] == ["bad_compression"]


@pytest.mark.parametrize("kind", EVERY)
def test_a_name_that_claims_compression(kind: str, make: Make, put: Put, run: Run) -> None:
    _, skips = run(put(f"file.{kind}.gz", make(kind, TEXTS)))
    assert [skip.reason for skip in skips] == ["wrong_format"]


@pytest.mark.parametrize("kind", EVERY)
def test_a_record_larger_than_allowed_is_passed_over(
    kind: str, make: Make, put: Put, run: Run
) -> None:
    limits = ExtractConfig(max_bytes=3000, max_chars=2000)
    large = "viel zu viel " * 1000
    texts = [TEXTS[0], large, TEXTS[1]] if kind in TABLES else [large]
    items, skips = run(put(f"file.{kind}", make(kind, texts)), config=Config(extract=limits))
    assert {skip.reason for skip in skips} == {"too_large"}
    assert len(skips) == 1
    assert len(items) == len(texts) - 1


@pytest.mark.parametrize("kind", STREAMED)
def test_records_come_before_the_source_is_read_to_its_end(
    kind: str, make: Make, put: Put, pack: Callable[..., bytes]
) -> None:
    """A gzip file that is cut far behind gives its first record without a word of that."""
    many = [f"{n} {text}" * 20 for n, text in enumerate(TEXTS * 200)]
    packed = pack(make(kind, many), "gz")[:-4000]
    skips: list[Skip] = []
    items = read([put(f"file.{kind}.gz", packed)], config=Config(), on_skip=skips.append)
    assert many[0] in text_of(next(items))
    assert skips == []
    assert len(list(items)) > 100
    assert [skip.reason for skip in skips] == ["cut"]


@pytest.mark.parametrize("kind", EVERY)
def test_reading_twice_gives_the_same(kind: str, make: Make, put: Put) -> None:
    path = put(f"file.{kind}", make(kind, TEXTS))
    (file,) = expand([path], lambda skip: None)
    first, second = (
        list(read_file(file, config=Config(), on_skip=lambda skip: None)) for _ in range(2)
    )
    assert first == second


@pytest.mark.parametrize("kind", EVERY)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_no_bytes_make_a_reader_fail(
    kind: str, data: st.DataObject, make: Make, put: Put, run: Run
) -> None:
    """Arbitrary bytes, and valid sources with a damaged stretch: known reasons, no exception."""
    valid = make(kind, TEXTS)
    start = data.draw(st.integers(0, len(valid)))
    end = data.draw(st.integers(start, min(len(valid), start + 60)))
    damage = data.draw(st.binary(max_size=60))
    suffix = data.draw(st.sampled_from(["", ".gz", ".zst"]))
    for content in (damage, valid[:start] + damage + valid[end:], valid[:end]):
        items, skips = run(put(f"file.{kind}{suffix}", content))
        assert {skip.reason for skip in skips} <= BENIGN | FAILURES
        for item in items:
            item.id.encode()
            if isinstance(item, Document):
                item.text.encode()
                assert item.text.strip()
