"""Dates as they stand in metadata, tables and URLs → ISO 8601.

One function for readers and extractors, so that ``Document.published`` looks the same whatever it
came from. Nothing is guessed: what is not plainly a date gives None.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_DATE_ONLY = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})\Z")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})\Z")
_ISO_LIKE = re.compile(r"\d{4}-?\d{2}-?\d{2}[T ]\d")
_LOOSE_OFFSET = re.compile(r"\s*(?:UTC|GMT|Z)\Z")
_EPOCH = re.compile(r"\d{9,10}(?:\.\d+)?\Z|\d{12,13}\Z")
_URL_DATE = re.compile(
    r"[/_-]((?:19|20)\d{2})[/-](0?[1-9]|1[0-2])[/-](0?[1-9]|[12]\d|3[01])(?=[/_.?#-]|\Z)"
)
#: No metadata value is longer; what is longer is not a date.
_MAX_LENGTH = 64


def iso_date(value: str, *, min_year: int = 1) -> str | None:
    """``value`` as ISO 8601, or None when it is not plainly a date.

    Understands ISO 8601 (with or without a time, basic or extended), ``2019/11/19``, RFC 2822 and
    Unix time in seconds or milliseconds. A time keeps the offset it was given with. ``min_year``:
    earlier years are refused, since pages write 1970 or 0001 for "no date".
    """
    value = value.strip()
    if not value or len(value) > _MAX_LENGTH:
        return None
    found = _parse(value)
    if found is None or int(found[:4]) < min_year:
        return None
    return found


def date_in_url(url: str) -> str | None:
    """The date in a path such as ``/2019/11/19/title``, or None."""
    match = _URL_DATE.search(url)
    return _day(*match.groups()) if match else None


def _parse(value: str) -> str | None:
    day = _DATE_ONLY.match(value) or _COMPACT.match(value)
    if day:
        return _day(*day.groups())
    try:
        if _ISO_LIKE.match(value):
            moment = datetime.fromisoformat(_LOOSE_OFFSET.sub("+00:00", value))
        elif _EPOCH.match(value):
            seconds = float(value)
            moment = datetime.fromtimestamp(seconds / 1000 if seconds > 1e11 else seconds, UTC)
        else:
            moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError, OSError, IndexError, TypeError):
        return None
    return moment.isoformat(timespec="seconds")


def _day(year: str, month: str, day: str) -> str | None:
    try:
        return datetime(int(year), int(month), int(day)).date().isoformat()
    except ValueError:
        return None
