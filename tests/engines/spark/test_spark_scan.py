"""Scans in a cluster against scans by the local engine: the same tables, whatever happens."""

from __future__ import annotations

import json
import subprocess
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dupdetect import schemas
from dupdetect.config import AnchorConfig, Config, ShingleConfig
from dupdetect.engines import handler, scan
from dupdetect.errors import ScanError


def tables(out):
    return {name: (out / f"{name}.parquet").read_bytes() for name in schemas.TABLES}


def equal(out, other):
    """Fails where two folders differ in a table or in what was counted; gives the counts."""
    for name in schemas.TABLES:
        one, two = (pq.read_table(folder / f"{name}.parquet") for folder in (out, other))
        assert one.schema.equals(two.schema), name
        if not one.equals(two):
            rows = zip(one.to_pylist(), two.to_pylist(), strict=False)
            different = [pair for pair in rows if pair[0] != pair[1]]
            pytest.fail(f"{name}: {len(one)}, {len(two)} rows; {different[:2]}")
    assert tables(out) == tables(other)
    runs = [json.loads((folder / "run.json").read_text()) for folder in (out, other)]
    same = ("counts", "matches_by_kind", "skipped", "skips", "languages", "config_digest", "files")
    for key in same:
        assert runs[0][key] == runs[1][key], key
    texts = [pq.read_table(folder / "texts.parquet") for folder in (out, other)]
    assert texts[0].equals(texts[1])
    return runs[0]["counts"]


class Interrupted(Exception):
    """Stands for whatever ends a driver."""


class At:
    """Progress that calls something when a stage begins."""

    def __init__(self, name, call):
        self._name, self._call = name, call

    def stage(self, name, total):
        if name == self._name:
            self._call()

    def advance(self, n):
        pass


def stop():
    raise Interrupted


def test_the_sample_gives_the_same_tables_in_two_goes(
    spark, workers, sample, tmp_path, monkeypatch
):
    from dupdetect.engines.spark import stages

    out = tmp_path / "spark"
    with pytest.raises(Interrupted):
        scan([sample], out=out, engine="spark", progress=At("clusters", stop))
    # What is there is not made again.
    monkeypatch.delattr(stages, "sketch")
    monkeypatch.delattr(stages.candidates, "candidate_pairs")
    result = scan([sample], out=out, engine="spark", resume=True)
    scan([sample], out=tmp_path / "local")
    counts = equal(out, tmp_path / "local")
    assert counts["matches"] > 20
    assert result.skipped["http_status"] == 1
    assert (out / "report.html").exists()
    assert not (out / ".work").exists()
    assert scan([sample], out=out, engine="spark", resume=True) == result


@pytest.fixture
def skewed(corpus):
    """120 documents, one of them copied 500 times, whole and in part; 200 of one mould, each with
    a sentence of its own; ids used twice; rows without a text."""
    made = type(corpus)(120, seed=7)
    for number in range(500):
        known = {"published": f"20{10 + number % 13}-01-02"} if number % 3 else {}
        change = max(0, number % 7 - 2)
        url = f"https://b{number % 5}.example/{number}"
        made.copy("d007", f"copy-{number}", change=change, url=url, **known)
    made.rows += [dict(made.rows[0]), dict(made.rows[0]), made.row("d000~2", ["Autre chose."] * 9)]
    mould = made.rows[11]["text"].split("\n")
    for number in range(200):
        own = made.rows[number % 120]["text"].split("\n")[number % 5]
        made.rows.append(made.row(f"mould-{number}", [*mould[:4], own, *mould[4:]]))
    made.rows += [{"id": "blank", "text": " "}, {"id": "none"}, {"id": "empty", "text": ""}]
    return made


