"""Web addresses in text: registrable domains, and the spans of links.

The public suffix list is the snapshot shipped with tldextract; nothing is ever downloaded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from dupdetect.text.suffixes import registrable, top_level

LinkForm = Literal["url", "domain", "markdown", "html"]


@dataclass(frozen=True, slots=True)
class TextLink:
    """A link written in a text: ``text[start:end]`` is all of it, markup included.

    ``anchor`` is the visible text (the address itself where there is no markup).
    """

    start: int
    end: int
    form: LinkForm
    href: str
    anchor: str


#: Reserved for documentation (RFC 2606): stands for any domain in examples.
_RESERVED = frozenset({"example"})
#: Endings of file names that are also top-level domains.
_FILE_ENDINGS_TEXT = "zip mov py rs sh md ps so cc java app bin"
_FILE_ENDINGS = frozenset(_FILE_ENDINGS_TEXT.split())
#: Country codes that are words of fr, en, de, it or es: a lost space makes them look like domains.
_WORDY_TEXT = (
    "la le is in to at no so et as do am il si ne se my an be de it es me us al va da li mi "
    "tu ma sa su un as ai au ad by gt ci ce na nu id bo im je or ly pm pr st ve vi hm"
)
_WORDY = frozenset(_WORDY_TEXT.split())
#: Wordy country codes whose sites are common in the press; taken unless glued to a common word.
_COMMON_WORDY_TEXT = "be de it es me us at is il id ly"
_COMMON_WORDY = frozenset(_COMMON_WORDY_TEXT.split())
_GLUED_WORDS_TEXT = (
    "est était sont fait dit pas plus bien tout cela ici fin jour ans the and was not for "
    "out now ist war hat auf aus nicht hier che non più sono era qui que los las fue son más "
    "aquí etc"
)
_GLUED_WORDS = frozenset(_GLUED_WORDS_TEXT.split())

_SCHEME = re.compile(r"(?:https?|ftp)://[^\s<>\"«»“”]+|(?<![\w.@/-])www\.[^\s<>\"«»“”]+", re.I)
_MARKDOWN = re.compile(
    r"!?\[([^\[\]\n]{1,300})\]\(\s*<?([^()\s<>]{1,2000}(?:\([^()\s]*\))?)[^()\n]*\)"
)
_ANCHOR = re.compile(
    r"<a\s[^<>]{0,2000}?href\s*=\s*[\"']?([^\"'<>\s]*)[^<>]{0,2000}>(.{0,500}?)</a\s*>", re.I | re.S
)
_BBCODE = re.compile(r"\[url=([^\]\s]{1,2000})\](.{0,500}?)\[/url\]", re.I | re.S)
#: A dot between letters or digits. The mark comes first: looking for it is what costs.
_INNER_DOT = re.compile(r"\.(?<=[^\W_]\.)(?=[^\W_])")
_REST = re.compile(r"\.[^\W_][\w-]*(?:\.[^\W_][\w-]*)*")
_LABEL = re.compile(r"[\w-]+\Z")
_PATH = re.compile(r"(?::\d{2,5})?(?:[/?#][^\s<>\"«»“”]*)?")
_TAG = re.compile(r"<[^<>]*>")
_HOST = re.compile(r"^(?:[a-z][a-z0-9+.-]*:)?//(?:[^/?#@]*@)?([^/?#:]+)", re.I)
_TRAILING = ".,;:!?…'’)]}*"


@lru_cache(maxsize=1)
def _top_level() -> frozenset[str]:
    return top_level() | _RESERVED


@lru_cache(maxsize=65536)
def _registrable(host: str) -> str:
    return registrable(host)


def domain(url: str) -> str:
    """Registrable domain of a URL or host name, in lower case; ``""`` where there is none.

    ``https://www.bbc.co.uk/news`` and ``bbc.co.uk`` give ``bbc.co.uk``. A host without a public
    suffix (``localhost``, an IP address) is returned whole.
    """
    url = url.strip()
    found = _HOST.match(url)
    if found:
        host = found.group(1)
    else:
        host = re.split(r"[/?#:]", url, maxsplit=1)[0]
    host = host.strip(".").lower()
    if not host or any(character.isspace() for character in host):
        return ""
    return _registrable(host)


def find_links(text: str) -> list[TextLink]:
    """Links of ``text`` in order, none inside another: markup first, then URLs, then bare domains.

    E-mail addresses are no links.
    """
    found: list[TextLink] = []
    if "](" in text:
        for match in _MARKDOWN.finditer(text):
            _add(found, TextLink(*match.span(), "markdown", match.group(2), match.group(1)))
    if "</a" in text or "</A" in text:
        for match in _ANCHOR.finditer(text):
            anchor = _TAG.sub("", match.group(2)).strip()
            _add(found, TextLink(*match.span(), "html", match.group(1), anchor))
    if "[/url]" in text or "[/URL]" in text:
        for match in _BBCODE.finditer(text):
            _add(found, TextLink(*match.span(), "html", match.group(1), match.group(2).strip()))
    if "://" in text or "www." in text or "WWW." in text:
        for match in _SCHEME.finditer(text):
            start, end = match.start(), _trim(text, *match.span())
            href = text[start:end]
            if "." in href[4:] or "://" in href:
                _add(found, TextLink(start, end, "url", href, href))
    after = 0
    for match in _INNER_DOT.finditer(text):
        dot = match.start()
        if dot < after:
            continue
        rest = _REST.match(text, dot)
        assert rest is not None  # a dot and a letter or digit
        after = rest.end()
        if rest.group().replace(".", "").isdecimal():
            continue  # 10.000 euros
        link = _bare_domain(text, dot, after)
        if link is not None:
            _add(found, link)
    found.sort(key=lambda link: link.start)
    return found


def _add(found: list[TextLink], link: TextLink) -> None:
    if not any(link.start < other.end and other.start < link.end for other in found):
        found.append(link)


def _trim(text: str, start: int, end: int) -> int:
    while end > start and text[end - 1] in _TRAILING:
        if text[end - 1] == ")" and "(" in text[start : end - 1]:
            break
        end -= 1
    return end


def _bare_domain(text: str, dot: int, stop: int) -> TextLink | None:
    label_match = _LABEL.search(text, max(0, dot - 64), dot)
    if label_match is None:
        return None
    start = label_match.start()
    before = text[start - 1 : start]
    if before and (before in "@/.#_" or before.isalnum()):
        return None
    labels = text[start:stop].split(".")
    while len(labels) > 1 and not _is_top_level(labels[-1], labels[-2]):
        labels.pop()
    if len(labels) < 2 or not _plausible(labels):
        return None
    end = start + len(".".join(labels))
    if text[end : end + 1] == "@":
        return None
    path = _PATH.match(text, end)
    end = _trim(text, start, path.end() if path else end)
    return TextLink(start, end, "domain", text[start:end], text[start:end])


def _is_top_level(name: str, previous: str) -> bool:
    if name.isupper() and not previous.isupper():
        return False
    return (name.islower() or name.isupper()) and name.lower() in _top_level()


def _plausible(labels: list[str]) -> bool:
    name, top = labels[-2], labels[-1].lower()
    if len(name) < 2 or not any(character.isalpha() for character in name):
        return False
    if top in _FILE_ENDINGS or name.startswith("-"):
        return False
    marked = "-" in name or len(labels) > 2 or any(character.isdigit() for character in name)
    if len(top) == 2 and top in _WORDY and not marked:
        return top in _COMMON_WORDY and len(name) >= 4 and name.lower() not in _GLUED_WORDS
    return marked or (len(name) >= 3 and name.lower() not in _GLUED_WORDS) or len(top) == 3
