from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from dupdetect.kernels import _jit, _keep, _native

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or os.uname().machine != "x86_64", reason="Linux on x86-64 only"
)

_SOURCE = """
from typing import NamedTuple
import numpy as np
from dupdetect.kernels._jit import inlined, kernel, popcount

class Pair(NamedTuple):
    left: np.ndarray
    right: np.ndarray

@inlined
def twice(x):
    return x + x

@kernel
def mixed(values, pair, factor, negative, scale):
    total = np.zeros((len(values), 2), np.float32)
    bits = np.uint64(0)
    for i in range(len(values)):
        total[i, 0] = twice(values[i]) * factor
        total[i, 1] = pair.left[i] if negative else pair.right[i, 0]
        bits += popcount(np.uint64(values[i]))
    return total, (len(values) > 2, np.uint8(7), bits), Pair(pair.left[1:], total), scale / 2

@kernel
def same(values):
    values[0] += 1
    return values

@kernel
def nothing(values):
    values[:] = 3

@kernel
def refuses(limit):
    if limit > 0:
        raise ValueError("too large")
    return limit
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package folder with a module of kernels, in a process that has not settled."""
    monkeypatch.setattr(_jit.Kernel, "settled", False)
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    (tmp_path / "own.py").write_text(_SOURCE)
    return tmp_path


