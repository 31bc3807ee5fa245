"""One page from the web, with limits on everything a server decides.

    page = fetch("https://example.org/article", config=config.fetch)

Only http(s), public addresses only (checked on the connection itself and at every redirect) unless
``allow_private``; no proxies, no cookies, TLS verified; robots.txt honoured unless told otherwise;
limits on time, redirects, header and body size, before and after decompression.

Reasons of FetchError: ``bad_url``, ``scheme``, ``dns``, ``private_address``, ``connect``, ``tls``,
``timeout``, ``total_timeout``, ``connection_lost``, ``bad_http`` (also a header beyond 100 KB),
``redirect_loop``, ``too_many_redirects``, ``bad_redirect``, ``http_status``, ``content_type``,
``content_encoding``, ``too_large``, ``empty``, ``robots``, ``robots_unreachable``.
"""

from __future__ import annotations

from dupdetect.config import FetchConfig
from dupdetect.fetch.client import Fetcher
from dupdetect.records import Page

__all__ = ["Fetcher", "fetch"]


def fetch(url: str, *, config: FetchConfig) -> Page:
    """The page at ``url``; raises FetchError. For many pages use one :class:`Fetcher`."""
    with Fetcher(config) as fetcher:
        return fetcher.fetch(url)
