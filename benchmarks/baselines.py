"""What others would score: shingle overlap, 5-gram containment, TF-IDF cosine, MinHash."""

from __future__ import annotations

import re
import unicodedata

import numpy as np
from datasketch import MinHash
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

from dupdetect.training.verifier_data import Pair

_WORD = re.compile(r"\w+")


def _words(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def _shingles(text: str, size: int) -> set[str]:
    words = _words(text)
    return {" ".join(words[i : i + size]) for i in range(len(words) - size + 1)}


def jaccard3(pairs: list[Pair]) -> NDArray[np.float64]:
    """Jaccard over 3-word shingles."""
    sets = [(_shingles(p.a, 3), _shingles(p.b, 3)) for p in pairs]
    return np.array([len(a & b) / max(1, len(a | b)) for a, b in sets])


def containment5(pairs: list[Pair]) -> NDArray[np.float64]:
    """Larger containment over 5-word shingles."""
    sets = [(_shingles(p.a, 5), _shingles(p.b, 5)) for p in pairs]
    return np.array([len(a & b) / max(1, min(len(a), len(b))) for a, b in sets])


def cosine(pairs: list[Pair]) -> NDArray[np.float64]:
    """Cosine of TF-IDF vectors, fitted on all texts of the pairs."""
    vectors = TfidfVectorizer(sublinear_tf=True, strip_accents="unicode", min_df=2)
    matrix = vectors.fit_transform([p.a for p in pairs] + [p.b for p in pairs])
    first, second = matrix[: len(pairs)], matrix[len(pairs) :]
    return np.asarray(first.multiply(second).sum(axis=1)).ravel()


def datasketch(pairs: list[Pair]) -> NDArray[np.float64]:
    """Jaccard as datasketch's MinHash estimates it at its defaults, over words."""

    def sketch(text: str) -> MinHash:
        found = MinHash()
        found.update_batch([word.encode() for word in _words(text)])
        return found

    return np.array([sketch(p.a).jaccard(sketch(p.b)) for p in pairs])


BASELINES = {
    "jaccard3": jaccard3,
    "containment5": containment5,
    "tfidf_cosine": cosine,
    "datasketch_words": datasketch,
}
