"""Files of arrays: what is written comes back, what is damaged is refused."""

from __future__ import annotations

import gc
import os
import resource

import numpy as np
import pytest

from dupdetect.engines.container import map_arrays, read_arrays, write_arrays
from dupdetect.errors import ScanError

ARRAYS = {
    "words": np.arange(7, dtype=np.int32),
    "none": np.empty((0, 3), np.uint64),
    "table": np.arange(12, dtype=np.float32).reshape(4, 3)[:, ::2],
    "flags": np.array([True, False]),
}


def test_arrays_and_meta_come_back(tmp_path):
    write_arrays(tmp_path / "a", ARRAYS, {"é": [1, None]})
    arrays, meta = read_arrays(tmp_path / "a")
    assert meta == {"é": [1, None]}
    assert list(arrays) == list(ARRAYS)
    for name, array in ARRAYS.items():
        assert arrays[name].dtype == array.dtype
        assert np.array_equal(arrays[name], array)
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_no_arrays_at_all(tmp_path):
    write_arrays(tmp_path / "a", {}, {})
    assert read_arrays(tmp_path / "a") == ({}, {})


def test_any_cut_is_noticed(tmp_path):
    path = tmp_path / "a"
    write_arrays(path, ARRAYS, {})
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(ScanError):
            read_arrays(path)


def test_what_cannot_be_written_is_said_and_leaves_nothing(tmp_path):
    with pytest.raises(ScanError, match="cannot be written"):
        write_arrays(tmp_path / "absent" / "a", ARRAYS, {})
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def few_descriptors():
    """Room for four more open files than there are."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    highest = max(map(int, os.listdir("/proc/self/fd")))
    resource.setrlimit(resource.RLIMIT_NOFILE, (highest + 5, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_mapped_files_are_not_open(tmp_path, few_descriptors):
    for number in range(30):
        write_arrays(tmp_path / f"{number}", {"values": np.arange(number)}, {})
    held = [map_arrays(tmp_path / f"{number}") for number in range(30)]
    assert [len(arrays["values"]) for arrays, _, _ in held] == list(range(30))


def test_memory_given_back_is_read_again(tmp_path):
    values = np.arange(1 << 18)
    write_arrays(tmp_path / "some", {"values": values}, {})
    arrays, _, mapped = map_arrays(tmp_path / "some")
    before = int(arrays["values"].sum())
    mapped.release()
    assert int(arrays["values"].sum()) == before == int(values.sum())


def test_arrays_outlive_their_mapping(tmp_path):
    write_arrays(tmp_path / "some", {"values": np.arange(1000)}, {})
    values = map_arrays(tmp_path / "some")[0]["values"]
    (tmp_path / "some").unlink()
    gc.collect()
    assert values.tolist() == list(range(1000))
