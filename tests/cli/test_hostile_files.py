"""Files made to hurt, all in one ``score``: each costs itself only, and no process its limit."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

#: What SECURITY.md promises of memory: no process takes more than ``extract.memory`` (here less
#: than its default) or 1 GB, whichever is larger.
MEMORY = 1_000_000_000
SETTINGS = f"[extract]\nmemory = {MEMORY}\ntimeout = 15.0\n"
TEXT = "Am Dienstag hat der Rat der kleinen Stadt den neuen Haushalt beschlossen. " * 8
#: Runs a command and tells its status and the peak of it and its children in KiB. A small process
#: of its own, since a child's peak begins with that of who started it.
WATCH = """
import os, signal, subprocess, sys
process = subprocess.Popen(sys.argv[2:], process_group=0)
signal.signal(signal.SIGALRM, lambda *_: os.killpg(process.pid, signal.SIGKILL))
signal.alarm(int(sys.argv[1]))
_, status, usage = os.wait4(process.pid, 0)
print(os.waitstatus_to_exitcode(status), usage.ru_maxrss, file=open("peak", "w"))
"""
#: Seconds for all of them together, on a machine that does much else.
PATIENCE = 500

Writer = Callable[[Path], object]
#: About 40 seconds of processor time.
pytestmark = pytest.mark.slow


def html(content: bytes) -> Writer:
    page = b"<html><body><p>" + TEXT.encode() + b"</p>" + content + b"</body></html>"
    return lambda path: path.write_bytes(page)


def raw(content: bytes) -> Writer:
    return lambda path: path.write_bytes(content)


def warc(length: object, body: bytes, more: bytes = b"") -> bytes:
    http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n" + more + b"\r\n" + body
    head = b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://a.example/\r\n"
    head += b"Content-Type: application/http;msgtype=response\r\n"
    return head + b"Content-Length: %s\r\n\r\n" % str(length or len(http)).encode() + http


def parquet(values: object) -> Writer:
    return lambda path: pq.write_table(pa.table({"text": values}), path, compression="zstd")


def bomb(size: int, window: int) -> bytes:
    packer = zlib.compressobj(1, wbits=window)
    piece = bytes(10_000_000)
    packed = b"".join(packer.compress(piece) for _ in range(size // len(piece)))
    return packed + packer.flush()


MANY = b" ".join(b"a%d=1" % n for n in range(1_000_000))
ZEROS = bytes(pa.Codec("zstd").compress(bytes(400_000_000), asbytes=True))
REPEATED = pa.array(["x" * 1_000_000]).dictionary_encode().take(pa.array([0] * 3000))
PAGE = b"<p>" + TEXT.encode() + b"</p>"
#: A file's name, what is in it, and whether a document may come of it.
HOSTILE: list[tuple[str, Writer, bool]] = [
    ("deep.html", html(b"<div>" * 200_000), True),
    ("deep-tables.html", html(b"<table><tr><td>" * 30_000), True),
    ("attributes.html", html(b"<p " + MANY + b">x"), True),
    ("entities.html", html(b"&amp;&#x1d538;&nosuch;" * 500_000), True),
    ("open.html", html(b"<a href='" + b"x" * 5_000_000), True),
    ("comments.html", html(b"<!--" * 1_000_000), True),
    ("one-line.txt", raw(b"x" * 100_000_000), False),
    ("one-line.jsonl", raw(b'{"text": "' + b"x" * 100_000_000 + b'"}'), False),
    ("one-line.csv", raw(b"id,text\n1," + b"x" * 100_000_000), False),
    ("one-word.txt", raw(b"x" * 900_000), True),
    ("nuls.txt", raw(b"\0" * 100_000), True),
    ("nuls.html", html(b"\0" * 100_000), True),
    ("surrogates.jsonl", raw(b'{"text": "\\ud800 \\udc00 \\ud800"}\n'), False),
    ("raw-surrogates.txt", raw(b"\xed\xa0\x80" * 100), False),
    ("mixed.html", html("é".encode() * 999 + "é".encode("latin-1") * 999), True),
    ("mixed.txt", raw("é".encode() + b"\xe9 \xff\xfe" + TEXT.encode()), False),
    ("nested.jsonl", raw(b'{"text": ' + b"[" * 200_000 + b"]" * 200_000 + b"}"), False),
    ("digits.jsonl", raw(b'{"text": "a", "id": ' + b"9" * 100_000 + b"}"), False),
    ("types.jsonl", raw(b'{"text": 5}\n{"text": ["a"]}\n{"text": null}\n[1]\nfalse\n{}\n'), False),
    ("gzip-bomb.jsonl.gz", raw(bomb(400_000_000, 31)), False),
    ("gzip-bomb.txt.gz", raw(bomb(400_000_000, 31)), False),
    ("zstd-bomb.csv.zst", raw(ZEROS), False),
    ("zip.html", raw(b"PK\x03\x04" + bytes(1000)), False),
    ("long.warc", raw(warc(10**15, PAGE)), False),
    ("short.warc", raw(warc(60, PAGE) + b"\r\n\r\n" + warc(None, PAGE)), True),
    ("negative.warc", raw(warc(-5, PAGE)), True),
    ("bomb.warc", raw(warc(None, bomb(400_000_000, 31), b"Content-Encoding: gzip\r\n")), False),
    ("bomb.warc.gz", raw(gzip.compress(warc(None, bytes(300_000_000)), 1)), False),
    ("number.parquet", parquet([1, 2, 3]), False),
    ("lists.parquet", parquet([["a"], ["b"]]), False),
    ("bomb.parquet", parquet(REPEATED), False),
    ("nulls.parquet", parquet(pa.nulls(300_000, pa.string())), False),
    ("forged.parquet", raw(b"PAR1" + b"\xff" * 200 + b"\xff\xff\xff\x7fPAR1"), False),
]  # fmt: skip


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> tuple[int, set[str], str, int]:
    """The exit status, the ids of documents, the messages, and the largest process in bytes."""
    folder = tmp_path_factory.mktemp("hostile")
    for name, write, _ in HOSTILE:
        write(folder / name)
    (folder / "good.txt").write_text(TEXT)
    (folder / "settings.toml").write_text(SETTINGS)
    command = [sys.executable, "-c", WATCH, str(PATIENCE), sys.executable, "-m", "dupdetect"]
    command += ["score", "--json", "--config", "settings.toml"]
    command += [*(name for name, _, _ in HOSTILE), "good.txt"]
    with (folder / "out").open("wb") as out, (folder / "err").open("wb") as err:
        subprocess.run(command, cwd=folder, stdout=out, stderr=err, check=True)
    status, peak = map(int, (folder / "peak").read_text().split())
    ids = {json.loads(line)["id"] for line in (folder / "out").read_text().splitlines()}
    return status, ids, (folder / "err").read_text(), peak * 1024


def test_bad_files_fail_and_the_good_one_is_scored(
    scored: tuple[int, set[str], str, int],
) -> None:
    status, ids, messages, _ = scored
    assert status == 1, messages[-2000:]
    assert "good" in ids
    assert "Traceback" not in messages


@pytest.mark.parametrize(("name", "useful"), [(name, useful) for name, _, useful in HOSTILE])
def test_each_is_used_or_named(
    name: str, useful: bool, scored: tuple[int, set[str], str, int]
) -> None:
    _, ids, messages, _ = scored
    stem = name.split(".")[0]
    used = any(id == stem or id.startswith(f"{stem}:") for id in ids)
    used = used or (name.endswith(".warc") and "https://a.example/" in ids)
    named = f"skipped {name}" in messages or "... and " in messages
    assert used or named
    if not useful and not name.startswith(("digits", "short", "bomb.parquet")):
        assert not any(id == stem or id.startswith(f"{stem}:") for id in ids)


def test_no_process_takes_more_memory_than_promised(
    scored: tuple[int, set[str], str, int],
) -> None:
    assert scored[3] < MEMORY
