"""Cells of CSV files that a spreadsheet does not take for formulas.

A cell that begins with one of ``= + - @``, a tab or a return is run as a formula by spreadsheets,
and texts of strangers may begin with one (OWASP, "CSV Injection"). An apostrophe before it makes it
text. Plain numbers stay as they are.
"""

from __future__ import annotations

import re

_FORMULA = re.compile(r"[ \u00a0\ufeff]*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")
_NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?([eE][+-]?[0-9]{1,3})?\Z")


def inert(cell: str) -> str:
    """``cell``, with an apostrophe before it if a spreadsheet would run it."""
    if _FORMULA.match(cell) and not _NUMBER.match(cell):
        return f"'{cell}"
    return cell
