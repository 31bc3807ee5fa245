"""Crawled strings made fit for a page: control and bidirectional characters, links, languages.

HTML escaping is the template engine's work (autoescape); this is what escaping leaves in.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

#: Longest link that is kept; longer ones are shown as text only.
MAX_URL = 2000

_REPLACEMENT = "\ufffd"


def _table() -> dict[int, str]:
    table = {code: chr(0x2400 + code) for code in range(0x20)}
    # Embeddings, overrides and isolates reorder what follows them, out of their own element where
    # they are not closed (Unicode TR 9, TR 36); marks such as U+200F are harmless and kept.
    bidi = (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
    surrogates, noncharacters = range(0xD800, 0xE000), (0xFFFE, 0xFFFF, *range(0xFDD0, 0xFDF0))
    for codes in (range(0x80, 0xA0), bidi, surrogates, noncharacters):
        table |= dict.fromkeys(codes, _REPLACEMENT)
    table |= {0x7F: "\u2421"}
    for kept in (0x09, 0x0A, 0x0D):
        del table[kept]
    return table


_VISIBLE = _table()
_LANGUAGE = re.compile(r"[a-z]{2,3}\Z")
_URL_TEXT = re.compile(r"[\x21-\x7e]+\Z")


def visible(value: Any) -> str:
    """``str(value)`` with control and reordering characters made visible, one for one.

    The length never changes, so that character offsets still hold. None gives the empty string.
    """
    return "" if value is None else str(value).translate(_VISIBLE)


def shorten(value: Any, limit: int) -> str:
    """The visible form of one line, at most ``limit`` characters, cut with an ellipsis."""
    start = "" if value is None else str(value)[: 4 * limit]
    text = " ".join(visible(start).split())
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def safe_url(value: str | None) -> str | None:
    """The URL when it may become a link: absolute http or https, plain ASCII, no credentials."""
    if not value or len(value) > MAX_URL or not _URL_TEXT.match(value):
        return None
    try:
        parts = urlsplit(value)
    except ValueError:
        return None
    usable = parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc
    return value if usable else None


def safe_language(value: str | None) -> str | None:
    """The language code when it is one, else None (then no ``lang`` attribute is written)."""
    return value if value and value != "und" and _LANGUAGE.match(value) else None
