"""One target in a process of its own, which hostile input may end: started by ``tests.fuzz``.

Counts and findings are written to the work folder while it runs, and the input of the moment stands
in the file ``current``, so that they outlive a crash.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import mmap
import os
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from tests.fuzz.mutation import MAX_BYTES, WORDS, mutations
from tests.fuzz.target import Target

#: Seconds that one input may take, bounds checks on, on a busy machine; more is a hang.
HANG_SECONDS = 60
#: Bytes that the process may take in all; the extractors and Arrow need 0.5 GB to start.
MEMORY_BYTES = 4_000_000_000


class Tally:
    """Executions, and findings by where they were raised, each with its first input."""

    def __init__(self, folder: Path, run: Callable[[bytes], None]) -> None:
        self._folder, self._run = folder, run
        self.executions, self._told = 0, time.monotonic()
        self.findings: dict[str, dict[str, Any]] = {}
        with (folder / "current").open("wb+") as file:
            file.truncate(8 + 64 * MAX_BYTES)
            self._current = mmap.mmap(file.fileno(), 0)

    def __call__(self, data: bytes) -> None:
        self._current[:8] = len(data).to_bytes(8, "little")
        self._current[8 : 8 + len(data)] = data
        try:
            self._run(data)
        except Exception as error:
            self._keep(error, data)
        self.executions += 1
        if time.monotonic() - self._told > 2:
            self.tell()

    def _keep(self, error: Exception, data: bytes) -> None:
        frames = traceback.extract_tb(error.__traceback__)
        place = f"{Path(frames[-1].filename).name}:{frames[-1].name}"
        ours = [f"{Path(f.filename).name}:{f.lineno}" for f in frames if "dupdetect" in f.filename]
        key = f"{type(error).__name__} in {place} from {ours[-1] if ours else 'the target'}"
        known = self.findings.setdefault(key, {"times": 0, "message": str(error)[:300]})
        known["times"] += 1
        if "input" not in known or len(data) < known["bytes"]:
            known["bytes"], known["input"] = len(data), hashlib.sha256(data).hexdigest()[:16]
            (self._folder / known["input"]).write_bytes(data)
            self.tell()

    def tell(self) -> None:
        """Writes down how far it came."""
        self._told = time.monotonic()
        part = self._folder / "result.part"
        result = {"executions": self.executions, "findings": self.findings}
        part.write_text(json.dumps(result), encoding="utf-8")
        part.replace(self._folder / "result.json")


def main() -> None:
    """Run by :mod:`tests.fuzz.__main__`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("target")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("--runs", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--atheris", action="store_true")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    if options.atheris:
        _guided(options)
    else:
        _unguided(options)


def _unguided(options: argparse.Namespace) -> None:
    from tests.fuzz.targets import TARGETS

    target = TARGETS[options.target]
    _warm_up(target)
    tally = Tally(options.folder, target.run)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    known = [*target.seeds(), *target.found()]
    inputs: Iterator[bytes] = chain(known, mutations(known, seed=options.seed))
    end = time.monotonic() + options.seconds
    runs = len(known) + options.runs if options.runs else sys.maxsize
    for _, data in zip(range(runs), inputs, strict=False):
        signal.alarm(HANG_SECONDS)
        tally(data)
        if time.monotonic() > end:
            break
    tally.tell()


def _guided(options: argparse.Namespace) -> None:
    import atheris

    with atheris.instrument_imports(
        include=["dupdetect", "trafilatura", "htmldate", "tomllib"], exclude=_with_kernels()
    ):
        from tests.fuzz.targets import TARGETS
    target = TARGETS[options.target]
    _warm_up(target)
    tally = Tally(options.folder, target.run)
    corpus = options.folder / "corpus"
    corpus.mkdir(exist_ok=True)
    for data in [*target.seeds(), *target.found()]:
        (corpus / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)
    words = options.folder / "words"
    words.write_text("".join(f'"{_escaped(word)}"\n' for word in WORDS))
    arguments = [
        sys.argv[0], str(corpus), f"-max_total_time={options.seconds:.0f}", f"-dict={words}",
        f"-max_len={4 * MAX_BYTES}", f"-timeout={HANG_SECONDS}", f"-seed={options.seed or 1}",
        f"-rss_limit_mb={MEMORY_BYTES // 1_000_000}", f"-artifact_prefix={options.folder}/crash-",
        "-print_final_stats=1", "-reload=0",
    ]  # fmt: skip
    atheris.Setup(arguments, tally)
    try:
        atheris.Fuzz()
    finally:
        tally.tell()
        os.sync()


def _warm_up(target: Target) -> None:
    """Lets numba compile, which takes a minute or two the first time, before any clock runs."""
    for data in target.seeds():
        target.run(data)


def _with_kernels() -> list[str]:
    """Modules that stay as they are: numba compiles their bytecode."""
    root = Path(__file__).parents[2]
    paths = [path for path in (root / "dupdetect").rglob("*.py") if "_jit" in path.read_text()]
    return [
        ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
        for path in [*paths, root / "dupdetect" / "kernels" / "_jit.py"]
    ]


def _escaped(word: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word)


if __name__ == "__main__":
    main()
