"""Where stages leave their rows: each is written whole before the next one reads it.

Plans stay short, a lost executor costs what it was doing and never what earlier stages did, and an
interrupted scan goes on behind its last whole stage. Any Hadoop file system will do; all executors
must see it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

from pyspark.sql import DataFrame, SparkSession

#: Cheap to write and to read; most bytes are hashes, which nothing compresses.
_CODEC = "lz4_raw"
_DESCRIPTION = "spark.job.description"


class Work:
    """A folder of stages, named by a URI or a path."""

    def __init__(self, spark: SparkSession, folder: str) -> None:
        self._spark = spark
        self._folder = folder.rstrip("/")

    def saved(self, name: str, make: Callable[[], DataFrame]) -> DataFrame:
        """The rows of stage ``name``: made and written if they are not there whole."""
        path = f"{self._folder}/{name}"
        if not self._whole(path):
            with described(self._spark, name):
                frame = make()
                frame.write.mode("overwrite").option("compression", _CODEC).parquet(path)
        return self._spark.read.parquet(path)

    def clear(self) -> None:
        """Removes everything."""
        place = self._path(self._folder)
        self._files(place).delete(place, True)

    def _whole(self, path: str) -> bool:
        marker = self._path(f"{path}/_SUCCESS")
        return bool(self._files(marker).exists(marker))

    def _path(self, path: str) -> Any:
        jvm: Any = self._spark._jvm
        return jvm.org.apache.hadoop.fs.Path(path)

    def _files(self, path: Any) -> Any:
        session: Any = self._spark._jsparkSession
        return path.getFileSystem(session.sessionState().newHadoopConf())


@contextmanager
def described(spark: SparkSession, name: str) -> Iterator[None]:
    """Spark's pages and its log of events call the block's jobs by ``name``."""
    context = spark.sparkContext
    before = context.getLocalProperty(_DESCRIPTION)
    context.setLocalProperty(_DESCRIPTION, f"dupdetect: {name}")
    try:
        yield
    finally:
        # None takes it off again, which the types of PySpark do not know.
        context.setLocalProperty(_DESCRIPTION, cast(str, before))
