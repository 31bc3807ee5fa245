"""What Spark's own log of events tells of tasks: seconds, rows and bytes, by stage.

A task's rows and bytes are what it read: from shuffles, else from files. The longest task beside
the median, and beside its stage's whole time, says whether one task did the work of all.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

#: Stages that are told of: those with the most seconds.
HEAVY = 10


@dataclass(slots=True)
class Stage:
    """Tasks of one stage of Spark, in lists of equal length."""

    name: str = ""
    seconds: list[float] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    bytes: list[int] = field(default_factory=list)


def events(folder: Path) -> Iterator[dict[str, Any]]:
    """Spark's own log of a run."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name.startswith(("events_", "app-")):
            for line in path.read_text(encoding="utf-8").splitlines():
                yield json.loads(line)


def measured(folder: Path) -> dict[str, Any]:
    """Bytes and seconds of all tasks together; the distribution over tasks of the heavy stages."""
    totals: dict[str, float] = defaultdict(float)
    shuffled: dict[str, float] = defaultdict(float)
    stages: dict[int, Stage] = defaultdict(Stage)
    for event in events(folder):
        if event["Event"] == "SparkListenerStageSubmitted":
            properties = event.get("Properties") or {}
            name = properties.get("spark.job.description", "")
            stages[event["Stage Info"]["Stage ID"]].name = name.removeprefix("dupdetect: ")
        if event["Event"] != "SparkListenerTaskEnd" or "Task Metrics" not in event:
            continue
        stage, metrics = stages[event["Stage ID"]], event["Task Metrics"]
        _add(stage, event["Task Info"], metrics)
        written = metrics["Shuffle Write Metrics"]["Shuffle Bytes Written"]
        totals["task_seconds"] += stage.seconds[-1]
        totals["shuffle_bytes"] += written
        shuffled[stage.name or "other"] += written
        totals["written_bytes"] += metrics["Output Metrics"]["Bytes Written"]
        totals["spilled_bytes"] += metrics["Disk Bytes Spilled"]
    heavy = sorted(stages.items(), key=lambda item: -sum(item[1].seconds))[:HEAVY]
    return {name: round(value, 1) for name, value in totals.items()} | {
        "shuffle_bytes by stage": {name: round(v) for name, v in shuffled.items() if v},
        "tasks": [described(number, stage) for number, stage in heavy],
    }


def _add(stage: Stage, info: dict[str, Any], metrics: dict[str, Any]) -> None:
    read, files = metrics["Shuffle Read Metrics"], metrics["Input Metrics"]
    stage.seconds.append((info["Finish Time"] - info["Launch Time"]) / 1000)
    stage.rows.append(read["Total Records Read"] or files["Records Read"])
    size = read["Remote Bytes Read"] + read["Local Bytes Read"]
    stage.bytes.append(size or files["Bytes Read"])


def described(number: int, stage: Stage) -> dict[str, Any]:
    """A stage: its tasks, and what the median, the 95th percentile and the largest one had."""
    total = sum(stage.seconds)
    return {
        "stage": number,
        "name": stage.name,
        "tasks": len(stage.seconds),
        "seconds": round(total, 1),
        "task seconds": spread(stage.seconds, 2),
        "rows": spread(stage.rows, 0),
        "kilobytes": spread([size / 1000 for size in stage.bytes], 0),
        "share of the longest": round(max(stage.seconds) / total, 3) if total else 0.0,
    }


def spread(values: Sequence[float], digits: int) -> dict[str, float]:
    """Median, 95th percentile and maximum."""
    return {
        "p50": round(float(np.median(values)), digits),
        "p95": round(float(np.quantile(values, 0.95)), digits),
        "max": round(float(max(values)), digits),
    }
