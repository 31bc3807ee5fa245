"""MinHash indexes of others at 20,000 documents, in memory and over Redis: nothing is verified."""

from __future__ import annotations

import importlib.util
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import xxhash

from benchmarks.index_corpus import Worlds
from benchmarks.redis_process import RedisProcess
from dupdetect.records import Document

DOCUMENTS = 20_000
#: Jaccard threshold, as in datasketch's and rensa's examples a little below near-duplicates.
THRESHOLD = 0.5


def measure(worlds: Worlds, asked: list[Document]) -> Iterator[dict[str, Any]]:
    """A line for each that is installed; queries are asked with and without making the MinHash."""
    texts = [document.text for document in worlds.documents(0, DOCUMENTS)]
    questions = [document.text for document in asked]
    peers = {
        "datasketch": _datasketch, "rensa": _rensa, "gaoya": _gaoya,
        "datasketch over Redis": _datasketch_redis,
    }  # fmt: skip
    for name, run in peers.items():
        package = name.partition(" ")[0]
        if importlib.util.find_spec(package) is None:
            yield {"what": "peer", "peer": name, "skipped": "not installed"}
            continue
        yield {
            "what": "peer", "peer": name, "version": metadata.version(package),
            "documents": DOCUMENTS, **run(texts, questions),
        }  # fmt: skip


def _datasketch(
    texts: list[str], questions: list[str], storage: dict[str, Any] | None = None
) -> dict[str, Any]:
    from datasketch import MinHash, MinHashLSH

    lsh = MinHashLSH(threshold=THRESHOLD, num_perm=128, storage_config=storage)

    def hashed(text: str) -> Any:
        made = MinHash(num_perm=128, hashfunc=xxhash.xxh32_intdigest, scheme="affine32")
        made.update_batch([shingle.encode() for shingle in _shingles(text)])
        return made

    return _measured(lsh, hashed, texts, questions, gathered=storage is not None)


def _datasketch_redis(texts: list[str], questions: list[str]) -> dict[str, Any]:
    """The same on a server of its own on this machine, which writes nothing to the disk."""
    if shutil.which("redis-server") is None:
        return {"skipped": "redis-server is not installed"}
    with tempfile.TemporaryDirectory() as folder:
        server = RedisProcess(Path(folder))
        place = {"host": "127.0.0.1", "port": server.port}
        try:
            storage = {"type": "redis", "basename": b"peer", "redis": place}
            return _datasketch(texts, questions[:200], storage)
        finally:
            server.kill()


def _rensa(texts: list[str], questions: list[str]) -> dict[str, Any]:
    from rensa import RMinHash, RMinHashLSH

    lsh = RMinHashLSH(threshold=THRESHOLD, num_perm=128, num_bands=32)

    def hashed(text: str) -> Any:
        made = RMinHash(num_perm=128, seed=42)
        made.update(_shingles(text))
        return made

    return _measured(lsh, hashed, texts, questions)


def _measured(
    lsh: Any,
    hashed: Callable[[str], Any],
    texts: list[str],
    questions: list[str],
    *,
    gathered: bool = False,
) -> dict[str, Any]:
    """Adds and queries of a peer that takes the hashes of a text, not the text."""
    started, began = time.perf_counter(), time.process_time()
    # datasketch gathers what goes to a server: one by one it adds some dozen a second.
    with lsh.insertion_session() if gathered else nullcontext(lsh) as target:
        for number, text in enumerate(texts):
            target.insert(number, hashed(text))
    added, used = time.perf_counter() - started, time.process_time() - began
    hashes = [hashed(text) for text in questions]
    whole: Callable[[str], Any] = lambda text: lsh.query(hashed(text))  # noqa: E731
    return _rates(texts, added, used) | _times(lsh.query, hashes, whole, questions)


def _rates(texts: list[str], elapsed: float, used: float) -> dict[str, Any]:
    return {
        "add_per_s": round(len(texts) / elapsed), "add_per_processor_s": round(len(texts) / used),
    }  # fmt: skip


def _gaoya(texts: list[str], questions: list[str]) -> dict[str, Any]:
    from gaoya.minhash import MinHashStringIndex

    index = MinHashStringIndex(
        hash_size=32, jaccard_threshold=THRESHOLD, num_bands=42, band_size=3, num_hashes=126,
        analyzer="word", lowercase=True, ngram_range=(3, 3),
    )  # fmt: skip
    started, began = time.perf_counter(), time.process_time()
    for number, text in enumerate(texts):
        index.insert_document(number, text)
    added, used = time.perf_counter() - started, time.process_time() - began
    return _rates(texts, added, used) | _times(None, [], index.query, questions)


def _shingles(text: str) -> list[str]:
    words = text.lower().split()
    return [" ".join(words[i : i + 3]) for i in range(len(words) - 2)]


def _times(
    query: Callable[[Any], Any] | None, hashes: list[Any], whole: Callable[[str], Any],
    questions: list[str],
) -> dict[str, Any]:  # fmt: skip
    """Microseconds of a query by a MinHash that is there, and of one by text; best of three."""
    found: dict[str, Any] = {}
    for name, ask, items in (("by_hash", query, hashes), ("by_text", whole, questions)):
        if ask is None:
            continue
        times = np.full((2, len(items)), np.inf)
        for _ in range(3):
            for i, item in enumerate(items):
                started, began = time.perf_counter(), time.thread_time()
                ask(item)
                spent = time.perf_counter() - started, time.thread_time() - began
                times[:, i] = np.minimum(times[:, i], spent)
        for clock, row in zip(("best", "best_processor"), times, strict=True):
            for q in (50, 99):
                found[f"{name}_{clock}_p{q}_us"] = round(float(np.percentile(row, q)) * 1e6)
    return found
