"""The frame of every page: templates, content security policy, size budgets, writing.

A page is one file without external requests. Its policy allows its own style sheet and script by
their SHA-256 and nothing else, so markup that slipped through escaping could neither run nor load.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
from collections.abc import Iterable
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from dupdetect._version import __version__

#: No page is larger, in bytes.
MAX_BYTES = 5_000_000

_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)[\d:.]*([+-][\d:]+|Z)?\Z")


class Budget:
    """Renders items with one template until their bytes are used up."""

    def __init__(self, template: str, *, max_bytes: int) -> None:
        self._template = environment().get_template(template)
        self._left = max_bytes

    def render(self, items: Iterable[Any], *, opened: int = 0) -> list[Markup]:
        """The fragments of the first items that fit; the first ``opened`` are unfolded."""
        fragments: list[Markup] = []
        for item in items:
            html = self._template.render(item=item, opened=len(fragments) < opened)
            self._left -= len(html.encode())
            if self._left < 0:
                break
            fragments.append(Markup(html))
        return fragments


@lru_cache(maxsize=1)
def environment() -> jinja2.Environment:
    """The template environment: autoescape always on, undefined names are errors."""
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("dupdetect.report", "templates"),
        autoescape=True, undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    made.filters |= {
        "number": number, "percent": percent, "seconds": seconds, "words": words, "score": score,
        "moment": moment,
    }  # fmt: skip
    return made


def page(template: str, **values: Any) -> str:
    """A whole page. Raises ValueError when it would be larger than MAX_BYTES (a fault of ours)."""
    style, script = _asset("style.css"), _asset("script.js")
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "img-src 'none'; base-uri 'none'; form-action 'none'"
    )
    html = environment().get_template(template).render(
        style=Markup(style), script=Markup(script), policy=Markup(policy),
        version=__version__, **values,
    )  # fmt: skip
    if len(html.encode()) > MAX_BYTES:
        raise ValueError(f"{template}: the page came out larger than {MAX_BYTES} bytes")
    return html


def write(path: Path, html: str) -> Path:
    """Write a page as a whole: a reader never sees half of it. Returns ``path``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        partial.write_text(html, encoding="utf-8")
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
    return path


@lru_cache(maxsize=8)
def _asset(name: str) -> str:
    return (resources.files("dupdetect.report") / "templates" / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def number(value: float) -> str:
    """Grouped by thin spaces, as in 12 345."""
    return f"{value:,.0f}".replace(",", "\u202f")


def percent(share: float) -> str:
    """A share of 0..1 as a percentage; small ones keep a decimal."""
    value = 100.0 * share
    return f"{value:.1f}\u202f%" if 0.0 < value < 10.0 else f"{value:.0f}\u202f%"


def score(value: float | None) -> str:
    """Two decimals; 1.00 only when nothing is missing to it."""
    if value is None:
        return "–"
    return "0.99" if 0.99 <= value < 0.9995 else f"{value:.2f}"


def seconds(value: float) -> str:
    """A duration for people: 0.8 s, 42 s, 3 min 12 s, 1 h 5 min."""
    if value < 10:
        return f"{value:.1f} s"
    whole = round(value)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def moment(value: str) -> str:
    """An ISO 8601 time for people: without seconds, spaces between date, time and offset."""
    return _MOMENT.sub(r"\1 \2 \3", value).rstrip()


def words(name: str) -> str:
    """A snake_case name as words."""
    return name.replace("_", " ")
