"""The bridge to datasketch: from text to the same sketch on both sides."""

from __future__ import annotations

import datasketch
import numpy as np
import pytest
import xxhash
from hypothesis import given, settings
from hypothesis import strategies as st

from dupdetect.config import Config, ShingleConfig
from dupdetect.errors import ConfigError
from dupdetect.kernels.minhash import minhash
from dupdetect.kernels.shingles import shingle_hashes
from dupdetect.sketch.signatures import from_datasketch, permutations, to_datasketch
from dupdetect.text import reference
from dupdetect.text.tokens import tokenize_texts

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)


def signature_of(text: str, config: Config) -> np.ndarray:
    tokens, shingle = tokenize_texts([text]), config.shingle
    hashes, ranges = shingle_hashes(
        tokens.text, tokens.text_start, tokens.text_end, tokens.doc, shingle.size
    )
    return minhash(hashes, ranges, *permutations(shingle.permutations, shingle.seed), 1)[0][0]


def theirs(text: str, config: Config) -> datasketch.MinHash:
    shingle = config.shingle
    sketch = datasketch.MinHash(
        num_perm=shingle.permutations,
        seed=shingle.seed,
        hashfunc=xxhash.xxh32_intdigest,
        scheme="affine32",
    )
    sketch.update_batch(reference.shingles(reference.tokenize(text), shingle.size))
    return sketch


@settings(deadline=None)
@given(TEXTS, st.sampled_from([(1, 128, 3), (7, 64, 1), (2**32 - 1, 16, 2)]))
def test_signatures_are_datasketchs(text: str, settings: tuple[int, int, int]) -> None:
    seed, count, size = settings
    shingle = ShingleConfig(seed=seed, permutations=count, size=size, bands=4, rows=3)
    config = Config(shingle=shingle)
    ours = to_datasketch(signature_of(text, config), config)
    assert ours == theirs(text, config)


def test_a_sketch_can_be_updated_and_compared_there() -> None:
    config = Config()
    text = "Le chat dort sur le toit de la maison voisine"
    ours = to_datasketch(signature_of(text, config), config)
    ours.update(b"un mot encore")
    other = theirs(text, config)
    other.update(b"un mot encore")
    assert ours.jaccard(other) == 1.0
    assert ours == other


def test_there_and_back() -> None:
    config = Config()
    signature = signature_of("Le chat dort sur le toit de la maison voisine", config)
    assert np.array_equal(from_datasketch(to_datasketch(signature, config), config), signature)


@pytest.mark.parametrize(
    ("other", "differs"),
    [
        (datasketch.MinHash(scheme="legacy"), "scheme"),
        (datasketch.MinHash(seed=2), "seed"),
        (datasketch.MinHash(num_perm=64), "permutations"),
    ],
)
def test_foreign_sketches_are_refused(other: datasketch.MinHash, differs: str) -> None:
    with pytest.raises(ConfigError, match=differs):
        from_datasketch(other, Config())


def test_a_signature_of_another_length_is_refused() -> None:
    with pytest.raises(ConfigError, match="64 values"):
        to_datasketch(np.zeros(64, np.uint32), Config())


def test_permutations_cannot_be_changed_by_a_caller() -> None:
    a, _ = permutations(4, 1)
    with pytest.raises(ValueError, match="read-only"):
        a[0] = 1
