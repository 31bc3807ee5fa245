"""A scan of ``news_fr`` with rewrites, translations and independent reports planted in it.

How many true sources are reported, and how many of the independent reports; time, peak memory and
matches by kind. The shipped weights were fitted on these families, so the honest figure stands
beside the scan's: a planted text counts as held out when it is a candidate of its source and models
that have not seen its family call the pair related.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import dupdetect
from benchmarks.floors import broken
from benchmarks.judged import held_out, shared
from benchmarks.record import digest_of_file, record
from dupdetect.config import Config
from dupdetect.training.haystack import anchor_candidates, sketch_all
from dupdetect.training.verifier_data import news

KINDS = ("spun", "llm", "condensed", "translation", "independent")


def corpus(data: Path) -> tuple[dict[str, str], list[dict[str, Any]]]:
    """Texts by id, and the planted rows with the id they were given."""
    texts = news(data)
    rows = pq.read_table(data / "corpora" / "rewrites_fr.parquet").to_pylist()
    for number, row in enumerate(rows):
        row["id"] = f"planted-{number}"
        texts[row["id"]] = row["text"]
    return texts, rows


def scanned(texts: dict[str, str], rows: list[dict[str, Any]], folder: Path) -> dict[str, Any]:
    """Runs the scan as a user would; shares of the planted texts whose source is reported."""
    table = pa.table({"id": list(texts), "text": list(texts.values())})
    pq.write_table(table, folder / "planted.parquet")
    result = dupdetect.scan([folder / "planted.parquet"], out=folder / "out")
    matches = pq.read_table(folder / "out" / "matches.parquet", columns=["a", "b"]).to_pydict()
    found = {frozenset(pair) for pair in zip(matches["a"], matches["b"], strict=True)}
    run = json.loads((folder / "out" / "run.json").read_text(encoding="utf-8"))
    return {
        **{
            f"scan reports {kind}": share(
                rows, kind, lambda row: frozenset((row["id"], row["source_id"])) in found
            )
            for kind in KINDS
        },
        "documents": result.counts["documents"],
        "candidates per document": round(
            result.counts["candidates"] * 2 / result.counts["documents"], 1
        ),
        "matches by kind": result.matches_by_kind,
        "elapsed_seconds": run["elapsed_seconds"],
        "peak_memory_bytes": run["peak_memory_bytes"],
        "timings": run["timings"],
    }


def share(rows: list[dict[str, Any]], kind: str, holds: Any) -> float:
    """Share of the planted rows of a kind for which ``holds``."""
    return round(float(np.mean([holds(row) for row in rows if row["kind"] == kind])), 3)


def unseen(data: Path, texts: dict[str, str], rows: list[dict[str, Any]]) -> dict[str, float]:
    """Shares by models that have not seen the family, of pairs that are candidates."""
    config = Config()
    batch = sketch_all(list(texts.values()), config)
    numbers = {id: number for number, id in enumerate(texts)}
    candidates = {tuple(sorted(pair)) for pair in anchor_candidates(batch, config).tolist()}
    judged = held_out(data, say=lambda line: print(line, file=sys.stderr))
    verdicts = {
        (pair.a, pair.b): kind for pair, kind in zip(judged.pairs, judged.kind, strict=True)
    }

    def reported(row: dict[str, Any]) -> bool:
        pair = tuple(sorted((numbers[row["id"]], numbers[row["source_id"]])))
        return pair in candidates and verdicts[texts[row["source_id"]], row["text"]] != "none"

    return {f"held out {kind}": share(rows, kind, reported) for kind in KINDS}


def main(arguments: list[str]) -> int:
    """Runs, prints and records."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks planted", description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail when a floor is broken")
    options = parser.parse_args(arguments)
    data = shared()
    if data is None:
        print("reference data absent (DUPDETECT_SHARED): nothing measured", file=sys.stderr)
        return 0
    texts, rows = corpus(data)
    with tempfile.TemporaryDirectory() as folder:
        found = scanned(texts, rows, Path(folder))
    found.update(unseen(data, texts, rows))
    print(json.dumps(found, indent=1))
    record("planted", found, digest=digest_of_file(data / "corpora" / "rewrites_fr.parquet"))
    return broken(found, "planted") if options.check else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
