"""What a folder may do to us: other things in it, damage, other processes, sudden death."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import zlib
from pathlib import Path

import lmdb
import numpy as np
import pytest

from dupdetect.errors import IndexCorruptError, IndexError_, IndexMismatchError
from dupdetect.index import CandidateIndex
from dupdetect.index.stores.base import Entry
from dupdetect.index.stores.lmdb import LmdbStore
from dupdetect.index.stores.memory import MemoryStore
from dupdetect.index.stores.merging import AT_REST, plan
from dupdetect.index.stores.segment import HEADER

ROOT = str(Path(__file__).resolve().parents[2])

_WRITER = """
import sys, numpy as np
from dupdetect.index.stores.base import Entry
from dupdetect.index.stores.lmdb import LmdbStore
store = LmdbStore(sys.argv[1], map_size=1 << 20, recent=4)
store.set_header(b"header")
i = len(store)
while True:
    part = range(i, i + (6 if i % 3 else 1))  # six at once become a segment by themselves
    keys = {i: np.arange(i, i + 20, dtype=np.uint64) for i in part}
    store.put([Entry(b"d%d" % i, bytes(3000), keys[i], keys[i]) for i in part])
    i += len(part)
    print(i - 1, flush=True)
"""

_READER = """
import sys
from dupdetect.index.stores.lmdb import LmdbStore
store = LmdbStore(sys.argv[1], create=False, readonly=True)
for line in sys.stdin:
    print(len(store), flush=True)
