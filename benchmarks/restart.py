"""A scan killed with -9 at random moments and resumed: are its tables those of a whole one?

The longer form of ``tests/engines/test_restart.py``: by default 3,000 generated pages in WARC
archives, 40 kills. Each run gets a share of the time that an uninterrupted one takes, so that kills
fall into every stage.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from benchmarks.record import record
from benchmarks.warc import make
from dupdetect.schemas import TABLES

_STAGES = ("documents", "candidates", "pairs", "clusters", "tables", "report")


def main(arguments: list[str]) -> int:
    """Makes archives, kills, compares, prints and records; 1 when the tables differ."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks restart", description=__doc__)
    parser.add_argument("--pages", type=int, default=3000)
    parser.add_argument("--kills", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--no-record", action="store_true", help="only print")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        corpus = make(Path(folder), pages=options.pages, files=4)
        found = measure(corpus["names"], Path(folder), options.kills, options.seed)
    print(json.dumps(found, indent=1))
    if not options.no_record:
        record("restart", found, digest=corpus["digest"])
    return 0 if found["tables_equal"] else 1


def measure(names: list[str], folder: Path, kills: int, seed: int) -> dict[str, Any]:
    """Kills and resumes until ``kills`` are done; in which stages they fell."""
    run(names, folder / "warm").communicate()  # compiles kernels where they are not yet
    begin = time.perf_counter()
    run(names, folder / "whole").communicate()
    whole = time.perf_counter() - begin
    expected = tables(folder / "whole")
    chance, done, scans, equal = random.Random(seed), 0, 0, True
    left: dict[str, int] = {}
    while True:
        out = folder / f"out{scans}"
        process = run(names, out)
        if done < kills:
            try:
                process.wait(whole * chance.uniform(0.05, 0.5))
            except subprocess.TimeoutExpired:
                process.kill()
                done += 1
        messages = process.communicate()[1]
        told = [line.partition(":")[0] for line in messages.splitlines()]
        stage = next((name for name in reversed(told) if name in _STAGES), "start")
        if process.returncode == 0:
            scans += 1
            equal = equal and tables(out) == expected
            if done >= kills:
                break
        else:
            left[stage] = left.get(stage, 0) + 1
    return {"kills": done, "killed_in": left, "scans_finished": scans, "tables_equal": equal,
            "uninterrupted_s": round(whole, 1)}  # fmt: skip


def run(names: list[str], out: Path) -> subprocess.Popen[str]:
    """The command, which names its stages on standard error."""
    command = [sys.executable, "-m", "dupdetect", "scan", *names, "-o", str(out), "--resume"]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def tables(out: Path) -> dict[str, Any]:
    """All tables of a scan."""
    return {name: pq.read_table(out / f"{name}.parquet") for name in TABLES}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
