"""MinHash indexes of others in memory at 20,000 documents: near-duplicates, nothing verified."""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable, Iterator
from importlib import metadata
from typing import Any

import numpy as np
import xxhash

from benchmarks.index_corpus import Worlds
from dupdetect.records import Document

DOCUMENTS = 20_000
#: Jaccard threshold, as in datasketch's and rensa's examples a little below near-duplicates.
THRESHOLD = 0.5


def measure(worlds: Worlds, asked: list[Document]) -> Iterator[dict[str, Any]]:
    """A line for each that is installed; queries are asked with and without making the MinHash."""
    texts = [document.text for document in worlds.documents(0, DOCUMENTS)]
    questions = [document.text for document in asked]
    for name, run in (("datasketch", _datasketch), ("rensa", _rensa), ("gaoya", _gaoya)):
        if importlib.util.find_spec(name) is None:
            yield {"what": "peer", "peer": name, "skipped": "not installed"}
            continue
        yield {
            "what": "peer", "peer": name, "version": metadata.version(name),
            "documents": DOCUMENTS, **run(texts, questions),
        }  # fmt: skip


def _datasketch(texts: list[str], questions: list[str]) -> dict[str, Any]:
    from datasketch import MinHash, MinHashLSH

    lsh = MinHashLSH(threshold=THRESHOLD, num_perm=128)

    def hashed(text: str) -> Any:
        made = MinHash(num_perm=128, hashfunc=xxhash.xxh32_intdigest, scheme="affine32")
        made.update_batch([shingle.encode() for shingle in _shingles(text)])
        return made

    return _measured(lsh, hashed, texts, questions)


def _rensa(texts: list[str], questions: list[str]) -> dict[str, Any]:
    from rensa import RMinHash, RMinHashLSH

    lsh = RMinHashLSH(threshold=THRESHOLD, num_perm=128, num_bands=32)

    def hashed(text: str) -> Any:
        made = RMinHash(num_perm=128, seed=42)
        made.update(_shingles(text))
        return made

    return _measured(lsh, hashed, texts, questions)


def _measured(
    lsh: Any, hashed: Callable[[str], Any], texts: list[str], questions: list[str]
) -> dict[str, Any]:
    """Adds and queries of a peer that takes the hashes of a text, not the text."""
    started = time.perf_counter()
    for number, text in enumerate(texts):
        lsh.insert(number, hashed(text))
    added = time.perf_counter() - started
    hashes = [hashed(text) for text in questions]
    whole: Callable[[str], Any] = lambda text: lsh.query(hashed(text))  # noqa: E731
    return {"add_per_s": round(len(texts) / added), **_times(lsh.query, hashes, whole, questions)}


def _gaoya(texts: list[str], questions: list[str]) -> dict[str, Any]:
    from gaoya.minhash import MinHashStringIndex

    index = MinHashStringIndex(
        hash_size=32, jaccard_threshold=THRESHOLD, num_bands=42, band_size=3, num_hashes=126,
        analyzer="word", lowercase=True, ngram_range=(3, 3),
    )  # fmt: skip
    started = time.perf_counter()
    for number, text in enumerate(texts):
        index.insert_document(number, text)
    added = time.perf_counter() - started
    return {"add_per_s": round(len(texts) / added), **_times(None, [], index.query, questions)}


def _shingles(text: str) -> list[str]:
    words = text.lower().split()
    return [" ".join(words[i : i + 3]) for i in range(len(words) - 2)]


def _times(
    query: Callable[[Any], Any] | None, hashes: list[Any], whole: Callable[[str], Any],
    questions: list[str],
) -> dict[str, Any]:  # fmt: skip
    """Microseconds of a query by a MinHash that is there, and of one by text."""
    found: dict[str, Any] = {}
    for name, ask, items in (("by_hash", query, hashes), ("by_text", whole, questions)):
        if ask is None:
            continue
        times = []
        for item in items:
            started = time.perf_counter()
            ask(item)
            times.append(time.perf_counter() - started)
        found |= {f"{name}_p{q}_us": round(float(np.percentile(times, q)) * 1e6) for q in (50, 99)}
    return found
