"""Other ways in and out: a user's DataFrame, files of a Hadoop file system, parts."""

from __future__ import annotations

import json

import pyarrow.parquet as pq

from dupdetect import readers, schemas
from dupdetect.config import Config
from dupdetect.engines import scan
from dupdetect.engines.messages import decode_items
from dupdetect.records import Page


def items(frame):
    """Items by file and number, without the names of their files."""
    found = {}
    for row in frame.collect():
        if row["body"] is not None:
            for at, item in enumerate(decode_items(bytes(row["body"]))[0]):
                known = (item.id, item.content if isinstance(item, Page) else item.text, item.url)
                found[row["file"], row["start"] + at] = known
    return found


def test_files_that_spark_opens_are_read_alike(spark, workers, sample):
    from dupdetect.engines.spark import expand, read_files

    own, told = [], []
    files = readers.expand([sample], own.append)
    brought = expand(spark, [sample.as_uri()], told.append)
    assert [file.name for file in brought] == [file.name for file in files]
    assert [skip.reason for skip in told] == [skip.reason for skip in own]
    there = items(read_files(spark, brought, Config()))
    assert there == items(read_files(spark, files, Config()))
    assert len(there) > 40
    skips = read_files(spark, brought, Config()).where("skip is not null").collect()
    assert {json.loads(row["skip"])["source"].rpartition("/")[2] for row in skips} == {
        "pages.warc.gz"
    }


def test_absent_and_hidden_files_are_told(spark, tmp_path):
    from dupdetect.engines.spark import expand

    (tmp_path / "in").mkdir()
    for name in ("a.txt", "_SUCCESS", ".b.txt", "c.bin"):
        (tmp_path / "in" / name).write_text("x")
    told = []
    uri = tmp_path.as_uri()
    found = expand(spark, [f"{uri}/in", f"{uri}/in/*.txt", f"{uri}/no"], told.append)
    assert [file.name for file in found] == ["a"]
    reasons = sorted(skip.reason for skip in told)
    assert reasons[:2] == ["absent", "ignored_hidden"]
    assert reasons[-1] == "ignored_suffix"


def test_a_frame_gives_what_its_rows_sorted_by_id_give(spark, workers, corpus, tmp_path):
    from dupdetect.engines.spark import Stages, Work, from_frame, settings, write_parts

    corpus.rows.append({"id": "empty", "text": " "})
    frame = spark.createDataFrame(
        [(row.get("url"), row["id"], row["text"], row.get("published")) for row in corpus.rows],
        "url string, id string, text string, published string",
    ).repartition(5)
    for row in corpus.rows:
        row.pop("language", None)
    corpus.rows.sort(key=lambda row: row["id"])
    scan([corpus.write(tmp_path / "c.jsonl")], out=tmp_path / "local")
    with settings(spark):
        work = Work(spark, (tmp_path / "work").as_uri())
        stages = Stages(spark, work, Config(), from_frame(frame))
        written = {name: stages.tables[name] for name in ("documents", "clusters")}
        write_parts((tmp_path / "parts").as_uri(), written)
        (skip,) = stages.skips.collect()
        assert json.loads(skip["skip"])["reason"] == "empty_text"
    for name in written:
        schema = schemas.TABLES[name]
        found = pq.read_table(tmp_path / "parts" / f"{name}.parquet")
        expected = pq.read_table(tmp_path / "local" / f"{name}.parquet")
        assert found.select(schema.names).cast(schema).to_pylist() == expected.to_pylist(), name
