"""Files of arrays: what is written comes back, what is damaged is refused."""

from __future__ import annotations

import numpy as np
import pytest

from dupdetect.engines.container import read_arrays, write_arrays
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
