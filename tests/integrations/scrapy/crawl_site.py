"""Run as a program: crawls the test's site with the add-on; writes what came out as JSON.

crawl_site.py ADDRESS INDEX OUT REACTOR
"""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path
from typing import Any

import attrs
import scrapy
from itemadapter import ItemAdapter
from scrapy.crawler import CrawlerProcess


@dataclasses.dataclass
class PlainItem:
    link: str
    text: str = ""
    html: bytes = b""
    dupdetect: dict[str, Any] | None = None


@attrs.define
class AttrsItem:
    link: str
    text: str = ""
    html: bytes = b""
    dupdetect: dict[str, Any] | None = None


class ScrapyItem(scrapy.Item):
    link = scrapy.Field()
    text = scrapy.Field()
    html = scrapy.Field()
    dupdetect = scrapy.Field()


CLASSES = (dict, PlainItem, AttrsItem, ScrapyItem)


class SiteSpider(scrapy.Spider):
    """A source's page comes before the pages that it links to: those are its derivatives."""

    name = "site"

    def __init__(self, address: str, seen: dict[str, Any], **arguments: Any) -> None:
        super().__init__(**arguments)
        self.start_urls = [f"{address}/"]
        self.seen = seen
        self.made = 0

    def parse(self, response: Any) -> Any:
        yield from response.follow_all(css="a", callback=self.page, errback=self.lost)

    def page(self, response: Any) -> Any:
        links = []
        if hasattr(response, "css"):
            paragraphs = response.css("p::text").getall()
            links = response.css("a.suite::attr(href)").getall()
        make = CLASSES[self.made % len(CLASSES)]
        given = {"link": response.url}
        # Half of the items of each class bring text, the others the page.
        if paragraphs and self.made // len(CLASSES) % 2:
            given["text"] = "\n\n".join(paragraphs)
        else:
            given["html"] = response.body
        self.made += 1
        yield make(**given)
        yield from response.follow_all(links, callback=self.page, errback=self.lost)

    def lost(self, failure: Any) -> None:
        self.seen["lost"].append(path_of(failure.request.url))


def path_of(url: str) -> str:
    return "/" + url.split("/", 3)[3]


def main(address: str, index: str, out: str, reactor: str) -> None:
    seen: dict[str, Any] = {"items": {}, "dropped": {}, "lost": [], "stats": {}}
    settings = {
        "ADDONS": {"dupdetect.integrations.scrapy.Addon": 500},
        "DUPDETECT_INDEX": index,
        "DUPDETECT_URL_FIELD": "link",
        "DUPDETECT_DROP": {"exact": 0.5, "near_duplicate": 0.5, "partial": 0.5, "rewrite": 0.5},
        "DUPDETECT_TAG": {"translation": 0.5, "boilerplate": 0.5},
        "TWISTED_REACTOR": reactor or None,
        "RETRY_ENABLED": False,
        "ROBOTSTXT_OBEY": False,
        "DOWNLOAD_FAIL_ON_DATALOSS": False,
        "TELNETCONSOLE_ENABLED": False,
        "LOG_LEVEL": "INFO",
    }
    process = CrawlerProcess(settings)
    crawler = process.create_crawler(SiteSpider)

    def scraped(item: Any) -> None:
        values = ItemAdapter(item).asdict()
        seen["items"][path_of(values["link"])] = {
            "class": type(item).__name__, "by": "text" if values.get("text") else "html",
            "dupdetect": values.get("dupdetect"),
        }  # fmt: skip

    def dropped(item: Any, exception: Any) -> None:
        reason = exception.args[0]
        seen["dropped"][path_of(reason.id)] = {
            "rule": reason.rule, "score": reason.score,
            "of": path_of(reason.of) if reason.of else None, "class": type(item).__name__,
            "dupdetect": ItemAdapter(item)["dupdetect"],
        }  # fmt: skip

    crawler.signals.connect(scraped, scrapy.signals.item_scraped, weak=False)
    crawler.signals.connect(dropped, scrapy.signals.item_dropped, weak=False)
    process.crawl(crawler, address=address, seen=seen)
    process.start()
    from twisted.internet import reactor as installed

    seen["stats"] = {**crawler.stats.get_stats(), "reactor": type(installed).__name__}
    Path(out).write_text(json.dumps(seen, default=str), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
