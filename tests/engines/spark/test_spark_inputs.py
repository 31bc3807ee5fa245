"""Files of a Hadoop file system as Spark finds and brings them."""

from __future__ import annotations

import json

from dupdetect import readers
from dupdetect.config import Config
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
    reasons = {skip.reason for skip in told}  # hidden files are told where the folder lists them
    assert reasons == {"absent", "duplicate_source", "ignored_hidden", "ignored_suffix"}
