"""The seam where trained weights plug in: plain arrays in ``.npz``, never pickle.

A model file holds ``kind`` (``linear``, ``trees`` or ``lines``), ``version``, the ``names`` of its
features, its arrays, and ``card``, a JSON text that says what it was trained and measured on.
Where a shipped file is absent, the rules work alone. A file is data: sizes are looked at before
anything is unpacked, and shapes, ranges and tree branches before anything is used.
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from dupdetect.errors import ModelError
from dupdetect.kernels.trees import Forest, check_trees, plant, tree_logits

F32 = NDArray[np.float32]
#: Version of the file format.
FORMAT = 1
#: Bytes that a model file may have, packed and unpacked; the largest shipped one has 1.6 million.
MAX_BYTES = 64 << 20


class TextModel(Protocol):
    """From rows of features to probabilities."""

    @property
    def n_features(self) -> int:
        """Columns that :meth:`predict` expects."""

    def predict(self, rows: F32) -> F32:
        """Probabilities ``float32[n]`` of rows ``float32[n, n_features]``."""


@dataclass(frozen=True, slots=True)
class LinearModel:
    """Logistic regression: ``weights float32[d]`` over raw features, and an intercept.

    ``cutoff``: the probability from which something counts as found; None: the rule's own.
    """

    weights: F32
    intercept: float
    names: tuple[str, ...] = ()
    card: Mapping[str, Any] = field(default_factory=dict)
    cutoff: float | None = None

    @property
    def n_features(self) -> int:
        """Columns that :meth:`predict` expects."""
        return int(self.weights.shape[0])

    def predict(self, rows: F32) -> F32:
        """Probabilities ``float32[n]`` of rows ``float32[n, d]``."""
        return sigmoid(rows @ self.weights + np.float32(self.intercept))


@dataclass(frozen=True, slots=True)
class TreeModel:
    """Boosted trees: ``nodes float32[m, 3]`` and ``roots`` as in :mod:`dupdetect.kernels.trees`.

    ``cutoff`` as in LinearModel. Raises ValueError for trees that are too large to walk.
    """

    nodes: F32
    roots: NDArray[np.int32]
    intercept: float
    n_features: int
    names: tuple[str, ...] = ()
    card: Mapping[str, Any] = field(default_factory=dict)
    cutoff: float | None = None
    forest: Forest = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "forest", plant(self.nodes, self.roots))

    def predict(self, rows: F32) -> F32:
        """Probabilities ``float32[n]`` of rows ``float32[n, n_features]``."""
        logits: F32 = tree_logits(rows, self.forest)
        return sigmoid(logits + np.float32(self.intercept))


@dataclass(frozen=True, slots=True)
class LineModel:
    """Trees over the features of lines, and hashed n-gram weights that give one of the features.

    ``grams float32[2^k]`` and ``gram_intercept`` score what a line says; they hold for
    ``gram_languages`` only. ``cutoff`` is the probability from which a line counts as found, chosen
    with the weights; ``cutoff_shape`` the one where the n-grams do not hold.
    """

    trees: TreeModel
    grams: F32
    gram_intercept: float
    gram_languages: frozenset[str]
    cutoff: float
    cutoff_shape: float

    @property
    def card(self) -> Mapping[str, Any]:
        """What it was trained and measured on."""
        return self.trees.card

    @property
    def n_features(self) -> int:
        """Columns that :meth:`predict` expects."""
        return self.trees.n_features

    def predict(self, rows: F32) -> F32:
        """Probabilities ``float32[n]`` of rows ``float32[n, n_features]``."""
        return self.trees.predict(rows)


AnyModel = LinearModel | TreeModel | LineModel


def sigmoid(logits: F32) -> F32:
    """Probabilities of log-odds, float32."""
    clipped = np.minimum(np.maximum(logits, -30.0), 30.0)  # numpy.clip takes as long again
    return (1.0 / (1.0 + np.exp(-clipped))).astype(np.float32)


def load_model(path: str | Path) -> AnyModel:
    """The model of a ``.npz`` file; raises ModelError where it is missing or malformed."""
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise ModelError(f"{path}: not a usable model: {error}") from error
    return build_model(read_arrays(content, str(path)), str(path))


def read_arrays(content: bytes, name: str) -> dict[str, NDArray[Any]]:
    """The arrays of a ``.npz`` file; raises ModelError naming it. Nothing of it is executed."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            size = sum(item.file_size for item in archive.infolist())
        if max(size, len(content)) > MAX_BYTES:
            raise ValueError(f"more than {MAX_BYTES >> 20} MiB")
        with np.load(io.BytesIO(content), allow_pickle=False) as loaded:
            return {key: loaded[key] for key in loaded.files}
    except (
        OSError, ValueError, KeyError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error
    ) as error:  # fmt: skip
        raise ModelError(f"{name}: not a usable model: {error}") from error


