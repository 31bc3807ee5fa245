"""The batch job: what it writes, and that nothing but its input and settings decides it."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dupdetect import schemas
from dupdetect.config import Config, VerifyConfig
from dupdetect.engines import handler, local, scan
from dupdetect.engines.memory import fitting_workers
from dupdetect.errors import ScanError
from dupdetect.records import MATCH_KINDS

#: A handler that dies, fails or ends the job when it meets a word in a text.
HANDLER = """
    import os
    from dupdetect.engines.handler import Handler
    from dupdetect.errors import ScanError

    class Faulty(Handler):
        def __call__(self, head, body):
            if b"DIEHERE" in body:
                os.kill(os.getpid(), 9)
            if b"FAILHERE" in body:
                raise RuntimeError("unforeseen")
            if b"STOPHERE" in body and not os.path.exists(os.environ["GO_ON"]):
                raise ScanError("stopped")
            return super().__call__(head, body)
"""


@pytest.fixture
def faulty(tmp_path, monkeypatch):
    """Workers with faults; the file that is returned ends STOPHERE."""
    (tmp_path / "faulty_handler.py").write_text(textwrap.dedent(HANDLER))
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(handler, "ENTRY", "faulty_handler:Faulty")
    monkeypatch.setenv("GO_ON", str(tmp_path / "go-on"))
    return tmp_path / "go-on"


def tables(out):
    return {name: (out / f"{name}.parquet").read_bytes() for name in schemas.TABLES}


def rows(out, name):
    return pq.read_table(out / f"{name}.parquet").to_pylist()


def pairs(out):
    return {(row["a"], row["b"]): row for row in rows(out, "matches")}


def test_copies_are_found_and_everything_is_written(corpus, tmp_path):
    source = corpus.write(tmp_path / "corpus.jsonl")
    out = tmp_path / "out"
    result = scan([source], out=out)
    found = pairs(out)
    assert set(corpus.copies) <= set(found)
    assert found["d003", "copy-exact"]["kind"] == "exact"
    assert found["d003", "copy-near"]["kind"] in ("near_duplicate", "partial")
    assert ("copy-exact", "copy-near") in found
    assert found["d003", "copy-exact"]["direction"] == "b_from_a"
    assert all(row["passages"] for row in found.values())
    documents = {row["id"]: row for row in rows(out, "documents")}
    assert len(documents) == 43
    group = documents["d003"]["cluster"]
    assert group is not None
    members = [id for id, row in documents.items() if row["cluster"] == group]
    assert members == ["copy-exact", "copy-near", "d003"]
    assert [documents[id]["is_representative"] for id in members] == [False, False, True]
    assert documents["d001"]["cluster"] is None
    assert documents["d001"]["is_representative"]
    assert documents["copy-exact"]["domain"] == "farm.com"
    (cluster,) = [row for row in rows(out, "clusters") if row["cluster"] == group]
    assert cluster["representative"] == "d003"
    assert cluster["members"] == ["d003", "copy-exact", "copy-near"]
    (farm,) = rows(out, "domains")
    assert (farm["domain"], farm["documents"], farm["copies"]) == ("farm.com", 2, 1.0)
    assert result.counts["documents"] == 43
    assert result.counts["matches"] == len(found)
    assert sum(result.matches_by_kind.values()) == len(found)
    assert set(result.matches_by_kind) == set(MATCH_KINDS) - {"none"}
    assert (out / "report.html").stat().st_size > 1000
    assert not (out / ".work").exists()


def test_tables_have_their_schemas_and_order(corpus, tmp_path):
    scan([corpus.write(tmp_path / "corpus.jsonl")], out=tmp_path / "out")
    keys = {
        "documents": ["id"], "matches": ["a", "b"], "findings": ["id", "start", "end"],
        "clusters": ["cluster"], "domains": ["domain"],
    }  # fmt: skip
    for name, schema in schemas.TABLES.items():
        table = pq.read_table(tmp_path / "out" / f"{name}.parquet")
        assert table.schema.remove_metadata().equals(schema), name
        found = [tuple(row[key] for key in keys[name]) for row in table.to_pylist()]
        assert found == sorted(found), name


def test_run_json_tells_what_was_done(corpus, tmp_path):
    source = corpus.write(tmp_path / "corpus.jsonl")
    config = Config(verify=VerifyConfig(threshold=0.6))
    result = scan([source], out=tmp_path / "out", config=config)
    run = json.loads((tmp_path / "out" / "run.json").read_text())
    assert run["inputs"] == [str(source)]
    assert run["files"][0]["size"] == source.stat().st_size
    assert run["config_digest"] == config.digest()
    assert Config.from_dict(run["config"]) == config
    assert run["versions"]["dupdetect"]
    assert run["counts"] == result.counts
    assert run["counts"]["candidates"] >= run["counts"]["matches"]
    assert run["matches_by_kind"] == result.matches_by_kind
    stages = ["documents", "candidates", "pairs", "clusters", "tables", "report"]
    assert list(run["timings"]) == stages
    assert sum(run["languages"].values()) == 43
    assert run["elapsed_seconds"] >= sum(run["timings"].values()) * 0.99
    assert run["peak_memory_bytes"] > 10_000_000
    assert run["skipped"] == {}


@pytest.mark.parametrize(("workers", "batch", "memory"), [(1, 512, None), (2, 7, None), (2, 7, 1)])
def test_workers_batches_and_memory_change_nothing(
    corpus, tmp_path, monkeypatch, workers, batch, memory
):
    source = corpus.write(tmp_path / "corpus.jsonl")
    scan([source], out=tmp_path / "one")
    monkeypatch.setattr(local, "BATCH", batch)
    monkeypatch.setattr(local, "FEW_PAIRS", 0)
    scan([source], out=tmp_path / "other", workers=workers, memory=memory)
    assert tables(tmp_path / "one") == tables(tmp_path / "other")
    fitted = workers if memory is None else 1
    assert json.loads((tmp_path / "other" / "run.json").read_text())["workers"] == fitted


@pytest.mark.parametrize(("memory", "fitting"), [(1, 1), (1 << 30, 1), (3 << 30, 8), (4 << 30, 8)])
def test_there_are_as_many_workers_as_fit_and_never_none(memory, fitting):
    assert fitting_workers(8, memory) == fitting


def test_the_same_text_under_one_id_gets_numbered(corpus, tmp_path):
    corpus.rows += [dict(corpus.rows[0]), dict(corpus.rows[0])]
    result = scan([corpus.write(tmp_path / "c.jsonl")], out=tmp_path / "out")
    assert {("d000", "d000~2"), ("d000", "d000~3"), ("d000~2", "d000~3")} <= set(
        pairs(tmp_path / "out")
    )
    assert result.counts["duplicate_id"] == 2
    assert result.skipped == {}


def test_bad_inputs_are_counted_and_the_rest_is_done(corpus, tmp_path):
    corpus.write(tmp_path / "in" / "a.jsonl")
    lines = (tmp_path / "in" / "a.jsonl").read_text().split("\n")
    lines[5] = "{broken"
    (tmp_path / "in" / "a.jsonl").write_text("\n".join(lines))
    (tmp_path / "in" / "empty.txt").write_text("")
    pq.write_table(pa.table({"n": [1, 2]}), tmp_path / "in" / "b.parquet")
    (tmp_path / "in" / "c.parquet").write_bytes(b"no parquet")
    page = "<html><body><article>" + "<p>Un texte assez long pour être gardé.</p>" * 9
    (tmp_path / "in" / "page.html").write_text(page)
    result = scan([tmp_path / "in", tmp_path / "absent.txt"], out=tmp_path / "out")
    failed = {skip.source.rpartition("/")[2] for skip in result.skips}
    assert failed == {"a.jsonl", "empty.txt", "b.parquet", "c.parquet", "absent.txt"}
    assert sum(result.skipped.values()) == len(result.skips) == 5
    assert result.counts["documents"] == 43
    assert "page" in {row["id"] for row in rows(tmp_path / "out", "documents")}
    run = json.loads((tmp_path / "out" / "run.json").read_text())
    assert run["skipped"] == result.skipped
    assert len(run["skips"]) == 5


def test_nothing_to_read_makes_empty_tables(tmp_path):
    result = scan([tmp_path / "absent"], out=tmp_path / "out")
    assert result.skipped == {"absent": 1}
    assert result.counts["documents"] == 0
    assert all(not rows(tmp_path / "out", name) for name in schemas.TABLES)
    assert (tmp_path / "out" / "report.html").exists()


def test_empty_and_tiny_texts_never_match(corpus, tmp_path):
    corpus.rows += [corpus.row(f"tiny{i}", ["Lire la suite"]) for i in range(3)]
    scan([corpus.write(tmp_path / "c.jsonl")], out=tmp_path / "out")
    assert not any("tiny" in a + b for a, b in pairs(tmp_path / "out"))


def test_a_document_that_kills_or_breaks_its_worker_is_one_skip(
    corpus, tmp_path, faulty, monkeypatch
):
    monkeypatch.setattr(local, "BATCH", 3)
    corpus.rows[12]["text"] += " DIEHERE"
    corpus.rows[20]["text"] += " FAILHERE"
    source = corpus.write(tmp_path / "c.jsonl")
    result = scan([source], out=tmp_path / "out", workers=2)
    assert result.skipped == {"internal_error": 2}
    assert [(skip.source, skip.record) for skip in result.skips] == [
        (str(source), "d012"), (str(source), "d020"),
    ]  # fmt: skip
    assert "signal 9" in result.skips[0].message
    assert "RuntimeError: unforeseen" in result.skips[1].message
    assert result.counts["documents"] == 41
    assert set(corpus.copies) <= set(pairs(tmp_path / "out"))


def test_an_interrupted_scan_does_not_repeat_what_is_done(corpus, tmp_path, faulty, monkeypatch):
    monkeypatch.setattr(local, "BATCH", 5)
    corpus.rows[33]["text"] += " STOPHERE"
    source, out = corpus.write(tmp_path / "c.jsonl"), tmp_path / "out"
    with pytest.raises(ScanError, match="stopped"):
        scan([source], out=out, workers=1)
    done = {path: path.stat().st_mtime_ns for path in (out / ".work").glob("shard-*.bin")}
    assert len(done) == 6
    assert not (out / "run.json").exists()
    faulty.touch()
    seen = {}

    def look(folder):
        seen.update({path: path.stat().st_mtime_ns for path in folder.glob("shard-*.bin")})

    monkeypatch.setattr(local, "clear", look)
    scan([source], out=out, workers=1, resume=True)
    assert len(seen) > len(done)
    assert done.items() <= seen.items()
    monkeypatch.setattr(local, "BATCH", 512)
    scan([source], out=tmp_path / "whole")
    assert tables(out) == tables(tmp_path / "whole")


_KILLED = """
import os, sys
from dupdetect.engines import local, scan
local.BATCH = 2

