"""What the quality scores use beside the shipped data: the user's models and lists of domains.

Settings name files. :func:`pin` adds the digest of what is in them, so that a run's settings say
what it used, an interrupted run is not continued with other weights, and a worker process that
finds another file there refuses. :func:`contents` and :func:`unpacked` take the files to machines
that do not have them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from dupdetect.config import Config, QualityConfig
from dupdetect.data.shipped import SHIPPED, shipped_digests
from dupdetect.errors import ConfigError, ModelError
from dupdetect.quality.boilerplate.context import N_FEATURES
from dupdetect.quality.listed import DomainList, join, parse
from dupdetect.quality.machine_translation.style import StyleModel, read_models, shipped
from dupdetect.quality.model import LinearModel, LineModel, TreeModel, build_model, read_arrays
from dupdetect.quality.seo_link.features import NAMES

_MARK = "#sha256="
#: Bytes that a list of domains may have.
_MAX_LIST = 256 << 20


@dataclass(frozen=True, slots=True)
class Resources:
    """Models that replace the shipped ones (None: they do not), and all listed domains."""

    boilerplate: LineModel | None = None
    seo_link: LinearModel | TreeModel | None = None
    style: Mapping[str, StyleModel] | None = None
    listed: DomainList = field(default_factory=DomainList)


def pin(config: Config) -> Config:
    """The settings with absolute paths and digests of the files they name.

    Raises ModelError or ConfigError where a file is absent, is no model or list, does not fit this
    version, has changed since its digest was taken, or is the second model of one score.
    """
    quality = config.quality
    if not quality.models and not quality.domain_lists:
        return config
    pinned = replace(
        quality,
        models=tuple(_pinned(entry) for entry in quality.models),
        domain_lists=tuple(_pinned(entry) for entry in quality.domain_lists),
    )
    resources(pinned)
    return replace(config, quality=pinned)


def resources(quality: QualityConfig) -> Resources:
    """What the settings name, read once per content; raises as :func:`pin` does."""
    if not quality.models and not quality.domain_lists:
        return _NONE
    models = tuple(_pinned(entry) for entry in quality.models)
    return _load(models, tuple(_pinned(entry) for entry in quality.domain_lists))


def contents(config: Config) -> tuple[tuple[str, bytes], ...]:
    """The named files, as ``(entry, bytes)``, for :func:`unpacked` on another machine."""
    entries = (*config.quality.models, *config.quality.domain_lists)
    return tuple((entry, _read(entry)) for entry in entries)


def unpacked(config: Config, packed: Sequence[tuple[str, bytes]], folder: Path) -> Config:
    """The settings with paths of copies of the packed files in ``folder``."""
    paths = {}
    for number, (entry, content) in enumerate(packed):
        path = folder / f"resource-{number}"
        path.write_bytes(content)
        paths[entry] = f"{path}{_MARK}{entry.rpartition(_MARK)[2]}"
    quality = replace(
        config.quality,
        models=tuple(paths[entry] for entry in config.quality.models),
        domain_lists=tuple(paths[entry] for entry in config.quality.domain_lists),
    )
    return replace(config, quality=quality)


def described(quality: QualityConfig) -> dict[str, Any]:
    """For ``run.json``: of each score the model's file (None: shipped) and digest; the lists."""
    models: dict[str, Any] = {
        score: {"file": None, "sha256": digest} for score, digest in shipped_digests().items()
    }
    for entry in quality.models:
        entry = _pinned(entry)
        path, _, digest = entry.rpartition(_MARK)
        models[_score_of(read_arrays(_read(entry), path), path)] = {"file": path, "sha256": digest}
    out: dict[str, Any] = {"models": models}
    if quality.domain_lists:
        lists = [_pinned(entry).rpartition(_MARK) for entry in quality.domain_lists]
        listed = resources(quality).listed
        out["domain_lists"] = {
            "files": [{"file": path, "sha256": digest} for path, _, digest in lists],
            "domains": len(listed),
            "lines_skipped": dict(listed.skipped),
        }
    return out


def _pinned(entry: str) -> str:
    if _MARK in entry:
        return entry
    path = str(Path(entry).absolute())
    return f"{path}{_MARK}{hashlib.sha256(_bytes(path)).hexdigest()}"


def _read(entry: str) -> bytes:
    """The content of a pinned file; raises ConfigError where it is another one by now."""
    path, _, digest = entry.rpartition(_MARK)
    content = _bytes(path)
    if hashlib.sha256(content).hexdigest() != digest:
        raise ConfigError(f"{path}: has changed since this run began")
    return content


def _bytes(path: str) -> bytes:
    try:
        if Path(path).stat().st_size > _MAX_LIST:
            raise ConfigError(f"{path}: more than {_MAX_LIST >> 20} MiB")
        return Path(path).read_bytes()
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror or error}") from error


@lru_cache(maxsize=4)
def _load(models: tuple[str, ...], lists: tuple[str, ...]) -> Resources:
    found: dict[str, Any] = {}
    for entry in models:
        path = entry.rpartition(_MARK)[0]
        arrays = read_arrays(_read(entry), path)
        score = _score_of(arrays, path)
        if score in found:
            raise ConfigError(f"{path}: the second model for {score}")
        found[score] = _MODEL_OF[score](arrays, path)
    return Resources(
        boilerplate=found.get("boilerplate"),
        seo_link=found.get("seo_link"),
        style=found.get("machine_translation"),
        listed=join(_list_of(entry) for entry in lists),
    )


def _score_of(arrays: Mapping[str, Any], path: str) -> str:
    if "score" in arrays:
        name = str(arrays["score"])
        for score in SHIPPED:
            if score == name:
                return score
    raise ModelError(f"{path}: not a model that `dupdetect train` has written")


def _lines(arrays: dict[str, Any], path: str) -> LineModel:
    model = build_model(arrays, path)
    if not isinstance(model, LineModel) or model.n_features != N_FEATURES:
        raise ModelError(f"{path}: made for other features of lines; train it again")
    return model


def _sentences(arrays: dict[str, Any], path: str) -> LinearModel | TreeModel:
    model = build_model(arrays, path)
    if not isinstance(model, LinearModel | TreeModel) or model.names != NAMES:
        raise ModelError(f"{path}: made for other features of sentences; train it again")
    return model


def _styles(arrays: dict[str, Any], path: str) -> dict[str, StyleModel]:
    """Languages that the file does not have keep the shipped weights."""
    try:
        return {**shipped()[0], **read_models(arrays)}
    except (KeyError, ValueError, TypeError) as error:
        raise ModelError(f"{path}: not a usable model: {error}") from error


_MODEL_OF = {"boilerplate": _lines, "machine_translation": _styles, "seo_link": _sentences}


def _list_of(entry: str) -> DomainList:
    path = entry.rpartition(_MARK)[0]
    try:
        found = parse(_read(entry).decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not a list of domains: no text in UTF-8") from error
    if not found:
        raise ConfigError(f"{path}: not a list of domains: none in it")
    return found


_NONE = Resources()
