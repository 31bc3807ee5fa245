"""The one way a function becomes a kernel.

Kernels release the GIL, so threads over batches use all cores, and are cached on disk, so that only
the first run on a machine compiles. Numba does not notice when a kernel in *another* file changes:
after an edit, ``find dupdetect -name "*.nb?" -delete`` (``verify`` and ``quality`` call them too).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np
from numba import types
from numba.extending import intrinsic

F = TypeVar("F", bound=Callable[..., Any])


def kernel(function: F) -> F:
    """Compile ``function`` on first call (nopython, cached, without the GIL); keeps its type."""
    return cast(F, numba.njit(cache=True, nogil=True)(function))


def inlined(function: F) -> F:
    """A kernel whose code is copied into the kernels that call it, for use inside hot loops."""
    return cast(F, numba.njit(cache=True, nogil=True, forceinline=True)(function))


@intrinsic
def _ctpop(typing: Any, x: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return types.uint64(types.uint64), generate


@intrinsic
def _cttz(typing: Any, x: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], context.get_constant(types.boolean, False))

    return types.uint64(types.uint64), generate


@intrinsic
def _load64(typing: Any, address: Any) -> Any:
    pointer: Any = types.CPointer

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = context.get_value_type(pointer(types.uint64))
        return builder.load(builder.inttoptr(arguments[0], kind), align=1)

    return types.uint64(types.int64), generate


#: Number of set bits of a uint64, as uint64. One instruction; only inside kernels.
popcount = cast(Callable[[np.uint64], np.uint64], _ctpop)
#: Number of zero bits below the lowest set bit of a uint64 (64 for zero), as uint64; likewise.
trailing_zeros = cast(Callable[[np.uint64], np.uint64], _cttz)
#: The eight bytes at an address as uint64 (little-endian machines). Only inside kernels.
load64 = cast(Callable[[Any], np.uint64], _load64)
