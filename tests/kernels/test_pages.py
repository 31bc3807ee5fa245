"""Strings and numbers of Parquet pages, against encoders in plain Python."""

from __future__ import annotations

import struct

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dupdetect.kernels.pages import hybrid, plain_strings


@settings(deadline=None)
@given(st.lists(st.binary(max_size=20), max_size=20), st.binary(max_size=9), st.integers(1, 8))
def test_strings_lie_where_they_were_written(strings, before, short):
    octets = before + b"".join(struct.pack("<I", len(s)) + s for s in strings)
    page = np.frombuffer(octets + b"\xff" * 40, np.uint8)
    begin, end = np.zeros((2, len(strings)), np.int64)
    assert plain_strings(page, len(before), len(octets), begin, end)
    found = [page[i:j].tobytes() for i, j in zip(begin, end, strict=True)]
    assert found == strings
    if strings:
        assert not plain_strings(page, len(before), len(octets) - min(short, 4), begin, end)


def test_a_length_beyond_the_page_is_refused():
    page = np.frombuffer(struct.pack("<I", 0xFFFFFFFF) + b"abc", np.uint8)
    assert not plain_strings(page, 0, len(page), *np.zeros((2, 1), np.int64))


def varint(value):
    out = bytearray()
    while value >= 128:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def encoded(runs, width):
    """Runs as the format has them: (value, count), or a list of eights of values."""
    out = b""
    for run in runs:
        if isinstance(run, tuple):
            value, count = run
            out += varint(count << 1) + value.to_bytes((width + 7) // 8, "little")
        else:
            bits = sum(value << width * at for at, value in enumerate(run))
            out += varint(len(run) // 8 << 1 | 1) + bits.to_bytes(len(run) * width // 8, "little")
    return out


def runs_of(width):
    value = st.integers(0, (1 << width) - 1)
    eights = st.integers(1, 3).flatmap(lambda n: st.lists(value, min_size=8 * n, max_size=8 * n))
    return st.lists(st.one_of(st.tuples(value, st.integers(1, 300)), eights), max_size=6)


@settings(deadline=None)
@given(st.integers(0, 20).flatmap(lambda w: st.tuples(st.just(w), runs_of(w))), st.integers(0, 7))
def test_numbers_are_those_that_were_written(drawn, fewer):
    width, runs = drawn
    expected = [v for run in runs for v in ([run[0]] * run[1] if isinstance(run, tuple) else run)]
    octets = b"xyz" + encoded(runs, width)
    page = np.frombuffer(octets + b"\xff" * 8, np.uint8)
    values = np.zeros(max(0, len(expected) - fewer), np.int32)
    assert hybrid(page, 3, len(octets), width, values)
    assert values.tolist() == expected[: len(values)]
    more = np.zeros(len(expected) + 1, np.int32)
    assert not hybrid(page, 3, len(octets), width, more)


@settings(deadline=None, max_examples=300)
@given(st.binary(max_size=40), st.integers(-1, 40), st.integers(0, 60))
def test_any_bytes(octets, width, count):
    page, values = np.frombuffer(octets + b"\x01", np.uint8), np.zeros(count, np.int32)
    if hybrid(page, 0, len(octets), width, values) and count:
        assert values.min() >= 0 and int(values.max()) < 1 << max(width, 0)
    plain_strings(page, 0, len(octets), *np.zeros((2, count), np.int64))
