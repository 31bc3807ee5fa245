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
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import PurePosixPath
from typing import Any

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession

from dupdetect.config import Config
from dupdetect.engines.spark.sources import BATCHES, Reading, ddl
from dupdetect.readers import SourceFile
from dupdetect.readers.base import printable
from dupdetect.readers.sources import partition_of, split_suffixes
from dupdetect.records import Skip

#: What ``binaryFile`` can hold of one file.
MAX_BYTES = (1 << 31) - 1
#: Names that are looked up at a time.
_LISTERS = 16
#: What Hadoop's patterns are made of.
_GLOB = re.compile(r"[\\{}\[\]*?]")


def is_remote(source: str) -> bool:
    """Whether Spark has to open it."""
    return "://" in source and not source.startswith(("http://", "https://"))


def is_remote_file(file: SourceFile) -> bool:
    """Whether :func:`expand` found it: Hadoop's paths have a scheme, if only ``file:``."""
    return re.match(r"[a-z][a-z0-9+.-]*:/", file.path) is not None


@dataclass(frozen=True, slots=True)
class Remote:
    """A file as it was listed. ``below``: its path below what was named; ``mtime`` in ms."""

    path: str
    below: str
    size: int
    mtime: int

    @property
    def names(self) -> tuple[str, str, str]:
        """What ids may be made of, the shortest first."""
        return split_suffixes(self.below)[0], self.below, self.path

    @property
    def state(self) -> dict[str, int]:
        """What changes when the file does."""
        return {"size": self.size, "mtime": self.mtime}

    @property
    def place(self) -> list[tuple[bool, str]]:
        """Orders the files of a folder before those of its folders, as they are read locally."""
        *folders, name = PurePosixPath(self.below).parts
        return [*((True, folder) for folder in folders), (False, name)]

    def named(self, name: str) -> SourceFile:
        """The file for readers, with ids made of ``name``."""
        _, kind, compression = split_suffixes(self.path)
        partition = partition_of(PurePosixPath(self.path))
        return SourceFile(self.path, kind, compression, printable(name), self.size, partition)


def expand(
    spark: SparkSession, sources: Sequence[str], on_skip: Callable[[Skip], None]
) -> list[SourceFile]:
    """The files of known kinds that URIs name: files, folders, globs of Hadoop's; in fixed order.

    The order, and the names that ids of documents without one are made of, are those of the same
    files read locally.
    """
    return named(listed(spark, sources, on_skip))


def listed(
    spark: SparkSession, sources: Sequence[str], on_skip: Callable[[Skip], None]
) -> list[Remote]:
    """The files that URIs name, each once; what else is there goes to ``on_skip``."""
    found: dict[str, Remote] = {}
    # Asking an object store takes long, and a list of paths has 100,000.
    with ThreadPoolExecutor(_LISTERS) as threads:
        every = list(threads.map(partial(_list, spark), sources))
    for source, files in zip(sources, every, strict=True):
        if not files:
            on_skip(Skip(source, None, "absent", "no such file or folder"))
        for file in files:
            unfit = _unfit(file)
            if unfit is not None:
                on_skip(unfit)
            elif file.path in found:
                message = "the same file is already read"
                on_skip(Skip(file.path, None, "duplicate_source", message))
            else:
                found[file.path] = file
    return list(found.values())


def named(files: Sequence[Remote]) -> list[SourceFile]:
    """Files with unique names: of each group that clashes, all get the next longer form."""
    level = [0] * len(files)
    for step in (1, 2):
        names = [file.names[at] for file, at in zip(files, level, strict=True)]
        counts = Counter(names)
        level = [step if counts[name] > 1 else at for name, at in zip(names, level, strict=True)]
    return [file.named(file.names[at]) for file, at in zip(files, level, strict=True)]


def _unfit(file: Remote) -> Skip | None:
    # Spark reads no file whose name begins so, whatever it is told.
    if any(part.startswith((".", "_")) for part in PurePosixPath(file.below).parts):
        return Skip(file.path, None, "ignored_hidden", "a hidden file in a folder")
    if not split_suffixes(file.path)[1]:
        return Skip(file.path, None, "ignored_suffix", "not of a known kind, in a folder")
    if file.size > MAX_BYTES:
        message = "more than 2 GB, which Spark cannot hand over"
        return Skip(file.path, None, "too_large", message)
    return None


def _list(spark: SparkSession, source: str) -> list[Remote]:
    session: Any = spark
    place = session._jvm.org.apache.hadoop.fs.Path(source)
    system = place.getFileSystem(session._jsparkSession.sessionState().newHadoopConf())
    found: list[Remote] = []
    for status in system.globStatus(place) or []:
        root = str(status.getPath().toString())
        if status.isFile():
            found.append(_remote(status, PurePosixPath(root).name))
            continue
        files = system.listFiles(status.getPath(), True)
        inside = []
        while files.hasNext():
            file = files.next()
            inside.append(_remote(file, str(file.getPath().toString())[len(root) :].lstrip("/")))
        found += sorted(inside, key=lambda file: file.place)
    return found


def _remote(status: Any, below: str) -> Remote:
    path = str(status.getPath().toString())
    return Remote(path, below, int(status.getLen()), int(status.getModificationTime()))


def brought(spark: SparkSession, files: Sequence[SourceFile], config: Config) -> DataFrame | None:
    """Rows BATCHES of those of ``files`` that Spark has to bring; None when there are none."""
    # Names are no patterns, and folders such as "lang=fr" no columns.
    paths = [_GLOB.sub(r"\\\g<0>", file.path) for file in files if is_remote_file(file)]
    if not paths:
        return None
    reader = spark.read.format("binaryFile").option("recursiveFileLookup", "true")
    contents = reader.load(paths).select("path", "content")
    return contents.mapInArrow(Fetched(tuple(files), config), ddl(BATCHES))


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
