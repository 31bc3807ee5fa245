"""Time and memory from 10,000 to 1,000,000 generated documents (2.5 GB of text).

Jobs are whole processes: ``copies`` (near-duplicates alone) and ``scan`` (both views, all scores,
clusters, report). A tenth of the documents are planted copies. The exponent of growth is the slope
of log time over log documents, by wall and by processor time; the latter a busy machine changes
less. The corpus is made once, in parts of 50,000 documents, and kept in ``--folder``.
"""

from __future__ import annotations

import argparse
import json
import math
import shutil
import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from benchmarks.generated import Plan, write
from benchmarks.process import run
from benchmarks.record import digest_of_texts, record

SIZES = (10_000, 100_000, 1_000_000)
PART = 50_000
MEMORY = 3 << 30


def main(arguments: list[str]) -> int:
    """Measures, prints and records a line for each job and size; 1 when memory was exceeded."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks growth", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--jobs", nargs="+", choices=["copies", "scan"], default=["copies", "scan"])
    parser.add_argument("--folder", type=Path, default=Path("/tmp/dupdetect-growth"))
    parser.add_argument("--memory", type=int, default=MEMORY, help="bytes that a scan may use")
    parser.add_argument("--timeout", type=float, default=4 * 3600.0)
    parser.add_argument("--no-record", action="store_true", help="only print")
    options = parser.parse_args(arguments)
    options.folder.mkdir(parents=True, exist_ok=True)
    exceeded = False
    for job in options.jobs:
        lines: list[dict[str, Any]] = []
        for size in sorted(options.sizes):
            files = corpus(options.folder, size)
            line = _measured(job, size, files, options)
            before = lines[-1] if lines else None
            if before and "cpu_s" in line and "cpu_s" in before:
                line |= {
                    f"exponent_{clock}": _exponent(before, line, clock) for clock in ("wall", "cpu")
                }
            lines.append(line)
            print(json.dumps(line), flush=True)
            exceeded |= line.get("peak_memory_mb", 0) * 1e6 > options.memory
            if not options.no_record:
                record("growth", line, digest=_digest(files))
    return int(exceeded)


def corpus(folder: Path, size: int) -> list[Path]:
    """Files with ``size`` documents together; made if they are not there."""
    if size < PART:
        parts = [(folder / f"small-{size}.parquet", size, 99)]
    else:
        count = -(-size // PART)
        parts = [(folder / f"part-{n:02d}.parquet", PART, 100 + n) for n in range(count)]
    for path, documents, seed in parts:
        if not path.exists():
            part = path.with_suffix(".tmp")
            write(part, Plan(documents, words=400, phrases=False, seed=seed))
            part.rename(path)
    return [path for path, _, _ in parts]


def _digest(files: list[Path]) -> str:
    """Of the first thousand texts of each file: the rest follows from the seed."""
    texts = (next(pq.ParquetFile(path).iter_batches(1000, columns=["text"])) for path in files)
    return digest_of_texts(text for batch in texts for text in batch["text"].to_pylist())


def _measured(
    job: str, size: int, files: list[Path], options: argparse.Namespace
) -> dict[str, Any]:
    out = options.folder / f"out-{job}"
    shutil.rmtree(out, ignore_errors=True)
    command = [sys.executable, "-m", "dupdetect", job, "-q", *map(str, files), "-o"]
    if job == "copies":
        out.mkdir()
        command += [str(out / "pairs.parquet"), "--threshold", "0.3"]
    else:
        command += [str(out), "--memory", str(options.memory)]
    used = run(command, timeout=options.timeout, log=options.folder / f"{job}.log")
    texts = sum(_text_bytes(path) for path in files)
    line: dict[str, Any] = {"job": job, "documents": size, "megabytes": round(texts / 1e6)}
    if used.code != 0:
        failed = "time ran out" if used.code is None else used.error
        return {**line, "failed": failed, "wall_s": round(used.wall)}
    line |= used.figures(size, texts)
    if job == "copies":
        line["pairs"] = pq.read_metadata(out / "pairs.parquet").num_rows
    else:
        told = json.loads((out / "run.json").read_text(encoding="utf-8"))
        line |= {"counts": told["counts"], "timings": told["timings"]}
    shutil.rmtree(out)
    return line


def _text_bytes(path: Path) -> int:
    metadata = pq.read_metadata(path)
    groups = (metadata.row_group(n) for n in range(metadata.num_row_groups))
    return sum(group.column(1).total_uncompressed_size for group in groups)


def _exponent(before: dict[str, Any], after: dict[str, Any], clock: str) -> float:
    times = after[f"{clock}_s"] / before[f"{clock}_s"]
    return round(math.log(times) / math.log(after["documents"] / before["documents"]), 3)
