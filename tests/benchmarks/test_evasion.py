"""The tricks of the evasion benchmark do what they say, and its figures are those of the texts."""

from __future__ import annotations

import random

import numpy as np
import pytest

from benchmarks import evasion, hidden_text, number_words, tricks
from benchmarks.evasion import Subject

TEXT = (
    "Le maire a visité douze usines, dont 3 en banlieue. Il promet 1 200 emplois en 2016.\n\n"
    "« Nous sommes prêts », dit-il. Là, trente-deux ouvriers ont protesté devant la mairie.\n\n"
    "Le préfet n'a pas répondu. La réunion aura lieu lundi à 14h30 dans la salle des fêtes."
)
STRANGER = (
    "Un autre article parle de football. Le match commence ce soir.\n\nIl pleut sur le stade."
)


def scene(seed: int = 1) -> tricks.Scene:
    return tricks.Scene(random.Random(seed), [STRANGER])


@pytest.mark.parametrize("name", tricks.TRICKS)
def test_a_trick_changes_the_text_the_same_way_each_time(name: str) -> None:
    trick, strengths = tricks.TRICKS[name]
    done = [trick(TEXT, strength, scene()) for strength in strengths]
    assert done == [trick(TEXT, strength, scene()) for strength in strengths]
    assert done[-1] != TEXT
    assert trick(TEXT, 0.0, scene()).split() == TEXT.split()


def test_paragraphs_of_another_text_make_it_longer() -> None:
    for name in ("inserted paragraphs", "interleaved sources"):
        trick = tricks.TRICKS[name][0]
        done = trick(TEXT, 1.0, scene())
        assert "football" in done or "stade" in done
        assert sum(part in done for part in tricks.paragraphs(TEXT)) == len(tricks.paragraphs(TEXT))
        assert len(done) > 1.5 * len(TEXT)


def test_shuffled_sentences_are_all_there() -> None:
    done = tricks.shuffled(TEXT, 1.0, scene())
    assert sorted(done.split()) == sorted(TEXT.split())
    assert done.split() != TEXT.split()


@pytest.mark.parametrize(
    ("value", "words"),
    [(0, "zéro"), (16, "seize"), (21, "vingt et un"), (71, "soixante et onze"),
     (77, "soixante-dix-sept"), (80, "quatre-vingts"), (81, "quatre-vingt-un"),
     (95, "quatre-vingt-quinze"), (100, "cent"),
     (200, "deux cents"), (216, "deux cent seize"), (1000, "mille"), (2016, "deux mille seize"),
     (35326, "trente-cinq mille trois cent vingt-six")],
)  # fmt: skip
def test_numbers_in_words(value: int, words: str) -> None:
    assert number_words.in_words(value) == words


def test_numbers_swapped() -> None:
    done = number_words.swapped(TEXT, lambda: True)
    assert "12 usines, dont trois" in done
    assert "mille deux cents emplois en deux mille seize" in done
    assert "32 ouvriers" in done and "14h30" in done
    assert number_words.swapped(TEXT, lambda: False) == TEXT


@pytest.mark.parametrize("way", hidden_text.WAYS)
def test_a_page_shows_the_text_and_hides_another(way: str) -> None:
    plain = hidden_text.text_of(hidden_text.hiding(way)(TEXT, 0.0, scene()), "bulk")
    assert plain.split() == TEXT.split()
    for strength in (1.0, 2.0):
        markup = hidden_text.hiding(way)(TEXT, strength, scene())
        assert hidden_text.WAYS[way] in markup
    assert "stade" in markup or "football" in markup


def test_points_lost() -> None:
    before = np.array([True] * 90 + [False] * 10)
    after = np.array([True] * 60 + [False] * 40)
    low, high = evasion.lost_interval(before, after)
    assert 0.0 < low < 30.0 < high
    of = [Subject("s", "t", "copy", "fr", -1) for _ in range(100)]
    (row,) = evasion.rows_of(
        of, {"pair": before, "candidate": before}, {"pair": after, "candidate": before}, {}
    )
    assert (row["group"], row["n"], row["met"]) == ("copies", 100, False)
    assert (row["pair_before"], row["pair_after"], row["pair_lost"]) == (0.9, 0.6, 30.0)
    assert row["candidate_lost"] == 0.0