"""

_FULL = """
import resource, sys, numpy as np
from dupdetect.errors import IndexError_
from dupdetect.index.stores.base import Entry
from dupdetect.index.stores.lmdb import LmdbStore
store = LmdbStore(sys.argv[1], map_size=1 << 20, recent=4)
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, resource.RLIM_INFINITY))
try:
    step = int(sys.argv[2])
    for i in range(0, 200, step):
        keys = np.arange(i, i + 10, dtype=np.uint64)
        part = range(i, i + step)
        store.put([Entry(b"d%d" % j, bytes(4000 * i // step), keys, keys) for j in part])
except IndexError_ as error:
    print(i)
    print(f"{type(error).__name__}: {error}")
print(store.check())
print(len(store))
"""

_HALF = """
import sys, numpy as np
from dupdetect.index.stores.base import Entry
from dupdetect.index.stores.lmdb import LmdbStore
store, half = LmdbStore(sys.argv[1], map_size=1 << 20, recent=4), int(sys.argv[2])
for i in range(half, 60, 2):
    keys = np.arange(i, i + 10, dtype=np.uint64)
    store.put([Entry(b"d%d" % i, bytes(2000), keys, keys)])
    assert store.contains(b"d%d" % i)
    if i % 10 == half:
        assert store.delete([b"d%d" % i]) == 1
"""

# Every document that is found under a key must have it, and no document is ever lost.
_WATCH = """
import select, sys, time, numpy as np
from dupdetect.index.stores.lmdb import LmdbStore
store = LmdbStore(sys.argv[1], map_size=1 << 20, create=False, recent=4)
keys = np.arange(60, dtype=np.uint64)
seen = set()
while not select.select([sys.stdin], [], [], 0)[0]:
    found = store.lookup("bands", keys, cap=50)
    names = store.names(found.numbers.tolist())
    for i in range(len(keys)):
        for name in names[found.start[i] : found.start[i + 1]]:
            assert name is None or int(name[1:]) <= i < int(name[1:]) + 10
    now = {name for name in names if name}
    gone = {name for name in seen - now if int(name[1:]) % 10 > 1}
    assert not gone, gone
    seen |= now
    time.sleep(0.02)
print("ok")
"""


def entry(i, size=2000):
    keys = np.arange(i, i + 10, dtype=np.uint64)
    return Entry(b"d%d" % i, bytes(size), keys, keys)


def child(code, path, *arguments):
    return subprocess.Popen(
        [sys.executable, "-c", code, str(path), *arguments], cwd=ROOT, text=True,
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
    with pytest.raises(IndexError_, match="already open in this process, or"):
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


def small(path, **options):
    """A store that makes segments and merges them all the time."""
    return LmdbStore(path, map_size=1 << 20, recent=4, **options)


def filled(path, n=30):
    store = small(path)
    store.put([entry(i) for i in range(n)])
    for i in range(n, n + 10):
        store.put([entry(i)])
    store.delete([b"d3"])
    return store


def test_check_notices_damage_in_every_part_of_a_segment(tmp_path):
    filled(tmp_path / "i").close()
    rng = random.Random(3)
    for file in sorted((tmp_path / "i").glob("*.segment")):
        whole = file.read_bytes()
        for _ in range(15):
            damaged = bytearray(whole)
            at = rng.randrange(len(whole))
            damaged[at] ^= rng.randrange(1, 256)
            file.write_bytes(damaged)
            problems = []
            try:
                store = small(tmp_path / "i")
            except IndexCorruptError:
                continue  # the header, which is looked at at once
            try:
                problems = store.check()
                keys = np.arange(60, dtype=np.uint64)
                for view in ("bands", "anchors"):
                    numbers = store.lookup(view, keys, cap=9).numbers
                    store.records(numbers.tolist())
            except IndexCorruptError as error:
                problems.append(str(error))
            finally:
                store.close()
            in_padding = whole[at] == 0 and not problems
            assert problems or in_padding
        file.write_bytes(whole)
    store = small(tmp_path / "i")
    assert store.check() == []
    store.close()


def test_a_segment_cut_short_or_lost_is_said_and_nothing_is_touched(tmp_path):
    filled(tmp_path / "i").close()
    file = max((tmp_path / "i").glob("*.segment"), key=lambda path: path.stat().st_size)
    whole = file.read_bytes()
    for keep in (0, 100, len(whole) // 2, len(whole) - 1):
        file.write_bytes(whole[:keep])
        with pytest.raises(IndexCorruptError, match="cut short"):
            small(tmp_path / "i")
        assert file.read_bytes() == whole[:keep]
    file.unlink()
    with pytest.raises(IndexCorruptError, match="missing"):
        small(tmp_path / "i")
    file.write_bytes(whole)
    store = small(tmp_path / "i")
    assert store.check() == []
    assert len(store) == 39
    store.close()


def test_files_that_a_crash_left_behind_are_swept_away(tmp_path):
    store = filled(tmp_path / "i")
    for name in ("ab12.segment", "cd34.tmp"):
        (tmp_path / "i" / name).write_bytes(b"left behind")
    store.compact()
    assert len(list((tmp_path / "i").glob("*.segment"))) == 1
    assert not list((tmp_path / "i").glob("*.tmp"))
    assert store.check() == []
    store.close()


def test_the_layout_of_earlier_versions_is_refused_and_left_alone(tmp_path):
    with lmdb.open(str(tmp_path), max_dbs=8) as env:
        for name in (b"meta", b"ids", b"names", b"records", b"postings", b"bands", b"anchors"):
            env.open_db(name)
    with pytest.raises(IndexMismatchError, match="create a new index"):
        CandidateIndex.open(tmp_path)
    with lmdb.open(str(tmp_path), max_dbs=8) as env, env.begin() as txn:
        assert len(list(txn.cursor())) == 7


def test_a_segment_of_an_earlier_layout_is_refused_and_left_alone(tmp_path):
    filled(tmp_path / "i").close()
    file = max((tmp_path / "i").glob("*.segment"), key=lambda path: path.stat().st_size)
    data = bytearray(file.read_bytes())
    words = np.frombuffer(data[:HEADER], np.uint64).copy()
    words[1] = 1
    words[-1] = zlib.crc32(words[:-1].tobytes())
    data[:HEADER] = words.tobytes()
    file.write_bytes(data)
    with pytest.raises(IndexMismatchError, match=r"layout 1.*create a new index"):
        small(tmp_path / "i")
    assert file.read_bytes() == data


def test_a_state_that_points_elsewhere_is_refused(tmp_path):
    filled(tmp_path / "i").close()
    with lmdb.open(str(tmp_path / "i"), max_dbs=16) as env:
        meta = env.open_db(b"meta", create=False)
        with env.begin(write=True) as txn:
            state = json.loads(txn.get(b"state", db=meta))
            state["parts"][0]["file"] = "../../etc/passwd"
            txn.put(b"state", json.dumps(state).encode(), db=meta)
    with pytest.raises(IndexCorruptError, match="no name of a segment"):
        small(tmp_path / "i")


@pytest.mark.parametrize("together", [1, 5])
def test_a_full_disk_is_an_error_and_loses_nothing(tmp_path, together):
    done = subprocess.run(
        [sys.executable, "-c", _FULL, str(tmp_path / "i"), str(together)], cwd=ROOT, text=True,
        capture_output=True, check=True,
    )  # fmt: skip
    acknowledged, error, *rest = done.stdout.splitlines()
    assert int(acknowledged) > 10
    assert error.startswith("IndexError_: ")
    assert rest == ["[]", acknowledged]
    store = small(tmp_path / "i")
    assert store.check() == []
    assert all(store.contains(b"d%d" % i) for i in range(int(acknowledged)))
    store.put([entry(10_000 + i, 500_000) for i in range(5)])
    assert store.check() == []
    store.close()


def test_two_writers_and_four_readers_end_like_one_writer(tmp_path):
    path = tmp_path / "i"
    small(path).close()
    writers = [child(_HALF, path, str(half)) for half in range(2)]
    readers = [child(_WATCH, path) for _ in range(4)]
    try:
        assert [writer.wait(60) for writer in writers] == [0, 0]
        answers = []
        for reader in readers:
            out, _ = reader.communicate("stop\n", timeout=60)
            answers.append(out)
    finally:
        for process in [*writers, *readers]:
            process.kill()
            process.communicate()
    assert answers == ["ok\n"] * 4
    store, serial = small(path), MemoryStore()
    for half in range(2):
        for i in range(half, 60, 2):
            serial.put([entry(i)])
            if i % 10 == half:
                serial.delete([b"d%d" % i])
    assert store.check() == []
    assert sorted(store) == sorted(serial)
    keys = np.arange(70, dtype=np.uint64)
    for view in ("bands", "anchors"):
        mine, theirs = (s.lookup(view, keys, cap=50) for s in (store, serial))
        assert mine.sizes.tolist() == theirs.sizes.tolist()
        for i in range(len(keys)):
            found = [
                sorted(s.names(p.numbers[p.start[i] : p.start[i + 1]].tolist()))
                for s, p in ((store, mine), (serial, theirs))
            ]
            assert found[0] == found[1]
    store.close()


def test_segments_are_merged_beside_adding_and_nothing_is_lost(tmp_path):
    store, serial = small(tmp_path / "i"), small(tmp_path / "serial")
    with store.adding():
        for i in range(60):
            store.put([entry(i)])
            if i % 7 == 0:
                store.delete([b"d%d" % (i // 2)])
    for i in range(60):
        serial.put([entry(i)])
        if i % 7 == 0:
            serial.delete([b"d%d" % (i // 2)])
    assert sorted(store) == sorted(serial) and store.check() == []
    # How many there are depends on when the thread came to it; none may be left to be merged.
    parts = store._snapshot().state.parts
    assert 0 < len(parts) == plan(parts, ratio=AT_REST)
    store.close()
    again = small(tmp_path / "i")
    assert sorted(again) == sorted(serial) and again.check() == []
    again.close()
    serial.close()


def test_what_the_merging_thread_meets_is_raised_and_nothing_is_lost(tmp_path, monkeypatch):
    store = small(tmp_path / "i")

    def broken(begin, end):
        raise IndexCorruptError("a segment is broken")

    monkeypatch.setattr(store, "_merge", broken)
    given = 0
    with pytest.raises(IndexCorruptError, match="broken"), store.adding():
        for given in range(1, 21):  # one of them may be told what the thread has met
            store.put([entry(given)])
    monkeypatch.undo()
    assert len(store) == given and store.check() == []
    store.close()


def test_a_document_that_left_its_segment_after_its_number_was_asked_for_is_gone(tmp_path):
    store = filled(tmp_path / "i", 8)
    number = store.lookup("bands", np.array([3], np.uint64), cap=1).numbers[0]
    name = store.names([number])[0]
    store.delete([name])
    store.compact()
    store.close()
    with_lists_forgotten = small(tmp_path / "i")
    assert with_lists_forgotten.names([number]) == with_lists_forgotten.records([number]) == [None]
    with_lists_forgotten.close()


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
    for _ in range(8):
        writer = child(_WRITER, tmp_path / "i")
        try:
            for _ in range(rng.randrange(5, 40)):
                acknowledged = int(writer.stdout.readline())
        finally:
            writer.kill()
            rest = writer.communicate()[0].split("\n")
        acknowledged = max([acknowledged, *map(int, [line for line in rest[:-1] if line])])
        store = small(tmp_path / "i")
        assert store.check() == []
        assert all(store.contains(b"d%d" % i) for i in range(acknowledged + 1))
        store.close()
