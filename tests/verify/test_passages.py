"""Passages are spans of both texts, disjoint in the first, word for word where they say so."""

from __future__ import annotations

import json
import random
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dupdetect.config import Config, ShingleConfig, VerifyConfig
from dupdetect.records import Passage
from dupdetect.text.reference import tokenize
from dupdetect.verify.passages import passages, passages_many

CONFIG = Config()
CLAUSES = st.sampled_from(
    ["Le maire Vaucelin a visité Skerrowick en 2019", "Lormeau perd 1 500 emplois de chimistes",
     "« Six ingénieurs de Bandolieres ont quitté Lormeau », dit Zwickau", "oui", "東京", "Vaucelin"]
)  # fmt: skip
ARTICLES = st.lists(st.tuples(CLAUSES, st.sampled_from([".\n", ", ", ". "])), max_size=14).map(
    lambda parts: "".join(clause + end for clause, end in parts)
)
TEXTS = st.one_of(ARTICLES, st.text(st.characters(exclude_categories=["Cs"]), max_size=60))


def check(found: tuple[Passage, ...], a: str, b: str) -> None:
    end = 0
    for passage in found:
        assert end <= passage.a_start < passage.a_end <= len(a)
        assert 0 <= passage.b_start < passage.b_end <= len(b)
        assert 0.0 < passage.similarity <= 1.0
        end = passage.a_end
        words = [
            [token.folded for token in tokenize(text)]
            for text in (a[passage.a_start : passage.a_end], b[passage.b_start : passage.b_end])
        ]
        assert words[0] and words[1]
        if passage.similarity == 1.0:
            assert words[0] == words[1]


@settings(deadline=None)
@given(TEXTS, TEXTS, st.booleans(), st.sampled_from([1, 3, 8]))
def test_passages_are_what_they_say(a: str, b: str, across: bool, size: int) -> None:
    config = replace(CONFIG, shingle=ShingleConfig(size=size))
    check(passages(a, b, across=across, config=config), a, b)


@settings(deadline=None, max_examples=50)
@given(
    st.lists(TEXTS, min_size=2, max_size=5),
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.booleans()), max_size=6),
    st.sampled_from([1, 60, 10_000]),
)
def test_many_pairs_are_each_pair(
    texts: list[str], asked: list[tuple[int, int, bool]], together: int
) -> None:
    pairs = [(a % len(texts), b % len(texts)) for a, b, _ in asked]
    across = [other for *_, other in asked]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys.modules["dupdetect.verify.passages"], "_TOGETHER", together)
        found = passages_many(texts, pairs, across=across, config=CONFIG)
    assert found == [
        passages(texts[a], texts[b], across=other, config=CONFIG)
        for (a, b), other in zip(pairs, across, strict=True)
    ]


@pytest.fixture(scope="module")
def articles(sample: Path) -> dict[str, str]:
    lines = (sample / "articles.jsonl").read_text(encoding="utf-8").splitlines()
    return {row["id"]: row["text"] for row in map(json.loads, lines)}


def test_passages_of_real_pairs(articles: dict[str, str]) -> None:
    for a, b, across in [
        ("fr-port", "fr-port-spun", False),
        ("fr-transfert", "fr-transfert-partiel", False),
        ("en-bridge", "fr-pont-traduit", True),
    ]:
        found = passages(articles[a], articles[b], across=across, config=CONFIG)
        assert len(found) >= 3
        check(found, articles[a], articles[b])


def test_the_same_text_is_one_passage(articles: dict[str, str]) -> None:
    text = articles["fr-port"]
    (whole,) = passages(text, text.upper(), across=False, config=CONFIG)
    assert whole.similarity == 1.0
    assert whole.a_start == whole.b_start == 0
    assert len(text) - whole.a_end <= 2  # punctuation at the end


def test_a_copied_paragraph_is_found_where_it_stands(articles: dict[str, str]) -> None:
    copied = articles["fr-port"].split("\n\n")[1]
    b = articles["fr-tempete"] + "\n\n" + copied
    found = passages(articles["fr-port"], b, across=False, config=CONFIG)
    (best,) = (passage for passage in found if passage.similarity == 1.0)
    assert articles["fr-port"][best.a_start : best.a_end] in copied
    assert best.b_start >= len(articles["fr-tempete"])
    assert best.a_end - best.a_start > 0.95 * len(copied)


def test_a_reworded_sentence_is_less_than_the_same() -> None:
    a = "Le maire Vaucelin a visité Skerrowick en 2019. Rien d'autre ne s'y est passé."
    b = "Rien de nouveau. C'est en 2019 que Skerrowick a vu passer Vaucelin, son maire."
    (passage,) = passages(a, b, across=False, config=CONFIG)
    assert 0.3 < passage.similarity < 1.0
    assert a[passage.a_start : passage.a_end].startswith("Le maire Vaucelin")
    assert b[passage.b_start : passage.b_end].startswith("C'est en 2019")


def test_no_verbatim_blocks_across_languages() -> None:
    text = "Vaucelin Skerrowick Bandolieres Lormeau Zwickau Kirrwiller Oberhoffen 2019"
    (passage,) = passages(text, text, across=True, config=CONFIG)
    assert passage.similarity == pytest.approx(0.99)


def test_offsets_count_characters_not_bytes() -> None:
    words = "Vaucelin visite Skerrowick avec Lormeau et Zwickau en 2019"
    (passage,) = passages("🙂🙂 é " + words, words, across=False, config=CONFIG)
    assert (passage.a_start, passage.a_end) == (5, 5 + len(words))
    assert (passage.b_start, passage.b_end) == (0, len(words))


def test_at_most_the_configured_number() -> None:
    lines = [f"Vaucelin{chr(97 + at)}ka a perdu {at + 37} ouvriers." for at in range(20)]
    a, b = "\n".join(lines), "\n".join(reversed(lines))
    assert len(passages(a, b, across=False, config=CONFIG)) > 5
    few = replace(CONFIG, verify=VerifyConfig(max_passages=5))
    found = passages(a, b, across=False, config=few)
    assert len(found) == 5
    check(found, a, b)


def test_a_dictionary_of_many_lines_is_no_trouble() -> None:
    """40,000 lines of one rare word each, in two orders: one passage per line without a matrix."""
    letters = "bcdfghjklmnpqrstvwxz"
    words = [a + i + b + o + c for a in letters for i in "aeiou" for b in letters for o in "aei"
             for c in letters][:40000]  # fmt: skip
    other = words.copy()
    random.Random(1).shuffle(other)
    a, b = "\n".join(words), "\n".join(other)
    config = replace(CONFIG, verify=VerifyConfig(max_passages=10**6))
    found = passages(a, b, across=False, config=config)
    assert len(found) > 1000
    assert all(one.a_end <= two.a_start for one, two in pairwise(found))
