"""``scan --engine spark``: the stages in a cluster, the tables of the local engine in a folder."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import blake2b
from importlib import import_module
from itertools import groupby
from pathlib import Path
from platform import node
from typing import Any

from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from dupdetect import readers
from dupdetect.engines import record
from dupdetect.engines.base import MAX_SKIPS, Job, ScanResult
from dupdetect.engines.memory import peak_memory
from dupdetect.engines.spark.counting import Counts
from dupdetect.engines.spark.output import rows_of, write_files
from dupdetect.engines.spark.paths import listed_paths
from dupdetect.engines.spark.remote import is_remote, listed, named
from dupdetect.engines.spark.session import session, settings
from dupdetect.engines.spark.stages import Limits, Stages, read_files
from dupdetect.engines.spark.work import Work
from dupdetect.engines.tables import TEXTS
from dupdetect.engines.workplace import Manifest, clear, not_own, workplace
from dupdetect.errors import ScanError
from dupdetect.readers import SourceFile
from dupdetect.records import MATCH_KINDS, Skip
from dupdetect.report import render_report, select_shown
from dupdetect.writers import write_table

#: Setting that names the folder for stages, on a file system that all executors see.
WORK = "spark.dupdetect.work"
#: What Spark raises; py4j, which the start of a session raises from, has no types.
_ERRORS = (PySparkException, import_module("py4j.protocol").Py4JError)


def scan_spark(job: Job, *, limits: Limits | None = None) -> ScanResult:
    """Does the job; see :class:`dupdetect.engines.base.Engine`.

    ``job.out`` is a folder of this machine. Stages are kept under the setting
    ``spark.dupdetect.work``, else in ``job.out``, which all executors must see then.
    """
    if "-" in job.sources:
        raise ScanError("standard input cannot be shared out to executors; give files")
    try:
        with session(job.master, job.spark_conf) as spark:
            return _scan(job, spark, limits)
    except _ERRORS as error:
        raise ScanError(f"Spark: {_first_lines(error)}") from error


def _scan(job: Job, spark: SparkSession, limits: Limits | None) -> ScanResult:
    told: list[Skip] = []
    files: list[SourceFile] = []
    states: dict[str, dict[str, int]] = {}
    for remote, sources in groupby(listed_paths(spark, job.sources), key=is_remote):
        if remote:
            found = listed(spark, list(sources), told.append)
            files += named(found)
            states |= {file.path: file.state for file in found}
        else:
            files += not_own(readers.expand(list(sources), told.append), job.out, told.append)
    manifest = _manifest(job, files, states)
    if job.resume:
        finished = record.finished(job.out, manifest)
        if finished is not None:
            return finished
    with (
        workplace(job.out, manifest, resume=job.resume) as folder,
        settings(spark, size=sum(file.size or 0 for file in files)),
    ):
        log = record.Log(job.progress, told)
        work = Work(spark, _place(spark, folder, job))
        if not job.resume:
            work.clear()
        return _Scan(job, folder, manifest, log, spark, work).run(files, limits)


def _manifest(
    job: Job, files: Sequence[SourceFile], states: Mapping[str, dict[str, int]]
) -> Manifest:
    """What the job is; sizes and times of remote files are as their file system tells them."""
    made = Manifest.of(job.config, files)
    return replace(made, files=tuple(file | states.get(file["path"], {}) for file in made.files))


def _place(spark: SparkSession, folder: Path, job: Job) -> str:
    """Where this scan keeps its stages: the same place when it is resumed, nobody else's."""
    shared = spark.conf.get(WORK, None)
    if shared is None:
        return (folder.resolve() / "spark").as_uri()
    owner = blake2b(f"{node()} {job.out.resolve()}".encode(), digest_size=8).hexdigest()
    return f"{shared.rstrip('/')}/{job.out.resolve().name}-{owner}"


