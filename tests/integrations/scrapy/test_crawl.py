"""A real crawl of a loopback site, run twice: what is kept, tagged, dropped, counted and logged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

COPY_KINDS = {"exact", "near_duplicate", "partial"}
FAULTS = {"/faux/absent", "/faux/erreur", "/faux/raccroche"}
UNREADABLE = {"/faux/binaire", "/faux/vide"}
ERRORS = ("Traceback", "ERROR", "Unhandled")


def test_the_site_has_sixty_pages_and_all_are_asked_for(site: Any, crawls: list[Any]) -> None:
    assert len(site.replies) == 60
    for crawl in crawls:
        assert crawl.stats["downloader/request_count"] == 60
        assert crawl.stats["finish_reason"] == "finished"


@pytest.mark.parametrize("number", [0, 1])
def test_copies_are_dropped_for_their_source(site: Any, crawls: list[Any], number: int) -> None:
    dropped = crawls[number].dropped
    for path, source in site.copies.items():
        assert dropped[path]["rule"] in COPY_KINDS
        assert dropped[path]["of"] == source


@pytest.mark.parametrize("number", [0, 1])
def test_rewrites_are_dropped_for_their_source(site: Any, crawls: list[Any], number: int) -> None:
    dropped = crawls[number].dropped
    found = [
        path
        for path, source in site.rewrites.items()
        if path in dropped and dropped[path]["rule"] == "rewrite" and dropped[path]["of"] == source
    ]
    assert len(found) >= 0.75 * len(site.rewrites)


@pytest.mark.parametrize("number", [0, 1])
def test_nothing_else_is_dropped(site: Any, crawls: list[Any], number: int) -> None:
    """Originals, independent reports of one event, templates, empty and nearly empty pages."""
    crawl = crawls[number]
    assert set(crawl.dropped) <= set(site.copies) | set(site.rewrites)
    passed = site.own | site.thin | set(site.translations) | UNREADABLE
    assert passed <= set(crawl.items)


def test_an_item_is_kept_or_dropped_once(site: Any, crawls: list[Any]) -> None:
    for crawl in crawls:
        assert not set(crawl.items) & set(crawl.dropped)
        assert set(crawl.items) | set(crawl.dropped) == set(site.replies) - FAULTS - {"/"}
        assert crawl.stats["item_scraped_count"] == len(crawl.items)


def test_translations_are_tagged_and_kept(site: Any, crawls: list[Any]) -> None:
    tagged = [
        path
        for path in site.translations
        if "translation" in crawls[0].items[path]["dupdetect"]["tags"]
    ]
    assert len(tagged) >= 0.75 * len(site.translations)
    tags = Counter(tag for result in _results(crawls[0]) for tag in result["tags"])
    assert tags["translation"] == crawls[0].count("tagged/translation")


def test_the_second_crawl_knows_the_first(crawls: list[Any]) -> None:
    first, second = crawls
    assert first.count("known") == 0
    assert not any(item["dupdetect"]["known"] for item in _examined(first))
    assert second.count("known") == first.count("added") > 0
    assert all(item["dupdetect"]["known"] for item in _examined(second))
    assert set(second.items) == set(first.items)
    assert {path: why["of"] for path, why in second.dropped.items()} == {
        path: why["of"] for path, why in first.dropped.items()
    }


def test_every_item_class_carries_its_result(crawls: list[Any]) -> None:
    seen = Counter((item["class"], item["by"]) for item in _examined(crawls[0]))
    dropped = crawls[0].dropped.values()
    seen.update((why["class"], "dropped") for why in dropped if why["dupdetect"]["matches"])
    for name in ("dict", "PlainItem", "AttrsItem", "ScrapyItem"):
        assert seen[name, "text"] and seen[name, "html"] and seen[name, "dropped"]


def test_the_result_has_the_scores_findings_and_matches(crawls: list[Any]) -> None:
    for item in _examined(crawls[0]):
        result = item["dupdetect"]
        assert set(result["scores"]) == {
            "boilerplate", "machine_translation", "seo_link", "content_farm",
        }  # fmt: skip
        assert {"id", "url", "title", "language", "n_words", "findings", "matches"} <= set(result)


def test_stats_add_up(crawls: list[Any]) -> None:
    for crawl in crawls:
        examined = _examined(crawl)
        assert crawl.count("documents") == len(examined) + len(crawl.dropped)
        assert crawl.count("added") == len(examined)
        assert crawl.count("dropped") == len(crawl.dropped)
        for rule, number in Counter(why["rule"] for why in crawl.dropped.values()).items():
            assert crawl.count(f"dropped/{rule}") == number
        for part in ("findings", "matches"):
            kinds = Counter(found["kind"] for result in _results(crawl) for found in result[part])
            assert kinds
            assert {kind: crawl.count(f"{part}/{kind}") for kind in kinds} == kinds
        assert crawl.count("matched") == sum(bool(r["matches"]) for r in _results(crawl))


def test_pages_that_answer_wrongly_are_counted_and_pass(crawls: list[Any]) -> None:
    for crawl in crawls:
        assert set(crawl.lost) == FAULTS
        assert crawl.count("skipped/no_text") == 1
        assert crawl.count("skipped/not_text") == 1
        assert crawl.count("errors") == 0
        for path in UNREADABLE:
            assert crawl.items[path]["dupdetect"] is None


def test_a_dropped_item_is_one_short_line_of_the_log(crawls: list[Any]) -> None:
    for crawl in crawls:
        lines = [line for line in crawl.log.splitlines() if "Dropped: " in line]
        assert len(lines) == len(crawl.dropped)
        assert all(" INFO: Dropped: " in line and len(line) < 400 for line in lines)
        assert "Port-Valmer" not in crawl.log
        assert not any(word in crawl.log for word in ERRORS)


def test_both_ways_of_waiting_were_used(crawls: list[Any]) -> None:
    reactors = [crawl.stats["reactor"] for crawl in crawls]
    assert reactors == ["AsyncioSelectorReactor", "SelectReactor"]


def test_an_index_that_cannot_be_opened_ends_it_before_a_page_is_asked_for(
    run_crawl: Callable[..., Any], tmp_path: Path
) -> None:
    (tmp_path / "index").mkdir()
    (tmp_path / "index" / "data.mdb").write_bytes(b"of somebody else")
    crawl = run_crawl("http://127.0.0.1:9", tmp_path / "out.json")
    assert "downloader/request_count" not in crawl.stats
    assert "IndexCorruptError" in crawl.log
    assert (tmp_path / "index" / "data.mdb").read_bytes() == b"of somebody else"


def _examined(crawl: Any) -> list[dict[str, Any]]:
    return [item for item in crawl.items.values() if item["dupdetect"] is not None]


def _results(crawl: Any) -> list[dict[str, Any]]:
    every = [*crawl.items.values(), *crawl.dropped.values()]
    return [one["dupdetect"] for one in every if one["dupdetect"] is not None]
