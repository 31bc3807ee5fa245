"""Worker processes that may fail, hang or die without taking the job with them.

The workers are forked by a child of their own (:mod:`dupdetect.engines.nursery`). A task whose
worker dies is cut in halves until the one item that kills is alone, which is then given up;
everything else is done.
"""

from __future__ import annotations

import importlib
import json
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from time import monotonic
from typing import Any, Protocol

from dupdetect.engines.memory import peak_memory, resident
from dupdetect.engines.nursery import Nursery
from dupdetect.errors import ConfigError, ModelError, ScanError

#: Errors that are not the fault of one item: the job ends with them.
FATAL = (ScanError, ModelError, ConfigError)
#: Seconds for a worker to start: imports and, on a machine's first run, compilation of kernels.
_START_TIMEOUT = 600.0
#: The slot of the process that forks the others, when memory is counted.
_NURSERY = -1


class Task(Protocol):
    """A piece of work. ``seconds`` is how long a worker may take before it counts as hung."""

    @property
    def seconds(self) -> float: ...

    def encode(self) -> tuple[dict[str, Any], bytes]:
        """What the worker gets: a JSON head and a body."""

    def split(self) -> Sequence[Task]:
        """Smaller tasks that do the same together; empty if there are none."""


Lost = Callable[[Any, str], None]
"""Called with a task that cannot be done nor split, and why."""


class Runner(Protocol):
    """Something that does tasks."""

    def run(self, tasks: Iterable[Task], *, lost: Lost) -> Iterator[dict[str, Any]]:
        """Results of the tasks in the order of completion; raises ScanError if one is fatal."""

    @property
    def peak_memory(self) -> int:
        """Bytes: the largest resident size of each process so far, summed."""

    def close(self) -> None:
        """Ends all processes."""


class Inline:
    """Does the tasks in this process, one after the other."""

    def __init__(self, *, entry: str, setup: dict[str, Any]) -> None:
        self._handler = load_handler(entry, setup)

    def run(self, tasks: Iterable[Task], *, lost: Lost) -> Iterator[dict[str, Any]]:
        """See Runner."""
        for task in tasks:
            waiting: deque[Task] = deque([task])
            while waiting:
                current = waiting.popleft()
                try:
                    yield self._handler(*current.encode())
                except FATAL:
                    raise
                except Exception as error:
                    _divide(current, f"{type(error).__name__}: {error}", waiting, lost)

    @property
    def peak_memory(self) -> int:
        """See Runner."""
        return peak_memory()

    def close(self) -> None:
        """See Runner."""
        close = getattr(self._handler, "close", None)
        if close is not None:
            close()


