"""``style``: how a text reads, by a linear model over hashed n-grams (``data/style.npz``).

Trained on machine translations against texts written in the language and against translations by
people (see ``dupdetect/training/style.py`` and the card in the file). Weak by nature: it tells
machine translation from native text well and from human translation only somewhat, so it may raise
a score that other findings support and never makes one alone (``RuleWeights.style_ceiling``).

The finding quotes the sentence that speaks most for it; it is made only where the whole text's
evidence is strong, and weak evidence says nothing at all.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dupdetect.data import load_arrays
from dupdetect.errors import ModelError
from dupdetect.quality.machine_translation import style_kernel as kernel
from dupdetect.quality.machine_translation.view import View
from dupdetect.records import Finding
from dupdetect.text.segments import sentences

RULE = "style"
FORMAT = 1
#: Texts with fewer words say too little; of longer ones so many characters are read.
MIN_WORDS, MAX_CHARACTERS = 60, 6000
#: What the order of adding up may change in a logit, and more.
_ROUNDING = 1e-2
#: Shorter sentences are not quoted.
_MIN_SENTENCE = 30


@dataclass(frozen=True, slots=True)
class StyleModel:
    """Weights of one language: ``float32[2^k]``, an intercept, and the slope of calibration.

    ``kinds``: the n-grams counted, see :mod:`style_kernel`. ``cutoff``: the probability from which
    a finding is made, chosen on clean text.
    """

    weights: NDArray[np.float32]
    intercept: float
    slope: float
    kinds: int
    cutoff: float


@lru_cache(maxsize=1)
def shipped() -> tuple[Mapping[str, StyleModel], Mapping[str, Any]]:
    """The models by language, and their card; raises ModelError where the file is malformed.

    Where none is shipped the rules work alone.
    """
    if not (files("dupdetect.data") / "style.npz").is_file():
        return {}, {}
    arrays = load_arrays("style.npz")
    try:
        return read_models(arrays), json.loads(str(arrays["card"]))
    except (KeyError, ValueError) as error:
        raise ModelError(f"cannot read the shipped data style.npz: {error}") from error


def read_models(arrays: Mapping[str, NDArray[Any]]) -> dict[str, StyleModel]:
    """Models of the arrays of a file: per language ``<xx>_weights`` (float16) and ``<xx>_line``
    (intercept, slope, kinds, cutoff)."""
    if int(arrays["version"]) != FORMAT:
        raise ValueError(f"format {int(arrays['version'])} is not {FORMAT}")
    models = {}
    for language in str(arrays["languages"]).split():
        weights = arrays[f"{language}_weights"].astype(np.float32)
        if weights.ndim != 1 or not weights.size or weights.size & (weights.size - 1):
            raise ValueError("the number of weights must be a power of two")
        line = arrays[f"{language}_line"].astype(np.float64)
        if not (np.isfinite(weights).all() and np.isfinite(line).all()):
            raise ValueError("weights must be finite")
        intercept, slope, kinds, cutoff = line.tolist()
        if kinds not in range(1, 16) or not 0.0 <= cutoff <= 1.0:
            raise ValueError("kinds of n-grams are 1 to 15, a cutoff is in 0..1")
        models[language] = StyleModel(weights, intercept, slope, int(kinds), cutoff)
    return models


def model(language: str) -> StyleModel | None:
    """The model of a language, None where there is none."""
    return shipped()[0].get(language)


def encode(text: str) -> NDArray[np.uint32]:
    """Code points of the beginning of a text; lone surrogates are kept as they are."""
    return np.frombuffer(text[:MAX_CHARACTERS].encode("utf-32-le", "surrogatepass"), np.uint32)


def style_probability(text: str, language: str) -> float | None:
    """Calibrated probability, 0..1, of machine translation by style alone.

    None for a language without a model and for a text of fewer than ``MIN_WORDS`` words.
    """
    found = model(language)
    return None if found is None else _judge(text, found)[0]


def doubtful(
    codes: NDArray[np.uint32],
    base: NDArray[np.int64],
    language: str,
    models: Mapping[str, StyleModel] | None = None,
) -> NDArray[np.bool_]:
    """Which of the texts ``codes[base[d]:base[d + 1]]`` may have a finding, ``bool[n]``.

    All texts are judged in one loop; :func:`find` looks closer.
    """
    found = model(language) if models is None else models.get(language)
    if found is None:
        return np.zeros(base.size - 1, np.bool_)
    total = kernel.sums(
        codes, base, kernel.fold_table(), found.weights, found.kinds, MAX_CHARACTERS, MIN_WORDS
    )
    logits = found.slope * (total + found.intercept)
    needed = np.log(found.cutoff / (1.0 - found.cutoff)) if 0 < found.cutoff < 1 else -np.inf
    result: NDArray[np.bool_] = logits >= needed - _ROUNDING
    return result


def find(view: View, models: Mapping[str, StyleModel] | None = None) -> list[Finding]:
    """One finding on the most telling sentence, where the evidence of the text is strong.

    ``models`` by language, those shipped for None.
    """
    found = model(view.language) if models is None else models.get(view.language)
    if found is None or len(view.words) < MIN_WORDS:
        return []
    probability, parts, at = _judge(view.text, found)
    if probability is None or probability < found.cutoff:
        return []
    span = _most_telling(view.text, parts, at)
    return [view.finding(RULE, *span, round(probability, 4))] if span else []


def _judge(
    text: str, model: StyleModel
) -> tuple[float | None, NDArray[np.float32], NDArray[np.int32]]:
    """The probability, what each n-gram adds, and where it stands."""
    buckets, at, words = kernel.grams(
        encode(text), kernel.fold_table(), model.weights.size - 1, model.kinds
    )
    parts = kernel.shares(buckets, model.weights)
    if words < MIN_WORDS:
        return None, parts, at
    logit = model.slope * (float(parts.sum()) + model.intercept)
    return float(1.0 / (1.0 + np.exp(-np.clip(logit, -30.0, 30.0)))), parts, at


def _most_telling(
    text: str, parts: NDArray[np.float32], at: NDArray[np.int32]
) -> tuple[int, int] | None:
    """The sentence whose n-grams add most."""
    best, chosen = 0.0, None
    sums = np.concatenate([[0.0], np.cumsum(parts, dtype=np.float64)])
    for start, end in sentences(text[:MAX_CHARACTERS]):
        low, high = np.searchsorted(at, (start, end))
        total = float(sums[high] - sums[low])
        if total > best and end - start >= _MIN_SENTENCE:
            best, chosen = total, (start, end)
    return chosen
