"""The one way a function becomes a kernel.

Kernels release the GIL, so threads over batches use all cores, and are cached on disk, so that only
the first run on a machine compiles. Numba does not notice when a kernel in *another* file changes:
after an edit, delete ``dupdetect/kernels/__pycache__/*.nb?``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., Any])


def kernel(function: F) -> F:
    """Compile ``function`` on first call (nopython, cached, without the GIL); keeps its type."""
    return cast(F, numba.njit(cache=True, nogil=True)(function))
