"""How well the traces of machine translation are found, and what is mistaken for one.

Four parts: hand-written artefacts per rule and language (``artefacts/held_out.txt``: written
before the rules were last worked on, never looked at while doing so; ``artefacts/dev.txt`` is there
to work with), look-alikes (``artefacts/look_alikes.txt``), clean French news, and what the trained
``style`` reached on unseen systems (from its card). Prints the figures and appends them to
``results/machine_translation.jsonl``; with ``--check`` it fails where one is below its floor.
``artefacts/context_dev.txt`` holds more leftover words to work with: homographs, and short words
between names (``--dev`` measures both files).
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.floors import broken
from benchmarks.judged import shared
from benchmarks.record import digest_of_texts, record
from dupdetect.quality.machine_translation import find, probability, style
from dupdetect.records import Finding

FOLDER = Path(__file__).parent / "artefacts"
#: Findings below are not reported (``quality.min_finding_score``).
REPORTED = 0.3
_MARKED = re.compile("⟪(.*?)⟫")


@dataclass(frozen=True, slots=True)
class Item:
    """One written line: where the artefacts stand in it, or none in a look-alike."""

    label: str
    language: str
    text: str
    spans: tuple[tuple[int, int], ...] = ()


def blocks(path: Path) -> Iterator[tuple[list[str], list[str]]]:
    """The blocks of a file: words of the line that begins with ``@``, and the lines after it."""
    for block in re.split(r"^@", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        head, *lines = block.splitlines()
        yield head.split(), [line.replace("⏎", "\n") for line in lines if line.strip()]


def items(path: Path) -> list[Item]:
    """The lines of ``@label language`` blocks, the marks ⟪ ⟫ taken out."""
    return [
        unmark(label, language, line) for (label, language), lines in blocks(path) for line in lines
    ]


def unmark(label: str, language: str, line: str) -> Item:
    """The line without its marks, and where they stood."""
    text, spans, last = "", [], 0
    for match in _MARKED.finditer(line):
        text += line[last : match.start()]
        spans.append((len(text), len(text) + len(match[1])))
        text += match[1]
        last = match.end()
    return Item(label, language, text + line[last:], tuple(spans))


def contexts() -> dict[str, list[str]]:
    """Two clean paragraphs per language that stand around an item."""
    return {head[0]: lines for head, lines in blocks(FOLDER / "context.txt")}


def document(item: Item, around: dict[str, list[str]]) -> tuple[str, int]:
    """The item in its context (headlines on top), and where it starts."""
    before, after = around[item.language]
    if item.label == "title_case":
        return f"{item.text}\n\n{before}\n\n{after}", 0
    return f"{before}\n\n{item.text}\n\n{after}", len(before) + 2


def is_found(item: Item, findings: list[Finding], start: int) -> bool:
    """Whether a reported finding of the rule touches what was marked."""
    return any(
        finding.rule == item.label
        and finding.score >= REPORTED
        and any(finding.start < start + b and start + a < finding.end for a, b in item.spans)
        for finding in findings
    )


def recall(written: list[Item]) -> tuple[dict[str, dict[str, float]], list[Item]]:
    """Share found per rule and language, with the number of items, and what was missed."""
    around = contexts()
    hits: defaultdict[tuple[str, str], list[bool]] = defaultdict(list)
    missed = []
    for item in written:
        text, start = document(item, around)
        found = is_found(item, find(text, language=item.language), start)
        hits[item.label, item.language].append(found)
        if not found:
            missed.append(item)
    table: dict[str, dict[str, float]] = {}
    for (rule, language), values in hits.items():
        table.setdefault(rule, {})[language] = round(float(np.mean(values)), 3)
    for rule, row in table.items():
        flags = np.array([v for (r, _), values in hits.items() if r == rule for v in values])
        row["all"] = round(float(flags.mean()), 3)
        row["items"] = int(flags.size)
        row["low"], row["high"] = share_interval(flags)
    return table, missed


def share_interval(flags: NDArray[np.bool_], *, rounds: int = 1000) -> tuple[float, float]:
    """95 % bootstrap interval of a share."""
    means = np.random.default_rng(1).choice(flags, (rounds, flags.size)).mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return round(float(low), 3), round(float(high), 3)


def score(text: str, language: str, title: str | None = None) -> float:
    """The probability of a text as :func:`dupdetect.quality.assess` gives it."""
    findings = find(text, language=language, title=title)
    return probability(findings, text, len(text.split()), language)


def look_alikes() -> dict[str, Any]:
    """Share of the look-alikes scored at least one half, alone and in a clean text."""
    around = contexts()
    alone, inside, named = [], [], []
    for item in items(FOLDER / "look_alikes.txt"):
        before, after = around[item.language]
        alone.append(score(item.text, item.language) >= 0.5)
        inside.append(score(f"{before}\n\n{item.text}\n\n{after}", item.language) >= 0.5)
        if alone[-1] or inside[-1]:
            named.append(f"{item.label} {item.language}: {item.text[:60]}")
    return {
        "items": len(alone),
        "alone": round(float(np.mean(alone)), 4),
        "in a text": round(float(np.mean(inside)), 4),
        "mistaken": named,
    }


def clean_news(data: Path, step: int) -> dict[str, Any]:
    """Every ``step``-th clean French article: how many score at least one half."""
    import pyarrow.parquet as pq

    rows = pq.read_table(data / "corpora" / "news_fr.parquet").to_pylist()[::step]
    texts = [f"{row['title']}\n\n{row['heading']}\n\n{row['text']}" for row in rows]
    high = [score(t, "fr", r["title"]) >= 0.5 for t, r in zip(texts, rows, strict=True)]
    return {"articles": len(high), "scored 0.5 and more": sum(high)}


def summary(figures: dict[str, Any]) -> dict[str, float]:
    """The figures that have floors: recall by rule, shares of look-alikes and of clean news."""
    short = {f"recall {rule}": row["all"] for rule, row in figures["recall"].items()}
    alike = figures["look_alikes"]
    short["look-alikes scored 0.5 and more"] = max(alike["alone"], alike["in a text"])
    if "news_fr" in figures:
        clean = figures["news_fr"]
        short["news_fr scored 0.5 and more"] = clean["scored 0.5 and more"] / clean["articles"]
    return short


def main(arguments: list[str]) -> int:
    """Measures, prints, records, checks."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks machine_translation", description=__doc__
    )
    parser.add_argument("--missed", action="store_true", help="print what was not found")
    parser.add_argument(
        "--dev", action="store_true", help="measure what there is to work with; nothing is recorded"
    )
    parser.add_argument("--check", action="store_true", help="fail where a floor is broken")
    parser.add_argument("--step", type=int, default=1, help="take every nth clean article")
    parser.add_argument("--dry", action="store_true", help="do not record")
    options = parser.parse_args(arguments)
    names = ("dev.txt", "context_dev.txt") if options.dev else ("held_out.txt",)
    for name in names:
        written = items(FOLDER / name)
        table, missed = recall(written)
        print(name)
        for rule, row in table.items():
            print(rule, json.dumps(row))
        if options.missed:
            for item in missed:
                print(f"missed {item.label} {item.language}: {item.text}")
    if options.dev:
        return 0
    figures: dict[str, Any] = {"recall": table, "look_alikes": look_alikes()}
    figures["style"] = style.shipped()[1].get("languages", {})
    data = shared()
    if data is None:
        print("reference data absent (DUPDETECT_SHARED): no clean news", file=sys.stderr)
    else:
        figures["news_fr"] = clean_news(data, options.step)
    print(json.dumps({k: v for k, v in figures.items() if k != "recall"}, ensure_ascii=False))
    if not options.dry:
        record("machine_translation", figures, digest=digest_of_texts(i.text for i in written))
    if options.check and "news_fr" in figures:
        return broken(summary(figures), "machine_translation")
    return 0
