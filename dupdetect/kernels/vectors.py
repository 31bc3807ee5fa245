"""Many bytes or numbers at a time: what loops over single ones cannot say.

Vectors of LLVM, which become instructions of whatever width the processor has. Addresses are those
of arrays (``signed(array.ctypes.data)``), and whoever calls sees to it that they hold as much as
is read and written, and that the array lives. Little-endian machines; only inside kernels.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numpy as np

from dupdetect.kernels._jit import Deferred, inlined

#: Bytes that :data:`fold_ascii` and :data:`filled` take at once.
BYTES = 64
#: Values that :data:`lower` makes of a number.
LANES = 32
#: Numbers that :data:`among` compares.
PLACES = 16

Build = Callable[..., Any]


def _multipliers() -> list[int]:
    """Odd numbers modulo 2^32: high halves of SplitMix64's sequence from 1."""
    found, state = [], 1
    for _ in range(LANES):
        state = (state + 0x9E3779B97F4A7C15) % 2**64
        z = ((state ^ state >> 30) * 0xBF58476D1CE4E5B9) % 2**64
        z = ((z ^ z >> 27) * 0x94D049BB133111EB) % 2**64
        found.append((z ^ z >> 31) >> 32 | 1)
    return found


def _vector(bits: int, count: int) -> Any:
    from llvmlite import ir  # type: ignore[import-untyped]

    return ir.VectorType(ir.IntType(bits), count)


def _all(value: int) -> Any:
    from llvmlite import ir

    return ir.Constant(_vector(8, BYTES), [value] * BYTES)


def _splat(builder: Any, value: Any, count: int) -> Any:
    from llvmlite import ir

    nothing = ir.Constant(_vector(32, count), ir.Undefined)
    one = builder.insert_element(nothing, value, ir.Constant(ir.IntType(32), 0))
    return builder.shuffle_vector(one, nothing, ir.Constant(_vector(32, count), [0] * count))


def _load(builder: Any, address: Any, kind: Any, align: int = 1) -> Any:
    return builder.load(builder.inttoptr(address, kind.as_pointer()), align=align)


def _store(builder: Any, value: Any, address: Any, align: int = 1) -> None:
    builder.store(value, builder.inttoptr(address, value.type.as_pointer()), align=align)


def _bits(builder: Any, flags: Any) -> Any:
    from llvmlite import ir

    return builder.bitcast(flags, ir.IntType(flags.type.count))


def _two(result: str, second: str, build: Build) -> Any:
    """An intrinsic of an address and a second argument; ``build`` makes what it gives, or None."""
    from numba import types
    from numba.extending import intrinsic

    def made(typing: Any, address: Any, other: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            given = build(builder, *arguments)
            return context.get_dummy_value() if given is None else given

        return getattr(types, result)(types.int64, getattr(types, second)), generate

    return intrinsic(made)


def _one(result: str, build: Build) -> Any:
    """An intrinsic of an address."""
    from numba import types
    from numba.extending import intrinsic

    def made(typing: Any, address: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return build(builder, *arguments)

        return getattr(types, result)(types.int64), generate

    return intrinsic(made)


def _fold_ascii(builder: Any, source: Any, target: Any) -> Any:
    octets = _load(builder, source, _vector(8, BYTES))
    lower = builder.or_(octets, _all(0x20))
    letter = builder.icmp_unsigned("<", builder.sub(lower, _all(ord("a"))), _all(26))
    digit = builder.icmp_unsigned("<", builder.sub(octets, _all(ord("0"))), _all(10))
    rest = builder.select(digit, octets, _all(0))
    _store(builder, builder.select(letter, lower, rest), target)
    # Not of ASCII, or of its control characters those that are invisible.
    other = builder.icmp_unsigned(">=", octets, _all(127))
    other = builder.or_(other, builder.icmp_unsigned("<", octets, _all(9)))
    control = builder.icmp_unsigned("<", builder.sub(octets, _all(14)), _all(14))
    return _bits(builder, builder.or_(other, control))


def _filled(builder: Any, address: Any) -> Any:
    octets = _load(builder, address, _vector(8, BYTES))
    return _bits(builder, builder.icmp_unsigned("!=", octets, _all(0)))


def _lower(builder: Any, address: Any, number: Any) -> None:
    from llvmlite import ir

    kind = _vector(32, LANES)
    made = builder.mul(_splat(builder, number, LANES), ir.Constant(kind, _multipliers()))
    least = _load(builder, address, kind, 4)
    less = builder.icmp_unsigned("<", made, least)
    _store(builder, builder.select(less, made, least), address, 4)


def _among(builder: Any, address: Any, number: Any) -> Any:
    from llvmlite import ir

    there = _load(builder, address, _vector(32, PLACES), 4)
    same = _bits(builder, builder.icmp_unsigned("==", there, _splat(builder, number, PLACES)))
    some = builder.icmp_unsigned("!=", same, ir.Constant(same.type, 0))
    return builder.zext(some, ir.IntType(64))


def _load8(builder: Any, address: Any) -> Any:
    from llvmlite import ir

    return builder.zext(_load(builder, address, ir.IntType(8)), ir.IntType(64))


def _copy16(builder: Any, source: Any, target: Any) -> None:
    _store(builder, _load(builder, source, _vector(8, 16)), target)


def _store64(builder: Any, address: Any, value: Any) -> None:
    _store(builder, value, address)


#: Writes 64 bytes of text to another place, ASCII letters in lower case, digits as they are, NUL
#: for all others; the bits of those that must be looked at, not being ASCII or being invisible.
fold_ascii = cast(
    Callable[[Any, Any], np.uint64], Deferred(lambda: _two("uint64", "int64", _fold_ascii))
)
#: The bits of those of 64 bytes that are not NUL, as uint64.
filled = cast(Callable[[Any], np.uint64], Deferred(lambda: _one("uint64", _filled)))
#: Lowers each of the 32 uint32 at an address to the product, modulo 2^32, of a number and the
#: value's own odd multiplier, where that is less.
lower = cast(Callable[[Any, Any], None], Deferred(lambda: _two("void", "uint32", _lower)))
#: 1 if a number is among the 16 uint32 at an address, else 0.
among = cast(Callable[[Any, Any], int], Deferred(lambda: _two("int64", "uint32", _among)))
#: The byte at an address.
load8 = cast(Callable[[Any], int], Deferred(lambda: _one("int64", _load8)))
#: Writes the 16 bytes at an address to another.
copy16 = cast(Callable[[Any, Any], None], Deferred(lambda: _two("void", "int64", _copy16)))
#: Writes eight bytes.
store64 = cast(Callable[[Any, np.uint64], None], Deferred(lambda: _two("void", "uint64", _store64)))


@inlined
def signed(number: Any) -> int:
    """An address, or another whole number below 2^63, as int64."""
    return int(np.int64(number))
