"""Public suffixes by tldextract's snapshot of their list, for plain host names.

The same answers as tldextract's, which takes 0.15 s to import (it brings ``requests``): it is asked
about the rest, names with other letters and addresses.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import tldextract

#: As tldextract reads the list: rules begin lines, those of private owners come last.
_RULE = re.compile(r"^[.*!]*\w\S*", re.MULTILINE)
_PRIVATE = "// ===BEGIN PRIVATE DOMAINS==="
#: Names that are no addresses (of four numbers) and need no decoding (xn--...).
_PLAIN = re.compile(r"(?!.*xn--)(?:[a-z0-9_-]+\.)+[a-z_-][a-z0-9_-]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Rules:
    """``nodes``: all ends of rules, and whether each is one itself; ``top``: rules of one part."""

    nodes: dict[str, bool]
    top: frozenset[str]


def registrable(host: str) -> str:
    """The registrable domain of a host name in lower case; itself where it has no public suffix."""
    if _PLAIN.fullmatch(host):
        rules = _rules()
        if rules is not None:
            return _registrable(host, rules.nodes)
    found = _library()(host)
    return f"{found.domain}.{found.suffix}" if found.domain and found.suffix else host


@lru_cache(maxsize=1)
def top_level() -> frozenset[str]:
    """All top-level domains that are public suffixes."""
    rules = _rules()
    if rules is not None:
        return rules.top
    return frozenset(name for name in _library().tlds if "." not in name)


def _registrable(host: str, nodes: dict[str, bool]) -> str:
    end, suffix, begin = "", len(host), len(host) + 1
    while begin > 0:
        first = host.rfind(".", 0, begin - 1) + 1
        name = host[first:]
        if name in nodes:
            end, begin = name, first
            if nodes[name]:
                suffix = first
            continue
        if end and f"*.{end}" in nodes:
            suffix = begin if f"!{name}" in nodes else first
        break
    if not 0 < suffix < len(host):
        return host
    return host[host.rfind(".", 0, suffix - 1) + 1 :]


@lru_cache(maxsize=1)
def _rules() -> _Rules | None:
    """The rules, None where this tldextract has no such list."""
    spec = find_spec("tldextract")
    if spec is None or spec.origin is None:
        return None
    try:
        path = Path(spec.origin).with_name(".tld_set_snapshot")
        text, separator, _ = path.read_text(encoding="utf-8").partition(_PRIVATE)
    except (OSError, ValueError):
        return None
    rules = _RULE.findall(text)
    if not separator or "com" not in rules:
        return None
    nodes = dict.fromkeys(rules, True)
    for rule in rules:
        part = rule.partition(".")[2]
        while part and part not in nodes:
            nodes[part] = False
            part = part.partition(".")[2]
    return _Rules(nodes, frozenset(rule for rule in rules if "." not in rule))


@lru_cache(maxsize=1)
def _library() -> tldextract.TLDExtract:
    import tldextract

    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
