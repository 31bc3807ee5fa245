"""Kernels that are compiled with all that they call."""

from __future__ import annotations

import gc
import importlib.util
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType

import numba
import numpy as np
import pytest

from dupdetect.kernels import _jit

_lean = pytest.importorskip("dupdetect.kernels._lean")

_SOURCE = """
import numpy as np
from dupdetect.kernels._jit import inlined, kernel

@kernel
def digits(n):
    if n < 0:
        raise ValueError("less than nothing")
    found = np.empty(20, np.uint8)
    size = 0
    while n:
        found[size] = n % 10
        size += 1
        n //= 10
    return found[:size]

@inlined
def half(x):
    return x / 2

@kernel
def cross_sum(n):
    return digits(n).sum()

@kernel
def halved(n):
    return half(cross_sum(n)) + half(len(digits(n)))

@kernel
def halved_first(n):
    return half(n) - half(n) + halved(n)

@kernel
def depth(n):
    if n < 2:
        return 0
    return depth(n // 2) + 1

@kernel
def deep(n):
    return depth(n) + cross_sum(n)

@kernel
def told(n):
    print(str(n) + "!")

@kernel
def in_order(a):
    return np.sort(a)

@kernel
def least(whole, real):
    return in_order(whole)[0] + in_order(real)[0]
"""