def build_model(arrays: dict[str, NDArray[Any]], name: str) -> AnyModel:
    """The model that arrays hold; raises ModelError where they do not fit together."""
    try:
        return _build(arrays)
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise ModelError(f"{name}: not a usable model: {_said(error)}") from error


def _said(error: Exception) -> str:
    return f"{error} is missing" if isinstance(error, KeyError) else str(error)


@lru_cache(maxsize=8)
def shipped_model(name: str) -> AnyModel | None:
    """The model ``dupdetect/data/quality/<name>.npz``; None where it is not shipped."""
    resource = files("dupdetect.data").joinpath("quality", f"{name}.npz")
    if not resource.is_file():
        return None
    with as_file(resource) as path:
        return load_model(path)


def _build(arrays: dict[str, Any]) -> AnyModel:
    if int(arrays["version"]) != FORMAT:
        raise ValueError(f"format {int(arrays['version'])} is not {FORMAT}")
    kind = str(arrays["kind"])
    card = json.loads(str(arrays["card"]))
    if not isinstance(card, dict):
        raise ValueError("the card must be an object")
    names = tuple(str(name) for name in arrays["names"])
    cutoff = _share(arrays["cutoff"]) if "cutoff" in arrays else None
    if kind == "linear":
        weights = _finite(arrays["weights"], 1)
        if names and len(names) != len(weights):
            raise ValueError("as many names as weights are needed")
        return LinearModel(weights, _number(arrays["intercept"]), names, card, cutoff)
    if kind == "trees":
        return replace(_trees(arrays, names, card), cutoff=cutoff)
    if kind == "lines":
        return _lines(arrays, _trees(arrays, names, card))
    raise ValueError(f"unknown kind {kind!r}")


def _trees(arrays: dict[str, Any], names: tuple[str, ...], card: Mapping[str, Any]) -> TreeModel:
    n_features = int(arrays["n_features"])
    if names and len(names) != n_features:
        raise ValueError("as many names as features are needed")
    feature, right = arrays["feature"].astype(np.int32), arrays["right"].astype(np.int32)
    roots, threshold = arrays["roots"].astype(np.int32), _finite(arrays["threshold"], 1)
    if not (feature.ndim == right.ndim == roots.ndim == 1):
        raise ValueError("arrays must have one dimension")
    if not len(feature) == len(right) == len(threshold):
        raise ValueError("a tree's arrays must be equally long")
    check_trees(feature, right, roots, n_features)
    nodes = np.column_stack([feature, threshold, right]).astype(np.float32)
    return TreeModel(nodes, roots, _number(arrays["intercept"]), n_features, names, card)


def _lines(arrays: dict[str, Any], trees: TreeModel) -> LineModel:
    grams = _finite(arrays["grams"], 1) * np.float32(_number(arrays["gram_scale"]))
    if not grams.size or grams.size & (grams.size - 1):
        raise ValueError("the number of n-gram weights must be a power of two")
    return LineModel(
        trees,
        grams,
        _number(arrays["gram_intercept"]),
        frozenset(str(arrays["gram_languages"]).split()),
        _share(arrays["cutoff"]),
        _share(arrays["cutoff_shape"]),
    )


def _finite(array: NDArray[Any], dimensions: int) -> F32:
    values = array.astype(np.float32)
    if values.ndim != dimensions or not np.isfinite(values).all():
        raise ValueError("numbers must be finite, arrays of the right dimension")
    return values


def _number(value: Any) -> float:
    number = float(value)
    if not np.isfinite(number):
        raise ValueError("numbers must be finite")
    return number


def _share(value: Any) -> float:
    number = float(value)
    if not 0.0 <= number <= 1.0:
        raise ValueError("a cutoff must be in 0..1")
    return number
