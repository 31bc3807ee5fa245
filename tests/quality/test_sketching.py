"""Sketches that do not see the furniture of pages."""

from __future__ import annotations

import numpy as np
import pytest

from dupdetect.config import Config
from dupdetect.quality import assess_many, sketching
from dupdetect.quality.sketching import OneText, mask_page, sketch_articles
from dupdetect.records import Document, Link
from dupdetect.sketch.batch import sketch_texts
from dupdetect.sketch.one import unpacked
from dupdetect.verify import verify_pairs

CONFIG = Config()
MENU = (
    "Accueil | Politique | Économie | Sport | Culture | Météo\n"
    "Partagez cet article sur Facebook, Twitter, WhatsApp\n"
    "Inscrivez-vous à notre newsletter pour ne rien manquer\n"
)
PLAYER = 'window.pvp_28f22f4a = new Pvp(\'dmpublic\', {idDM: "x78ht9o", mediaType: "dm-public"});'
HARBOUR = (
    "Le port de Vaucelin a rouvert mardi après douze jours de travaux, a annoncé la capitainerie. "
    "Les trois grues ont été vérifiées par la société Merlot, dont le siège est à Trébeurac. "
    "Selon Hélène Brassac, directrice du port, 48 navires attendaient au large."
)
SCHOOL = (
    "La commune de Saint-Orlac ouvrira en septembre une école de musique dans l'ancienne gare. "
    "Le conseil a voté 640 000 euros pour la salle de concert, selon Paul Derrien, adjoint. "
    "Une centaine d'élèves sont attendus, dont la moitié viennent de villages voisins."
)


def test_furniture_has_no_anchors_and_keeps_its_shingles() -> None:
    seen, unseen = (make([MENU + HARBOUR], CONFIG) for make in (sketch_texts, sketch_articles))
    assert unseen.stems.key.size < seen.stems.key.size
    assert unseen.shingles.tolist() == seen.shingles.tolist()
    assert unseen.signatures.tolist() == seen.signatures.tolist()


def test_an_article_without_furniture_is_sketched_as_it_stands() -> None:
    seen, unseen = (
        make([HARBOUR, ""], CONFIG).to_arrays() for make in (sketch_texts, sketch_articles)
    )
    for name, values in seen.items():
        assert np.array_equal(values, unseen[name]), name


def test_the_article_inside_furniture_keeps_its_anchors() -> None:
    alone, wrapped = sketch_articles([HARBOUR], CONFIG), sketch_articles([MENU + HARBOUR], CONFIG)
    assert set(alone.stems.key.tolist()) <= set(wrapped.stems.key.tolist())


def test_two_stories_under_one_menu_are_not_related() -> None:
    texts = [MENU + HARBOUR + "\n" + PLAYER, MENU + SCHOOL + "\n" + PLAYER]
    batch = sketch_articles(texts, CONFIG)
    verdict = verify_pairs(batch, np.array([[0, 1]]), languages=["fr", "fr"], config=CONFIG)
    assert verdict.kind[0] == 0
    assert verdict.jaccard[0] > 0.2  # what is shared is still told


def test_a_copy_inside_another_sites_furniture_is_found() -> None:
    batch = sketch_articles([HARBOUR, MENU + HARBOUR + "\n" + PLAYER], CONFIG)
    verdict = verify_pairs(batch, np.array([[0, 1]]), languages=["fr", "fr"], config=CONFIG)
    assert verdict.kind[0] == 2  # near_duplicate


def test_what_assessing_tells_masks_as_looking_again_does() -> None:
    texts = [MENU + HARBOUR, "", HARBOUR + "\n" + PLAYER, MENU, SCHOOL]
    documents = [
        Document(
            id=str(i), text=text, title=text[:20], links=(Link(0, 5, "https://a.example", ""),)
        )
        for i, text in enumerate(texts)
    ]
    for languages in (["fr"] * len(texts), ["en", "fr", "und", "de", "fr"]):
        told = assess_many(documents, config=CONFIG, languages=languages, masked=True)
        once = sketch_articles(texts, CONFIG, [found.masked for found in told]).to_arrays()
        for name, values in sketch_articles(texts, CONFIG).to_arrays().items():
            assert np.array_equal(values, once[name]), name
    assert all(
        not found.masked for found in assess_many(documents, config=CONFIG, languages=languages)
    )


def test_the_last_text_is_sketched_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks for a page and then adds it; another text in between is seen for itself."""
    made = []
    real = sketching.sketch_alone
    monkeypatch.setattr(
        sketching, "sketch_alone", lambda text, *rest: made.append(text) or real(text, *rest)
    )
    one, first, second = OneText(CONFIG), MENU + HARBOUR, MENU + SCHOOL
    sketches = {text: one.sketch(text) for text in (first, first, second, second)}
    again = one.sketch(first, mask_page(first)[0])
    assert made == [first, second, first]
    assert one.sketch(first) is again
    arrays = {text: unpacked(sketch).to_arrays() for text, sketch in sketches.items()}
    for text in (first, second):
        wanted = sketch_articles([text], CONFIG).to_arrays()
        for name, values in arrays[text].items():
            assert (values == wanted[name]).all(), name
    for name, values in unpacked(again).to_arrays().items():
        assert (values == arrays[first][name]).all(), name
    bare = unpacked(one.without(first, ()))
    assert bare.stems.key.size > unpacked(again).stems.key.size
    assert one.sketch(first) is again