@pytest.fixture
def kernels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A module of kernels that nobody has called."""
    monkeypatch.setattr(_jit.Kernel, "settled", False)
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    source = tmp_path / "called.py"
    source.write_text(_SOURCE)
    spec = importlib.util.spec_from_file_location("called_kernels", source)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "called_kernels", module)
    spec.loader.exec_module(module)
    return module


def libraries(dispatcher: object) -> list[object]:
    """Those of what was compiled."""
    return [made.library for made in dispatcher.overloads.values()]  # type: ignore[attr-defined]


def test_only_what_python_calls_becomes_machine_code(kernels: ModuleType) -> None:
    assert kernels.halved(1234) == 7.0
    assert not libraries(kernels.digits.dispatcher)
    (called,) = libraries(kernels.digits._inner)
    (made,) = libraries(kernels.halved.dispatcher)
    assert not called._made  # type: ignore[attr-defined]
    assert made._made  # type: ignore[attr-defined]
    defined = {item.name for item in made.get_defined_functions()}  # type: ignore[attr-defined]
    linked = {item.name for item in called.get_defined_functions()}  # type: ignore[attr-defined]
    assert linked
    assert not defined & linked  # all were taken in


def test_what_was_taken_in_may_be_called_too(kernels: ModuleType) -> None:
    assert kernels.cross_sum(1234) == 10
    assert kernels.digits(1234).tolist() == [4, 3, 2, 1]
    assert kernels.halved(1234) == 7.0
    assert kernels.halved(np.int32(99)) == 10.0


def test_a_kernel_that_calls_itself(kernels: ModuleType) -> None:
    assert kernels.deep(1024) == 10 + 7
    assert kernels.depth(8) == 3


def test_an_exception_of_what_was_taken_in_reaches_python(kernels: ModuleType) -> None:
    with pytest.raises(ValueError, match="less than nothing"):
        kernels.halved(-1)


def test_what_needs_python_finds_it(kernels: ModuleType, capfd: pytest.CaptureFixture[str]) -> None:
    kernels.told(12)
    assert capfd.readouterr().out == "12!\n"


def test_functions_of_others_are_compiled_as_ever(kernels: ModuleType) -> None:
    kernels.told(3)  # brings in parts of numba that the functions below use, too

    @numba.njit  # type: ignore[misc]
    def own(n: int) -> str:
        found = np.empty(20, np.uint8)
        found[:] = n
        return str(n) + str(found.sum())

    assert own(7) == "7140"
    (library,) = libraries(own)
    assert type(library) is not _lean._Library
    assert kernels.halved(1234) == 7.0
    assert own(8) == "8160"


def test_numba_is_left_as_it_was(kernels: ModuleType) -> None:
    from numba.core.registry import cpu_target

    context = cpu_target.target_context
    before = dict(vars(context.codegen())), set(vars(context))
    kernels.halved(5)
    after = dict(vars(context.codegen())), set(vars(context))
    assert before[0].keys() == after[0].keys()
    assert before[0].get("_library_class") == after[0].get("_library_class")
    assert before[1] == after[1]


@pytest.mark.parametrize("collects", [True, False])
def test_garbage_is_collected_as_before(kernels: ModuleType, *, collects: bool) -> None:
    before = gc.isenabled()
    (gc.enable if collects else gc.disable)()
    try:
        kernels.cross_sum(5)
        with pytest.raises(Exception, match="cross_sum"):
            kernels.cross_sum("5")
        assert gc.isenabled() is collects
    finally:
        (gc.enable if before else gc.disable)()


def test_threads_compile_one_after_the_other(kernels: ModuleType) -> None:
    with ThreadPoolExecutor(4) as pool:
        first = [pool.submit(kernels.halved, 1234), pool.submit(kernels.deep, 1024)]
        second = [pool.submit(kernels.halved, 12.0), pool.submit(kernels.cross_sum, 99)]
    assert [each.result() for each in first] == [7.0, 17]
    assert [each.result() for each in second] == [2.5, 18]


def test_a_numba_that_differs_inside_compiles_in_its_own_way(
    kernels: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "dupdetect.kernels._lean", None)
    monkeypatch.delattr("dupdetect.kernels._lean")
    assert kernels.halved(1234) == 7.0
    assert not isinstance(kernels.halved.dispatcher, _lean._Dispatcher)


_NUMBA_FIRST = "import numba; numba.njit(lambda n: [n])(1)"
_CALL = """
import sys; sys.path.insert(0, {folder!r})
{before}
from dupdetect.kernels._jit import settle
settle()
import called
print(called.halved_first(1234))
"""


@pytest.mark.parametrize("before", [_NUMBA_FIRST, ""])
@pytest.mark.parametrize("later", [_NUMBA_FIRST, ""])
def test_the_next_process_can_call_what_one_compiled(
    tmp_path: Path, before: str, later: str
) -> None:
    """Whoever first used numba in each, so that its library of memory is made in either way."""
    (tmp_path / "called.py").write_text(_SOURCE)
    for first in (before, later):
        code = _CALL.format(folder=str(tmp_path), before=first)
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=300
        )
        assert (done.returncode, done.stdout) == (0, "7.0\n"), done.stderr


def test_what_nobody_defines_is_told() -> None:
    from llvmlite import binding

    code = "declare i32 @memcmp(i64, i64, i64) declare i32 @{}() define i32 @own() {{ ret i32 1 }}"
    _lean._check_closed(binding.parse_assembly(code.format("NRT_Free")))
    with pytest.raises(RuntimeError, match="nothing defines nobody_has_this"):
        _lean._check_closed(binding.parse_assembly(code.format("nobody_has_this")))


def test_sorts_of_several_kinds_are_put_together(kernels: ModuleType) -> None:
    """Numba makes what frees a list of its own in each."""
    assert kernels.least(np.array([5, 3]), np.array([0.5, 0.25])) == 3.25


def test_a_function_may_be_defined_in_two_parts() -> None:
    """As when numba has typed one of its own functions again, and each tells of its errors."""
    from llvmlite import binding

    def part(own: str) -> binding.ModuleRef:
        code = f"define i32 @same() {{ ret i32 1 }} define i32 @{own}() {{ ret i32 2 }}"
        return binding.parse_assembly(code)

    whole, other = part("first"), part("second")
    _lean._let_repeat(other, whole)
    whole.link_in(other, preserve=True)
    assert {function.name for function in whole.functions} == {"same", "first", "second"}
    again = part("third")
    with pytest.raises(RuntimeError, match="multiply defined"):
        whole.link_in(again, preserve=True)
