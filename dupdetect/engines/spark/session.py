"""The Spark session that a scan uses: the one that is there, or one of its own."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from pyspark.sql import SparkSession

#: Bytes of input for each partition of a shuffle. Sketches are 5 times as large as their texts, and
#: those 3 times as large as a compressed archive: some 60 MB.
_PARTITION = 1 << 22
_PARTITIONS = "spark.sql.shuffle.partitions"
#: Rows of sketches that Python gets at a time, about 10 MB.
_ROWS = {"spark.sql.execution.arrow.maxRecordsPerBatch": "512"}

#: A scan tells its own progress.
_QUIET = {"spark.log.level": "ERROR", "spark.ui.showConsoleProgress": "false"}


@contextmanager
def session(master: str | None, conf: Sequence[tuple[str, str]]) -> Iterator[SparkSession]:
    """The active session (of a notebook, of spark-submit), else a new one, stopped at the end.

    A new one runs the Python of this process on the executors unless PYSPARK_PYTHON names another.
    """
    active = SparkSession.getActiveSession()
    if active is not None:
        yield active
        return
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.appName("dupdetect")
    for name, value in _QUIET.items():
        builder = builder.config(name, value)
    if master is not None:
        builder = builder.master(master)
    for name, value in conf:
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    try:
        yield spark
    finally:
        spark.stop()


@contextmanager
def settings(spark: SparkSession, *, size: int | None = None) -> Iterator[None]:
    """The session with the settings that the stages need, until the block ends.

    ``size`` of the input in bytes decides the number of shuffle partitions, unless the user did.
    """
    wanted = dict(_ROWS)
    if size is not None and not spark.sparkContext.getConf().contains(_PARTITIONS):
        slots = spark.sparkContext.defaultParallelism
        wanted[_PARTITIONS] = str(max(2 * slots, size // _PARTITION))
    before = {name: spark.conf.get(name) for name in wanted}
    for name, value in wanted.items():
        spark.conf.set(name, value)
    try:
        yield
    finally:
        for name, old in before.items():
            if old is not None:
                spark.conf.set(name, old)
