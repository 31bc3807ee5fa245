"""What stands where the store of a closed index was."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NoReturn

from dupdetect.errors import IndexError_


class Closed:
    """Whatever is asked of it raises IndexError_, but ``close``, which may be called again."""

    def __init__(self, path: str) -> None:
        self.path = path

    def close(self) -> None:
        """See Store."""

    def _refuse(self) -> NoReturn:
        raise IndexError_(f"{self.path}: the index is closed")

    def __getattr__(self, name: str) -> Any:
        self._refuse()

    def __iter__(self) -> Iterator[bytes]:
        self._refuse()

    def __len__(self) -> int:
        self._refuse()
