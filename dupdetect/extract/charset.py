"""Bytes of a page → text: byte order mark, declared charset, meta element, then detection.

The order is that of the HTML standard, with one departure that real pages ask for: bytes that are
valid UTF-8 with multi-byte characters are UTF-8, whatever single-byte charset was declared. The
chance that Latin-1 prose is valid UTF-8 by accident is nil in practice.
"""

from __future__ import annotations

import re

from resiliparse.parse.encoding import detect_encoding, map_encoding_to_html5

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_META = re.compile(rb"<meta[^>]{0,400}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{2,40})", re.I)
_XML = re.compile(rb"\A\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9_.:-]{2,40})")
#: The HTML standard looks for the meta element in the first 1,024 bytes; real pages put scripts
#: before it.
_META_WINDOW = 8192
#: A declared charset is believed while at most this share of the text failed to decode: a page cut
#: inside a character has one failure, a wrong label has one in every few words.
_MAX_FAILED = 0.002
#: WHATWG's names mean the vendors' supersets, which Python calls otherwise.
_SUPERSETS = {
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
    "iso8859-11": "cp874",
}


def decode(content: bytes, declared: str | None = None) -> str:
    """``content`` as text; ``declared`` is the charset of the transport. Never fails: what cannot
    be decoded becomes U+FFFD."""
    for mark, codec in _BOMS:
        if content.startswith(mark):
            return content[len(mark) :].decode(codec, "replace")
    as_utf8 = _strict_utf8(content)
    for name in (_known(declared), _in_markup(content)):
        if name is None:
            continue
        if as_utf8 is not None and not _hides_in_ascii(name, content):
            return as_utf8
        text = content.decode(name, "replace")
        if text.count("\ufffd") <= _MAX_FAILED * len(text):
            return text
    if as_utf8 is not None:
        return as_utf8
    return content.decode(_known(detect_encoding(content)) or "utf-8", "replace")


def _hides_in_ascii(name: str, content: bytes) -> bool:
    """Whether a text in this charset may look like ASCII: UTF-16 by NULs, ISO-2022 by escapes."""
    if name.startswith("utf-16"):
        return b"\x00" in content[:1024]
    return name.startswith("iso2022") and b"\x1b" in content


def _in_markup(content: bytes) -> str | None:
    head = content[:_META_WINDOW]
    found = _XML.search(head) or _META.search(head)
    name = _known(found.group(1).decode("ascii")) if found else None
    # A meta element that could be read as ASCII cannot be UTF-16 (HTML standard, "prescan").
    return "utf-8" if name and name.startswith("utf-16") else name


def _known(label: str | None) -> str | None:
    """The Python codec of a charset label, None when it is unknown or not usable on the web."""
    if not label:
        return None
    name = map_encoding_to_html5(label.strip().strip("\"'"), fallback_utf8=False)
    if name is None:
        return None
    name = _SUPERSETS.get(name, name)
    try:
        b"".decode(name)
    except (LookupError, UnicodeError):
        return None
    return str(name)


def _strict_utf8(content: bytes) -> str | None:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return None
