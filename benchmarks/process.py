"""A command as a whole process: wall, processor time and the memory of its process tree."""

from __future__ import annotations

import os
import resource
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dupdetect.engines.memory import resident

#: Seconds between two looks at a process tree: in its first second, and as a share of its time so
#: far, at most so long (a look reads all of /proc; a job of minutes would pay a tenth of a core).
_POLL, _POLL_SHARE, _POLL_MOST = 0.02, 0.02, 0.25
#: Seconds between two looks at the proportional sizes of several processes.
_LOOK = 0.5
_PAGE = os.sysconf("SC_PAGE_SIZE")
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Usage:
    """``wall`` and ``cpu`` in seconds, ``peak`` in bytes: the largest sum of resident sizes seen.

    Of pages that n processes share, each counts an nth (the kernel's PSS), so that the sum is what
    the machine has to have. ``code`` is None when time ran out; ``error`` the last lines of
    standard error.
    """

    wall: float
    cpu: float
    peak: int
    code: int | None
    error: str

    def figures(self, documents: int, size: int) -> dict[str, float]:
        """What a result line tells; ``size`` in bytes."""
        return {
            "wall_s": round(self.wall, 2),
            "cpu_s": round(self.cpu, 2),
            "peak_memory_mb": round(self.peak / 1e6),
            "documents_per_s": round(documents / self.wall),
            "documents_per_cpu_s": round(documents / max(self.cpu, 1e-6)),
            "mb_per_s": round(size / 1e6 / self.wall, 1),
        }


def run(
    command: Sequence[str],
    *,
    timeout: float,
    log: Path,
    environment: Mapping[str, str] | None = None,
) -> Usage:
    """Runs a command to its end; standard output and error go to ``log``."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    peak, looked = 0, 0.0
    seen: dict[int, float] = {}
    with log.open("wb") as file:
        process = subprocess.Popen(
            command, stdout=file, stderr=file, stdin=subprocess.DEVNULL, start_new_session=True,
            env={**os.environ, **(environment or {})},
        )  # fmt: skip
        code: int | None = None
        while code is None and time.perf_counter() - started < timeout:
            memory, times = _tree(process.pid)
            seen |= times
            if len(memory) < 2:
                peak = max(peak, sum(memory.values()))
            elif sum(memory.values()) > peak and time.perf_counter() > looked + _LOOK:
                # Proportional sizes take milliseconds a process, and are never larger than the sum.
                peak = max(peak, sum(map(resident, memory)))
                looked = time.perf_counter()
            try:
                age = time.perf_counter() - started
                code = process.wait(min(max(_POLL, _POLL_SHARE * age), _POLL_MOST))
            except subprocess.TimeoutExpired:
                continue
        wall = time.perf_counter() - started
        if code is None:
            os.killpg(process.pid, 9)
            process.wait()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    waited = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    # Children that nobody waited for are in the second sum only.
    cpu = max(waited, sum(seen.values()))
    text = log.read_text(encoding="utf-8", errors="replace")
    return Usage(wall, cpu, peak, code, "\n".join(text.strip().splitlines()[-3:])[-600:])


def _tree(root: int) -> tuple[dict[int, int], dict[int, float]]:
    """Resident bytes of a process and its descendants, and the processor time of each so far."""
    parents: dict[int, list[int]] = {}
    found: dict[int, tuple[int, float]] = {}
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            fields = Path("/proc", name, "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents.setdefault(int(fields[1]), []).append(int(name))
        cpu = (int(fields[11]) + int(fields[12])) / _TICKS
        found[int(name)] = (int(fields[21]) * _PAGE, cpu)
    waiting, memory, times = [root], {}, {}
    while waiting:
        pid = waiting.pop()
        if pid in found:
            memory[pid] = found[pid][0]
            times[pid] = found[pid][1]
        waiting += parents.get(pid, [])
    return memory, times
