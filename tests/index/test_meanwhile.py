"""Work beside other work: done at once, by a thread inside a ``with``, and never lost."""

from __future__ import annotations

import threading

import pytest

from dupdetect.index.stores.meanwhile import Meanwhile


def test_outside_work_is_done_at_once() -> None:
    done: list[threading.Thread] = []
    Meanwhile().do(lambda: done.append(threading.current_thread()))
    assert done == [threading.current_thread()]


def test_inside_a_thread_does_it_one_piece_at_a_time() -> None:
    meanwhile, gate, done = Meanwhile(), threading.Event(), []

    def work() -> None:
        gate.wait(10)
        done.append(threading.current_thread())

    with meanwhile:
        meanwhile.do(work)
        meanwhile.do(work)  # left out: the first is not done
        gate.set()
    assert len(done) == 1 and done[0] is not threading.current_thread()
    meanwhile.do(work)
    assert done[1] is threading.current_thread()


def test_overlapping_uses_are_one() -> None:
    meanwhile, done = Meanwhile(), []
    with meanwhile:
        with meanwhile:
            pass
        meanwhile.do(lambda: done.append(threading.current_thread()))
    assert done[0] is not threading.current_thread()


def test_what_a_piece_raises_is_raised_once() -> None:
    def work() -> None:
        raise ValueError("of the piece")

    meanwhile = Meanwhile()
    with pytest.raises(ValueError, match="of the piece"), meanwhile:
        meanwhile.do(work)
    with meanwhile:
        pass


def test_what_the_body_raises_comes_first() -> None:
    def work() -> None:
        raise ValueError("of the piece")

    meanwhile = Meanwhile()
    with pytest.raises(KeyError), meanwhile:
        meanwhile.do(work)
        raise KeyError("of the body")
