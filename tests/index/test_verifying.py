"""Verifying an index that others write to meanwhile finds nothing wrong where nothing is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from dupdetect import Document, Index
from dupdetect.index import CandidateIndex
from dupdetect.index.stores.base import Entry, Postings
from dupdetect.index.stores.lmdb import LmdbStore
from dupdetect.index.stores.memory import MemoryStore


def story(start: int, id: str = "a") -> Document:
    return Document(id=id, text=" ".join(f"mot{i}" for i in range(start, start + 60)))


class Busy(MemoryStore):
    """Somebody else writes between the reading of a document and the look where it is listed."""

    meanwhile: Callable[[], Any] | None = None

    def lookup(self, *arguments: Any, **options: Any) -> Postings:
        work, self.meanwhile = self.meanwhile, None
        if work is not None:
            work()
        return super().lookup(*arguments, **options)


@pytest.mark.parametrize("change", ["removed", "replaced", "nothing"])
def test_what_is_changed_meanwhile_is_no_problem(change: str) -> None:
    store = Busy()
    with Index(CandidateIndex(store)) as index:
        index.add_many([story(0, "a"), story(500, "b")])
        store.meanwhile = {
            "removed": lambda: index.remove("a"),
            "replaced": lambda: index.add(story(900, "a")),
            "nothing": lambda: None,
        }[change]
        assert index.verify() == []


def test_what_is_not_listed_is_a_problem() -> None:
    store = Busy()
    with Index(CandidateIndex(store)) as index:
        index.add(story(0))
        store._lists["anchors"].clear()
        assert any("not under all of its anchors keys" in said for said in index.verify())


def test_a_trace_that_is_left_meanwhile_is_no_problem(
    tmp_path: Path, entry: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(LmdbStore(tmp_path / "i")) as store:
        known = store._sites.rings

        def rings() -> Iterator[tuple[bytes, bytes]]:
            mine: Entry = entry("a")
            store.put([replace(mine, site=b"site", trace=b"trace")])
            return known()

        monkeypatch.setattr(store._sites, "rings", rings)
        assert store.check() == []


def test_counts_of_a_server_that_change_meanwhile_are_no_problem(
    redis_server: Any, entry: Any
) -> None:
    from dupdetect.index.stores import redis_scripts
    from dupdetect.index.stores.redis import RedisStore

    class BusyServer(RedisStore):
        meanwhile: Any = None

        def _run(self, code: str, arguments: Any) -> Any:
            found = super()._run(code, arguments)
            if self.meanwhile is not None and code == redis_scripts.CHECK:
                work, self.meanwhile = self.meanwhile, None
                work()
            return found

    address = f"{redis_server.url}?bits=8&prefix={uuid4().hex}"
    with closing(BusyServer(address)) as store, closing(RedisStore(address)) as other:
        store.put([entry("a", [1, 2])])
        store.meanwhile = lambda: other.put([entry("b", [1, 2])])
        assert store.check() == []
        assert store.meanwhile is None and store.check() == []
