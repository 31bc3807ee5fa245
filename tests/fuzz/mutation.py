"""Inputs made of other inputs, the same for the same seed: what stands in for atheris.

A few byte-level changes in the manner of AFL (Zalewski 2014): flips, odd integers, blocks that are
removed, doubled or taken from another input, and words of a dictionary.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator, Sequence

#: Longest input that is made.
MAX_BYTES = 1 << 14
_ODD = (
    0,
    1,
    2,
    127,
    128,
    255,
    256,
    32767,
    32768,
    65535,
    65536,
    (1 << 31) - 1,
    1 << 31,
    (1 << 32) - 1,
)
#: Pieces that text, markup and container formats trip over.
WORDS: tuple[bytes, ...] = (
    b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", "\u200b".encode(), "\u00ad".encode(),
    "\u0301".encode(), "ß".encode(), "ﬃ".encode(), "İ".encode(), "中文".encode(), "ไทย".encode(),
    "\U0001f600".encode(), "«".encode(), "»".encode(), "…".encode(), b"\r\n", b"\x1e", b"\x0c",
    b"<", b">", b"&", b"&#x110000;", b"&amp;", b"<!--", b"]]>", b"<svg><![CDATA[", b"</p>",
    b'<a href="', b"<table>", b"<template>", b'{"text":', b'"', b"\\ud800", b"WARC/1.0\r\n",
    b"Content-Length: 99999999999\r\n", b"PAR1", b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"1e999", b"nan",
    b"[shingle]\n", b"= ", b"-1", b"0000000000000000000000",
)  # fmt: skip


def mutations(seeds: Sequence[bytes], *, seed: int, words: Sequence[bytes] = ()) -> Iterator[bytes]:
    """Endless inputs, each some steps away from one of ``seeds``."""
    source = random.Random(seed)
    dictionary = (*WORDS, *words)
    while True:
        data = bytearray(source.choice(seeds))
        for _ in range(source.choice((1, 1, 2, 3, 5, 8, 16))):
            data = _changed(data, seeds, dictionary, source)[:MAX_BYTES]
        yield bytes(data)


def _changed(
    data: bytearray, seeds: Sequence[bytes], words: Sequence[bytes], source: random.Random
) -> bytearray:
    at = source.randrange(len(data) + 1)
    size = source.choice((1, 1, 2, 4, 8, 32, 256))
    kind = source.randrange(8)
    if kind == 0 and at < len(data):
        data[at] ^= 1 << source.randrange(8)
    elif kind == 1 and at < len(data):
        data[at] = source.randrange(256)
    elif kind == 2:
        value = source.choice(_ODD)
        packed = struct.pack(source.choice(("<Q", ">Q", "<I", ">I")), value)
        data[at : at + len(packed)] = packed
    elif kind == 3:
        del data[at : at + size]
    elif kind == 4:
        piece = bytes(data[at : at + size])
        data[at:at] = piece * source.choice((1, 2, 16, 256))
    elif kind == 5:
        data[at:at] = source.choice(words)
    elif kind == 6:
        other = source.choice(seeds)
        begin = source.randrange(len(other) + 1)
        data[at : at + size] = other[begin : begin + source.choice((4, 32, 512))]
    else:
        data[at : at + size] = source.randbytes(size)
    return data
