"""Keeps the machine code of a kernel that numba has compiled, for :mod:`_native` to call.

The object file comes from numba's own cache: ELF for x86-64 in the large code model, all of whose
relocations are absolute words, so that linking it takes no linker. What looks different is not
kept, and numba goes on to load the kernel from its cache.
"""

from __future__ import annotations

import ctypes
import json
import mmap
import os
import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, NamedTuple

import numpy as np

from dupdetect.kernels import _native
from dupdetect.kernels._files import replacing

# ELF: https://refspecs.linuxfoundation.org/elf/gabi4+/contents.html and the x86-64 psABI.
_RELOCATABLE, _X86_64 = 1, 62
_PROGBITS, _SYMTAB, _RELA, _NOBITS, _UNWIND = 1, 2, 4, 8, 0x70000001
_WRITE, _ALLOC = 1, 2
_ABSOLUTE_WORD = 1  # R_X86_64_64
_UNDEFINED, _COMMON = 0, 0xFFF2
_FUNCTION = 2
#: Numba's ways into a kernel from Python and C, and what tells of exceptions; not used here.
_ENVIRONMENT = "_ZN08NumbaEnv"  # used by wrappers alone
_WRAPPERS = ("_ZN7cpython", "cfunc.", "__excinfo_unwrap_args")
#: What numba hands over of an array.
_ARRAY = ("meminfo", "parent", "nitems", "itemsize", "data", "shape", "strides")


class Symbol(NamedTuple):
    """A symbol of an object file; ``section`` is its number there."""

    name: str
    kind: int
    section: int
    value: int
    size: int


class Section(NamedTuple):
    """A section of an object file, without its name."""

    kind: int
    flags: int
    offset: int
    size: int
    link: int
    info: int
    align: int


def keep(kernel: Any, key: Any, arguments: tuple[Any, ...]) -> None:
    """Writes what numba has compiled for these arguments, if it can be used without numba."""
    # Numba's internals, a foreign object file and a folder that may be read-only: whatever fails
    # here, numba has the kernel.
    with suppress(Exception):
        head, body = _made(kernel.dispatcher, arguments)
        folder = Path(kernel.py_func.__code__.co_filename).parent
        names = sorted({os.path.relpath(file, folder) for file in _sources(kernel, set())})
        head["sources"] = _native.stamps(names, folder)
        head["surroundings"] = _native.surroundings()
        head["check"] = zlib.crc32(body)
        for path in _native.paths(kernel.py_func, key):
            with suppress(OSError):
                _write(path, json.dumps(head).encode() + b"\n" + body)
                return


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as file:
        file.write(content)
        os.fchmod(file.fileno(), 0o644)


def _sources(kernel: Any, seen: set[Any]) -> Iterator[str]:
    """Files of a kernel, of those it calls, and of modules and constants that they name."""
    if kernel in seen:
        return
    seen.add(kernel)
    function = kernel.py_func
    yield function.__code__.co_filename
    for name in _names(function.__code__):
        value = function.__globals__.get(name)
        if hasattr(value, "py_func"):
            yield from _sources(value, seen)
        elif isinstance(value, ModuleType) and value.__name__.startswith("dupdetect."):
            yield str(value.__file__)


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


def _made(dispatcher: Any, arguments: tuple[Any, ...]) -> tuple[dict[str, Any], bytes]:
    types = tuple(dispatcher.typeof_pyval(argument) for argument in arguments)
    compiled = dispatcher.overloads[types]
    cache = dispatcher._cache
    stored = cache._cache_file.load(cache._index_key(types, compiled.codegen))
    _, form, (code, _) = stored[0]
    if form != "object":
        raise ValueError(form)
    head, body = linked(code, compiled.fndesc.llvm_func_name)
    head["arguments"] = [_argument(item) for item in types]
    head["result"], end, _ = _result(compiled.signature.return_type, 0)
    head["size"] = end // 8 + 1
    _check(dispatcher.targetctx, types, compiled.signature.return_type, head, end)
    return head, body


def _check(context: Any, types: Any, result: Any, head: dict[str, Any], end: int) -> None:
    """Raises ValueError if this numba hands things over in another way than :mod:`_native`."""
    function = context.call_conv.get_function_type(result, types)
    expected: list[Any] = []
    for item in head["arguments"]:
        _native.add_types(item, expected)
    sizes = [context.get_abi_sizeof(item) for item in function.args[2:]]
    if sizes != [ctypes.sizeof(item) for item in expected]:
        raise ValueError("other arguments")
    if head["result"] is not None and end != context.get_abi_sizeof(function.args[0].pointee):
        raise ValueError("another result")
    for item in (part for part in types if hasattr(part, "layout")):
        if tuple(context.data_model_manager[item]._fields) != _ARRAY:
            raise ValueError("other arrays")


def _argument(item: Any) -> Any:
    """A type as JSON: a dtype; dtype and dimensions of an array; a list of the items of a tuple."""
    from numba import types

    if isinstance(item, types.BaseTuple):
        return [[_argument(part) for part in _items(item)]]
    if isinstance(item, types.Array):
        if item.layout != "C" or not item.ndim:
            raise ValueError(item)
        return [_dtype(item.dtype), item.ndim]
    return _dtype(item)


def _items(item: Any) -> list[Any]:
    return list(item)


def _dtype(item: Any) -> str:
    from numba.np.numpy_support import as_dtype

    name = str(as_dtype(item).str)
    if name not in _native._SCALARS:
        raise ValueError(item)
    return name


