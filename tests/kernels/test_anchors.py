"""Anchors are those of the twin, and are what a rewrite keeps."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dupdetect.kernels.anchors import (
    NAME,
    NUMBER,
    QUOTE_BIT,
    WORD,
    extract_anchors,
)
from dupdetect.kernels.tokens import FURNITURE
from dupdetect.sketch.background import background
from dupdetect.text import anchors_reference as twin
from dupdetect.text import reference, stems_reference
from dupdetect.text.anchors_reference import Anchor
from dupdetect.text.tokens import tokenize_texts

WORDS = st.sampled_from(
    [
        "Poutine",
        "la",
        "Commission",
        "ONU",
        "six",
        "Six",
        "vingt",
        "quatre",
        "dix",
        "sept",
        "deux",
        "soixante",
        "ninety",
        "10",
        "000",
        "3,5",
        "2024",
        "anticonstitutionnellement",
        "inflation",
        "x",
        "é",
        "東京",
        "日",
        "я",
        "Zürich",
        "mange",
        "20e",
        "١٢",
    ]
)
NUMBER_WORDS = st.sampled_from(
    ["un", "deux", "quatre", "dix", "sept", "onze", "vingt", "soixante", "treinta", "cent", "cents",
     "hundred", "mille", "et", "y", "pour", "seize", "quatre-vingt"]
)  # fmt: skip
GLUE = st.sampled_from([" ", "-", ". ", ", ", "\n", " « ", " » ", ' "', "'", ""])
SENTENCES = st.lists(st.tuples(WORDS, GLUE), max_size=25).map(
    lambda pairs: "".join(word + glue for word, glue in pairs)
)
TEXTS = st.one_of(SENTENCES, st.text(st.characters(exclude_categories=["Cs"]), max_size=40))


def anchors_of(texts: list[str], max_zipf: int = 98) -> list[list[Anchor]]:
    """The kernel's anchors of each text, as the twin writes them."""
    doc, *columns = extract_anchors(*tokenize_texts(texts), *background(), max_zipf)
    stem, skeleton, stem_zipf, skeleton_zipf, kind, token, sentence = (c.tolist() for c in columns)
    rows = [
        Anchor(a, b, None if c == 255 else c, None if d == 255 else d, e, f, g)
        for a, b, c, d, e, f, g in zip(
            stem, skeleton, stem_zipf, skeleton_zipf, kind, token, sentence, strict=True
        )
    ]
    return [rows[first:last] for first, last in pairwise(doc)]


def values(text: str) -> list[int]:
    """Keys of the numbers of a text."""
    (found,) = anchors_of([text])
    return [anchor.stem for anchor in found if anchor.kind & 7 == NUMBER]


@given(st.lists(TEXTS, max_size=4), st.sampled_from([0, 60, 98, 120, 254]))
def test_anchors_are_those_of_the_twin(texts: list[str], max_zipf: int) -> None:
    table = twin.background()
    expected = [twin.anchors(reference.tokenize(text), table, max_zipf) for text in texts]
    assert anchors_of(texts, max_zipf) == expected


@given(TEXTS, st.sets(st.integers(0, 25)))
def test_furniture_has_no_anchors(text: str, furniture: set[int]) -> None:
    tokens = tokenize_texts([text])
    inside = np.array([at in furniture for at in range(tokens.flags.size)], bool)
    tokens.flags[inside] |= FURNITURE
    _, *columns = extract_anchors(*tokens, *background(), 98)
    written = [
        token._replace(flags=token.flags | FURNITURE) if at in furniture else token
        for at, token in enumerate(reference.tokenize(text))
    ]
    expected = twin.anchors(written, twin.background(), 98)
    assert columns[5].tolist() == [anchor.token for anchor in expected]
    assert not furniture & set(columns[5].tolist())


