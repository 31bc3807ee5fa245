"""Lists of paths, as Common Crawl publishes them: ``wet.paths.gz``, a line for each file.

    dupdetect scan wet.paths.gz -o out --engine spark \\
        --spark-conf spark.dupdetect.prefix=s3a://commoncrawl/

A list has 100,000 lines and more, which a command line does not hold.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from pyspark.sql import SparkSession

from dupdetect.engines.spark.remote import is_remote
from dupdetect.errors import ScanError

#: Setting that says where relative paths of a list begin; without it, in the list's own folder.
PREFIX = "spark.dupdetect.prefix"
_SUFFIXES = (".paths", ".paths.gz")


def listed_paths(spark: SparkSession, sources: Sequence[str]) -> list[str]:
    """The sources, each list of paths replaced by what it names. Raises ScanError for a list that
    cannot be read."""
    found: list[str] = []
    for source in sources:
        if source.endswith(_SUFFIXES):
            lines = _remote(spark, source) if is_remote(source) else _local(source)
            start = spark.conf.get(PREFIX, None) or source.rpartition("/")[0]
            found += [_joined(start, line.strip()) for line in lines if line.strip()]
        else:
            found.append(source)
    return found


def _joined(start: str, path: str) -> str:
    if not start or path.startswith("/") or "://" in path:
        return path
    return f"{start.rstrip('/')}/{path}"


def _remote(spark: SparkSession, source: str) -> Iterator[str]:
    for row in spark.read.text(source).toLocalIterator():
        yield row["value"]


def _local(source: str) -> list[str]:
    try:
        raw = Path(source).read_bytes()
        text = gzip.decompress(raw) if source.endswith(".gz") else raw
        return text.decode("utf-8").splitlines()
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        raise ScanError(f"{source}: not a list of paths: {error}") from error
