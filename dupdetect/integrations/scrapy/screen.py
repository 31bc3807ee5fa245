"""What the pipeline does to one item away from the reactor: text, scores, matches, a decision."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from queue import SimpleQueue
from threading import Lock
from typing import Any
from uuid import uuid4

from dupdetect.config import Config
from dupdetect.detector import Detector, Index
from dupdetect.errors import InputError
from dupdetect.extract import Sandbox
from dupdetect.integrations.scrapy.options import KINDS, SCORES, Options
from dupdetect.records import Document, Page, Verdict

#: Characters of an id or address in a line of the log.
_SHOWN = 120


@dataclass(frozen=True, slots=True)
class Item:
    """What an item says of itself; ``html`` is used when ``text`` is blank."""

    text: str = ""
    html: str | bytes = b""
    id: str | None = None
    url: str | None = None
    title: str | None = None
    language: str | None = None
    published: str | None = None

    @property
    def name(self) -> str:
        """The id, else the address, else a random id: an index needs one."""
        return self.id or self.url or f"item-{uuid4().hex}"


@dataclass(frozen=True, slots=True)
class Dropped:
    """Why an item is dropped: the rule, the score that met it, the known document if any.

    It is the only argument of the DropItem that the pipeline raises; ``str()`` is one short line.
    """

    id: str
    rule: str
    score: float
    of: str | None = None

    def __str__(self) -> str:
        other = "" if self.of is None else f" of {shown(self.of)}"
        return f"{self.rule} {self.score:.2f}{other}: {shown(self.id)}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was found out about one item; ``known``: its id was in the index before."""

    verdict: Verdict
    known: bool
    tags: tuple[str, ...]
    dropped: Dropped | None
    added: bool

    def to_dict(self) -> dict[str, Any]:
        """What the item gets: the object of ``dupdetect score`` with ``known`` and ``tags``."""
        return {**self.verdict.to_dict(), "known": self.known, "tags": list(self.tags)}


@dataclass(slots=True)
class Screen:
    """An index, a detector and as many extraction sandboxes as threads will use them.

    Extraction runs in parallel. Asking and adding go one item after the other, or two copies that
    arrive together would not see each other.
    """

    options: Options
    index: Index | None
    _detector: Detector = field(init=False)
    _config: Config = field(init=False)
    _sandboxes: SimpleQueue[Sandbox] = field(init=False, default_factory=SimpleQueue)
    _closing: ExitStack = field(init=False, default_factory=ExitStack)
    _turn: Lock = field(init=False, default_factory=Lock)

    def __post_init__(self) -> None:
        self._detector = Detector(index=self.index, config=self.options.config)
        self._config = self._detector.config
        if self.index is not None:
            self._closing.callback(self.index.close)
        for _ in range(self.options.workers):
            self._sandboxes.put(self._closing.enter_context(Sandbox(self._config.extract)))

    @classmethod
    def open(cls, options: Options, *, match: bool = True) -> Screen:
        """With the index of the options, created if absent, or without one unless ``match``.

        Raises what :meth:`dupdetect.Index.open` raises.
        """
        index = Index.open(options.index, config=options.config) if match else None
        return cls(options, index)

    def close(self) -> None:
        """Closes the index and ends the sandboxes; no item may be under way."""
        self._closing.close()

    def examine(self, item: Item) -> Outcome:
        """Scores, asks, decides and adds. Raises InputError (``no_text`` and what extraction
        gives), TextError, IndexError_."""
        document = self._document(item)
        with self._turn:
            known = self.index is not None and document.id in self.index
            verdict = self._detector.process(document, keep=lambda v: self._kept(v, known))
            added = self.index is not None and self._kept(verdict, known)
            dropped = _decide(self.options.drop, verdict, known)
            tags = tuple(rule for rule, *_ in _met(self.options.tag, verdict, known))
        return Outcome(verdict, known, tags, dropped, added)

    def _kept(self, verdict: Verdict, known: bool) -> bool:
        return self.options.add and _decide(self.options.drop, verdict, known) is None

    def _document(self, item: Item) -> Document:
        if item.text.strip():
            document = Document(id=item.name, text=item.text)
        elif item.html:
            document = self._extracted(item)
        else:
            raise InputError("no text and no page", source=item.name, reason="no_text")
        return replace(
            document,
            url=item.url or document.url,
            title=item.title or document.title,
            language=item.language or document.language,
            published=item.published or document.published,
        )

    def _extracted(self, item: Item) -> Document:
        if isinstance(item.html, str):
            content, charset = item.html.encode("utf-8", "replace"), "utf-8"
        else:
            content, charset = item.html, None
        page = Page(id=item.name, content=content, url=item.url, charset=charset)
        sandbox = self._sandboxes.get()
        try:
            return sandbox.extract(page)
        finally:
            self._sandboxes.put(sandbox)


def shown(value: str) -> str:
    """An id or address as it may stand in a log: one line, printable, not long."""
    text = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in value)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def _decide(rules: Mapping[str, float], verdict: Verdict, known: bool) -> Dropped | None:
    """The first rule that drops, in the order of the setting.

    A document that was kept before is not dropped for its matches: they may be its own copies, and
    dropping each for the other would lose both.
    """
    for rule, score, other in _met(rules, verdict, known):
        if not (known and rule in KINDS):
            return Dropped(verdict.document.id, rule, score, other)
    return None


def _met(
    rules: Mapping[str, float], verdict: Verdict, known: bool
) -> Iterator[tuple[str, float, str | None]]:
    """Rules that a verdict meets: name, the score that met it, the known document if any."""
    for rule, least in rules.items():
        if rule == "known":
            if known:
                yield rule, 1.0, None
        elif rule in SCORES:
            score = float(getattr(verdict.scores, rule))
            if score >= least:
                yield rule, score, None
        else:
            best = max((m for m in verdict.matches if m.kind == rule), key=_score, default=None)
            if best is not None and best.score >= least:
                yield rule, best.score, best.b


def _score(match: Any) -> float:
    return float(match.score)
