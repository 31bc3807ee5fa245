"""The folder in which a scan keeps its work, and whether an interrupted one can go on.

``out/.work`` holds a manifest (what the job is), a lock, the shards and blocks done so far, and the
tables until all of them are whole. It is removed when the scan is done.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from dupdetect._version import __version__
from dupdetect.config import Config
from dupdetect.errors import ScanError
from dupdetect.readers import SourceFile
from dupdetect.readers.base import OnSkip
from dupdetect.records import Skip
from dupdetect.schemas import TABLES

#: Layout of the work folder; raised by one when old work cannot be continued.
FORMAT = 1
#: Files of a scan's folder that look like sources.
_RESULTS = (*(f"{name}.parquet" for name in TABLES), "texts.parquet", "report.html")
FOLDER, MANIFEST, LOCK = ".work", "manifest.json", "lock"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a job is: two runs with equal manifests give equal tables."""

    format: int
    version: str
    config_digest: str
    files: tuple[dict[str, Any], ...]

    @classmethod
    def of(cls, config: Config, files: Sequence[SourceFile]) -> Manifest:
        """The manifest of a job that reads ``files`` as they are now."""
        stated = tuple({"path": file.path, **_state(file.path)} for file in files)
        return cls(FORMAT, __version__, config.digest(), stated)

    def differences(self, then: Manifest) -> list[str]:
        """What has changed since ``then``, in words."""
        found = []
        if (self.format, self.version) != (then.format, then.version):
            found.append(f"it was begun by dupdetect {then.version}, this is {self.version}")
        if self.config_digest != then.config_digest:
            found.append(
                f"the configuration changed ({then.config_digest}, now {self.config_digest})"
            )
        old = {file["path"]: file for file in then.files}
        new = {file["path"]: file for file in self.files}
        found += [f"{path} is no longer an input" for path in old if path not in new]
        found += [f"{path} is a new input" for path in new if path not in old]
        found += [f"{path} has changed" for path in new if new[path] != old.get(path, new[path])]
        if "-" in new:
            found.append("standard input cannot be read again")
        if not found and list(old) != list(new):
            found.append("the order of the inputs changed")
        return found


def not_own(files: Sequence[SourceFile], out: Path, on_skip: OnSkip) -> list[SourceFile]:
    """The files but those that a scan into ``out`` writes: a folder may hold its own results."""
    own = {(out / name).resolve() for name in _RESULTS}
    kept = []
    for file in files:
        if file.path != "-" and Path(file.path).resolve() in own:
            on_skip(Skip(file.path, None, "own_output", "written by this scan, not read by it"))
        else:
            kept.append(file)
    return kept


def unchanged(manifest: Manifest) -> None:
    """Raises ScanError when a file is not what it was when the job began: what was read of it may
    be a mixture."""
    changed = [
        file["path"]
        for file in manifest.files
        if file["path"] != "-" and {"path": file["path"], **_state(file["path"])} != file
    ]
    if changed:
        raise ScanError(f"changed while they were read: {', '.join(changed[:20])}; scan again")


def _state(path: str) -> dict[str, Any]:
    try:
        status = os.stat(path)
    except OSError:
        return {"size": None, "mtime": None}
    return {"size": status.st_size, "mtime": status.st_mtime_ns}


@contextmanager
def workplace(out: Path, manifest: Manifest, *, resume: bool) -> Iterator[Path]:
    """The work folder of ``out``, for this job alone; with ``resume`` as the last run left it.

    Raises ScanError when it cannot be made, another process works in it, it holds something else,
    or (``resume``) the job has changed since.
    """
    folder = out / FOLDER
    try:
        # Holds texts until the tables are made: nobody else's to read.
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (folder / LOCK).open("w") as lock:
            _lock(lock.fileno(), folder)
            _prepare(folder, manifest, resume=resume)
            yield folder
    except OSError as error:
        raise ScanError(f"{out}: {error.strerror or error}") from error


def clear(folder: Path) -> None:
    """Removes the work folder; what cannot be removed stays for the next scan to remove."""
    with suppress(OSError):
        _empty(folder)
        (folder / LOCK).unlink()
        folder.rmdir()


def _empty(folder: Path) -> None:
    """The manifest goes last: as long as anything is left, the folder says whose it is."""
    items = [item for item in folder.iterdir() if item.name != LOCK]
    for item in sorted(items, key=lambda item: item.name == MANIFEST):
        if item.is_dir():
            shutil.rmtree(item)
        else:
            item.unlink()


def _lock(descriptor: int, folder: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise ScanError(f"{folder.parent}: another scan writes here") from error


def _prepare(folder: Path, manifest: Manifest, *, resume: bool) -> None:
    path = folder / MANIFEST
    others = [item for item in folder.iterdir() if item.name != LOCK]
    if others and not path.exists() and not all(".part-" in item.name for item in others):
        raise ScanError(
            f"{folder}: holds files that are not of a scan; remove it or choose another"
        )
    if resume and path.exists():
        differences = manifest.differences(_read(path))
        if differences:
            raise ScanError(
                f"{folder.parent}: this scan cannot be resumed: {'; '.join(differences)}. "
                "Run it without --resume to begin anew"
            )
    else:
        _empty(folder)
        write_json(path, asdict(manifest))
    for item in others:
        if ".part-" in item.name:
            item.unlink(missing_ok=True)
    for name in (*_RESULTS, "run.json"):  # half written when a scan was killed
        for item in folder.parent.glob(f".{name}.part-*"):
            item.unlink(missing_ok=True)


def _read(path: Path) -> Manifest:
    stored = read_json(path)
    try:
        stored["files"] = tuple(stored["files"])
        return Manifest(**stored)
    except (KeyError, TypeError) as error:
        raise ScanError(f"{path}: not the manifest of a scan: {error}") from error


def write_json(path: Path, value: Any) -> None:
    """Writes JSON, whole or not at all; raises ScanError."""
    part = path.with_name(f"{path.name}.part-{os.getpid()}")
    try:
        part.write_text(json.dumps(value, indent=1, ensure_ascii=False), encoding="utf-8")
        os.replace(part, path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise ScanError(f"{path}: cannot be written: {error.strerror or error}") from error


def read_json(path: Path) -> Any:
    """Reads JSON; raises ScanError."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ScanError(f"{path}: cannot be read: {error}") from error
