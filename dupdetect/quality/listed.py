"""Lists of domains that a user distrusts: hosts files, ad filters, uBlacklist, plain lines.

Read are ``0.0.0.0 host``, ``||domain^`` (uBlock Origin's and Adblock Plus's static filters),
``*://*.domain/*`` (match patterns, as uBlacklist has them) and one domain a line. What names no
whole domain is counted under a reason and passed over: regular expressions, paths, exceptions,
cosmetic filters, filters for certain pages only.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

_ADDRESS = re.compile(r"(?:0\.0\.0\.0|127\.0\.0\.1|255\.255\.255\.255|::1?|fe80::\S*|ff0\d::\S*)\s")
_FILTER = re.compile(r"\|\|([^/^$*|\s]+)\^?(?:\$(\S*))?")
_PATTERN = re.compile(r"(?:\*|https?|\*?s?)://(\*\.)?([^/*\s]+)(?:/\*?)?")
_HOST = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9][a-z0-9-]{0,61}")
_COSMETIC = ("##", "#@#", "#?#", "#$#", "#%#")
#: Options of a filter under which it holds on certain pages or requests only.
_CONDITIONS = (
    "domain=",
    "from=",
    "to=",
    "denyallow=",
    "method=",
    "badfilter",
    "removeparam",
    "csp=",
)


@dataclass(frozen=True, slots=True)
class DomainList:
    """``whole``: domains with all their subdomains; ``hosts``: single hosts (``www.`` or not).

    ``skipped``: lines that name no whole domain, by reason.
    """

    whole: frozenset[str] = frozenset()
    hosts: frozenset[str] = frozenset()
    skipped: Mapping[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.whole | self.hosts)

    def __bool__(self) -> bool:
        return bool(self.whole or self.hosts)

    def holds(self, host: str) -> bool:
        """Whether a host name stands in the list, itself or as a subdomain."""
        host = normal(host)
        if not host:
            return False
        if host in self.hosts:
            return True
        while host:
            if host in self.whole:
                return True
            host = host.partition(".")[2]
        return False


def join(lists: Iterable[DomainList]) -> DomainList:
    """All lists as one."""
    whole: set[str] = set()
    hosts: set[str] = set()
    skipped: Counter[str] = Counter()
    for one in lists:
        whole |= one.whole
        hosts |= one.hosts
        skipped.update(one.skipped)
    return DomainList(frozenset(whole), frozenset(hosts), dict(sorted(skipped.items())))


def host_of(url: str) -> str:
    """The host name of an address, with or without a scheme; ``""`` where there is none."""
    rest = re.sub(r"\A\s*(?:[a-z][a-z0-9+.-]*:)?//", "", url, flags=re.IGNORECASE)
    name = re.split(r"[/?#\s]", rest, maxsplit=1)[0].rpartition("@")[2]
    return name if name.startswith("[") else name.partition(":")[0]


def normal(host: str) -> str:
    """A host in lower case and ASCII (IDNA), without a leading ``www.``; ``""`` if it is none."""
    host = host.strip().strip(".").lower()
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            return ""
    return host.removeprefix("www.") if host.count(".") > 1 else host


def parse(text: str) -> DomainList:
    """The list that a file holds; its lines may be of several formats."""
    whole: set[str] = set()
    hosts: set[str] = set()
    skipped: Counter[str] = Counter()
    for line in text.removeprefix("\ufeff").splitlines():
        line = line.strip()
        if not line or _is_comment(line):
            continue
        found = _read(line)
        if isinstance(found, str):
            skipped[found] += 1
            continue
        names, subdomains = found
        for name in names:
            host = normal(name)
            if _HOST.fullmatch(host):
                (whole if subdomains else hosts).add(host)
            elif host not in ("localhost", "local", "broadcasthost", "localhost.localdomain"):
                skipped["no_domain"] += 1
    return DomainList(frozenset(whole), frozenset(hosts), dict(sorted(skipped.items())))


def _is_comment(line: str) -> bool:
    if line.startswith("#"):
        return not line.startswith(_COSMETIC)
    return line.startswith(("!", "[Adblock", "[uBlock", "---"))


def _read(line: str) -> tuple[list[str], bool] | str:
    """Host names and whether their subdomains are meant; or why the line is passed over."""
    if line.startswith("@"):
        return "exception"
    if any(mark in line for mark in _COSMETIC):
        return "cosmetic"
    if _ADDRESS.match(line):
        names = line.partition("#")[0].split()[1:]
        return [name for name in names if not name.startswith("ip6-")], False
    line = re.sub(r"\s+#.*\Z", "", line)
    if line.startswith("/") or (re.match(r"\w+\s*[/~=]", line) and line.endswith(("/", "/i"))):
        return "regex"
    if line.startswith("|"):
        return _of_filter(line)
    if "://" in line:
        pattern = _PATTERN.fullmatch(line)
        return ([pattern[2]], pattern[1] is not None) if pattern else "path"
    if "/" in line:
        return "path"
    return [line], True


def _of_filter(line: str) -> tuple[list[str], bool] | str:
    found = _FILTER.fullmatch(line)
    if found is None:
        return "path"
    options = (found[2] or "").split(",")
    if any(option.startswith(_CONDITIONS) for option in options):
        return "conditional"
    return [found[1]], True
