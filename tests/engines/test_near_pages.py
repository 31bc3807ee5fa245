"""Pages that are unpacked here hold what Arrow reads, whoever wrote them; damage costs a page."""

from __future__ import annotations

import random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dupdetect.config import Config
from dupdetect.engines import near_sources
from dupdetect.engines.near_pages import PackedTexts
from dupdetect.engines.near_unpacking import Unpacker


def texts_of(path, skips=None):
    """Ids and texts (a null is empty), and how many batches came as pages."""
    found, packed, unpacker = [], 0, Unpacker()
    on_skip = print if skips is None else skips.append
    for batch in near_sources.read_texts([path], config=Config(), on_skip=on_skip):
        if isinstance(batch, PackedTexts):
            packed += 1
            there = unpacker.texts(batch)
            if there is None:
                batch.damaged()
                continue
            data, begin, end = there
        else:
            data, begin, end = batch.utf8
        texts = [data[i:j].tobytes().decode() for i, j in zip(begin, end, strict=True)]
        found += zip(batch.ids.to_pylist(), texts, strict=True)
    return found, packed


def written(path, texts, **options):
    ids = [f"d{number}" for number in range(len(texts))]
    kind = options.pop("kind", pa.string())
    nullable = options.pop("nullable", True)
    fields = [pa.field("id", pa.string()), pa.field("text", kind, nullable=nullable)]
    table = pa.table({"id": ids, "text": texts}, pa.schema(fields))
    pq.write_table(table, path, **options)
    return [(id_, text or "") for id_, text in zip(ids, texts, strict=True)]


def some_texts(n=3000, *, null=0.0, repeated=0.0):
    chance = random.Random(n)
    texts = []
    for _ in range(n):
        if texts and chance.random() < repeated:
            texts.append(chance.choice(texts))
        elif chance.random() < null:
            texts.append(None)
        else:
            texts.append(
                " ".join(f"wörd{chance.randrange(500)}" for _ in range(chance.randrange(60)))
            )
    return texts


@pytest.mark.parametrize("compression", ["snappy", "none", "zstd", "gzip", "brotli"])
@pytest.mark.parametrize("null", [0.0, 0.3])
@pytest.mark.parametrize("use_dictionary", [True, False])
def test_pages_as_arrow_writes_them(tmp_path, compression, null, use_dictionary):
    path = tmp_path / "texts.parquet"
    texts = some_texts(null=null, repeated=0.5)
    expected = written(
        path, texts, compression=compression, use_dictionary=use_dictionary, row_group_size=1700,
        data_page_size=1 << 17,
    )  # fmt: skip
    found, packed = texts_of(path)
    assert found == expected
    assert packed >= 2


def test_a_dictionary_that_fills_up_half_way(tmp_path):
    expected = written(
        tmp_path / "texts.parquet", some_texts(9000, repeated=0.2),
        dictionary_pagesize_limit=1 << 17, data_page_size=1 << 17,
    )  # fmt: skip
    found, packed = texts_of(tmp_path / "texts.parquet")
    assert found == expected
    assert packed > 3


@pytest.mark.parametrize("options", [
    {"nullable": False}, {"kind": pa.large_string()}, {"write_statistics": False},
    {"write_page_index": True}, {"write_page_checksum": True}, {"version": "1.0"},
])  # fmt: skip
def test_other_options(tmp_path, options):
    texts = some_texts(repeated=0.1)
    expected = written(tmp_path / "texts.parquet", texts, **options)
    found, packed = texts_of(tmp_path / "texts.parquet")
    assert found == expected
    assert packed


@pytest.mark.parametrize("options", [
    {"data_page_version": "2.0"}, {"data_page_size": 200, "write_batch_size": 5},
    {"compression": "lz4"},
    {"use_dictionary": False, "column_encoding": {"text": "DELTA_BYTE_ARRAY"}},
])  # fmt: skip
def test_what_is_left_to_arrow(tmp_path, options):
    expected = written(tmp_path / "texts.parquet", some_texts(), **options)
    found, packed = texts_of(tmp_path / "texts.parquet")
    assert found == expected
    assert not packed


@pytest.mark.parametrize("texts", [[None] * 40, [""] * 40, [None, "", "one text"], []])
def test_nulls_and_empty_texts_alone(tmp_path, texts):
    expected = written(tmp_path / "texts.parquet", texts)
    assert texts_of(tmp_path / "texts.parquet")[0] == expected


def test_damage_costs_the_rows_of_a_page_and_is_told(tmp_path):
    path = tmp_path / "texts.parquet"
    texts = some_texts(4000)
    expected = written(path, texts, row_group_size=1000, use_dictionary=False)
    octets = bytearray(path.read_bytes())
    chunk = pq.read_metadata(path).row_group(2).column(1)
    middle = chunk.data_page_offset + chunk.total_compressed_size // 2
    octets[middle : middle + 2000] = b"\xff" * 2000
    path.write_bytes(octets)
    skips = []
    found, _ = texts_of(path, skips)
    assert found == expected[:2000] + expected[3000:]
    (skip,) = skips
    assert skip.reason == "bad_parquet"
    assert "rows 2001 to 3000" in skip.message


def test_no_damage_stops_the_others(tmp_path):
    """Any byte of the data or of the headers of pages may be another one."""
    path = tmp_path / "texts.parquet"
    chance = random.Random(5)
    expected = written(path, some_texts(400, null=0.1, repeated=0.3), row_group_size=100)
    octets, footer = path.read_bytes(), 4000
    for _ in range(150):
        changed = bytearray(octets)
        for _ in range(3):
            changed[chance.randrange(4, len(octets) - footer)] = chance.randrange(256)
        path.write_bytes(changed)
        skips = []
        assert count_of(path, skips) <= len(expected)


def count_of(path, skips):
    """How many texts there are, all of which lie in their buffer; they may be no UTF-8 any more."""
    count, unpacker = 0, Unpacker()
    for batch in near_sources.read_texts([path], config=Config(), on_skip=skips.append):
        there = unpacker.texts(batch) if isinstance(batch, PackedTexts) else batch.utf8
        if there is None:
            batch.damaged()
            continue
        data, begin, end = there
        assert len(begin) == len(end) == len(batch.ids)
        assert (begin >= 0).all() and (begin <= end).all() and (end <= len(data)).all()
        count += len(begin)
    return count
