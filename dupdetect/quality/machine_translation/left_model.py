"""The weights that tell leftover words by what is around them, and the tables they need.

``data/quality/mt/left_words.npz``: weights of hashed features, trained by
``dupdetect/training/left_words.py``, with a card that says on what and how well.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dupdetect.data import load_arrays
from dupdetect.data.prepared import Arrays
from dupdetect.errors import ModelError
from dupdetect.quality.machine_translation import left_loops
from dupdetect.quality.machine_translation.lexicon import LANGUAGES
from dupdetect.quality.machine_translation.roles import ROLES, aliens, roles
from dupdetect.quality.machine_translation.word_table import hashed, kept

FORMAT = 1
NAME = "quality/mt/left_words.npz"
#: Degrees of certainty.
DEGREES = 3


@dataclass(frozen=True, slots=True)
class RoleTable:
    """A hash table of small-letter words (``keys uint64``; 0: empty), a power of two of slots.

    ``own uint8``: the number in ROLES of what a word does in the document's language; ``alien
    uint8``: of what it does in another one.
    """

    keys: NDArray[np.uint64]
    own: NDArray[np.uint8]
    alien: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class LeftModel:
    """``weights int8[2^k]`` of hashed features, all languages together; ``levels int64[3]`` by
    language: sums from which a word counts, by degree."""

    weights: NDArray[np.int8]
    levels: Mapping[str, NDArray[np.int64]]


@cache
def role_table(language: str) -> RoleTable:
    """What the words of a language do, and those of the others."""
    made = kept("roles", language, lambda: _arrays(language))
    return RoleTable(made["keys"], made["own"], made["alien"])


def _arrays(language: str) -> Arrays:
    own, alien = roles(language), aliens(language)
    words = sorted(word for word in own.keys() | alien.keys() if word.isalpha())
    keys, slots = hashed(words)
    made: dict[str, NDArray[Any]] = {
        "keys": keys, "own": np.zeros(keys.size, np.uint8), "alien": np.zeros(keys.size, np.uint8)
    }  # fmt: skip
    number = {role: i for i, role in enumerate(ROLES)}
    made["own"][slots] = [number[own[word][0]] if word in own else 0 for word in words]
    made["alien"][slots] = [number[alien.get(word, "")] for word in words]
    return made


@lru_cache(maxsize=1)
def gap_kinds() -> NDArray[np.uint8]:
    """See :func:`left_loops.gap_kinds`."""
    return left_loops.gap_kinds()


@lru_cache(maxsize=1)
def shipped() -> tuple[LeftModel | None, Mapping[str, Any]]:
    """The model and its card; without the file the rules work alone.

    Raises ModelError where it is malformed.
    """
    if not files("dupdetect.data").joinpath(*NAME.split("/")).is_file():
        return None, {}
    arrays = load_arrays(NAME)
    try:
        return read_model(arrays), json.loads(str(arrays["card"]))
    except (KeyError, ValueError) as error:
        raise ModelError(f"cannot read the shipped data {NAME}: {error}") from error


def read_model(arrays: Mapping[str, NDArray[Any]]) -> LeftModel:
    """The model of a file's arrays: ``version``, ``weights``, ``levels_<xx>`` by language."""
    if int(arrays["version"]) != FORMAT:
        raise ValueError(f"format {int(arrays['version'])} is not {FORMAT}")
    weights = arrays["weights"]
    if weights.dtype != np.int8 or weights.ndim != 1 or not weights.size:
        raise ValueError("the weights must be bytes")
    if weights.size & (weights.size - 1):
        raise ValueError("the number of weights must be a power of two")
    levels = {}
    for language in LANGUAGES:
        own = arrays[f"levels_{language}"].astype(np.int64)
        if own.shape != (DEGREES,) or (np.diff(own) < 0).any():
            raise ValueError("three levels, rising")
        levels[language] = own
    return LeftModel(weights, levels)
