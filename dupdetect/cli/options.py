"""Options that several commands share, and the settings made of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import wraps
from pathlib import Path
from typing import Any

import click

from dupdetect.config import Config

_COLUMNS = {
    "id_column": ("id", "Column with the ids."),
    "url_column": ("url", "Column with the URLs."),
    "title_column": ("title", "Column with the titles."),
    "date_column": ("published", "Column with the publication dates."),
    "language_column": ("language", "Column with the languages."),
}
_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12,
          "ki": 2**10, "mi": 2**20, "gi": 2**30, "ti": 2**40}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Settings:
    """The configuration of a command; ``explicit`` when the user gave a file of settings."""

    config: Config
    explicit: bool

    @property
    def own(self) -> Config | None:
        """The configuration for an index: None leaves it to the index's own settings."""
        return self.config if self.explicit else None


def size(ctx: click.Context, param: click.Parameter, value: str | None) -> int | None:
    """Callback of an option that is a size in bytes: 500000000, 500M, 8G, 8GiB."""
    if value is None:
        return None
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kmgt]?i?)b?", value.strip().lower())
    if match is None or match[2] not in _UNITS or float(match[1]) <= 0:
        raise click.BadParameter(f"{value!r} is not a size such as 500M or 8GiB")
    return int(float(match[1]) * _UNITS[match[2]])


def reading_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Adds --config, the column options and --extractor; the command gets ``settings``."""

    @wraps(function)
    def wrapper(**arguments: Any) -> Any:
        names = ("config_file", "text_column", "extractor", *_COLUMNS)
        given = {name: arguments.pop(name) for name in names}
        return function(settings=_settings(**given), **arguments)

    decorated: Callable[..., Any] = click.option(
        "--extractor",
        type=click.Choice(["auto", "accurate", "bulk"]),
        help="How text is taken from pages (auto: bulk for archives, else accurate).",
    )(wrapper)
    for name, (_, text) in reversed(_COLUMNS.items()):
        decorated = click.option(f"--{name.replace('_', '-')}", metavar="NAME", help=text)(
            decorated
        )
    decorated = click.option(
        "--text-column",
        metavar="NAME",
        multiple=True,
        help="Column with the text; several (repeated or comma-separated) are joined.",
    )(decorated)
    return click.option(
        "--config",
        "config_file",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="Settings (TOML).",
    )(decorated)


def quality_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Adds --model and --domain-list, which change ``settings``."""

    @wraps(function)
    def wrapper(
        settings: Settings, models: tuple[str, ...], domain_lists: tuple[str, ...], **arguments: Any
    ) -> Any:
        own = settings.config.quality
        own = replace(
            own,
            models=(*own.models, *models),
            domain_lists=(*own.domain_lists, *domain_lists),
        )
        changed = replace(settings, config=replace(settings.config, quality=own))
        return function(settings=changed, **arguments)

    decorated: Callable[..., Any] = click.option(
        "--domain-list", "domain_lists", metavar="FILE", multiple=True,
        type=click.Path(exists=True, dir_okay=False),
        help="Domains to distrust: a hosts file, ||domain^ filters, uBlacklist or one a line.",
    )(wrapper)  # fmt: skip
    return click.option(
        "--model", "models", metavar="PATH", multiple=True,
        type=click.Path(exists=True, dir_okay=False),
        help="Use this model of `dupdetect train` in place of the shipped one (repeatable).",
    )(decorated)  # fmt: skip


def fetching_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Adds --allow-private and --ignore-robots, which change ``settings``."""

    @wraps(function)
    def wrapper(
        settings: Settings, allow_private: bool, ignore_robots: bool, **arguments: Any
    ) -> Any:
        fetch = settings.config.fetch
        fetch = replace(
            fetch,
            allow_private=fetch.allow_private or allow_private,
            respect_robots=fetch.respect_robots and not ignore_robots,
        )
        changed = replace(settings, config=replace(settings.config, fetch=fetch))
        return function(settings=changed, **arguments)

    decorated: Callable[..., Any] = click.option(
        "--ignore-robots", is_flag=True, help="Fetch URLs that robots.txt forbids."
    )(wrapper)
    return click.option(
        "--allow-private", is_flag=True, help="Fetch URLs of private and loopback addresses."
    )(decorated)


def _settings(
    *, config_file: Path | None, text_column: tuple[str, ...], extractor: str | None, **names: Any
) -> Settings:
    config = Config.load(config_file) if config_file is not None else Config()
    columns = {_COLUMNS[name][0]: value for name, value in names.items() if value is not None}
    texts = tuple(part.strip() for item in text_column for part in item.split(",") if part.strip())
    if texts:
        columns["text"] = texts
    values = config.to_dict()
    values["columns"] |= columns
    if extractor is not None:
        values["extract"]["extractor"] = extractor
    return Settings(config=Config.from_dict(values), explicit=config_file is not None)