class Kill:
    left = 3
    def stage(self, name, total):
        if name == sys.argv[3]:
            os.kill(os.getpid(), 9)
    def advance(self, n):
        self.left -= 1
        if self.left == 0 and sys.argv[3] == "third batch":
            os.kill(os.getpid(), 9)

scan([sys.argv[1]], out=sys.argv[2], workers=1, progress=Kill())
"""


@pytest.mark.parametrize("moment", ["third batch", "report"])
def test_a_killed_scan_goes_on_where_it_was(corpus, tmp_path, root, moment):
    source, out = corpus.write(tmp_path / "c.jsonl"), tmp_path / "out"
    command = [sys.executable, "-c", _KILLED, str(source), str(out), moment]
    assert subprocess.run(command, cwd=root, check=False).returncode == -9
    done = {path: path.stat().st_mtime_ns for path in (out / ".work").glob("shard-*.bin")}
    assert len(done) >= 3
    scan([source], out=out, resume=True)
    scan([source], out=tmp_path / "whole")
    assert tables(out) == tables(tmp_path / "whole")
    assert (out / "report.html").exists()
    assert not (out / ".work").exists()


def test_a_changed_job_cannot_be_resumed(corpus, tmp_path, faulty):
    corpus.rows[33]["text"] += " STOPHERE"
    source = corpus.write(tmp_path / "c.jsonl")
    with pytest.raises(ScanError):
        scan([source], out=tmp_path / "out")
    other = Config(verify=VerifyConfig(threshold=0.9))
    with pytest.raises(ScanError, match="the configuration changed"):
        scan([source], out=tmp_path / "out", config=other, resume=True)
    source.write_text(source.read_text() + "\n")
    with pytest.raises(ScanError, match=r"c\.jsonl has changed"):
        scan([source], out=tmp_path / "out", resume=True)


def test_resuming_a_finished_scan_does_nothing(corpus, tmp_path):
    source = corpus.write(tmp_path / "c.jsonl")
    first = scan([source], out=tmp_path / "out")
    before = (tmp_path / "out" / "run.json").stat().st_mtime_ns
    assert scan([source], out=tmp_path / "out", resume=True) == first
    assert (tmp_path / "out" / "run.json").stat().st_mtime_ns == before
    corpus.rows.pop()
    corpus.write(tmp_path / "c.jsonl")
    again = scan([source], out=tmp_path / "out", resume=True)
    assert again.counts["documents"] == first.counts["documents"] - 1


def test_a_new_scan_replaces_an_old_one_whole(corpus, tmp_path):
    source = corpus.write(tmp_path / "c.jsonl")
    scan([source], out=tmp_path / "out")
    scan([tmp_path / "absent"], out=tmp_path / "out")
    assert not (tmp_path / "out" / "texts.parquet").exists()
    assert rows(tmp_path / "out", "matches") == []


def test_a_dry_run_only_looks(corpus, tmp_path):
    source = corpus.write(tmp_path / "in" / "c.jsonl")
    result = scan([tmp_path / "in", tmp_path / "absent"], out=tmp_path / "out", dry_run=True)
    assert result.counts == {"files": 1, "bytes": source.stat().st_size}
    assert result.files == [{"path": str(source), "size": source.stat().st_size}]
    assert result.skipped == {"absent": 1}
    assert not (tmp_path / "out").exists()


def test_progress_is_told_by_stage(corpus, tmp_path):
    told = []

    class Told:
        def stage(self, name, total):
            told.append([name, total, 0])

        def advance(self, n):
            told[-1][2] += n

    scan([corpus.write(tmp_path / "c.jsonl")], out=tmp_path / "out", progress=Told())
    stages = {name: (total, done) for name, total, done in told}
    assert list(stages) == ["documents", "candidates", "pairs", "clusters", "tables", "report"]
    assert stages["documents"] == (None, 43)
    for name in ("candidates", "pairs"):
        assert stages[name][0] == stages[name][1] > 0


def test_what_cannot_start_is_said(corpus, tmp_path):
    source = corpus.write(tmp_path / "c.jsonl")
    with pytest.raises(ScanError):
        scan([source], out=source)
    with pytest.raises(ScanError, match="no engine"):
        scan([source], out=tmp_path / "out", engine="abacus")
    assert not (tmp_path / "out").exists()
