"""Parquet is read in a child process: its death costs the rest of one file, and nothing else."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dupdetect.config import Config, ExtractConfig
from dupdetect.readers import read
from dupdetect.records import Skip

Parquet = Callable[..., Path]
TEXTS = [f"Satz Nummer {n} über Äpfel." * 40 for n in range(9000)]


def children() -> set[int]:
    """The readers that are children of this process."""
    found = set()
    for listed in Path("/proc/self/task").glob("*/children"):
        for pid in map(int, listed.read_text().split()):
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
            if b"isolated_worker" in command:
                found.add(pid)
    return found


def written(path: Path, texts: Any, **options: Any) -> Path:
    pq.write_table(pa.table({"text": texts}), path, **options)
    return path


def test_a_death_costs_the_rest_of_the_file_and_the_next_file_is_read(tmp_path: Path) -> None:
    long, short = written(tmp_path / "a.parquet", TEXTS), written(tmp_path / "b.parquet", TEXTS[:2])
    skips: list[Skip] = []
    items = read([long, short], config=Config(), on_skip=skips.append)
    first = next(items)
    for pid in children():
        os.kill(pid, signal.SIGKILL)
    rest = [item.id for item in items]
    assert first.id == "a:1"
    assert rest[-2:] == ["b:1", "b:2"]
    assert len(rest) < len(TEXTS)
    assert [(skip.source, skip.reason) for skip in skips] == [(str(long), "bad_parquet")]
    assert "SIGKILL after row" in skips[0].message


def test_one_child_serves_many_files_and_a_reader_that_is_left_ends_its_own(
    tmp_path: Path,
) -> None:
    files = [written(tmp_path / f"{n}.parquet", TEXTS[n : n + 1]) for n in range(5)]
    list(read(files[:1], config=Config(), on_skip=print))
    before = children()
    assert len(list(read(files, config=Config(), on_skip=print))) == 5
    assert children() == before
    left = read([written(tmp_path / "long.parquet", TEXTS)], config=Config(), on_skip=print)
    next(left)
    left.close()
    assert children() < before


def test_a_file_that_unpacks_to_gigabytes_needs_no_more_than_its_limit(tmp_path: Path) -> None:
    """4,000 rows of one text of a megabyte, which the file holds once."""
    texts = pa.array(["x" * 1_000_000]).dictionary_encode().take(pa.array([0] * 4000))
    path = written(tmp_path / "bomb.parquet", texts, compression="zstd")
    assert path.stat().st_size < 100_000
    skips: list[Skip] = []
    limits = ExtractConfig(memory=1_000_000_000)
    before = pa.total_allocated_bytes()
    count = sum(1 for _ in read([path], config=Config(extract=limits), on_skip=skips.append))
    assert count < 4000
    assert [skip.reason for skip in skips] in (["bad_parquet"], ["decompression_limit"])
    assert pa.total_allocated_bytes() == before


def test_a_file_of_endless_empty_rows_is_a_bomb(tmp_path: Path) -> None:
    path = written(tmp_path / "nulls.parquet", pa.nulls(400_000, pa.string()))
    reasons: dict[str, int] = {}

    def count(skip: Skip) -> None:
        reasons[skip.reason] = reasons.get(skip.reason, 0) + 1

    assert list(read([path], config=Config(), on_skip=count)) == []
    assert reasons.pop("decompression_limit") == 1
    assert set(reasons) == {"null_text"}
    assert reasons["null_text"] < 300_000


@pytest.mark.parametrize("forged", [b"\x00" * 40, b"\xff" * 40, b"\x15\x80\x80\x80\x80\x10" * 8])
def test_a_forged_footer(tmp_path: Path, forged: bytes) -> None:
    whole = written(tmp_path / "a.parquet", TEXTS[:20]).read_bytes()
    for back in (60, 120, 240):
        at = len(whole) - 8 - back
        (tmp_path / "f.parquet").write_bytes(whole[:at] + forged + whole[at + len(forged) :])
        skips: list[Skip] = []
        read_items = list(read([tmp_path / "f.parquet"], config=Config(), on_skip=skips.append))
        assert len(read_items) == 20 or skips
        assert {skip.reason for skip in skips} <= {
            "bad_parquet", "no_text_column", "text_column_type", "bad_encoding", "null_text",
            "decompression_limit",
        }  # fmt: skip
