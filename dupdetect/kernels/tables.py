"""What is known of words, by their 32-bit keys: tables that are built once and asked for each word.

Keys are hashes, so every question goes to another place of a table of a megabyte, and waits for it.
A slot of a packed table holds key and value in 32 bits, so that one answer takes one place, and the
questions of many words are asked together, so that they wait together.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels._jit import inlined, kernel

U8 = NDArray[np.uint8]
U32 = NDArray[np.uint32]
U64 = NDArray[np.uint64]
I64 = NDArray[np.int64]

#: The value of an empty slot of a packed table.
NOTHING = 255
#: Bits of a value.
_VALUE = 8
#: Words of 64 bits in a filter.
_FILTER = 64


@inlined
def lookup(keys: U32, values: U8, key: np.uint32, absent: int) -> int:
    """Value of a key in an open-addressing table whose length is a power of two; 0 = empty."""
    mask = np.uint32(keys.size - 1)
    i = np.uint32(key & mask)
    while keys[i] != 0:
        if keys[i] == key:
            return int(values[i])
        i = np.uint32((i + np.uint32(1)) & mask)
    return absent


@kernel
def build_table(keys: U32, values: U8, size: int) -> tuple[U32, U8]:
    """An open-addressing table of ``size`` (a power of two, at least twice the keys) slots."""
    table_keys = np.zeros(size, np.uint32)
    table_values = np.zeros(size, np.uint8)
    mask = np.uint32(size - 1)
    for k in range(keys.size):
        i = np.uint32(keys[k] & mask)
        while table_keys[i] != 0 and table_keys[i] != keys[k]:
            i = np.uint32((i + np.uint32(1)) & mask)
        table_keys[i] = keys[k]
        table_values[i] = values[k]
    return table_keys, table_values


@kernel
def build_filter(keys: U32) -> U64:
    """A bit for each of the keys, by its lowest twelve: half a kilobyte that says of most others
    that they are none of them."""
    out = np.zeros(_FILTER, np.uint64)
    for k in range(keys.size):
        out[keys[k] >> np.uint32(6) & np.uint32(_FILTER - 1)] |= _bit(keys[k])
    return out


@inlined
def _bit(key: np.uint32) -> np.uint64:
    return np.uint64(1) << (np.uint64(key) & np.uint64(63))


@inlined
def passes(bits: U64, key: np.uint32) -> bool:
    """Whether a key may be one of a filter's."""
    word = np.uint64(bits[key >> np.uint32(6) & np.uint32(_FILTER - 1)])
    return bool(word & _bit(key) != np.uint64(0))


@kernel
def pack_table(keys: U32, values: U8, bits: int) -> U32:
    """A packed table of ``2**bits`` (10 to 32 bits, at least twice the keys) slots.

    The first keys are found fastest. ``values`` are below 255. A slot has no room for the 8 bits of
    the key above its lowest ``bits - 8``: they follow from the slot's place, since a key stands
    less than ``2**(bits - 8)`` slots behind the one that its lowest ``bits`` name. Where
    that is not so the table is empty.
    """
    table = np.full(1 << bits, NOTHING, np.uint32)
    mask = np.uint32(table.size - 1)
    for k in range(keys.size):
        i = np.uint32(keys[k] & mask)
        while table[i] & NOTHING != NOTHING:
            i = np.uint32((i + np.uint32(1)) & mask)
        table[i] = _tag(keys[k], bits) << np.uint32(_VALUE) | np.uint32(values[k])
    run = 0
    for place in range(2 * table.size):
        run = run + 1 if table[place & mask] & NOTHING != NOTHING else 0
        if run >= table.size >> _VALUE:
            return table[:0]
    return table


@inlined
def _tag(key: np.uint32, bits: int) -> np.uint32:
    """Those 24 bits of a key that its slot holds: the highest and the lowest."""
    low = np.uint32(bits - _VALUE)
    high = np.uint32(np.uint64(key) >> np.uint64(bits))
    return np.uint32(high << low | key & np.uint32((np.uint32(1) << low) - np.uint32(1)))


@inlined
def _width(table: U32) -> int:
    """Number of bits of the places of a packed table."""
    bits = 0
    while 1 << bits < table.size:
        bits += 1
    return bits


@kernel
def look_up(table: U32, keys: U32, absent: int, values: U8, later: I64) -> None:
    """Writes the value of each key in a packed table to ``values``; ``absent`` for those that are
    not there. ``later``: room for as many keys.

    All slots are read first, by a loop of nothing else: of one that goes on with what it reads a
    processor has fewer under way (measured: it takes twice as long).
    """
    bits, mask = _width(table), np.uint32(table.size - 1)
    for k in range(keys.size):
        later[k] = table[keys[k] & mask]
    for k in range(keys.size):
        slot = np.uint32(later[k])
        known = slot & np.uint32(NOTHING) != np.uint32(NOTHING)
        same = slot >> np.uint32(_VALUE) == _tag(keys[k], bits)
        value = np.uint8(slot) if same else np.uint8(NOTHING)  # which no key has
        values[k] = value if known else np.uint8(absent)
    left = np.uint64(0)
    for k in range(keys.size):
        later[left] = k
        left += np.uint64(values[k] == NOTHING)
    for at in range(left):
        k = later[at]
        tag, i = _tag(keys[k], bits), keys[k] & mask
        values[k] = absent
        while table[i] & NOTHING != NOTHING:
            if table[i] >> np.uint32(_VALUE) == tag:
                values[k] = np.uint8(table[i])
                break
            i = np.uint32((i + np.uint32(1)) & mask)
