"""An index in the hands of users: odd values, generators, use after closing."""

from __future__ import annotations

import pickle
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from dupdetect import Document, Index, score
from dupdetect.errors import IndexError_
from dupdetect.index import candidates
from dupdetect.index.stores.lmdb import LmdbStore
from dupdetect.index.stores.merging import AT_REST, plan
from dupdetect.quality import sketching


def text(start: int, words: int = 60) -> str:
    return " ".join(f"mot{i}" for i in range(start, start + words))


def named(*names: str) -> list[Document]:
    return [Document(id=name, text=text(100 * i)) for i, name in enumerate(names)]


def odd(**values: Any) -> Document:
    return Document(**{"id": "a", "text": text(0), **values})


@pytest.fixture(params=["memory", "lmdb", "redis"])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Index]:
    place: Any = {"memory": None, "lmdb": tmp_path / "index"}.get(request.param)
    if request.param == "redis":
        url = request.getfixturevalue("redis_server").url
        place = f"{url}?bits=8&prefix={uuid4().hex}"
    opened = Index.open(place)
    yield opened
    opened.close()


def test_documents_come_from_anything_that_can_be_gone_through(index: Index) -> None:
    index.add_many(document for document in named("a", "b"))
    index.add_many(dict.fromkeys(named("c")))
    index.add_many(iter([]))
    assert list(index) == ["a", "b", "c"]
    asked = (document.text for document in named("x", "y"))
    assert [[m.b for m in matches] for matches in index.query_many(asked)] == [["a", "c"], ["b"]]


def test_a_long_generator_is_read_as_it_is_needed(tmp_path: Path) -> None:
    sizes, index = [], Index.open(tmp_path / "index")

    def many() -> Iterator[Document]:
        for i in range(sketching._TAKEN + 3):
            if i == sketching._TAKEN:
                sizes.append(len(index))
            yield Document(id=str(i), text="")

    with index:
        index.add_many(many())
        assert sizes == [sketching._TAKEN]
        assert len(index) == sketching._TAKEN + 3


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (None, "a Document is needed, not NoneType"),
        ({"id": "a", "text": "b"}, "a Document is needed, not dict"),
        (odd(text=None), "text must be str, not NoneType"),
        (odd(text=float("nan")), "text must be str, not float"),
        (odd(id=7), "id must be str, not int"),
        (odd(url=7), "url must be str or None, not int"),
        (odd(published=date(2024, 5, 6)), "isoformat"),
    ],
)
def test_what_is_no_document_is_told_before_anything_is_written(
    index: Index, wrong: Any, message: str
) -> None:
    uses: list[Callable[[], Any]] = [
        lambda: index.add(wrong),
        lambda: index.add_many([*named("x"), wrong]),
        lambda: index.query(wrong),
        lambda: index.query_many([wrong]),
        lambda: score(wrong),
    ]
    for use in uses:
        with pytest.raises(TypeError, match=message):
            use()
    assert list(index) == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Wed, 01 May 2024 10:00:00 GMT", "Thu, 02 May 2024 10:00:00 GMT"),
        ("2024/5/1", "2024-05-02"),
        ("1714550400", "2024-05-02T10:00:00Z"),
        ("2024-05-01T23:30:00-02:00", "2024-05-02T02:00:00Z"),
    ],
)
def test_dates_are_compared_however_they_are_written(index: Index, first: str, second: str) -> None:
    index.add_many([odd(id="first", published=first), odd(id="second", published=second)])
    found = {match.b: match.direction for match in index.query(odd(id="new", published=first))}
    assert found["second"] == "b_from_a"
    found = {match.b: match.direction for match in index.query(odd(id="new", published=second))}
    assert found["first"] == "a_from_b"


@pytest.mark.parametrize("wrong", ["9999-99-99", "1. Mai 2024", "05/01/2024", "new", "\ud800"])
def test_what_is_no_date_tells_nothing(index: Index, wrong: str) -> None:
    index.add(odd(id="known", published=wrong))
    assert index.get("known") == odd(id="known", language=index.get("known").language)
    (match,) = index.query(odd(id="new", published="2024-05-01"))
    assert match.direction == "unknown"
    index.add(odd(id="known", published="2024-05-01T10:00:00Z"))
    assert index.get("known").published == "2024-05-01T10:00:00Z"


def test_an_id_is_a_string_and_a_text_is_one_question(index: Index) -> None:
    for use in (index.contains, index.get, index.remove):
        with pytest.raises(TypeError, match="an id must be str, not int"):
            use(7)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="several documents"):
        index.query_many("abc")


def test_who_is_replaced_is_the_newest(index: Index) -> None:
    index.add_many(named("a", "b", "c"))
    index.add(Document(id="a", text=text(7)))
    assert list(index) == ["b", "c", "a"]
    with pytest.raises(RuntimeError), index.batch():
        index.add(Document(id="b", text=text(9)))
        raise RuntimeError
    assert list(index) == ["b", "c", "a"]


def test_an_index_is_not_sent_to_other_processes(index: Index) -> None:
    with pytest.raises(TypeError, match="open it by its path"):
        pickle.dumps(index)


def test_a_closed_index_says_so(index: Index) -> None:
    index.add_many(named("a"))
    place = index.info()["path"] or "memory"
    index.close()
    index.close()
    uses: list[Callable[[], Any]] = [
        lambda: index.query(text(0)), lambda: index.query_many([text(0)]), lambda: len(index),
        lambda: index.add_many(named("b")), lambda: index.contains("a"), lambda: index.get("a"),
        lambda: list(index), lambda: index.info(), lambda: index.verify(), lambda: index.compact(),
        lambda: index.remove("a"), lambda: index.batch().__enter__(),
    ]  # fmt: skip
    for use in uses:
        with pytest.raises(IndexError_, match="the index is closed") as caught:
            use()
        assert str(caught.value).startswith(str(place))


def test_who_opens_an_index_that_is_being_made_waits_for_the_whole_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entered, go_on, real = [], threading.Event(), candidates.open_store

    def making(path: Any, **options: Any) -> Any:
        entered.append(path)
        if len(entered) == 1:
            assert go_on.wait(30)
        return real(path, **options)

    def use(_: int) -> str:
        try:
            with Index.open(tmp_path / "i"):
                return "opened"
        except IndexError_ as error:
            return str(error)

    monkeypatch.setattr(candidates, "open_store", making)
    with ThreadPoolExecutor(2) as threads:
        both = threads.map(use, range(2))
        time.sleep(0.3)  # time for the second to do what it must not
        seen = len(entered)
        go_on.set()
        assert seen == 1
        # The second one comes when the first has opened it, perhaps before it has closed it.
        assert {said for said in both if "already open in this process" not in said} == {"opened"}


def test_what_was_added_at_once_leaves_few_segments(tmp_path: Path) -> None:
    """A small part of the index leaves merging to a thread; in a transaction none is done."""
    store = LmdbStore(tmp_path / "i", recent=8)
    documents = named(*map(str, range(200)))

    def at_rest() -> bool:
        parts = store._snapshot().state.parts
        return plan(parts, ratio=AT_REST) == len(parts)

    with Index(candidates.CandidateIndex(store)) as index:
        for end in (32, 64, 128):
            index.add_many(documents[len(index) : end])
            assert at_rest()
        with index.batch():
            index.add_many(documents[128:160])
            index.add_many(documents[160:192])
        index.add_many(documents[192:])
        index.tidy()
        assert at_rest()
        assert len(index) == 200 and index.verify() == []
