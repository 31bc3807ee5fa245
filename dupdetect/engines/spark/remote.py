"""Files on any Hadoop file system: listed by the driver, brought to Python by Spark itself.

A source with a scheme (``hdfs://``, ``s3a://``, ``file://``) is one that the user's Spark can open.
Spark hands over a file as one value, so none may have more than 2 GB; it lies in a temporary file
of the executor while it is read.
"""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any

import pyarrow as pa
from pyspark.sql import SparkSession

from dupdetect.config import Config
from dupdetect.engines.spark.sources import Reading
from dupdetect.readers import SourceFile
from dupdetect.readers.base import printable
from dupdetect.readers.sources import partition_of, split_suffixes
from dupdetect.records import Skip

#: What ``binaryFile`` can hold of one file.
MAX_BYTES = (1 << 31) - 1


def is_remote(source: str) -> bool:
    """Whether Spark has to open it."""
    return "://" in source and not source.startswith(("http://", "https://"))


def is_remote_file(file: SourceFile) -> bool:
    """Whether :func:`expand` found it: Hadoop's paths have a scheme, if only ``file:``."""
    return re.match(r"[a-z][a-z0-9+.-]*:/", file.path) is not None


def expand(
    spark: SparkSession, sources: Sequence[str], on_skip: Callable[[Skip], None]
) -> list[SourceFile]:
    """The files of known kinds that URIs name: files, folders, globs of Hadoop's; in fixed order.

    Ids of documents without one are made of the path below the folder that was named, as locally;
    of the whole path where that is not unique.
    """
    found: dict[str, tuple[str, int]] = {}
    for source in sources:
        listed = _list(spark, source)
        if not listed:
            on_skip(Skip(source, None, "absent", "no such file or folder"))
        for path, below, size in listed:
            hidden = any(part.startswith((".", "_")) for part in PurePosixPath(below).parts)
            if hidden or not split_suffixes(path)[1]:
                reason = "ignored_hidden" if hidden else "ignored_suffix"
                on_skip(Skip(path, None, reason, "not of a known kind, in a folder"))
            elif size > MAX_BYTES:
                on_skip(
                    Skip(path, None, "too_large", "more than 2 GB, which Spark cannot hand over")
                )
            else:
                found.setdefault(path, (split_suffixes(below)[0], size))
    names = Counter(name for name, _ in found.values())
    return [
        _source_file(path, name if names[name] == 1 else path, size)
        for path, (name, size) in found.items()
    ]


def _source_file(path: str, name: str, size: int) -> SourceFile:
    _, kind, compression = split_suffixes(path)
    return SourceFile(
        path, kind, compression, printable(name), size, partition_of(PurePosixPath(path))
    )


def _list(spark: SparkSession, source: str) -> list[tuple[str, str, int]]:
    """(path, path below what was named, bytes) of files, sorted."""
    session: Any = spark
    place = session._jvm.org.apache.hadoop.fs.Path(source)
    system = place.getFileSystem(session._jsparkSession.sessionState().newHadoopConf())
    listed: list[tuple[str, str, int]] = []
    for status in system.globStatus(place) or []:
        root = str(status.getPath().toString())
        if status.isFile():
            listed.append((root, PurePosixPath(root).name, int(status.getLen())))
            continue
        files = system.listFiles(status.getPath(), True)
        while files.hasNext():
            file = files.next()
            path = str(file.getPath().toString())
            listed.append((path, path[len(root) :].lstrip("/"), int(file.getLen())))
    return sorted(listed)


@dataclass(frozen=True)
class Fetched:
    """Reads whole files that Spark brings: for ``mapInArrow`` over ``path``, ``content``."""

    files: Sequence[SourceFile]
    config: Config

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Rows BATCHES of the files."""
        numbers = {plain(file.path): number for number, file in enumerate(self.files)}
        reading = Reading(self.files, self.config)
        for batch in batches:
            for row in range(batch.num_rows):
                number = numbers[plain(batch.column("path")[row].as_py())]
                with tempfile.NamedTemporaryFile(prefix="dupdetect-") as copy:
                    copy.write(batch.column("content")[row].as_buffer())
                    copy.flush()
                    file = self.files[number]
                    yield from reading.file(number, replace(file, path=copy.name))


def plain(path: str) -> str:
    """A URI in the one form that Hadoop and Spark do not agree on: ``file:/x`` and ``file:///x``."""
    scheme, _, rest = path.partition(":")
    return f"{scheme}:{rest.replace('///', '/', 1)}" if rest.startswith("///") else path