def test_big_buckets_and_lost_executors_change_nothing(
    spark, workers, deadly, skewed, tmp_path, monkeypatch
):
    from deadly import Kill

    from dupdetect.engines.spark import judging, stages

    config = Config(
        shingle=ShingleConfig(max_bucket=40),
        anchor=AnchorConfig(max_bucket=300, max_candidates=10),
    )
    made, verdicts = stages.sketch, judging.verdicts

    def sketch(batches, *options):
        kill = Kill(tmp_path / "executor", [2])
        return made(batches.mapInArrow(kill, batches.schema), *options)

    def verify(documents, pairs, config):
        kill = Kill(tmp_path / "worker", [3, 2])
        return verdicts(documents, pairs.mapInArrow(kill, pairs.schema), config)

    monkeypatch.setattr(stages, "sketch", sketch)
    monkeypatch.setattr(judging, "verdicts", verify)
    source = skewed.write(tmp_path / "skewed.jsonl")
    scan([source], out=tmp_path / "local", config=config)
    scan([source], out=tmp_path / "spark", engine="spark", config=config)
    assert (tmp_path / "executor").exists()
    assert (tmp_path / "worker").exists()
    counts = equal(tmp_path / "spark", tmp_path / "local")
    assert counts["capped_buckets"] > 0
    assert counts["dropped_anchor_lists"] > 0
    assert counts["dropped_anchor_pairs"] > 0
    assert counts["candidates_cluster"] > 0
    assert counts["duplicate_id"] == 2
    # What tasks count is right although some were done twice.
    run = json.loads((tmp_path / "spark" / "run.json").read_text())
    assert run["skipped"] == {"empty_text": 2, "no_text": 1}
    assert run["spark"]["accumulated"] == {
        "documents": counts["documents"], "skipped": run["skipped"],
    }  # fmt: skip


@pytest.mark.slow
@pytest.mark.shared
def test_a_slice_of_news_gives_the_same_tables(spark, workers, shared, tmp_path):
    rows = pq.read_table(shared / "corpora" / "news_fr.parquet").slice(0, 5000)
    columns = [rows[name].to_pylist() for name in ("title", "heading", "text")]
    texts = ["\n\n".join(parts) for parts in zip(*columns, strict=True)]
    news = pa.table({"id": rows["id"], "text": texts, "published": rows["date"]})
    (tmp_path / "news").mkdir()
    for part in range(3):
        piece = news.slice(part * 1700, 1700)
        pq.write_table(piece, tmp_path / "news" / f"{part}.parquet")
    scan([tmp_path / "news"], out=tmp_path / "local")
    scan([tmp_path / "news"], out=tmp_path / "spark", engine="spark")
    assert equal(tmp_path / "spark", tmp_path / "local")["documents"] == 5000


def test_a_document_that_kills_its_worker_is_one_skip(
    spark, workers, deadly, corpus, tmp_path, monkeypatch
):
    from dupdetect import readers
    from dupdetect.engines.spark.stages import read_files, sketch

    monkeypatch.setattr(handler, "ENTRY", "deadly:Faulty")
    corpus.rows[12]["text"] += " DIEHERE"
    corpus.rows[20]["text"] += " FAILHERE"
    corpus.rows[21]["text"] += " LONE"
    source = corpus.write(tmp_path / "c.jsonl")
    source.write_text(source.read_text().replace(" LONE", "\\ud800"))
    files = readers.expand([source], lambda skip: None)
    rows = sketch(read_files(spark, files, Config()), Config())
    rows.select("id", "phase", "skip", "start", "row").write.parquet(str(tmp_path / "rows"))
    found = pq.read_table(tmp_path / "rows").to_pylist()
    skips = [json.loads(row["skip"]) for row in found if row["skip"] is not None]
    assert sorted((skip["record"], skip["reason"]) for skip in skips) == [
        ("d012", "internal_error"), ("d020", "internal_error"), ("line 22", "lone_surrogate"),
    ]  # fmt: skip
    ids = [
        row["id"] for row in sorted(found, key=lambda r: (r["start"], r["row"] or 0)) if row["id"]
    ]
    kept = [row["id"] for place, row in enumerate(corpus.rows) if place not in (12, 20, 21)]
    assert ids == kept


def test_standard_input_is_refused(tmp_path):
    pytest.importorskip("pyspark")
    with pytest.raises(ScanError, match="standard input"):
        scan(["-"], out=tmp_path / "out", engine="spark")
    assert not (tmp_path / "out").exists()


_ABSENT = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name == "pyspark":
            raise ModuleNotFoundError("No module named 'pyspark'", name="pyspark")

sys.meta_path.insert(0, Absent())
from dupdetect.engines import scan
scan(["x"], out=sys.argv[1], engine="spark")
"""


def test_absent_pyspark_is_said(tmp_path, root):
    command = [sys.executable, "-c", _ABSENT, str(tmp_path / "out")]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert "ScanError: PySpark is absent: pip install 'dupdetect[spark]'" in done.stderr


def test_a_setting_without_a_value_is_wrong_usage(tmp_path):
    from click.testing import CliRunner

    from dupdetect.cli.scan import command

    arguments = ["x", "-o", str(tmp_path / "out"), "--engine", "spark", "--spark-conf", "spark.a"]
    done = CliRunner().invoke(command, arguments)
    assert done.exit_code == 2
    assert "NAME=VALUE" in done.output