@pytest.mark.parametrize(
    ("words", "digits"),
    [
        ("six", "6"),
        ("Six", "6"),
        ("vingt-deux", "22"),
        ("twenty-two", "22"),
        ("twenty two", "22"),
        ("dix-sept", "17"),
        ("soixante-douze", "72"),
        ("soixante-dix-sept", "77"),
        ("quatre-vingt", "80"),
        ("quatre-vingts", "80"),
        ("quatre-vingt-deux", "82"),
        ("quatre-vingt-dix", "90"),
        ("quatre-vingt-dix-sept", "97"),
        ("ninety-nine", "99"),
        ("hundert", "100"),
        ("vingt et un", "21"),
        ("soixante et onze", "71"),
        ("quatre-vingt-une", "81"),
        ("treinta y cinco", "35"),
        ("deux cents", "200"),
        ("trois cent un", "301"),
        ("cent douze", "112"),
        ("four hundred", "400"),
        ("mille", "1000"),
        ("mille deux cents", "1200"),
        ("deux mille seize", "2016"),
        ("cuatro mil", "4000"),
        ("dix-huit cent quatre-vingt-dix", "1890"),
        ("cent mille", "100000"),
        ("trente-cinq mille trois cent vingt-six", "35326"),
    ],
)
def test_a_number_in_words_is_the_number_in_digits(words: str, digits: str) -> None:
    assert values(f"On en compte {words} ici.") == values(f"On en compte {digits} ici.")
    assert len(values(f"On en compte {words} ici.")) == 1


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("deux, trois", ["2", "3"]),  # a comma and a space join nothing
        ("vingt-deux trois", ["22", "3"]),
        ("quatre-vingt-dix-sept-deux", ["97", "2"]),
        ("dix-deux", ["10", "2"]),
        ("soixante-vingt", ["60", "20"]),
        ("sept vingt", ["7", "20"]),
        ("vingt et trente", ["20", "30"]),
        ("dix pour cent", ["10"]),
        ("pour cent, un homme", []),
        ("cinq et un", ["5"]),
        ("trente cent", ["30"]),
    ],
)
def test_numbers_in_words_that_do_not_join(text: str, digits: list[str]) -> None:
    assert values(text) == [stems_reference.number_key(digit) for digit in digits]


@given(st.lists(st.tuples(NUMBER_WORDS, st.sampled_from([" ", " ", "-", ", "])), max_size=12))
def test_kernel_equals_its_twin_on_number_words(pairs: list[tuple[str, str]]) -> None:
    text = "".join(word + glue for word, glue in pairs)
    assert anchors_of([text]) == [twin.anchors(reference.tokenize(text), twin.background(), 98)]


def test_names_words_and_quotes_are_told_apart() -> None:
    (found,) = anchors_of(["Hier le menuisier Vaucelin a dit « la stratosphère » à 14 personnes."])
    kinds = {anchor.token: anchor.kind for anchor in found}
    assert kinds[3] == NAME
    assert kinds[2] == WORD
    assert kinds[7] == WORD | QUOTE_BIT
    assert kinds[9] == NUMBER
    assert 1 not in kinds  # le


def test_a_capital_inside_a_sentence_makes_a_word_rarer() -> None:
    (found,) = anchors_of(["La stratosphère rit. La Stratosphère rit."])
    low, high = (anchor for anchor in found if anchor.stem == twin.stem_key("stratosphere"))
    assert low.skeleton_zipf is not None and high.skeleton_zipf is not None
    assert low.skeleton_zipf - high.skeleton_zipf == twin.ZIPF_NAME_BONUS
    assert (low.kind, high.kind) == (WORD, NAME)


def test_sentences_are_counted_across_numbers_of_several_tokens() -> None:
    (found,) = anchors_of(["Il a 10\n000 euros. Vaucelin rit.\nVaucelin pleure."])
    sentence = {anchor.token: anchor.sentence for anchor in found}
    assert sentence[2] == 0
    assert sentence[5] == 2  # the line break inside the number began one
    assert sentence[7] == 3


def test_common_words_of_any_language_are_no_anchors() -> None:
    common = "le la de et est the of and is der die und ist el que y il di che não och и в"
    assert [anchor for anchor in anchors_of([common])[0] if anchor.stem_zipf is not None] == []
