"""Near-duplicate jobs of others beside ours: whole processes, recall by exact Jaccard, precision.

Each tool reads one Parquet file (columns id and text) and writes pairs: words, 3-word shingles, 128
permutations, its own way. Others run at Jaccard 0.7, the threshold of their documentation, which is
where they are fastest; ours at 0.3, every pair verified. Recall is told by the exact Jaccard of the
planted pairs, precision as the share of the reported pairs that have at least the threshold asked.

Two corpora are made (``benchmarks.generated``): ``planted``, with copies of which 2 to 30 % of the
words are drawn anew, and ``skewed``, where one text stands 5,000 times and 20,000 share a template.
Virtual environments are made in ``~/.cache/dupdetect-peers``; what cannot be installed is absent.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from benchmarks.generated import Plan, write
from benchmarks.process import Usage, run
from benchmarks.record import digest_of_file, record

CACHE = Path(os.environ.get("DUPDETECT_PEERS", Path.home() / ".cache" / "dupdetect-peers"))
JOBS = Path(__file__).parent / "peer_jobs"
#: What each peer's environment holds; the peer itself comes first.
PEERS = {
    "daft": ("daft",),
    "gaoya": ("gaoya", "pyarrow"),
    "rensa": ("rensa", "pyarrow"),
    "datasketch": ("datasketch", "xxhash", "pyarrow"),
    "text-dedup": ("text-dedup",),
    "datatrove": ("datatrove[processing,io]", "spacy"),
}
OURS, OUR_THRESHOLD, THRESHOLD = "dupdetect", 0.3, 0.7
#: Lower bounds of the bins of exact Jaccard.
BINS = (0.3, 0.5, 0.7, 0.9)
_CHECKED = 20_000
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Corpus:
    """A corpus on disk. ``pairs``: planted ones with their exact Jaccard."""

    name: str
    path: Path
    documents: int
    size: int
    digest: str
    pairs: dict[tuple[int, int], float]
    plan: Plan


def main(arguments: list[str]) -> int:
    """Runs the jobs, prints and records a line for each."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks peers", description=__doc__)
    parser.add_argument("--documents", type=int, default=20_000)
    parser.add_argument("--corpus", choices=["planted", "skewed", "both"], default="both")
    parser.add_argument("--only", nargs="*", choices=[OURS, *PEERS], help="these tools alone")
    parser.add_argument("--runs", type=int, default=1, help="the fastest of so many counts")
    parser.add_argument("--timeout", type=float, default=3600.0, help="seconds for a job")
    parser.add_argument("--no-record", action="store_true", help="only print")
    options = parser.parse_args(arguments)
    names = options.only or [OURS, *PEERS]
    with tempfile.TemporaryDirectory(prefix="dupdetect-peers-") as folder:
        for corpus in _corpora(Path(folder), options.documents, options.corpus):
            for name in names:
                line = _job(name, corpus, Path(folder), options.runs, options.timeout)
                print(json.dumps(line, ensure_ascii=False), flush=True)
                if not options.no_record:
                    record("peers", line, digest=corpus.digest)
    return 0


def _corpora(folder: Path, documents: int, which: str) -> Iterator[Corpus]:
    plans = {
        "planted": Plan(documents),
        "skewed": Plan(documents + 25_000, copied=5_000, templated=20_000, seed=2),
    }
    for name, plan in plans.items():
        if which in (name, "both"):
            path = folder / f"{name}.parquet"
            planted = [(a, b) for a, b, _ in write(path, plan)]
            texts = pq.read_table(path)["text"]
            exact = jaccards(texts, planted)
            size = int(texts.nbytes)
            yield Corpus(name, path, plan.documents, size, digest_of_file(path), exact, plan)


def jaccards(texts: Any, pairs: Sequence[tuple[int, int]]) -> dict[tuple[int, int], float]:
    """Exact Jaccard of 3-word shingles by plain Python, smaller number first."""
    found = {}
    for a, b in pairs:
        one, other = _shingles(texts[a].as_py()), _shingles(texts[b].as_py())
        found[min(a, b), max(a, b)] = len(one & other) / max(1, len(one | other))
    return found


def _shingles(text: str) -> set[tuple[str, ...]]:
    words = _WORD.findall(text.lower())
    return set(zip(words, words[1:], words[2:], strict=False))


