"""Pages and summaries from a scan's tables; the report computes no score and no match.

``render_report`` (a scan), ``render_scores`` (documents), ``render_comparison`` (two documents)
write one self-contained HTML file each; ``summarize`` gives the short account for a terminal;
``select_shown`` names the documents whose texts a scan must keep for its report.
"""

from __future__ import annotations

from dupdetect.report.render import render_comparison, render_report, render_scores
from dupdetect.report.select import select_shown
from dupdetect.report.summary import Summary, summarize

__all__ = [
    "Summary",
    "render_comparison",
    "render_report",
    "render_scores",
    "select_shown",
    "summarize",
]
