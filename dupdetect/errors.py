"""Every error that dupdetect raises on purpose.

DupdetectError
├── ConfigError            a setting is unknown, of the wrong type or out of range
├── InputError             an input cannot be used; names the source and, where known, the record
│   ├── UnreadableError    the file is absent, empty, cut short or not what its name says
│   ├── RecordError        one record of a source is bad; the others may be fine
│   └── ExtractError       a page gave no text, or its extraction hung or died
├── FetchError             a URL was not fetched: refused, forbidden, too large, too slow
├── TextError              a text that cannot be encoded (lone surrogates)
├── IndexError_            the persistent index
│   ├── IndexMismatchError built with other settings; says what differs
│   └── IndexCorruptError  cannot be read as an index
├── ModelError             weights that are missing, malformed or of another version
└── ScanError              a batch job cannot start, resume or write its tables
"""

from __future__ import annotations


class DupdetectError(Exception):
    """Base of all errors of this package."""


class ConfigError(DupdetectError, ValueError):
    """A setting is unknown, of the wrong type or out of range."""


class InputError(DupdetectError):
    """An input cannot be used.

    Parameters: ``source`` is the file, URL or ``-``; ``record`` names the place inside it (a line
    number, a row, an offset or an id) or is None for the whole; ``reason`` is a short snake_case
    word that counts are kept under; ``message`` says what is wrong, for a person.
    """

    def __init__(
        self,
        message: str,
        *,
        source: str = "",
        record: str | None = None,
        reason: str = "bad_input",
    ) -> None:
        self.source = source
        self.record = record
        self.reason = reason
        self.message = message
        place = source if record is None else f"{source} ({record})"
        super().__init__(f"{place}: {message}" if place else message)


class UnreadableError(InputError):
    """The file is absent, empty, cut short or not what its name says."""


class RecordError(InputError):
    """One record of a source is bad; the others may be fine."""


class ExtractError(InputError):
    """A page gave no text, or its extraction hung or died."""


class FetchError(InputError):
    """A URL was not fetched: refused, forbidden, too large, too slow."""


class TextError(DupdetectError, ValueError):
    """A text that is not valid Unicode (it holds lone surrogates)."""


class IndexError_(DupdetectError):
    """The persistent index cannot do what was asked."""


class IndexMismatchError(IndexError_):
    """The index was built with other settings than those in use; the message says which."""


class IndexCorruptError(IndexError_):
    """What lies at the path cannot be read as an index."""


class ModelError(DupdetectError):
    """Weights that are missing, malformed or of another version."""


class ScanError(DupdetectError):
    """A batch job cannot start, resume or write its tables."""
