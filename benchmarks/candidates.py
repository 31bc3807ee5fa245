"""Which index finds the source of a rewrite or translation: designs compared at growing sizes.

French news (``news_fr``) with the planted texts of ``rewrites_fr``; beyond 35,000 documents the
haystack is made of the articles' own sentences, recombined. For each design and size: recall of the
true source by kind, candidates and postings per document, bytes of keys per document, and time.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from benchmarks.floors import broken
from benchmarks.judged import shared
from benchmarks.record import digest_of_file, record
from dupdetect.config import Config
from dupdetect.kernels._jit import kernel
from dupdetect.kernels.anchors import extract_anchors
from dupdetect.kernels.mix import mix64
from dupdetect.kernels.views import anchor_pairs, anchor_weight, sample_pairs
from dupdetect.sketch.background import background
from dupdetect.text.tokens import tokenize_texts
from dupdetect.training.verifier_data import news

SIZES = (5_000, 10_000, 20_000, 35_326, 200_000)
KINDS = ("spun", "llm", "condensed", "translation", "independent")
BATCH = 4_096
PROBES = 1_000

U64 = NDArray[np.uint64]
I64 = NDArray[np.int64]


@kernel
def rarest(
    doc: I64, key: NDArray[np.uint32], zipf: NDArray[np.uint8], keep: int
) -> tuple[I64, U64]:
    """The ``keep`` rarest different anchors of each document."""
    out_doc = np.zeros(doc.size, np.int64)
    out = np.empty(min(key.size, (doc.size - 1) * keep), np.uint64)
    n = 0
    for d in range(doc.size - 1):
        first, last = doc[d], doc[d + 1]
        packed = np.empty(last - first, np.uint64)
        m = 0
        for i in range(first, last):
            if zipf[i] != 255:
                packed[m] = (np.uint64(zipf[i]) << np.uint64(32)) | np.uint64(key[i])
                m += 1
        ordered = np.sort(packed[:m])
        taken = 0
        for i in range(m):
            if taken < keep and (i == 0 or ordered[i] != ordered[i - 1]):
                out[n] = ordered[i] & np.uint64(0xFFFFFFFF)
                n += 1
                taken += 1
        out_doc[d + 1] = n
    return out_doc, out[:n].copy()


@kernel
def weighted_bands(
    doc: I64, key: NDArray[np.uint32], zipf: NDArray[np.uint8], bands: int, rows: int
) -> tuple[I64, U64]:
    """Bands of a weighted MinHash of the anchors (Moulton and Jiang 2018: exponential ranks)."""
    out_doc = np.zeros(doc.size, np.int64)
    out = np.empty((doc.size - 1) * bands, np.uint64)
    n = 0
    for d in range(doc.size - 1):
        first, last = doc[d], doc[d + 1]
        if last - first >= 8:
            for band in range(bands):
                value = np.uint64(band + 1)
                for row in range(rows):
                    seed = mix64(np.uint64(band * rows + row + 1))
                    best, at = 1e300, np.uint64(0)
                    for i in range(first, last):
                        if zipf[i] != 255:
                            h = mix64(np.uint64(key[i]) ^ seed)
                            u = (np.float64(h >> np.uint64(11)) + 0.5) / 9007199254740992.0
                            rank = -np.log(u) / anchor_weight(int(zipf[i]))
                            if rank < best:
                                best, at = rank, np.uint64(key[i])
                    value = mix64(value ^ mix64(at))
                out[n] = value
                n += 1
        out_doc[d + 1] = n
    return out_doc, out[:n].copy()


@kernel
def probe(
    key_doc: I64,
    keys: U64,
    lists: U64,
    list_start: I64,
    list_doc: NDArray[np.int32],
    cap: int,
    least: int,
    most: int,
    n_docs: int,
    queries: I64,
    sources: I64,
) -> tuple[I64, I64, NDArray[np.bool_]]:
    """Candidates and postings of each query, and whether its source is among them.

    Of more than ``most`` candidates those that share most keys are kept, of equals the lowest.
    """
    count = np.zeros(n_docs, np.int32)
    candidates = np.zeros(queries.size, np.int64)
    postings = np.zeros(queries.size, np.int64)
    found = np.zeros(queries.size, np.bool_)
    for q in range(queries.size):
        own = queries[q]
        touched = np.empty((key_doc[own + 1] - key_doc[own]) * cap, np.int32)
        m = 0
        for k in range(key_doc[own], key_doc[own + 1]):
            at = np.searchsorted(lists, keys[k])
            first, last = list_start[at], list_start[at + 1]
            if last - first > cap:
                continue
            postings[q] += last - first
            for t in range(first, last):
                other = list_doc[t]
                if other != own:
                    if count[other] == 0:
                        touched[m] = other
                        m += 1
                    count[other] += 1
        for t in range(m):
            if count[touched[t]] >= least:
                candidates[q] += 1
        source = sources[q]
        if source >= 0 and count[source] >= least:
            ahead = 0
            for t in range(m):
                other = touched[t]
                if count[other] > count[source] or (
                    count[other] == count[source] and other < source
                ):
                    ahead += 1
            found[q] = ahead < most
        candidates[q] = min(candidates[q], most)
        for t in range(m):
            count[touched[t]] = 0
    return candidates, postings, found


@dataclass(frozen=True, slots=True)
class Design:
    """Keys per document, how many two must share, how long a list, how many candidates at most."""

    keys: Callable[..., tuple[I64, U64]]
    least: int
    cap: int
    most: int


def designs() -> dict[str, Design]:
    """The three designs of the literature, ours with the settings that ship."""
    anchor = Config().anchor
    most = anchor.max_candidates

    def pairs(doc: I64, key: Any, zipf: Any) -> tuple[I64, U64]:
        return sample_pairs(*anchor_pairs(doc, key, zipf, anchor.window), anchor.keys)

    return {
        f"close pairs, {anchor.keys} sampled, >= {anchor.min_shared}": Design(
            pairs, anchor.min_shared, anchor.max_bucket, most
        ),
        "rarest 24 anchors, >= 3": Design(lambda *a: rarest(*a, 24), 3, 400, most),
        "rarest 64 anchors, >= 4": Design(lambda *a: rarest(*a, 64), 4, 400, most),
        "weighted MinHash, 64 bands of 2": Design(
            lambda *a: weighted_bands(*a, 64, 2), 1, 400, most
        ),
        "weighted MinHash, 32 bands of 3": Design(
            lambda *a: weighted_bands(*a, 32, 3), 1, 400, most
        ),
    }


def haystack(articles: list[str], size: int) -> Iterator[str]:
    """The articles, then texts of their sentences recombined, eight to twenty to a text."""
    yield from articles[:size]
    rng = random.Random(1)
    sentences = [s for text in articles for s in text.split(". ") if len(s) > 40]
    for _ in range(size - len(articles)):
        yield ". ".join(rng.choices(sentences, k=rng.randint(8, 20)))


def sketch(texts: Iterator[str], chosen: dict[str, Design]) -> tuple[dict[str, Any], int]:
    """Keys of all documents for each design, with the seconds they took, and their number."""
    found: dict[str, Any] = {name: ([], [], 0.0) for name in chosen}
    total, part = 0, []
    table, limit = background(), round(Config().anchor.max_zipf * 20)

    def flush() -> None:
        tokens = tokenize_texts(part)
        doc, _, key, _, zipf, *_ = extract_anchors(*tokens, *table, limit)
        for name, design in chosen.items():
            start = time.perf_counter()
            key_doc, keys = design.keys(doc, key, zipf)
            lengths, values, seconds = found[name]
            lengths.append(np.diff(key_doc))
            values.append(keys)
            found[name] = (lengths, values, seconds + time.perf_counter() - start)

    for text in texts:
        part.append(text)
        total += 1
        if len(part) == BATCH:
            flush()
            part = []
    if part:
        flush()
    return found, total


def measure(
    name: str, design: Design, keys: tuple[list[I64], list[U64], float], n_docs: int,
    planted: list[dict[str, Any]], sources: I64,
) -> dict[str, Any]:  # fmt: skip
    """One row of the table."""
    lengths, values = np.concatenate(keys[0]), np.concatenate(keys[1])
    key_doc = np.concatenate(([0], np.cumsum(lengths)))
    start = time.perf_counter()
    order = np.argsort(values, kind="stable")
    owners = np.repeat(np.arange(n_docs, dtype=np.int32), lengths)[order]
    lists, list_start = np.unique(values[order], return_index=True)
    list_start = np.append(list_start, len(values)).astype(np.int64)
    built = time.perf_counter() - start
    news_docs = np.random.default_rng(0).choice(n_docs - len(planted), PROBES, replace=False)
    queries = np.concatenate([np.arange(n_docs - len(planted), n_docs), news_docs])
    wanted = np.concatenate([sources, np.full(PROBES, -1)])
    arguments = (
        key_doc,
        values,
        lists,
        list_start,
        owners,
        design.cap,
        design.least,
        design.most,
        n_docs,
    )
    probe(*arguments, queries[:1], wanted[:1])
    start = time.perf_counter()
    candidates, postings, found = probe(*arguments, queries, wanted)
    seconds = time.perf_counter() - start
    kinds = np.array([row["kind"] for row in planted])
    mine = slice(len(planted), None)
    return {
        "design": name,
        "documents": n_docs,
        **{
            f"recall {kind}": round(float(found[: len(planted)][kinds == kind].mean()), 3)
            for kind in KINDS
        },
        "candidates": round(float(candidates[mine].mean()), 1),
        "candidates_p99": int(np.percentile(candidates[mine], 99)),
        "postings": round(float(postings[mine].mean())),
        "bytes": round(len(values) * 8 / n_docs),
        "lists_dropped": int((np.diff(list_start) > design.cap).sum()),
        "keys_us": round(keys[2] / n_docs * 1e6, 1),
        "build_us": round(built / n_docs * 1e6, 1),
        "probe_us": round(seconds / len(queries) * 1e6, 1),
    }


def main(arguments: list[str]) -> int:
    """Measures all designs at all sizes, prints and records them."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks candidates", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", default=list(SIZES))
    parser.add_argument("--check", action="store_true", help="fail when a floor is broken")
    options = parser.parse_args(arguments)
    failed = 0
    data: Path | None = shared()
    if data is None:
        print("reference data absent (DUPDETECT_SHARED): nothing measured", file=sys.stderr)
        return 0
    articles = news(data)
    planted = pq.read_table(data / "corpora" / "rewrites_fr.parquet").to_pylist()
    needed = list(dict.fromkeys(row["source_id"] for row in planted))
    ids = needed + [id for id in articles if id not in set(needed)]
    texts = [articles[id] for id in ids]
    sources = np.array([ids.index(row["source_id"]) for row in planted])
    digest = digest_of_file(data / "corpora" / "news_fr.parquet")
    chosen = designs()
    ours = next(iter(chosen))
    for size in options.sizes:
        stream = (*haystack(texts, size), *(row["text"] for row in planted))
        found, n_docs = sketch(iter(stream), chosen)
        for name, design in chosen.items():
            row = measure(name, design, found.pop(name), n_docs, planted, sources)
            print(json.dumps(row), flush=True)
            record("candidates", row, digest=digest)
            if options.check and name == ours:
                failed |= broken(row, "candidates")
    return failed
