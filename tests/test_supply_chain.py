"""What we depend on: bounded from below, locked for CI, declared, listed in a bill of materials."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

#: Names of modules whose project is called otherwise.
_PROJECTS = {"sklearn": "scikit-learn", "lmdb": "lmdb", "tldextract": "tldextract"}
#: Needed by trafilatura, whose extra of that name old installers do not follow.
_INDIRECT = {"lxml-html-clean"}


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.fixture(scope="module")
def project(repository: Path) -> dict[str, Any]:
    text = (repository / "pyproject.toml").read_text(encoding="utf-8")
    found: dict[str, Any] = tomllib.loads(text)["project"]
    return found


@pytest.fixture(scope="module")
def locked(repository: Path) -> dict[str, set[str]]:
    text = (repository / "requirements-ci.txt").read_text(encoding="utf-8")
    found: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([A-Za-z0-9._-]+)==([^ \\;]+)", text, re.MULTILINE):
        found.setdefault(canonical(name), set()).add(version)
    return found


def requirements(project: dict[str, Any]) -> list[str]:
    extras = project["optional-dependencies"].values()
    listed = [*project["dependencies"], *(item for extra in extras for item in extra)]
    return [item for item in listed if not item.startswith("dupdetect[")]


def test_every_dependency_has_a_lower_bound_and_no_upper_one(project: dict[str, Any]) -> None:
    wrong = [
        item
        for item in requirements(project)
        if not re.fullmatch(r"[A-Za-z0-9_.-]+>=[0-9.]+", item.split(";")[0].strip())
    ]
    assert wrong == []


def test_what_is_imported_is_declared_and_what_is_declared_is_imported(
    project: dict[str, Any], repository: Path
) -> None:
    imported = set()
    for path in (repository / "dupdetect").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                imported.add((node.module or "").split(".")[0])
    imported -= {*sys.stdlib_module_names, "dupdetect"}
    used = {canonical(_PROJECTS.get(name, name)) for name in imported}
    core = {canonical(re.split("[>=]", item)[0]) for item in project["dependencies"]}
    declared = {canonical(re.split("[>=;]", item)[0]) for item in requirements(project)}
    transitive = {canonical(name) for name in ("scipy", "twisted", "zope", "py4j", "markupsafe")}
    assert used - declared - transitive == set()
    assert core - used - _INDIRECT == set()


def test_the_lock_keeps_to_the_bounds_and_has_hashes(
    project: dict[str, Any], locked: dict[str, set[str]], repository: Path
) -> None:
    for extra in ("test", "lint", "build"):
        for item in [*project["dependencies"], *project["optional-dependencies"][extra]]:
            if item.startswith("dupdetect["):
                continue
            name, bound = item.split(">=")
            assert canonical(name) in locked, f"{name} is not locked: run `make lock`"
            for version in locked[canonical(name)]:
                assert _numbers(version) >= _numbers(bound), f"{item}: run `make lock`"
    text = (repository / "requirements-ci.txt").read_text(encoding="utf-8")
    assert "make lock" in text.split("\n", 3)[1]
    entries = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)[1:]
    assert entries
    assert [entry[:40] for entry in entries if "--hash=sha256:" not in entry] == []


def test_the_bill_of_materials_names_what_is_installed(
    project: dict[str, Any], repository: Path
) -> None:
    done = subprocess.run(
        [sys.executable, str(repository / ".ci" / "sbom.py")], capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    bill = json.loads(done.stdout)
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.5")
    named = {item["name"]: item["version"] for item in bill["components"]}
    for item in project["dependencies"]:
        name = canonical(re.split("[>=]", item)[0])
        assert named[name] == metadata.version(name)
    refs = {item["bom-ref"] for item in bill["components"]} | {"dupdetect"}
    assert {item["ref"] for item in bill["dependencies"]} <= refs
    assert "pyspark" not in named


@pytest.mark.parametrize("reason", ["set", "absent", "offline"])
def test_an_audit_that_cannot_run_says_why_and_passes(
    reason: str, repository: Path, tmp_path: Path
) -> None:
    fake = tmp_path / "python"
    answers = {"absent": "exit 1", "set": "exit 1"}
    offline = '[ "$3" = --version ] && exit 0; echo "ConnectionError: no network"; exit 1'
    fake.write_text(f"#!/bin/sh\n{answers.get(reason, offline)}\n")
    fake.chmod(0o755)
    done = subprocess.run(
        [str(repository / ".ci" / "audit.sh"), str(fake)], capture_output=True, text=True,
        check=False, env={**os.environ, "DUPDETECT_NO_AUDIT": "1" if reason == "set" else ""},
    )  # fmt: skip
    assert done.returncode == 0
    assert "audit: skipped:" in done.stderr


def test_an_audit_that_finds_something_fails(repository: Path, tmp_path: Path) -> None:
    fake = tmp_path / "python"
    told = "Found 1 known vulnerability in 1 package\nlxml 1.0 GHSA-xxxx-yyyy 2.0"
    fake.write_text(f'#!/bin/sh\n[ "$3" = --version ] && exit 0\necho "{told}"\nexit 1\n')
    fake.chmod(0o755)
    done = subprocess.run(
        [str(repository / ".ci" / "audit.sh"), str(fake)], capture_output=True, text=True,
        check=False, env={**os.environ, "DUPDETECT_NO_AUDIT": ""},
    )  # fmt: skip
    assert done.returncode == 1
    assert "GHSA-xxxx-yyyy" in done.stderr


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])
