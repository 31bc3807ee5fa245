"""Decompression in bounded memory."""

from __future__ import annotations

import gc
import gzip
import io
import os
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dupdetect.errors import UnreadableError
from dupdetect.readers import SourceFile, streams
from dupdetect.readers.lines import read_lines

Put = Callable[[str, bytes | str], Path]


def read_all(path: Path, compression: Any) -> bytes:
    with streams.open_source(SourceFile(str(path), "txt", compression, "a")) as (stream, _):
        return stream.read()


def test_members_of_gzip_and_padding(put: Put) -> None:
    members = [gzip.compress(part) for part in (b"eins ", b"", b"zwei ", os.urandom(300_000))]
    path = put("a.txt.gz", b"".join(members) + bytes(512))
    assert read_all(path, "gz") == b"".join(map(gzip.decompress, members))


def test_frames_of_zstd(put: Put) -> None:
    frames = [bytes(pa.compress(part, "zstd", asbytes=True)) for part in (b"eins ", b"zwei")]
    assert read_all(put("a.txt.zst", b"".join(frames)), "zst") == b"eins zwei"


def test_rubbish_behind_compressed_data(put: Put) -> None:
    with pytest.raises(UnreadableError) as caught:
        read_all(put("a.txt.gz", gzip.compress(b"text") + b"rubbish"), "gz")
    assert caught.value.reason == "bad_compression"


@pytest.mark.parametrize("compression", ["gz", "zst"])
def test_a_bomb_is_stopped(
    compression: str, put: Put, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "BOMB_SIZE", 1 << 20)
    zeros = bytes(20_000_000)
    packed = (
        gzip.compress(zeros) if compression == "gz" else pa.compress(zeros, "zstd", asbytes=True)
    )
    items, skips = run(put(f"a.jsonl.{compression}", bytes(packed)))
    assert (items, [skip.reason for skip in skips]) == ([], ["decompression_limit"])


def test_text_that_shrinks_a_lot_is_no_bomb(
    put: Put, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "BOMB_SIZE", 1 << 18)
    line = b'{"text": "' + b"das gleiche noch einmal " * 40 + b'"}\n'
    items, skips = run(put("a.jsonl.gz", gzip.compress(line * 1000)))
    assert (len(items), skips) == (1000, [])


def test_compressed_nothing(put: Put, run: Any) -> None:
    _, skips = run(put("a.txt.gz", gzip.compress(b"")))
    assert [skip.reason for skip in skips] == ["empty"]


def test_a_file_without_permission(put: Put, run: Any) -> None:
    path = put("a.txt", "text")
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")
    _, skips = run(path)
    assert [skip.reason for skip in skips] == ["permission"]


@given(
    st.lists(st.binary(max_size=30), max_size=20).map(b"\n".join),
    st.integers(1, 12),
)
def test_lines_are_whole_or_none(data: bytes, limit: int) -> None:
    found = list(read_lines(io.BytesIO(data), max_bytes=limit))
    lines = data.split(b"\n")
    assert len(found) == len(lines) - (lines[-1] == b"")
    for got, line in zip(found, lines, strict=False):
        assert (got is None) == (len(line) > limit)
        if got is not None:
            assert got.removesuffix(b"\n") == line


@given(st.binary(max_size=5000), st.integers(0, 5000))
def test_any_gzip_prefix_gives_a_prefix_and_says_that_it_is_cut(data: bytes, cut: int) -> None:
    packed = zlib.compress(data, wbits=31)
    shown = packed[: max(1, len(packed) - 1 - cut)]
    inflate = streams._Gzip(io.BufferedReader(io.BytesIO(shown)), SourceFile("x", "txt", "gz", "x"))
    got = bytearray()
    with pytest.raises(UnreadableError) as caught:
        while chunk := inflate.read(100):
            got += chunk
    assert caught.value.reason == "cut"
    assert data.startswith(bytes(got))


def test_streams_are_freed(put: Put, run: Any) -> None:
    """Arrow once kept every zstd stream alive for ever, by a cycle that no collector sees."""
    path = put("a.txt.zst", bytes(pa.compress(b"text", "zstd", asbytes=True)))
    before = pa.total_allocated_bytes()
    for _ in range(3):
        run(path)
    gc.collect()
    assert not [item for item in gc.get_objects() if type(item) is streams._Inflate]
    assert pa.total_allocated_bytes() == before
