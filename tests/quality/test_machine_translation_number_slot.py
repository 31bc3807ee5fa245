"""``number_slot``: slots that were not refilled, and numbers that look like it and are not."""

from __future__ import annotations

import pytest

from dupdetect.quality.machine_translation import find, probability

TRUE = [
    ("fr", "L'armée a déployé 120 XNUMX hommes le long de la frontière.", "120 XNUMX hommes"),
    ("fr", "Le festival attend 15.000 XNUMX visiteurs cette année.", "15.000 XNUMX visiteurs"),
    ("fr", "Le taux de participation a atteint XNUMX % à midi.", "XNUMX %"),
    ("fr", "Cette abbaye du XNUMXe siècle accueille un musée.", "XNUMXe siècle"),
    ("fr", "Le constructeur a présenté la berline DSXNUMX au salon.", "DSXNUMX"),
    ("fr", "La séance reprendra à XNUMXh30 devant le ministre.", "XNUMXh30"),
    ("fr", "Le texte sera examiné le XNUMX mars par les députés.", "examiné le XNUMX mars"),
    ("fr", "Publié à 09.42h17 le mardi XNUMX juin.", "09.42h17 le mardi XNUMX juin"),
    ("fr", "La mise à jour date du 2023 octobre.", "du 2023 octobre"),
    ("fr", "Le serveur a traité 4,812 63.5 requêtes par seconde.", "4,812 63.5"),
    ("fr", "L'épidémie de COVID-XNUMX a bouleversé le secteur.", "COVID-XNUMX"),
    ("fr", "La facture s'élève à 1.250 300 euros pour la commune.", "1.250 300"),
    ("en", "The company employs 45 XNUMX people in Europe.", "45 XNUMX people"),
    ("de", "Rund 30 XNUMX Menschen kamen zur Kundgebung.", "30 XNUMX Menschen"),
    ("it", "Il comune ha stanziato XNUMX milioni di euro.", "XNUMX milioni"),
    ("es", "El partido se jugará el XNUMX de mayo.", "XNUMX"),
    ("pt", "A cidade tem 80 XNUMX habitantes.", "80 XNUMX habitantes"),
]

FALSE = [
    ("fr", "L'armée a déployé 120 000 hommes et 1 250 véhicules en 2024."),
    ("fr", "Pourquoi lit-on « XNUMX » ? Ce bug de traduction automatique remplace les nombres."),
    ("fr", "Le mot XNUMX vient d'un logiciel de traduction : un jeton que personne ne remplace."),
    ("en", "XNUMX is a placeholder that translation software forgets to replace, a known bug."),
    ("fr", "De 8 h à 10 h 30, puis de 14h à 18h30, le guichet accueille 1 250 personnes."),
    ("fr", "Elle a couru le marathon en 2h15:30, sa rivale en 2h16. Score final : 6-4 7-5."),
    ("fr", "La Porsche 911 3.0 Turbo et la Golf 7 2.0 TDI restent recherchées."),
    ("fr", "Équipe  J  G  N\n1.250 300 12.5 44\n2.300 410 11.8 51\n3.100 520 10.2 60"),
    ("fr", "En 2019 300 dossiers furent traités ; en 2020, 450 seulement."),
    ("fr", "Le 31 décembre 2023, puis le 1er janvier 2024, tout était fermé."),
    ("fr", "Téléphone : 01 42 68 53 00. Tarif 1.250,00 EUR. Réf. XN-4500-B."),
    ("fr", "Une tribune du Journal du Dimanche, 36 maires l'ont signée."),
    ("fr", "Le Conseil d'État a voté un crédit de 12'500 francs le 12 mars."),
    ("en", "The 2024 May report lists 1,250 items and 45.3 percent growth."),
]


def _hits(language: str, text: str) -> list[tuple[str, float]]:
    found = find(text, language=language)
    return [(f.quote, f.score) for f in found if f.rule == "number_slot"]


@pytest.mark.parametrize(("language", "text", "quote"), TRUE)
def test_slot_is_quoted(language: str, text: str, quote: str) -> None:
    hits = _hits(language, text)
    assert [hit[0] for hit in hits] == [quote]
    assert hits[0][1] >= 0.4


@pytest.mark.parametrize(("language", "text"), FALSE)
def test_ordinary_numbers_and_texts_about_the_bug_are_let_off(language: str, text: str) -> None:
    assert all(score < 0.3 for _, score in _hits(language, text))


def test_one_unfilled_slot_is_enough() -> None:
    text = "Selon le maire, la ville compte désormais 80 XNUMX habitants et trois lycées."
    assert probability(find(text, language="fr"), text, 13, "fr") > 0.9


def test_article_about_the_bug_scores_low() -> None:
    text = (
        "Le mystère XNUMX. Des lecteurs nous signalent des phrases telles que « 50 XNUMX soldats » "
        "ou « le XNUMX novembre ». Il s'agit d'un bug d'un moteur de traduction automatique : il "
        "remplace chaque nombre par un jeton, « XNUMX », et oublie de le remplacer à la fin."
    )
    assert probability(find(text, language="fr"), text, 45, "fr") < 0.5


def test_shifted_filling_counts_more_beside_a_slot() -> None:
    alone = _hits("fr", "Le test a duré 2,367 41.67 ms en moyenne.")
    beside = _hits("fr", "Le test a duré 2,367 41.67 ms en moyenne, sur XNUMX essais.")
    assert alone[0][0] == beside[0][0] == "2,367 41.67"
    assert alone[0][1] < 0.5 < beside[0][1]
