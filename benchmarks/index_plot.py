"""The time of a query against the size of the index, drawn from ``results/index.jsonl``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks.record import RESULTS
from benchmarks.svg import Series, lines

#: Kinds of queries in the results, and what they are called.
_ASKED = {"unseen": "new", "planted": "known"}


def newest(folder: Path = RESULTS) -> list[dict[str, Any]]:
    """The newest measurement of each size, in the order of the sizes."""
    path = folder / "index.jsonl"
    rows = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    found = {}
    for row in map(json.loads, rows):
        if row["what"] == "index" and "best_processor_p50_us" in row.get("unseen", {}):
            found[row["documents"]] = row
    return [row for _, row in sorted(found.items())]


def query_times(folder: Path = RESULTS) -> str:
    """Medians and 99th percentiles of single queries, processor time, best of three passes."""
    rows = newest(folder)
    series = [
        Series(
            f"{name}, {'median' if q == 50 else '99 %'}",
            [(row["documents"], row[kind][f"best_processor_p{q}_us"]) for row in rows],
        )
        for kind, name in _ASKED.items()
        for q in (50, 99)
    ]
    return lines(
        "Time of a query as the index grows", series if rows else [], x_label="documents",
        y_label="microseconds of processor time", logarithmic=True, y_range=(100.0, 10_000.0),
        note="From text to verified matches. Known: copies, rewrites, translations of what it has.",
    )  # fmt: skip
