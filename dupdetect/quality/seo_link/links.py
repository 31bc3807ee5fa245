"""The links of a text with what their form and target say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import kernel
from dupdetect.quality.characters import TABLE_SIZE
from dupdetect.quality.listed import DomainList, host_of
from dupdetect.quality.phrases import WORD
from dupdetect.quality.seo_link.lexicon import SeoLexicon
from dupdetect.records import Link
from dupdetect.text.urls import LinkForm, domain, find_links

#: Hosts of public bodies, schools, and places where everybody publishes.
_PUBLIC = re.compile(
    r"(?:\.|^)(?:gouv|gov|gob|edu|ac|mil|europa|asso|int)\.|\.(?:gov|edu|mil|int|gouv)$|\.gouv\.fr$"
    r"|(?:^|\.)(?:twitter|x|facebook|instagram|youtube|youtu|tiktok|linkedin|wikipedia|t)\.[a-z]{2,3}$"
    r"|(?:^|\.)(?:change|service-public|ameli|legifrance|who|europa)\.[a-z]{2,3}$"
)
#: Parts of the names of shops, lenders, bookmakers and the like.
_TRADE = (
    "casino", "credit", "vpn", "immo", "assur", "mutuelle", "crypto", "coin", "poker", "loan",
    "kredit", "deals", "promo", "shop", "bonus", "devis", "voyance", "rencontre", "dating",
    "pharma", "seguro", "prestamo",
)  # fmt: skip
#: What makes a link paid for, in ``rel``.
_PAID = ("sponsored", "ugc", "nofollow")
_TRADING = re.compile("|".join(_TRADE))
#: Words of an anchor with at least so many letters are looked for, by so many of the first ones.
_LONG, _STEM = 5, 6


@dataclass(frozen=True, slots=True)
class PlacedLink:
    """A link of the text: span, form, registrable domain, and what is known of its target.

    ``commercial``: its domain or anchor holds words of commerce; ``press``: words of news sites;
    ``hyphen``: its domain has one; ``public``: a public
    body or a social network; ``named_elsewhere``: the article names the site in other places;
    ``in_brackets``: it stands in brackets, as sources do; ``paid``: ``rel`` says so; ``own``: it
    leads to the page's own site; ``away``: to another one, where the page's is known. Of a link of
    HTML: ``trade_anchor``: its words are of commerce; ``foreign_anchor``: none of them stands
    elsewhere in the text. ``listed``: its target stands in a list of the user.
    """

    start: int
    end: int
    form: LinkForm
    domain: str
    commercial: bool
    press: bool
    hyphen: bool
    public: bool
    named_elsewhere: bool
    in_brackets: bool
    paid: bool
    own: bool
    away: bool
    trade_anchor: bool
    foreign_anchor: bool
    listed: bool


def may_hold_links(codes: NDArray[np.uint32], base: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which of the texts ``codes[base[d]:base[d + 1]]`` may hold a link that
    :func:`dupdetect.text.urls.find_links` finds, ``bool[n]``."""
    result: NDArray[np.bool_] = _link_signs(codes, base, _alphanumeric())
    return result


@lru_cache(maxsize=1)
def _alphanumeric() -> NDArray[np.bool_]:
    return np.array([chr(code).isalnum() for code in range(TABLE_SIZE)])


