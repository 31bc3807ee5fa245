"""Opening a source: decompression in bounded memory, and one clear error per way to be unreadable.

Reasons raised here: ``absent``, ``is_folder``, ``permission``, ``unreadable``, ``empty``,
``wrong_format``, ``cut``, ``bad_compression``, ``decompression_limit``.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import IO, Any, BinaryIO, cast

from dupdetect.errors import UnreadableError
from dupdetect.readers import magic
from dupdetect.readers.base import Compression, SourceFile
from dupdetect.readers.sources import STDIN

_CHUNK = 1 << 18
_BUFFER = 1 << 18
#: Bytes looked at to tell what a stream holds.
_HEAD = 1 << 12
#: A stream that has given this many bytes must not have grown by more than MAX_RATIO: real text
#: shrinks by 3 to 30, a bomb by 1,000 (gzip's limit) and more. Smaller bombs are harmless, since
#: everything is streamed.
BOMB_SIZE = 1 << 28
MAX_RATIO = 300


@contextmanager
def open_source(
    file: SourceFile, on_open: Callable[[IO[bytes]], None] | None = None
) -> Iterator[tuple[BinaryIO, SourceFile]]:
    """The decompressed content of ``file``, and ``file`` with its format filled in.

    The stream is buffered; it is seekable when the format is Parquet (spooled to a temporary file
    where it must be). ``on_open`` gets the file itself, whose position tells how much of it has
    been read. Raises UnreadableError, also while reading from the stream.
    """
    with ExitStack() as stack:
        raw = stack.enter_context(_open(file))
        if on_open is not None:
            on_open(raw)
        buffered: io.BufferedReader[Any] = io.BufferedReader(cast(io.RawIOBase, raw), _BUFFER)
        head = buffered.peek(_HEAD)[:_HEAD]
        if not head:
            raise UnreadableError("the file is empty", source=file.path, reason="empty")
        stream = _decompressed(buffered, file, head)
        # At once, not when the collector finds it: a zstd window may have 128 MB.
        stack.callback(stream.close)
        if stream is not buffered:
            head = cast("io.BufferedReader[Any]", stream).peek(_HEAD)[:_HEAD]
            if not head:
                raise UnreadableError(
                    "there is nothing in the compressed file", source=file.path, reason="empty"
                )
        kind = file.format or magic.guess(head)
        instead = magic.mismatch(kind, head)
        if instead:
            raise _wrong(file, f"named as {kind}" if file.format else "standard input", instead)
        if kind == "parquet" and (stream is not buffered or file.path == STDIN):
            stream = stack.enter_context(_spooled(stream))
        yield stream, replace(file, format=kind)


def _open(file: SourceFile) -> IO[bytes]:
    if file.path == STDIN:
        return open(os.dup(sys.stdin.fileno()), "rb", buffering=0)
    try:
        return open(file.path, "rb", buffering=0)
    except FileNotFoundError:
        reason, message = "absent", "no such file"
    except IsADirectoryError:
        reason, message = "is_folder", "a folder, not a file"
    except PermissionError:
        reason, message = "permission", "no permission to read the file"
    except (OSError, ValueError) as error:
        reason, message = "unreadable", f"the file cannot be opened: {error}"
    raise UnreadableError(message, source=file.path, reason=reason)


def _decompressed(buffered: io.BufferedReader[Any], file: SourceFile, head: bytes) -> BinaryIO:
    content = magic.content_of(head)
    actual: Compression = {"gzip data": "gz", "zstd data": "zst"}.get(content, "")  # type: ignore[assignment]
    named = file.path != STDIN
    if named and file.compression and actual != file.compression:
        raise _wrong(file, f"named .{file.compression}", content or "data without compression")
    if named and actual and not file.compression:
        raise _wrong(file, f"named as {file.format}", f"{content} (name it .{actual})")
    if not actual:
        return buffered
    inflate = _Gzip(buffered, file) if actual == "gz" else _Zstd(buffered, file)
    return io.BufferedReader(inflate, _BUFFER)


def _wrong(file: SourceFile, claim: str, content: str) -> UnreadableError:
    return UnreadableError(f"{claim}, but holds {content}", source=file.path, reason="wrong_format")


@contextmanager
def _spooled(stream: BinaryIO) -> Iterator[BinaryIO]:
    with tempfile.TemporaryFile() as copy:
        while chunk := stream.read(_CHUNK):
            copy.write(chunk)
        copy.seek(0)
        yield cast(BinaryIO, copy)


class _Compressed:
    """The compressed bytes, counted. Knows nothing of the stream that inflates them: Arrow keeps it
    alive out of sight of Python's garbage collector, so a cycle would never be freed."""

    closed = False

    def __init__(self, stream: io.BufferedReader[Any]) -> None:
        self._stream = stream
        self.consumed = 0

    def read(self, size: int = -1) -> bytes:
        chunk = self._stream.read1(_CHUNK if size < 0 else size)
        self.consumed += len(chunk)
        return chunk

    def close(self) -> None:
        """The file belongs to who opened it."""


