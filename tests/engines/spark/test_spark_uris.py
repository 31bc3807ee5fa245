"""Scans of files that only Spark can open, named by lists of paths, with stages kept by URI.

The file system is Hadoop's viewfs, which Python knows nothing of; behind it lies a folder.
"""

from __future__ import annotations

import gzip
import json
import os
import shutil

import pytest

from dupdetect import readers, schemas
from dupdetect.engines import scan
from dupdetect.errors import ScanError


class Interrupted(Exception):
    """Stands for whatever ends a driver."""


class Stop:
    """Progress that ends the scan when stage ``name`` begins."""

    def __init__(self, name):
        self._name = name

    def stage(self, name, total):
        if name == self._name:
            raise Interrupted

    def advance(self, n):
        pass


def wet(rows):
    records = []
    for number, row in enumerate(rows):
        body = row["text"].encode()
        head = (
            "WARC/1.0\r\nWARC-Type: conversion\r\n"
            f"WARC-Record-ID: <urn:uuid:{number:036d}>\r\n"
            f"WARC-Target-URI: https://site{number % 3}.example/{row['id']}\r\n"
            "WARC-Date: 2020-05-01T00:00:00Z\r\nContent-Type: text/plain\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        records.append(gzip.compress(head.encode() + body + b"\r\n\r\n"))
    return b"".join(records)


@pytest.fixture
def settings(spark):
    """Sets what a user gives with --conf, until the test ends."""
    known = []

    def put(name, value):
        spark.conf.set(name, value)
        known.append(name)

    yield put
    for name in known:
        spark.conf.unset(name)


@pytest.fixture
def crawl(tmp_path, corpus, sample):
    """A folder with archives below it."""
    folder = tmp_path / "crawl"
    for name in ("segments/1", "segments/2", "out of order"):
        (folder / name).mkdir(parents=True)
    (folder / "segments/1/a.warc.wet.gz").write_bytes(wet(corpus.rows[:25]))
    (folder / "segments/2/b.warc.wet.gz").write_bytes(wet(corpus.rows[20:]))
    shutil.copy(sample / "pages.warc.gz", folder / "segments/2/pages.warc.gz")
    (folder / "out of order/z[1].jsonl").write_text('{"text": "no id"}\n{"id": 7}\nnot json\n')
    return folder


@pytest.fixture
def mounted(settings, crawl):
    """What Spark calls that folder."""
    # Hadoop keeps file systems by name, so each test has its own.
    name = f"dup{crawl.stat().st_ino}"
    settings(f"fs.viewfs.mounttable.{name}.link./crawl", crawl.as_uri())
    return f"viewfs://{name}/crawl"


LINES = ["segments/2/b.warc.wet.gz", "segments/1/a.warc.wet.gz", "segments/2/pages.warc.gz"]


def test_archives_by_a_list_of_paths_in_two_goes(
    spark, workers, crawl, mounted, settings, tmp_path
):
    (tmp_path / "wet.paths.gz").write_bytes(gzip.compress("\n".join([*LINES, ""]).encode()))
    settings("spark.dupdetect.prefix", f"{mounted}/")
    settings("spark.dupdetect.work", f"{mounted}/_work")
    out = tmp_path / "out"
    sources = [tmp_path / "wet.paths.gz", f"{mounted}/out of order"]
    with pytest.raises(Interrupted):
        scan(sources, out=out, engine="spark", progress=Stop("clusters"))
    (kept,) = (crawl / "_work").iterdir()
    before = {path: path.stat().st_mtime_ns for path in kept.rglob("*/_SUCCESS")}
    assert len(before) >= 4
    assert not list((out / ".work").rglob("*.parquet"))
    result = scan(sources, out=out, engine="spark", resume=True, progress=Kept(before))
    own = [crawl / line for line in LINES] + [crawl / "out of order"]
    scan(own, out=tmp_path / "local")
    for name in schemas.TABLES:
        tables = [(folder / f"{name}.parquet").read_bytes() for folder in (out, tmp_path / "local")]
        assert tables[0] == tables[1], name
    assert result.counts["matches"] >= 5
    assert result.skipped["bad_json"] == 1
    runs = [json.loads((folder / "run.json").read_text()) for folder in (out, tmp_path / "local")]
    for key in ("counts", "skipped", "languages", "matches_by_kind"):
        assert runs[0][key] == runs[1][key], key
    assert not kept.exists()
    # It is finished, until an input changes.
    assert scan(sources, out=out, engine="spark", resume=True) == result
    os.utime(crawl / LINES[0], (1, 1))
    with pytest.raises(Interrupted):
        scan(sources, out=out, engine="spark", resume=True, progress=Stop("documents"))
    os.utime(crawl / LINES[0], (2, 2))
    with pytest.raises(ScanError, match="has changed"):
        scan(sources, out=out, engine="spark", resume=True)


class Kept:
    """Progress that looks, at the last stage, whether what was kept is still the same."""

    def __init__(self, before):
        self._before = before

    def stage(self, name, total):
        if name == "tables":
            assert {path: path.stat().st_mtime_ns for path in self._before} == self._before

    def advance(self, n):
        pass


def test_files_have_the_names_and_the_order_that_they_have_locally(spark, crawl, mounted):
    from dupdetect.engines.spark import expand

    for name in ("b.txt", "b.html", "a/b.txt", "a.txt", "lang=fr/c.txt", "lang=fr/y=1/c.txt"):
        (crawl / "names" / name).parent.mkdir(parents=True, exist_ok=True)
        (crawl / "names" / name).write_text("x")
    own, told = [], []
    files = readers.expand([crawl / "names", crawl / "names/a.txt"], own.append)
    uri = f"{mounted}/names"
    found = expand(spark, [uri, f"{uri}/a.txt"], told.append)
    assert [file.name for file in found] == [file.name for file in files]
    assert [file.partition for file in found] == [file.partition for file in files]
    assert [file.format for file in found] == [file.format for file in files]
    assert [skip.reason for skip in told] == [skip.reason for skip in own] == ["duplicate_source"]


@pytest.mark.parametrize("start", [None, "s3a://bucket/", "/data"])
def test_relative_lines_begin_where_they_are_told_to(spark, settings, tmp_path, start):
    from dupdetect.engines.spark.paths import listed_paths

    if start is not None:
        settings("spark.dupdetect.prefix", start)
    known = ["x/1.warc.gz", " y/2.warc.gz ", "", "/abs/3.warc", "hdfs://n/4.warc.gz"]
    (tmp_path / "in.paths").write_text("\n".join(known))
    below = (start or str(tmp_path)).rstrip("/")
    expected = [f"{below}/x/1.warc.gz", f"{below}/y/2.warc.gz", "/abs/3.warc", "hdfs://n/4.warc.gz"]
    assert listed_paths(spark, [str(tmp_path / "in.paths"), "z"]) == [*expected, "z"]
    if start is not None:
        uri = (tmp_path / "in.paths").as_uri()
        assert listed_paths(spark, ["z", uri]) == ["z", *expected]


def test_a_list_that_cannot_be_read_is_an_error(spark, tmp_path):
    from dupdetect.engines.spark.paths import listed_paths

    (tmp_path / "bad.paths.gz").write_bytes(gzip.compress(b"x")[:-4])
    for name in ("bad.paths.gz", "absent.paths"):
        with pytest.raises(ScanError, match="not a list of paths"):
            listed_paths(spark, [str(tmp_path / name)])
