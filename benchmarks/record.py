"""One JSON line per measurement, with what is needed to compare it with another one."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import subprocess
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import dupdetect

RESULTS = Path(__file__).parent / "results"
PACKAGES = ("numpy", "numba", "pyarrow", "datasketch")


def record(name: str, measurement: Mapping[str, Any], *, digest: str) -> dict[str, Any]:
    """Appends ``measurement`` to ``results/<name>.jsonl``; returns the whole line.

    ``digest`` says what was measured on: see :func:`digest_of_texts` and :func:`digest_of_file`.
    """
    line = {"benchmark": name, **environment(), "data_sha256": digest, **measurement}
    RESULTS.mkdir(exist_ok=True)
    with (RESULTS / f"{name}.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(line, ensure_ascii=False) + "\n")
    return line


def environment() -> dict[str, Any]:
    """Time, versions, processor, load of the machine and commit."""
    return {
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": {
            "python": platform.python_version(),
            "dupdetect": dupdetect.__version__,
            **{package: _version(package) for package in PACKAGES},
        },
        "cpus": len(os.sched_getaffinity(0)),
        "processor": _processor(),
        "load_average": round(os.getloadavg()[0], 2),
        "commit": _commit(),
    }


def digest_of_texts(texts: Iterable[str]) -> str:
    """SHA-256 of texts in order; where one ends counts."""
    digest = hashlib.sha256()
    for text in texts:
        octets = text.encode()
        digest.update(len(octets).to_bytes(8, "little"))
        digest.update(octets)
    return digest.hexdigest()


def digest_of_file(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "absent"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def _commit() -> str:
    """The commit, with ``+`` when files that are tracked were changed; '' outside a clone."""
    folder = Path(__file__).parent
    try:
        commit = _git("rev-parse", "--short=12", "HEAD", folder=folder)
        changed = _git("status", "--porcelain", "--untracked-files=no", "--", ".", ":!results",
                       "../dupdetect", folder=folder)  # fmt: skip
    except (OSError, subprocess.CalledProcessError):
        return ""
    return commit + ("+" if changed else "")


def _git(*arguments: str, folder: Path) -> str:
    command = ["git", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()
