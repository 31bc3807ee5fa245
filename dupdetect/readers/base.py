"""What every reader is: the source it is given, the contract it keeps, the reasons it may state."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Literal, Protocol

from dupdetect.config import Config
from dupdetect.records import Document, Page, Skip

Format = Literal["txt", "html", "jsonl", "csv", "parquet", "warc", "wet", ""]
Compression = Literal["", "gz", "zst"]
OnSkip = Callable[[Skip], None]

#: Reasons that are counted but are no failure: nothing was lost that could have been used.
BENIGN = frozenset(
    {
        "content_type",  # an archive's record is neither HTML nor text
        "duplicate_source",  # the same file was named twice
        "http_status",  # an archive's record is not a page that was found (status 200)
        "ignored_hidden",  # a hidden file or folder inside a folder
        "ignored_suffix",  # a file of another kind inside a folder
        "own_output",  # the tables and the report of the very scan, in a folder that is read
        "revisit",  # an archive's record says that a page had not changed
    }
)

#: Reasons for which something that the user named, or a record of it, could not be used.
FAILURES = frozenset(
    {
        # sources
        "absent",  # no such file, folder or match
        "is_url",  # a URL was given where files are read
        "unknown_suffix",  # a named file whose kind its name does not tell
        "is_folder",
        "permission",
        "unreadable",  # the system failed to read it
        "empty",  # no bytes, or a folder without a file of a known kind
        "wrong_format",  # not what its name says
        "cut",  # ends too early
        "bad_compression",
        "decompression_limit",  # a decompression bomb
        "no_text_column",
        "no_column",  # a configured column is missing
        "text_column_type",
        "bad_parquet",
        "bad_warc",
        # records
        "too_large",  # more bytes or characters than extract.max_bytes or max_chars
        "bad_encoding",
        "bad_json",
        "not_an_object",
        "no_text",  # a JSON object without any of the text keys
        "null_text",
        "empty_text",
        "text_type",
        "lone_surrogate",
        "bad_csv",
        "bad_http",
        "content_encoding",
    }
)

#: Controls and lone surrogates (which stand for undecodable bytes in file names).
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file to read, as found by :func:`dupdetect.readers.expand`.

    ``path`` is ``-`` for standard input. ``format`` is empty when only the content can tell.
    ``name`` is the stem that ids are made of. ``size`` is in bytes as stored, None for standard
    input. ``partition`` holds the ``key=value`` folders of a partitioned data set, None for null.
    """

    path: str
    format: Format
    compression: Compression
    name: str
    size: int | None = None
    partition: tuple[tuple[str, str | None], ...] = ()


def _nowhere(number: int) -> None:
    """Places are told to nobody."""


@dataclass(frozen=True, slots=True)
class Report:
    """Tells the skips of one source, and the place of each item before it is given."""

    source: str
    on_skip: OnSkip
    on_place: Callable[[int], None] = _nowhere

    def place(self, number: int) -> None:
        """The next item is record ``number``: line, row or record from 1; 0 for a whole file."""
        self.on_place(number)

    def skip(self, record: str | None, reason: str, message: str) -> None:
        """Report that ``record`` (None: the source itself) was not used."""
        shown = None if record is None else printable(record)
        self.on_skip(Skip(printable(self.source), shown, reason, printable(message)))


def printable(text: str) -> str:
    """``text`` without what could not be written or would steer a terminal: names and messages
    quote what strangers wrote."""
    return _UNPRINTABLE.sub("\ufffd", text)


class Reader(Protocol):
    """Reads one opened source of one format.

    ``stream`` is the decompressed content from its beginning (seekable for Parquet only). Yields
    pages and documents in the order of the source, in bounded memory. Calls ``report`` for every
    record that cannot be used and goes on with the next; raises InputError only when the rest of
    the source cannot be read.
    """

    def __call__(
        self, stream: BinaryIO, *, file: SourceFile, config: Config, report: Report
    ) -> Iterator[Page | Document]: ...
