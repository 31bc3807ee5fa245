"""Compiles a kernel that Python calls with all that it calls, once and as one.

Numba makes a library of machine code of each function that it compiles, those of its own included,
optimises it, and optimises it again in each that calls it; of 500 functions that a command needs
Python calls some twenty. Here a function that only others call stays as it was put down, until one
that Python calls takes in all that it needs: then they are optimised and translated together, by
the same passes. As nobody else can call what was taken in, the code is also a little faster.

This reaches into numba: where an inner part of it is missing, importing this module raises
ImportError or AttributeError, and numba's own way is as good, only slower.
"""

from __future__ import annotations

import functools
import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from numba.core import codegen as numba_codegen
from numba.core import registry
from numba.core.compiler_lock import global_compiler_lock
from numba.core.runtime.nrt import rtsys

_codegen_of_numba: Any = numba_codegen
_binding = _codegen_of_numba.ll
_LibraryOfNumba: Any = numba_codegen.JITCodeLibrary
_DispatcherOfNumba: Any = registry.CPUDispatcher
#: What is used of them, so that it is missed here and not later.
_USED = (
    _LibraryOfNumba.finalize, _LibraryOfNumba.add_llvm_module,
    _LibraryOfNumba._get_module_for_linking, _LibraryOfNumba._finalize_final_module,
    _LibraryOfNumba._optimize_final_module, numba_codegen.JITCPUCodegen._library_class,
    numba_codegen.JITCPUCodegen.set_env, _DispatcherOfNumba.compile, rtsys.initialize,
)  # fmt: skip


class _Library(_LibraryOfNumba):  # type: ignore[misc]
    """A library that is neither linked nor optimised before its machine code is asked for."""

    _made = False

    def add_llvm_module(self, ll_module: Any) -> None:
        ll_module.data_layout = self._codegen._data_layout
        self._final_module.link_in(ll_module)

    def finalize(self) -> None:
        self._raise_if_finalized()
        self._finalized = True

    def get_pointer_to_function(self, name: str) -> int:
        if not self._made and not _defines(self._final_module, name):
            return 0
        self._make()
        return int(super().get_pointer_to_function(name))

    def _get_module_for_linking(self) -> Any:
        """For a library of numba's own way."""
        self._make()
        return super()._get_module_for_linking()

    def _finalize_final_module(self) -> None:
        self._made = True
        super()._finalize_final_module()

    def _make(self) -> None:
        if self._made:
            return
        self._ensure_finalized()
        self._codegen._check_llvm_bugs()
        module = self._final_module
        own = {function.name for function in module.functions if not function.is_declaration}
        needed = list(_needed(self, {}))
        # Of a part that numba has made only what is asked for by then is taken in: such come last.
        for library in sorted(needed, key=_is_raw, reverse=True):
            if hasattr(library, "_reload_init"):  # not in numba 0.61
                self._reload_init.update(library._reload_init)
            part = library._final_module if _is_raw(library) else library._get_module_for_linking()
            _let_repeat(part, module)
            module.link_in(part, preserve=True)
        for function in module.functions:
            if not function.is_declaration and function.name not in own:
                function.linkage = "internal"  # may be changed, taken apart and dropped
        self._optimize_final_module()
        _check_closed(self._final_module)
        self._final_module.verify()
        self._finalize_final_module()
        _set_environments(self._codegen)


def _defines(module: Any, name: str) -> bool:
    try:
        return not module.get_function(name).is_declaration
    except NameError:
        return False


def _let_repeat(part: Any, module: Any) -> None:
    """Lets a part define again what a module defines: numba makes some functions, as those that
    free a list or tell of an error's values, in each library that needs them, under one name."""
    for function in part.functions:
        if not function.is_declaration and _defines(module, function.name):
            function.linkage = "linkonce_odr"


def _check_closed(module: Any) -> None:
    """Raises RuntimeError for a call of what is neither in a module nor a function of C's.

    Where such a name is not found, LLVM leaves *all* of the module's calls to C at zero, without a
    word; and what only this process has is not there when the code comes from numba's cache.
    """
    for function in module.functions:
        name = function.name
        if function.is_declaration and not name.startswith("llvm."):
            if _binding.address_of_symbol(name) is None:
                raise RuntimeError(f"nothing defines {name}, which {module.name} calls")


def _is_raw(library: Any) -> bool:
    return isinstance(library, _Library) and not library._made


def _needed(library: Any, seen: dict[Any, None]) -> dict[Any, None]:
    """All libraries that one needs, in the order in which they are asked for."""
    for other in library._linking_libraries:
        if other not in seen:
            seen[other] = None
            if _is_raw(other):
                _needed(other, seen)
    return seen


#: Environments (numba's word for a function's globals and constants) of functions whose code has no
#: place yet, by the names of their places; kept under numba's lock.
_WAITING: dict[str, Any] = {}


def _set_environment(codegen: Any, name: str, environment: Any) -> None:
    _WAITING[name] = environment
    _set_environments(codegen)


def _set_environments(codegen: Any) -> None:
    for name in [name for name in _WAITING if codegen._engine.is_symbol_defined(name)]:
        type(codegen).set_env(codegen, name, _WAITING.pop(name))


def _nothing(*_: Any) -> None:
    """No function that C could call: none does."""


@contextmanager
def _leanly() -> Iterator[None]:
    """Numba compiles as said above meanwhile; other threads that want to compile wait."""
    with global_compiler_lock:
        context = registry.cpu_target.target_context
        codegen = context.codegen()
        before = codegen._library_class
        if before is _Library:  # a kernel that the one which is compiled calls
            yield
            return
        rtsys.initialize(context)  # numba's own library, made in its own way
        collects = gc.isenabled()
        gc.disable()  # a sixth of the time, and little is garbage before the end
        codegen._library_class = _Library
        codegen.set_env = functools.partial(_set_environment, codegen)
        context.create_cfunc_wrapper = _nothing
        try:
            yield
        finally:
            codegen._library_class = before
            del codegen.set_env, context.create_cfunc_wrapper
            if collects:
                gc.enable()


class _Dispatcher(_DispatcherOfNumba):  # type: ignore[misc]
    def compile(self, sig: Any) -> Any:
        with _leanly():
            return super().compile(sig)


def dispatcher(function: Callable[..., Any], *, inner: bool, **options: Any) -> Any:
    """Numba's object for a function; an ``inner`` one is for other kernels and not for Python."""
    options = {"nopython": True, "boundscheck": None, "nogil": True, **options}
    if inner:
        options["no_cpython_wrapper"] = True
    made = _Dispatcher(py_func=function, targetoptions=options)
    if not inner:
        made.enable_caching()
    return made
