"""The first moments of a batch job on one machine: what there is to read, and whom it takes.

Imports nothing heavy: while this process loads the stages of the job, another one already loads
what its workers need.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dupdetect.engines.base import ENTRY, Job, ScanResult
from dupdetect.engines.memory import fitting_workers
from dupdetect.engines.nursery import Nursery
from dupdetect.engines.workplace import not_own
from dupdetect.readers import SourceFile, expand
from dupdetect.records import Skip

#: Bytes of sources from which on worker processes are worth their start.
LARGE = 4_000_000


def scan_local(job: Job) -> ScanResult:
    """Does the job; see :class:`dupdetect.engines.base.Engine`."""
    job = replace(job, workers=fitting_workers(job.workers, job.memory))
    told: list[Skip] = []
    files = not_own(expand(job.sources, told.append), job.out, told.append)
    nursery = Nursery(ENTRY) if _is_large(files) else None
    try:
        from dupdetect.engines import local

        return local.scan_files(job, files, told, nursery)
    finally:
        if nursery is not None:
            nursery.close(at_once=True)


def _is_large(files: Sequence[SourceFile]) -> bool:
    return sum(LARGE if file.size is None else file.size for file in files) >= LARGE
