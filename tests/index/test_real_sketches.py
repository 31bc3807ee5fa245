"""The index with sketches of real texts."""

from __future__ import annotations

import pytest

from dupdetect.config import Config
from dupdetect.index import CandidateIndex
from dupdetect.records import Document
from dupdetect.sketch.batch import sketch_texts

SOURCE = (
    "Le maire de Villeneuve, Gaston Perrichot, a présenté mardi 14 mars un plan de 4,5 millions "
    "d'euros pour rénover la piscine Tournesol, fermée depuis l'incendie de novembre 2019. Les "
    "travaux commenceront en septembre et dureront 18 mois, selon l'architecte Odile Kermarrec. "
    "La région Bretagne paiera 1,2 million d'euros. Le club de natation, qui compte 340 membres, "
    "nage pour l'instant à Saint-Brieuc, à 25 kilomètres de là."
)
REWRITE = (
    "À Villeneuve, la piscine Tournesol sera remise à neuf : Gaston Perrichot, premier magistrat "
    "de la ville, a dévoilé ce mardi 14 mars une enveloppe de 4,5 millions d'euros. Le bassin "
    "n'accueille plus personne depuis le feu de novembre 2019. Odile Kermarrec, architecte, parle "
    "de 18 mois de chantier à partir de septembre. Une aide de 1,2 million viendra de la région "
    "Bretagne. En attendant, les 340 adhérents du club s'entraînent à Saint-Brieuc, à 25 "
    "kilomètres."
)
OTHER = (
    "La cantine du collège Jean-Moulin de Montauban ne servira plus que des produits cultivés à "
    "moins de 50 kilomètres, a promis jeudi la principale, Solange Dufour. Les parents des 612 "
    "élèves paieront 20 centimes de plus par repas à partir de janvier."
)
TINY = "Lire la suite"


@pytest.fixture
def index(tmp_path):
    texts = {"source": SOURCE, "other": OTHER, "tiny": TINY, "empty": ""}
    documents = [Document(id=id, text=text) for id, text in texts.items()]
    with CandidateIndex.open(tmp_path / "i") as opened:
        opened.add_many(documents, sketch_texts(list(texts.values()), opened.config))
        yield opened


def test_a_copy_is_found_by_both_views(index):
    (found,) = index.candidates(sketch_texts([SOURCE], index.config))
    assert found.id == "source"
    assert found.shared_bands == index.config.shingle.bands
    assert found.shared_keys >= index.config.anchor.min_shared


def test_a_rewrite_is_found_by_its_anchors(index):
    (found,) = index.candidates(sketch_texts([OTHER[:30], REWRITE], index.config), 1)
    assert (found.id, found.shared_bands) == ("source", 0)
    assert found.shared_keys >= index.config.anchor.min_shared


def test_tiny_and_empty_texts_match_nothing(index):
    batch = sketch_texts([TINY, ""], index.config)
    assert index.candidates(batch, 0) == index.candidates(batch, 1) == []
    assert len(index) == 4
    assert index.verify() == []


def test_the_default_settings_are_those_of_a_scan(index):
    assert index.config == Config()
