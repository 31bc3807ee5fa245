"""Writes the measured part of README.md from the newest results; ``--check`` fails when it drifts.

The tables stand between two comments, so that no figure in the README is typed by hand.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.record import RESULTS

README = Path(__file__).resolve().parent.parent / "README.md"
BEGIN, END = "<!-- measured:begin -->", "<!-- measured:end -->"


def lines(name: str, folder: Path = RESULTS) -> list[dict[str, Any]]:
    """All results of a benchmark, oldest first; empty if it was never run."""
    path = folder / f"{name}.jsonl"
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def quality(folder: Path) -> str:
    """Rewrites told from independent reports, beside the baselines."""
    found = lines("quality", folder)
    if not found:
        return ""
    rows = [
        "| against independent reports | pairs | AUC | recall at few false alarms |"
        " TF-IDF AUC | 3-word Jaccard AUC |",
        "|---|---|---|---|---|---|",
    ]
    for row in found[-1]["contrasts"]:
        rate = next(key for key in row if key.startswith("recall_at_"))
        low, high = row["auc_interval"]
        rows.append(
            f"| {row['contrast']} | {row['positives']} : {row['negatives']} | {row['auc']:.3f}"
            f" ({low:.3f}–{high:.3f}) | {row[rate]:.2f} at {rate.removeprefix('recall_at_')} |"
            f" {row['tfidf_cosine']:.2f} | {row['jaccard3']:.2f} |"
        )
    totals = found[-1]["totals"]
    rows += ["", "Each pair judged by models that have not seen its family. In all: "
             + "; ".join(f"{name} {value}" for name, value in totals.items()) + "."]  # fmt: skip
    return "\n".join(rows)


def candidates(folder: Path) -> str:
    """Designs of the candidate index, newest line per design and size."""
    newest = {(row["documents"], row["design"]): row for row in lines("candidates", folder)}
    if not newest:
        return ""
    rows = ["| documents | candidate index | spun | llm | condensed | translation | candidates |"
            " bytes of keys |", "|---|---|---|---|---|---|---|---|"]  # fmt: skip
    for (documents, design), row in sorted(newest.items()):
        recall = " | ".join(
            f"{row[f'recall {kind}']:.2f}" for kind in ("spun", "llm", "condensed", "translation")
        )
        rows.append(
            f"| {documents:,} | {design} | {recall} | {row['candidates']} | {row['bytes']} |"
        )
    return "\n".join(rows)


def planted(folder: Path) -> str:
    """A scan with rewrites planted in it."""
    found = lines("planted", folder)
    if not found:
        return ""
    row = found[-1]
    shares = ", ".join(
        f"{kind} {row[f'held out {kind}']:.1%}"
        for kind in ("spun", "llm", "condensed", "translation", "independent")
    )
    per_second = row["documents"] / row["elapsed_seconds"]
    return (
        f"A scan of {row['documents']:,} French articles with 240 texts planted in it, on"
        f" {row['cpus']} cores (load {row['load_average']}): {row['elapsed_seconds']:.0f} s,"
        f" {per_second:.0f} documents/s, {row['peak_memory_bytes'] / 1e9:.1f} GB, all scores and"
        f" the report included. True source reported by models that have not seen the family:"
        f" {shares}."
    )


def speed(folder: Path) -> str:
    """Text to signatures."""
    found = lines("speed", folder)
    if not found:
        return ""
    best = max(found, key=lambda row: row["mb_per_s"]["kernel_2"])
    rate, times = best["mb_per_s"], best["kernel_2_times"]
    return (
        f"Text to signatures (128 permutations), best of {len(found)} recorded runs:"
        f" {rate['kernel_2']:.0f} MB/s on two threads, {times['datasketch']:.0f} times datasketch"
        f" and {times['python_twin']:.0f} times the plain-Python twin in the same run."
    )


def peers(folder: Path) -> str:
    """Near-duplicate jobs as whole processes."""
    newest: dict[tuple[str, int, str], dict[str, Any]] = {}
    for row in lines("peers", folder):
        newest[row["corpus"], row["documents"], row["tool"]] = row
    if not newest:
        return ""
    rows = ["| corpus, documents | near-duplicate job | documents/s | per CPU s | memory, MB |"
            " recall J ≥ 0.3 | ≥ 0.5 | ≥ 0.7 | precision |",
            "|---|---|---|---|---|---|---|---|---|"]  # fmt: skip
    order = sorted(
        newest.items(), key=lambda item: (*item[0][:2], -item[1].get("documents_per_cpu_s", 0))
    )
    for (corpus, documents, tool), row in order:
        start = f"| {corpus}, {documents:,} | {tool} {row.get('version', '')} |"
        if "documents_per_s" not in row:
            reason = "absent" if "absent" in row else "did not finish"
            rows.append(f"{start} {reason} | | | | | | |")
            continue
        recall = " | ".join(
            f"{row[key]:.3f}" if (key := f"recall >= {low}") in row else "" for low in _RECALLS
        )
        rows.append(
            f"{start} {row['documents_per_s']:,} | {row['documents_per_cpu_s']:,} |"
            f" {row['peak_memory_mb']:,} | {recall} | {row.get('precision', 0.0):.3f} |"
        )
    loads = [row["load_average"] for row in newest.values()]
    rows += ["", "Whole processes from Parquet to pairs (`python -m benchmarks peers`): ours asked"
             " for Jaccard 0.3 and verified, the others for 0.7, their documentation's threshold;"
             " precision is against the threshold asked. Recall is of planted pairs."
             f" Load of the machine of 2 cores meanwhile: {min(loads):.0f} to {max(loads):.0f};"
             " processor time is what can be compared.", "",
             "![Speed](docs/img/speed-peers.svg) ![Recall](docs/img/recall-peers.svg)"]  # fmt: skip
    return "\n".join(rows)


def scans(folder: Path) -> str:
    """The full job, from texts and from archives."""
    found = [
        (what, rows[-1])
        for name, what in (("scan", "Parquet"), ("warc", "WARC with HTML"))
        if (rows := lines(name, folder))
    ]
    if not found:
        return ""
    rows = ["| full scan of | documents | documents/s | CPU ms a document | memory, MB | load |",
            "|---|---|---|---|---|---|"]  # fmt: skip
    rows += [
        f"| {row.get('corpus', 'made pages')} ({what}) | {row['documents']:,} |"
        f" {row['documents_per_s']:,.0f} | {row['processor_ms_per_document']:.2f} |"
        f" {row['peak_memory_bytes'] / 1e6:,.0f} | {row['load_average']:.0f} |"
        for what, row in found
    ]
    return "\n".join(rows)


def growth(folder: Path) -> str:
    """Time and memory as the corpus grows."""
    newest = {(row["job"], row["documents"]): row for row in lines("growth", folder)}
    done = {key: row for key, row in newest.items() if "cpu_s" in row}
    if not done:
        return ""
    rows = ["| job | documents | text, MB | CPU s | wall s | memory, MB | exponent (CPU) |",
            "|---|---|---|---|---|---|---|"]  # fmt: skip
    for (job, documents), row in sorted(done.items()):
        exponent = f"{row['exponent_cpu']:.2f}" if "exponent_cpu" in row else ""
        rows.append(
            f"| {job} | {documents:,} | {row['megabytes']:,} | {row['cpu_s']:,.0f} |"
            f" {row['wall_s']:,.0f} | {row['peak_memory_mb']:,} | {exponent} |"
        )
    return "\n".join([*rows, "", "![Growth](docs/img/growth.svg)"])


_RECALLS = (0.3, 0.5, 0.7)
SECTIONS: tuple[Callable[[Path], str], ...] = (
    quality,
    planted,
    candidates,
    speed,
    peers,
    scans,
    growth,
)


def measured(folder: Path = RESULTS) -> str:
    """The measured part of the README."""
    return "\n\n".join(part for section in SECTIONS if (part := section(folder)))


def main(arguments: list[str]) -> int:
    """Writes, or checks and returns 1 on drift."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks readme", description=__doc__)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args(arguments)
    text = README.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    wanted = f"{before}{BEGIN}\n{measured()}\n{END}{after}"
    if options.check:
        if wanted != text:
            print("README.md differs from benchmarks/results: run it again", file=sys.stderr)
        return int(wanted != text)
    README.write_text(wanted, encoding="utf-8")
    return 0
