"""Machine code of kernels that an earlier run compiled, called without numba.

:mod:`dupdetect.kernels._keep` writes a file for each kernel and kinds of arguments: a header in
JSON, places to be relocated, the code. It is used if nothing it depends on has changed (sources,
processor, numba's build, its settings), belongs to this user or root, and nobody else can write
it; otherwise numba does the work. Linux on x86-64 only.
"""

from __future__ import annotations

import ctypes
import functools
import json
import mmap
import os
import struct
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from hashlib import blake2b
from importlib import import_module
from importlib.machinery import ExtensionFileLoader
from importlib.util import find_spec, module_from_spec, spec_from_loader
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np

from dupdetect.kernels._files import is_trusted, user_folder

#: Raised when anything of what this module does or :mod:`_keep` writes changes.
FORMAT = 1
#: The C type of each scalar as an argument.
_SCALARS: dict[str, Any] = {
    "<i8": ctypes.c_int64, "<i4": ctypes.c_int32, "<i2": ctypes.c_int16, "|i1": ctypes.c_int8,
    "<u8": ctypes.c_uint64, "<u4": ctypes.c_uint32, "<u2": ctypes.c_uint16, "|u1": ctypes.c_uint8,
    "<f8": ctypes.c_double, "<f4": ctypes.c_float, "|b1": ctypes.c_bool,
}  # fmt: skip
#: How each lies in a result, for ``struct``.
_CODES = dict(zip(_SCALARS, "qihbQIHBdf?", strict=True))
#: Where an array has its address; flags of one that is contiguous in C's order and aligned, and of
#: one that may be written to.
_DATA, _USUAL, _WRITEABLE = object.__basicsize__, 0x101, 0x400
_pointer = ctypes.c_void_p.from_address
_OK = (0, -2)  # numba's status codes: a result, or None
#: Arguments that ctypes can hand over.
_MOST = 1000


def take(value: Any, flat: list[Any]) -> Any:
    """What numba would compile for: an array's type, dimensions, whether it may be written to; of a
    tuple its items' kinds.

    Appends the value as numba hands it over: of an array two owners, number and size of its items,
    its address, shape and strides. Raises LookupError for what only numba can take.
    """
    own = type(value)
    if own is np.ndarray or own is np.memmap:
        kind, flags = value.dtype, value.flags.num
        if flags & _USUAL != _USUAL or not kind.isnative:
            raise LookupError(own)
        address = _pointer(id(value) + _DATA).value or 0
        flat += (0, 0, value.size, value.itemsize, address, *value.shape, *value.strides)
        return kind.char, value.ndim, flags & _WRITEABLE
    if own is int:
        if not -(1 << 63) <= value < 1 << 63:
            raise LookupError(value)
        flat.append(value)
        return "l"
    if isinstance(value, tuple):
        return own, *[take(item, flat) for item in value]
    if own is bool or own is float:
        flat.append(value)
        return "?" if own is bool else "d"
    if isinstance(value, np.generic):
        flat.append(value.item())
        return value.dtype.char
    raise LookupError(own)


def load(function: Any, key: Any) -> Callable[[list[Any]], Any] | None:
    """The function as machine code for arguments of these kinds, None if there is none.

    It takes what :func:`take` collects.
    """
    for path in paths(function, key):
        # No file, none of ours, damaged, or not of this machine: numba goes on.
        with suppress(OSError, ValueError, LookupError, TypeError, AttributeError, ImportError):
            native = _read(path, function)
            if native is not None:
                return native
    return None


def paths(function: FunctionType, key: Any) -> Iterator[Path]:
    """Where the code may lie, best place first: beside numba's caches."""
    if sys.platform != "linux" or os.uname().machine != "x86_64" or sys.byteorder != "little":
        return
    source = Path(function.__code__.co_filename)
    digest = blake2b(repr(key).encode(), digest_size=8).hexdigest()
    line = function.__code__.co_firstlineno
    version = f"py{sys.version_info[0]}{sys.version_info[1]}"
    name = f"{source.stem}.{function.__qualname__}-{line}.{version}.{digest}.nbn"
    if "<" in name:
        return
    apart = f"{blake2b(str(source.parent).encode(), digest_size=8).hexdigest()}.{name}"
    if chosen := os.environ.get("NUMBA_CACHE_DIR"):
        yield Path(chosen, apart)
        return
    yield source.parent / "__pycache__" / name
    folder = user_folder()
    if folder is not None:
        yield folder / apart


@functools.cache
def surroundings() -> str:
    """What code depends on beside its source."""
    processor = []
    with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if not line.strip():
                break
            if line.startswith(("vendor_id", "cpu family", "model", "stepping", "flags")):
                processor.append(line.split())
    settings = sorted(item for item in os.environ.items() if item[0].startswith("NUMBA_"))
    parts = FORMAT, processor, settings, [stamp(str(path)) for path in _extensions()]
    return blake2b(repr(parts).encode(), digest_size=16).hexdigest()


def stamps(files: list[str], folder: Path) -> list[Any]:
    """State of source files, which are named as seen from a folder."""
    return [[name, *stamp(os.path.normpath(folder / name))] for name in files]


@functools.cache
def _addresses_are_seen() -> bool:
    """Whether arrays lie in memory as :func:`take` reads them: in numpy's own binary interface."""
    array = np.empty(1)
    return bool(array.__array_interface__["data"][0] == _pointer(id(array) + _DATA).value)


@functools.cache
def stamp(path: str) -> tuple[int, int]:
    """State of a file when this process first asked for it."""
    state = os.stat(path)
    return state.st_size, state.st_mtime_ns


