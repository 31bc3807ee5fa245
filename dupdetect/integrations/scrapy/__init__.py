"""Scrapy: every item is scored and matched with what was crawled before.

    ADDONS = {"dupdetect.integrations.scrapy.Addon": 500}
    DUPDETECT_INDEX = "crawl.index"
    DUPDETECT_DROP = {"exact": 0.9, "near_duplicate": 0.9}

The settings are explained in :class:`Options` and in docs/crawlers.md. Needs the extra ``scrapy``.

    Addon ── puts in ──> Pipeline ── a thread ──> Screen ── Detector, Index, extraction sandboxes
       └──── wraps the log formatter: ShortLines
"""

from __future__ import annotations

from dupdetect.integrations.scrapy.addon import Addon, ShortLines
from dupdetect.integrations.scrapy.options import Options
from dupdetect.integrations.scrapy.pipeline import Pipeline, ScorePipeline
from dupdetect.integrations.scrapy.screen import Dropped

__all__ = ["Addon", "Dropped", "Options", "Pipeline", "ScorePipeline", "ShortLines"]
