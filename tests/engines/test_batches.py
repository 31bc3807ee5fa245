"""Batches: all items once, in order, and only those that are not done."""

from __future__ import annotations

import json

import pytest

from dupdetect import readers
from dupdetect.config import Config
from dupdetect.engines.batches import Reading
from dupdetect.engines.spool import ShardName, write_empty_shard


@pytest.fixture
def files(tmp_path):
    """10 documents in one file, a broken line among them, then 5 small files, one of them empty."""
    lines = [json.dumps({"id": f"a{i}", "text": "x" * (10 + i)}) for i in range(10)]
    lines.insert(4, "no json")
    (tmp_path / "a.jsonl").write_text("\n".join(lines))
    for name in ("b", "c", "d", "e"):
        (tmp_path / f"{name}.txt").write_text(f"text of {name}")
    (tmp_path / "f.html").write_text("<p>text of f</p>")
    (tmp_path / "c.txt").write_text("")
    return readers.expand([tmp_path], pytest.fail)


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / ".work"
    made.mkdir()
    return made


def read(files, folder, **limits):
    reading = Reading(files, folder, config=Config(), **limits)
    return list(reading), reading


def ids(batches):
    return [(batch.start + i, item.id) for batch in batches for i, item in enumerate(batch.items)]


ALL = [*enumerate([*(f"a{i}" for i in range(10)), "b", "d", "e", "f"])]


def test_items_of_all_sources_are_numbered_through(files, folder):
    batches, reading = read(files, folder)
    assert len(batches) == 1
    assert ids(batches) == ALL
    assert batches[0].sources[9].endswith("a.jsonl")
    assert batches[0].sources[10].endswith("b.txt")
    assert [skip["source"].rpartition("/")[2] for skip in reading.skips()] == ["a.jsonl", "c.txt"]


@pytest.mark.parametrize(
    "limits", [{"batch": 1}, {"batch": 3}, {"batch_bytes": 1}, {"batch_bytes": 40}, {"batch": 10}]
)
def test_limits_cut_batches_but_lose_nothing(files, folder, limits):
    batches, _ = read(files, folder, **limits)
    assert ids(batches) == ALL
    assert len(batches) > 1
    assert all(0 < len(batch.items) <= limits.get("batch", 99) for batch in batches)
    assert [batch.name.start for batch in batches][1:] == [b.name.stop for b in batches][:-1]


def test_a_page_weighs_more_than_a_document(files, folder):
    batches, _ = read(files, folder, batch=4)
    assert [item.id for item in batches[-1].items] == ["f"]


def test_what_is_done_is_not_done_again(files, folder):
    whole, first = read(files, folder)
    told = list(first.skips())
    for start, stop in ((0, 2), (2, 3), (5, 11)):
        write_empty_shard(folder, ShardName(start, stop), skips=[])
    batches, second = read(files, folder)
    assert ids(batches) == [entry for entry in ALL if entry[0] in (3, 4, 11, 12, 13)]
    assert [len(batch.items) for batch in batches] == [2, 3]
    assert list(second.skips()) == told
    assert whole[0].items[3] == batches[0].items[0]


def test_sources_that_are_done_are_not_even_opened(files, folder, monkeypatch):
    read(files, folder)
    write_empty_shard(folder, ShardName(0, 12), skips=[])
    opened = []
    real = readers.read_file

    def spy(file, **known):
        opened.append(file.name)
        return real(file, **known)

    monkeypatch.setattr(readers, "read_file", spy)
    batches, _ = read(files, folder)
    assert opened == ["e", "f"]
    assert ids(batches) == ALL[12:]


def test_a_batch_splits_into_its_items(files, folder):
    (batch,), _ = read(files, folder)
    parts = [batch]
    while any(part.split() for part in parts):
        parts = [half for part in parts for half in (part.split() or [part])]
    assert ids(parts) == ALL
    assert all(len(part.items) == 1 for part in parts)
    assert [part.sources[0] for part in parts] == list(batch.sources)
