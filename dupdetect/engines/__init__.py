"""The batch job: everything in the sources scored, compared and written as tables."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from dupdetect.config import Config
from dupdetect.engines.base import Engine, Job, Progress, ScanResult, Silent
from dupdetect.errors import ScanError
from dupdetect.records import Skip

__all__ = ["Progress", "ScanResult", "scan"]


def scan(
    sources: Sequence[str | Path],
    *,
    out: str | Path,
    config: Config | None = None,
    engine: str = "local",
    workers: int | None = None,
    memory: int | None = None,
    resume: bool = False,
    progress: Progress | None = None,
    dry_run: bool = False,
    report: bool = True,
    master: str | None = None,
    spark_conf: Mapping[str, str] | None = None,
) -> ScanResult:
    """Reads everything in ``sources``, scores it, finds every related pair and clusters them.

    ``sources``: files, folders, globs, ``-`` (see :mod:`dupdetect.readers`). ``out``: the folder
    for the tables of :mod:`dupdetect.schemas`, ``texts.parquet`` (what the report quotes),
    ``run.json`` and ``report.html``. ``workers``: processes, by default one per core. ``memory``:
    bytes to stay within, by default half of the machine's; it sets the sizes of batches and blocks
    and how many workers there are. What is not out of core (about 1 KB a document) and a last
    worker are taken all the same: ``peak_memory_bytes`` of the result says what it came to.
    ``resume`` goes on with an interrupted scan of the same sources and
    settings, or gives the result of a finished one. ``dry_run`` only says what would be read.
    Without ``report`` neither ``report.html`` nor ``texts.parquet`` is made.
    ``engine``: ``local`` or ``spark``; the latter runs in the active Spark session, else in one of
    its own at ``master`` with the settings ``spark_conf``, and lets Spark decide on processes and
    memory.

    Documents that cannot be used are counted and listed in the result, they raise nothing. Raises
    ScanError when the scan cannot start, resume or write, ModelError or ConfigError when
    ``config.quality`` names a model or list of domains that is unusable.
    """
    job = Job(
        sources=tuple(str(source) for source in sources),
        out=Path(out),
        config=_pinned(config or Config()),
        workers=workers or _cores(),
        memory=memory or _memory() // 2,
        resume=resume,
        progress=progress or Silent(),
        master=master,
        spark_conf=tuple((spark_conf or {}).items()),
        report=report,
    )
    run = _engine(engine)
    return _preview(job) if dry_run else run(job)


def _pinned(config: Config) -> Config:
    if not config.quality.models and not config.quality.domain_lists:
        return config
    # Here and not above: what loads the scores takes half a second.
    from dupdetect.quality.resources import pin

    return pin(config)


def _engine(name: str) -> Engine:
    if name == "local":
        from dupdetect.engines.start import scan_local

        return scan_local
    if name == "spark":
        try:
            from dupdetect.engines.spark.scan import scan_spark
        except ModuleNotFoundError as error:
            if error.name is not None and error.name.partition(".")[0] in ("pyspark", "py4j"):
                raise ScanError("PySpark is absent: pip install 'dupdetect[spark]'") from None
            raise
        return scan_spark
    raise ScanError(f"there is no engine {name!r}; known: local, spark")


def _preview(job: Job) -> ScanResult:
    from dupdetect.engines.base import MAX_SKIPS
    from dupdetect.engines.workplace import not_own
    from dupdetect.readers import expand

    skips: list[Skip] = []
    files = not_own(expand(job.sources, skips.append), job.out, skips.append)
    skipped: dict[str, int] = {}
    for skip in skips:
        skipped[skip.reason] = skipped.get(skip.reason, 0) + 1
    return ScanResult(
        out=job.out,
        counts={"files": len(files), "bytes": sum(file.size or 0 for file in files)},
        skipped=skipped,
        skips=skips[:MAX_SKIPS],
        files=[{"path": file.path, "size": file.size} for file in files],
    )


def _cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


def _memory() -> int:
    """Bytes that this process may use: those of the machine, or of its control group if less."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        limit = Path("/sys/fs/cgroup/memory.max").read_text().strip()
    except OSError:
        return total
    return min(total, int(limit)) if limit.isdigit() else total
