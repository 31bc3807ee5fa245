"""Text to signatures: MB a second of the kernels, datasketch and the plain-Python twin.

All engines start from the same Arrow column and make signatures of 128 permutations over 3-word
shingles. Kernels run over slices of the column, in threads. datasketch gets the tokens of a plain
Python loop (a regular expression over the lower-cased text), as its users write it. The best of
several runs counts, since other work on the machine only ever adds time; megabytes per second of
processor time tell what a quiet machine would do.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.record import digest_of_texts, record
from dupdetect.config import Config
from dupdetect.kernels.bands import band_keys
from dupdetect.kernels.minhash import minhash
from dupdetect.kernels.shingles import shingle_hashes
from dupdetect.kernels.tokens import tokenize
from dupdetect.sketch.signatures import permutations
from dupdetect.text import reference
from dupdetect.text.tokens import fold_table, tokenize_texts, utf8_buffers

ROOT = Path(__file__).parent.parent
SENTENCE = re.compile(r"(?<=[.!?…])\s+")
WORD = re.compile(r"\w+")


def main(arguments: list[str]) -> int:
    """Measures, prints and records; 2 when there is no data."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks speed", description=__doc__)
    parser.add_argument("--data", choices=["auto", "sample", "news"], default="auto")
    parser.add_argument("--megabytes", type=float, default=30.0)
    parser.add_argument("--batch", type=int, default=200, help="documents per batch")
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--no-record", action="store_true", help="only print")
    options = parser.parse_args(arguments)
    source, texts = load_texts(options.data, int(options.megabytes * 1e6))
    if not texts:
        print("no data: corpora/sample and the reference data are absent", file=sys.stderr)
        return 2
    result = {"data": source, **measure(texts, batch=options.batch, repeats=options.repeats)}
    print(json.dumps(result, indent=2))
    if not options.no_record:
        record("speed", result, digest=digest_of_texts(texts))
    return 0


def load_texts(data: str, size: int) -> tuple[str, list[str]]:
    """About ``size`` bytes of texts, and what they are."""
    if data in ("auto", "sample"):
        sentences = _sample_sentences()
        if sentences:
            return "sentences of corpora/sample, shuffled", list(_shuffled(sentences, size))
    shared = Path(os.environ.get("DUPDETECT_SHARED", ROOT.parent / "shared"))
    path = shared / "corpora" / "news_fr.parquet"
    if data in ("auto", "news") and path.exists():
        column = pq.read_table(path, columns=["text"])["text"]
        total = np.cumsum(pc.binary_length(column).to_numpy())
        return "news_fr", column[: int(np.searchsorted(total, size)) + 1].to_pylist()
    return "", []


