"""The work folder: whose it is, and when an interrupted scan may go on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dupdetect import readers
from dupdetect.config import Config, VerifyConfig
from dupdetect.engines.workplace import Manifest, clear, not_own, read_json, workplace, write_json
from dupdetect.errors import ScanError


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("text")
    return path


def manifest(*paths, config=None):
    return Manifest.of(config or Config(), readers.expand(paths, pytest.fail))


def begin(out, job, *, resume=False):
    with workplace(out, job, resume=resume) as folder:
        (folder / "shard").write_text("done")
        (folder / "tables").mkdir(exist_ok=True)
        return folder


def test_work_is_kept_for_the_same_job_and_dropped_otherwise(tmp_path, source):
    out = tmp_path / "out"
    begin(out, manifest(source))
    with workplace(out, manifest(source), resume=True) as folder:
        assert (folder / "shard").exists()
    with workplace(out, manifest(source), resume=False) as folder:
        assert not (folder / "shard").exists()
        assert not (folder / "tables").exists()
    clear(folder)
    assert list(out.iterdir()) == []


def test_nothing_to_resume_is_a_new_beginning(tmp_path, source):
    with workplace(tmp_path / "out", manifest(source), resume=True) as folder:
        assert sorted(path.name for path in folder.iterdir()) == ["lock", "manifest.json"]


@pytest.mark.parametrize("what", ["config", "content", "added", "removed", "order", "version", "-"])
def test_a_job_that_changed_cannot_go_on(tmp_path, source, what):
    other = tmp_path / "b.txt"
    other.write_text("more")
    before, now = manifest(source, other), None
    if what == "config":
        now = manifest(source, other, config=Config(verify=VerifyConfig(threshold=0.7)))
        expected = "the configuration changed"
    elif what == "content":
        source.write_text("text and more")
        now, expected = manifest(source, other), "a.txt has changed"
    elif what == "added":
        (tmp_path / "c.txt").write_text("new")
        now, expected = manifest(source, other, tmp_path / "c.txt"), "c.txt is a new input"
    elif what == "removed":
        now, expected = manifest(source), "b.txt is no longer an input"
    elif what == "order":
        now, expected = manifest(other, source), "the order of the inputs changed"
    elif what == "version":
        now, expected = replace(before, version="99"), "begun by dupdetect"
    else:
        before = manifest("-")
        now, expected = before, "standard input cannot be read again"
    out = tmp_path / "out"
    begin(out, before)
    with pytest.raises(ScanError, match=expected), workplace(out, now, resume=True):
        pass
    assert (out / ".work" / "shard").exists()


@pytest.mark.parametrize("resume", [True, False])
def test_what_a_killed_scan_left_half_written_goes(tmp_path, source, resume):
    out = tmp_path / "out"
    begin(out, manifest(source))
    (out / ".domains.parquet.part-4711").write_text("half")
    (out / ".mine.part-1").write_text("kept")
    begin(out, manifest(source), resume=resume)
    assert {path.name for path in out.iterdir()} == {".work", ".mine.part-1"}


def test_two_scans_cannot_write_to_one_folder(tmp_path, source):
    job = manifest(source)
    with (
        workplace(tmp_path / "out", job, resume=False),
        pytest.raises(ScanError, match="another scan"),
        workplace(tmp_path / "out", job, resume=True),
    ):
        pass


def test_a_folder_of_other_things_is_left_alone(tmp_path, source):
    work = tmp_path / "out" / ".work"
    work.mkdir(parents=True)
    (work / "letter.txt").write_text("dear")
    with pytest.raises(ScanError, match="not of a scan"):
        begin(tmp_path / "out", manifest(source))
    assert (work / "letter.txt").read_text() == "dear"


def test_what_the_scan_writes_is_not_read(tmp_path, source):
    for name in ("documents.parquet", "texts.parquet", "report.html", "more.html"):
        (tmp_path / name).write_text("x")
    skips = []
    files = not_own(readers.expand([tmp_path], pytest.fail), tmp_path, skips.append)
    assert [file.name for file in files] == ["a", "more"]
    assert {skip.reason for skip in skips} == {"own_output"} <= readers.BENIGN
    assert len(skips) == 3
    assert not_own(files, tmp_path / "elsewhere", pytest.fail) == files


def test_a_place_that_is_no_folder(tmp_path, source):
    with pytest.raises(ScanError):
        begin(source, manifest(source))
    with pytest.raises(ScanError):
        begin(source / "below", manifest(source))


def test_a_damaged_manifest_is_said(tmp_path, source):
    out = tmp_path / "out"
    begin(out, manifest(source))
    for text in ("{", "{}", '{"files": []}'):
        (out / ".work" / "manifest.json").write_text(text)
        with pytest.raises(ScanError, match="manifest"):
            begin(out, manifest(source), resume=True)


def test_json_is_written_whole_or_not_at_all(tmp_path):
    write_json(tmp_path / "a.json", {"é": 1})
    with pytest.raises(TypeError):
        write_json(tmp_path / "a.json", {"x": object()})
    assert read_json(tmp_path / "a.json") == {"é": 1}
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]
    with pytest.raises(ScanError):
        write_json(tmp_path / "absent" / "a.json", {})
