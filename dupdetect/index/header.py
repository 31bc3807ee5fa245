"""What an index says of itself: everything that two sketches must share to be comparable."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from importlib import resources
from typing import Any

from dupdetect.config import FOLDING_VERSION, Config
from dupdetect.errors import ConfigError, IndexCorruptError, IndexMismatchError

#: Layout of records and posting keys in a store.
FORMAT = 2
#: Names of signatures and of their hash as in datasketch 2.
SCHEME, HASH = "affine32", "xxh32"

#: Settings that shape sketches; the others only steer the search and may change freely.
_SHINGLE = ("size", "permutations", "seed", "bands", "rows", "min_tokens")
_ANCHOR = ("max_zipf", "window", "keys")


#: Names that are said of an index but need not agree.
_SAID = ("keep_text",)


@cache
def model_digest() -> str:
    """Twelve hexadecimal digits of the trained table that decides which words are anchors.

    The verifier's weights are not in it: they judge sketches and do not make them, so that new
    weights need no new index.
    """
    data = (resources.files("dupdetect.data") / "background.npz").read_bytes()
    return hashlib.sha256(data).hexdigest()[:12]


def settings(config: Config) -> dict[str, Any]:
    """The header of an index with this configuration, as flat names and values."""
    return {
        "what": "dupdetect index",
        "format": FORMAT,
        "scheme": SCHEME,
        "hash": HASH,
        "folding": FOLDING_VERSION,
        "extractor": config.extract.extractor,
        "model": model_digest(),
        **{f"shingle.{name}": getattr(config.shingle, name) for name in _SHINGLE},
        **{f"anchor.{name}": getattr(config.anchor, name) for name in _ANCHOR},
    }


def encode(header: dict[str, Any]) -> bytes:
    """A header as JSON."""
    return json.dumps(header, sort_keys=True).encode()


def decode(data: bytes, *, path: str) -> dict[str, Any]:
    """A header from JSON; raises IndexCorruptError."""
    try:
        header = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise IndexCorruptError(f"{path}: the header cannot be read: {error}") from error
    if not isinstance(header, dict) or header.get("what") != "dupdetect index":
        raise IndexCorruptError(f"{path}: not the header of an index")
    return header


def check(header: dict[str, Any], config: Config, *, path: str) -> None:
    """Raises IndexMismatchError, saying what differs and what to do."""
    wanted = settings(config)
    names = sorted((set(header) | set(wanted)) - set(_SAID))
    differences = [
        f"{name} is {header.get(name)!r} in the index, {wanted.get(name)!r} now"
        for name in names
        if header.get(name) != wanted.get(name)
    ]
    if differences:
        raise IndexMismatchError(
            f"{path}: built with other settings: {'; '.join(differences)}. Open it without "
            "settings of your own to use the index's, or build it again: create a new index and "
            "add the documents to it"
        )


def adopt(header: dict[str, Any], config: Config) -> Config:
    """``config`` with the settings of the header where these shape sketches.

    Raises IndexCorruptError when one is of the wrong type or out of range.
    """
    values = config.to_dict()
    for section, names in (("shingle", _SHINGLE), ("anchor", _ANCHOR)):
        known = {n: header[f"{section}.{n}"] for n in names if f"{section}.{n}" in header}
        values[section] |= known
    values["extract"]["extractor"] = header.get("extractor", config.extract.extractor)
    try:
        return Config.from_dict(values)
    except ConfigError as error:
        raise IndexCorruptError(f"the header of the index makes no sense: {error}") from error
