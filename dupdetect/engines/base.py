"""What every engine gets and gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from dupdetect.config import Config
from dupdetect.records import Skip

#: What worker processes call (see :mod:`dupdetect.engines.worker`).
ENTRY = "dupdetect.engines.handler:Handler"
#: Skips that a result and ``run.json`` list; all are counted.
MAX_SKIPS = 1000


class Progress(Protocol):
    """What a scan tells while it runs. Not called from other threads or processes."""

    def stage(self, name: str, total: int | None) -> None:
        """A stage begins; ``total`` steps are expected, None when unknown."""

    def advance(self, n: int) -> None:
        """``n`` steps of the current stage are done."""


@runtime_checkable
class Expecting(Protocol):
    """A Progress that also wants guesses at the length of a stage whose total is unknown."""

    def expect(self, total: int) -> None:
        """The current stage will have about ``total`` steps; later guesses are better."""


class Silent:
    """Tells nothing."""

    def stage(self, name: str, total: int | None) -> None:
        """See Progress."""

    def advance(self, n: int) -> None:
        """See Progress."""


@dataclass(frozen=True, slots=True)
class Job:
    """A scan to do. ``workers`` is a number of processes, ``memory`` in bytes.

    ``master`` and ``spark_conf`` are for Spark: the cluster's URL, and its settings. Without
    ``report`` only tables are written.
    """

    sources: tuple[str, ...]
    out: Path
    config: Config
    workers: int
    memory: int
    resume: bool
    progress: Progress
    master: str | None = None
    spark_conf: tuple[tuple[str, str], ...] = ()
    report: bool = True


@dataclass(frozen=True, slots=True)
class ScanResult:
    """What a scan did.

    ``counts``: rows of each table, and what was read, compared and left out by caps.
    ``matches_by_kind``: number of matches. ``skipped``: inputs and records not used, by reason;
    ``skips`` the first 1000 of them. ``timings``: seconds by stage. ``files``: what was read, each
    with ``path`` and ``size`` in bytes (None for standard input).
    """

    out: Path
    counts: dict[str, int] = field(default_factory=dict)
    matches_by_kind: dict[str, int] = field(default_factory=dict)
    skipped: dict[str, int] = field(default_factory=dict)
    skips: list[Skip] = field(default_factory=list)
    timings: dict[str, float] = field(default_factory=dict)
    files: Sequence[dict[str, Any]] = ()
    elapsed_seconds: float = 0.0
    peak_memory_bytes: int = 0

    @classmethod
    def of_run(cls, out: Path, run: dict[str, Any]) -> ScanResult:
        """The result that ``run.json`` tells of."""
        return cls(
            out=out,
            counts=run["counts"],
            matches_by_kind=run["matches_by_kind"],
            skipped=run["skipped"],
            skips=[Skip(**skip) for skip in run["skips"]],
            timings=run["timings"],
            files=run["files"],
            elapsed_seconds=run["elapsed_seconds"],
            peak_memory_bytes=run["peak_memory_bytes"],
        )


class Engine(Protocol):
    """A way to do a scan. Every engine gives the same tables for the same sources and settings."""

    def __call__(self, job: Job) -> ScanResult:
        """Does the job; raises ScanError when it cannot start, resume or write its tables."""
