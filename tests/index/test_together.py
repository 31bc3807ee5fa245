"""Group commit: what threads put while one of them writes is written at once."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from dupdetect.errors import IndexError_
from dupdetect.index.stores.lmdb import LmdbStore
from dupdetect.index.stores.together import Together

THREADS = 8


class Ledger:
    """Work that notes what it was given at a time; the first waits until it is let go, that of
    number ``interrupted`` is."""

    def __init__(self, *, interrupted: int = -1) -> None:
        self.calls: list[list[int]] = []
        self.begun, self.go = threading.Event(), threading.Event()
        self.interrupted = interrupted

    def __call__(self, pieces: Sequence[int]) -> None:
        self.calls.append(list(pieces))
        if len(self.calls) == 1:
            self.begun.set()
            assert self.go.wait(30)
        if len(self.calls) - 1 == self.interrupted:
            raise KeyboardInterrupt
        if any(piece < 0 for piece in pieces):
            raise ValueError(f"less than nothing: {min(pieces)}")


def waited_for(together: Together[int], pieces: int) -> None:
    """Returns when so many pieces wait."""
    for _ in range(3_000):
        if len(together._waiting) == pieces:
            return
        threading.Event().wait(0.01)
    raise AssertionError(f"{len(together._waiting)} pieces wait, not {pieces}")


def test_pieces_that_wait_are_done_at_once() -> None:
    ledger = Ledger()
    together = Together(ledger)
    with ThreadPoolExecutor(THREADS) as pool:
        first = pool.submit(together.do, 0)
        assert ledger.begun.wait(30)
        others = [pool.submit(together.do, piece) for piece in range(1, THREADS)]
        waited_for(together, THREADS - 1)
        assert not any(one.done() for one in (first, *others))
        ledger.go.set()
        for one in (first, *others):
            one.result(timeout=30)
    assert ledger.calls[0] == [0] and len(ledger.calls) == 2
    assert sorted(ledger.calls[1]) == list(range(1, THREADS))


def test_who_gave_a_bad_piece_is_told_and_the_others_are_done() -> None:
    ledger = Ledger()
    together = Together(ledger)
    with ThreadPoolExecutor(THREADS) as pool:
        first = pool.submit(together.do, 0)
        assert ledger.begun.wait(30)
        others = {piece: pool.submit(together.do, piece) for piece in (1, -2, 3)}
        waited_for(together, 3)
        ledger.go.set()
        first.result(timeout=30)
        with pytest.raises(ValueError, match="less than nothing: -2"):
            others[-2].result(timeout=30)
        others[1].result(timeout=30)
        others[3].result(timeout=30)
    assert sorted(ledger.calls[1]) == [-2, 1, 3]
    assert sorted(ledger.calls[2:]) == [[-2], [1], [3]]


def test_what_an_interrupted_thread_had_taken_of_others_is_done_by_the_next() -> None:
    """Its own piece is not done later: nobody waits for it."""
    ledger = Ledger(interrupted=1)
    together = Together(ledger)
    with ThreadPoolExecutor(THREADS) as pool:
        first = pool.submit(together.do, 0)
        assert ledger.begun.wait(30)
        others = {piece: pool.submit(together.do, piece) for piece in (1, 2)}
        waited_for(together, 2)
        ledger.go.set()
        first.result(timeout=30)
        ended = {piece: type(one.exception(timeout=30)) for piece, one in others.items()}
    (done,) = (piece for piece, error in ended.items() if error is type(None))
    assert ended[3 - done] is KeyboardInterrupt
    assert ledger.calls[0] == [0] and sorted(ledger.calls[1]) == [1, 2]
    assert ledger.calls[2:] == [[done]]
    together.do(3)
    assert ledger.calls[3:] == [[3]]


def test_threads_that_put_at_once_all_find_what_they_put(tmp_path: Path, entry: Any) -> None:
    """Each its own documents, some of the same id, removed ones among them; after a reopening
    too."""
    store = LmdbStore(tmp_path / "index", recent=64)

    def work(thread: int) -> None:
        for i in range(40):
            own = f"{thread}-{i}"
            store.put([entry(own, [thread, i]), entry("shared", [i])])
            assert store.contains(own.encode())
            if i % 5 == 0:
                assert store.delete([own.encode()]) == 1

    with ThreadPoolExecutor(THREADS) as pool:
        for done in [pool.submit(work, thread) for thread in range(THREADS)]:
            done.result(timeout=120)
    wanted = {f"{t}-{i}".encode() for t in range(THREADS) for i in range(40) if i % 5} | {b"shared"}
    assert set(store) == wanted and len(store) == len(wanted)
    assert store.check() == []
    store.close()
    again = LmdbStore(tmp_path / "index")
    assert set(again) == wanted
    assert again.check() == []
    again.close()


def test_a_thread_with_a_batch_does_not_wait_for_itself(tmp_path: Path, entry: Any) -> None:
    """Others wait for it, and what they put is no part of the batch."""
    store = LmdbStore(tmp_path / "index")
    with ThreadPoolExecutor(1) as pool:
        with pytest.raises(RuntimeError, match="undone"), store.batch():
            store.put([entry("mine", [1])])
            other = pool.submit(store.put, [entry("other", [1])])
            store.put([entry("mine too", [1])])
            assert not other.done()
            raise RuntimeError("undone")
        other.result(timeout=30)
    assert list(store) == [b"other"]
    store.close()


def test_an_error_of_one_thread_is_not_the_others(
    tmp_path: Path, entry: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = LmdbStore(tmp_path / "index")
    real = LmdbStore._change

    def change(self: LmdbStore, txn: Any, keys: list[bytes], *rest: Any) -> int:
        if b"bad" in keys:
            raise IndexError_("a bad document")
        return real(self, txn, keys, *rest)

    monkeypatch.setattr(LmdbStore, "_change", change)
    with ThreadPoolExecutor(THREADS) as pool:
        for _ in range(20):
            names = ["bad", *(f"good{n}" for n in range(THREADS - 1))]
            tried = {name: pool.submit(store.put, [entry(name, [1])]) for name in names}
            with pytest.raises(IndexError_, match="a bad document"):
                tried.pop("bad").result(timeout=30)
            for one in tried.values():
                one.result(timeout=30)
    assert len(store) == THREADS - 1
    assert store.check() == []
    store.close()
