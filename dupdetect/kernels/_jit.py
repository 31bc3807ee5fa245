"""The one way a function becomes a kernel.

Kernels release the GIL, so threads over batches use all cores, and are cached on disk, so that only
the first run on a machine compiles. Numba does not notice when a kernel in *another* file changes:
after an edit, ``find dupdetect -name "*.nb?" -delete`` (``verify`` and ``quality`` call them too).

Numba takes 0.4 s to import and to set up. It is only needed to compile, and for what
:mod:`dupdetect.kernels._native` has no copy of: it is imported when a kernel asks for it.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from contextlib import suppress
from threading import RLock
from typing import Any, ClassVar, TypeVar, cast

import numpy as np

from dupdetect.kernels import _native

F = TypeVar("F", bound=Callable[..., Any])

#: Calls from Python after which numba is worth its start: each takes it 5 to 60 us less.
_MANY = 10_000
_LOCK = RLock()


class Kernel:
    """A function that is compiled when it is first called; attributes are those of numba's own.

    Calls go to the machine code that was kept of an earlier run, without numba, else to numba, and
    then the code is kept.
    """

    #: See :func:`settle`.
    settled: ClassVar[bool] = False

    def __init__(self, function: Callable[..., Any], options: dict[str, Any]) -> None:
        functools.update_wrapper(self, function)
        self.py_func = function
        self._options = options
        self._natives: dict[Any, Callable[[list[Any]], Any]] = {}
        self._calls = 0
        with suppress(OSError):  # what is called is as the source was when it was read
            _native.stamp(os.path.normpath(function.__code__.co_filename))

    @functools.cached_property
    def dispatcher(self) -> Any:
        """Numba's object, for calls from Python."""
        return self._once("dispatcher", inner=False)

    @functools.cached_property
    def _inner(self) -> Any:
        """Numba's object as other kernels see it."""
        return self._once("_inner", inner=True)

    def _once(self, name: str, *, inner: bool) -> Any:
        with _LOCK:
            found = self.__dict__.get(name)  # another thread may have been here first
            if found is None:
                found = self.__dict__[name] = _dispatcher(self.py_func, inner, self._options)
            return found

    @property
    def _numba_type_(self) -> Any:
        return self._inner._numba_type_

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.dispatcher, name)

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        if self._calls > _MANY or Kernel.settled or named:
            return self.dispatcher(*arguments, **named)
        flat: list[Any] = []
        try:
            key = tuple([_native.take(argument, flat) for argument in arguments])
        except LookupError:  # something that only numba knows what to do with
            return self.dispatcher(*arguments)
        self._calls += 1
        native = self._natives.get(key) or _native.load(self.py_func, key)
        if native is None:
            return self._compiled(key, arguments)
        self._natives[key] = native
        return native(flat)

    def _compiled(self, key: Any, arguments: tuple[Any, ...]) -> Any:
        """The first call of what numba has to compile, or to load from its own cache."""
        result = self.dispatcher(*arguments)
        from dupdetect.kernels import _keep

        _keep.keep(self, key, arguments)
        self._calls = _MANY + 1  # numba is there now
        return result


def _dispatcher(function: Callable[..., Any], inner: bool, options: dict[str, Any]) -> Any:
    try:
        from dupdetect.kernels import _lean
    except (ImportError, AttributeError):  # a numba that differs inside
        import numba

        return numba.njit(cache=True, nogil=True, **options)(function)
    return _lean.dispatcher(function, inner=inner, **options)


class Deferred:
    """Something of numba's that kernels use, made when the first of them is compiled."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = functools.cache(make)

    @property
    def _numba_type_(self) -> Any:
        from numba.core.registry import cpu_target

        made, context = self._make(), cpu_target.typing_context
        context.refresh()  # numba looks for what is new only now and then
        return context.resolve_value_type(made)


def settle() -> None:
    """From now on this process calls all kernels through numba: for who asks again and again, and
    waits for each answer. Takes the time of numba's start once, when the next kernel is called."""
    Kernel.settled = True


def kernel(function: F) -> F:
    """Compile ``function`` on first call (nopython, cached, without the GIL); keeps its type."""
    return cast(F, Kernel(function, {}))


def inlined(function: F) -> F:
    """A kernel whose code is copied into the kernels that call it, for use inside hot loops."""
    return cast(F, Kernel(function, {"forceinline": True}))


def intrinsic(function: Callable[..., Any]) -> Any:
    """Numba's decorator of this name, for code that kernels are to hold as it is."""

    def make() -> Any:
        from numba.extending import intrinsic as made

        return made(function)

    return Deferred(make)


@intrinsic
def _ctpop(typing: Any, x: Any) -> Any:
    from numba import types

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return types.uint64(types.uint64), generate


@intrinsic
def _cttz(typing: Any, x: Any) -> Any:
    from numba import types

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], context.get_constant(types.boolean, False))

    return types.uint64(types.uint64), generate


@intrinsic
def _load64(typing: Any, address: Any) -> Any:
    from numba import types

    pointer: Any = types.CPointer

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = context.get_value_type(pointer(types.uint64))
        return builder.load(builder.inttoptr(arguments[0], kind), align=1)

    return types.uint64(types.int64), generate


def _carray() -> Any:
    import numba

    return numba.carray  # type: ignore[attr-defined]


#: Number of set bits of a uint64, as uint64. One instruction; only inside kernels.
popcount = cast(Callable[[np.uint64], np.uint64], _ctpop)
#: Number of zero bits below the lowest set bit of a uint64 (64 for zero), as uint64; likewise.
trailing_zeros = cast(Callable[[np.uint64], np.uint64], _cttz)
#: The eight bytes at an address as uint64 (little-endian machines). Only inside kernels.
load64 = cast(Callable[[Any], np.uint64], _load64)
#: Numba's function of this name: an array at a pointer. Only inside kernels.
carray = cast(Callable[..., Any], Deferred(_carray))