@kernel
def _link_signs(
    codes: NDArray[np.uint32], base: NDArray[np.int64], alphanumeric: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """A dot between letters or digits (but not between two digits), or after a w; a colon and two
    slashes; what Markdown, HTML and forums end a link with."""
    n = base.shape[0] - 1
    out = np.zeros(n, np.bool_)
    for d in range(n):
        stop = base[d + 1] - 1
        for j in range(base[d] + 1, stop):
            code = codes[j]
            if code > 93 or (code != 46 and code != 47 and code != 40):  # . / (
                continue
            before = codes[j - 1]
            after = codes[j + 1]
            if code == 46:
                numbers = 48 <= before <= 57 and 48 <= after <= 57
                word_before = before >= TABLE_SIZE or alphanumeric[before]
                word_after = after >= TABLE_SIZE or alphanumeric[after]
                if (word_before and word_after and not numbers) or before == 119 or before == 87:
                    out[d] = True
                    break
            elif code == 40:
                if before == 93:  # ](
                    out[d] = True
                    break
            elif (before == 58 and after == 47) or before == 60 or before == 91:  # :// </ [/
                out[d] = True
                break
    return out


@dataclass(frozen=True, slots=True)
class _Target:
    """What the address of a site says: its registrable domain and host name, the first part of the
    domain with the words in it."""

    domain: str
    name: str
    label: str
    words: frozenset[str]
    trades: bool
    public: bool


def _target(href: str) -> _Target:
    """The site that an address leads to. Pages link to few sites, by many addresses."""
    scheme = href.find("://")
    path = href.find("/", scheme + 3) if scheme >= 0 else -1
    head = href[:path] if path >= 0 else href
    return _site(href if head[-1:].isspace() else head)


@lru_cache(maxsize=16384)
def _site(address: str) -> _Target:
    host, name = domain(address), host_of(address).lower()
    label = host.split(".", 1)[0]
    lower = label.lower()
    return _Target(
        host, name, label, frozenset(WORD.findall(lower)), _TRADING.search(lower) is not None,
        _PUBLIC.search(host) is not None or _PUBLIC.search(name) is not None,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class WrittenLink:
    """A link as it stands in its text, not yet looked at; ``rel`` is empty unless of HTML."""

    start: int
    end: int
    form: LinkForm
    href: str
    anchor: str
    rel: str = ""


def written_links(text: str, links: Sequence[Link], page_url: str | None) -> list[WrittenLink]:
    """All links written in the text, and those of the page that leave its site, in order."""
    own = domain(page_url) if page_url else ""
    found = [
        WrittenLink(link.start, link.end, link.form, link.href, link.anchor)
        for link in find_links(text)
    ]
    taken = [(link.start, link.end) for link in found]
    for link in links:
        if not 0 <= link.start < link.end <= len(text):
            continue
        if own and _target(link.href).domain == own:
            continue
        if not any(link.start < end and start < link.end for start, end in taken):
            anchor = text[link.start : link.end]
            found.append(WrittenLink(link.start, link.end, "html", link.href, anchor, link.rel))
    if own and found:
        found = [link for link in found if link.form != "html" or _target(link.href).domain != own]
    found.sort(key=lambda link: (link.start, link.end, link.form, link.href, link.anchor, link.rel))
    return found


class Surroundings:
    """A text in small letters, and whether something stands in it outside a span."""

    __slots__ = ("_low", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        low = text.lower()
        # Small letters of the same length each, whatever stands beside them.
        self._low = low if len(low) == len(text) and "Σ" not in text else None

    def hold(self, piece: str, start: int, end: int) -> bool:
        """Whether ``piece`` stands before ``start`` or after ``end``, the span being a space."""
        if self._low is None:
            return piece in f"{self.text[:start]} {self.text[end:]}".lower()
        low, reach = self._low, max(0, len(piece) - 1)
        if low.find(piece, 0, start) >= 0 or low.find(piece, end) >= 0:
            return True
        return piece in f"{low[max(0, start - reach) : start]} {low[end : end + reach]}"


def place_link(
    link: WrittenLink,
    around: Surroundings,
    lexicon: SeoLexicon,
    own: str,
    listed: DomainList | None = None,
) -> PlacedLink:
    """What form and target of a link say; ``own`` is the domain of its page (``""``: unknown)."""
    start, end, site = link.start, link.end, _target(link.href)
    host, label = site.domain, site.label
    lower = link.anchor.lower()
    of_anchor = frozenset(WORD.findall(lower))
    html = link.form == "html"
    visible = of_anchor if html and host not in lower else frozenset()
    trade, parts = lexicon.trade, of_anchor | site.words
    return PlacedLink(
        start, end, link.form, host,
        commercial=site.trades or not trade.isdisjoint(parts),
        press=not lexicon.press.isdisjoint(parts),
        hyphen="-" in label,
        public=site.public,
        named_elsewhere=len(label) >= 4 and _names(around, start, end, label),
        in_brackets=around.text[max(0, start - 2) : start].strip().endswith("("),
        paid=bool(link.rel) and any(word in link.rel for word in _PAID),
        own=bool(own) and host == own,
        away=html and bool(own) and host != own,
        trade_anchor=not trade.isdisjoint(visible),
        foreign_anchor=_is_foreign(visible, around, start, end),
        listed=listed is not None and listed.holds(site.name),
    )  # fmt: skip


def _is_foreign(words: frozenset[str], around: Surroundings, start: int, end: int) -> bool:
    """Whether an anchor has longer words and none of them stands elsewhere (by first letters)."""
    stems = {word[:_STEM] for word in words if len(word) >= _LONG}
    return bool(stems) and not any(around.hold(stem, start, end) for stem in stems)


def _names(around: Surroundings, start: int, end: int, label: str) -> bool:
    """Whether the site's name stands elsewhere in the text."""
    name = label.lower()
    if around.hold(name, start, end):
        return True
    return "-" in name and around.hold(name.replace("-", " "), start, end)
