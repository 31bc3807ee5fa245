"""Files that an earlier run has kept for this one: where they lie, whose they must be."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO


def user_folder() -> Path | None:
    """``$XDG_CACHE_HOME/dupdetect`` or ``~/.cache/dupdetect``; None for a user without a home, and
    where the folder would be a relative one."""
    try:
        folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    except RuntimeError:
        return None
    return folder / "dupdetect" if folder.is_absolute() else None


def is_trusted(state: os.stat_result) -> bool:
    """Whether a file belongs to this user or root and nobody else can write it."""
    return state.st_uid in (0, os.geteuid()) and not state.st_mode & 0o022


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """A file to be written, which becomes ``path`` when it is whole. Raises OSError."""
    with NamedTemporaryFile(dir=path.parent, prefix=path.name, delete=False) as file:
        try:
            yield file
            file.flush()
            os.replace(file.name, path)
        except OSError:
            os.unlink(file.name)
            raise
