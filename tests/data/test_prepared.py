from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from dupdetect.data.prepared import Arrays, prepared

ARRAYS = {
    "words": np.arange(7, dtype=np.uint16), "table": np.arange(12.0).reshape(3, 4),
    "nothing": np.empty((0, 2), np.int8), "marks": np.array([True, False]),
}  # fmt: skip


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "dupdetect"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source"
    path.write_text("one")
    return path


class Maker:
    """Makes the arrays and counts how often."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> Arrays | None:
        self.times += 1
        return ARRAYS


def same(found: Arrays | None) -> bool:
    return (
        found is not None
        and list(found) == list(ARRAYS)
        and all(
            found[name].dtype == array.dtype
            and found[name].shape == array.shape
            and (found[name] == array).all()
            for name, array in ARRAYS.items()
        )
    )


def test_arrays_are_made_once(source: Path) -> None:
    make = Maker()
    assert same(prepared("name", [source], make))
    found = prepared("name", [source], make)
    assert same(found)
    assert make.times == 1
    assert found is not None
    found["words"][:] = 9  # private
    assert same(prepared("name", [source], make))


def _touched(path: Path, source: Path) -> None:
    source.write_text("two!")


def _damaged(path: Path, source: Path) -> None:
    path.write_bytes(b"{" + path.read_bytes())


def _cut(path: Path, source: Path) -> None:
    os.truncate(path, path.stat().st_size - 1)


def _empty(path: Path, source: Path) -> None:
    os.truncate(path, 0)


def _public(path: Path, source: Path) -> None:
    path.chmod(0o666)


@pytest.mark.parametrize("change", [_touched, _damaged, _cut, _empty, _public])
def test_what_cannot_be_trusted_is_made_again(
    cache: Path, source: Path, change: Callable[[Path, Path], None]
) -> None:
    make = Maker()
    prepared("name", [source], make)
    (path,) = cache.iterdir()
    change(path, source)
    assert same(prepared("name", [source], make))
    assert make.times == 2
    assert same(prepared("name", [source], make))
    assert make.times == 2
    assert list(cache.iterdir()) == [path]


def test_another_version_is_made_again(source: Path) -> None:
    make = Maker()
    prepared("name", [source], make)
    prepared("name", [source], make, version=2)
    assert make.times == 2


def test_without_a_place_to_keep_them_arrays_are_made(cache: Path, source: Path) -> None:
    cache.parent.write_text("no folder")
    make = Maker()
    for _ in range(2):
        assert same(prepared("name", [source], make))
    assert make.times == 2


def test_a_relative_folder_is_no_cache(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.chdir(tmp_path)
    assert same(prepared("name", [source], Maker()))
    assert not (tmp_path / "relative").exists()


def test_a_source_that_is_absent_is_no_error_here(source: Path) -> None:
    make = Maker()
    assert same(prepared("name", [source.with_name("absent")], make))


def test_nothing_made_is_nothing_kept(cache: Path, source: Path) -> None:
    assert prepared("name", [source], lambda: None) is None
    assert not cache.exists()


def test_objects_are_not_kept(cache: Path, source: Path) -> None:
    made = {"objects": np.array([{}], object)}
    assert prepared("name", [source], lambda: made) is made
    assert not cache.exists()
