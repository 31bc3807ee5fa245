"""One HTML file is one page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from dupdetect.config import Config
from dupdetect.readers.base import Report, SourceFile
from dupdetect.records import Page


def read_html(
    stream: BinaryIO, *, file: SourceFile, config: Config, report: Report
) -> Iterator[Page]:
    """The file as a page with its stem as id; charset and address are for the extractor to find.

    Reason: ``too_large``.
    """
    limit = config.extract.max_bytes
    content = stream.read(limit + 1)
    if len(content) > limit:
        report.skip(None, "too_large", f"the file has more than {limit} bytes")
        return
    report.place(0)
    yield Page(id=file.name, content=content, source=file.path)
