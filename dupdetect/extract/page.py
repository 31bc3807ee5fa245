"""Page → Document: limits, charset, the extractor of the mode, plain text as it is."""

from __future__ import annotations

import re
from typing import Literal

from dupdetect.config import ExtractConfig
from dupdetect.errors import ExtractError
from dupdetect.extract.assemble import normalise
from dupdetect.extract.charset import decode
from dupdetect.records import Document, Link, Page

Mode = Literal["accurate", "bulk"]
_Text = tuple[str, tuple[Link, ...]]

HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})
TEXT_TYPES = frozenset({"text/plain"})
#: Beginnings of files that are sometimes served as HTML.
_BINARY = (
    b"%PDF-", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"PK\x03\x04", b"\x1f\x8b", b"\x28\xb5\x2f\xfd",
    b"PAR1", b"\x7fELF", b"RIFF", b"\xd0\xcf\x11\xe0", b"BZh", b"\xfd7zXZ", b"ID3", b"wOFF",
    b"wOF2",
)  # fmt: skip
#: Controls that no text holds (all C0 but tab, line feed, form feed, return, escape, and NUL,
#: which real pages do hold here and there).
_ODD = re.compile("[\x01-\x08\x0b\x0e-\x1a\x1c-\x1f\ufffd]")
_SAMPLE = 4096
_MAX_ODD = 0.1


def choose_mode(page: Page, config: ExtractConfig) -> Mode:
    """The extractor for a page: the configured one; ``auto`` means bulk for records of an archive
    and accurate for single pages."""
    if config.extractor == "auto":
        return "accurate" if page.record is None else "bulk"
    return config.extractor


def extract(page: Page, *, config: ExtractConfig, mode: Mode | None = None) -> Document:
    """The clean text of ``page`` with its title, publication date and links.

    ``mode`` None: as :func:`choose_mode` says. The text is in NFC with ``\\n`` line ends and no
    control characters; links are those inside the text. ``language`` stays None: the ``lang`` of a
    page tells the language of its template, and content farms keep the template.

    Raises ExtractError with ``reason`` ``too_large`` (bytes or characters), ``content_type``,
    ``not_text`` (binary data) or ``no_text`` (nothing that looks like an article). Runs in this
    process: for untrusted pages use :class:`dupdetect.extract.Sandbox`.
    """
    try:
        return _extract(page, config, mode or choose_mode(page, config))
    except ExtractError as error:
        raise ExtractError(
            error.message, source=page.source or page.id, record=page.record, reason=error.reason
        ) from error.__cause__


def _extract(page: Page, config: ExtractConfig, mode: Mode) -> Document:
    size = len(page.content)
    if size > config.max_bytes:
        raise ExtractError(
            f"the page has {size} bytes, more than {config.max_bytes}", reason="too_large"
        )
    if page.content_type not in HTML_TYPES | TEXT_TYPES:
        raise ExtractError(f"content type {page.content_type} is not read", reason="content_type")
    if page.content.startswith(_BINARY):
        raise ExtractError("the content is binary data, not text", reason="not_text")
    markup = decode(page.content, page.charset)
    sample = markup[:_SAMPLE]
    if len(_ODD.findall(sample)) > _MAX_ODD * len(sample):
        raise ExtractError("the content is binary data, not text", reason="not_text")
    if page.content_type in TEXT_TYPES:
        return _plain(page, markup, config.max_chars)
    return _html(page, markup, config.max_chars, mode)


def _plain(page: Page, markup: str, max_chars: int) -> Document:
    text = normalise(markup)
    if len(text) > max_chars:
        raise ExtractError(f"the text has more than {max_chars} characters", reason="too_large")
    if not text.strip():
        raise ExtractError("the page holds no text", reason="no_text")
    return Document(id=page.id, text=text, url=page.url, published=page.published)


def _html(page: Page, markup: str, max_chars: int, mode: Mode) -> Document:
    # Imported here: readers of plain text need neither lxml nor trafilatura (0.6 s).
    from dupdetect.extract import bulk, hidden
    from dupdetect.extract.metadata import read_metadata

    tree = bulk.parse(markup)
    metadata = read_metadata(tree, url=page.url)
    published = page.published or metadata.published
    result: _Text | None = None
    if mode == "accurate":
        from dupdetect.extract import accurate

        result = accurate.main_text(markup, metadata, max_chars=max_chars)
        published = published or accurate.find_date(markup, metadata.url)
    if not result or not result[0]:
        unseen = hidden.drop(tree)
        result = bulk.main_text(tree, metadata, max_chars=max_chars)
        if hidden.is_all(unseen, result[0]):
            tree = bulk.parse(markup)
            result = bulk.main_text(tree, metadata, max_chars=max_chars)
    if not result[0]:
        result = bulk.main_text(tree, metadata, main_content=False, max_chars=max_chars)
    text, links = result
    if not text.strip():
        raise ExtractError("the page holds no text", reason="no_text")
    return Document(
        id=page.id, text=text, url=metadata.url, title=metadata.title, published=published,
        links=links,
    )  # fmt: skip
