"""The add-on puts the pipeline in once, and wraps whatever formats the log."""

from __future__ import annotations

import logging
from typing import Any

import pytest

pytest.importorskip("scrapy")

from scrapy.exceptions import DropItem, NotConfigured
from scrapy.logformatter import LogFormatter
from scrapy.settings import Settings
from scrapy.utils.test import get_crawler

from dupdetect.errors import ConfigError
from dupdetect.integrations.scrapy import Addon, Dropped, Pipeline, ShortLines

OURS = "dupdetect.integrations.scrapy"


class LoudFormatter(LogFormatter):
    """A project's own formatter."""

    def dropped(self, item: Any, *_: Any, **__: Any) -> Any:
        return {"level": logging.CRITICAL, "msg": "loud", "args": {}}

    def scraped(self, *_: Any, **__: Any) -> Any:
        return {"level": logging.INFO, "msg": "a scraped item", "args": {}}


def settings(**values: Any) -> Settings:
    made = Settings(values)
    Addon().update_settings(made)
    return made


def test_the_pipeline_is_put_in_at_its_place() -> None:
    assert dict(settings()["ITEM_PIPELINES"]) == {Pipeline: 300}
    assert dict(settings(DUPDETECT_PRIORITY=42)["ITEM_PIPELINES"]) == {Pipeline: 42}


@pytest.mark.parametrize("entry", [f"{OURS}.Pipeline", f"{OURS}.ScorePipeline", Pipeline])
def test_a_pipeline_that_the_project_names_keeps_its_place(entry: Any) -> None:
    pipelines = settings(ITEM_PIPELINES={entry: 7, "other.Pipeline": 8})["ITEM_PIPELINES"]
    assert dict(pipelines) == {entry: 7, "other.Pipeline": 8}


def test_switched_off_it_changes_nothing() -> None:
    made = settings(DUPDETECT_ENABLED=False)
    assert not dict(made["ITEM_PIPELINES"])
    assert made["LOG_FORMATTER"] == Settings()["LOG_FORMATTER"]
    crawler = get_crawler(settings_dict={"DUPDETECT_ENABLED": False})
    with pytest.raises(NotConfigured):
        Pipeline.from_crawler(crawler)


def test_settings_that_cannot_be_end_the_crawl_before_it_begins() -> None:
    with pytest.raises(ConfigError, match="DUPDETECT_PRIORITY must be a number"):
        settings(DUPDETECT_PRIORITY="first")
    with pytest.raises(ConfigError, match="DUPDETECT_INDX"):
        get_crawler(
            settings_dict={"ADDONS": {Addon: 1}, "DUPDETECT_INDX": "typo.index"}
        )._apply_settings()


@pytest.mark.parametrize("own", [None, LoudFormatter])
def test_only_our_drops_are_shortened(own: Any) -> None:
    values: dict[str, Any] = {"ADDONS": {Addon: 1}}
    if own is not None:
        values["LOG_FORMATTER"] = own
    crawler = get_crawler(settings_dict=values)
    if crawler.logformatter is None:
        crawler._apply_settings()
    formatter: Any = crawler.logformatter
    plain: Any = (own or LogFormatter)()
    spider: Any = crawler.spider or crawler._create_spider()
    item = {"text": "long " * 1000}

    reason: Any = Dropped("https://b.example/2", "rewrite", 0.987, "https://a.example/1")
    line = formatter.dropped(item, DropItem(reason), None, spider)
    assert line["level"] == logging.INFO
    assert line["msg"] % line["args"] == (
        "Dropped: rewrite 0.99 of https://a.example/1: https://b.example/2"
    )
    other = DropItem("no price")
    assert formatter.dropped(item, other, None, spider) == plain.dropped(item, other, None, spider)
    assert formatter.scraped(item, None, spider) == plain.scraped(item, None, spider)


def test_without_the_addon_it_wraps_the_formatter_of_scrapy() -> None:
    crawler = get_crawler(settings_dict={"LOG_FORMATTER": f"{OURS}.ShortLines"})
    formatter: Any = ShortLines.from_crawler(crawler)
    assert formatter.dropped({}, DropItem("x"), None, crawler._create_spider())["args"]


def test_a_hostile_address_stays_one_short_line() -> None:
    line = str(Dropped("http://x/\n2026 ERROR forged\x1b[31m" + "é" * 999, "exact", 1.0, None))
    assert line.isprintable() and len(line) < 160
    assert line.startswith("exact 1.00: http://x/")
