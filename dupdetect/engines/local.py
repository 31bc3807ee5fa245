"""The batch job on one machine: worker processes, sketches on disk, no stage in need of them all.

read → batches → (workers: extract, identify, sketch, assess) → shards → candidate pairs →
(workers: verdicts, passages) → clusters → tables → report.

Results do not depend on the number of workers, the sizes of batches and blocks, or interruptions:
documents are numbered in the order of the input, and everything is decided by these numbers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dupdetect import cluster, readers
from dupdetect.engines import candidates as candidates_
from dupdetect.engines import handler, judging, record, tables
from dupdetect.engines.base import Job, ScanResult
from dupdetect.engines.batches import BATCH, BATCH_BYTES, Batch, Reading
from dupdetect.engines.memory import peak_memory
from dupdetect.engines.nursery import Nursery
from dupdetect.engines.pool import Inline, Pool, Task
from dupdetect.engines.refining import refined
from dupdetect.engines.spool import Spool
from dupdetect.engines.workplace import Manifest, clear, unchanged, workplace
from dupdetect.kernels.group import decode_pairs, encode_pairs, sorted_unique
from dupdetect.records import MATCH_KINDS, Skip
from dupdetect.report import render_report, select_shown

U64 = NDArray[np.uint64]

#: Rounds of completing clusters: each compares representatives with the neighbours of members.
MAX_ROUNDS = 3
#: Bytes of work space below which candidates would take many passes and save nothing.
LEAST_MEMORY = 1 << 26
#: Pairs up to which this process verifies them itself, unless workers are running anyway.
FEW_PAIRS = 2000


def scan_files(
    job: Job, files: list[readers.SourceFile], told: list[Skip], nursery: Nursery | None
) -> ScanResult:
    """Does the job with the files that were found and what was told of them.

    ``nursery``: where workers come from, if there is one already.
    """
    manifest = Manifest.of(job.config, files)
    if job.resume:
        finished = record.finished(job.out, manifest)
        if finished is not None:
            return finished
    with workplace(job.out, manifest, resume=job.resume) as folder:
        return _Scan(job, folder, manifest, files, told, nursery).run()


class _Scan:
    """One run of the stages, and what is counted on the way."""

    def __init__(
        self,
        job: Job,
        folder: Path,
        manifest: Manifest,
        files: list[readers.SourceFile],
        told: list[Skip],
        nursery: Nursery | None,
    ) -> None:
        self._job = job
        self._folder = folder
        self._manifest = manifest
        self._files = files
        self._log = record.Log(job.progress, told)
        self._crew = _Crew(job, folder, nursery)

    def run(self) -> ScanResult:
        """All stages; the tables appear at the end."""
        try:
            spool = self._read()
            with self._log.stage("candidates", candidates_.steps(spool, self._job.config)):
                found = candidates_.find_candidates(
                    spool,
                    self._job.config,
                    memory=max(self._job.memory // 3, LEAST_MEMORY),
                    threads=self._job.workers,
                    advance=self._log.progress.advance,
                    folder=self._folder / "candidates",
                )
            self._log.counts |= {"candidates": len(found.pairs), **found.counts}
            documents = tables.Documents.of(spool)
            judged, groups = self._judge(spool, documents, found.pairs)
            documents = refined(spool, documents, judged, groups.heads)
        finally:
            self._crew.close()
        return self._finish(spool, documents, judged, groups)

    def _read(self) -> Spool:
        job, log = self._job, self._log
        batch_bytes = min(BATCH_BYTES, max(1_000_000, job.memory // (32 * job.workers)))
        reading = Reading(
            self._files, self._folder, config=job.config, batch=BATCH, batch_bytes=batch_bytes
        )

        def lost(batch: Batch, reason: str) -> None:
            batch.give_up(self._folder, reason)

        with log.stage("documents", None):
            batches = iter(reading)
            first = list(islice(batches, 2))
            tasks = chain(first, batches)
            for done in self._crew.run(tasks, few=len(first) < 2, lost=lost):
                log.progress.advance(done["items"])
                log.expect(reading.expected)
                log.work.update(done["seconds"])
        unchanged(self._manifest)
        spool = Spool(self._folder)
        log.add_skips(reading.skips())
        log.skipped.update(reading.more_skips())
        log.add_skips(spool.skips)
        return spool

    def _judge(
        self, spool: Spool, documents: tables.Documents, codes: U64
    ) -> tuple[judging.Judged, tables.Clustering]:
        """Verdicts on the candidates, and on what is missing to tell clusters whole."""
        log = self._log
        files: list[str] = []
        evaluated = codes
        with log.stage("pairs", len(codes)):
            files += self._verify(spool, documents, codes)
        with log.stage("clusters", None):
            for _ in range(MAX_ROUNDS):
                judged = judging.read_blocks(self._folder, files)
                groups = tables.clustering(documents, judged)
                missing = cluster.missing_pairs(judged.matches, groups.heads, evaluated)
                if not len(missing):
                    break
                more = encode_pairs(missing[:, 0], missing[:, 1])
                files += self._verify(spool, documents, more)
                evaluated = sorted_unique(np.concatenate([evaluated, more]))
            judged = judging.read_blocks(self._folder, files)
            groups = tables.clustering(documents, judged)
        log.counts["candidates_cluster"] = len(evaluated) - len(codes)
        return judged, groups

    def _verify(self, spool: Spool, documents: tables.Documents, codes: U64) -> list[str]:
        # Gathering copies what it takes, and measures need room beside: a quarter is for sketches.
        share = self._job.memory // (4 * self._job.workers)
        each = spool.sketch_bytes // max(1, len(spool))
        blocks = judging.blocks(
            codes, workers=self._job.workers, memory=share, bytes_per_document=each
        )

        def lost(block: judging.Block, reason: str) -> None:
            a, b = decode_pairs(block.codes)[0].tolist()
            pair = f"{documents.ids[a]} and {documents.ids[b]}"
            self._log.add_skips([Skip("", pair, "internal_error", f"not compared: {reason}")])

        files = []
        for done in self._crew.run(blocks, few=len(codes) <= FEW_PAIRS, lost=lost):
            files.append(done["file"])
            self._log.progress.advance(done["pairs"])
        return files

    def _finish(
        self,
        spool: Spool,
        documents: tables.Documents,
        judged: judging.Judged,
        groups: tables.Clustering,
    ) -> ScanResult:
        job, log = self._job, self._log
        made = self._folder / "tables"
        with log.stage("tables", None):
            made.mkdir(exist_ok=True)
            log.counts |= tables.write_tables(made, spool, documents, judged, groups)
            log.counts["duplicate_id"] = documents.duplicate_ids
            shown = select_shown(made) if job.report else None
            if shown:
                tables.write_texts(made / "texts.parquet", spool, documents, shown)
            record.publish(made, job.out)
        languages = Counter(documents.table["language"].to_pylist())
        kinds = np.bincount(judged.matches.kind, minlength=len(MATCH_KINDS)).tolist()
        about = record.about(job, self._manifest, languages=languages, kinds=kinds)
        record.write(job.out, log, about, peak_memory=self._crew.peak_memory)
        if job.report:
            with log.stage("report", None):
                render_report(job.out)
        run = record.write(job.out, log, about, peak_memory=self._crew.peak_memory)
        clear(self._folder)
        return ScanResult.of_run(job.out, run)


class _Crew:
    """Does tasks: few of them in this process, many in workers that serve all stages."""

    def __init__(self, job: Job, folder: Path, nursery: Nursery | None) -> None:
        self._workers = job.workers
        self._nursery = nursery
        self._setup = handler.setup(job.config, folder)
        self._inline: Inline | None = None
        self._pool: Pool | None = None
        self._peak = 0

    def run(self, tasks: Iterable[Task], *, few: bool, lost: Any) -> Iterator[dict[str, Any]]:
        if few and self._pool is None and self._nursery is None:
            if self._inline is None:
                self._inline = Inline(entry=handler.ENTRY, setup=self._setup)
            return self._inline.run(tasks, lost=lost)
        if self._pool is None:
            self._pool = Pool(
                self._workers, entry=handler.ENTRY, setup=self._setup, nursery=self._nursery
            )
        return self._pool.run(tasks, lost=lost)

    @property
    def peak_memory(self) -> int:
        workers = self._pool.peak_memory - peak_memory() if self._pool is not None else 0
        self._peak = max(self._peak, workers)
        return peak_memory() + self._peak

    def close(self) -> None:
        for runner in (self._inline, self._pool):
            if runner is not None:
                runner.close()