def _job(name: str, corpus: Corpus, folder: Path, runs: int, timeout: float) -> dict[str, Any]:
    threshold = OUR_THRESHOLD if name == OURS else THRESHOLD
    line: dict[str, Any] = {
        "tool": name, "corpus": corpus.name, "documents": corpus.documents,
        "megabytes": round(corpus.size / 1e6, 1), "threshold": threshold,
    }  # fmt: skip
    out = folder / f"{name}.pairs"
    try:
        command, version = _command(name, corpus.path, out, threshold)
    except subprocess.CalledProcessError as error:
        reason = (error.stderr or "").strip().splitlines()[-1:] or ["pip failed"]
        return {**line, "absent": reason[0][:300]}
    best: Usage | None = None
    for _ in range(runs):
        out.unlink(missing_ok=True)
        used = run(command, timeout=timeout, log=folder / f"{name}.log")
        if used.code != 0 or not out.exists():
            failed = "time ran out" if used.code is None else used.error
            return {**line, "version": version, "failed": failed, "wall_s": round(used.wall, 1)}
        if best is None or used.wall < best.wall:
            best = used
    assert best is not None
    pairs = _read(out, ours=name == OURS)
    figures = best.figures(corpus.documents, corpus.size)
    return {**line, "version": version, **figures, **_judged(pairs, corpus, threshold)}


def _command(name: str, corpus: Path, out: Path, threshold: float) -> tuple[list[str], str]:
    if name == OURS:
        import dupdetect

        command = [sys.executable, "-m", "dupdetect", "copies", "-q", str(corpus), "-o", str(out)]
        return [*command, "--threshold", str(threshold)], dupdetect.__version__
    python = _environment(name)
    job = JOBS / f"{name.replace('-', '_')}_job.py"
    code = f"from importlib.metadata import version; print(version({name!r}))"
    told = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True)
    return [str(python), str(job), str(corpus), str(out), str(threshold)], told.stdout.strip()


def _environment(name: str) -> Path:
    """The interpreter of a peer's environment, made if it is not there; CalledProcessError."""
    folder = CACHE / name
    python = folder / "bin" / "python"
    if not (folder / "complete").exists():
        quiet = {"capture_output": True, "text": True, "check": True}
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], **quiet)
        install = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        subprocess.run([*install, *PEERS[name]], **quiet)
        (folder / "complete").touch()
    return python


def _read(path: Path, *, ours: bool) -> set[tuple[int, int]]:
    if ours:
        table = pq.read_table(path, columns=["a", "b"])
        columns = (table["a"].to_pylist(), table["b"].to_pylist())
        numbers = [tuple(map(int, row)) for row in zip(*columns, strict=True)]
    else:
        with path.open() as file:
            numbers = [tuple(map(int, line.split("\t"))) for line in file]
    return {(min(pair), max(pair)) for pair in numbers if pair[0] != pair[1]}


def _judged(
    pairs: set[tuple[int, int]], corpus: Corpus, threshold: float
) -> dict[str, float | int]:
    """Recall of planted pairs, precision of (a sample of) what was reported."""
    result: dict[str, Any] = {"pairs": len(pairs)}
    edges = (*BINS, 2.0)
    for low, high in pairwise(edges):
        inside = [pair for pair, value in corpus.pairs.items() if low <= value < high]
        label = f"{low}-{min(high, 1.0)}"
        result[f"planted {label}"] = len(inside)
        if inside:
            result[f"recall {label}"] = round(sum(p in pairs for p in inside) / len(inside), 4)
    for low in (0.3, 0.5, 0.7):
        inside = [pair for pair, value in corpus.pairs.items() if value >= low]
        if inside:
            result[f"recall >= {low}"] = round(sum(p in pairs for p in inside) / len(inside), 4)
    sample = random.Random(1).sample(sorted(pairs), min(len(pairs), _CHECKED))
    values = jaccards(pq.read_table(corpus.path)["text"], sample).values()
    if values:
        # A ratio of integers against a decimal threshold: equal ones count.
        good = sum(value >= threshold - 1e-9 for value in values)
        result["precision"] = round(good / len(values), 4)
        result["precision at 0.3"] = round(sum(v >= 0.3 - 1e-9 for v in values) / len(values), 4)
    if corpus.plan.copied:
        result["copies connected"] = _connected(pairs, corpus)
    return result


def _connected(pairs: set[tuple[int, int]], corpus: Corpus) -> float:
    """Share of the copies of the one text that the pairs join into one piece."""
    texts = pq.read_table(corpus.path)["text"].to_pylist()
    places: dict[str, list[int]] = defaultdict(list)
    for number, text in enumerate(texts):
        places[text].append(number)
    copies = max(places.values(), key=len)
    neighbours: dict[int, list[int]] = defaultdict(list)
    inside = set(copies)
    for a, b in pairs:
        if a in inside and b in inside:
            neighbours[a].append(b)
            neighbours[b].append(a)
    best, reached = 0, set[int]()
    for start in copies:
        if start in reached:
            continue
        waiting, size = [start], 0
        reached.add(start)
        while waiting:
            size += 1
            fresh = set(neighbours[waiting.pop()]) - reached
            reached |= fresh
            waiting += fresh
        best = max(best, size)
    return round(best / len(copies), 4)
