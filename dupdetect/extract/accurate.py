"""Main content with trafilatura (Barbaresi 2021): slower and more precise, for single pages.

Precision is favoured: a line of navigation in the text costs a false boilerplate finding, a lost
sidebar costs nothing. Token F1 on 181 news pages 0.96 (precision 0.96, recall 0.97).
"""

from __future__ import annotations

import logging
from typing import Any

import htmldate
from lxml import etree
from trafilatura.core import bare_extraction
from trafilatura.settings import Extractor
from trafilatura.utils import load_html

from dupdetect.extract.assemble import Assembler, absolute
from dupdetect.extract.hidden import drop_from_lxml, is_all
from dupdetect.extract.metadata import Metadata
from dupdetect.records import Link

#: Without a handler of its own, "discarding data" would reach the user's stderr for every page
#: that trafilatura gives up on; we report that ourselves.
logging.getLogger("trafilatura").addHandler(logging.NullHandler())
logging.getLogger("htmldate").addHandler(logging.NullHandler())

_BLOCKS = frozenset({"p", "head", "quote", "list", "table", "div", "ab"})
_LINES = frozenset({"item", "row", "lb"})
#: The same page must give the same date on any day, so "today" is no bound.
_DATE_PARAMS: dict[str, Any] = {
    "original_date": True,
    "extensive_search": False,
    "max_date": "2100-01-01",
}


def main_text(
    markup: str, metadata: Metadata, *, max_chars: int
) -> tuple[str, tuple[Link, ...]] | None:
    """Main text of a page and its links, or None where trafilatura finds none."""
    tree = load_html(markup)
    if tree is None:
        return None
    unseen = drop_from_lxml(tree)
    found = _extracted(tree, metadata, max_chars=max_chars)
    if unseen and is_all(unseen, found[0] if found else ""):
        return _extracted(load_html(markup), metadata, max_chars=max_chars)
    return found


def _extracted(
    tree: Any, metadata: Metadata, *, max_chars: int
) -> tuple[str, tuple[Link, ...]] | None:
    options = Extractor(
        output_format="python",
        precision=True,
        comments=False,
        tables=True,
        links=True,
        formatting=False,
        url=metadata.base,
        date_params=_DATE_PARAMS,
    )
    found: Any = bare_extraction(tree, options=options)
    if found is None or found.body is None:
        return None
    # trafilatura has made the targets absolute.
    rels = {absolute(href, metadata.base) or href: rel for href, rel in metadata.rels.items()}
    return _assemble(found.body, Assembler(base=metadata.base, max_chars=max_chars, rels=rels))


def find_date(markup: str, url: str | None) -> str | None:
    """The publication date by htmldate's markup rules, for pages whose metadata gave none."""
    try:
        found = htmldate.find_date(markup, url=url, outputformat="%Y-%m-%d", **_DATE_PARAMS)
    except (ValueError, TypeError, OverflowError, etree.Error):
        return None
    return str(found) if found else None


def _assemble(body: etree._Element, out: Assembler) -> tuple[str, tuple[Link, ...]]:
    """trafilatura's TEI-like tree as text and links, without recursion (trees may be deep)."""
    items = 0
    for event, element in etree.iterwalk(body, events=("start", "end")):
        tag = element.tag if isinstance(element.tag, str) else ""
        start = event == "start"
        if tag in _BLOCKS:
            out.separate("\n" if items else "\n\n")
        elif tag in _LINES:
            out.separate("\n")
            items += (tag == "item") * (1 if start else -1)
        elif tag == "cell":
            out.separate(" ")
        elif tag == "ref":
            if start:
                out.open_link(element.get("target"))
            else:
                out.close_link()
        if start and tag:
            out.text(element.text, keep_lines=tag == "code")
        elif not start and element is not body:
            out.text(element.tail)
    return out.finish()
