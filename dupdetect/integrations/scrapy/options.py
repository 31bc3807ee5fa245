"""The settings ``DUPDETECT_*`` as one checked record."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Protocol

from dupdetect.config import Config
from dupdetect.errors import ConfigError
from dupdetect.records import MATCH_KINDS, Scores

PREFIX = "DUPDETECT_"
#: Names that rules may have: kinds of matches, scores, and ``known`` (the id is in the index).
KINDS: frozenset[str] = frozenset(MATCH_KINDS) - {"none"}
SCORES: frozenset[str] = frozenset(item.name for item in fields(Scores))
RULES: frozenset[str] = KINDS | SCORES | {"known"}
#: A score is no verdict by itself: a rule for one that names no threshold means a likely one.
_SCORE_THRESHOLD = 0.5
MAX_WORKERS = 64


class Settings(Protocol):
    """What is read of Scrapy's settings: a mapping whose ``get`` takes a default."""

    def __iter__(self) -> Any: ...
    def get(self, name: Any, default: Any = None) -> Any: ...
    def getbool(self, name: Any, default: bool = False) -> bool: ...
    def getint(self, name: Any, default: int = 0) -> int: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the pipeline does; each field is the setting ``DUPDETECT_<NAME>``.

    ``index``: a folder or ``redis://...``; None keeps an index in memory for one crawl.
    ``add``: whether items that are not dropped become known documents. ``output_field``: where the
    result goes, empty for nowhere; the other fields: what items call their text, page and so on.
    ``drop`` and ``tag``: rules, from a kind of match, a score or ``known`` to the least score
    (0..1) that it takes. ``workers``: threads that take text from pages. ``config``: a TOML file.
    """

    enabled: bool = True
    index: str | None = None
    add: bool = True
    output_field: str = "dupdetect"
    id_field: str = "id"
    text_field: str = "text"
    html_field: str = "html"
    url_field: str = "url"
    title_field: str = "title"
    language_field: str = "language"
    published_field: str = "published"
    drop: Mapping[str, float] = field(default_factory=dict)
    tag: Mapping[str, float] = field(default_factory=dict)
    workers: int = 1
    config: Config | None = None

    @classmethod
    def from_settings(cls, settings: Settings) -> Options:
        """The options that Scrapy's settings give.

        Raises ConfigError for an unknown ``DUPDETECT_`` name, an unknown rule, a threshold outside
        0..1 or a number of workers outside 1..64.
        """
        known = {f"{PREFIX}{item.name.upper()}" for item in fields(cls)} | {OWN_FORMATTER, PRIORITY}
        for name in settings:
            if str(name).startswith(PREFIX) and name not in known:
                raise ConfigError(f"unknown setting {name}; there are {', '.join(sorted(known))}")
        index, file = settings.get("DUPDETECT_INDEX"), settings.get("DUPDETECT_CONFIG")
        names = {
            item.name: str(settings.get(f"{PREFIX}{item.name.upper()}", item.default) or "")
            for item in fields(cls)
            if item.name.endswith("_field")
        }
        return cls(
            enabled=_flag(settings, "ENABLED"),
            index=str(index) if index else None,
            add=_flag(settings, "ADD"),
            drop=_rules(settings, "DROP"),
            tag=_rules(settings, "TAG"),
            workers=_workers(settings),
            config=Config.load(file) if file else None,
            **names,
        )


#: Where the add-on keeps the log formatter that it wraps, and the pipeline's place in the order.
OWN_FORMATTER = f"{PREFIX}LOG_FORMATTER"
PRIORITY = f"{PREFIX}PRIORITY"
#: After the pipelines that clean items, before those that store them.
DEFAULT_PRIORITY = 300


def priority(settings: Settings) -> int:
    """The place of the pipeline; raises ConfigError."""
    try:
        return int(settings.getint(PRIORITY, DEFAULT_PRIORITY))
    except (TypeError, ValueError) as error:
        raise ConfigError(f"{PRIORITY} must be a number") from error


def _flag(settings: Settings, name: str) -> bool:
    try:
        return bool(settings.getbool(PREFIX + name, True))
    except ValueError as error:
        raise ConfigError(f"{PREFIX}{name} must be true or false") from error


def _workers(settings: Settings) -> int:
    try:
        count = int(settings.getint(f"{PREFIX}WORKERS", 1))
    except (TypeError, ValueError) as error:
        raise ConfigError(f"{PREFIX}WORKERS must be a number") from error
    if not 1 <= count <= MAX_WORKERS:
        raise ConfigError(f"{PREFIX}WORKERS must be in 1..{MAX_WORKERS}")
    return count


def _rules(settings: Settings, name: str) -> dict[str, float]:
    """Rules of a setting: a mapping, a list of names, or either as text (for ``-s``): JSON, as
    Scrapy's own settings have it, or ``exact:0.9,rewrite``."""
    value = settings.get(PREFIX + name) or {}
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        try:
            value = json.loads(value)
        except ValueError as error:
            raise ConfigError(f"{PREFIX}{name}: not valid JSON: {error}") from error
    if isinstance(value, str):
        value = dict(_named(part) for part in value.split(",") if part.strip())
    elif isinstance(value, Mapping):
        value = dict(value)
    elif isinstance(value, Iterable):
        value = dict.fromkeys(value)
    else:
        raise ConfigError(f"{PREFIX}{name} must be a mapping or a list of names")
    return {rule: _threshold(PREFIX + name, rule, least) for rule, least in value.items()}


def _named(part: str) -> tuple[str, str | None]:
    rule, colon, least = part.partition(":")
    return rule.strip(), least if colon else None


def _threshold(setting: str, rule: Any, least: Any) -> float:
    if rule not in RULES:
        raise ConfigError(f"{setting}: no rule {rule!r}; there are {', '.join(sorted(RULES))}")
    if least is None:
        return _SCORE_THRESHOLD if rule in SCORES else 0.0
    try:
        number = float(least)
    except (TypeError, ValueError) as error:
        raise ConfigError(f"{setting}: {rule} needs a number, not {least!r}") from error
    if not 0.0 <= number <= 1.0:
        raise ConfigError(f"{setting}: {rule} must be in 0..1")
    return number