def _first_lines(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return " / ".join(lines[:1] + [line for line in lines[1:] if "Error" in line][-1:])


class _Scan:
    """One run of the stages, and what is counted on the way."""

    def __init__(
        self,
        job: Job,
        folder: Path,
        manifest: Manifest,
        log: record.Log,
        spark: SparkSession,
        work: Work,
    ) -> None:
        self._job = job
        self._folder = folder
        self._manifest = manifest
        self._log = log
        self._spark = spark
        self._work = work
        self._seen = Counts(spark.sparkContext)

    def run(self, files: list[SourceFile], limits: Limits | None) -> ScanResult:
        """All stages; the tables appear at the end."""
        job, log = self._job, self._log
        batches = read_files(self._spark, files, job.config)
        stages = Stages(self._spark, self._work, job.config, batches, limits, self._seen)
        with log.stage("documents", None):
            self._read(stages)
        with log.stage("candidates", None):
            log.counts |= _candidate_counts(stages.candidates)
        with log.stage("pairs", log.counts["candidates"]):
            stages.verified.count()
            log.progress.advance(log.counts["candidates"])
        with log.stage("clusters", None):
            log.counts["candidates_cluster"] = stages.completing
        with log.stage("tables", None):
            self._write(stages)
        about = self._about(stages)
        record.write(job.out, log, about, peak_memory=peak_memory())
        if job.report:
            with log.stage("report", None):
                render_report(job.out)
        run = record.write(job.out, log, about, peak_memory=peak_memory())
        self._work.clear()
        clear(self._folder)
        return ScanResult.of_run(job.out, run)

    def _read(self, stages: Stages) -> None:
        log = self._log
        skipped = stages.skips
        reason = F.get_json_object("skip", "$.reason").alias("reason")
        log.skipped.update(_counts(skipped.select(reason), "reason"))
        first = skipped.limit(MAX_SKIPS - len(log.skips)).toLocalIterator()
        log.skips += [json.loads(row["skip"]) for row in first]
        stages.ids.count()
        log.progress.advance(stages.count)

    def _write(self, stages: Stages) -> None:
        made = self._folder / "tables"
        made.mkdir(exist_ok=True)
        rows = write_files(made, stages.tables)
        self._log.counts |= rows
        distinct = stages.documents.select("id").distinct().count()
        self._log.counts["duplicate_id"] = rows["documents"] - distinct
        shown = select_shown(made)
        if shown:
            texts = stages.documents.select("number", "text", "parts")
            wanted = stages.ids.where(F.col("id").isin(shown)).join(texts, "number")
            table = rows_of(wanted.select("id", "text", "parts"), TEXTS)
            write_table(made / "texts.parquet", table, sort=("id",))
        record.publish(made, self._job.out)

    def _about(self, stages: Stages) -> dict[str, Any]:
        kinds = _counts(stages.matches, "kind")
        by_code = [kinds.get(code, 0) for code in range(len(MATCH_KINDS))]
        languages = _counts(stages.documents, "language")
        about = record.about(self._job, self._manifest, languages=languages, kinds=by_code)
        context = self._spark.sparkContext
        about["spark"] = {
            "version": self._spark.version,
            "master": context.master,
            # Of this session alone; "skipped" beside it is counted in the rows that are kept.
            "accumulated": self._seen.summary(),
        }
        return about | {"workers": context.defaultParallelism}


def _counts(frame: DataFrame, column: str) -> dict[Any, int]:
    """How often each value comes; for columns of few values."""
    rows = frame.groupBy(column).count().toLocalIterator()
    return {row[column]: row["count"] for row in rows}


def _candidate_counts(pairs: DataFrame) -> dict[str, int]:
    """What the local engine counts."""
    found = pairs.where("stat is null").agg(
        F.count("*").alias("candidates"),
        F.count_if("bands").alias("candidates_shingle"),
        F.count_if("keys").alias("candidates_anchor"),
    )
    counts = {
        name: int(value) for row in found.toLocalIterator() for name, value in row.asDict().items()
    }
    sums = pairs.where("stat is not null").groupBy("stat").agg(F.sum("value").alias("value"))
    capped = {row["stat"]: int(row["value"]) for row in sums.toLocalIterator()}
    names = ("capped_buckets", "dropped_bucket_pairs", "dropped_anchor_lists",
             "dropped_anchor_postings", "dropped_anchor_pairs")  # fmt: skip
    return counts | {name: capped.get(name, 0) for name in names}
