"""Worker processes: every task is done or given up, whatever the workers do."""

from __future__ import annotations

import json
import sys
import textwrap
from dataclasses import dataclass

import pytest

from dupdetect.engines.pool import Inline, Pool
from dupdetect.errors import ScanError

HANDLER = """
    import os, time
    from dupdetect.errors import ScanError

    def meet(folder):
        open(os.path.join(folder, str(os.getpid())), "w").close()
        end = time.monotonic() + 30
        while len(os.listdir(folder)) < 2 and time.monotonic() < end:
            time.sleep(0.01)

    def make(setup):
        if setup.get("refuse"):
            raise RuntimeError("no")
        def handle(head, body):
            numbers = head["numbers"]
            if setup.get("die") in numbers:
                os._exit(3)
            if setup.get("hang") in numbers:
                time.sleep(60)
            if setup.get("fail") in numbers:
                raise ValueError("bad number")
            if setup.get("meet"):
                meet(setup["meet"])
            if setup.get("fatal") in numbers:
                raise ScanError("disk full")
            return {"numbers": numbers, "bytes": len(body), "process": os.getpid()}
        return handle
"""


@dataclass(frozen=True)
class Numbers:
    numbers: tuple[int, ...]
    seconds: float = 30.0

    def encode(self):
        if -1 in self.numbers:
            raise UnicodeError("cannot be sent")
        return {"numbers": self.numbers}, bytes(100_000 * len(self.numbers))

    def split(self):
        if len(self.numbers) < 2:
            return ()
        middle = len(self.numbers) // 2
        parts = self.numbers[:middle], self.numbers[middle:]
        return [Numbers(part, self.seconds) for part in parts]


@pytest.fixture
def entry(tmp_path, monkeypatch):
    (tmp_path / "handlers_of_test.py").write_text(textwrap.dedent(HANDLER))
    monkeypatch.syspath_prepend(tmp_path)
    yield "handlers_of_test:make"
    sys.modules.pop("handlers_of_test", None)


def do(runner, tasks):
    lost = []
    try:
        results = list(runner.run(tasks, lost=lambda task, why: lost.append((task.numbers, why))))
    finally:
        runner.close()
    return results, lost


def runner_of(kind, entry, **setup):
    if kind == "inline":
        return Inline(entry=entry, setup=setup)
    return Pool(2, entry=entry, setup=setup)


def tasks(count=12, size=4, **known):
    return [Numbers(tuple(range(at, at + size)), **known) for at in range(0, count, size)]


def done(results):
    return sorted(number for result in results for number in result["numbers"])


@pytest.mark.parametrize("kind", ["inline", "pool"])
def test_all_tasks_are_done_once(kind, entry):
    runner = runner_of(kind, entry)
    results, lost = do(runner, tasks(40))
    assert done(results) == list(range(40))
    assert lost == []
    assert all(result["bytes"] == 400_000 for result in results)
    assert runner.peak_memory > 1_000_000


def test_work_is_shared(entry, tmp_path):
    folder = tmp_path / "present"
    folder.mkdir()
    results, _ = do(runner_of("pool", entry, meet=str(folder)), tasks())
    assert len({result["process"] for result in results}) == 2


def test_no_tasks_start_no_process(entry):
    assert do(runner_of("pool", entry, refuse=True), []) == ([], [])


@pytest.mark.parametrize("kind", ["inline", "pool"])
def test_an_item_that_fails_is_given_up_alone(kind, entry):
    results, lost = do(runner_of(kind, entry, fail=6), tasks())
    assert done(results) == [n for n in range(12) if n != 6]
    assert [numbers for numbers, _ in lost] == [(6,)]
    assert "ValueError: bad number" in lost[0][1]


@pytest.mark.parametrize("kind", ["inline", "pool"])
def test_an_item_that_cannot_be_sent_is_given_up_alone(kind, entry):
    results, lost = do(runner_of(kind, entry), [Numbers((1, 2, -1, 3))])
    assert done(results) == [1, 2, 3]
    assert lost == [((-1,), "UnicodeError: cannot be sent")]


def test_an_item_that_kills_its_worker_is_given_up_alone(entry):
    results, lost = do(runner_of("pool", entry, die=5), tasks())
    assert done(results) == [n for n in range(12) if n != 5]
    assert lost == [((5,), "the worker process died (exit status 3)")]


def test_an_item_that_hangs_is_given_up_alone(entry):
    results, lost = do(runner_of("pool", entry, hang=2), tasks(4, 2, seconds=3.0))
    assert done(results) == [0, 1, 3]
    assert lost == [((2,), "the worker process hung (signal 9)")]


@pytest.mark.parametrize("kind", ["inline", "pool"])
def test_a_fatal_error_ends_the_job(kind, entry):
    with pytest.raises(ScanError, match="disk full"):
        do(runner_of(kind, entry, fatal=9), tasks())


def test_workers_that_cannot_start_are_said(entry):
    with pytest.raises(ScanError, match="cannot start"):
        do(runner_of("pool", entry, refuse=True), tasks())


def test_a_pool_serves_one_stage_after_the_other(entry, tmp_path):
    folder = tmp_path / "present"
    folder.mkdir()
    pool = runner_of("pool", entry, meet=str(folder))
    first = list(pool.run(tasks(), lost=pytest.fail))
    second = list(pool.run(tasks(), lost=pytest.fail))
    pool.close()
    assert done(first) == done(second)
    # Both workers took part in the first stage, since each waits there for the other.
    assert {r["process"] for r in second} <= {r["process"] for r in first}


def test_tasks_are_read_as_they_are_needed(entry):
    taken = []

    def source():
        for task in tasks(400):
            taken.append(task)
            yield task

    pool = runner_of("pool", entry)
    next(pool.run(source(), lost=pytest.fail))
    pool.close()
    assert len(taken) <= 5


def test_results_are_plain_json(entry):
    results, _ = do(runner_of("pool", entry), tasks(4))
    assert json.loads(json.dumps(results)) == results
