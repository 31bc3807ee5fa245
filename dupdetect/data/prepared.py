"""Arrays that take long to make of files that seldom change, kept in the user's cache and mapped.

The folder is ``$XDG_CACHE_HOME/dupdetect`` (``~/.cache/dupdetect``). A file there is used if it
belongs to this user or root, nobody else can write it and its sources are as they were; where
nothing can be kept, arrays are made anew each time. Processes share what they map.
"""

from __future__ import annotations

import json
import mmap
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._files import is_trusted, replacing, user_folder

Arrays = Mapping[str, NDArray[Any]]
Made = TypeVar("Made", bound="Arrays | None")

#: Arrays begin at multiples of this, so that no kernel reads across cache lines for nothing.
_ALIGN = 64
#: The kinds of numbers that are kept.
_KINDS = "iufb"


def prepared(
    name: str, sources: Sequence[Path], make: Callable[[], Made], *, version: int = 1
) -> Arrays | Made:
    """What ``make`` gives (None for nothing), from an earlier run if that is there.

    ``sources`` are the files it is made of, ``version`` changes with the way it is made. The arrays
    may be written to: nobody else sees it.
    """
    path: Path | None = None
    with suppress(OSError, ValueError, LookupError, TypeError, RuntimeError, AttributeError):
        state = [version, *[[str(file), *_state(file)] for file in sources]]
        path = _path(name, sources)
        return _mapped(path, state)
    made = make()
    if made is not None and path is not None:
        with suppress(OSError, ValueError):
            _write(path, state, made)
    return made


def _path(name: str, sources: Sequence[Path]) -> Path:
    folder = user_folder()
    if folder is None:
        raise ValueError("no folder for what is kept")
    places = "\n".join(map(str, sources)).encode("utf-8", "surrogateescape")
    digest = blake2b(places, digest_size=6).hexdigest()
    return folder / f"{name}-{digest}.arrays"


def _state(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_size, found.st_mtime_ns


def _mapped(path: Path, state: list[Any]) -> Arrays:
    """The arrays of a file; raises for one that is absent, damaged, another's or out of date."""
    with path.open("rb") as file:
        found = os.fstat(file.fileno())
        if not is_trusted(found):
            raise ValueError("others may write this file")
        head = json.loads(file.readline())
        begin = _aligned(file.tell())
        if head["state"] != state or begin + head["size"] != found.st_size:
            raise ValueError("out of date")
        memory = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
    arrays = {}
    for name, kind, shape, at in head["arrays"]:
        count = int(np.prod(shape))
        arrays[name] = np.frombuffer(memory, np.dtype(kind), count, begin + at).reshape(shape)
    return arrays


def _write(path: Path, state: list[Any], arrays: Arrays) -> None:
    listed: list[Any] = []
    size = 0
    for name, array in arrays.items():
        if array.dtype.kind not in _KINDS:
            raise ValueError(array.dtype)
        size = _aligned(size)
        listed.append([name, array.dtype.str, array.shape, size])
        size += array.nbytes
    head = {"state": state, "arrays": listed, "size": size}
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with replacing(path) as file:
        file.write(json.dumps(head).encode() + b"\n")
        begin = _aligned(file.tell())
        for (_, _, _, at), array in zip(listed, arrays.values(), strict=True):
            file.seek(begin + at)
            file.write(np.ascontiguousarray(array).data)
        file.truncate(begin + size)


def _aligned(at: int) -> int:
    return -(-at // _ALIGN) * _ALIGN
