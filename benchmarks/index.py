"""The living index: adding, asking, opening and killing it, up to a million documents; and others.

``python -m benchmarks index`` fills an index (texts not kept) with the documents of
:mod:`benchmarks.index_corpus`, and at growing sizes asks it articles it does not hold and the
planted rewrites and translations of ``rewrites_fr``, whose sources it holds. Times are of
``Index.query`` from text to verified matches, one at a time, languages given; in this process, and
in one of its own (``apart``). ``--peers`` measures
datasketch, rensa and gaoya at 20,000 documents; ``--faults`` kills writers and lets six processes
work at once (:mod:`benchmarks.index_faults`).
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from benchmarks import index_faults, index_peers
from benchmarks.index_corpus import Worlds, template_copies
from benchmarks.judged import shared
from benchmarks.record import digest_of_file, record
from dupdetect.detector import Index
from dupdetect.index import candidates, likely
from dupdetect.kernels.likely import Least
from dupdetect.records import Document
from dupdetect.training.verifier_data import news

SIZES = (10_000, 35_000, 100_000, 300_000, 1_000_000)
#: Articles that are asked and never added; a part of the queries beside the planted texts.
HELD_OUT = 1_000
#: Up to this size all candidates are verified once, to see what the cheap looks leave out.
LOSSES_UP_TO = 100_000
#: Passes over the queries at each size.
PASSES = 3
#: Documents given to ``add_many`` at a time.
PART = 16_384

_OPEN = """
import json, sys, time
from dupdetect.detector import Index
from dupdetect.records import Document
from dupdetect.index.stores import lmdb
times = []
for _ in range(5):
    started, began = time.perf_counter(), time.process_time()
    index = Index.open(sys.argv[1], create=False)
    times.append((time.perf_counter() - started, time.process_time() - began))
    len(index)
    if len(times) < 5:
        index.close()
opened = times[-1][0]
first = 0.0
for line in open(sys.argv[2]):
    index.query(Document(id="q", text=json.loads(line), language="fr"))
    first = first or time.perf_counter() - started - opened
status = open("/proc/self/status").read()
kilobytes = {name: int(status.split(name + ":")[1].split()[0]) for name in ("RssAnon", "RssFile")}
found = {"first": times[0], "median": sorted(times)[2]}
print(json.dumps({"open": found, "first_query_ms": first * 1e3, **kilobytes}))
"""

_ASK = """
import json, sys
from benchmarks.index import ask
from dupdetect.detector import Index
from dupdetect.records import Document
with Index.open(sys.argv[1], create=False) as index:
    asked = json.load(open(sys.argv[2])).items()
    print(json.dumps({name: ask(index, [Document(**one) for one in all]) for name, all in asked}))
"""


def main(arguments: list[str]) -> int:
    """Measures, prints and records."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks index", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", default=list(SIZES))
    parser.add_argument("--folder", type=Path, help="where the index is made; kept")
    parser.add_argument("--peers", action="store_true", help="others at 20,000 documents")
    parser.add_argument("--faults", action="store_true", help="killed writers, many processes")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=60.0, help="of six processes at once")
    parser.add_argument("--no-record", action="store_true", help="only print")
    options = parser.parse_args(arguments)
    data = shared()
    if data is None:
        print("reference data absent (DUPDETECT_SHARED): nothing measured", file=sys.stderr)
        return 0
    digest = digest_of_file(data / "corpora" / "news_fr.parquet")

    def report(line: dict[str, Any]) -> None:
        print(json.dumps(line), flush=True)
        if not options.no_record:
            record("index", line, digest=digest)

    if options.faults:
        with tempfile.TemporaryDirectory() as folder:
            report(index_faults.killed(Path(folder) / "killed", options.kills))
            report(index_faults.together(Path(folder) / "together", options.seconds))
            if shutil.which("redis-server"):
                report(index_faults.restarted(Path(folder) / "redis", options.seconds))
        return 0
    worlds, asked = questions(data)
    if options.peers:
        for line in index_peers.measure(worlds, asked["unseen"]):
            report(line)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        path = options.folder or Path(folder) / "index"
        with Index.open(path, keep_text=False) as index:
            grow(index, path, worlds, asked, sorted(options.sizes), report)
    return 0


