"""The full job over one corpus: both views, all scores, clusters, report; documents a second.

A whole process, as a user would run it, over ``news_fr`` of the reference data or the files given.
Where the time goes is told by the scan itself: seconds of each stage, and what workers took for a
document. The fastest of ``--runs`` counts.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.judged import shared
from benchmarks.record import digest_of_file, digest_of_texts, record


def main(arguments: list[str]) -> int:
    """Scans, prints and records; 2 when there is nothing to scan."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks scan", description=__doc__)
    parser.add_argument("sources", nargs="*", type=Path, help="default: news_fr")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--no-record", action="store_true", help="only print")
    options = parser.parse_args(arguments)
    data = shared()
    sources = options.sources or ([data / "corpora" / "news_fr.parquet"] if data else [])
    if not sources:
        print("no sources, and no reference data: nothing to scan", file=sys.stderr)
        return 2
    found = min(
        (_once(sources, options.workers) for _ in range(options.runs)),
        key=lambda line: line["elapsed_s"],
    )
    print(json.dumps(found, indent=1))
    if not options.no_record:
        record("scan", found, digest=digest_of_texts(map(digest_of_file, sources)))
    return 0


def _once(sources: Sequence[Path], workers: int) -> dict[str, Any]:
    size = sum(path.stat().st_size for path in sources)
    with tempfile.TemporaryDirectory() as folder:
        found = measure([str(path) for path in sources], Path(folder) / "out", workers)
    return {"corpus": sources[0].stem, "megabytes_stored": round(size / 1e6, 1), **found}


def measure(names: Sequence[str], out: Path, workers: int) -> dict[str, Any]:
    """The scan as a user would run it, with its own account of where the time went."""
    command = [sys.executable, "-m", "dupdetect", "scan", *names, "-o", str(out), "-q",
               "--workers", str(workers)]  # fmt: skip
    before, begin = os.times(), time.perf_counter()
    # Code 1 says that something was skipped.
    code = subprocess.run(command, check=False, stdout=subprocess.DEVNULL).returncode
    if code not in (0, 1):
        raise RuntimeError(f"the scan ended with code {code}")
    elapsed, after = time.perf_counter() - begin, os.times()
    processor = after.children_user + after.children_system
    processor -= before.children_user + before.children_system
    run = json.loads((out / "run.json").read_text(encoding="utf-8"))
    documents = run["counts"]["documents"]
    return {
        "documents": documents,
        "skipped": run["skipped"],
        "workers": workers,
        "documents_per_s": round(documents / elapsed, 1),
        "documents_per_s_first_pass": round(documents / run["timings"]["documents"], 1),
        "elapsed_s": round(elapsed, 2),
        "processor_s": round(processor, 2),
        "processor_ms_per_document": round(1000 * processor / documents, 3),
        "timings": run["timings"],
        "worker_ms_per_document": {
            name: round(1000 * seconds / documents, 3)
            for name, seconds in run["worker_seconds"].items()
        },
        "matches": run["counts"]["matches"],
        "peak_memory_bytes": run["peak_memory_bytes"],
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