class Pool:
    """Does the tasks in up to ``workers`` processes, started as tasks come.

    They come from ``nursery``, by default from one of its own; either is closed with the pool.
    """

    def __init__(
        self, workers: int, *, entry: str, setup: dict[str, Any], nursery: Nursery | None = None
    ) -> None:
        self._size = max(1, workers)
        self._entry = entry
        self._setup = setup
        self._nursery = nursery
        self._workers: list[_Worker] = []
        self._memory: Counter[int] = Counter()

    def run(self, tasks: Iterable[Task], *, lost: Lost) -> Iterator[dict[str, Any]]:
        """See Runner. One task per worker is under way, as many more are read ahead."""
        source = iter(tasks)
        ready: deque[Task] = deque()
        exhausted = False
        while True:
            self._feed(ready, lost)
            timeout = 1.0
            if not exhausted and len(ready) < self._size:
                following = next(source, None)
                timeout = 0.0
                if following is None:
                    exhausted = True
                else:
                    ready.append(following)
            elif not ready and all(worker.task is None for worker in self._workers):
                return
            yield from self._collect(ready, lost, timeout)

    @property
    def peak_memory(self) -> int:
        """See Runner. Of a worker that died and its successor the larger counts."""
        self._look_at_nursery()
        return peak_memory() + sum(self._memory.values())

    def close(self) -> None:
        """See Runner. Workers that are busy are killed."""
        if self._nursery is not None:
            self._look_at_nursery()
            for worker in self._workers:
                worker.channel.close()
            started = [worker for worker in self._workers if worker.ready]
            for worker in started:
                self._end(worker)
            self._nursery.close(at_once=len(started) < len(self._workers))
        self._workers, self._nursery = [], None

    def _feed(self, ready: deque[Task], lost: Lost) -> None:
        """Gives tasks to idle workers, and starts workers if there are more tasks."""
        while ready:
            idle = next((worker for worker in self._workers if worker.idle), None)
            if idle is None:
                break
            task = ready.popleft()
            try:
                message = task.encode()
            except Exception as error:
                _divide(task, f"{type(error).__name__}: {error}", ready, lost)
                continue
            if not idle.give(task, message):
                self._bury(idle, "the worker process died", ready, lost)
        starting = sum(not worker.ready for worker in self._workers)
        for _ in range(min(len(ready) - starting, self._size - len(self._workers))):
            slots = {worker.slot for worker in self._workers}
            slot = min(set(range(self._size)) - slots)
            self._workers.append(self._start(slot))

    def _start(self, slot: int) -> _Worker:
        if self._nursery is None:
            self._nursery = Nursery(self._entry)
        return _Worker(slot, *self._nursery.worker(self._setup), monotonic() + _START_TIMEOUT)

    def _end(self, worker: _Worker) -> str:
        """Ends a worker, which does so by itself when it is idle; how, in words."""
        assert self._nursery is not None
        worker.channel.close()
        if not worker.idle:
            self._nursery.kill(worker.number)
        return self._nursery.end(worker.number)

    def _collect(self, ready: deque[Task], lost: Lost, timeout: float) -> Iterator[dict[str, Any]]:
        for worker in self._answering(timeout):
            try:
                answer = json.loads(worker.channel.recv_bytes())
            except (EOFError, OSError, ValueError):
                self._bury(worker, "the worker process died", ready, lost)
                continue
            self._memory[worker.slot] = max(self._memory[worker.slot], int(answer["memory"]))
            if "fatal" in answer:
                raise ScanError(answer["fatal"])
            task, worker.task, worker.ready = worker.task, None, True
            if "error" in answer and task is not None:
                _divide(task, answer["error"], ready, lost)
            elif "result" in answer:
                yield answer["result"]
        for worker in [worker for worker in self._workers if worker.late]:
            self._bury(worker, "the worker process hung", ready, lost)

    def _look_at_nursery(self) -> None:
        if self._nursery is not None:
            size = resident(self._nursery.process)
            self._memory[_NURSERY] = max(self._memory[_NURSERY], size)

    def _answering(self, timeout: float) -> list[_Worker]:
        waiting = [worker for worker in self._workers if not worker.idle]
        answered = wait([worker.channel for worker in waiting], timeout) if waiting else []
        return [worker for worker in waiting if worker.channel in answered]

    def _bury(self, worker: _Worker, reason: str, ready: deque[Task], lost: Lost) -> None:
        self._workers.remove(worker)
        status = self._end(worker)
        if not worker.ready:
            raise ScanError(f"a worker process cannot start ({status})")
        if worker.task is not None:
            _divide(worker.task, f"{reason} ({status})", ready, lost)


def _divide(task: Task, reason: str, waiting: deque[Task], lost: Lost) -> None:
    parts = task.split()
    if parts:
        waiting.extendleft(reversed(parts))
    else:
        lost(task, reason)


@dataclass(slots=True, eq=False)
class _Worker:
    slot: int
    number: int
    channel: Connection
    deadline: float
    ready: bool = False
    task: Task | None = None

    @property
    def idle(self) -> bool:
        return self.ready and self.task is None

    @property
    def late(self) -> bool:
        return not self.idle and monotonic() > self.deadline

    def give(self, task: Task, message: tuple[dict[str, Any], bytes]) -> bool:
        """Sends a task; False when the process is dead."""
        self.task = task
        self.deadline = monotonic() + task.seconds
        try:
            self.channel.send_bytes(json.dumps(message[0]).encode())
            self.channel.send_bytes(message[1])
        except OSError:
            return False
        return True


def load_handler(entry: str, setup: dict[str, Any]) -> Any:
    """The handler that ``module:name`` makes of the setup."""
    module, _, name = entry.partition(":")
    return getattr(importlib.import_module(module), name)(setup)
