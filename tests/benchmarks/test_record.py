"""The record of a measurement: one line, enough to compare it with another one."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from datetime import datetime, timedelta
from pathlib import Path

import pytest

import dupdetect
from benchmarks import record as module
from benchmarks.record import digest_of_file, digest_of_texts, environment, record


def test_lines_are_appended_and_returned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RESULTS", tmp_path / "results")
    first = record("speed", {"MB/s": 5.5}, digest="ab")
    second = record("speed", {"MB/s": 6.5, "note": "schnell – très"}, digest="cd")
    record("other", {}, digest="")
    written = (tmp_path / "results" / "speed.jsonl").read_text(encoding="utf-8")
    assert [json.loads(line) for line in written.splitlines()] == [first, second]
    assert (first["benchmark"], first["MB/s"], first["data_sha256"]) == ("speed", 5.5, "ab")
    assert "très" in written


def test_the_environment_names_versions_machine_and_time() -> None:
    found = environment()
    assert found["versions"]["dupdetect"] == dupdetect.__version__
    assert found["versions"].keys() >= {"python", *module.PACKAGES}
    assert found["cpus"] >= 1
    assert found["load_average"] >= 0
    assert found["processor"]
    assert datetime.fromisoformat(found["time"]).utcoffset() == timedelta(0)


def test_a_package_that_is_not_there_is_told_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PACKAGES", ("no-such-package-anywhere",))
    assert environment()["versions"]["no-such-package-anywhere"] == "absent"


def test_the_digest_of_texts_sees_order_and_borders() -> None:
    digests = [
        digest_of_texts(texts)
        for texts in ([], [""], ["ab"], ["a", "b"], ["b", "a"], ["", "ab"], ["é"])
    ]
    assert len(set(digests)) == len(digests)
    assert digest_of_texts(iter(["a", "b"])) == digests[3]


def test_the_digest_of_a_file_is_that_of_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "data"
    path.write_bytes(b"\x00\x01" * 100_000)
    assert digest_of_file(path) == hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_commit_is_marked_when_code_was_changed_and_not_for_results(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git = shutil.which("git")
    if git is None:
        pytest.skip("git is needed")
    folder = tmp_path / "benchmarks"
    for name in ("benchmarks/results/a.jsonl", "benchmarks/record.py", "dupdetect/a.py", "b.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("old\n", encoding="utf-8")
    monkeypatch.setattr(module, "__file__", str(folder / "record.py"))
    assert environment()["commit"] == ""  # no clone yet

    def run(*arguments: str) -> None:
        who = ["-c", "user.name=a", "-c", "user.email=a@b.example", "-c", "commit.gpgsign=false"]
        subprocess.run([git, *who, *arguments], cwd=tmp_path, check=True, capture_output=True)

    run("init")
    run("add", ".")
    run("commit", "-m", "first")
    commit = environment()["commit"]
    assert len(commit) == 12
    for name in ("benchmarks/results/a.jsonl", "b.md", "benchmarks/untracked.py"):
        (tmp_path / name).write_text("new\n", encoding="utf-8")
    assert environment()["commit"] == commit
    (tmp_path / "dupdetect" / "a.py").write_text("new\n", encoding="utf-8")
    assert environment()["commit"] == commit + "+"
