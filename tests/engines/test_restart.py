"""Scans that end too early: killed, out of room, not allowed to read, changed since the start."""

from __future__ import annotations

import hashlib
import json
import random
import resource
import signal
import subprocess
import sys
from pathlib import Path
from time import monotonic

import pyarrow.parquet as pq
import pytest

from dupdetect import scan, schemas
from dupdetect.engines import local
from dupdetect.errors import ScanError

#: The command itself, with batches of four documents so that there is something to resume.
_SCAN = """
import sys
from dupdetect.engines import local
local.BATCH = 4
local.FEW_PAIRS = 0
from dupdetect.cli import main
main(["scan", *sys.argv[1:], "-q", "--workers", "2"])
"""


@pytest.fixture
def launch(root):
    """Starts a scan: ``launch(source, "-o", out, ...)``."""

    def start(*arguments, size=None):
        def limit():
            # A file that would get longer is refused, as on a full disk.
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

        return subprocess.Popen(
            [sys.executable, "-c", _SCAN, *map(str, arguments)],
            cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            preexec_fn=limit if size else None,
        )  # fmt: skip

    return start


def ended(process):
    """Exit code and messages of a process that is left alone."""
    _, messages = process.communicate()
    return process.returncode, messages


def tables(out):
    return {name: pq.read_table(Path(out) / f"{name}.parquet") for name in schemas.TABLES}


def names(out):
    return {path.name for path in Path(out).iterdir()}


def test_killed_at_ten_moments_and_resumed_gives_the_same_tables(corpus, tmp_path, launch):
    for number in range(20):
        corpus.copy(f"d{number:03d}", f"more{number:03d}", change=number % 3)
    source = corpus.write(tmp_path / "c.jsonl")
    begin = monotonic()
    assert ended(launch(source, "-o", tmp_path / "whole"))[0] == 0
    whole, expected = monotonic() - begin, tables(tmp_path / "whole")
    chance, kills, finished = random.Random(10), 0, 0
    while kills < 10:
        out = tmp_path / f"out{finished}"
        process = launch(source, "-o", out, "--resume")
        try:
            process.wait(whole * chance.uniform(0.3, 1.0))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            kills += 1
        ended(process)
        if process.returncode == 0:
            assert tables(out) == expected
            finished += 1
    out = tmp_path / f"out{finished}"
    assert ended(launch(source, "-o", out, "--resume")) == (0, "")
    assert tables(out) == expected
    assert names(out) == names(tmp_path / "whole")


def test_a_full_disk_is_said_and_leaves_no_table(corpus, tmp_path, launch):
    source, out = corpus.write(tmp_path / "c.jsonl"), tmp_path / "out"
    for size in (100, 2_000, 60_000):
        code, messages = ended(launch(source, "-o", out, "--resume", size=size))
        assert code == 1
        assert "File too large" in messages
        assert "Traceback" not in messages
        made = names(out) - {".work"}
        # The report, the last and largest file, is all that may be missing then.
        assert not made or (tables(out) and "report.html" not in made)
        assert not [path for path in out.rglob("*") if ".part-" in path.name]
    assert ended(launch(source, "-o", out, "--resume")) == (0, "")
    assert ended(launch(source, "-o", tmp_path / "whole")) == (0, "")
    assert tables(out) == tables(tmp_path / "whole")


def test_an_input_that_changes_while_it_is_read_is_no_scan(corpus, tmp_path, monkeypatch):
    source = corpus.write(tmp_path / "c.jsonl")
    reading = local.Reading.__iter__

    def meddled(self):
        yield from reading(self)
        source.write_text(source.read_text() + "\n")

    monkeypatch.setattr(local.Reading, "__iter__", meddled)
    with pytest.raises(ScanError, match=r"changed while they were read: .*c\.jsonl"):
        scan([source], out=tmp_path / "out")
    assert names(tmp_path / "out") == {".work"}
    monkeypatch.undo()
    with pytest.raises(ScanError, match=r"c\.jsonl has changed"):
        scan([source], out=tmp_path / "out", resume=True)


def test_the_digests_are_those_of_the_tables(corpus, tmp_path):
    source = corpus.write(tmp_path / "c.jsonl")
    digests = []
    for out in (tmp_path / "one", tmp_path / "two"):
        scan([source], out=out)
        digests.append(json.loads((out / "run.json").read_text())["digests"])
        for name in schemas.TABLES:
            data = (out / f"{name}.parquet").read_bytes()
            assert digests[-1][name] == hashlib.sha256(data).hexdigest()
    assert digests[0] == digests[1]
