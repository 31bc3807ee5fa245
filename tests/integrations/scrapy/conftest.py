"""The test's site, and two real crawls of it with one index."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
#: The first crawl runs on asyncio, the second on a reactor that knows nothing of it.
REACTORS = (
    "twisted.internet.asyncioreactor.AsyncioSelectorReactor",
    "twisted.internet.selectreactor.SelectReactor",
)


@dataclass(frozen=True)
class Crawl:
    """What crawl_site.py saw, and its log."""

    items: dict[str, dict[str, Any]]
    dropped: dict[str, dict[str, Any]]
    lost: list[str]
    stats: dict[str, Any]
    log: str

    def count(self, name: str) -> int:
        return int(self.stats.get(f"dupdetect/{name}", 0))


@pytest.fixture(scope="session")
def site_module() -> ModuleType:
    """The module site.py of this folder."""
    spec = importlib.util.spec_from_file_location("dupdetect_test_site", HERE / "site.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def site(site_module: ModuleType, sample: Path) -> Any:
    """The pages and what must come of them."""
    return site_module.build(sample)


@pytest.fixture(scope="session")
def crawls(
    site_module: ModuleType, site: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[Crawl]]:
    """Two crawls of the site, one after the other, with one index."""
    pytest.importorskip("scrapy")
    folder = tmp_path_factory.mktemp("crawls")
    with site_module.serve(site) as address:
        yield [_crawl(address, folder / f"{n}.json", reactor) for n, reactor in enumerate(REACTORS)]


@pytest.fixture
def run_crawl() -> Callable[..., Crawl]:
    """Crawls an address with the index beside the file of results."""
    pytest.importorskip("scrapy")
    return _crawl


def _crawl(address: str, out: Path, reactor: str = REACTORS[0]) -> Crawl:
    command = [sys.executable, HERE / "crawl_site.py", address, out.parent / "index", out, reactor]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-4000:]
    return Crawl(**json.loads(out.read_text(encoding="utf-8")), log=done.stderr)


@pytest.fixture(scope="session")
def texts(sample: Path) -> dict[str, str]:
    """Texts of the sample corpus by id."""
    lines = (sample / "articles.jsonl").read_text(encoding="utf-8").splitlines()
    return {one["id"]: one["text"] for one in map(json.loads, lines)}


Send = Callable[..., list[Any]]


@pytest.fixture
def opened() -> Callable[..., AbstractContextManager[tuple[Send, Counter[str]]]]:
    """A pipeline at work, by its options: a call that sends items at once, in order, and its stats.

    What comes back for an item is the item, or the reason for which it was dropped.
    """
    return _opened


@contextmanager
def _opened(*, kind: Any = None, **options: Any) -> Iterator[tuple[Send, Counter[str]]]:
    from scrapy.exceptions import DropItem

    from dupdetect.integrations.scrapy import Options, Pipeline

    stats: Counter[str] = Counter()
    made = (kind or Pipeline)(Options(**options), lambda name: stats.update([name]))

    async def run(items: tuple[Any, ...]) -> list[Any]:
        calls = (made.process_item(item) for item in items)
        found = await asyncio.gather(*calls, return_exceptions=True)
        assert all(isinstance(one, DropItem) for one in found if isinstance(one, BaseException))
        return [one.args[0] if isinstance(one, DropItem) else one for one in found]

    made.open_spider()
    try:
        yield lambda *items: asyncio.run(run(items)), stats
    finally:
        made.close_spider()
