"""Numbers and names of documents: 0..n-1 in the order of the input, ids that are unique."""

from __future__ import annotations

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

#: Numbers must fit the kernels' 31 bits.
MAX_DOCUMENTS = (1 << 31) - 1
#: An id as :func:`dupdetect.engines.tables.unique_ids` makes it: the name, and its number.
_NUMBERED = r"(?s)\A(.*)~([1-9][0-9]{0,8})\z"


def bases(documents: DataFrame) -> DataFrame:
    """The number of the first document of each batch: ``file``, ``start``, ``base``.

    A row per batch, so that what is ordered as a whole has a row per file.
    """
    batches = documents.groupBy("file", "start").agg(F.count("*").alias("n"))
    before = Window.partitionBy("file").orderBy("start").rowsBetween(Window.unboundedPreceding, -1)
    inside = batches.withColumn("inside", F.coalesce(F.sum("n").over(before), F.lit(0)))
    files = batches.groupBy("file").agg(F.sum("n").alias("of_file"))
    earlier = Window.orderBy("file").rowsBetween(Window.unboundedPreceding, -1)
    outside = files.select(
        "file", F.coalesce(F.sum("of_file").over(earlier), F.lit(0)).alias("outside")
    )
    base = (F.col("outside") + F.col("inside")).alias("base")
    return inside.join(F.broadcast(outside), "file").select("file", "start", base)


def numbered(documents: DataFrame, bases: DataFrame) -> DataFrame:
    """The documents with their ``number``, int. What stands in ``file`` to ``row`` has served."""
    number = (F.col("base") + F.col("row")).cast("int").alias("number")
    others = [name for name in documents.columns if name not in ("file", "start", "row")]
    return documents.join(F.broadcast(bases), ["file", "start"]).select(number, *others)


def unique_ids(documents: DataFrame) -> DataFrame:
    """``number``, ``id``: a later document of the same id gets ``~2``, ``~3`` and so on.

    The rule of :func:`dupdetect.engines.tables.unique_ids`: a number that makes another document's
    own id is passed over, so the k-th document gets the (k - 1)-th number from 2 on that is free.
    """
    own = documents.select("number", "id")
    counts = own.groupBy("id").agg(F.count("*").alias("n")).where("n > 1")
    order = Window.partitionBy("id").orderBy("number")
    repeated = (
        own.join(counts, "id").withColumn("k", F.row_number().over(order)).where("k > 1")
    )  # fmt: skip
    name = F.regexp_extract("id", _NUMBERED, 1).alias("name")
    suffix = F.regexp_extract("id", _NUMBERED, 2).try_cast("int").alias("suffix")
    taken = (
        own.select(name, suffix).where("suffix >= 2")
        .join(counts.select(F.col("id").alias("name")), "name", "left_semi")
        .groupBy("name").agg(F.sort_array(F.collect_set("suffix")).alias("taken"))
    )  # fmt: skip
    known = repeated.join(taken, F.col("id") == F.col("name"), "left")
    free = F.aggregate(
        F.coalesce("taken", F.array().cast("array<int>")),
        F.col("k"),
        lambda at, number: F.when(number <= at, at + 1).otherwise(at),
    )
    renamed = known.select("number", F.concat("id", F.lit("~"), free.cast("string")).alias("new"))
    chosen = F.coalesce("new", "id").alias("id")
    return own.join(renamed, "number", "left").select("number", chosen)
