"""The pipeline by itself: items of every shape, faults in the middle, rules, several workers."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

pytest.importorskip("scrapy")

from dupdetect.errors import IndexError_
from dupdetect.index import CandidateIndex
from dupdetect.integrations.scrapy import Dropped, Options, Pipeline, pipeline

COPIES = {"exact": 0.5, "near_duplicate": 0.5}


def test_the_loop_goes_on_while_an_item_is_examined(monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()

    class Waiting:
        @classmethod
        def open(cls, options: Options, *, match: bool = True) -> Waiting:
            return cls()

        def examine(self, item: Any) -> Any:
            assert released.wait(30), "the loop stood still"
            raise IndexError_("enough")

        def close(self) -> None:
            pass

    monkeypatch.setattr(pipeline, "Screen", Waiting)
    stats: Counter[str] = Counter()
    made = Pipeline(Options(), lambda name: stats.update([name]))
    made.open_spider()

    async def run() -> None:
        task = asyncio.create_task(made.process_item({"text": "x"}))
        await asyncio.sleep(0)
        asyncio.get_running_loop().call_soon(released.set)
        await task

    asyncio.run(run())
    made.close_spider()
    assert stats["errors/IndexError_"] == 1


def test_what_an_item_calls_its_fields_is_free(texts: dict[str, str], opened: Any) -> None:
    names = {"text_field": "body", "url_field": "link", "id_field": "key", "title_field": "head",
             "published_field": "day", "output_field": "seen"}  # fmt: skip
    item = {"body": texts["fr-port"], "link": "http://a.example/1", "key": 17, "head": "Grève",
            "day": date(2025, 3, 11)}  # fmt: skip
    with opened(**names) as (send, _):
        (found,) = send(dict(item))
    assert {name: found[name] for name in item} == item
    seen = found["seen"]
    assert (seen["id"], seen["url"], seen["title"]) == ("17", "http://a.example/1", "Grève")
    assert seen["language"] == "fr" and seen["known"] is False and seen["tags"] == []


def test_paragraphs_of_a_selector_are_one_text(texts: dict[str, str], opened: Any) -> None:
    parts = texts["fr-port"].split("\n\n")
    with opened(drop=COPIES) as (send, _):
        first, second = send(
            {"url": "http://a.example/1", "text": texts["fr-port"]},
            {"url": "http://b.example/2", "text": parts},
        )
    assert first["dupdetect"]["matches"] == []
    assert isinstance(second, Dropped)
    assert (second.id, second.rule, second.of) == (
        "http://b.example/2", "exact", "http://a.example/1",
    )  # fmt: skip


def test_lines_that_a_site_repeats_are_found_while_it_is_crawled(
    texts: dict[str, str], opened: Any
) -> None:
    slogan = "La vallée des moulins en trois mots"
    names = ("fr-port", "fr-musee", "fr-tempete", "fr-rachat", "fr-sante")
    items = [
        {"url": f"http://www.a.example/{name}", "text": f"{slogan}\n\n{texts[name]}"}
        for name in names
    ]
    with opened() as (send, _):
        sent = send(*items)
    found = [
        [f["quote"] for f in item["dupdetect"]["findings"] if f["rule"] == "template"]
        for item in sent
    ]
    assert found == [[], [], [], [slogan], [slogan]]


def test_the_lists_of_an_item_loader_are_taken(texts: dict[str, str], opened: Any) -> None:
    page = f"<html><body><article><p>{texts['fr-port']}</p></article></body></html>"
    loaded = {"html": [page], "url": ["http://a.example/1"], "title": ["Grève", "Port"], "id": []}
    with opened(drop=COPIES) as (send, _):
        (found,) = send(loaded)
    seen = found["dupdetect"]
    assert (seen["id"], seen["url"], seen["title"]) == (
        "http://a.example/1", "http://a.example/1", "Grève",
    )  # fmt: skip


def test_a_field_of_a_wrong_type_is_one_line_of_the_log(
    opened: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with opened() as (send, _):
        send({"url": "http://a.example/1", "text": 5})
    (record,) = [one for one in caplog.records if one.levelno == logging.ERROR]
    assert record.exc_info is None
    assert record.getMessage() == (
        "Not examined: http://a.example/1: TypeError: text must be str or a list of str, not int"
    )


def test_items_without_id_and_address_are_told_apart(texts: dict[str, str], opened: Any) -> None:
    with opened() as (send, stats):
        first, second = send({"text": texts["fr-port"]}, {"text": texts["fr-port"]})
    assert first["dupdetect"]["id"] != second["dupdetect"]["id"]
    assert [m["kind"] for m in second["dupdetect"]["matches"]] == ["exact"]
    assert stats["added"] == 2 and stats["known"] == 0


@pytest.mark.parametrize(
    ("item", "stat"),
    [
        ({"url": "u", "text": "a \ud800 b " * 20}, "errors/TextError"),
        ({"url": "u", "text": 5}, "errors/TypeError"),
        ({"url": "u", "text": [1, 2]}, "errors/TypeError"),
        ({"url": "u", "html": {"p": 1}}, "errors/TypeError"),
        ({"url": "u", "html": ["<p>"]}, "skipped/no_text"),
        ({"url": "u", "text": float("nan")}, "skipped/no_text"),
        ({"url": "u", "text": "", "html": None}, "skipped/no_text"),
        ({"url": "u"}, "skipped/no_text"),
        ({"url": "u", "html": b"%PDF-1.7 not a page"}, "skipped/not_text"),
    ],
)
def test_a_bad_item_passes_as_it_is_and_the_next_is_examined(
    item: dict[str, Any], stat: str, texts: dict[str, str], opened: Any
) -> None:
    good = {"url": "good", "text": texts["fr-port"]}
    with opened(drop=COPIES) as (send, stats):
        bad, after = send(dict(item), good)
    assert bad == item
    assert after["dupdetect"]["n_words"] > 200
    assert stats[stat] == 1 and stats["documents"] == stats["added"] == 1


def test_an_index_that_fails_loses_no_item(
    texts: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    opened: Any,
) -> None:
    def full(self: CandidateIndex, *_: Any) -> None:
        raise IndexError_("no space left\non the device")

    monkeypatch.setattr(CandidateIndex, "add_one", full)
    item = {"url": "u", "text": texts["fr-port"]}
    with opened() as (send, stats), caplog.at_level(logging.INFO):
        assert send(dict(item), dict(item)) == [item, item]
    assert stats == {"errors": 2, "errors/IndexError_": 2}
    lines = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert len(lines) == 2
    assert all(line.startswith("Not examined: u: ") and "\n" not in line for line in lines)


def test_what_is_no_item_passes(opened: Any) -> None:
    with opened() as (send, stats):
        assert send(42, "text") == [42, "text"]
    assert not stats


@dataclass
class Closed:
    url: str
    text: str


@dataclass(frozen=True)
class Frozen:
    url: str
    text: str
    dupdetect: Any = None


@pytest.mark.parametrize("kind", [Closed, Frozen])
def test_an_item_without_the_field_passes_and_the_class_is_named_once(
    kind: Any, texts: dict[str, str], caplog: pytest.LogCaptureFixture, opened: Any
) -> None:
    items = [kind(f"http://a.example/{n}", texts["fr-port"]) for n in range(3)]
    with opened(drop={"exact": 2 / 3}, add=False) as (send, stats):
        assert send(*items) == items
    assert stats["errors/no_field"] == stats["documents"] == 3
    assert sum(kind.__name__ in record.getMessage() for record in caplog.records) == 1


def test_an_empty_output_field_leaves_items_as_they_are(texts: dict[str, str], opened: Any) -> None:
    item = {"url": "u", "text": texts["fr-port"]}
    with opened(output_field="") as (send, stats):
        assert send(dict(item)) == [item]
    assert stats["documents"] == 1