def _result(item: Any, at: int) -> tuple[Any, int, int]:
    """A type as :func:`_argument`, with places in memory; its end there, and its alignment."""
    from numba import types

    if item == types.none:
        return None, at, 1
    if isinstance(item, types.BaseTuple):
        return _structure(item, at)
    if isinstance(item, types.Array):
        if item.layout != "C" or not item.ndim:
            raise ValueError(item)
        at = _aligned(at, 8)
        return [_dtype(item.dtype), at, item.ndim], at + 8 * (5 + 2 * item.ndim), 8
    name = _dtype(item)
    size = np.dtype(name).itemsize
    at = _aligned(at, size)
    return [name, at], at + size, size


def _structure(item: Any, at: int) -> tuple[Any, int, int]:
    from numba import types

    _, _, align = max((_result(part, 0) for part in _items(item)), key=lambda part: part[2])
    at = _aligned(at, align)
    parts = []
    for part in _items(item):
        if part == types.none:
            raise ValueError(item)
        made, at, _ = _result(part, at)
        parts.append(made)
    layout: list[Any] = [parts, 0]
    if isinstance(item, types.BaseNamedTuple):
        own: Any = getattr(item, "instance_class")  # noqa: B009
        layout.append(f"{own.__module__}:{own.__qualname__}")
    return layout, _aligned(at, align), align


def _aligned(at: int, align: int) -> int:
    return -(-at // align) * align


def linked(code: bytes, entry: str) -> tuple[dict[str, Any], bytes]:
    """An object file as what :mod:`_native` places; raises ValueError if it cannot be."""
    if code[:6] != b"\x7fELF\2\1" or struct.unpack_from("<HH", code, 16) != (_RELOCATABLE, _X86_64):
        raise ValueError("not an object file for x86-64")
    sections = _sections(code)
    symbols = _symbols(code, sections)
    places, image = _laid_out(code, sections)
    inner: list[int] = []
    outer: dict[str, list[int]] = {}
    for section in sections:
        if section.kind == _RELA and section.info in places:
            for place, symbol, addend in _relocations(code, section, symbols, places):
                value, address = _value(symbol, place, len(image), symbols, places)
                struct.pack_into("<q", image, place, value + addend)
                if address is not None:
                    (inner if address == "" else outer.setdefault(address, [])).append(place)
    first = next(s for s in symbols if s.name == entry and s.section in places)
    head = {
        "entry": places[first.section] + first.value, "inner": len(inner), "outer": outer,
        "image": _aligned(len(image), mmap.PAGESIZE),
    }  # fmt: skip
    return head, np.array(inner, np.int64).tobytes() + bytes(image)


def _laid_out(code: bytes, sections: list[Section]) -> tuple[dict[int, int], bytearray]:
    """Places of the sections that are needed, by number, and the image with them.

    The image's last word stands for all that numba leaves zero.
    """
    places, size = {}, 0
    for number, section in enumerate(sections):
        if section.flags & _ALLOC and section.size and section.kind != _UNWIND:
            if section.kind not in (_PROGBITS, _NOBITS) or section.flags & _WRITE:
                raise ValueError("a section of an unknown kind")
            places[number] = size = _aligned(size, max(64, section.align))
            size += section.size
    image = bytearray(_aligned(size, 8) + 8)
    for number, at in places.items():
        section = sections[number]
        if section.kind == _PROGBITS:
            image[at : at + section.size] = code[section.offset : section.offset + section.size]
    return places, image


def _value(
    symbol: Symbol, place: int, end: int, symbols: list[Symbol], places: dict[int, int]
) -> tuple[int, str | None]:
    """What a word is, and the name of what its address is to be added to it.

    The empty name is the image itself; None for a word that is never used.
    """
    if symbol.section in places:
        return places[symbol.section] + symbol.value, ""
    if symbol.section == _COMMON and symbol.name.startswith(_ENVIRONMENT):
        return end - 8, ""
    if symbol.section == _UNDEFINED and symbol.name in _native.functions():
        return 0, symbol.name
    if symbol.section == _UNDEFINED and _in_wrapper(place, symbols, places):
        return 0, None
    raise ValueError(f"{symbol.name} is not known")


def _in_wrapper(place: int, symbols: list[Symbol], places: dict[int, int]) -> bool:
    """Whether a place lies in code that is never called."""
    for symbol in symbols:
        if symbol.kind == _FUNCTION and symbol.section in places:
            begin = places[symbol.section] + symbol.value
            if begin <= place < begin + symbol.size:
                return symbol.name.startswith(_WRAPPERS)
    return False


def _sections(code: bytes) -> list[Section]:
    (begin,) = struct.unpack_from("<Q", code, 40)
    size, count = struct.unpack_from("<HH", code, 58)
    fields = [struct.unpack_from("<IIQQQQIIQQ", code, begin + size * n) for n in range(count)]
    return [
        Section(kind, flags, offset, size, link, info, align)
        for _, kind, flags, _, offset, size, link, info, align, _ in fields
    ]


def _symbols(code: bytes, sections: list[Section]) -> list[Symbol]:
    table = next(section for section in sections if section.kind == _SYMTAB)
    names = sections[table.link].offset
    found = []
    for at in range(table.offset, table.offset + table.size, 24):
        name, kind, _, section, value, size = struct.unpack_from("<IBBHQQ", code, at)
        text = code[names + name : code.index(0, names + name)].decode()
        found.append(Symbol(text, kind & 15, section, value, size))
    return found


def _relocations(
    code: bytes, table: Section, symbols: list[Symbol], places: dict[int, int]
) -> Iterator[tuple[int, Symbol, int]]:
    """Place in the image, symbol and addend of each word."""
    for at in range(table.offset, table.offset + table.size, 24):
        offset, info, addend = struct.unpack_from("<QQq", code, at)
        if info & 0xFFFFFFFF != _ABSOLUTE_WORD:
            raise ValueError("a relocation of another kind")
        yield places[table.info] + offset, symbols[info >> 32], addend
