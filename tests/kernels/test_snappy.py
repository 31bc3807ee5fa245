"""Snappy against the library; what is damaged is an answer, and nothing is written beyond."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dupdetect.kernels.snappy import SLACK, decompress

codec = pa.Codec("snappy")
#: What compresses: few letters, runs, and pieces that come again near and far.
compressible = st.lists(
    st.one_of(
        st.text("ab ", max_size=30),
        st.sampled_from(["a" * 70, "word after word ", "x", "yz" * 40]),
        st.text(max_size=100),
    ),
    max_size=60,
).map("".join)  # fmt: skip


def unpacked(packed, size):
    """What comes out, None if damaged; the slack may be used, but nothing behind it."""
    room = np.frombuffer(packed + bytes(SLACK), np.uint8)
    out = np.full(size + SLACK + 100, 7, np.uint8)
    whole = decompress(room, 0, len(packed), out[: size + SLACK], size)
    assert (out[size + SLACK :] == 7).all()
    return out[:size].tobytes() if whole else None


@settings(deadline=None)
@given(compressible)
@example("")
@example("a" * 100_000)
@example("".join(chr(65 + k * k % 59) for k in range(70_000)))
def test_what_the_library_packs_is_unpacked(text):
    octets = text.encode()
    packed = codec.compress(octets).to_pybytes()
    assert unpacked(packed, len(octets)) == octets
    assert unpacked(packed, len(octets) + 1) is None
    if octets:
        assert unpacked(packed[:-1], len(octets)) is None


def test_far_copies_and_long_literals():
    far = np.random.default_rng(1).integers(0, 256, 60_000).astype(np.uint8).tobytes()
    for octets in (far, far + far[:5000] + far, far[:300] * 300):
        assert unpacked(codec.compress(octets).to_pybytes(), len(octets)) == octets


@pytest.mark.parametrize("pieces", [
    b"\x00a",                      # literal of 1
    b"\xf0\x40" + b"b" * 65,       # literal with one byte of length
    b"\xf4\x00\x01" + b"c" * 257,  # with two
    b"\x00a\x01\x01" + b"\x00z",   # copy of 4 from 1 back: a run
    b"\x00a\xfe\x01\x00",          # copy of 64 from 1 back
    b"\x3cabcdefghijklmnop\x3b\x10\x00\x00\x00",  # offset of four bytes, length 15
])  # fmt: skip
def test_every_kind_of_piece(pieces):
    size = next(n for n in range(400) if _as_the_library(pieces, n) is not None)
    expected = _as_the_library(pieces, size)
    assert unpacked(_varint(size) + pieces, size) == expected


def _varint(size):
    return bytes([size]) if size < 128 else bytes([size & 127 | 128, size >> 7])


def _as_the_library(pieces, size):
    try:
        return codec.decompress(_varint(size) + pieces, size).to_pybytes()
    except (OSError, pa.ArrowException):
        return None


@settings(deadline=None, max_examples=300)
@given(compressible, st.data())
def test_damage_never_leaves_the_room_it_has(text, data):
    octets = text.encode()
    packed = bytearray(codec.compress(octets).to_pybytes())
    for _ in range(data.draw(st.integers(1, 4))):
        packed[data.draw(st.integers(0, len(packed) - 1))] = data.draw(st.integers(0, 255))
    try:
        expected = codec.decompress(bytes(packed), len(octets)).to_pybytes()
    except (OSError, pa.ArrowException):
        expected = None
    assert unpacked(bytes(packed), len(octets)) == expected


@settings(deadline=None, max_examples=300)
@given(st.binary(max_size=60), st.integers(0, 200))
def test_any_bytes(packed, size):
    unpacked(packed, size)
    unpacked(_varint(size) + packed, size)
