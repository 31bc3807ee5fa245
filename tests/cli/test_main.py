"""The group: help without heavy imports, errors as one line and a code, the real program."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import click
import pytest
from click.testing import Result

import dupdetect
from dupdetect.cli import COMMANDS

Run = Callable[..., Result]


def program(
    *arguments: str, cwd: Path, code: str | None = None
) -> subprocess.CompletedProcess[str]:
    """The program in a process of its own, from this source tree."""
    root = Path(dupdetect.__file__).resolve().parent.parent
    environment = {**os.environ, "PYTHONPATH": str(root), "PYTHONIOENCODING": "utf-8"}
    start = ["-c", code] if code else ["-m", "dupdetect"]
    return subprocess.run(
        [sys.executable, *start, *arguments], cwd=cwd, env=environment, text=True,
        encoding="utf-8", capture_output=True, check=False, timeout=600,
    )  # fmt: skip


def test_help_and_version_load_nothing_heavy(tmp_path: Path) -> None:
    heavy = {"numba", "numpy", "pyarrow", "jinja2", "trafilatura", "tqdm"}
    code = (
        "import sys\n"
        "from dupdetect.cli import main\n"
        "for arguments in (['--help'], ['--version'], ['score', '--help'], ['scan', '--help']):\n"
        "    main(arguments, prog_name='dupdetect', standalone_mode=False)\n"
        f"print(sorted({heavy} & set(sys.modules)))"
    )
    done = program(cwd=tmp_path, code=code)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "[]"
    assert f"version {dupdetect.__version__}" in done.stdout


def test_the_program_writes_a_report(tmp_path: Path, scans: ModuleType) -> None:
    scans.sample_scan(tmp_path / "out", size=20)
    done = program("report", "out", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert (
        (tmp_path / done.stdout.strip()).read_text(encoding="utf-8").startswith("<!doctype html>")
    )


def test_the_program_ends_with_its_code_and_all_of_its_output(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Un texte de quelques mots.\n" * 9, encoding="utf-8")
    done = program("score", "a.txt", "absent.txt", "--json", cwd=tmp_path)
    assert done.returncode == 1
    assert json.loads(done.stdout)["id"] == "a" and "absent.txt" in done.stderr
    assert program("score", "--nonsense", cwd=tmp_path).returncode == 2


def test_a_reader_who_leaves_early_is_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Un texte de quelques mots.\n" * 9, encoding="utf-8")
    command = f"{sys.executable} -m dupdetect score a.txt --json | true"
    done = subprocess.run(
        command, shell=True, cwd=tmp_path, capture_output=True, text=True, timeout=600, check=False
    )
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_has_help_that_agrees_with_the_list(name: str, run: Run) -> None:
    command = importlib.import_module(f"dupdetect.cli.{name}").command
    assert isinstance(command, click.Command)
    result = run(name, "--help")
    assert result.exit_code == 0
    assert f"Usage: main {name} " in result.output


def test_the_list_of_commands_is_that_of_the_interface(run: Run) -> None:
    interface = {"score", "scan", "compare", "index", "filter", "report"}
    assert set(COMMANDS) == interface | {"copies", "train"}
    shown = run("--help").output
    assert all(name in shown for name in COMMANDS)


def test_wrong_usage_is_code_2(run: Run, tmp_path: Path) -> None:
    assert run("nonsense").exit_code == 2
    assert run("score").exit_code == 2
    assert run("scan", "x").exit_code == 2
    assert run("report", tmp_path / "absent").exit_code == 2


def test_a_bad_configuration_is_wrong_usage_and_names_the_setting(run: Run, tmp_path: Path) -> None:
    settings = tmp_path / "d.toml"
    settings.write_text("[shingle]\nsizes = 3\n")
    result = run("score", "--config", settings, "x.txt")
    assert result.exit_code == 2
    assert "shingle.sizes" in result.stderr
    assert "Traceback" not in result.stderr


def test_an_error_of_the_library_is_one_neutralised_line(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "sc\x1b[31man"
    folder.mkdir()
    result = run("report", folder)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "documents.parquet" in result.stderr
    assert "\x1b" not in result.stderr
    assert len(result.stderr.splitlines()) == 1
