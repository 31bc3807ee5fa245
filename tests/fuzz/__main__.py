"""Throws hostile input at every entry point: ``python -m tests.fuzz [TARGET...] --seconds 600``.

Each target runs in child processes with numba's bounds checks on, guided by coverage where atheris
is installed, else by plain mutation. What breaks a promise is told with its smallest input, which
lies in ``.pytest_cache/fuzz``; ``--keep`` copies it to ``tests/fuzz/found``, where every later run
(also the quick one in the tests) reads it. ``--record`` appends a line for each target to
``benchmarks/results/fuzz.jsonl``. Exit code 1 when something was found.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
WORK = ROOT / ".pytest_cache" / "fuzz"
NAMES = ("tokens", "pairs", "readers", "extract", "index", "config")
#: Times that a target whose process died is started again.
_STARTS = 20


def environment() -> dict[str, str]:
    """Bounds checks on; kernels compiled so are kept apart from the others, by their source."""
    digest = hashlib.sha256()
    for path in sorted((ROOT / "dupdetect" / "kernels").glob("*.py")):
        digest.update(path.read_bytes())
    cache = WORK / f"kernels-{sys.version_info[1]}-{digest.hexdigest()[:12]}"
    for old in WORK.glob("kernels-*"):
        if old != cache and time.time() - old.stat().st_mtime > 86_400:
            shutil.rmtree(old, ignore_errors=True)
    return {
        **os.environ, "NUMBA_BOUNDSCHECK": "1", "NUMBA_CACHE_DIR": str(cache),
        "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0",
    }  # fmt: skip


def fuzz(name: str, *, seconds: float, seed: int, guided: bool) -> dict[str, Any]:
    """Runs one target for so many seconds; executions and findings."""
    folder = WORK / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "result.json").unlink(missing_ok=True)
    begin, executions = time.monotonic(), 0
    findings: dict[str, dict[str, Any]] = {}
    for start in range(_STARTS):
        left = seconds - (time.monotonic() - begin)
        if left < 1:
            break
        command = [sys.executable, "-m", "tests.fuzz.child", name, str(folder)]
        command += ["--seconds", f"{left:.0f}", "--seed", str(seed + start)]
        command += ["--atheris"] if guided else []
        done = subprocess.run(
            command, cwd=ROOT, env=environment(), capture_output=True, text=True, check=False,
            errors="replace",
        )  # fmt: skip
        executions += _told(folder, done.stderr, findings)
        if done.returncode:
            _died(folder, done.returncode, done.stderr, findings)
    return {
        "target": name, "engine": "atheris" if guided else "mutation", "seconds": round(seconds),
        "executions": executions, "findings": findings,
    }  # fmt: skip


def _told(folder: Path, log: str, findings: dict[str, dict[str, Any]]) -> int:
    """Adds a process's findings; its executions."""
    try:
        result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    except OSError:
        result = {"executions": 0, "findings": {}}
    (folder / "result.json").unlink(missing_ok=True)
    for key, found in result["findings"].items():
        known = findings.setdefault(key, found)
        if known is not found:
            known["times"] += found["times"]
    counted = re.search(r"number_of_executed_units: (\d+)", log)
    return max(int(result["executions"]), int(counted[1]) if counted else 0)


def _died(folder: Path, status: int, log: str, findings: dict[str, dict[str, Any]]) -> None:
    """Adds the death of a process as a finding, with the input it died of."""
    current = (folder / "current").read_bytes()
    data = current[8 : 8 + int.from_bytes(current[:8], "little")]
    name = hashlib.sha256(data).hexdigest()[:16]
    (folder / name).write_bytes(data)
    hang = status == -signal.SIGALRM or "libFuzzer: timeout" in log
    memory = "out-of-memory" in log or "MemoryError" in log or "memory allocation" in log
    kind = "hang" if hang else "memory" if memory else f"died with status {status}"
    lines = [line for line in log.splitlines() if line.strip() and not line.startswith("#")]
    known = findings.setdefault(kind, {"times": 0, "message": " / ".join(lines[-8:])[-600:]})
    known["times"] += 1
    if len(data) < known.get("bytes", sys.maxsize):
        known["bytes"], known["input"] = len(data), name


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(NAMES))
    parser.add_argument("--seconds", type=float, default=600.0, help="for each target")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--no-atheris", action="store_true", help="plain mutation")
    parser.add_argument("--keep", action="store_true", help="keep the inputs that broke something")
    parser.add_argument("--record", action="store_true", help="append to benchmarks/results")
    options = parser.parse_args()
    unknown = set(options.targets) - set(NAMES)
    if unknown:
        parser.error(f"no such target: {', '.join(sorted(unknown))}")
    guided = not options.no_atheris and importlib.util.find_spec("atheris") is not None
    broken = False
    for name in options.targets or NAMES:
        result = fuzz(name, seconds=options.seconds, seed=options.seed, guided=guided)
        print(json.dumps(result, ensure_ascii=False), flush=True)
        broken = broken or bool(result["findings"])
        if options.keep:
            _keep(name, result["findings"])
        if options.record:
            _record(result)
    sys.exit(1 if broken else 0)


def _keep(name: str, findings: dict[str, dict[str, Any]]) -> None:
    kept = Path(__file__).parent / "found" / name
    for found in findings.values():
        kept.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(WORK / name / found["input"], kept / found["input"])


def _record(result: dict[str, Any]) -> None:
    from benchmarks.record import digest_of_texts, record

    digest = digest_of_texts(
        path.read_text(encoding="utf-8") for path in sorted(Path(__file__).parent.glob("*.py"))
    )
    record("fuzz", result, digest=digest)


if __name__ == "__main__":
    main()
