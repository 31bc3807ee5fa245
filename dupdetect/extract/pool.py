"""Extraction of a stream of pages by several sandboxes, in the order they came."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue

from dupdetect.config import ExtractConfig
from dupdetect.errors import ExtractError
from dupdetect.extract.page import Mode
from dupdetect.extract.sandbox import Sandbox
from dupdetect.records import Document, Page, Skip

#: Pages in flight per worker: enough that none waits for the reader, few enough to bound memory.
_AHEAD = 8
#: Bytes of pages in flight, all workers together.
_MAX_IN_FLIGHT = 64_000_000


def extract_all(
    items: Iterable[Page | Document],
    *,
    config: ExtractConfig,
    on_skip: Callable[[Skip], None],
    workers: int = 1,
    mode: Mode | None = None,
) -> Iterator[Document]:
    """Documents of ``items`` in their order: pages extracted in ``workers`` sandboxes, documents
    passed on as they are.

    The threads only wait for their child processes, so the work runs in parallel in spite of the
    GIL. Pages that fail are told to ``on_skip`` (called in this thread) and left out. At most 8
    pages per worker, and 64 MB of pages beyond the first, wait at any time.
    """
    sandboxes = [Sandbox(config) for _ in range(max(1, workers))]
    free: SimpleQueue[Sandbox] = SimpleQueue()
    for sandbox in sandboxes:
        free.put(sandbox)

    def work(page: Page) -> Document | Skip:
        sandbox = free.get()
        try:
            return sandbox.extract(page, mode=mode)
        except ExtractError as error:
            return Skip(error.source, error.record, error.reason, error.message)
        finally:
            free.put(sandbox)

    executor = ThreadPoolExecutor(len(sandboxes), thread_name_prefix="extract")
    waiting: deque[tuple[int, Future[Document | Skip] | Document]] = deque()
    in_flight = 0
    try:
        for item in items:
            size = len(item.content) if isinstance(item, Page) else len(item.text)
            while waiting and (
                len(waiting) >= _AHEAD * len(sandboxes) or in_flight + size > _MAX_IN_FLIGHT
            ):
                taken, result = waiting.popleft()
                in_flight -= taken
                yield from _settle(result, on_skip)
            waiting.append((size, executor.submit(work, item) if isinstance(item, Page) else item))
            in_flight += size
        while waiting:
            yield from _settle(waiting.popleft()[1], on_skip)
    finally:
        executor.shutdown(wait=True, cancel_futures=True)
        for sandbox in sandboxes:
            sandbox.close()


def _settle(
    result: Future[Document | Skip] | Document, on_skip: Callable[[Skip], None]
) -> Iterator[Document]:
    settled = result if isinstance(result, Document) else result.result()
    if isinstance(settled, Document):
        yield settled
    else:
        on_skip(settled)
