"""Files → pages and documents, in bounded memory; what cannot be used is reported and passed over.

    for item in read(["crawl/*.warc.gz", "texts/"], config=config, on_skip=skips.append): ...

Formats: .txt .html .jsonl .csv .parquet .warc .wet, each also .gz and .zst; folders, globs and
``-`` (standard input). A Page still has to be extracted (:mod:`dupdetect.extract`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO

from dupdetect.config import Config
from dupdetect.errors import InputError
from dupdetect.readers.base import BENIGN, FAILURES, Format, OnSkip, Reader, Report, SourceFile
from dupdetect.readers.sources import STDIN, expand
from dupdetect.readers.streams import open_source
from dupdetect.records import Document, Page

__all__ = [
    "BENIGN",
    "FAILURES",
    "Format",
    "Reader",
    "SourceFile",
    "expand",
    "read",
    "read_file",
    "read_placed",
    "reader_of",
]


def read(
    sources: Sequence[str | Path], *, config: Config, on_skip: OnSkip
) -> Iterator[Page | Document]:
    """Everything in ``sources``, in order: pages of HTML files and archives, documents of the rest.

    What cannot be used is told to ``on_skip`` and reading goes on; see :data:`BENIGN` for the
    reasons that are no failure. Raises nothing for bad input.
    """
    for file in expand(sources, on_skip):
        yield from read_file(file, config=config, on_skip=on_skip)


def read_file(
    file: SourceFile,
    *,
    config: Config,
    on_skip: OnSkip,
    on_open: Callable[[IO[bytes]], None] | None = None,
) -> Iterator[Page | Document]:
    """The pages and documents of one file; see :func:`read`, and ``streams.open_source`` for
    ``on_open``."""
    yield from _read(file, config, Report(file.path, on_skip), on_open)


def read_placed(
    file: SourceFile, *, config: Config, on_skip: OnSkip
) -> Iterator[tuple[int, Page | Document]]:
    """As :func:`read_file`, each item with its place: line, row or record, from 1; 0 for a file
    that is one item."""
    place = 0

    def at(number: int) -> None:
        nonlocal place
        place = number

    for item in _read(file, config, Report(file.path, on_skip, at)):
        yield place, item


def format_of(known: SourceFile, head: bytes, config: Config) -> SourceFile:
    """An opened source with its format: standard input that is text may turn out to be CSV."""
    if known.path == STDIN and known.format == "txt":
        from dupdetect.readers.csvfile import is_table

        if is_table(head, config.columns):
            return replace(known, format="csv")
    return known


def _read(
    file: SourceFile,
    config: Config,
    report: Report,
    on_open: Callable[[IO[bytes]], None] | None = None,
) -> Iterator[Page | Document]:
    try:
        with open_source(file, on_open) as (stream, known):
            if known.path == STDIN:
                known = format_of(known, stream.peek(1), config)  # type: ignore[attr-defined]
            reader = reader_of(known.format)
            yield from reader(stream, file=known, config=config, report=report)
    except InputError as error:
        report.skip(error.record, error.reason, error.message)
    except OSError as error:
        report.skip(None, "unreadable", f"the file cannot be read on ({error})")


def reader_of(kind: Format) -> Reader:
    """The reader of a format, imported when first asked for."""
    if kind == "parquet":
        from dupdetect.readers.isolated import read_isolated

        return read_isolated
    if kind in ("warc", "wet"):
        from dupdetect.readers.archive import read_warc

        return read_warc
    from dupdetect.readers.csvfile import read_csv
    from dupdetect.readers.htmlfile import read_html
    from dupdetect.readers.jsonlines import read_jsonl
    from dupdetect.readers.textfile import read_text

    readers: dict[Format, Reader] = {
        "txt": read_text, "html": read_html, "jsonl": read_jsonl, "csv": read_csv,
    }  # fmt: skip
    return readers[kind]
