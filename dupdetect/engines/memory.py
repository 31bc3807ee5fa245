"""Memory of processes, in bytes."""

from __future__ import annotations

import ctypes
import resource
from functools import cache
from pathlib import Path
from typing import Any

#: Bytes that a scan takes beside its workers, and each of these with its extraction process:
#: 700 to 840 MB with one worker and 200 to 220 MB for one more, over 50,000 pages or texts.
_BASE, _PER_WORKER = 600_000_000, 250_000_000


def fitting_workers(workers: int, memory: int) -> int:
    """So many workers, or as many as fit into so many bytes; at least one."""
    return max(1, min(workers, (memory - _BASE) // _PER_WORKER))


def peak_memory() -> int:
    """The largest resident size of this process so far, less what others have of it now.

    Pages that n processes share count for an nth in each, so that sums over processes are true.
    """
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    sizes = _sizes("self")
    return max(0, peak - sizes["Rss"] + sizes["Pss"]) if sizes else peak


def resident(process: int) -> int:
    """The resident size of a process now, likewise; 0 when that is not known."""
    return _sizes(str(process)).get("Pss", 0)


def give_back() -> None:
    """Returns what was freed to the system: allocators keep it for later, one share per thread."""
    trim = _trim()
    if trim is not None:
        trim(0)


@cache
def _trim() -> Any:
    """``malloc_trim`` of the GNU C library; None where there is another one."""
    return getattr(ctypes.CDLL(None), "malloc_trim", None)


def _sizes(process: str) -> dict[str, int]:
    try:
        lines = Path("/proc", process, "smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:  # another system than Linux, or a process that has ended
        return {}
    rows = [line.split() for line in lines[1:]]
    return {row[0].rstrip(":"): int(row[1]) * 1024 for row in rows if len(row) == 3}
