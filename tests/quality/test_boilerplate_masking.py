"""mask_many: the furniture of many texts at once."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dupdetect.quality import boilerplate
from dupdetect.quality.boilerplate import mask_many, masking
from dupdetect.quality.reading import read
from dupdetect.quality.vocabulary import vocabulary

BODY = "\n".join(
    [
        "La ligne 4 du tramway ne rouvrira pas avant septembre, a annoncé mardi la régie.",
        "Les travaux de voirie ont mis au jour des canalisations qui ne figuraient sur aucun plan.",
        "Il a fallu arrêter le chantier pendant cinq semaines, le temps de dévier les conduites.",
    ]
)
LINES = st.sampled_from(
    [
        *BODY.split("\n"), "Partagez", "Retour en haut", "Accueil > Société > Transports", "12",
        "var a = {", "});", "", "  ", "«", "12 commentaires", "Le stade sera agrandi", "\ud800",
    ]
)  # fmt: skip
TEXTS = st.lists(st.lists(LINES, max_size=9).map("\n".join), max_size=6)


def test_furniture_and_code_are_masked() -> None:
    script = "window.pvp_1 = new Pvp('x', {"
    text = "\n".join(["Partagez", f"{BODY} {script}", "});", "Retour en haut"])
    masks = mask_many(["", text, BODY])
    assert masks.doc.tolist() == [0, 0, 4, 4]
    assert [text[a:b] for a, b in masks.of(1)] == ["Partagez", script, "});", "Retour en haut"]
    assert masks.of(0) == masks.of(2) == []


def test_no_texts_have_no_masks() -> None:
    masks = mask_many([])
    assert masks.doc.tolist() == [0]
    assert masks.start.size == masks.end.size == 0


@settings(max_examples=60, deadline=None)
@given(TEXTS)
def test_a_text_has_the_same_masks_in_any_company(texts: list[str]) -> None:
    masks = mask_many(texts)
    for i, text in enumerate(texts):
        assert masks.of(i) == mask_many([text]).of(0)
        found = boilerplate.find(read(text, vocabulary("und")), language="und")
        assert masks.of(i) == [(finding.start, finding.end) for finding in found]


def test_portions_hold_all_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["Partagez\n" + BODY, "", BODY, "Retour en haut\n" + BODY] * 3
    whole = mask_many(texts)
    monkeypatch.setattr(masking, "_PORTION", 400)
    portions = mask_many(texts)
    assert [whole.of(i) for i in range(12)] == [portions.of(i) for i in range(12)]
