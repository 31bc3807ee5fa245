"""Stems join inflections, skeletons join the spellings of a name; both are those of the twin."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dupdetect.kernels.stems import hash_bytes, skeleton_key, stem_key
from dupdetect.text import stems_reference as twin
from dupdetect.text.tokens import tokenize_texts

TRICKY = st.text(st.sampled_from("aeiouyjhtscwvkqpzxlæøœłñabcé\u05d0日я"), max_size=12)
TEXTS = st.one_of(TRICKY, st.text(st.characters(exclude_categories=["Cs"]), max_size=12))


def keys_of(text: str) -> list[tuple[str, int, int]]:
    """Folded token, stem key and skeleton key of each token."""
    tokens = tokenize_texts([text])
    out = []
    for start, end in zip(tokens.text_start.tolist(), tokens.text_end.tolist(), strict=True):
        folded = tokens.text[start:end].tobytes().decode()
        stem = int(stem_key(tokens.text, start, end))
        out.append((folded, stem, int(skeleton_key(tokens.text, start, end))))
    return out


def stem(word: str) -> int:
    ((_, key, _),) = keys_of(word)
    return key


def skeleton(word: str) -> int:
    ((_, _, key),) = keys_of(word)
    return key


@given(st.lists(TEXTS, max_size=6).map(" ".join))
def test_keys_are_those_of_the_twin(text: str) -> None:
    for folded, stem_, skeleton_ in keys_of(text):
        assert stem_ == twin.stem_key(folded)
        assert skeleton_ == twin.skeleton_key(folded)


@given(st.binary(max_size=20), st.binary(max_size=3))
def test_a_hash_depends_on_its_own_bytes_only(data: bytes, around: bytes) -> None:
    buffer = np.frombuffer(around + data + around, np.uint8)
    alone = np.frombuffer(data, np.uint8)
    inside = hash_bytes(buffer, len(around), len(around) + len(data))
    assert inside == hash_bytes(alone, 0, len(data)) != 0


@pytest.mark.parametrize(
    "words",
    [
        "Poutine Putin",
        "Moscou Mosca Moskau Moscow Moscú",
        "Zelensky Selenskyj Zelenskyy Zelenski",
        "Tchernobyl Tschernobyl Chernobyl",
        "Croatie Croazia",
        "philosophie filosofia",
        "Tchekhov Tschechow Chekhov",
    ],
)
def test_spellings_of_one_name_share_a_skeleton(words: str) -> None:
    assert len({skeleton(word) for word in words.split()}) == 1
    assert len({stem(word) for word in words.split()}) > 1


@pytest.mark.parametrize(
    "words", ["Merkel Macron", "Moscou Monaco", "Zelensky Zidane", "Paris Prague", "Lyon Lille"]
)
def test_other_names_have_other_skeletons(words: str) -> None:
    one, other = words.split()
    assert skeleton(one) != skeleton(other)


@pytest.mark.parametrize("word", ["", "a", "eau", "hé", "oui", "why"])
def test_a_skeleton_of_one_symbol_says_nothing(word: str) -> None:
    raw = np.frombuffer(twin.stem(word.replace("é", "e")).encode(), np.uint8)
    assert skeleton_key(raw, 0, raw.size) == 0


@pytest.mark.parametrize(
    "words",
    ["attaque attaquer attaquants", "journal journaux", "ouvrier ouvrière", "roses rose"],
)
def test_inflections_share_a_stem(words: str) -> None:
    assert len({stem(word) for word in words.split()}) == 1


@pytest.mark.parametrize("words", ["chat chou", "mars mare", "prison prince"])
def test_other_words_have_other_stems(words: str) -> None:
    assert len({stem(word) for word in words.split()}) == 2


def test_a_stem_counts_letters_not_bytes() -> None:
    assert stem("правительство") == stem("правительства") != stem("правда")
    assert twin.stem("правительство") == "правит"


def test_case_and_accents_do_not_count() -> None:
    assert keys_of("ÉLYSÉE") == keys_of("elysee")