def questions(data: Path) -> tuple[Worlds, dict[str, list[Document]]]:
    """The haystack, and what it is asked: unseen articles, planted texts whose sources it holds."""
    articles = news(data)
    planted = pq.read_table(data / "corpora" / "rewrites_fr.parquet").to_pylist()
    sources = {row["source_id"] for row in planted}
    unseen = [id for id in articles if id not in sources][-HELD_OUT:]
    asked = {
        "unseen": [Document(id=f"q-{id}", text=articles.pop(id), language="fr") for id in unseen],
        "planted": [
            Document(id=f"p-{i}", text=row["text"], language=row.get("lang") or "fr")
            for i, row in enumerate(planted)
            if row["kind"] != "independent"
        ],
    }
    first = {id: articles[id] for id in articles if id in sources}
    return Worlds(first | articles), asked


def grow(
    index: Index, path: Path, worlds: Worlds, asked: dict[str, list[Document]],
    sizes: list[int], report: Callable[[dict[str, Any]], None],
) -> None:  # fmt: skip
    """Fills the index to each size and measures it there."""
    for document in worlds.documents(0, 200):
        index.query(document)  # compiles or loads the kernels
    for size in sizes:
        begin = len(index)
        added, processor = fill(index, worlds, begin, size)
        line: dict[str, Any] = {
            "what": "index",
            "documents": size,
            "added": size - begin,
            "add_many_per_s": round((size - begin) / added),
            "add_many_per_processor_s": round((size - begin) / processor),
            "bytes_per_document": round(on_disk(path) / size),
        }
        line["segments"] = index.info()["segments"]
        for name, documents in asked.items():
            line[name] = ask(index, documents)
        line["mixed"] = ask(index, [d for pair in zip(*asked.values(), strict=False) for d in pair])
        if size <= LOSSES_UP_TO:
            line["looks"] = looks(index, [d for documents in asked.values() for d in documents])
        line["many_us"] = many(index, asked["unseen"])
        line |= opened(path, asked["unseen"])
        line["apart"] = apart(path, asked)
        line |= single_adds(index, path, asked["unseen"][:200])
        if size == sizes[-1]:
            started = time.perf_counter()
            index.compact()
            line["compact_s"] = round(time.perf_counter() - started, 1)
            line["compacted_bytes_per_document"] = round(on_disk(path) / size)
            line["compacted_unseen"] = ask(index, asked["unseen"])
            line["compacted_planted"] = ask(index, asked["planted"])
            line["compacted_apart"] = apart(path, asked)
            documents = template_copies(5_000)
            index.add_many(documents[:-200])
            cut = index.info()["cut"]
            line["template"] = ask(index, documents[-200:])
            line["template"]["lists_cut"] = index.info()["cut"] - cut
        report(line)


def fill(index: Index, worlds: Worlds, begin: int, end: int) -> tuple[float, float]:
    """Seconds, and seconds of processor time, that ``add_many`` takes (not: making the texts)."""
    elapsed = used = 0.0
    for at in range(begin, end, PART):
        documents = list(worlds.documents(at, min(at + PART, end)))
        started, began = time.perf_counter(), time.process_time()
        index.add_many(documents)
        elapsed += time.perf_counter() - started
        used += time.process_time() - began
    started, began = time.perf_counter(), time.process_time()
    index.tidy()
    return elapsed + time.perf_counter() - started, used + time.process_time() - began


def ask(index: Index, documents: list[Document]) -> dict[str, Any]:
    """Times of single queries in microseconds, elapsed and of the processor; what they found.

    ``best``: of :data:`PASSES` passes over all queries the best time of each, which is what a busy
    machine says of an idle one.
    """
    for document in documents[:50]:
        index.query(document)
    times = np.empty((PASSES, 2, len(documents)))
    found = []
    for again in times:
        for i, document in enumerate(documents):
            began, started = time.thread_time(), time.perf_counter()
            matches = index.query(document)
            again[:, i] = time.perf_counter() - started, time.thread_time() - began
            found.append(len(matches))
    return {
        "queries": len(documents),
        **_percentiles("", times[0, 0]),
        **_percentiles("processor_", times[0, 1]),
        **_percentiles("best_", times[:, 0].min(axis=0)),
        **_percentiles("best_processor_", times[:, 1].min(axis=0)),
        "with_matches": round(float(np.mean(np.array(found) > 0)), 3),
    }


