"""Corpora: documents to files and back."""

from __future__ import annotations

import gzip
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dupdetect.errors import ScanError
from dupdetect.records import Document
from dupdetect.writers import write_documents

DOCUMENTS = [
    Document(id="a", text="Première ligne\nseconde", url="https://e.fr", published="2020-01-01"),
    Document(id="b", text="", title="T", language="fr"),
]
LINES = [
    {
        "id": "a",
        "text": "Première ligne\nseconde",
        "url": "https://e.fr",
        "published": "2020-01-01",
    },
    {"id": "b", "text": "", "title": "T", "language": "fr"},
]


def read(path):
    data = path.read_bytes()
    if path.suffix == ".gz":
        data = gzip.decompress(data)
    if path.suffix == ".zst":
        data = pa.CompressedInputStream(pa.BufferReader(data), "zstd").read()
    return [json.loads(line) for line in data.decode().splitlines()]


@pytest.mark.parametrize("name", ["c.jsonl", "c.jsonl.gz", "c.jsonl.zst"])
def test_json_lines_hold_what_is_known(tmp_path, name):
    assert write_documents(tmp_path / name, iter(DOCUMENTS)) == 2
    assert read(tmp_path / name) == LINES
    first = (tmp_path / name).read_bytes()
    write_documents(tmp_path / name, DOCUMENTS)
    assert (tmp_path / name).read_bytes() == first


def test_parquet_has_a_column_for_each_field(tmp_path):
    many = [Document(id=str(i), text="t") for i in range(3000)]
    assert write_documents(tmp_path / "c.parquet", [*DOCUMENTS, *many]) == 3002
    rows = pq.read_table(tmp_path / "c.parquet").to_pylist()
    assert [{k: v for k, v in row.items() if v is not None} for row in rows[:2]] == LINES
    assert [row["id"] for row in rows[2:]] == [str(i) for i in range(3000)]


def test_an_unknown_ending_is_refused_before_anything_is_read(tmp_path):
    def documents():
        pytest.fail("read")
        yield

    with pytest.raises(ScanError, match="write to"):
        write_documents(tmp_path / "c.docx", documents())


@pytest.mark.parametrize("name", ["c.jsonl", "c.jsonl.zst", "c.parquet"])
def test_nothing_is_left_of_a_failed_write(tmp_path, name):
    def documents():
        yield DOCUMENTS[0]
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_documents(tmp_path / name, documents())
    assert list(tmp_path.iterdir()) == []
