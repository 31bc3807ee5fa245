"""A scan of ``news_fr`` by a standalone Spark cluster on this machine, beside the local engine.

Are the tables equal; seconds by stage; bytes that pass through shuffles, per document; how seconds,
rows and bytes are spread over tasks. ``--skew`` does so with a template of 20,000 pages and an
article copied 5,000 times. With ``--growth`` the sizes of buckets of bands and of lists of anchor
keys as the corpus grows (what ``docs/scale.md`` counts with).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.judged import shared
from benchmarks.record import digest_of_file, record
from benchmarks.spark_tasks import measured
from dupdetect import schemas
from dupdetect.config import Config
from dupdetect.engines import scan
from dupdetect.quality.sketching import sketch_articles
from dupdetect.training.verifier_data import news

#: Sums over all tasks.
TOTALS = ("task_seconds", "shuffle_bytes", "written_bytes", "spilled_bytes")


@contextmanager
def cluster(folder: Path, *, workers: int) -> Iterator[tuple[str, set[int]]]:
    """A master on loopback with workers of one core each: its URL, and the sessions of all."""
    import pyspark

    command = str(Path(pyspark.__file__).parent / "bin" / "spark-class")
    environment = {**os.environ, "SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable}
    running: list[subprocess.Popen[bytes]] = []

    def start(name: str, *options: str) -> Path:
        log = folder / f"{len(running)}.log"
        with log.open("wb") as file:
            kind = f"org.apache.spark.deploy.{name}"
            line = [command, kind, "--host", "127.0.0.1", "--webui-port", "0", *options]
            running.append(
                subprocess.Popen(
                    line, env=environment, stdout=file, stderr=file, start_new_session=True
                )
            )
        return log

    try:
        log = start("master.Master", "--port", "0")
        while "Starting Spark master at " not in (told := log.read_text(errors="replace")):
            time.sleep(0.1)
        url = told.partition("Starting Spark master at ")[2].split()[0]
        for number in range(workers):
            work = str(folder / f"work-{number}")
            start("worker.Worker", "-c", "1", "-m", "3g", "-d", work, url)
        yield url, {process.pid for process in running}
    finally:
        for process in reversed(running):
            process.terminate()
            process.wait()


#: ``--skew``: documents of a template, copies of one article, and articles besides.
SKEW = {"template": 20_000, "copies": 5_000, "documents": 1_000}


def template(known: list[str], number: int) -> list[str]:
    """``number`` pages of one mould: 120 words that all share, 2 of their own."""
    mould = known[0].split()[:120]
    words = sorted({word for text in known for word in text.split() if word.isalpha()})
    rng = np.random.default_rng(2)
    own = rng.integers(0, len(words), (number, 2)).tolist()
    return [" ".join([*mould, *(words[at] for at in places)]) for places in own]


def processor_seconds(sessions: set[int]) -> float:
    """Seconds of processor time of the processes that are left of these sessions of Linux."""
    total = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) in sessions:
            total += sum(int(value) for value in fields[11:15])
    return total / os.sysconf("SC_CLK_TCK")


class Stopwatch:
    """Progress of a scan: seconds of processor time at the beginning of each stage."""

    def __init__(self, sessions: set[int]) -> None:
        self._sessions = sessions | {os.getsid(0)}
        self._told: list[tuple[str, float]] = []

    def stage(self, name: str, total: int | None) -> None:
        """See Progress."""
        self._told.append((name, processor_seconds(self._sessions)))

    def advance(self, n: int) -> None:
        """See Progress."""

    def seconds(self) -> dict[str, float]:
        """By stage. Processes that ended inside a stage count if their parents waited for them."""
        self.stage("", None)
        pairs = zip(self._told, self._told[1:], strict=False)
        return {name: round(end - start, 1) for (name, start), (_, end) in pairs}


def key_columns(texts: list[str]) -> dict[str, tuple[Any, Any]]:
    """Keys of bands and of anchors, and the document of each."""
    bands, keys, band_docs, key_docs = [], [], [], []
    config = Config()
    for at in range(0, len(texts), 512):
        batch = sketch_articles(texts[at : at + 512], config)
        docs = np.arange(at, at + len(batch))
        signed = batch.has_signature
        bands.append(batch.bands[signed].ravel())
        band_docs.append(np.repeat(docs[signed], batch.bands.shape[1]))
        keys.append(batch.keys)
        key_docs.append(np.repeat(docs, np.diff(batch.key_doc)))
    return {
        "bands": (np.concatenate(bands), np.concatenate(band_docs)),
        "keys": (np.concatenate(keys), np.concatenate(key_docs)),
    }


def growth(texts: list[str], *, at: tuple[int, ...] = (10**8, 10**9)) -> dict[str, Any]:
    """Sizes of buckets and lists as the corpus grows, and what they would be at ``at`` documents.

    Documents are taken in random order. The larger sizes are simulated by a Pitman-Yor process:
    distinct keys grow with a power d of the corpus (fitted on the last doubling), and a share
    d gamma(j - d) / (gamma(1 - d) j!) of them has j documents (Pitman 2006, lemma 3.11).
    """
    rng = np.random.default_rng(1)
    order = rng.permutation(len(texts))
    caps = {"bands": Config().shingle.max_bucket, "keys": Config().anchor.max_bucket}
    found: dict[str, Any] = {}
    for name, (keys, docs) in key_columns(texts).items():
        rank = order[docs]
        steps = [n for n in (2**k * 1000 for k in range(12)) if n < len(texts)] + [len(texts)]
        measured_sizes = []
        for n in steps:
            sizes = np.unique(keys[rank < n], return_counts=True)[1].astype(np.int64)
            kinds, counts = np.unique(sizes, return_counts=True)
            measured_sizes.append(described(kinds, counts, n, caps[name]))
        last, before = measured_sizes[-1], measured_sizes[-2]
        ratio = last["documents"] / before["documents"]
        d = float(np.log(last["distinct"] / before["distinct"]) / np.log(ratio))
        simulated = []
        for n in (len(texts), *at):
            distinct = last["distinct"] * (n / len(texts)) ** d
            total = last["keys per document"] * n
            simulated.append(described(*pitman_yor(d, distinct, total), n, caps[name]))
        found[name] = {"exponent": round(d, 3), "measured": measured_sizes, "simulated": simulated}
    return found


def pitman_yor(d: float, distinct: float, total: float) -> tuple[Any, Any]:
    """Sizes 1... and the expected number of keys of each, up to where they hold all postings."""
    sizes = np.arange(1, 1 << 20, dtype=np.float64)
    logs = np.concatenate([[0.0], np.cumsum(np.log1p(-(1 + d) / sizes[1:]))])
    counts = distinct * d * np.exp(logs)
    held = np.cumsum(sizes * counts)
    end = max(2, int(np.searchsorted(held, total)))
    return sizes[:end], counts[:end]


def described(sizes: Any, counts: Any, n: int, cap: int) -> dict[str, Any]:
    """What caps leave and drop of keys with these sizes, per document."""
    short = (sizes >= 2) & (sizes <= cap)
    postings, pairs = sizes * counts, sizes * (sizes - 1) / 2 * counts
    long = sizes > cap
    return {
        "documents": n,
        "distinct": round(float(counts.sum())),
        "keys per document": round(float(postings.sum()) / n, 1),
        "in lists of 2 to the cap": round(float(postings[short].sum()) / n, 2),
        "in longer lists": round(float(postings[long].sum()) / n, 2),
        "pairs followed per document": round(float(pairs[short].sum()) / n, 2),
        "pairs without a cap per document": round(float(pairs.sum()) / n, 1),
        "largest": int(sizes.max()),
    }


def compared(corpus: Path, folder: Path, *, workers: int) -> dict[str, Any]:
    """Both engines on one corpus."""
    begin = time.perf_counter()
    watch = Stopwatch(set())
    scan([corpus], out=folder / "local", progress=watch)
    processor = {"local": watch.seconds()}
    local = time.perf_counter() - begin
    log = folder / "events"
    log.mkdir()
    conf = {
        "spark.eventLog.enabled": "true",
        "spark.eventLog.compress": "false",
        "spark.eventLog.dir": log.as_uri(),
        "spark.driver.host": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.executor.memory": "2g",
    }
    begin = time.perf_counter()
    with cluster(folder, workers=workers) as (url, sessions):
        watch = Stopwatch(sessions)
        result = scan(
            [corpus], out=folder / "spark", engine="spark", master=url, spark_conf=conf,
            progress=watch,
        )  # fmt: skip
        processor["spark"] = watch.seconds()
    seconds = time.perf_counter() - begin
    n = result.counts["documents"]
    found = measured(log)
    equal = {
        name: pq.read_table(folder / "local" / f"{name}.parquet").equals(
            pq.read_table(folder / "spark" / f"{name}.parquet")
        )
        for name in schemas.TABLES
    }
    return {
        "documents": n,
        "tables equal": equal,
        "counts": result.counts,
        "local seconds": round(local, 1),
        "spark seconds": round(seconds, 1),
        "timings": result.timings,
        "processor seconds": processor,
        **{f"{name} per document": round(found[name] / n, 4) for name in TOTALS},
        "shuffle_bytes per document by stage": {
            name: round(size / n, 1) for name, size in found["shuffle_bytes by stage"].items()
        },
        "tasks of the heaviest stages": found["tasks"],
    }


def main(arguments: list[str]) -> int:
    """Runs, prints and records."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks spark", description=__doc__)
    parser.add_argument("--documents", type=int, default=0, help="the first N only")
    parser.add_argument("--copies", type=int, default=0, help="copies of the first, to skew it")
    parser.add_argument("--template", type=int, default=0, help="pages of one mould, to skew it")
    parser.add_argument("--skew", action="store_true", help=f"as {SKEW} says")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--growth", action="store_true", help="only sizes of buckets, no scan")
    chosen = parser.parse_args(arguments)
    if chosen.skew:
        vars(chosen).update(SKEW)
    data = shared()
    if data is None:
        print("reference data absent (DUPDETECT_SHARED): nothing measured", file=sys.stderr)
        return 0
    texts = news(data)
    ids, bodies = list(texts), list(texts.values())
    if chosen.documents:
        ids, bodies = ids[: chosen.documents], bodies[: chosen.documents]
    if chosen.growth:
        grown = growth(bodies)
        print(json.dumps(grown, indent=1))
        digest = digest_of_file(data / "corpora" / "news_fr.parquet")
        record("spark", {"growth": grown}, digest=digest)
        return 0
    ids += [f"copy-{number}" for number in range(chosen.copies)]
    ids += [f"mould-{number}" for number in range(chosen.template)]
    bodies += bodies[:1] * chosen.copies + template(bodies[1:], chosen.template)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "corpus").mkdir()
        table = pa.table({"id": ids, "text": bodies})
        for part in range(8):
            rows = -(-len(table) // 8)
            piece = table.slice(part * rows, rows)
            pq.write_table(piece, folder / "corpus" / f"{part}.parquet")
        found = compared(folder / "corpus", folder, workers=chosen.workers)
    found |= {"copies": chosen.copies, "template": chosen.template}
    print(json.dumps(found, indent=1))
    record("spark", found, digest=digest_of_file(data / "corpora" / "news_fr.parquet"))
    return 0 if all(found["tables equal"].values()) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
