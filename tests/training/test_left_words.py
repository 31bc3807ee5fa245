"""Leftovers are made where it is said, and what is learnt from them tells them."""

from __future__ import annotations

import random

import numpy as np
import pytest

pytest.importorskip("wordfreq", reason="frequencies to make leftovers from: extra train")

from dupdetect.quality.machine_translation import left_loops, left_model
from dupdetect.quality.machine_translation.roles import aliens, candidates
from dupdetect.quality.machine_translation.view import make_view
from dupdetect.quality.machine_translation.word_loops import LEFT, LEFT_TOO
from dupdetect.training import left_words
from dupdetect.training.left_word_texts import Maker, made, translations

TEXT = (
    "Le maire de la ville a reçu les habitants du quartier dans la grande salle de la mairie. "
    "Ils ont parlé des travaux avec Jeanne Morel, qui dirige l'école depuis dix ans. "
    "La réunion a duré trois heures et personne n'est parti avant la fin de la discussion."
)
FOREIGN = ["the old mayor of the town has met with all the people who live near the river"]


def maker(seed: int = 1) -> Maker:
    return Maker("fr", FOREIGN, random.Random(seed))


def test_words_are_translated_into_the_other_languages() -> None:
    assert {("en", "with"), ("de", "mit"), ("es", "con")} <= set(translations("fr")["avec"])
    assert all(language != "fr" for language, _ in translations("fr")["avec"])


@pytest.mark.parametrize("seed", range(20))
def test_leftovers_stand_where_it_is_said_and_the_rest_is_as_it_was(seed: int) -> None:
    found = maker(seed).leftovers(TEXT, 1.0)
    assert len(found.places) >= 2
    strange = aliens("fr")
    for start, end in found.places:
        word = found.text[start:end]
        assert word.isalpha()
        assert not found.text[start - 1 : start].isalpha()
        assert not found.text[end : end + 1].isalpha()
    words = [found.text[a:b].lower() for a, b in found.places]
    assert any(word in strange or word in candidates("fr") for word in words)
    assert len(set(found.text.split()) - set(TEXT.split())) <= 2 * len(found.places)


def test_quotations_are_foreign_and_marked() -> None:
    found = maker().quotations(TEXT, 1.0)
    assert found.foreign
    pool = {word.lower() for word in FOREIGN[0].split()}
    for start, end in found.places:
        piece = found.text[start:end].strip('«»“” "').lower().split()
        assert piece
        assert set(piece) <= pool


def test_a_share_of_none_makes_nothing() -> None:
    assert list(made([TEXT], maker(), leftovers=0.0, quotations=0.0)) == []


def test_weights_become_bytes_and_small_ones_none() -> None:
    step, least = left_words.STEP, left_words.LEAST
    stepped = left_words.stepped(np.array([1.0, -100.0, 100.0, 0.9 * least / step, 0.0]))
    assert stepped.dtype == np.int8
    assert stepped.tolist() == [round(step), -127, 127, 0, 0]


def test_a_level_is_what_so_many_reach_at_most() -> None:
    sums = np.arange(1000)
    level = left_words.level(sums, 1_000_000, 10.0)
    assert (sums >= level).sum() == 10


def test_leftovers_of_a_language_weigh_a_share_of_its_clean_candidates() -> None:
    texts = [TEXT] * 3
    one = left_words.clean(texts, "fr")
    other = left_words.changed(made(texts, maker(), leftovers=1.0, quotations=0.5), "fr")
    assert set(other.label.tolist()) == {0, 1}
    both = left_words.balanced([one, other])
    total = sum(float(c.weight[c.label == 1].sum()) for c in both)
    clean = sum(float(c.weight[c.label == 0].sum()) for c in both)
    assert total == pytest.approx(left_words.POSITIVE * clean)


def test_the_loop_adds_up_the_weights_of_the_features_that_are_learnt_from() -> None:
    model, _ = left_model.shipped()
    assert model is not None
    rng = random.Random(4)
    pool = [*TEXT.split(), *rng.sample(sorted(candidates("fr")), 60), "1950", "Paris,", "(le", "«"]
    low, middle, high = model.levels["fr"].tolist()
    seen = set()
    for _ in range(300):
        text = " ".join(rng.choice(pool) for _ in range(rng.randrange(1, 30)))
        view = make_view(text, "fr", None)
        _, start, _, features = left_words.describe([text], "fr")
        assert features.shape[1] == left_loops.FEATURES
        sums = dict(zip(start.tolist(), model.weights[features].sum(1, np.int64), strict=True))
        for at, form in zip(view.starts.tolist(), view.forms.tolist(), strict=True):
            total = sums.get(at, -(10**6))
            wanted = LEFT | LEFT_TOO if total >= high else LEFT_TOO if total >= middle else 0
            wanted = wanted or (LEFT if total >= low else 0)
            found = int(form) & (LEFT | LEFT_TOO)
            # *and* between full names counts whatever the weights say.
            assert found == wanted or (found == LEFT_TOO and total < middle and at in sums)
            seen.add(found)
    assert seen == {0, LEFT, LEFT_TOO, LEFT | LEFT_TOO}
