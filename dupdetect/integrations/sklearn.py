"""scikit-learn estimators over texts: signatures, near-duplicate clusters, content farms.

``X`` is always a one-dimensional sequence of texts (a list, a numpy array, a Series, Arrow data);
an empty text is allowed, a missing one (None, NaN) is not. The estimators store their parameters
and nothing else, so that they clone, pickle and search as any other.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from numbers import Real
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, ClusterMixin, TransformerMixin
from sklearn.linear_model import LogisticRegression
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import check_is_fitted

from dupdetect.config import Config, ShingleConfig
from dupdetect.errors import ConfigError
from dupdetect.integrations.relations import SCORES, labels, relate, text_column
from dupdetect.quality import assess
from dupdetect.quality.resources import pin
from dupdetect.records import Document
from dupdetect.sketch import sketch_texts
from dupdetect.text.language import spoken

#: Scores at the very ends have no logit; content_farm is reported to four decimals.
_EDGE = 1e-4


class _Texts(BaseEstimator):  # type: ignore[misc]
    """What the estimators share: they take texts, not numbers."""

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.one_d_array = True
        tags.input_tags.two_d_array = False
        return tags


class MinHashTransformer(TransformerMixin, _Texts):  # type: ignore[misc]
    """Texts to MinHash signatures or LSH band keys over word shingles.

    Parameters: ``output`` is ``signatures`` (uint32[n, permutations], those of datasketch's
    ``affine32``) or ``bands`` (uint64[n, bands]: two texts are candidates when they have the same
    key in one column); ``size``, ``permutations``, ``seed``, ``bands``, ``rows``, ``min_tokens``
    are those of ShingleConfig.

    Two texts of Jaccard similarity J agree in a share of about J of their signatures. A text of
    fewer than ``min_tokens`` words has no signature: its row is all ones (2^32 - 1, 2^64 - 1), and
    such rows say nothing about each other.
    """

    def __init__(
        self,
        *,
        output: str = "signatures",
        size: int = 3,
        permutations: int = 128,
        seed: int = 1,
        bands: int = 42,
        rows: int = 3,
        min_tokens: int = 12,
    ) -> None:
        self.output = output
        self.size = size
        self.permutations = permutations
        self.seed = seed
        self.bands = bands
        self.rows = rows
        self.min_tokens = min_tokens

    def fit(self, X: Any, y: Any = None) -> MinHashTransformer:
        """Checks the parameters and the texts; there is nothing to learn. Raises ConfigError."""
        self._config()
        _checked(X)
        return self

    def transform(self, X: Any) -> NDArray[np.uint32] | NDArray[np.uint64]:
        """Signatures or band keys of the texts, one row each."""
        config = self._config()
        sketches = sketch_texts(_checked(X), config)
        rows = sketches.signatures if self.output == "signatures" else sketches.bands
        none = ~sketches.has_signature
        if none.any():
            rows = rows.copy()
            rows[none] = np.iinfo(rows.dtype).max
        return rows

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """``minhash0``, ``minhash1``, ... or ``band0``, ``band1``, ..."""
        name, width = ("minhash", self.permutations)
        if self.output == "bands":
            name, width = ("band", self.bands)
        return np.array([f"{name}{place}" for place in range(width)], object)

    def _config(self) -> Config:
        if self.output not in ("signatures", "bands"):
            raise ConfigError(f"output must be signatures or bands, not {self.output!r}")
        values = {
            name: getattr(self, name)
            for name in ("size", "permutations", "seed", "bands", "rows", "min_tokens")
        }
        return Config(shingle=ShingleConfig(**values))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        return tags


class NearDuplicateClusterer(ClusterMixin, _Texts):  # type: ignore[misc]
    """Clusters of texts that derive from one text: those of :func:`dupdetect.scan`.

    Parameters: ``kinds`` of matches that hold clusters together, by default all (``exact``,
    ``near_duplicate``, ``partial``, ``rewrite``, ``translation``); ``threshold``: the least
    probability of a match, by default the configuration's; ``workers``: processes, by default one
    a core; ``config``: a Config.

    After fitting: ``labels_`` int64[n], the cluster of each text, numbered from 0 in the order of
    their first texts, and -1 for a text that is related to no other; ``representatives_`` int64[n],
    the place of the text that stands for each, its own where it stands for itself. Clusters do not
    chain: every member matches its representative. There is no ``predict``: which text represents
    a cluster depends on all of them.
    """

    def __init__(
        self,
        *,
        kinds: Collection[str] | None = None,
        threshold: float | None = None,
        workers: int | None = None,
        config: Config | None = None,
    ) -> None:
        self.kinds = kinds
        self.threshold = threshold
        self.workers = workers
        self.config = config

    def fit(self, X: Any, y: Any = None) -> NearDuplicateClusterer:
        """Compares all texts; ``y`` is not used. Raises ConfigError."""
        config = self.config or Config()
        if self.threshold is not None:
            config = replace(config, verify=replace(config.verify, threshold=self.threshold))
        related = relate({"text": _checked(X)}, config=config, workers=self.workers)
        self.representatives_ = related.heads(self.kinds)
        self.labels_ = labels(self.representatives_)
        return self


class ContentFarmClassifier(ClassifierMixin, _Texts):  # type: ignore[misc]
    """The probability that each text comes from a content farm.

    Parameters: ``threshold``: probability from which a text is called a content farm's, 0..1;
    ``positive``: the label that means content farm, by default the second of ``classes_``;
    ``calibrate``: whether ``fit`` learns from its labels; ``config``: a Config.

    Without ``calibrate`` the probabilities are the ``content_farm`` scores of
    :func:`dupdetect.score`, from weights that ship with the package: ``fit`` learns only the two
    labels, so cross-validation tells how good those are on your texts. With it ``fit`` adjusts them
    to your labels: a logistic regression on the logits of the four scores. Each text is judged by
    itself, copies among the texts are not looked for.

    ``classes_`` are the two labels, sorted; ``fit(X)`` without labels takes 0 and 1.
    """

    def __init__(
        self,
        *,
        threshold: float = 0.5,
        positive: Any = None,
        calibrate: bool = False,
        config: Config | None = None,
    ) -> None:
        self.threshold = threshold
        self.positive = positive
        self.calibrate = calibrate
        self.config = config

    def fit(self, X: Any, y: Any = None) -> ContentFarmClassifier:
        """Learns the labels and, with ``calibrate``, what the scores mean for them."""
        threshold: Any = self.threshold
        if not (isinstance(threshold, Real) and 0.0 <= float(threshold) <= 1.0):
            raise ConfigError(f"threshold must be in 0..1, not {self.threshold}")
        texts = _checked(X)
        self.classes_ = np.array([0, 1])
        if y is not None:
            self.classes_ = _classes(y, len(texts))
        elif self.calibrate:
            raise ValueError("calibrate=True needs labels: y is None")
        farm = self._farm()
        if self.calibrate:
            model = LogisticRegression(C=1.0)
            self.model_ = model.fit(self._logits(texts), np.asarray(y) == self.classes_[farm])
        return self

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Probabilities float64[n, 2] of ``classes_``."""
        check_is_fitted(self, ["classes_", "model_"] if self.calibrate else "classes_")
        texts = _checked(X)
        if self.calibrate:
            farm = self.model_.predict_proba(self._logits(texts))[:, 1]
        else:
            farm = self._scores(texts)[:, SCORES.index("content_farm")]
        found: NDArray[np.float64] = np.stack([1.0 - farm, farm], axis=1)
        return found if self._farm() else found[:, ::-1]

    def predict(self, X: Any) -> NDArray[Any]:
        """Labels of the texts: content farm from ``threshold`` on."""
        farm = self._farm()
        called = self.predict_proba(X)[:, farm] >= self.threshold
        found: NDArray[Any] = self.classes_[np.where(called, farm, 1 - farm)]
        return found

    def _farm(self) -> int:
        """Which of ``classes_`` means content farm."""
        if self.positive is None:
            return 1
        places = np.flatnonzero(self.classes_ == self.positive)
        if not len(places):
            raise ValueError(f"positive={self.positive!r} is no label; labels: {self.classes_}")
        return int(places[0])

    def _logits(self, texts: pa.ChunkedArray) -> NDArray[np.float64]:
        scores = np.clip(self._scores(texts), _EDGE, 1.0 - _EDGE)
        found: NDArray[np.float64] = np.log(scores / (1.0 - scores))
        return found

    def _scores(self, texts: pa.ChunkedArray) -> NDArray[np.float64]:
        """The four scores of each text, float64[n, 4]."""
        config = pin(self.config or Config())
        found = np.zeros((len(texts), len(SCORES)))
        for row, text in enumerate(texts.to_pylist()):
            document = Document(id=str(row), text=text, language=spoken(text))
            assessed = assess(document, config=config, language=document.language or "und").scores
            found[row] = [getattr(assessed, name) for name in SCORES]
        return found

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        tags.target_tags.required = self.calibrate
        return tags


def _classes(y: Any, n: int) -> NDArray[Any]:
    check_classification_targets(y)
    if len(y) != n:
        raise ValueError(f"{n} texts and {len(y)} labels")
    found: NDArray[Any] = np.unique(y)
    if type_of_target(y) != "binary" or len(found) != 2:
        raise ValueError(f"Only binary classification is supported; y has {len(found)} labels")
    return found


def _checked(X: Any) -> pa.ChunkedArray:
    """The texts as Arrow data; raises ValueError or TypeError when they are none."""
    if isinstance(X, (str, bytes)):
        raise ValueError("X must be a sequence of texts, not one text")
    # A generator would be empty the second time, a set has no order, a mapping is of its keys.
    if isinstance(X, Mapping) or not (hasattr(X, "__len__") and hasattr(X, "__getitem__")):
        raise TypeError(f"X must be a sequence of texts, not {type(X).__name__}")
    shape = getattr(X, "shape", ())
    if len(shape) > 1:
        raise ValueError(f"X must be one-dimensional texts; its shape is {tuple(shape)}")
    texts = text_column(X if hasattr(X, "__array__") else list(X))
    if texts.null_count:
        raise ValueError(f"X has {texts.null_count} missing texts")
    return texts
