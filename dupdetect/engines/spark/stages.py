"""The stages of a scan in Spark, each from rows that are saved to rows that are saved.

files → batches → documents with sketches → numbers and ids → candidate pairs → matches →
representatives, and pairs that were missing → passages → tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from dupdetect.config import Config
from dupdetect.engines import handler
from dupdetect.engines.spark import candidates, grouping, judging, numbering, tables
from dupdetect.engines.spark.counting import Counting, Counts
from dupdetect.engines.spark.pairing import CELL, GROUP, Shape
from dupdetect.engines.spark.remote import brought, is_remote_file
from dupdetect.engines.spark.sources import BATCHES, Reading, Working, ddl, document_schema
from dupdetect.engines.spark.templating import with_templates
from dupdetect.engines.spark.work import Work
from dupdetect.errors import ScanError
from dupdetect.quality.resources import contents
from dupdetect.readers import SourceFile

#: Rounds of completing clusters, as in the local engine.
MAX_ROUNDS = 3
#: Files for each task slot from which on each file's documents are worked on where it is read.
_MANY_FILES = 4
#: Bytes of files that are worth a task of their own.
_PART = 1 << 21


@dataclass(frozen=True)
class Limits:
    """How work is cut: it changes no result.

    ``group``: keys that meet in one group; ``cell``: pairs that are verified together;
    ``one_task``: matches from which on representatives are found in rounds.
    """

    group: int = GROUP
    cell: int = CELL
    one_task: int = grouping.ONE_TASK


def read_files(spark: SparkSession, files: Sequence[SourceFile], config: Config) -> DataFrame:
    """Rows BATCHES of files: those that executors can open, and those that Spark has to bring.

    Files that ``remote.expand`` found are the latter. A file is read by one task.
    """
    slots = spark.sparkContext.defaultParallelism
    size = sum(file.size or 0 for file in files)
    parts = max(slots, min(4 * slots, size // _PART))
    own = [number for number, file in enumerate(files) if not is_remote_file(file)]
    batches = spark.range(0, len(own), numPartitions=max(1, min(len(own), 100 * slots))).mapInArrow(
        Reading(tuple(files), config, tuple(own)), ddl(BATCHES)
    )
    fetched = brought(spark, files, config)
    if fetched is not None:
        batches = batches.unionByName(fetched)
    if len(files) >= _MANY_FILES * slots:
        return batches
    return batches.repartition(parts, "file", "start")


def sketch(batches: DataFrame, config: Config, counts: Counts | None = None) -> DataFrame:
    """Documents and skips (:func:`document_schema`) of rows BATCHES; ``counts`` is told of them."""
    working = Working(config, handler.ENTRY, contents(config))
    step = working if counts is None else Counting(working, counts.told)
    return batches.mapInArrow(step, ddl(document_schema(config)))


class Stages:
    """The stages over rows BATCHES. Whatever is asked for first is made, and saved, first."""

    def __init__(
        self,
        spark: SparkSession,
        work: Work,
        config: Config,
        batches: DataFrame,
        limits: Limits | None = None,
        counts: Counts | None = None,
    ) -> None:
        self._spark = spark
        self._work = work
        self._config = config
        self._batches = batches
        self._limits = limits or Limits()
        self._counts = counts

    @cached_property
    def rows(self) -> DataFrame:
        """Documents and skips; making this reads everything."""
        return self._work.saved("rows", lambda: sketch(self._batches, self._config, self._counts))

    @cached_property
    def documents(self) -> DataFrame:
        """The documents by ``number``; raises ScanError if there are too many."""
        found = self.rows.where("phase is null")
        bases = self._work.saved("bases", lambda: numbering.bases(found))
        documents = numbering.numbered(found.drop("phase", "skip"), bases)
        if self.count > numbering.MAX_DOCUMENTS:
            raise ScanError(f"more than {numbering.MAX_DOCUMENTS} documents; scan them in parts")
        return documents

    @property
    def count(self) -> int:
        """The number of documents."""
        return self._size[0]

    @cached_property
    def _size(self) -> tuple[int, int]:
        """Documents, and words of all."""
        found = self.rows.where("phase is null").agg(F.count("*"), F.sum("n_words"))
        ((documents, words),) = found.toLocalIterator()
        return int(documents), int(words or 0)

    @cached_property
    def ids(self) -> DataFrame:
        """``number``, ``id``."""
        return self._work.saved("ids", lambda: numbering.unique_ids(self.documents))

    @cached_property
    def skips(self) -> DataFrame:
        """``skip`` (JSON), in the order in which a run lists them."""
        order = ("phase", "file", "start", "row")
        return self.rows.where("phase is not null").orderBy(*order).select("skip")

    @cached_property
    def shape(self) -> Shape:
        """How pairs are cut."""
        slots = self._spark.sparkContext.defaultParallelism
        limits, (documents, words) = self._limits, self._size
        mean = words / max(1, documents)
        return Shape(documents, self._config, slots, limits.group, limits.cell, mean)

    @cached_property
    def candidates(self) -> DataFrame:
        """Rows PAIRS."""
        return self._work.saved(
            "candidates", lambda: candidates.candidate_pairs(self.documents, self.shape)
        )

    @cached_property
    def _completed(self) -> tuple[DataFrame, DataFrame, int]:
        """Matches, heads, and how many pairs were compared so that clusters are whole."""
        evaluated, matches, more = self._compared, self.verified, 0
        for number in range(MAX_ROUNDS):
            heads = self._heads(matches, number)
            missing = self._missing(matches, heads, evaluated, number)
            count = missing.count()
            if not count:
                return matches, heads, more
            more += count
            matches = matches.unionByName(self._verified(missing, number + 1))
            evaluated = evaluated.unionByName(missing)
        return matches, self._heads(matches, MAX_ROUNDS), more

    @property
    def _compared(self) -> DataFrame:
        return self.candidates.where("stat is null").select("a", "b", "cell")

    @cached_property
    def verified(self) -> DataFrame:
        """The matches among the candidates."""
        return self._verified(self._compared, 0)

    def _verified(self, pairs: DataFrame, number: int) -> DataFrame:
        make = partial(judging.verdicts, self.documents, pairs, self._config)
        return self._work.saved(f"matches-{number}", make)

    def _heads(self, matches: DataFrame, number: int) -> DataFrame:
        known = grouping.attributes(self.documents)

        def save(name: str, make: Any) -> DataFrame:
            return self._work.saved(f"{name}-of-{number}", make)

        make = partial(grouping.heads, matches, known, save=save, one_task=self._limits.one_task)
        return self._work.saved(f"heads-{number}", make)

    def _missing(
        self, matches: DataFrame, heads: DataFrame, evaluated: DataFrame, number: int
    ) -> DataFrame:
        make = partial(_missing, matches, heads, evaluated, self.shape)
        return self._work.saved(f"missing-{number}", make)

    @property
    def matches(self) -> DataFrame:
        """All matches, by number."""
        return self._completed[0]

    @property
    def heads(self) -> DataFrame:
        """``number``, ``head`` of the documents that have matches."""
        return self._completed[1]

    @property
    def completing(self) -> int:
        """Pairs compared so that clusters are whole."""
        return self._completed[2]

    @cached_property
    def tables(self) -> dict[str, DataFrame]:
        """The five tables of :mod:`dupdetect.schemas`, sorted."""
        documents, ids, matches, heads = self.documents, self.ids, self.matches, self.heads
        save = self._work.saved
        passages = save("passages", lambda: judging.aligned(documents, matches, self._config))
        refined = save("refined", lambda: tables.refined(documents, matches))
        documents = with_templates(documents, heads, save)
        members = save("members", lambda: tables.members(heads, ids))
        return {
            "documents": tables.documents_table(documents, ids, refined, members),
            "matches": tables.matches_table(matches, passages, ids),
            "findings": tables.findings_table(documents, ids),
            "clusters": tables.clusters_table(members, matches, heads, ids),
            "domains": tables.domains_table(documents, refined, matches, heads),
        }


def _missing(matches: DataFrame, heads: DataFrame, evaluated: DataFrame, shape: Shape) -> DataFrame:
    """Pairs that :func:`dupdetect.cluster.missing_pairs` asks for: ``a``, ``b``, ``cell``."""
    of_a = heads.select(F.col("number").alias("a"), F.col("head").alias("head_a"))
    of_b = heads.select(F.col("number").alias("b"), F.col("head").alias("head_b"))
    both = matches.select("a", "b").join(of_a, "a").join(of_b, "b")
    pairs = both.select(*_pair("head_a", "b")).union(both.select(*_pair("head_b", "a")))
    pairs = (
        pairs.where("a < b").distinct().join(evaluated.select("a", "b"), ["a", "b"], "left_anti")
    )
    return judging.celled(pairs, shape)


def _pair(one: str, other: str) -> list[Column]:
    return [F.least(one, other).alias("a"), F.greatest(one, other).alias("b")]
