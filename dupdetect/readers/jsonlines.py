"""JSON Lines: one object per line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from dupdetect.config import Config
from dupdetect.errors import RecordError
from dupdetect.readers import columns
from dupdetect.readers.base import Report, SourceFile
from dupdetect.readers.lines import read_lines
from dupdetect.readers.textfile import decode_strictly
from dupdetect.records import Document

_BOM = b"\xef\xbb\xbf"


def read_jsonl(
    stream: BinaryIO, *, file: SourceFile, config: Config, report: Report
) -> Iterator[Document]:
    """Documents of the objects; blank lines are passed over, records are named by line number.

    The ``key=value`` folders of a partitioned data set count as keys of every object. Reasons:
    ``too_large``, ``bad_encoding``, ``bad_json``, ``not_an_object``, ``no_text`` and those of
    :func:`dupdetect.readers.columns.document`.
    """
    limit = config.extract.max_bytes
    for number, line in enumerate(read_lines(stream, max_bytes=limit), start=1):
        try:
            if line is None:
                raise RecordError(f"the line has more than {limit} bytes", reason="too_large")
            if number == 1:
                line = line.removeprefix(_BOM)
            if not line.isspace() and line:
                report.place(number)
                yield _document(line, dict(file.partition), f"{file.name}:{number}", config)
        except RecordError as error:
            report.skip(f"line {number}", error.reason, error.message)


def _document(
    line: bytes, constants: dict[str, str | None], fallback_id: str, config: Config
) -> Document:
    values = _parse(decode_strictly(line))
    return columns.document(
        constants | values,
        columns.choose_keys(values, config.columns, constants),
        fallback_id=fallback_id,
        max_chars=config.extract.max_chars,
    )


def _parse(line: str) -> dict[str, Any]:
    try:
        values = json.loads(line)
    except json.JSONDecodeError as error:
        raise RecordError(
            f"not valid JSON at character {error.pos} ({error.msg})", reason="bad_json"
        ) from None
    except RecursionError:
        raise RecordError("JSON nested too deeply", reason="bad_json") from None
    except ValueError as error:
        # Integers of more than 4,300 digits.
        raise RecordError(f"not usable JSON ({error})", reason="bad_json") from None
    if not isinstance(values, dict):
        kind = type(values).__name__
        raise RecordError(f"a JSON value ({kind}), not an object", reason="not_an_object")
    return values