class _Inflate(io.RawIOBase):
    """A decompressing stream that watches its growth. ``tell`` gives the decompressed offset."""

    def __init__(self, compressed: io.BufferedReader[Any], file: SourceFile) -> None:
        self._source = _Compressed(compressed)
        self._file = file
        self._produced = 0

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._produced

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._next(len(buffer))
        self._produced += len(data)
        consumed = max(1, self._source.consumed)
        if self._produced > BOMB_SIZE and self._produced > MAX_RATIO * consumed:
            raise self._error(
                "decompression_limit",
                f"the data grow more than {MAX_RATIO}-fold when decompressed: a bomb",
            )
        buffer[: len(data)] = data
        return len(data)

    def _next(self, size: int) -> bytes:
        raise NotImplementedError

    def _error(self, reason: str, message: str) -> UnreadableError:
        return UnreadableError(message, source=self._file.path, reason=reason)

    def _cut(self) -> UnreadableError:
        consumed = self._source.consumed
        return self._error(
            "cut", f"the compressed data are cut short at byte {consumed} of the file"
        )

    def _damaged(self, kind: str, error: Exception) -> UnreadableError:
        place = f"before byte {self._source.consumed} of the file"
        return self._error("bad_compression", f"damaged {kind} data {place} ({error})")


class _Gzip(_Inflate):
    """Members of gzip one after the other, zero padding allowed at the end."""

    def __init__(self, compressed: io.BufferedReader[Any], file: SourceFile) -> None:
        super().__init__(compressed, file)
        self._member = zlib.decompressobj(wbits=31)
        self._waiting = b""

    def _next(self, size: int) -> bytes:
        while True:
            if self._member.eof and not self._next_member():
                return b""
            if not self._waiting:
                self._waiting = self._source.read(_CHUNK)
                if not self._waiting:
                    raise self._cut()
            try:
                data = self._member.decompress(self._waiting, size)
            except zlib.error as error:
                raise self._damaged("gzip", error) from None
            self._waiting = (
                self._member.unused_data if self._member.eof else self._member.unconsumed_tail
            )
            if data:
                return data

    def _next_member(self) -> bool:
        """Begin the next member; False at the end of the file."""
        self._waiting = self._waiting.lstrip(b"\0")
        while not self._waiting:
            chunk = self._source.read(_CHUNK)
            if not chunk:
                return False
            self._waiting = chunk.lstrip(b"\0")
        self._member = zlib.decompressobj(wbits=31)
        return True


class _Zstd(_Inflate):
    """Frames of zstd one after the other, by Arrow's codec (windows up to 128 MB)."""

    def __init__(self, compressed: io.BufferedReader[Any], file: SourceFile) -> None:
        super().__init__(compressed, file)
        import pyarrow as pa

        self._stream = pa.CompressedInputStream(pa.PythonFile(self._source, "r"), "zstd")

    def _next(self, size: int) -> bytes:
        # Not read(): pyarrow 26 never frees the buffer of a read() that fails.
        data = bytearray(min(size, _CHUNK))
        try:
            return bytes(memoryview(data)[: self._stream.readinto(data)])
        except OSError as error:
            if "Truncated" in str(error):
                raise self._cut() from None
            raise self._damaged("zstd", error) from None

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
        super().close()
