"""Columns of tables and JSON objects → documents."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from dupdetect.config import ColumnsConfig
from dupdetect.errors import RecordError
from dupdetect.records import Document

#: Usual names, tried in this order where the configuration names none.
TEXT = ("text", "content", "body", "article", "article_body", "raw_content", "maintext")
ID = ("id", "doc_id", "docid", "document_id", "uuid", "_id")
URL = ("url", "link", "source_url", "uri")
TITLE = ("title", "headline")
PUBLISHED = ("published", "date", "published_at", "publish_date", "timestamp", "date_publish")
LANGUAGE = ("language", "lang")
_LANGUAGE_CODE = re.compile(r"([a-z]{2})(?:[-_].*)?\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns that are used; empty names are those that a source does not have.

    ``text`` holds one name, or several whose values are joined by a blank line.
    """

    text: tuple[str, ...]
    id: str
    url: str
    title: str
    published: str
    language: str

    def names(self) -> list[str]:
        """All names in use, each once."""
        fields = (*self.text, self.id, self.url, self.title, self.published, self.language)
        return list(dict.fromkeys(name for name in fields if name))


def choose(names: Sequence[str], config: ColumnsConfig, constants: Sequence[str] = ()) -> Columns:
    """Which of a table's columns to use; upper and lower case are the same.

    ``constants`` are columns that folders give: the same for all rows, so none of them is taken for
    the text or the id unless the configuration says so. Raises RecordError: ``no_text_column`` (the
    message lists the columns) or ``no_column`` when a column that the configuration names is
    missing.
    """
    every = [*names, *(name for name in constants if name not in names)]
    known = {name.strip().lower(): name for name in reversed(every)}
    own = {name.strip().lower(): name for name in reversed(names)}
    listed = ", ".join(every[:50]) or "none"

    def named(wanted: str, reason: str = "no_column") -> str:
        found = wanted if wanted in every else known.get(wanted.lower())
        if found is None:
            raise RecordError(f"there is no column {wanted!r}; columns: {listed}", reason=reason)
        return found

    def usual(configured: str, candidates: Sequence[str], among: Mapping[str, str] = known) -> str:
        if configured:
            return named(configured)
        return next((among[name] for name in candidates if name in among), "")

    if config.text:
        text = tuple(named(name, "no_text_column") for name in config.text)
    else:
        found = usual("", TEXT, own)
        if not found:
            raise RecordError(
                f"no text column ({', '.join(TEXT)}); columns: {listed}", reason="no_text_column"
            )
        text = (found,)
    return Columns(
        text=text,
        id=usual(config.id, ID, own),
        url=usual(config.url, URL),
        title=usual(config.title, TITLE),
        published=usual(config.published, PUBLISHED),
        language=usual(config.language, LANGUAGE),
    )


def choose_keys(
    values: Mapping[str, Any], config: ColumnsConfig, constants: Mapping[str, Any]
) -> Columns:
    """Which keys of one JSON object to use; keys may differ from object to object.

    ``constants`` as in :func:`choose`. Raises RecordError (``no_text``) when it has none of the
    text keys.
    """
    every = {**constants, **values} if constants else values

    def first(configured: str, candidates: Sequence[str], among: Mapping[str, Any] = every) -> str:
        if configured:
            return configured if configured in every else ""
        return next((name for name in candidates if among.get(name) is not None), "")

    if config.text:
        text = tuple(name for name in config.text if name in every)
    else:
        text = tuple(name for name in TEXT if name in values)[:1]
    if not text:
        wanted = ", ".join(config.text or TEXT)
        keys = ", ".join(list(values)[:20])
        raise RecordError(f"no text under {wanted}; keys: {keys or 'none'}", reason="no_text")
    return Columns(
        text=text,
        id=first(config.id, ID, values),
        url=first(config.url, URL),
        title=first(config.title, TITLE),
        published=first(config.published, PUBLISHED),
        language=first(config.language, LANGUAGE),
    )


def document(
    values: Mapping[str, Any], columns: Columns, *, fallback_id: str, max_chars: int
) -> Document:
    """One record as a document. Its id is the id column, else the URL, else ``fallback_id``.

    Raises RecordError: ``null_text``, ``empty_text``, ``text_type``, ``too_large`` or
    ``lone_surrogate``.
    """
    url = _scalar(values, columns.url)
    return Document(
        id=_scalar(values, columns.id) or url or fallback_id,
        text=_text(values, columns.text, max_chars),
        url=url,
        title=_scalar(values, columns.title),
        language=_language(values.get(columns.language)),
        published=_published(values.get(columns.published)),
    )


def checked_text(text: str, max_chars: int) -> str:
    """``text`` itself; raises RecordError when it is blank, too long or not valid Unicode."""
    if not text or text.isspace():
        raise RecordError("the text is empty", reason="empty_text")
    if len(text) > max_chars:
        raise RecordError(
            f"the text has {len(text)} characters, more than {max_chars}", reason="too_large"
        )
    _encodable(text, "the text")
    return text


def _text(values: Mapping[str, Any], names: Sequence[str], max_chars: int) -> str:
    parts: list[str] = []
    nulls = 0
    for name in names:
        value = values.get(name)
        if value is None:
            nulls += 1
        elif not isinstance(value, str):
            kind = type(value).__name__
            raise RecordError(f"{name!r} is not a text but {kind}", reason="text_type")
        elif value.strip():
            parts.append(value)
    if nulls == len(names):
        raise RecordError(f"the text ({', '.join(names)}) is null", reason="null_text")
    return checked_text("\n\n".join(parts), max_chars)


def _scalar(values: Mapping[str, Any], name: str) -> str | None:
    value = values.get(name)
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    try:
        text = str(value).strip()
    except ValueError:
        # Integers beyond Python's limit of 4,300 digits.
        return None
    _encodable(text, repr(name))
    return text or None


def _encodable(text: str, what: str) -> None:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise RecordError(
            f"{what} holds a lone surrogate at character {error.start}", reason="lone_surrogate"
        ) from None


def _language(value: Any) -> str | None:
    match = _LANGUAGE_CODE.match(value.strip()) if isinstance(value, str) else None
    return match.group(1).lower() if match else None


def _published(value: Any) -> str | None:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    from dupdetect.extract.dates import iso_date  # most columns are never read as documents

    return iso_date(str(value))
