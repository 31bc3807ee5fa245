"""Leftover words that only what stands around them gives away."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.machine_translation import FOLDER, items, recall
from dupdetect.quality.machine_translation import find, left_loops, left_model, word_table
from dupdetect.quality.machine_translation.left_word import find_left_words
from dupdetect.quality.machine_translation.lexicon import LANGUAGES, lexicon
from dupdetect.quality.machine_translation.roles import ROLES, aliens, candidates, rare, roles, rows
from dupdetect.quality.machine_translation.view import make_view
from dupdetect.quality.machine_translation.word_loops import LEFT, LEFT_TOO


def left(text: str, language: str = "fr") -> list[str]:
    return [f.quote for f in find_left_words(make_view(text, language, None))]


def test_most_of_the_words_to_work_with_are_found() -> None:
    table, _ = recall(items(FOLDER / "context_dev.txt"))
    assert table["untranslated_word"]["all"] >= 0.7


@pytest.mark.parametrize(
    ("language", "text", "word"),
    [
        ("fr", "Le garçon, âgé of douze ans, a été retrouvé vivant hier soir.", "of"),
        ("fr", "La mairie a vendu more de dix mille billets cette année.", "more"),
        ("en", "She works as una nurse in a small town near the sea.", "una"),
        ("es", "El autor du libro no quiso hablar con los periodistas.", "du"),
        ("it", "La donna lavora como giornalista in una piccola città.", "como"),
    ],
)
def test_a_word_that_cannot_stand_there_is_found(language: str, text: str, word: str) -> None:
    found = [f for f in find(text, language=language) if f.rule == "untranslated_word"]
    assert [f.quote for f in found] == [word]


def test_and_between_full_names_is_found_but_not_in_the_name_of_a_body() -> None:
    assert left("La rencontre entre Anne Martin and Pierre Dupuis a duré deux heures.") == ["and"]
    assert left("Le National Snow and Ice Data Center a publié son rapport hier.") == []


@pytest.mark.parametrize(
    "text",
    [
        "Il a joué dans House of Cards puis dans Game of Thrones avant de partir.",
        "« I will be there », a dit le ministre à la presse mardi soir.",
        "Les travaux de Catherine di Folco seront publiés au mois de mai.",
        "Au XXI e siècle et à la 86 e minute, tout était encore possible pour eux.",
        "Un best of de ses chansons paraîtra à la fin du mois de juin.",
        "Son avis compte : on le sait, par ailleurs il ne vient plus chez nous.",
        "Il (l)e sait et il fa(llait) le dire à tous les habitants.",
    ],
)
def test_names_quotations_and_homographs_at_home_are_none(text: str) -> None:
    assert left(text) == []


def test_what_another_part_of_the_rule_finds_stays_its_own() -> None:
    text = "La décision concerne reportedly des milliers de foyers dans la région."
    found = [f for f in find(text, language="fr") if f.rule == "untranslated_word"]
    assert [(f.quote, f.score > 0.8) for f in found] == [("reportedly", True)]


def test_every_row_is_in_five_languages_and_its_role_is_known() -> None:
    for role, words in rows():
        assert role in ROLES
        assert words.keys() == set(LANGUAGES)
        assert all(words.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_that_do_the_same_in_the_language_are_no_candidates(language: str) -> None:
    own = roles(language)
    for word, role in aliens(language).items():
        assert role not in own.get(word, ())
    assert not candidates(language) & rare(language)
    known = lexicon(language)
    assert known is not None
    assert {word for word in known.foreign if word.isalpha()} - rare(language) <= candidates(
        language
    )


def test_a_homograph_has_a_role_in_each_language() -> None:
    assert roles("fr")["son"] == ("possessive",)
    assert aliens("fr")["son"] == "be"
    assert "la" not in aliens("fr")
    assert candidates("pt") == frozenset()


def test_the_table_holds_the_roles_of_both() -> None:
    table = left_model.role_table("fr")
    assert table.keys.size & (table.keys.size - 1) == 0
    assert (table.keys[(table.own > 0) | (table.alien > 0)] != 0).all()
    assert int((table.own > 0).sum()) == len([w for w in roles("fr") if w.isalpha()])
    assert int((table.alien > 0).sum()) == len(aliens("fr"))


@pytest.mark.parametrize("language", ["it", "pt"])
def test_tables_are_the_same_from_an_earlier_run(
    language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    make = word_table.word_table.__wrapped__
    first, again = make(language), make(language)
    files = [path.name for path in tmp_path.glob("dupdetect/words-*")]
    assert len(files) == (language == "it")
    for name in ("keys", "bits", "first", "second", "member"):
        a, b = getattr(first, name), getattr(again, name)
        assert a.dtype == b.dtype
        assert a.shape == b.shape
    assert (first.bits == again.bits).all()
    if language == "it":
        assert (first.keys == again.keys).all()
        assert all((a == b).all() for a, b in zip(first.endings, again.endings, strict=True))
        roles_of = left_model.role_table.__wrapped__
        assert (roles_of("it").alien == roles_of("it").alien).all()


def test_weights_are_read_without_objects_and_checked() -> None:
    model, card = left_model.shipped()
    assert model is not None
    assert model.levels.keys() == set(LANGUAGES)
    assert set(card["languages"]) <= set(LANGUAGES)
    good = {f"levels_{language}": np.array([1, 2, 3]) for language in LANGUAGES}
    good |= {"version": np.int64(left_model.FORMAT), "weights": np.zeros(8, np.int8)}
    assert left_model.read_model(good).weights.size == 8
    for name, value in (
        ("version", np.int64(99)),
        ("weights", np.zeros(7, np.int8)),
        ("weights", np.zeros(8)),
        ("levels_fr", np.array([3, 2, 1])),
        ("levels_it", np.array([1, 2])),
    ):
        with pytest.raises(ValueError):
            left_model.read_model({**good, name: value})


def test_degrees_are_by_what_the_weights_add_up_to() -> None:
    view = make_view("Le garçon, âgé of douze ans, a été retrouvé vivant.", "fr", None)
    at = view.words[:].index("of")
    assert int(view.forms[at]) & (LEFT | LEFT_TOO)
    assert not any(int(form) & (LEFT | LEFT_TOO) for i, form in enumerate(view.forms) if i != at)


def test_gaps_are_told_by_their_strongest_mark() -> None:
    kinds = left_loops.gap_kinds()
    assert [int(kinds[ord(c)]) for c in " ’,«.\n("] == [0, 1, 2, 3, 4, 5, 6]
