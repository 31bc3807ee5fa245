"""JSON Lines, CSV and Parquet: columns, ids, and records that cannot be used."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dupdetect.config import ColumnsConfig, Config
from dupdetect.readers import expand, read_placed
from dupdetect.readers.csvfile import is_table

Put = Callable[[str, bytes | str], Path]
TEXT = "Der Text."


def columns(**names: Any) -> Config:
    return Config(columns=ColumnsConfig(**names))


def lines(*rows: object) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def reasons(skips: list[Any]) -> list[tuple[str | None, str]]:
    return [(skip.record, skip.reason) for skip in skips]


@pytest.fixture
def parquet(tmp_path: Path) -> Callable[..., Path]:
    def write(table: pa.Table | dict[str, Any], name: str = "t.parquet", **options: Any) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.table(table) if isinstance(table, dict) else table, path, **options)
        return path

    return write


# Columns


@pytest.mark.parametrize(
    "name", ["text", "content", "body", "article", "article_body", "raw_content", "maintext"]
)
def test_usual_text_columns(name: str, put: Put, run: Any, parquet: Callable[..., Path]) -> None:
    sources = [
        put("a.jsonl", lines({"other": 1, name: TEXT})),
        put("b.csv", f"other,{name.upper()}\n1,{TEXT}\n"),
        parquet({"other": [1], name: [TEXT]}),
    ]
    items, skips = run(*sources)
    assert [item.text for item in items] == [TEXT] * 3
    assert skips == []


def test_the_first_usual_name_wins(put: Put, run: Any) -> None:
    (document,), _ = run(put("a.jsonl", lines({"body": "no", "content": "no", "text": TEXT})))
    assert document.text == TEXT


def test_several_text_columns_are_joined_by_a_blank_line(
    put: Put, run: Any, parquet: Callable[..., Path]
) -> None:
    rows = [{"t": "Titel", "h": "", "x": TEXT}, {"t": None, "h": "Kopf", "x": TEXT}]
    sources = [
        put("a.jsonl", lines(*rows)),
        put("b.csv", f"t,h,x\nTitel,,{TEXT}\n,Kopf,{TEXT}\n"),
        parquet({key: [row[key] for row in rows] for key in ("t", "h", "x")}),
    ]
    items, skips = run(*sources, config=columns(text=("t", "h", "x")))
    assert [item.text for item in items] == [f"Titel\n\n{TEXT}", f"Kopf\n\n{TEXT}"] * 3
    assert skips == []


def test_all_fields_of_a_document(put: Put, run: Any, parquet: Callable[..., Path]) -> None:
    row = {
        "doc_id": "7", "text": TEXT, "headline": "Titel", "link": "https://a.example/7",
        "date": "2024-02-03T04:05:06Z", "lang": "fr-CA",
    }  # fmt: skip
    sources = [
        put("a.jsonl", lines(row)),
        put("b.csv", ";".join(row) + "\n" + ";".join(row.values()) + "\n"),
        parquet({key: [value] for key, value in row.items()}),
    ]
    items, _ = run(*sources)
    for item in items:
        assert (item.id, item.title, item.url) == ("7", "Titel", "https://a.example/7")
        assert (item.published, item.language) == ("2024-02-03T04:05:06+00:00", "fr")
    assert len(items) == 3


def test_configured_columns(put: Put, run: Any) -> None:
    row = {"id": "no", "key": "k", "text": "no", "x": TEXT, "u": "https://u.example/", "t": "T"}
    config = columns(text=("x",), id="key", url="u", title="t")
    (document,), _ = run(put("a.jsonl", lines(row)), config=config)
    assert (document.id, document.text) == ("k", TEXT)
    assert (document.url, document.title) == ("https://u.example/", "T")


def test_ids_fall_back_to_the_url_and_then_to_the_place(put: Put, run: Any) -> None:
    rows = [{"id": 12, "text": TEXT}, {"url": "https://a.example/", "text": TEXT}, {"text": TEXT}]
    rows.append({"id": None, "text": TEXT})
    items, _ = run(put("part.jsonl", "\n" + lines(*rows)))
    assert [item.id for item in items] == ["12", "https://a.example/", "part:4", "part:5"]


@pytest.mark.parametrize(
    ("value", "published"),
    [
        ("2024-02-03", "2024-02-03"), ("2024/2/3", "2024-02-03"), ("20240203", "2024-02-03"),
        ("2024-02-03 04:05:06", "2024-02-03T04:05:06"),
        ("Sat, 03 Feb 2024 04:05:06 +0100", "2024-02-03T04:05:06+01:00"),
        (1706933106, "2024-02-03T04:05:06+00:00"), (1706933106000, "2024-02-03T04:05:06+00:00"),
        ("yesterday", None), ("2024-13-45", None), ("", None), (None, None), (True, None),
        ({"a": 1}, None), ("9" * 400, None), (float("inf"), None),
    ],
)  # fmt: skip
def test_dates(value: object, published: str | None, put: Put, run: Any) -> None:
    (document,), _ = run(put("a.jsonl", lines({"text": TEXT, "date": value})))
    assert document.published == published


@pytest.mark.parametrize(
    ("value", "language"),
    [("fr", "fr"), ("EN_us", "en"), ("fra", None), ("French", None), ("", None), (3, None)],
)
def test_languages_are_iso_639_1_or_unknown(
    value: object, language: str | None, put: Put, run: Any
) -> None:
    (document,), _ = run(put("a.jsonl", lines({"text": TEXT, "language": value})))
    assert document.language == language


# JSON Lines


def test_json_lines_that_cannot_be_used(put: Put, run: Any) -> None:
    good = json.dumps({"id": "good", "text": TEXT}).encode()
    bad = [
        (b"not json", "bad_json"),
        (b'{"text": "cut', "bad_json"),
        (b"[" * 100_000, "bad_json"),
        (b'{"text": "x", "id": ' + b"1" * 5000 + b"}", "bad_json"),
        (b"[1, 2]", "not_an_object"),
        (b'"text"', "not_an_object"),
        (b"null", "not_an_object"),
        (b'{"id": 1}', "no_text"),
        (b"{}", "no_text"),
        (b'{"text": null}', "null_text"),
        (b'{"text": ""}', "empty_text"),
        (b'{"text": " \\n"}', "empty_text"),
        (b'{"text": 5}', "text_type"),
        (b'{"text": ["a"]}', "text_type"),
        (b'{"text": "a\\ud800b"}', "lone_surrogate"),
        (b'{"text": "x", "id": "\\udc00"}', "lone_surrogate"),
        (b'{"text": "x", "title": "\\udc00"}', "lone_surrogate"),
        (b'{"text": "caf\xe9"}', "bad_encoding"),
        (b'{"text": "\xed\xa0\x80"}', "bad_encoding"),
    ]
    data = b"\n".join(part for line, _ in bad for part in (line, good))
    items, skips = run(put("a.jsonl", data))
    assert [item.id for item in items] == ["good"] * len(bad)
    assert reasons(skips) == [(f"line {2 * n + 1}", reason) for n, (_, reason) in enumerate(bad)]


def test_json_lines_details(put: Put, run: Any) -> None:
    data = b'\xef\xbb\xbf{"text": "eins"}\r\n\n  \n{"text": "zwei\\u0000"}\n{"text": "drei"}'
    items, skips = run(put("a.jsonl", data))
    assert [(item.id, item.text) for item in items] == [
        ("a:1", "eins"), ("a:4", "zwei\0"), ("a:5", "drei"),
    ]  # fmt: skip
    assert skips == []


def test_a_json_array_is_told_apart_from_json_lines(put: Put, run: Any) -> None:
    items, skips = run(put("a.jsonl", json.dumps([{"text": TEXT}], indent=1)))
    assert (items, [skip.reason for skip in skips]) == ([], ["wrong_format"])
    assert "array" in skips[0].message


# CSV


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters(delimiter: str, put: Put, run: Any) -> None:
    data = (
        delimiter.join(["id", "text"]) + "\n" + delimiter.join(["1", f'"{TEXT}, ""a""; b"']) + "\n"
    )
    (document,), skips = run(put("a.csv", data))
    assert (document.id, document.text, skips) == ("1", f'{TEXT}, "a"; b', [])


def test_csv_rows_over_several_lines_and_bad_rows(put: Put, run: Any) -> None:
    data = (
        b"\xef\xbb\xbfid,text\r\n"
        b'1,"zwei\nZeilen"\r\n'
        b"2,zu,viele\r\n"
        b"3\r\n"
        b"4,caf\xe9\r\n"
        b"\r\n"
        b"5,\r\n"
        b"6,gut\r\n"
    )
    items, skips = run(put("a.csv", data))
    assert [(item.id, item.text) for item in items] == [("1", "zwei\nZeilen"), ("6", "gut")]
    assert reasons(skips) == [
        ("row 2", "bad_csv"), ("row 3", "bad_csv"), ("row 4", "bad_encoding"),
        ("row 6", "empty_text"),
    ]  # fmt: skip


def test_csv_fields_longer_than_the_default_limit_of_the_csv_module(put: Put, run: Any) -> None:
    (document,), skips = run(put("a.csv", f"text,n\n{'lang ' * 40_000},1\n"))
    assert (len(document.text), skips) == (200_000, [])


def test_a_csv_without_a_text_column_lists_its_columns(put: Put, run: Any) -> None:
    items, skips = run(put("a.csv", "id,titel,größe\n1,a,b\n"))
    assert (items, reasons(skips)) == ([], [(None, "no_text_column")])
    assert "id, titel, größe" in skips[0].message


def test_messages_can_be_printed_whatever_they_quote(put: Put, run: Any) -> None:
    _, skips = run(put("a.csv", b"id,caf\xe9,\x1b[31mred\n1,a,b\n"))
    assert reasons(skips) == [(None, "no_text_column")]
    assert "\x1b" not in skips[0].message
    skips[0].message.encode("utf-8")


def test_utf16_tables_are_told_so(put: Put, run: Any) -> None:
    _, skips = run(put("a.csv", b"\xff\xfe" + f"id,text\n1,{TEXT}\n".encode("utf-16-le")))
    assert [skip.reason for skip in skips] == ["wrong_format"]
    assert "UTF-16" in skips[0].message


# Parquet


@pytest.mark.parametrize(
    "kind",
    [pa.string(), pa.large_string(), pa.binary(), pa.dictionary(pa.int32(), pa.string())],
)
def test_parquet_text_types(kind: pa.DataType, run: Any, parquet: Callable[..., Path]) -> None:
    values: list[Any] = ["eins", None, "drei é"]
    if kind == pa.binary():
        values = [value and value.encode() for value in values]
    column = pa.array(values, pa.string() if pa.types.is_dictionary(kind) else kind)
    if pa.types.is_dictionary(kind):
        column = column.dictionary_encode()
    items, skips = run(parquet({"text": column}))
    assert [(item.id, item.text) for item in items] == [("t:1", "eins"), ("t:3", "drei é")]
    assert reasons(skips) == [("row 2", "null_text")]


def test_parquet_values_of_other_types(run: Any, parquet: Callable[..., Path]) -> None:
    moment = datetime(2024, 2, 3, 4, 5, 6, tzinfo=UTC)
    table = {
        "text": [TEXT], "id": pa.array([5], pa.int64()), "date": pa.array([moment]),
        "url": [["https://a.example/"]],
    }  # fmt: skip
    (document,), skips = run(parquet(table))
    assert (document.id, document.url, skips) == ("5", None, [])
    assert document.published == "2024-02-03T04:05:06+00:00"
    (document,), _ = run(parquet({"text": [TEXT], "date": pa.array([date(2024, 2, 3)])}))
    assert document.published == "2024-02-03"


def test_parquet_text_that_is_not_utf8(run: Any, parquet: Callable[..., Path]) -> None:
    data = pa.array([b"eins", b"caf\xe9", b"drei"], pa.binary())
    broken = pa.Array.from_buffers(pa.string(), 3, data.buffers())
    items, skips = run(parquet({"text": broken, "id": ["a", "b", "c"]}))
    assert [item.id for item in items] == ["a", "c"]
    assert reasons(skips) == [("row 2", "bad_encoding")]


def test_a_parquet_without_text(run: Any, parquet: Callable[..., Path]) -> None:
    _, skips = run(parquet({"id": ["1"], "größe": [2]}))
    assert reasons(skips) == [(None, "no_text_column")]
    assert "id, größe" in skips[0].message
    _, skips = run(parquet({"text": [1, 2]}))
    assert reasons(skips) == [(None, "text_column_type")]
    assert "int64" in skips[0].message
    _, skips = run(parquet({"text": [TEXT]}), config=columns(text=("text", "more")))
    assert reasons(skips) == [(None, "no_text_column")]
    _, skips = run(parquet({"text": [TEXT]}), config=columns(id="key"))
    assert reasons(skips) == [(None, "no_column")]


def test_a_name_that_occurs_twice_means_the_first_column(
    run: Any, parquet: Callable[..., Path]
) -> None:
    table = pa.Table.from_arrays([pa.array([TEXT]), pa.array([5])], names=["text", "text"])
    (document,), skips = run(parquet(table))
    assert (document.text, skips) == (TEXT, [])


def test_a_cut_and_a_damaged_parquet(put: Put, run: Any, parquet: Callable[..., Path]) -> None:
    whole = parquet({"text": [TEXT * n for n in range(1, 2000)]}, row_group_size=100).read_bytes()
    items, skips = run(put("cut.parquet", whole[: len(whole) // 2]))
    assert (items, reasons(skips)) == ([], [(None, "cut")])
    damaged = bytearray(whole)
    damaged[len(whole) // 2 : len(whole) // 2 + 200] = bytes(200)
    items, skips = run(put("damaged.parquet", bytes(damaged)))
    assert reasons(skips) == [(None, "bad_parquet")]
    assert items[0].id == "damaged:1"


def test_folders_of_a_partitioned_data_set_are_columns(
    run: Any, parquet: Callable[..., Path], tmp_path: Path
) -> None:
    for lang in ("de", "fr"):
        parquet({"text": [TEXT], "id": [lang + "1"]}, f"set/lang={lang}/part-0.parquet")
    items, skips = run(tmp_path / "set")
    assert [(item.id, item.language) for item in items] == [("de1", "de"), ("fr1", "fr")]
    assert skips == []


def test_partitions_are_columns_of_every_table(
    put: Put, run: Any, parquet: Callable[..., Path], tmp_path: Path
) -> None:
    put("set/id=7/lang=fr/day=2024-01-02/a.jsonl", json.dumps({"text": TEXT}))
    put("set/id=7/lang=fr/day=2024-01-02/b.csv", f"text;n\n{TEXT};1\n")
    parquet({"text": [TEXT]}, "set/id=7/lang=fr/day=2024-01-02/c.parquet")
    put("set/id=7/lang=fr/day=__HIVE_DEFAULT_PARTITION__/d.jsonl", json.dumps({"text": TEXT}))
    config = Config(columns=ColumnsConfig(published="day"))
    items, skips = run(tmp_path / "set", config=config)
    assert skips == []
    assert [item.published for item in items] == ["2024-01-02"] * 3 + [None]
    assert {item.language for item in items} == {"fr"}
    # A folder's value is the same for all rows: no id, unless it is asked for.
    assert [item.id.rpartition("/")[2] for item in items] == ["a:1", "b:1", "c:1", "d:1"]
    items, _ = run(tmp_path / "set", config=Config(columns=ColumnsConfig(id="id")))
    assert {item.id for item in items} == {"7"}


@pytest.mark.parametrize(
    ("head", "columns", "table"),
    [
        (b"id,text\n1,x\n", {}, True),
        (b"\xef\xbb\xbfurl;Body\n", {}, True),
        (b"a\tb\n1\t2\n", {}, False),
        (b"a\tb\n1\t2\n", {"text": ("b",)}, True),
        (b"text\nno other column\n", {}, False),
        (b"text, in a letter, and more\n", {}, False),
        (b"Un article, un texte.\n\nLa suite.", {}, False),
        (b"id,text", {}, False),
        (b"", {}, False),
    ],
)
def test_a_stream_without_a_name_is_csv_by_its_header(
    head: bytes, columns: dict[str, Any], table: bool
) -> None:
    assert is_table(head, ColumnsConfig(**columns)) is table


def test_places_are_lines_rows_and_records(
    put: Put, make: Callable[..., bytes], parquet: Callable[..., Path]
) -> None:
    config = Config()

    def places(path: Path) -> list[tuple[int, str]]:
        (file,) = expand([path], pytest.fail)
        found = read_placed(file, config=config, on_skip=lambda skip: None)
        return [(place, item.id) for place, item in found]

    lines = ["", json.dumps({"id": "a", "text": TEXT}), "{", json.dumps({"id": "b", "text": TEXT})]
    assert places(put("a.jsonl", "\n".join(lines))) == [(2, "a"), (4, "b")]
    assert places(put("a.csv", f"id,text\na,{TEXT}\nbad\nb,{TEXT}\n")) == [(1, "a"), (3, "b")]
    texts = {"id": ["a", "b", "c"], "text": [TEXT, None, TEXT]}
    assert places(parquet(texts, "a.parquet")) == [(1, "a"), (3, "c")]
    assert places(put("a.warc", make("warc", [TEXT, TEXT])))[1][0] == 2
    assert places(put("a.txt", TEXT)) == [(0, "a")]


def test_rows_keep_their_numbers_over_batches(run: Any, parquet: Callable[..., Path]) -> None:
    texts = [f"{n} " + "x" * 20_000 for n in range(700)]
    items, _ = run(parquet({"text": texts}, row_group_size=90))
    assert [item.id for item in items] == [f"t:{n}" for n in range(1, 701)]
    assert [item.text for item in items] == texts
