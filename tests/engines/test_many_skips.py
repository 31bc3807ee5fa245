"""A source of nothing but bad records: all are counted, some are kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from dupdetect import readers, scan
from dupdetect.config import Config
from dupdetect.engines.base import MAX_SKIPS
from dupdetect.engines.batches import Reading


def test_skips_beyond_the_first_are_counted_and_not_held(tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_text("{}\n" * (MAX_SKIPS + 500) + "[]\n" * 7)
    folder = tmp_path / "work"
    folder.mkdir()
    files = readers.expand([tmp_path / "bad.jsonl"], pytest.fail)
    reading = Reading(files, folder, config=Config())
    assert list(reading) == []
    assert len(list(reading.skips())) == MAX_SKIPS
    assert reading.more_skips() == {"no_text": 500, "not_an_object": 7}


def test_a_scan_counts_them_all(tmp_path: Path) -> None:
    text = "Ein ganz gewöhnlicher Satz mit genug Wörtern darin, noch einer, und dann ist Schluss."
    (tmp_path / "bad.jsonl").write_text("{}\n" * (MAX_SKIPS + 5) + f'{{"text": "{text}"}}\n')
    result = scan([tmp_path / "bad.jsonl"], out=tmp_path / "out", workers=1)
    assert result.skipped == {"no_text": MAX_SKIPS + 5}
    assert len(result.skips) == MAX_SKIPS
    assert result.counts["documents"] == 1
