"""What a folder may do to us: other things in it, damage, other processes, sudden death."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import lmdb
import numpy as np
import pytest

from dupdetect.errors import IndexCorruptError, IndexError_
from dupdetect.index import CandidateIndex
from dupdetect.index.stores.base import Entry
from dupdetect.index.stores.lmdb import LmdbStore

ROOT = str(Path(__file__).resolve().parents[2])

_WRITER = """
import sys, numpy as np
from dupdetect.index.stores.base import Entry
from dupdetect.index.stores.lmdb import LmdbStore
store = LmdbStore(sys.argv[1], map_size=1 << 20)
store.set_header(b"header")
start = len(store)
for i in range(start, start + 100_000):
    keys = np.arange(i, i + 20, dtype=np.uint64)
    store.put([Entry(b"d%d" % i, bytes(3000), keys, keys)])
    print(i, flush=True)
"""

_READER = """
import sys
from dupdetect.index.stores.lmdb import LmdbStore
store = LmdbStore(sys.argv[1], create=False, readonly=True)
for line in sys.stdin:
    print(len(store), flush=True)
"""


def entry(i, size=2000):
    keys = np.arange(i, i + 10, dtype=np.uint64)
    return Entry(b"d%d" % i, bytes(size), keys, keys)


def child(code, path):
    return subprocess.Popen(
        [sys.executable, "-c", code, str(path)], cwd=ROOT, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip


def test_absent_and_not_to_be_made(tmp_path):
    with pytest.raises(IndexError_, match="no index here"):
        CandidateIndex.open(tmp_path / "none", create=False)
    assert not (tmp_path / "none").exists()


def test_a_file_is_no_index(tmp_path):
    path = tmp_path / "file"
    path.write_text("text")
    with pytest.raises(IndexCorruptError, match="a file, not an index"):
        CandidateIndex.open(path)
    with pytest.raises(IndexError_):
        CandidateIndex.open(path / "below")
    assert path.read_text() == "text"


def test_a_folder_with_other_things_is_left_alone(tmp_path):
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(IndexCorruptError, match="not an index"):
        CandidateIndex.open(tmp_path)
    assert os.listdir(tmp_path) == ["letter.txt"]


def test_another_lmdb_is_left_alone(tmp_path):
    with lmdb.open(str(tmp_path), max_dbs=2) as env, env.begin(write=True) as txn:
        txn.put(b"k", b"v", db=env.open_db(b"theirs", txn=txn))
    with pytest.raises(IndexCorruptError, match="not an index"):
        CandidateIndex.open(tmp_path)
    with lmdb.open(str(tmp_path), max_dbs=2) as env, env.begin() as txn:
        assert [bytes(k) for k, _ in txn.cursor()] == [b"theirs"]


@pytest.mark.parametrize("keep", [1, 100, 4096, 8191])
def test_a_store_cut_to_its_first_bytes_is_refused(tmp_path, keep):
    CandidateIndex.open(tmp_path / "i").close()
    os.truncate(tmp_path / "i" / "data.mdb", keep)
    with pytest.raises(IndexCorruptError):
        CandidateIndex.open(tmp_path / "i")


def test_a_store_that_lost_its_end_is_refused_and_not_touched(tmp_path):
    store = LmdbStore(tmp_path / "i")
    store.put([entry(i) for i in range(200)])
    store.close()
    data = tmp_path / "i" / "data.mdb"
    whole = data.read_bytes()
    for share in (0.3, 0.6, 0.95):
        cut = whole[: int(len(whole) * share) // 4096 * 4096]
        data.write_bytes(cut)
        with pytest.raises(IndexCorruptError, match="cut short"):
            LmdbStore(tmp_path / "i")
        assert data.read_bytes() == cut
    data.write_bytes(whole)
    store = LmdbStore(tmp_path / "i")
    assert store.check() == []
    store.close()


def test_random_bytes_are_refused(tmp_path):
    folder = tmp_path / "i"
    folder.mkdir()
    (folder / "data.mdb").write_bytes(random.Random(1).randbytes(20_000))
    with pytest.raises(IndexCorruptError):
        CandidateIndex.open(folder)


def test_open_twice_in_one_process_is_said_clearly(tmp_path):
    store = LmdbStore(tmp_path / "i")
    with pytest.raises(IndexError_, match="already open"):
        LmdbStore(tmp_path / "i")
    store.close()
    LmdbStore(tmp_path / "i").close()


def test_opened_for_reading_nothing_can_be_written(tmp_path):
    CandidateIndex.open(tmp_path / "i").close()
    with CandidateIndex.open(tmp_path / "i", readonly=True, create=False) as index:
        assert len(index) == 0
        with pytest.raises(IndexError_, match="reading only"):
            index.remove("a")
        with pytest.raises(IndexError_, match="reading only"), index.batch():
            pass


def test_check_notices_lost_postings(tmp_path):
    store = LmdbStore(tmp_path / "i")
    store.put([entry(1), entry(2)])
    store.close()
    with lmdb.open(str(tmp_path / "i"), max_dbs=16) as env:
        bands = env.open_db(b"bands", create=False)
        with env.begin(write=True) as txn, txn.cursor(bands) as cursor:
            cursor.first()
            cursor.delete()
    store = LmdbStore(tmp_path / "i")
    assert any("bands" in problem for problem in store.check())
    store.close()


def test_a_reader_sees_what_another_process_adds_even_when_the_map_grows(tmp_path):
    store = LmdbStore(tmp_path / "i", map_size=1 << 20)
    reader = child(_READER, tmp_path / "i")
    try:
        for total in (10, 2000):
            store.put([entry(i) for i in range(total)])
            reader.stdin.write("count\n")
            reader.stdin.flush()
            assert reader.stdout.readline() == f"{total}\n"
    finally:
        reader.kill()
        reader.communicate()
        store.close()


def test_killed_writers_lose_nothing_that_was_acknowledged(tmp_path):
    rng = random.Random(7)
    acknowledged = -1
    for _ in range(4):
        writer = child(_WRITER, tmp_path / "i")
        try:
            for _ in range(rng.randrange(5, 120)):
                acknowledged = int(writer.stdout.readline())
        finally:
            writer.kill()
            rest = writer.communicate()[0].split("\n")
        acknowledged = max([acknowledged, *map(int, [line for line in rest[:-1] if line])])
        store = LmdbStore(tmp_path / "i", map_size=1 << 20)
        assert store.check() == []
        assert all(store.contains(b"d%d" % i) for i in range(acknowledged + 1))
        store.close()
