"""Sets of places in a text as bits, 64 places a word, and how they are taken from bytes.

A loop over words of bits asks nothing of single characters, so there is nothing a processor could
guess wrong. Addresses as in :mod:`dupdetect.kernels.vectors`; only inside kernels.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numpy as np

from dupdetect.kernels._jit import Deferred
from dupdetect.kernels.vectors import BYTES, _all, _bits, _load, _two, _vector


def _splat8(builder: Any, value: Any) -> Any:
    from llvmlite import ir  # type: ignore[import-untyped]

    nothing = ir.Constant(_vector(8, BYTES), ir.Undefined)
    one = builder.insert_element(nothing, value, ir.Constant(ir.IntType(32), 0))
    return builder.shuffle_vector(one, nothing, ir.Constant(_vector(32, BYTES), [0] * BYTES))


def _flagged(builder: Any, address: Any, flag: Any) -> Any:
    octets = _load(builder, address, _vector(8, BYTES))
    shared = builder.and_(octets, _splat8(builder, flag))
    return _bits(builder, builder.icmp_unsigned("!=", shared, _all(0)))


def _same(builder: Any, address: Any, octet: Any) -> Any:
    octets = _load(builder, address, _vector(8, BYTES))
    return _bits(builder, builder.icmp_unsigned("==", octets, _splat8(builder, octet)))


#: The bits of those of 64 bytes that share a bit with a uint8.
flagged = cast(
    Callable[[Any, np.uint8], np.uint64], Deferred(lambda: _two("uint64", "uint8", _flagged))
)
#: The bits of those of 64 bytes that are equal to a uint8.
same = cast(Callable[[Any, np.uint8], np.uint64], Deferred(lambda: _two("uint64", "uint8", _same)))
