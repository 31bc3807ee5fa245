"""What a file holds by its first bytes, whatever its name says."""

from __future__ import annotations

import json
import re

from dupdetect.readers.base import Format

#: Content that no reader takes under another name, as told to the user.
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x1f\x8b", "gzip data"),
    (b"\x28\xb5\x2f\xfd", "zstd data"),
    (b"PAR1", "a Parquet file"),
    (b"WARC/", "a WARC archive"),
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive or office document"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"BZh", "bzip2 data"),
    (b"\xfd7zXZ", "xz data"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"\xd0\xcf\x11\xe0", "an old office document"),
    (b"\x7fELF", "a program"),
    (b"ARROW1", "an Arrow file"),
    (b"SQLite format 3", "an SQLite database"),
    (b"Obj\x01", "an Avro file"),
    (b"ORC", "an ORC file"),
)
_EXPECTED: dict[Format, str] = {
    "txt": "plain text",
    "html": "an HTML page",
    "jsonl": "JSON Lines",
    "csv": "CSV",
    "parquet": "a Parquet file",
    "warc": "a WARC archive",
    "wet": "a WARC archive",
}
_HTML = re.compile(rb"\s*(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html[\s>])", re.I | re.S)
_BOM = b"\xef\xbb\xbf"


def content_of(head: bytes) -> str:
    """What ``head`` (at least 16 bytes where the file has them) is the beginning of, in words, or
    an empty string for text of no particular kind."""
    for magic, name in _MAGIC:
        # "ORC" and "BZh" begin words, too: binary formats go on with bytes that are not letters.
        if head.startswith(magic) and (len(magic) > 3 or not head[3:8].isalpha()):
            return name
    if _HTML.match(head.removeprefix(_BOM)):
        return "an HTML page"
    return ""


def mismatch(kind: Format, head: bytes) -> str | None:
    """What a file named as ``kind`` holds instead, in words; None when its name may be right."""
    content = content_of(head)
    if content == _EXPECTED[kind]:
        return None
    if content:
        return content
    if kind in ("parquet", "warc", "wet"):
        return f"something that is not {_EXPECTED[kind]}"
    start = head.removeprefix(_BOM).lstrip()
    if kind in ("jsonl", "csv") and head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "UTF-16 text, not UTF-8"
    if kind == "jsonl" and start.startswith(b"["):
        return "one JSON array, not one object per line"
    return None


def guess(head: bytes) -> Format:
    """The format of a stream without a name: by magic, a line that is a JSON object, else text."""
    content = content_of(head)
    for kind, name in _EXPECTED.items():
        if content == name:
            return kind
    first = head.removeprefix(_BOM).lstrip()
    if first.startswith(b"{") and _looks_like_json(first):
        return "jsonl"
    return "txt"


def _looks_like_json(start: bytes) -> bool:
    line, separator, _ = start.partition(b"\n")
    if not separator:
        # A long first line: it begins like an object with a key.
        return re.match(rb'\{\s*(?:"(?:[^"\\]|\\.)*"\s*:|\})', line) is not None
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False