def _percentiles(name: str, seconds: NDArray[np.float64]) -> dict[str, int]:
    return {f"{name}p{q}_us": round(float(np.percentile(seconds, q)) * 1e6) for q in (50, 90, 99)}


def looks(index: Index, documents: list[Document]) -> dict[str, int]:
    """Matches, and how many of them cheap looks at candidates lose beside verifying all."""
    found = [{match.b for match in index.query(document)} for document in documents]
    every = Least(shingles=1.0, same=1e-9, alone=1e-9, across=1e-9)
    with (
        mock.patch.object(candidates, "MOST_VERIFIED", 1 << 30),
        mock.patch.object(likely, "LEAST", every),
    ):
        wanted = [{match.b for match in index.query(document)} for document in documents]
    return {
        "matches": sum(map(len, wanted)),
        "lost": sum(len(all_ - some) for all_, some in zip(wanted, found, strict=True)),
    }


def many(index: Index, documents: list[Document]) -> int:
    """Microseconds a document of ``query_many``."""
    started = time.perf_counter()
    index.query_many(documents)
    return round((time.perf_counter() - started) / len(documents) * 1e6)


def single_adds(index: Index, path: Path, documents: list[Document]) -> dict[str, Any]:
    """A durable add, and of a document that was asked for just before, beside writing and syncing
    as many bytes, and in a transaction with others, which is all but the waiting for the disk; the
    documents are removed again."""
    times, asked, plain, unsynced = [], [], [], []
    for i, document in enumerate(documents):
        if i % 2:
            index.query(document)
        (asked if i % 2 else times).append(_seconds(index, document))
        with tempfile.TemporaryFile(dir=path.parent) as file:
            started = time.perf_counter()
            file.write(bytes(4096))
            file.flush()
            os.fsync(file.fileno())
            plain.append(time.perf_counter() - started)
    with index.batch():
        for document in documents:
            index.remove(document.id)
            unsynced.append(_seconds(index, document))
    for document in documents:
        index.remove(document.id)
    return {
        "add_p50_us": round(float(np.median(times)) * 1e6),
        "asked_add_p50_us": round(float(np.median(asked)) * 1e6),
        "add_in_batch_p50_us": round(float(np.median(unsynced)) * 1e6),
        "sync_p50_us": round(float(np.median(plain)) * 1e6),
    }


def _seconds(index: Index, document: Document) -> float:
    """How long an add takes."""
    started = time.perf_counter()
    index.add(document)
    return time.perf_counter() - started


def opened(path: Path, documents: list[Document]) -> dict[str, Any]:
    """Opening in a fresh process, its first query, and its memory after many."""
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
        file.writelines(json.dumps(document.text) + "\n" for document in documents)
        file.flush()
        done = subprocess.run(
            [sys.executable, "-c", _OPEN, str(path), file.name],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    if done.returncode:
        return {"open_error": done.stderr[-2000:]}
    found = json.loads(done.stdout)
    return {
        **{
            f"open_{which}_{name}ms": round(1e3 * seconds, 1)
            for which, pair in found["open"].items()
            for name, seconds in zip(("", "processor_"), pair, strict=True)
        },
        "first_query_ms": round(found["first_query_ms"]),
        "anonymous_memory_mb": round(found["RssAnon"] / 1024),
        "mapped_memory_mb": round(found["RssFile"] / 1024),
    }


def apart(path: Path, asked: dict[str, list[Document]]) -> dict[str, Any]:
    """:func:`ask` in a process that has added nothing: this one holds the articles that everything
    is made of, and what it allocates lies scattered among them."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        plain = {
            name: [{"id": d.id, "text": d.text, "language": d.language} for d in documents]
            for name, documents in asked.items()
        }
        json.dump(plain, file)
        file.flush()
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", _ASK, str(path), file.name],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    return {"error": done.stderr[-2000:]} if done.returncode else json.loads(done.stdout)


def on_disk(path: Path) -> int:
    """Bytes that a folder's files take on the disk."""
    return sum(file.stat().st_blocks * 512 for file in path.iterdir())
