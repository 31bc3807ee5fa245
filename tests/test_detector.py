"""The library calls of the interface on texts written for this test: compare, Index, Detector."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from dupdetect.config import AnchorConfig, Config, VerifyConfig
from dupdetect.detector import Detector, Index, compare, compare_pairs, score
from dupdetect.errors import IndexError_, IndexMismatchError, TextError
from dupdetect.records import Document, Match, Verdict
from dupdetect.schemas import PAIR_RESULTS
from dupdetect.text.reference import tokenize

FRENCH = (
    "La conserverie Le Guilvinec-Kerbrat, fondée en 1894 à Plouzévédé, fermera ses portes le "
    "30 septembre 2025, a annoncé lundi son directeur général, Anselme Quéméneur. Les "
    "217 salariés du site ont appris la nouvelle au cours d'un comité extraordinaire qui a duré "
    "moins de 40 minutes.\n\n"
    "« Nous avons perdu 3,8 millions d'euros en deux ans et la sardine nous coûte 62 % de plus "
    "qu'en 2021 », a expliqué M. Quéméneur. Le groupe espagnol Almadraba Norte, propriétaire de "
    "l'usine depuis 2016, veut regrouper sa production à Vigo et à Setúbal.\n\n"
    "La maire de Plouzévédé, Solenn Bodilis, a demandé un rendez-vous au ministre de l'Industrie "
    "et proposé que la commune rachète les bâtiments pour 1,2 million d'euros. Elle rappelle que "
    "l'usine a reçu 900 000 euros de subventions de la région Bretagne en 2019.\n\n"
    "Devant les grilles, Yannick Le Dantec, délégué syndical et mécanicien depuis 27 ans, ne cache "
    "pas sa colère : « On nous promettait une nouvelle ligne de boîtes en fer-blanc, on nous donne "
    "un carton de départ. » Une manifestation est prévue samedi à 10 h 30 entre la gare de "
    "Landivisiau et le port de Roscoff. Les négociations du plan social doivent s'ouvrir le "
    "14 avril à Quimper."
)
ENGLISH = (
    "The Le Guilvinec-Kerbrat cannery, founded in Plouzévédé in 1894, will close on 30 September "
    "2025, its managing director, Anselme Quéméneur, announced on Monday. The site's 217 employees "
    "learned the news during an extraordinary works council meeting that lasted less than "
    "40 minutes.\n\n"
    "“We have lost 3.8 million euros in two years and sardines cost us 62% more than in 2021,” "
    "Mr Quéméneur explained. The Spanish group Almadraba Norte, owner of the factory since 2016, "
    "wants to concentrate its production in Vigo and Setúbal.\n\n"
    "The mayor of Plouzévédé, Solenn Bodilis, has asked to meet the Minister of Industry "
    "and suggested that the town buy the buildings for 1.2 million euros. She points out that the "
    "factory received 900,000 euros in subsidies from the Brittany region in 2019.\n\n"
    "Outside the gates, Yannick Le Dantec, a union representative and mechanic for 27 years, does "
    "not hide his anger: “They promised us a new line of tin cans, and they give us a cardboard "
    "box to leave with.” A demonstration is planned for Saturday at 10:30 between Landivisiau "
    "station and the port of Roscoff. Negotiations on the redundancy plan are due to open on "
    "14 April in Quimper."
)
REWRITE = (
    "C'est fini pour la vieille usine de sardines de Plouzévédé : créée en 1894, la maison "
    "Le Guilvinec-Kerbrat baissera le rideau le 30 septembre 2025. Anselme Quéméneur, qui la "
    "dirige, l'a dit lundi aux 217 employés, réunis pendant 40 minutes à peine.\n\n"
    "Selon lui, l'entreprise a laissé 3,8 millions d'euros en deux exercices, alors que le prix du "
    "poisson a grimpé de 62 % depuis 2021. Almadraba Norte, le groupe venu d'Espagne qui possède "
    "le site depuis 2016, compte tout produire à Vigo et Setúbal.\n\n"
    "De son côté, l'élue Solenn Bodilis souhaite être reçue par le ministre de l'Industrie. Sa "
    "ville serait prête à acquérir les murs contre 1,2 million d'euros ; la Bretagne avait déjà "
    "versé 900 000 euros d'aides en 2019.\n\n"
    "Employé depuis 27 ans, le mécanicien et syndicaliste Yannick Le Dantec se dit furieux, car "
    "une ligne moderne pour les boîtes en fer-blanc avait été promise. Les opposants défileront "
    "samedi dès 10h30, de la gare de Landivisiau jusqu'à Roscoff et son port, avant l'ouverture "
    "des discussions sur le plan social, le 14 avril à Quimper."
)
UNRELATED = (
    "Le festival des cerfs-volants de Malo-les-Bains a réuni ce week-end près de 45 000 curieux "
    "sur la digue, malgré un vent de force 7 qui a obligé les organisateurs à annuler les deux "
    "démonstrations nocturnes. Venue d'Osaka, la délégation de Hisako Morimoto a fait voler un "
    "dragon de 118 mètres, cousu à la main pendant 14 mois dans un atelier de Sakai.\n\n"
    "« Le plus dur, c'est de le faire redescendre », plaisantait Kévin Vandenbulcke, président du "
    "club dunkerquois Zuydcoote Voltige, qui avait mobilisé 160 bénévoles. Le prix du public est "
    "allé à une pieuvre géante imaginée par une école primaire de Gravelines.\n\n"
    "Les commerçants de la rue des Fusiliers-Marins parlent d'une recette en hausse de 12 % sur "
    "celle de 2023. La prochaine édition se tiendra du 17 au 20 avril 2026, avec la "
    "Nouvelle-Zélande pour invitée d'honneur."
)
INDEPENDENT = (
    "Coup dur pour l'emploi dans le Haut-Léon : après la biscuiterie Traou-Mad en 2022 et le "
    "chantier naval de Carantec l'an passé, c'est la conserverie de Plouzévédé qui s'apprête à "
    "disparaître. L'usine Le Guilvinec-Kerbrat cessera son activité à l'automne.\n\n"
    "Au café Ar Mor, où nous l'avons rencontrée, Marie-Annick Floc'h, sertisseuse retraitée, "
    "raconte ses 41 campagnes de pêche et les nuits d'août où l'on traitait 18 tonnes de poisson. "
    "« Mon petit-fils venait d'y signer son premier contrat », souffle-t-elle.\n\n"
    "L'économiste Ronan Prigent, de l'université de Brest, y voit la suite logique de la fusion de "
    "2016 : le marché français de la sardine a reculé de 9 % et trois usines sur huit tournent à "
    "moins de la moitié de leur capacité. La chambre de commerce de Morlaix craint pour 70 "
    "sous-traitants, du transporteur Guégan à l'imprimerie Kerouanton.\n\n"
    "Le député Loïc Tanguy, qui se rendra sur place jeudi, plaide pour un fonds de reconversion de "
    "5 millions d'euros, sur le modèle de celui qui avait suivi la fermeture de l'abattoir de "
    "Guerlesquin."
)
PARAGRAPHS = FRENCH.split("\n\n")
EDITED = (
    FRENCH.replace("a annoncé lundi", "a déclaré lundi")
    .replace("ne cache pas", "dit")
    .replace("Elle rappelle que", "Elle souligne que")
)
HALF = "\n\n".join([UNRELATED.split("\n\n")[0], *PARAGRAPHS[:2], *UNRELATED.split("\n\n")[1:]])
DOCUMENTS = {
    "fr": FRENCH, "en": ENGLISH, "rewrite": REWRITE, "edited": EDITED, "kites": UNRELATED
}  # fmt: skip


def document(name: str, **fields: str) -> Document:
    return Document(id=name, text=DOCUMENTS[name], **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("other", "kind"),
    [
        (FRENCH, "exact"),
        (FRENCH.replace("« ", '"').replace(" »", '"').replace("\n\n", " ").upper(), "exact"),
        (EDITED, "near_duplicate"),
        (HALF, "partial"),
        (REWRITE, "rewrite"),
        (ENGLISH, "translation"),
        (INDEPENDENT, "none"),
        (UNRELATED, "none"),
    ],
    ids=["same", "reset", "edited", "half", "rewrite", "translation", "independent", "unrelated"],
)
def test_kinds(other: str, kind: str) -> None:
    match = compare(FRENCH, other)
    assert match.kind == kind
    assert (match.score >= 0.5) == (kind != "none")
    assert bool(match.passages) == (kind != "none")


def test_a_translation_scores_far_above_unrelated_texts() -> None:
    assert compare(FRENCH, ENGLISH).score > 0.5
    assert compare(UNRELATED, ENGLISH).score < 0.05


def test_measures_grow_with_what_is_copied() -> None:
    matches = [compare(FRENCH, other) for other in (UNRELATED, REWRITE, HALF, EDITED, FRENCH)]
    jaccard = [match.jaccard for match in matches]
    assert jaccard == sorted(jaccard)
    assert matches[-1].jaccard == 1.0 and jaccard[0] < 0.01
    assert matches[3].containment_a > 0.85
    assert 0.3 < matches[2].containment_a < 0.7


def test_compare_names_the_documents_and_looks_both_ways() -> None:
    one = replace(document("fr"), published="2025-03-03")
    other = replace(document("rewrite"), published="2025-03-05")
    match, back = compare(one, other), compare(other, one)
    assert (match.a, match.b, match.direction) == ("fr", "rewrite", "b_from_a")
    assert (back.a, back.b, back.direction) == ("rewrite", "fr", "a_from_b")
    assert (match.kind, match.score, match.jaccard) == (back.kind, back.score, back.jaccard)
    assert match.containment_a == back.containment_b


def test_plain_texts_are_called_a_and_b() -> None:
    match = compare("un", "deux")
    assert (match.a, match.b, match.kind, match.passages) == ("a", "b", "none", ())


@pytest.mark.parametrize("text", ["", " \n ", "!!!", "trois petits mots"])
def test_empty_and_tiny_texts_match_nothing(text: str) -> None:
    for other in (text, FRENCH):
        match = compare(text, other)
        assert (match.kind, match.score, match.passages) == ("none", 0.0, ())


def test_lone_surrogates_are_refused_clearly() -> None:
    calls: list[Callable[[str], object]] = [score, lambda text: compare("bon", text)]
    for call in calls:
        with pytest.raises(TextError, match=r"lone surrogate U\+DC80 at character 4"):
            call("mau \udc80vais")


def test_a_very_long_document() -> None:
    syllables = ["ba", "ce", "di", "fo", "gu", "la", "me", "ni", "po", "ru", "sa", "te", "vi", "zo"]
    words = [
        (syllables[i % 14] + syllables[i // 14 % 14] + syllables[i // 196 % 14] + "nk").capitalize()
        + ("." if i % 15 == 14 else "")
        for i in range(50_000)
    ]
    text = " ".join(words)
    match = compare(text, " ".join(words[20_000:]))
    assert match.kind in ("near_duplicate", "exact")
    assert match.containment_b == pytest.approx(1.0, abs=0.01)
    assert 1 <= len(match.passages) <= Config().verify.max_passages


def test_pairs_are_what_compare_says_of_each() -> None:
    a = [FRENCH, FRENCH, "", UNRELATED, HALF, REWRITE]
    b = [EDITED, ENGLISH, "", FRENCH, FRENCH, FRENCH]
    ids = [f"pair {number}" for number in range(len(a))]
    done: list[int] = []
    table = compare_pairs(ids, a, b, progress=done.append)
    assert table.schema == PAIR_RESULTS
    assert done == [len(a)]
    expected = []
    for id, one, other in zip(ids, a, b, strict=True):
        row = compare(one, other).to_dict()
        expected.append({"id": id, **{k: v for k, v in row.items() if k not in ("a", "b")}})
    assert table == pa.Table.from_pylist(expected, schema=PAIR_RESULTS)


def test_pairs_beyond_one_batch_keep_their_order() -> None:
    texts = [PARAGRAPHS[number % 4] for number in range(600)]
    others = [PARAGRAPHS[number % 3] for number in range(600)]
    table = compare_pairs([str(number) for number in range(600)], texts, others)
    assert table["id"].to_pylist() == [str(number) for number in range(600)]
    exact = [kind == "exact" for kind in table["kind"].to_pylist()]
    assert exact == [one == other for one, other in zip(texts, others, strict=True)]


def test_no_pairs() -> None:
    table = compare_pairs([], [], [])
    assert table.num_rows == 0 and table.schema == PAIR_RESULTS


@pytest.mark.parametrize(("n_a", "n_b"), [(3, 1), (1, 3), (2, 1)])
def test_pairs_need_as_many_texts_as_ids(n_a: int, n_b: int) -> None:
    with pytest.raises(ValueError, match="no pairs"):
        compare_pairs(["x", "y"], ["t"] * n_a, ["t"] * n_b)


def test_the_configuration_is_used() -> None:
    strict = Config(verify=VerifyConfig(threshold=1.0))
    assert compare(FRENCH, REWRITE, config=strict).kind == "none"
    assert compare(FRENCH, FRENCH, config=strict).kind == "exact"


@pytest.fixture(params=["memory", "lmdb"])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Index]:
    with Index.open(None if request.param == "memory" else tmp_path / "index") as opened:
        yield opened


def found(matches: list[Match] | tuple[Match, ...]) -> dict[str, str]:
    return {match.b: match.kind for match in matches}


def test_the_index_finds_copies_rewrites_and_translations(index: Index) -> None:
    index.add_many([document(name) for name in ("edited", "rewrite", "kites", "en")])
    matches = index.query(document("fr"))
    assert found(matches) == {
        "edited": "near_duplicate", "rewrite": "rewrite", "en": "translation"
    }  # fmt: skip
    assert {match.a for match in matches} == {"fr"}
    scores = [match.score for match in matches]
    assert scores == sorted(scores, reverse=True)
    for match in matches:
        alone = compare(document("fr"), document(match.b))
        assert match == alone


def test_an_empty_index_and_an_unknown_text(index: Index) -> None:
    assert index.query(document("fr")) == []
    index.add(document("fr"))
    assert index.query(document("kites")) == []
    assert index.query("") == []


def test_a_document_does_not_match_itself_but_a_text_does(index: Index) -> None:
    index.add(Document(id="query", text=FRENCH))
    assert index.query(Document(id="query", text=FRENCH)) == []
    assert found(index.query(FRENCH)) == {"query": "exact"}
    assert found(Detector(index=index).score(FRENCH).matches) == {"query": "exact"}


def test_the_same_id_replaces(index: Index) -> None:
    index.add(Document(id="x", text=FRENCH))
    index.add(Document(id="x", text=UNRELATED))
    assert len(index) == 1
    assert index.query(document("fr")) == []
    assert found(index.query(document("kites"))) == {"x": "exact"}


def test_remove_contains_len_get_and_iteration(index: Index) -> None:
    known = document("fr", url="https://a.example/1", published="2025-03-03")
    index.add_many([known, document("en")])
    assert len(index) == 2 and "fr" in index and "rewrite" not in index
    assert list(index) == ["fr", "en"]
    assert index.get("fr") == replace(known, language="fr")
    assert index.remove("fr") is True
    assert index.remove("fr") is False
    assert len(index) == 1 and "fr" not in index and index.get("fr") is None
    assert found(index.query(document("edited"))) == {"en": "translation"}
    assert index.verify() == []


def test_tiny_documents_are_stored_and_never_match(index: Index) -> None:
    index.add(Document(id="tiny", text="trois petits mots"))
    assert "tiny" in index
    assert index.query("trois petits mots") == []


def test_a_batch_is_all_or_nothing(index: Index) -> None:
    with index.batch():
        index.add(document("fr"))
        index.add(document("kites"))
    assert len(index) == 2
    with pytest.raises(RuntimeError, match="power cut"), index.batch():
        index.add(document("en"))
        index.remove("fr")
        raise RuntimeError("power cut")
    assert sorted(index) == ["fr", "kites"]
    assert found(index.query(document("edited"))) == {"fr": "near_duplicate"}


def test_surrogates_are_refused_before_anything_is_written(index: Index) -> None:
    with pytest.raises(TextError, match="lone surrogate"):
        index.add_many([document("fr"), Document(id="bad", text="\ud800" + FRENCH)])
    assert len(index) == 0


def test_an_index_is_there_when_it_is_opened_again(tmp_path: Path) -> None:
    path, config = tmp_path / "index", Config(anchor=AnchorConfig(keys=100))
    with Index.open(path, config=config) as index:
        index.add(document("fr"))
    with Index.open(path, create=False) as index:
        assert index.config.anchor.keys == 100
        assert found(index.query(document("rewrite"))) == {"fr": "rewrite"}
        assert index.info()["documents"] == 1
    with pytest.raises(IndexMismatchError, match="keys"):
        Index.open(path, config=Config())


def test_no_index_is_made_when_none_was_asked_for(tmp_path: Path) -> None:
    with pytest.raises(IndexError_):
        Index.open(tmp_path / "none", create=False)
    assert not (tmp_path / "none").exists()


def test_score_of_a_document_and_of_a_text() -> None:
    verdict = score(document("fr", title="Conserverie"))
    assert isinstance(verdict, Verdict)
    assert (verdict.document.id, verdict.language) == ("fr", "fr")
    assert verdict.n_words == len(tokenize(FRENCH))
    assert verdict.matches == ()
    for finding in verdict.findings:
        assert FRENCH[finding.start : finding.end] == finding.quote
    same = score(FRENCH)
    assert same.scores == verdict.scores
    assert score(ENGLISH).language == "en"
    assert max(verdict.scores.to_dict().values()) < 0.5  # clean


def test_a_language_that_is_stated_is_believed() -> None:
    assert score(document("fr", language="it")).language == "it"


def test_process_scores_queries_and_adds(index: Index) -> None:
    detector = Detector(index=index)
    assert detector.process(document("fr")).matches == ()
    second = detector.process(document("edited"))
    assert found(second.matches) == {"fr": "near_duplicate"}
    third = detector.process(document("rewrite"))
    assert found(third.matches) == {"fr": "rewrite", "edited": "rewrite"}
    assert len(index) == 3
    again = detector.process(document("fr"))
    assert set(found(again.matches)) == {"edited", "rewrite"}
    assert len(index) == 3


def test_what_process_adds_is_what_add_adds(index: Index) -> None:
    detector = Detector(index=index)
    assert detector.process(document("fr"), keep=lambda verdict: False).matches == ()
    assert len(index) == 0
    detector.process(replace(document("fr"), text=f"Menu\nAccueil\nLire aussi\n{FRENCH}"))
    with Index.open(None) as other:
        other.add(replace(document("fr"), text=f"Menu\nAccueil\nLire aussi\n{FRENCH}"))
        assert list(other._candidates.records()) == list(index._candidates.records())
        assert other.query(ENGLISH) == index.query(ENGLISH)


def test_a_rewrite_raises_the_content_farm_score(index: Index) -> None:
    detector = Detector(index=index)
    index.add(document("fr", published="2025-03-03"))
    reworded = detector.score(document("rewrite", published="2025-03-05"))
    assert reworded.scores.content_farm > score(document("rewrite")).scores.content_farm
    copied = detector.score(document("edited", published="2025-03-05"))  # as the press does
    assert copied.scores.content_farm == score(document("edited")).scores.content_farm
    assert len(index) == 1


def test_a_detector_without_an_index_keeps_nothing() -> None:
    detector = Detector()
    detector.process(document("fr"))
    assert detector.process(document("edited")).matches == ()


def test_a_plain_text_cannot_be_processed(index: Index) -> None:
    with pytest.raises(TypeError, match="Document"):
        Detector(index=index).process(FRENCH)  # type: ignore[arg-type]
    assert len(index) == 0


def test_a_detector_takes_the_settings_of_its_index() -> None:
    config = Config(verify=VerifyConfig(threshold=0.9))
    with Index.open(None, config=config) as index:
        assert Detector(index=index).config == config
        assert Detector(index=index, config=Config()).config == Config()
