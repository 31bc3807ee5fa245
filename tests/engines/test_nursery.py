"""Workers that are forked by a child: what they share, and that none outlives the job."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from contextlib import suppress

import pytest

from dupdetect.engines.memory import give_back, peak_memory, resident
from dupdetect.engines.nursery import Nursery
from dupdetect.engines.pool import Pool

HANDLER = """
    import os
    STATE = {}

    def prepare():
        STATE["by"] = os.getpid()
        STATE["data"] = bytes(100_000_000)

    def make(setup):
        def handle(head, body):
            return {"process": os.getpid(), "by": STATE.get("by"), "setup": setup}
        return handle
"""


class Nothing:
    seconds = 30.0

    def encode(self):
        return {}, b""

    def split(self):
        return ()


@pytest.fixture
def entry(tmp_path, monkeypatch):
    (tmp_path / "nursed_handlers.py").write_text(textwrap.dedent(HANDLER))
    monkeypatch.syspath_prepend(tmp_path)
    yield "nursed_handlers:make"
    sys.modules.pop("nursed_handlers", None)


def results(pool, count):
    return list(pool.run([Nothing() for _ in range(count)], lost=pytest.fail))


def gone(pid):
    """Whether a process ends within a while; a zombie has."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            with open(f"/proc/{pid}/stat", encoding="ascii") as file:
                if file.read().rpartition(")")[2].split()[0] in "ZX":
                    return True
        except OSError:
            return True
        time.sleep(0.02)
    return False


def test_what_is_prepared_is_prepared_once_and_counts_once(entry):
    pool = Pool(3, entry=entry, setup={"a": 1})
    found = results(pool, 30)
    assert {result["by"] for result in found} == {next(iter(found))["by"]}
    assert all(result["by"] != result["process"] for result in found)
    assert all(result["setup"] == {"a": 1} for result in found)
    workers = len({result["process"] for result in found})
    memory = pool.peak_memory - peak_memory()
    pool.close()
    # 100 MB are there once, and whatever else is small.
    assert memory < 100e6 * workers + 100e6


def test_a_nursery_may_be_there_before_the_pool(entry):
    nursery = Nursery(entry)
    pool = Pool(2, entry=entry, setup={}, nursery=nursery)
    assert {result["by"] for result in results(pool, 6)} == {nursery.process}
    pool.close()
    assert gone(nursery.process)
    nursery.close(at_once=True)


def test_workers_go_on_without_their_nursery(entry):
    nursery = Nursery(entry)
    pool = Pool(1, entry=entry, setup={}, nursery=nursery)
    before = results(pool, 2)
    os.kill(nursery.process, signal.SIGKILL)
    after = results(pool, 2)
    pool.close()
    assert before[0]["process"] == after[0]["process"]
    assert gone(before[0]["process"])


def test_nobody_outlives_a_job_that_is_killed(entry, tmp_path):
    code = f"""
import sys, time
sys.path.insert(0, {str(tmp_path)!r})
from dupdetect.engines.pool import Pool
class Nothing:
    seconds = 30.0
    def encode(self): return {{}}, b""
    def split(self): return ()
pool = Pool(2, entry={entry!r}, setup={{}})
found = list(pool.run([Nothing() for _ in range(4)], lost=print))
print(*{{number for result in found for number in (result["process"], result["by"])}}, flush=True)
time.sleep(60)
"""
    job = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert job.stdout is not None
    numbers = [int(number) for number in job.stdout.readline().split()]
    job.kill()
    job.communicate()
    assert len(numbers) >= 2
    assert all(gone(number) for number in numbers)


def test_a_nursery_that_is_not_needed_is_ended(entry):
    nursery = Nursery(entry)
    nursery.close(at_once=True)
    with suppress(ProcessLookupError):
        os.kill(nursery.process, 0)
    assert gone(nursery.process)


def test_memory_of_processes():
    held = bytearray(os.urandom(1 << 20) * 64)
    assert peak_memory() > len(held)
    if resident(os.getpid()):
        assert resident(os.getpid()) > len(held)
    assert resident(1 << 30) == 0
    give_back()
    assert held[-1] == held[(1 << 20) - 1]
