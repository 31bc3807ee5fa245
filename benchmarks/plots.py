"""Draws docs/img from the newest results: speed and recall beside peers, growth; ``--check``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from benchmarks.index_plot import query_times
from benchmarks.readme import lines as results
from benchmarks.record import RESULTS
from benchmarks.svg import Series, bars, lines

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "img"
OURS = "dupdetect"
Row = dict[str, Any]


def newest_peers(folder: Path = RESULTS) -> dict[tuple[str, int], dict[str, Row]]:
    """Newest line of each tool, by corpus and number of documents; ours first."""
    found: dict[tuple[str, int], dict[str, Row]] = {}
    for row in results("peers", folder):
        found.setdefault((row["corpus"], row["documents"]), {})[row["tool"]] = row
    return {
        key: dict(sorted(tools.items(), key=lambda item: _rank(*item)))
        for key, tools in sorted(found.items())
    }


def newest_growth(folder: Path = RESULTS) -> dict[str, list[Row]]:
    """Newest line of each size, by job, in the order of the sizes; failed ones are left out."""
    found: dict[str, dict[int, Row]] = {}
    for row in results("growth", folder):
        found.setdefault(row["job"], {})[row["documents"]] = row
    return {
        job: [row for _, row in sorted(sizes.items()) if "cpu_s" in row]
        for job, sizes in sorted(found.items())
    }


def _rank(tool: str, row: Row) -> tuple[bool, float]:
    return tool != OURS, -row.get("documents_per_cpu_s", 0)


def speed(folder: Path = RESULTS) -> str:
    """Documents per second of processor time, which load disturbs least, of the largest corpus."""
    corpora = [key for key in newest_peers(folder) if key[0] == "planted"]
    if not corpora:
        return bars("Near-duplicate jobs", [])
    size = max(corpora)
    tools = {name: row for key in corpora for name, row in newest_peers(folder)[key].items()}
    ordered = sorted(tools.items(), key=lambda item: _rank(*item))
    rows = [
        (name, float(row["documents_per_cpu_s"]),
         f"{row['documents_per_cpu_s']:,} ({row['documents']:,} documents)")
        for name, row in ordered if "documents_per_cpu_s" in row
    ]  # fmt: skip
    note = "Whole processes. Ours at Jaccard 0.3, every pair verified; others at 0.7, unverified."
    return bars(f"Documents per second of processor time, up to {size[1]:,}", rows, note=note)


def recall(folder: Path = RESULTS) -> str:
    """Recall of planted pairs by bins of exact Jaccard."""
    planted = [tools for key, tools in newest_peers(folder).items() if key[0] == "planted"]
    # The corpus that most tools have done tells of all of them alike.
    tools = max(planted, key=len, default={})
    series = []
    for name, row in tools.items():
        points = []
        for key, value in row.items():
            if key.startswith("recall ") and ">=" not in key:
                low, high = map(float, key.removeprefix("recall ").split("-"))
                points.append(((low + high) / 2, float(value)))
        if points:
            series.append(Series(name, points))
    return lines(
        "Planted pairs found, by their exact Jaccard", series, x_label="Jaccard (middle of a bin)",
        y_label="recall", y_range=(0.0, 1.0),
        note="Ours asked for 0.3, the others for 0.7, the threshold of their documentation.",
    )  # fmt: skip


def growth(folder: Path = RESULTS) -> str:
    """Processor time over documents, both logarithmic."""
    named = {"copies": "near-duplicates", "scan": "full scan"}
    series = [
        Series(named.get(job, job), [(row["documents"], row["cpu_s"]) for row in rows])
        for job, rows in newest_growth(folder).items() if rows
    ]  # fmt: skip
    return lines(
        "Processor time as the corpus grows", series, x_label="documents",
        y_label="seconds of processor time", logarithmic=True,
    )  # fmt: skip


CHARTS = {
    "speed-peers.svg": speed, "recall-peers.svg": recall, "growth.svg": growth,
    "index-query.svg": query_times,
}  # fmt: skip


def main(arguments: list[str]) -> int:
    """Draws all charts, or says which differ from the results and returns 1."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks plots", description=__doc__)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args(arguments)
    IMAGES.mkdir(parents=True, exist_ok=True)
    stale = False
    for name, draw in CHARTS.items():
        path, text = IMAGES / name, draw()
        if not options.check:
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            print(f"{path} differs from benchmarks/results: draw it again", file=sys.stderr)
            stale = True
    return int(stale)
