"""Main content with resiliparse (Bevendorff et al. 2018): fast, for crawls.

Token F1 on 181 news pages of article-extraction-benchmark 0.94 (precision 0.90, recall 0.99) at
about ten times the speed of trafilatura (0.96).
"""

from __future__ import annotations

import html
import re
from typing import Any

from resiliparse.extract.html2text import extract_plain_text
from resiliparse.parse.html import HTMLTree

from dupdetect.extract.assemble import Assembler
from dupdetect.extract.metadata import Metadata
from dupdetect.records import Link

_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)((?:\s[^>]*)?)>")
_HREF = re.compile(r'\shref="([^"]*)"')
_LINES = re.compile(r"(\n+)")


def parse(markup: str) -> Any:
    """The page as a resiliparse tree (never fails on malformed HTML)."""
    return HTMLTree.parse(markup)


def main_text(
    tree: Any, metadata: Metadata, *, main_content: bool = True, max_chars: int
) -> tuple[str, tuple[Link, ...]]:
    """Main text of a page and its links; ``main_content=False`` gives all visible text."""
    reduced = extract_plain_text(
        tree,
        main_content=main_content,
        preserve_formatting="minimal_html",
        links=True,
        list_bullets=False,
        alt_texts=False,
        # Reader comments and bylines are no part of the article: 2 points of F1.
        comments=False,
        post_meta=False,
    )
    return _assemble(
        reduced, Assembler(base=metadata.base, max_chars=max_chars, rels=metadata.rels)
    )


def _assemble(reduced: str, out: Assembler) -> tuple[str, tuple[Link, ...]]:
    """resiliparse's reduced HTML, in which line breaks carry the structure, as text and links."""
    position = 0
    for tag in _TAG.finditer(reduced):
        _add(reduced[position : tag.start()], out)
        position = tag.end()
        if tag.group(2) != "a":
            continue
        if tag.group(1):
            out.close_link()
        else:
            href = _HREF.search(tag.group(3))
            out.open_link(html.unescape(href.group(1)) if href else None)
    _add(reduced[position:], out)
    return out.finish()


def _add(segment: str, out: Assembler) -> None:
    for part in _LINES.split(segment):
        if part.startswith("\n"):
            out.separate("\n\n" if len(part) > 1 else "\n")
        else:
            out.text(html.unescape(part))
