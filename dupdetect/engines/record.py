"""What a scan counts and measures while it runs, and ``run.json``, which tells of it."""

from __future__ import annotations

import hashlib
import os
import platform
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from importlib import metadata
from pathlib import Path
from time import perf_counter
from typing import Any

from dupdetect._version import __version__
from dupdetect.engines.base import MAX_SKIPS, Expecting, Job, Progress, ScanResult
from dupdetect.engines.memory import give_back
from dupdetect.engines.workplace import FOLDER, MANIFEST, Manifest, read_json, write_json
from dupdetect.errors import ScanError
from dupdetect.quality.resources import described
from dupdetect.records import MATCH_KINDS, Skip
from dupdetect.schemas import TABLES

RUN = "run.json"
#: Files of an earlier scan that this one may not replace, the sign that it was finished first.
_OLD = (RUN, "report.html", "texts.parquet")
_LIBRARIES = ("numpy", "numba", "pyarrow", "trafilatura", "resiliparse", "py3langid")


class Log:
    """Counts, skips and the time of each stage."""

    def __init__(self, progress: Progress, skips: Iterable[Skip]) -> None:
        self.progress = progress
        self.counts: dict[str, int] = {}
        self.skipped: Counter[str] = Counter()
        self.skips: list[dict[str, Any]] = []
        self.timings: dict[str, float] = {}
        self.work: Counter[str] = Counter()
        self._begin = perf_counter()
        self.add_skips(skips)

    def add_skips(self, skips: Iterable[Skip | dict[str, Any]]) -> None:
        """Counts skips by reason and lists the first of them."""
        for skip in skips:
            stated = asdict(skip) if isinstance(skip, Skip) else skip
            self.skipped[stated["reason"]] += 1
            if len(self.skips) < MAX_SKIPS:
                self.skips.append(stated)

    @contextmanager
    def stage(self, name: str, total: int | None) -> Iterator[None]:
        """Tells that a stage begins, and measures it."""
        self.progress.stage(name, total)
        begin = perf_counter()
        try:
            yield
        finally:
            self.timings[name] = self.timings.get(name, 0.0) + perf_counter() - begin
            give_back()

    def expect(self, total: int | None) -> None:
        """Tells about how many steps the stage will have, if anybody wants to know."""
        if total is not None and isinstance(self.progress, Expecting):
            self.progress.expect(total)

    @property
    def elapsed(self) -> float:
        """Seconds since the log was opened."""
        return perf_counter() - self._begin


def about(
    job: Job, manifest: Manifest, *, languages: Mapping[str, int], kinds: Sequence[int]
) -> dict[str, Any]:
    """What does not change any more once the tables are made.

    ``languages``: documents of each; ``kinds``: matches of each of records.MATCH_KINDS.
    """
    return {
        "versions": _versions(),
        "config": job.config.to_dict(),
        "config_digest": manifest.config_digest,
        **described(job.config.quality),
        "inputs": list(job.sources),
        "files": list(manifest.files),
        "matches_by_kind": dict(list(zip(MATCH_KINDS, kinds, strict=True))[1:]),
        "languages": dict(sorted(languages.items(), key=lambda item: (-item[1], item[0]))),
        "workers": job.workers,
        "memory": job.memory,
    }


def write(out: Path, log: Log, about: dict[str, Any], *, peak_memory: int) -> dict[str, Any]:
    """Writes ``run.json``, the sign that a scan is finished; what it holds.

    ``digests``: SHA-256 of each table's file; equal rows make equal files.
    """
    run = {
        **about,
        "digests": {name: _digest(out / f"{name}.parquet") for name in TABLES},
        "counts": log.counts,
        "skipped": dict(sorted(log.skipped.items())),
        "skips": log.skips,
        "timings": {name: round(seconds, 3) for name, seconds in log.timings.items()},
        "worker_seconds": {name: round(seconds, 3) for name, seconds in log.work.items()},
        "elapsed_seconds": round(log.elapsed, 3),
        "peak_memory_bytes": peak_memory,
    }
    write_json(out / RUN, run)
    return run


def publish(made: Path, out: Path) -> None:
    """Moves the finished tables to their place; raises ScanError.

    ``run.json`` of an earlier scan goes first, so that a folder that has one is never half old.
    """
    try:
        for name in _OLD:
            (out / name).unlink(missing_ok=True)
        for path in sorted(made.iterdir()):
            os.replace(path, out / path.name)
    except OSError as error:
        raise ScanError(f"{out}: cannot be written: {error.strerror or error}") from error


def finished(out: Path, manifest: Manifest) -> ScanResult | None:
    """The result of this very job if it is finished already, else None.

    A work folder means that it is not, even if all but the report is written.
    """
    if not (out / RUN).exists() or (out / FOLDER / MANIFEST).exists():
        return None
    run = read_json(out / RUN)
    same = (
        run.get("config_digest") == manifest.config_digest
        and run.get("files") == list(manifest.files)
        and run.get("versions", {}).get("dupdetect") == manifest.version
        and "-" not in {file["path"] for file in manifest.files}
    )
    return ScanResult.of_run(out, run) if same else None


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ScanError(f"{path}: cannot be read: {error.strerror or error}") from error


def _versions() -> dict[str, str]:
    found = {"dupdetect": __version__, "python": platform.python_version()}
    for name in _LIBRARIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found
