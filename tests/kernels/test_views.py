"""Sorted views, anchor pairs and the coordinated sample of them, against the twin."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dupdetect.kernels.anchors import extract_anchors
from dupdetect.kernels.views import anchor_pairs, anchor_weight, build_view, sample_pairs
from dupdetect.sketch.background import background
from dupdetect.text import anchors_reference as twin
from dupdetect.text import reference
from dupdetect.text.tokens import tokenize_texts

NAMES = [
    "Vaucelin",
    "Skerrowick",
    "Bandolieres",
    "Lormeau",
    "Poutine",
    "stratosphère",
    "42",
    "1 500",
]
TEXTS = st.one_of(
    st.lists(st.sampled_from([*NAMES, "le", "azote", "Azote", "six", ". Il"]), max_size=20).map(
        " ".join
    ),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
)


def extract(texts: list[str]) -> tuple[np.ndarray, ...]:
    return extract_anchors(*tokenize_texts(texts), *background(), 98)


def twins(texts: list[str]) -> list[list[twin.Anchor]]:
    return [twin.anchors(reference.tokenize(text), twin.background(), 98) for text in texts]


@given(st.lists(TEXTS, max_size=4), st.booleans())
def test_views_are_those_of_the_twin(texts: list[str], across: bool) -> None:
    doc, stem, skeleton, stem_zipf, skeleton_zipf, kind, token, sentence = extract(texts)
    key, zipf = (skeleton, skeleton_zipf) if across else (stem, stem_zipf)
    view_doc, *columns = build_view(doc, key, zipf, kind, sentence, token)
    rows = list(zip(*(column.tolist() for column in columns), strict=True))
    found = [rows[first:last] for first, last in pairwise(view_doc)]
    assert found == [twin.view(anchors, across=across) for anchors in twins(texts)]


@given(st.lists(TEXTS, max_size=4), st.integers(1, 8))
def test_pairs_are_those_of_the_twin(texts: list[str], window: int) -> None:
    doc, _, skeleton, _, zipf, *_ = extract(texts)
    pair_doc, keys, weights = anchor_pairs(doc, skeleton, zipf, window)
    for number, anchors in enumerate(twins(texts)):
        part = slice(pair_doc[number], pair_doc[number + 1])
        expected = twin.anchor_pairs(anchors, window)
        assert keys[part].tolist() == sorted(expected)
        assert dict(zip(keys[part].tolist(), weights[part].tolist(), strict=True)) == expected


WEIGHTED = st.dictionaries(
    st.integers(0, 2**64 - 1), st.integers(1, 40).map(lambda n: n / 8), max_size=60
)


def sample(documents: list[dict[int, float]], keep: int, power: float = 3.0) -> list[list[int]]:
    doc = np.cumsum([0] + [len(document) for document in documents])
    keys = [key for document in documents for key in sorted(document)]
    weights = [document[key] for document in documents for key in sorted(document)]
    key_doc, found = sample_pairs(
        doc, np.array(keys, np.uint64), np.array(weights, np.float32), keep, power
    )
    return [found[first:last].tolist() for first, last in pairwise(key_doc)]


@given(st.lists(WEIGHTED, max_size=4), st.integers(1, 30), st.sampled_from([0.0, 1.0, 3.0]))
def test_samples_are_those_of_the_twin(
    documents: list[dict[int, float]], keep: int, power: float
) -> None:
    expected = [twin.sample_pairs(document, keep, power) for document in documents]
    assert sample(documents, keep, power) == expected


@given(WEIGHTED, WEIGHTED, st.integers(1, 20))
def test_a_key_that_is_kept_among_more_is_kept_among_fewer(
    one: dict[int, float], other: dict[int, float], keep: int
) -> None:
    """What makes samples comparable: a document keeps of its keys what any larger one keeps."""
    whole = {**other, **one}
    (large,), (small,) = sample([whole], keep), sample([one], keep)
    assert set(large) & set(one) <= set(small)


def test_rare_pairs_are_preferred() -> None:
    generator = np.random.default_rng(5)
    keys = generator.integers(0, 2**63, 2000).tolist()
    weights = {key: 2.0 if number < 200 else 0.5 for number, key in enumerate(keys)}
    (kept,) = sample([weights], 100)
    assert len(kept) == 100
    assert sum(weights[key] == 2.0 for key in kept) > 70  # of 10 % of the keys


def test_order_of_two_names_does_not_count_but_distance_does() -> None:
    def keys(text: str, window: int) -> list[int]:
        doc, _, skeleton, _, zipf, *_ = extract([text])
        return anchor_pairs(doc, skeleton, zipf, window)[1].tolist()

    assert keys("il voit Skerrowick et Lormeau", 1) == keys("il voit Lormeau et Skerrowick", 1)
    three = "il voit Skerrowick, Vaucelin, Lormeau"
    assert len(keys(three, 1)) == 2
    assert set(keys("il voit Skerrowick et Lormeau", 1)) < set(keys(three, 2))


def test_a_word_is_no_pair_with_itself() -> None:
    doc, _, skeleton, _, zipf, *_ = extract(["Vaucelin Vaucelin Vaucelin"])
    assert anchor_pairs(doc, skeleton, zipf, 6)[1].size == 0


def test_a_pair_weighs_what_it_weighs_at_its_rarest_place() -> None:
    weights = []
    for text in (
        "tibrunzel Lormendak, Tibrunzel",
        "Tibrunzel Lormendak, tibrunzel",
        "Tibrunzel Lormendak",
    ):
        doc, _, skeleton, _, zipf, *_ = extract(["Il y a " + text])
        _, _, found = anchor_pairs(doc, skeleton, zipf, 6)
        weights.append(found.tolist())
    assert len(weights[2]) == 1
    assert weights[0] == weights[1] == weights[2]


@pytest.mark.parametrize(
    ("zipf", "weight"), [(0, 1.75), (40, 1.25), (100, 0.5), (124, 0.2), (200, 0.2)]
)
def test_weights(zipf: int, weight: float) -> None:
    assert anchor_weight(zipf) == pytest.approx(weight)
