"""The item pipelines: items in, the same items with what was found out about them, or dropped."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, ClassVar

from itemadapter import ItemAdapter
from scrapy.exceptions import DropItem, NotConfigured

from dupdetect.errors import DupdetectError, InputError
from dupdetect.integrations.scrapy.options import Options
from dupdetect.integrations.scrapy.screen import Item, Outcome, Screen, shown

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger("dupdetect.integrations.scrapy")


class Pipeline:
    """Scores every item and matches it with the index; drops or tags by the settings.

    The work is done in threads of its own, so that the reactor never waits; with one worker, the
    default, items are taken in the order in which they come. An item that cannot be examined
    passes as it is; the stats under ``dupdetect/`` count it.
    """

    #: Whether documents are matched with an index and added to it.
    matching: ClassVar[bool] = True

    def __init__(self, options: Options, count: Callable[[str], object]) -> None:
        self._options = options
        self._count = count
        self._screen: Screen | None = None
        self._threads: ThreadPoolExecutor | None = None
        self._closed_fields: set[type] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Pipeline:
        """Raises ConfigError for settings that cannot be; NotConfigured when switched off."""
        options = Options.from_settings(crawler.settings)
        if not options.enabled:
            raise NotConfigured
        stats = crawler.stats

        def count(name: str) -> None:
            if stats is not None:
                stats.inc_value(f"dupdetect/{name}")

        return cls(options, count)

    def open_spider(self, spider: Any = None) -> None:
        """Opens the index; its errors end the crawl before it begins."""
        self._screen = Screen.open(self._options, match=self.matching)
        self._threads = ThreadPoolExecutor(self._options.workers, "dupdetect")

    def close_spider(self, spider: Any = None) -> None:
        """Closes the index; all items are through by then."""
        if self._threads is not None:
            self._threads.shutdown(wait=True, cancel_futures=True)
        if self._screen is not None:
            self._screen.close()
        self._threads = self._screen = None

    async def process_item(self, item: Any, spider: Any = None) -> Any:
        """The item with its result in the output field; raises DropItem(:class:`Dropped`)."""
        if self._threads is None or self._screen is None or not ItemAdapter.is_item(item):
            return item
        adapter = ItemAdapter(item)
        name = "item"
        try:
            name = _name(adapter, self._options) or name
            asked = read_item(adapter, self._options)
            outcome = await _result(self._threads.submit(self._screen.examine, asked))
        except Exception as error:
            self._fail(name, error)
            return item
        self._report(outcome)
        self._write(adapter, outcome)
        if outcome.dropped is not None:
            # Not its text: who listens to item_dropped gets the rule, the score and the ids.
            reason: Any = outcome.dropped
            raise DropItem(reason)
        return item

    def _fail(self, name: str, error: Exception) -> None:
        """Counts and logs an item that passes unexamined; it is never lost for that."""
        if isinstance(error, InputError):
            self._count(f"skipped/{error.reason}")
            logger.info("Not examined: %s: %s", shown(name), shown(error.message))
            return
        expected = isinstance(error, DupdetectError | ItemError)
        self._count("errors")
        kind = "TypeError" if isinstance(error, ItemError) else type(error).__name__
        self._count(f"errors/{kind}")
        logger.error(
            "Not examined: %s: %s: %s",
            shown(name),
            kind,
            shown(str(error)),
            exc_info=None if expected else error,
        )

    def _report(self, outcome: Outcome) -> None:
        verdict, dropped = outcome.verdict, outcome.dropped
        names = ["documents"]
        names += [f"findings/{finding.kind}" for finding in verdict.findings]
        names += [f"matches/{match.kind}" for match in verdict.matches]
        names += [f"tagged/{tag}" for tag in outcome.tags]
        names += [] if dropped is None else ["dropped", f"dropped/{dropped.rule}"]
        flags = {
            "matched": bool(verdict.matches), "known": outcome.known, "added": outcome.added,
        }  # fmt: skip
        names += [name for name, holds in flags.items() if holds]
        for name in names:
            self._count(name)

    def _write(self, adapter: Any, outcome: Outcome) -> None:
        if not self._options.output_field:
            return
        try:
            adapter[self._options.output_field] = outcome.to_dict()
        except Exception as error:
            # No such field, or a frozen class: said once for each class, counted for each item.
            self._count("errors/no_field")
            kind = type(adapter.item)
            if kind not in self._closed_fields:
                self._closed_fields.add(kind)
                logger.warning(
                    "%s takes no field %r (%s): declare it or set DUPDETECT_OUTPUT_FIELD",
                    kind.__qualname__,
                    self._options.output_field,
                    type(error).__name__,
                )


class ScorePipeline(Pipeline):
    """Scores only: no index is opened, nothing is matched or remembered."""

    matching: ClassVar[bool] = False


class ItemError(TypeError):
    """A field of an item is of a type that nothing can be done with."""


def read_item(adapter: Any, options: Options) -> Item:
    """What an item says of itself. Raises ItemError for a text or page of another type."""
    html = _first(adapter.get(options.html_field)) or b""
    if not isinstance(html, str | bytes):
        raise ItemError(f"{options.html_field} must be str or bytes, not {type(html).__name__}")
    return Item(
        text=_text(adapter.get(options.text_field), options.text_field),
        html=html,
        id=_word(adapter.get(options.id_field)),
        url=_word(adapter.get(options.url_field)),
        title=_word(adapter.get(options.title_field)),
        language=_word(adapter.get(options.language_field)),
        published=_word(adapter.get(options.published_field)),
    )


def _name(adapter: Any, options: Options) -> str | None:
    """What the log calls an item."""
    return _word(adapter.get(options.id_field)) or _word(adapter.get(options.url_field))


def _text(value: Any, name: str) -> str:
    """A text, or the parts that a selector's ``getall`` gives, as lines."""
    if value is None or _is_nan(value):
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple) and all(isinstance(part, str) for part in value):
        return "\n".join(value)
    raise ItemError(f"{name} must be str or a list of str, not {type(value).__name__}")


def _word(value: Any) -> str | None:
    value = _first(value)
    if value is None or _is_nan(value) or not str(value):
        return None
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _is_nan(value: Any) -> bool:
    """What tables have for nothing."""
    return isinstance(value, float) and value != value


def _first(value: Any) -> Any:
    """A value, or the first of a list: an ItemLoader makes lists of everything by itself."""
    if isinstance(value, list | tuple):
        return value[0] if value else None
    return value


def _result(future: Future[Outcome]) -> Awaitable[Outcome]:
    """What a coroutine of Scrapy may await: a Future of asyncio where its loop runs, else a
    Deferred of the reactor."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return _deferred(future)
    return asyncio.wrap_future(future)


def _deferred(future: Future[Outcome]) -> Awaitable[Outcome]:
    # Imported here: importing the reactor installs one, and Scrapy chooses which.
    from twisted.internet import reactor
    from twisted.internet.defer import Deferred

    deferred: Any = Deferred()
    wake: Any = reactor

    def settle() -> None:
        error = future.exception()
        if error is None:
            deferred.callback(future.result())
        else:
            deferred.errback(error)

    future.add_done_callback(lambda _: wake.callFromThread(settle))
    result: Awaitable[Outcome] = deferred
    return result
