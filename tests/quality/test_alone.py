"""The furniture of one text is what many texts' reading finds in it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dupdetect.quality.boilerplate import mask_many
from dupdetect.quality.boilerplate.alone import mask_one

LINES = (
    "Lire aussi", "Menu", "12 commentaires", "function(){var a=1;}", "Accueil > Sport > Voile", "",
    "Le maire a inauguré mardi la passerelle, longue de 240 mètres, devant une foule nombreuse.",
    "Publié le 3 mai 2024", "© 2024", "La suite demain.", "  ", "Partager sur Facebook",
)  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(st.lists(st.sampled_from(LINES), max_size=9))
def test_one_text_as_among_many(lines: list[str]) -> None:
    text = "\n".join(lines)
    assert [tuple(span) for span in mask_one(text)] == mask_many([text, "autre"]).of(0)


@pytest.mark.parametrize("line", LINES[:5])
def test_furniture_between_paragraphs_is_found_alone(line: str) -> None:
    text = f"{LINES[6]}\n{line}\n{LINES[6]}"
    assert [tuple(span) for span in mask_one(text)] == mask_many([text]).of(0)
