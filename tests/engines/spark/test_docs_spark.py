"""docs/spark.md: its examples run, and the names and figures it uses are there."""

from __future__ import annotations

import ast
import importlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from dupdetect import schemas
from dupdetect.engines import scan


def blocks(repository):
    text = (repository / "docs" / "spark.md").read_text(encoding="utf-8")
    return re.findall(r"```python\n(.*?)```", text, re.DOTALL)


def replaced(block, *pairs):
    """The block with other names in it; all of them must be there."""
    for old, new in pairs:
        assert old in block, old
        block = block.replace(old, new)
    return block


def test_the_examples_import_what_there_is(repository):
    pytest.importorskip("pyspark")
    assert len(blocks(repository)) == 2
    for block in blocks(repository):
        for node in ast.walk(ast.parse(block)):
            if isinstance(node, ast.ImportFrom):
                module = importlib.import_module(node.module)
                assert all(hasattr(module, alias.name) for alias in node.names)


def test_the_notebook_gives_what_its_rows_sorted_by_id_give(
    repository, spark, workers, corpus, tmp_path
):
    corpus.rows.append({"id": "empty", "text": " "})
    fields = ("url", "id", "text", "published")
    frame = spark.createDataFrame(
        [tuple(row.get(name) for name in fields) for row in corpus.rows],
        ", ".join(f"{name} string" for name in fields),
    ).repartition(5)
    uri = tmp_path.as_uri()
    frame.write.parquet(f"{uri}/articles")
    block = replaced(blocks(repository)[0], ("hdfs:///crawl", uri), ("hdfs:///tmp", uri))
    names = {}
    # The last line removes what is looked at here.
    exec(replaced(block, ("work.clear()", "skips = stages.skips.collect()")), names)
    (skip,) = names["skips"]
    assert json.loads(skip["skip"])["reason"] == "empty_text"
    names["work"].clear()
    for row in corpus.rows:
        row.pop("language", None)
    corpus.rows.sort(key=lambda row: row["id"])
    scan([corpus.write(tmp_path / "c.jsonl")], out=tmp_path / "local")
    for name, schema in schemas.TABLES.items():
        found = pq.read_table(tmp_path / "dupdetect" / f"{name}.parquet")
        expected = pq.read_table(tmp_path / "local" / f"{name}.parquet")
        assert found.select(schema.names).cast(schema).to_pylist() == expected.to_pylist(), name


def test_the_script_runs_under_spark_submit(repository, cluster, corpus, tmp_path):
    import pyspark

    source = corpus.write(tmp_path / "corpus.jsonl")
    script = replaced(
        blocks(repository)[1],
        ("s3a://commoncrawl/wet/*.warc.wet.gz", source.as_uri()),
        ('"out"', repr(str(tmp_path / "out"))),
    )
    (tmp_path / "scan.py").write_text(script)
    command = Path(pyspark.__file__).parent / "bin" / "spark-submit"
    # The session of the other tests holds the cluster's cores.
    options = ["--master", "local[1]", "--conf", "spark.ui.enabled=false",
               "--conf", "spark.sql.shuffle.partitions=2",
               "--driver-java-options", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"]  # fmt: skip
    environment = {
        **os.environ,
        "SPARK_LOCAL_IP": "127.0.0.1",
        "PYSPARK_PYTHON": sys.executable,
        "PYTHONPATH": str(repository),
    }
    done = subprocess.run(
        [str(command), *options, "scan.py"], cwd=tmp_path, env=environment,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    scan([source], out=tmp_path / "local")
    for name in schemas.TABLES:
        files = [tmp_path / folder / f"{name}.parquet" for folder in ("out", "local")]
        assert files[0].read_bytes() == files[1].read_bytes(), name


def test_the_stages_named_are_there(repository):
    pytest.importorskip("pyspark")
    from dupdetect.engines import spark

    text = (repository / "docs" / "spark.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`stages\.(\w+)", text))
    assert len(named) >= 6
    assert all(hasattr(spark.Stages, name) for name in named)
    assert set(spark.__all__) == {name for name in spark.__all__ if hasattr(spark, name)}


def test_figures_of_the_text_are_those_of_the_code(repository):
    pytest.importorskip("pyspark")
    from dupdetect.engines.base import MAX_SKIPS
    from dupdetect.engines.batches import BATCH
    from dupdetect.engines.spark import grouping, pairing
    from dupdetect.engines.spark.paths import PREFIX
    from dupdetect.engines.spark.scan import WORK

    text = (repository / "docs" / "spark.md").read_text(encoding="utf-8")
    assert f"batches of {BATCH} documents" in text
    assert f"up to {pairing.CELL:,} pairs" in text
    assert f"first {MAX_SKIPS:,} skips" in text
    assert grouping.ONE_TASK == 2_000_000 and "two million matches" in text
    assert f"`{WORK}`" in text and f"`{PREFIX}`" in text
    assert f"{pairing.MAX_BLOCK:,} documents" in text