def fresh(folder: Path) -> ModuleType:
    """The module as a new process would have it."""
    spec = importlib.util.spec_from_file_location("own_kernels", folder / "own.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["own_kernels"] = module
    _native.stamp.cache_clear()
    spec.loader.exec_module(module)
    return module


def compiles(kernel: object) -> bool:
    """Whether numba was asked."""
    return "dispatcher" in vars(kernel)


def kept(folder: Path, name: str) -> Path:
    """The one file of a kernel."""
    (found,) = (folder / "__pycache__").glob(f"own.{name}-*.nbn")
    return found


def called(module: ModuleType) -> object:
    """A call with arguments of many kinds."""
    values, left = np.array([1, 2, 3], np.int32), np.array([1.5, 2.5, 3.5])
    pair = module.Pair(left, np.arange(6, dtype=np.uint16).reshape(3, 2))
    return module.mixed(values, pair, 10, True, np.float32(0.5))


def test_a_later_run_gives_the_same_without_numba(folder: Path) -> None:
    first = called(fresh(folder))
    module = fresh(folder)
    total, (many, seven, bits), pair, half = called(module)  # type: ignore[misc]
    assert not compiles(module.mixed)
    assert total.dtype == np.float32
    assert total.tolist() == first[0].tolist() == [[20, 1.5], [40, 2.5], [60, 3.5]]  # type: ignore[index]
    assert (many, seven, bits, half) == (True, 7, 4, 0.25)
    assert many is True
    assert isinstance(pair, module.Pair)
    assert pair.left.tolist() == [2.5, 3.5]
    assert pair.right.tolist() == total.tolist()
    total += 1  # its memory is its own
    del pair
    assert total.tolist() == [[21, 2.5], [41, 3.5], [61, 4.5]]


def test_arrays_are_changed_in_place_and_none_is_a_result(folder: Path) -> None:
    for _ in range(2):
        module = fresh(folder)
        values = np.zeros(3)
        assert module.same(values).tolist() == [1, 0, 0]
        assert values.tolist() == [1, 0, 0]
        assert module.nothing(values) is None
        assert values.tolist() == [3, 3, 3]
    assert not compiles(module.same)


def test_an_exception_is_not_lost(folder: Path) -> None:
    assert fresh(folder).refuses(0) == 0
    module = fresh(folder)
    with pytest.raises(RuntimeError, match="refuses"):
        module.refuses(1)
    assert not compiles(module.refuses)


def test_what_only_numba_takes_goes_there(folder: Path) -> None:
    fresh(folder).nothing(np.zeros(4))
    module = fresh(folder)
    values = np.zeros(8)
    module.nothing(values[::2])
    assert values.tolist() == [3, 0] * 4
    assert compiles(module.nothing)


def test_mapped_files_are_arrays(folder: Path) -> None:
    for _ in range(2):
        module = fresh(folder)
        values = np.memmap(folder / "mapped", np.float64, "w+", shape=(5,))
        module.nothing(values[1:])
        assert values.tolist() == [0, 3, 3, 3, 3]
    assert not compiles(module.nothing)


def test_what_must_not_be_written_to_is_not(folder: Path) -> None:
    fresh(folder).nothing(np.zeros(4))
    values = np.zeros(4)
    values.flags.writeable = False
    with pytest.raises(Exception, match="readonly"):
        fresh(folder).nothing(values)
    assert values.tolist() == [0] * 4


def test_other_kinds_of_arguments_are_not_mixed_up(folder: Path) -> None:
    fresh(folder).nothing(np.zeros(4))
    module = fresh(folder)
    values = np.zeros(4, np.int16)
    module.nothing(values)
    assert values.tolist() == [3] * 4
    assert compiles(module.nothing)


@pytest.mark.parametrize("damage", ["body", "head", "short", "empty"])
def test_damaged_code_is_not_used_and_is_written_again(folder: Path, damage: str) -> None:
    fresh(folder).nothing(np.zeros(4))
    path = kept(folder, "nothing")
    good = path.read_bytes()
    path.write_bytes({
        "body": good[:-100] + b"\0" * 50 + good[-50:], "head": b"{" + good, "short": good[:-9],
        "empty": b"",
    }[damage])  # fmt: skip
    module = fresh(folder)
    module.nothing(np.zeros(4))
    assert compiles(module.nothing)
    assert path.read_bytes() == good


def test_a_changed_source_is_seen(folder: Path) -> None:
    fresh(folder).nothing(np.zeros(4))
    source = folder / "own.py"
    source.write_text(_SOURCE.replace("= 3\n", "= 1 + 3\n"))
    values = np.zeros(4)
    fresh(folder).nothing(values)
    assert values.tolist() == [4] * 4


def test_another_machine_or_numba_is_seen(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh(folder).nothing(np.zeros(4))
    monkeypatch.setattr(_native, "surroundings", lambda: "others")
    module = fresh(folder)
    module.nothing(np.zeros(4))
    assert compiles(module.nothing)


def test_code_that_others_can_write_is_not_run(folder: Path) -> None:
    fresh(folder).nothing(np.zeros(4))
    kept(folder, "nothing").chmod(0o666)
    module = fresh(folder)
    module.nothing(np.zeros(4))
    assert compiles(module.nothing)


def test_where_nothing_can_be_written_numba_works_on(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(path: Path, content: bytes) -> None:
        raise PermissionError(path)

    monkeypatch.setattr(_keep, "_write", write)
    for _ in range(2):
        values = np.zeros(4)
        fresh(folder).nothing(values)
        assert values.tolist() == [3] * 4
    assert not list(folder.glob("**/*.nbn"))


def test_code_goes_to_the_users_cache_where_the_package_is_read_only(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "home"))
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    whole = _keep._write

    def write(path: Path, content: bytes) -> None:
        if path.parent.name == "__pycache__":
            raise PermissionError(path)
        whole(path, content)

    monkeypatch.setattr(_keep, "_write", write)
    fresh(folder).nothing(np.zeros(4))
    module = fresh(folder)
    module.nothing(np.zeros(4))
    assert not compiles(module.nothing)


@pytest.mark.parametrize("home", [None, "relative", ""])
def test_a_user_without_a_home_needs_none(
    folder: Path, monkeypatch: pytest.MonkeyPatch, home: str | None
) -> None:
    def own() -> Path:
        if home is None:
            raise RuntimeError("Could not determine home directory.")
        return Path(home)

    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", own)
    module = fresh(folder)
    places = list(_native.paths(module.nothing.py_func, "key"))
    assert [path.parent for path in places] == [folder / "__pycache__"]


def test_only_what_is_understood_is_kept(folder: Path) -> None:
    with pytest.raises(ValueError, match="x86-64"):
        _keep.linked(b"\x7fELF" + bytes(60), "name")


def test_sources_of_called_kernels_count(folder: Path) -> None:
    called(fresh(folder))
    head = json.loads(kept(folder, "mixed").read_bytes().split(b"\n", 1)[0])
    assert [name for name, *_ in head["sources"]] == ["own.py"]


def test_a_second_process_needs_no_numba(folder: Path) -> None:
    program = (
        "import sys, numpy, own; own.nothing(numpy.zeros(4));"
        "print(any(name in sys.modules for name in ('numba', 'llvmlite')))"
    )
    answers = [
        subprocess.run(
            [sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=True
        ).stdout.strip()
        for _ in range(2)
    ]
    assert answers == ["True", "False"]


def test_a_settled_process_calls_numba(folder: Path) -> None:
    program = (
        "import sys, numpy, own; from dupdetect.kernels._jit import settle; {}"
        "own.nothing(numpy.zeros(4)); print('numba' in sys.modules)"
    )
    answers = [
        subprocess.run(
            [sys.executable, "-c", program.format(first)], cwd=folder, capture_output=True,
            text=True, check=True,
        ).stdout.strip()
        for first in ("", "", "settle();")
    ]  # fmt: skip
    assert answers == ["True", "False", "True"]