@functools.cache
def _extensions() -> list[Path]:
    """Numba's libraries of C functions, found without importing numba."""
    spec = find_spec("numba")
    if spec is None or spec.origin is None:
        raise LookupError("numba")
    found = []
    for name in ("core/runtime/_nrt_python", "_helperlib"):
        beside = Path(spec.origin).parent / name
        found += list(beside.parent.glob(f"{beside.name}.*.so"))
    return found


@functools.cache
def functions() -> dict[str, int]:
    """Addresses of the functions that code may call, by name."""
    runtime, helpers = (_extension(path) for path in _extensions())
    runtime.memsys_use_cpython_allocator()  # as numba does
    found = dict(helpers.c_helpers)
    found |= {f"numba_{name}": address for name, address in helpers.c_helpers.items()}
    found |= {f"NRT_{name}": address for name, address in runtime.c_helpers.items()}
    c = ctypes.CDLL(None)
    for name in ("memcpy", "memset", "memmove", "memcmp"):
        found[name] = ctypes.cast(getattr(c, name), ctypes.c_void_p).value or 0
    return found


def _extension(path: Path) -> Any:
    loader = ExtensionFileLoader(path.name.partition(".")[0], str(path))
    spec = spec_from_loader(loader.name, loader)
    if spec is None:
        raise LookupError(path)
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


def _read(path: Path, function: FunctionType) -> Callable[[list[Any]], Any] | None:
    with path.open("rb") as file:
        if not is_trusted(os.fstat(file.fileno())):
            return None
        head, body = json.loads(file.readline()), file.read()
    folder = Path(function.__code__.co_filename).parent
    fresh = stamps([name for name, *_ in head["sources"]], folder)
    if head["surroundings"] != surroundings() or head["sources"] != fresh:
        return None
    if head["check"] != zlib.crc32(body) or not _addresses_are_seen():
        return None
    return _Native(head, body, function.__qualname__)


class _Native:
    """A kernel in memory."""

    def __init__(self, head: dict[str, Any], body: bytes, name: str) -> None:
        self._name = name
        self._memory, address = _placed(head, body)
        types: list[Any] = [ctypes.c_void_p, ctypes.c_void_p]
        for item in head["arguments"]:
            add_types(item, types)
        if len(types) > _MOST:
            raise LookupError("too many arguments")
        prototype = ctypes.CFUNCTYPE(ctypes.c_int32, *types)
        self._call = prototype(address + head["entry"])
        self._size = head["size"]
        self._result = _maker(head["result"])

    def __call__(self, flat: list[Any]) -> Any:
        result = (ctypes.c_int64 * self._size)()
        failure = ctypes.c_void_p()
        status = self._call(ctypes.addressof(result), ctypes.addressof(failure), *flat)
        if status not in _OK:
            raise RuntimeError(f"the kernel {self._name} failed (status {status})")
        return self._result(result)


def add_types(item: Any, types: list[Any]) -> None:
    """Appends the C types of an argument: see :func:`take`."""
    if isinstance(item, str):
        types.append(_SCALARS[item])
    elif isinstance(item[0], list):
        for part in item[0]:
            add_types(part, types)
    else:
        types.extend([ctypes.c_int64] * (5 + 2 * item[1]))


def _maker(item: Any) -> Callable[[Any], Any]:
    """What makes the Python value of a result of this layout."""
    if item is None:
        return lambda memory: None
    what, at, *more = item
    if isinstance(what, list):
        makers = [_maker(part) for part in what]
        if not more:
            return lambda memory: tuple([make(memory) for make in makers])
        module, _, name = more[0].partition(":")
        own = getattr(import_module(module), name)
        return lambda memory: own(*[make(memory) for make in makers])
    if not more:
        read = struct.Struct("<" + _CODES[what]).unpack_from
        return lambda memory: read(memory, at)[0]
    return _array_maker(np.dtype(what), at, more[0])


def _array_maker(kind: np.dtype[Any], at: int, ndim: int) -> Callable[[Any], Any]:
    known = functions()
    adapt = ctypes.PYFUNCTYPE(
        ctypes.py_object, ctypes.c_void_p, ctypes.py_object, ctypes.c_int, ctypes.c_int,
        ctypes.py_object,
    )(known["NRT_adapt_ndarray_to_python_acqref"])  # fmt: skip
    release = ctypes.CFUNCTYPE(None, ctypes.c_void_p)(known["NRT_MemInfo_release"])

    def make(memory: Any) -> Any:
        owner = memory[at // 8]
        array = adapt(ctypes.addressof(memory) + at, np.ndarray, ndim, 1, kind)
        if not owner:
            return array.copy()  # an argument, or a part of one
        release(owner)
        return array

    return make


def _placed(head: dict[str, Any], body: bytes) -> tuple[mmap.mmap, int]:
    """The code at its place in memory, which nothing can write any more, and that place."""
    inner, size = head["inner"], head["image"]
    memory = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    image = np.frombuffer(memory, np.uint8)
    address = image.ctypes.data
    image[: len(body) - 8 * inner] = np.frombuffer(body, np.uint8, offset=8 * inner)
    _add(image, np.frombuffer(body, np.int64, inner), address)
    for name, places in head["outer"].items():
        _add(image, np.array(places, np.int64), functions()[name])
    protect = ctypes.CDLL(None, use_errno=True).mprotect
    protect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    if protect(address, size, mmap.PROT_READ | mmap.PROT_EXEC):
        raise OSError(ctypes.get_errno(), "memory cannot be made executable")
    return memory, address


def _add(image: Any, places: Any, value: int) -> None:
    """Adds to the words at these bytes of an image."""
    where = places[:, None] + np.arange(8)
    words = image[where].view(np.int64)
    words += value
    image[where] = words.view(np.uint8)
