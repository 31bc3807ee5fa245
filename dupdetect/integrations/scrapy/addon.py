"""The add-on: one line of settings puts the pipeline in and keeps the log short."""

from __future__ import annotations

import logging
from typing import Any

from dupdetect.integrations.scrapy.options import OWN_FORMATTER, Options, priority
from dupdetect.integrations.scrapy.pipeline import Pipeline, ScorePipeline
from dupdetect.integrations.scrapy.screen import Dropped

#: The setting that names the class of the log formatter, and Scrapy's own class.
_FORMATTER = "LOG_FORMATTER"
_SCRAPY_FORMATTER = "scrapy.logformatter.LogFormatter"


class Addon:
    """Enables :class:`Pipeline` (at ``DUPDETECT_PRIORITY``, 300) and :class:`ShortLines`.

    A pipeline of this module that ``ITEM_PIPELINES`` names already keeps its place. A log formatter
    of the project stays in use for everything but the items that the pipeline drops.
    """

    def update_settings(self, settings: Any) -> None:
        """Called by Scrapy. Raises ConfigError for settings that cannot be."""
        if not Options.from_settings(settings).enabled:
            return
        pipelines = settings["ITEM_PIPELINES"]
        if not any(_is_ours(entry) for entry in pipelines):
            pipelines[Pipeline] = priority(settings)
        settings.set(OWN_FORMATTER, settings.get(_FORMATTER), priority="addon")
        # As strong as the present value, so that the wrapper replaces what it wraps.
        strength = max(settings.getpriority(_FORMATTER) or 0, settings.getpriority(OWN_FORMATTER))
        settings.set(_FORMATTER, ShortLines, priority=strength)


class ShortLines:
    """A log formatter that writes one short line at INFO for an item that the pipeline dropped.

    Scrapy's writes the whole item, its text included, at WARNING. Everything else is left to the
    formatter in ``DUPDETECT_LOG_FORMATTER``. Without the add-on: ``LOG_FORMATTER =
    "dupdetect.integrations.scrapy.ShortLines"``.
    """

    def __init__(self, wrapped: Any) -> None:
        self._wrapped = wrapped

    @classmethod
    def from_crawler(cls, crawler: Any) -> ShortLines:
        """Around the formatter of the settings."""
        from scrapy.utils.misc import build_from_crawler, load_object

        wrapped: Any = load_object(crawler.settings.get(OWN_FORMATTER) or _SCRAPY_FORMATTER)
        return cls(build_from_crawler(wrapped, crawler))

    def dropped(self, item: Any, exception: BaseException, response: Any, spider: Any) -> Any:
        """What to log for a dropped item."""
        reason = exception.args[0] if exception.args else None
        if not isinstance(reason, Dropped):
            return self._wrapped.dropped(item, exception, response, spider)
        return {"level": logging.INFO, "msg": "Dropped: %(reason)s", "args": {"reason": reason}}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._wrapped, name)


def _is_ours(entry: Any) -> bool:
    if isinstance(entry, str):
        return entry.startswith(f"{__package__}.") and entry.endswith("Pipeline")
    return isinstance(entry, type) and issubclass(entry, (Pipeline, ScorePipeline))