def _sample_sentences() -> list[str]:
    texts: list[str] = []
    for path in sorted((ROOT / "corpora" / "sample").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            texts.append(str(json.loads(line).get("text", "")))
    return [part for text in texts for part in SENTENCE.split(text) if part]


def _shuffled(sentences: list[str], size: int) -> Iterator[str]:
    """Documents of 5 to 40 sentences, the same ones each time."""
    chance = random.Random(1)
    while size > 0:
        text = " ".join(chance.choices(sentences, k=chance.randint(5, 40)))
        size -= len(text.encode())
        yield text


def measure(texts: list[str], *, batch: int, repeats: int) -> dict[str, Any]:
    """All figures; checks first that the kernels and datasketch agree."""
    column = pa.array(texts, pa.large_string())
    started = time.perf_counter()
    kernel_signatures(column[:batch])
    first_call = time.perf_counter() - started
    _check(texts[:20])
    few, fewer = _prefix(texts, 2_000_000), _prefix(texts, 400_000)
    runs = {
        "kernel_1": _rate(lambda: _threaded(column, batch, 1), texts, repeats),
        "kernel_2": _rate(lambda: _threaded(column, batch, 2), texts, repeats),
        "datasketch": _rate(lambda: datasketch_signatures(few), few, 3),
        "python_twin": _rate(lambda: twin_signatures(fewer), fewer, 2),
    }
    rates = {name: rate for name, (rate, _) in runs.items()}
    return {
        "documents": len(texts),
        "megabytes": round(_size(texts) / 1e6, 2),
        "batch": batch,
        "first_call_s": round(first_call, 2),
        "mb_per_s": {name: round(rate, 2) for name, rate in rates.items()},
        "mb_per_processor_s": {name: round(rate, 2) for name, (_, rate) in runs.items()},
        "kernel_2_times": {
            name: round(rates["kernel_2"] / rates[name], 1)
            for name in ("kernel_1", "datasketch", "python_twin")
        },
        "ns_per_token": _stages(column, batch, 5),
    }


def kernel_signatures(column: pa.Array) -> np.ndarray[Any, Any]:
    """Signatures of an Arrow column by the kernels."""
    shingle = Config().shingle
    tokens = tokenize_texts(column)
    hashes, ranges = shingle_hashes(
        tokens.text, tokens.text_start, tokens.text_end, tokens.doc, shingle.size
    )
    a, b = permutations(shingle.permutations, shingle.seed)
    return minhash(hashes, ranges, a, b, shingle.min_tokens - shingle.size + 1)[0]


def _threaded(column: pa.Array, batch: int, threads: int) -> None:
    slices = [column.slice(at, batch) for at in range(0, len(column), batch)]
    if threads == 1:
        for part in slices:
            kernel_signatures(part)
        return
    with ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(kernel_signatures, slices):
            pass


def datasketch_signatures(texts: list[str]) -> list[Any]:
    """Signatures by datasketch, over tokens that plain Python makes."""
    import datasketch
    import xxhash

    shingle = Config().shingle
    sketches: list[Any] = datasketch.MinHash.bulk(
        (
            [
                " ".join(words[at : at + shingle.size]).encode()
                for at in range(len(words) - shingle.size + 1)
            ]
            for words in (WORD.findall(text.lower()) for text in texts)
        ),
        num_perm=shingle.permutations,
        seed=shingle.seed,
        hashfunc=xxhash.xxh32_intdigest,
        scheme="affine32",
    )
    return sketches


def twin_signatures(texts: list[str]) -> list[list[int]]:
    """Signatures by the plain-Python reference."""
    shingle = Config().shingle
    a, b = (values.tolist() for values in permutations(shingle.permutations, shingle.seed))
    signatures: list[list[int]] = []
    for text in texts:
        tokens = reference.tokenize(text)
        enough = len(tokens) >= shingle.min_tokens
        hashes = reference.shingle_hashes(tokens, shingle.size) if enough else []
        signatures.append(reference.minhash(hashes, a, b))
    return signatures


def _check(texts: list[str]) -> None:
    """Wrong results are not worth timing."""
    for ours, theirs in zip(
        kernel_signatures(pa.array(texts)), twin_signatures(texts), strict=True
    ):
        if ours.tolist() != theirs:
            raise AssertionError("the kernels and their twin disagree")


def _stages(column: pa.Array, batch: int, repeats: int) -> dict[str, float]:
    """Processor time of each step on one thread, in ns per token, best of ``repeats`` passes."""
    shingle = Config().shingle
    a, b = permutations(shingle.permutations, shingle.seed)
    best = dict.fromkeys(("check_utf8", "tokens", "shingles", "minhash", "bands"), float("inf"))
    for _ in range(repeats):
        spent, n_tokens = dict.fromkeys(best, 0), 0
        for at in range(0, len(column), batch):
            clock = [time.thread_time_ns()]
            data, offsets = utf8_buffers(column.slice(at, batch))
            clock.append(time.thread_time_ns())
            tokens = tokenize(data, offsets, fold_table())
            clock.append(time.thread_time_ns())
            hashes, ranges = shingle_hashes(
                tokens.text, tokens.text_start, tokens.text_end, tokens.doc, shingle.size
            )
            clock.append(time.thread_time_ns())
            signatures, _ = minhash(hashes, ranges, a, b, 1)
            clock.append(time.thread_time_ns())
            band_keys(signatures, shingle.bands, shingle.rows)
            clock.append(time.thread_time_ns())
            for name, start, stop in zip(best, clock, clock[1:], strict=False):
                spent[name] += stop - start
            n_tokens += len(tokens.start)
        best = {name: min(best[name], spent[name] / n_tokens) for name in best}
    return {name: round(value, 2) for name, value in best.items()}


def _rate(work: Callable[[], object], texts: list[str], repeats: int) -> tuple[float, float]:
    """Megabytes a second, of elapsed time and of processor time of all threads; best runs."""
    elapsed = used = float("inf")
    for _ in range(repeats):
        started, began = time.perf_counter(), time.process_time()
        work()
        elapsed = min(elapsed, time.perf_counter() - started)
        used = min(used, time.process_time() - began)
    return _size(texts) / 1e6 / elapsed, _size(texts) / 1e6 / used


def _prefix(texts: list[str], size: int) -> list[str]:
    """The first texts, about ``size`` bytes of them, for the slow engines."""
    total = np.cumsum([len(text.encode()) for text in texts])
    return texts[: int(np.searchsorted(total, size)) + 1]


def _size(texts: list[str]) -> int:
    return sum(len(text.encode()) for text in texts)
