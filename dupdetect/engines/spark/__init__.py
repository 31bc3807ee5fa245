"""Scans in Spark, for jobs and notebooks: DataFrames in, the tables of a scan as DataFrames out.

    from dupdetect.engines.spark import Stages, Work, from_frame, settings, write_parts

    with settings(spark):
        batches = from_frame(spark.table("crawl.articles"))   # id, text, url, published, ...
        stages = Stages(spark, Work(spark, "hdfs:///tmp/dupdetect"), Config(), batches)
        write_parts("hdfs:///crawl/dupdetect", stages.tables)

or in one call, from files to a folder as ``dupdetect scan`` writes it:
``dupdetect.scan(sources, out=..., engine="spark")``. See ``docs/spark.md``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dupdetect.engines.spark.frames import from_frame
    from dupdetect.engines.spark.output import write_files, write_parts
    from dupdetect.engines.spark.remote import expand
    from dupdetect.engines.spark.scan import scan_spark
    from dupdetect.engines.spark.session import session, settings
    from dupdetect.engines.spark.stages import Limits, Stages, read_files
    from dupdetect.engines.spark.work import Work

_HOMES = {
    "Limits": "stages",
    "Stages": "stages",
    "Work": "work",
    "expand": "remote",
    "from_frame": "frames",
    "read_files": "stages",
    "scan_spark": "scan",
    "session": "session",
    "settings": "session",
    "write_files": "output",
    "write_parts": "output",
}

__all__ = [
    "Limits",
    "Stages",
    "Work",
    "expand",
    "from_frame",
    "read_files",
    "scan_spark",
    "session",
    "settings",
    "write_files",
    "write_parts",
]


def __getattr__(name: str) -> Any:
    """PySpark is imported when something of it is asked for: executors need less of it."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
