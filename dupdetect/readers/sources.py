"""Files, folders and globs as the user names them → the files to read, in a fixed order."""

from __future__ import annotations

import glob
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from urllib.parse import unquote

from dupdetect.readers.base import Compression, Format, OnSkip, SourceFile, printable
from dupdetect.records import Skip

STDIN = "-"
FORMATS: dict[str, Format] = {
    ".txt": "txt", ".text": "txt", ".html": "html", ".htm": "html", ".xhtml": "html",
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".tsv": "csv", ".parquet": "parquet",
    ".warc": "warc", ".wet": "wet",
}  # fmt: skip
COMPRESSIONS: dict[str, Compression] = {".gz": "gz", ".zst": "zst"}
_KNOWN = ", ".join(sorted(FORMATS)) + " (also with .gz or .zst)"
#: What Hive, Spark and Arrow call the folder of rows whose partition column is null.
_NULL = "__HIVE_DEFAULT_PARTITION__"
#: Folders that Spark and Delta Lake keep inside a data set; what lies in them is no part of it.
_INTERNAL = frozenset({"_temporary", "_delta_log", "_spark_metadata"})


@dataclass(frozen=True, slots=True)
class _Found:
    """A file with the ids it may be known by, the shortest first."""

    path: Path
    names: tuple[str, ...]


def expand(sources: Sequence[str | Path], on_skip: OnSkip) -> list[SourceFile]:
    """The files that ``sources`` name: files, folders (walked in sorted order), globs, ``-``.

    Unusable names are told to ``on_skip``. Inside folders and globs, files of unknown kind are
    counted as ``ignored_suffix``, hidden ones as ``ignored_hidden``. A file that is named twice is
    read once. Two files never get the same ``name``: where stems clash, suffix and folder stay.
    """
    found: list[_Found | None] = []
    for source in sources:
        if str(source) == STDIN:
            found.append(None)
        else:
            found.extend(_find(str(source), on_skip))
    return _name(_once(found, on_skip))


def split_suffixes(name: str) -> tuple[str, Format, Compression]:
    """File name → (stem, format, compression); the format is empty when the suffix is unknown."""
    stem, suffix = os.path.splitext(name)
    compression = COMPRESSIONS.get(suffix.lower(), "")
    if compression:
        stem, suffix = os.path.splitext(stem)
    kind = FORMATS.get(suffix.lower(), "")
    if not kind:
        return name, "", compression
    if kind == "wet" and stem.lower().endswith(".warc"):
        stem = stem[: -len(".warc")]
    return stem, kind, compression


def _find(source: str, on_skip: OnSkip) -> Iterator[_Found]:
    if source.startswith(("http://", "https://")):
        on_skip(Skip(source, None, "is_url", "a URL must be fetched first; it is no file"))
        return
    path = Path(source)
    if path.is_dir():
        yield from _walk(path, on_skip)
    elif os.path.lexists(path):
        if split_suffixes(path.name)[1]:
            yield _named(path)
        else:
            message = f"the suffix does not tell what it holds; known are {_KNOWN}"
            on_skip(Skip(source, None, "unknown_suffix", message))
    elif glob.has_magic(source):
        yield from _glob(source, on_skip)
    else:
        on_skip(Skip(source, None, "absent", "no such file or folder"))


def _glob(source: str, on_skip: OnSkip) -> Iterator[_Found]:
    matches = sorted(glob.glob(source, recursive=True))
    if not matches:
        on_skip(Skip(source, None, "absent", "no file matches"))
    for match in matches:
        path = Path(match)
        if path.is_dir():
            # "**" also gives the folders whose files it gives anyway.
            if "**" not in source:
                yield from _walk(path, on_skip)
        elif _wanted(path, on_skip):
            yield _named(path)


def _walk(root: Path, on_skip: OnSkip) -> Iterator[_Found]:
    def unreadable(error: OSError) -> None:
        where = str(error.filename or root)
        on_skip(Skip(where, None, "permission", f"the folder cannot be listed: {error.strerror}"))

    empty = True
    for folder, folders, files in os.walk(root, onerror=unreadable):
        folders[:] = sorted(name for name in folders if _entered(Path(folder, name), on_skip))
        for name in sorted(files):
            path = Path(folder, name)
            if not _wanted(path, on_skip):
                continue
            empty = False
            relative = path.relative_to(root)
            stem = str(relative.with_name(split_suffixes(name)[0]))
            yield _Found(path, (stem, str(relative), str(path)))
    if empty:
        on_skip(
            Skip(str(root), None, "empty", f"the folder holds no file of a known kind: {_KNOWN}")
        )


def _entered(folder: Path, on_skip: OnSkip) -> bool:
    if folder.name.startswith(".") or folder.name in _INTERNAL:
        on_skip(Skip(str(folder), None, "ignored_hidden", "a hidden folder in a folder"))
        return False
    return True


def _wanted(path: Path, on_skip: OnSkip) -> bool:
    if path.name.startswith("."):
        on_skip(Skip(str(path), None, "ignored_hidden", "a hidden file in a folder"))
    elif not split_suffixes(path.name)[1] or not path.is_file():
        on_skip(Skip(str(path), None, "ignored_suffix", "not of a known kind, in a folder"))
    else:
        return True
    return False


def _named(path: Path) -> _Found:
    return _Found(path, (split_suffixes(path.name)[0], path.name, str(path)))


def _once(found: Sequence[_Found | None], on_skip: OnSkip) -> list[_Found | None]:
    seen: set[str] = set()
    kept: list[_Found | None] = []
    for item in found:
        key = STDIN if item is None else os.path.realpath(item.path)
        if key in seen:
            source = STDIN if item is None else str(item.path)
            on_skip(Skip(source, None, "duplicate_source", "the same file is already read"))
            continue
        seen.add(key)
        kept.append(item)
    return kept


def _name(found: Sequence[_Found | None]) -> list[SourceFile]:
    """Files with unique names: of each group that clashes, all get the next longer form."""
    files = [item for item in found if item is not None]
    level = [0] * len(files)
    for step in (1, 2):
        names = [item.names[at] for item, at in zip(files, level, strict=True)]
        counts = Counter(names)
        level = [step if counts[name] > 1 else at for name, at in zip(names, level, strict=True)]
    named = iter(_source_file(item, item.names[at]) for item, at in zip(files, level, strict=True))
    stdin = SourceFile(STDIN, "", "", "stdin")
    return [stdin if item is None else next(named) for item in found]


def partition_of(path: PurePath) -> tuple[tuple[str, str | None], ...]:
    """The ``key=value`` folders above a file, outermost first, as Hive writes them: percent signs
    decoded, None for a null."""
    keys = [part.partition("=") for part in path.parts[:-1] if not part.startswith("=")]
    return tuple(
        (unquote(key), None if value == _NULL else unquote(value))
        for key, sign, value in keys
        if sign
    )


def _source_file(item: _Found, name: str) -> SourceFile:
    _, kind, compression = split_suffixes(item.path.name)
    partition = partition_of(item.path)
    file = SourceFile(str(item.path), kind, compression, printable(name), partition=partition)
    try:
        return replace(file, size=item.path.stat().st_size)
    except OSError:
        return file
