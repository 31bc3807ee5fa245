"""Pieces of a parsed page → one text with the spans of its links.

Both extractors feed the same small machine, so that white space, blank lines and offsets follow one
rule: paragraphs are divided by one blank line, lines of a list or table by a line break, any other
white space is one space.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from urllib.parse import urljoin, urlsplit

from dupdetect.errors import ExtractError
from dupdetect.records import Link

_SPACE = re.compile(r"[ \t\n\r\f\v\x1c-\x1f\x85\u2028\u2029]+")
#: C0 and C1 controls without tab and newline, lone surrogates, and U+FFFE/U+FFFF.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_BLANK_LINES = re.compile(r"\n(?:[^\S\n]*\n){2,}")
_TRAILING = re.compile(r"[ \t]+$", re.MULTILINE)
_RANK = {"": 0, " ": 1, "\n": 2, "\n\n": 3}
#: A longer target is a data dump, not a link (browsers stop at about 2,000 characters).
_MAX_HREF = 4096


def clean(text: str) -> str:
    """``text`` in NFC without control characters other than tab and newline."""
    # What is printable holds no control, and ASCII is normal as it is: most pieces of a page.
    if not text.isprintable():
        text = _CONTROL.sub("", text)
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def normalise(text: str) -> str:
    """Plain text made regular: line ends as ``\\n``, NFC, at most one blank line in a row."""
    text = clean(text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _TRAILING.sub("", text)
    return _BLANK_LINES.sub("\n\n", text).strip("\n")


class Assembler:
    """Builds the text of one page, piece by piece.

    ``base`` is the URL that relative targets are resolved against (None: they are dropped);
    ``rels`` maps targets as written in the page to their ``rel``. Raises ExtractError
    (``too_large``) when the text grows beyond ``max_chars`` characters.
    """

    def __init__(
        self, *, base: str | None, max_chars: int, rels: Mapping[str, str] | None = None
    ) -> None:
        self._base = base
        self._max_chars = max_chars
        self._rels = rels or {}
        self._pieces: list[str] = []
        self._length = 0
        self._pending = ""
        self._href: str | None = None
        self._link_start: int | None = None
        self._links: list[Link] = []

    def text(self, piece: str | None, *, keep_lines: bool = False) -> None:
        """Add running text; with ``keep_lines`` its line breaks stay (preformatted text)."""
        if not piece:
            return
        if keep_lines:
            for number, line in enumerate(piece.split("\n")):
                if number:
                    self.separate("\n")
                self.text(line)
            return
        # What is printable holds no space but the plain one: most pieces are regular as they are.
        if "  " in piece or not piece.isprintable():
            piece = _SPACE.sub(" ", piece)
        piece = clean(piece)
        core = piece.strip(" ")
        if not core:
            self.separate(" " if piece else "")
            return
        if piece[0] == " ":
            self.separate(" ")
        self._emit(core)
        if piece[-1] == " ":
            self.separate(" ")

    def separate(self, separator: str) -> None:
        """Ask for a separator (``" "``, newline or blank line) before the next text."""
        if self._length and _RANK[separator] > _RANK[self._pending]:
            self._pending = separator

    def open_link(self, href: str | None) -> None:
        """A link begins; one that is still open ends here (HTML has no nested links)."""
        self.close_link()
        self._href = href

    def close_link(self) -> None:
        """The open link ends; it is kept when it holds text and leads to an http(s) address."""
        start, href = self._link_start, self._href
        self._href = self._link_start = None
        if href is None or start is None:
            return
        target = absolute(href, self._base)
        if target is not None:
            self._links.append(Link(start, self._length, target, self._rels.get(href, "")))

    def finish(self) -> tuple[str, tuple[Link, ...]]:
        """The text and its links in order."""
        self.close_link()
        text = "".join(self._pieces)
        links = tuple(self._links)
        if not unicodedata.is_normalized("NFC", text):
            # Two pieces composed across their border: offsets may be off by one, so links go.
            text, links = unicodedata.normalize("NFC", text), ()
        return text, links

    def _emit(self, core: str) -> None:
        if self._pending:
            self._pieces.append(self._pending)
            self._length += len(self._pending)
            self._pending = ""
        if self._href is not None and self._link_start is None:
            self._link_start = self._length
        self._pieces.append(core)
        self._length += len(core)
        if self._length > self._max_chars:
            raise ExtractError(
                f"the text has more than {self._max_chars} characters", reason="too_large"
            )


def absolute(href: str, base: str | None) -> str | None:
    """``href`` as an absolute http(s) URL, or None (other schemes, relative without a base)."""
    href = href.strip()
    if not href or len(href) > _MAX_HREF or href.startswith("#"):
        return None
    try:
        target = urljoin(base, href) if base else href
        parts = urlsplit(target)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return None
    return clean(target)
